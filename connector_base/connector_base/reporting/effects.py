"""What comes of a decision about a field, by the rules of both directions. Pure."""

from collections.abc import Iterable, Mapping
from typing import Final

from connector_base.pages.contents import About, Effect, Kind, System
from shared_mappings import Direction, FieldTable, Policies, Policy, to_huma, to_xledger
from shared_mappings.planning.deciding import Stage, may_set

Options = Mapping[System, Effect | None]
"""What comes of deciding that a system's value stands; None where that is not possible."""

NO_OPTIONS: Final[Options] = {"huma": None, "xledger": None}


def about_fields(table: FieldTable, direction: Direction, policies: Policies) -> dict[str, About]:
    """What holds for each field whose values go a way, in the order of the field table.

    Args:
        table: The field table.
        direction: The way that the sync goes, which the page is about.
        policies: What the administrator asked for.
    """
    rules, options = _rules(table), options_of_fields(table)
    return {
        name: _about(name, rules[name], options[name], direction, policies)
        for name in table.fields
        if name in direction.fields
    }


def options_of_fields(table: FieldTable) -> dict[str, dict[Kind, Options]]:
    """What comes of decisions about any value of each field, if nothing is particular about it."""
    return {name: options_by_kind(rule, back) for name, (rule, back) in _rules(table).items()}


def _rules(table: FieldTable) -> dict[str, tuple[Policy, Policy | None]]:
    """Xledger's rule for each field, and Huma's; None where the field never goes back."""
    forth, back = to_xledger(table), to_huma(table)
    return {name: (forth.own_rule(name), back.own_rule(name) if name in back.fields else None) for name in forth.fields}


def _about(
    name: str,
    rules: tuple[Policy, Policy | None],
    options: Mapping[Kind, Options],
    direction: Direction,
    policies: Policies,
) -> About:
    rule, back = rules
    in_force = policies.for_fields((name,), direction.own_rule(name), direction.default(name))
    names = direction.table.names[name]
    return {
        "name": {"en": names["en"], "nb": names["nb"]},
        "sensitive": name in direction.table.sensitive,
        "rule": rule.value,
        "back": back.value if back else None,
        "policy": in_force.value,
        "options": options,
    }


def options_by_kind(rule: Policy, back: Policy | None) -> dict[Kind, Options]:
    """What comes of decisions about any value of a field, if nothing is particular about it.

    Args:
        rule: Xledger's rule.
        back: Huma's; None where the field never goes back.
    """
    from_xledger = back is not None and may_set(back, Stage.COMPLETE, is_there=True)
    into_nothing = back is not None and may_set(back, Stage.COMPLETE, is_there=False)
    if rule is Policy.READ_ONLY and not into_nothing:
        return {"differs": NO_OPTIONS, "missing_in_huma": NO_OPTIONS, "missing_in_xledger": NO_OPTIONS}
    return {
        "differs": _options(_gets_huma(rule, is_there=True), from_xledger=from_xledger),
        "missing_in_huma": _options("xledger_is_emptied" if rule is Policy.MIRROR else None, from_xledger=into_nothing),
        "missing_in_xledger": _options(_gets_huma(rule, is_there=False), from_xledger=False),
    }


def _gets_huma(rule: Policy, *, is_there: bool) -> Effect | None:
    return "xledger_gets_huma" if may_set(rule, Stage.COMPLETE, is_there=is_there) else None


def _options(of_huma: Effect | None, *, from_xledger: bool) -> Options:
    return {"huma": of_huma, "xledger": "huma_gets_xledger" if from_xledger else "both_keep"}


def together(effects: Iterable[Effect]) -> Effect | None:
    """What comes of a decision as a whole that has these effects at several places; None for none."""
    found = set(effects)
    order: tuple[Effect, ...] = ("xledger_gets_huma", "huma_gets_xledger", "xledger_is_emptied")
    return next((effect for effect in order if effect in found), None)
