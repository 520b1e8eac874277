"""The fields of somebody on which the two systems do not agree, as a page shows them. Pure; these hold values."""

from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final

from connector_base.pages.contents import Effect, Kind, Place, Then, Value
from connector_base.people.person import Planned, There
from connector_base.reporting.effects import NO_OPTIONS, Options, options_of_fields, together
from connector_base.reporting.report_entries import ours_of
from connector_base.reporting.sides import Sides
from shared_mappings import (
    MISSING,
    Decisions,
    FieldChange,
    Plan,
    Policies,
    Rule,
    Side,
    State,
    WarningCode,
    desired_from_user,
    policy_in_force,
)
from shared_mappings.converters import Options as ConverterOptions
from shared_mappings.normal_forms import as_text
from shared_mappings.planning.deciding import Stage, may_set

_LIFTED: Final = frozenset({WarningCode.EMPLOYEE_IS_CLOSED})
"""Warnings of what is written nevertheless where it is decided so."""


@dataclass(frozen=True)
class Line:
    """What the two systems have in one place.

    Attributes:
        rule: The row.
        place: Where the value is written, by the way that the sync goes.
        target: Where it lives in Xledger.
        huma: Huma's value. What has no form in Xledger stands as Huma has it.
        xledger: Xledger's, likewise.
        warning: Why nothing can be written there; None for no reason that is known.
        is_formless: Whether Huma's value has no form in Xledger, as far as that is seen in Huma.
    """

    rule: Rule
    place: str
    target: str
    huma: State = field(repr=False)
    xledger: State = field(repr=False)
    warning: WarningCode | None = None
    is_formless: bool = False

    @cached_property
    def differs(self) -> bool:
        """Whether both are known, and do not mean the same."""
        return MISSING not in (self.huma, self.xledger) and not self.rule.same(self.huma, self.xledger)

    @property
    def shown(self) -> Place:
        """The place as a page shows it."""
        place: Place = {"target": self.target}
        if self.huma is not MISSING:
            place["huma"] = self.huma
        if self.xledger is not MISSING:
            place["xledger"] = self.xledger
        return place


@dataclass(frozen=True)
class Comparing:
    """How people are compared in a run: made once, for everybody.

    Attributes:
        sides: How the two systems are named, and which way values go.
        policies: What the administrator asked for.
        decisions: What decisions are taken anew with; None where none can be.
    """

    sides: Sides
    policies: Policies
    decisions: Decisions | None

    def differences(self, item: Planned[There], places: Container[str] | None = None) -> list[Value]:
        """The fields of somebody who is in both systems on which these do not agree, in the order of the table.

        Args:
            item: The person, who they are there, and what is done.
            places: The places that it is about, as they are called where they are written; None for all.
        """
        if item.there is None or places == set():
            return []
        lines = list(self._lines(item, item.there))
        differing = {line.rule.fields[0] for line in lines if len(line.rule.fields) == 1 and line.differs}
        by_field: dict[str, list[Line]] = {name: [] for name in self.sides.direction.table.fields}
        for line in lines:
            by_field[_counted_under(line.rule, differing)].append(line)
        return [
            self._value(name, of_field, item)
            for name, of_field in by_field.items()
            if any(line.differs and (places is None or line.place in places) for line in of_field)
        ]

    def seen(self, item: Planned[There], name: str) -> str | None:
        """The fingerprint of what Huma has for a field of somebody; None where nothing can be decided about it."""
        record = self.sides.in_huma(item.person, item.there)
        return None if record is None or self.decisions is None else self.decisions.seen(record, name)

    def _lines(self, item: Planned[There], there: There) -> Iterator[Line]:
        direction, desired = self.sides.direction, item.person.desired
        warned = {warning.target: warning.code for warning in item.plan.warnings}
        to_xledger = direction.written is Side.XLEDGER
        for rule in direction.rules:
            ours = _as_text(ours_of(rule, desired))
            for place in direction.places(rule):
                if direction.is_only_at_creation(place):
                    continue
                theirs, warning = there.values[place], warned.get(place)
                if rule.canonical_target in desired.left_out:
                    warning = warning or warned.get(direction.places(rule)[0])
                target = place if to_xledger else rule.canonical_target
                huma, xledger = (ours, theirs) if to_xledger else (theirs, ours)
                yield Line(rule, place, target, huma, xledger, warning, place in there.formless)

    def _value(self, name: str, lines: Sequence[Line], item: Planned[There]) -> Value:
        differing = [line for line in lines if line.differs]
        kind = _kind(differing)
        beside = next((group for group in self._whole_values(lines) if _kind_or_none(group) == kind), [differing[0]])
        plan = item.plan if self.decisions is None or item.undecided is None else item.undecided
        then, code = _then([line for line in beside if line.differs], plan, self.sides.direction.written)
        direction, rule = self.sides.direction, differing[0].rule
        policy = policy_in_force(rule, self.policies, direction)
        value: Value = {
            "field": name,
            "kind": kind,
            "huma": _joined(line.huma for line in beside),
            "xledger": _joined(line.xledger for line in beside),
            "places": [line.shown for line in lines if (line.huma, line.xledger) != (MISSING, MISSING)],
            "then": then,
            "by": policy.value,
        }
        if policy.strictness > rule.ways[direction.written].rule.strictness and name in self.policies.fields:
            value["tightened"] = True
        if code is not None:
            value["code"] = code
        return self._with_decisions(value, lines, item)

    def _with_decisions(self, value: Value, lines: Sequence[Line], item: Planned[There]) -> Value:
        """A value with what was decided about it, and with what can be."""
        name, rulings = value["field"], item.person.rulings
        if (stands := rulings.of(name)) is not None:
            value["stands"] = stands.value
        if name in rulings.lapsed:
            value["lapsed"] = True
        if self.decisions is None:
            return value
        general = self._options_of_fields[name][value["kind"]]
        seen = self.seen(item, name)
        if general == NO_OPTIONS or seen is None:
            return value
        value["seen"] = seen
        particular = self._options(lines, item)
        if particular != general:
            value["options"] = particular
        return value

    @cached_property
    def _options_of_fields(self) -> Mapping[str, Mapping[Kind, Options]]:
        """What comes of decisions about any value of a field, if nothing is particular about it."""
        return options_of_fields(self.sides.direction.table)

    def _options(self, lines: Sequence[Line], item: Planned[There]) -> Options:
        """What comes of deciding about this value, by all that is known of it."""
        unknown = self._unknown_in_huma(item)
        effects = (self._of_huma(line) for line in lines if line.target not in unknown)
        forth = together(effect for effect in effects if effect is not None)
        taken_back = self._whole_values(list(self._taken_back(lines)))
        back = any(self._comes_from_xledger(whole, item) for whole in taken_back)
        return {"huma": forth, "xledger": "huma_gets_xledger" if back else "both_keep"}

    def _unknown_in_huma(self, item: Planned[There]) -> Collection[str]:
        """The targets of what is not there in Huma, and is no less unknown for that, such as what a position says."""
        record = self.sides.in_huma(item.person, item.there)
        if record is None or self.sides.direction.written is Side.XLEDGER:
            return ()
        values = desired_from_user(record, self.sides.direction.table, ConverterOptions()).values
        return [
            target
            for rule in self.sides.direction.table.rules
            for target in rule.targets
            if values[rule.canonical_target] is MISSING
        ]

    def _of_huma(self, line: Line) -> Effect | None:
        """What comes of one place in Xledger if Huma's value stands; None where nothing does."""
        if not line.differs or (self.sides.direction.written is Side.XLEDGER and line.warning is not None):
            return None
        if line.huma is None:
            return "xledger_is_emptied" if line.rule.may_be_unset else None
        is_set = may_set(line.rule.rule, Stage.COMPLETE, is_there=line.xledger is not None)
        is_usable = not (line.is_formless or line.rule.is_masked(str(line.huma)))
        return "xledger_gets_huma" if is_set and is_usable else None

    def _taken_back(self, lines: Sequence[Line]) -> Iterator[Line]:
        """The lines from which values go to Huma, with what Xledger shows there: what another place has, if need be."""
        states = {line.target: line.xledger for line in lines}
        for line in lines:
            if line.rule.huma is not None and line.target == line.rule.canonical_target:
                places = self.sides.direction.table.looked_at.get(line.target, (line.target,))
                shown = next((state for place in places if isinstance(state := states.get(place), str)), line.xledger)
                yield replace(line, xledger=shown)

    def _comes_from_xledger(self, lines: Sequence[Line], item: Planned[There]) -> bool:
        """Whether Huma gets a value if Xledger's stands: whole, and not where it has a line that Xledger has not."""
        if self.sides.direction.written is Side.XLEDGER:
            blocked = not item.person.desired.active  # whose profile is locked
        else:
            blocked = any(line.warning is not None and line.warning not in _LIFTED for line in lines)
        of_its_own = len(lines) > 1 and any(
            line.xledger is MISSING or (isinstance(line.huma, str) and line.xledger is None) for line in lines
        )
        is_there = any(isinstance(line.huma, str) for line in lines)
        return not (blocked or of_its_own) and any(
            line.differs
            and isinstance(line.xledger, str)
            and not line.rule.is_masked(line.xledger)
            and line.rule.huma is not None
            and may_set(line.rule.huma.rule, Stage.COMPLETE, is_there=is_there)
            for line in lines
        )

    def _whole_values(self, lines: Sequence[Line]) -> list[list[Line]]:
        """The lines in groups that are one value each, such as the address of the contact, and of the subledger."""
        groups: dict[tuple[str, ...], list[Line]] = {}
        for line in lines:
            groups.setdefault(self.sides.direction.table.lines(line.target), []).append(line)
        return list(groups.values())


def _counted_under(rule: Rule, differing: Collection[str]) -> str:
    """The field that a value of several fields is shown with: one of them that differs itself, else the first."""
    return next((name for name in rule.fields if name in differing), rule.fields[0])


def _kind(differing: Sequence[Line]) -> Kind:
    if all(line.xledger is None for line in differing):
        return "missing_in_xledger"
    return "missing_in_huma" if all(line.huma is None for line in differing) else "differs"


def _kind_or_none(group: Sequence[Line]) -> Kind | None:
    differing = [line for line in group if line.differs]
    return _kind(differing) if differing else None


def _then(differing: Sequence[Line], plan: Plan, written: Side) -> tuple[Then, str | None]:
    """What a plan does about a value, and the code for which it is left out, or the person is rejected."""
    if plan.rejection is not None:
        return "left_out", plan.rejection.value
    places = {line.place for line in differing}
    changes = [change for change in plan.changes if change.target in places]
    if changes:
        return _written(changes, written), None
    code = next((line.warning.value for line in differing if line.warning is not None), None)
    if code is None or any(conflict.target in places for conflict in plan.conflicts):
        return "both_keep", None
    return "left_out", code


def _written(changes: Sequence[FieldChange], written: Side) -> Then:
    if written is Side.HUMA:
        return "huma_gets_xledger"
    return "xledger_is_emptied" if all(change.after is None for change in changes) else "xledger_gets_huma"


def _joined(values: Iterable[State]) -> str | None:
    """The lines of a value; None for none."""
    return ", ".join(value for value in values if isinstance(value, str) and value) or None


def _as_text(value: Any) -> State:
    """A value as it is shown; of one of several parts that was left out, all that the record holds."""
    match value:
        case Mapping():
            return _joined(_as_text(part) for part in value.values())
        case list() | tuple():
            return _joined(_as_text(entry.get("value") if isinstance(entry, Mapping) else entry) for entry in value)
    return as_text(value)
