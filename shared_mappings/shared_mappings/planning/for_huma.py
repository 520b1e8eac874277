"""What to do about a person in Huma: pure decisions over what they should have and what Huma has and takes."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from shared_mappings.able import Able
from shared_mappings.codes import RejectionCode, SkipReason, WarningCode
from shared_mappings.converters import Options
from shared_mappings.desired import Desired, FieldWarning
from shared_mappings.direction import Direction, to_huma
from shared_mappings.field_table import FieldTable
from shared_mappings.planning.bodies import Wording
from shared_mappings.planning.deciding import Comparison, Stage, stage_of
from shared_mappings.planning.plans import Action, Decision, FieldChange, Plan
from shared_mappings.policies import NewUsers, Policies
from shared_mappings.rulings import NO_RULINGS, Rulings
from shared_mappings.user import User


def plan_for_huma(  # noqa: PLR0913  each of them decides something of its own
    desired: Desired,
    user: User | None,
    policies: Policies,
    table: FieldTable,
    able: Able,
    options: Options,
    *,
    rulings: Rulings = NO_RULINGS,
    creating: bool = False,
) -> Plan:
    """Decides what to do about a person in Huma.

    Args:
        desired: What the record says.
        user: The user in Huma, or None when there is none.
        policies: What the administrator decided.
        table: The field table.
        able: What Huma lets us write of this user.
        options: Settings that change what a value becomes.
        rulings: What was decided about this person, which goes before the policies, and never loosens a field's rule.
        creating: Whether the user was added a moment ago, so that this plan completes the creation.

    Returns:
        The plan. A change is only ever planned for a value that is known and differs in meaning, and that Huma could
        take; nothing is ever unset. Planning again once the changes are in Huma gives `unchanged`.
    """
    wording = Wording(desired, user, able, table, options)
    if user is None:
        return _creation(wording, policies, rulings)
    if not user.active:
        return Plan.skip(SkipReason.LOCKED)
    return _decisions(wording, user, policies, rulings, creating=creating)


def _creation(wording: Wording, policies: Policies, rulings: Rulings) -> Plan:
    if policies.new_users is NewUsers.SKIP and not rulings.add:
        return Plan.skip(SkipReason.NOT_IN_HUMA)
    if wording.desired.left and not rulings.add:
        return Plan.skip(SkipReason.DEACTIVATED)
    direction = to_huma(wording.table)
    nothing = dict.fromkeys(place for rule in direction.rules for place in direction.places(rule))
    made = _decisions(wording, User("", active=True, values=nothing), policies, rulings, creating=True)
    needed = direction.needed_fields.difference(change.field for change in made.changes)
    lacking = [name for name in direction.fields if name in needed]
    if lacking:
        return Plan.reject(RejectionCode.MISSING_KEY, f"Nobody is created in Huma without {' and '.join(lacking)}.")
    return replace(made, action=Action.CREATE)


def _decisions(wording: Wording, user: User, policies: Policies, rulings: Rulings, *, creating: bool) -> Plan:
    desired, direction = wording.desired, to_huma(wording.table)
    stage = Stage.BEING_CREATED if creating else stage_of(desired, user, policies, direction, rulings)
    comparison = Comparison(desired, user, policies, direction, rulings, stage)
    decided = [
        _ending_nobody(_possible(comparison.decide(rule, place), wording), comparison)
        for rule in direction.rules
        for place in direction.places(rule)
    ]
    warnings = list(_by_places(desired.warnings, direction))
    whole = list(_as_a_whole(decided, wording.table))
    return Plan.of(_not_too_soon(whole, warnings, comparison), warnings)


def _possible(decided: Decision, wording: Wording) -> Decision:
    """The decision, or in place of a change that Huma would not take, a warning that says why."""
    if not isinstance(decided, FieldChange):
        return decided
    warning = wording.of(decided).warning
    return decided if warning is None else FieldWarning(warning, decided.field, target=decided.target)


def _ending_nobody(decided: Decision, comparison: Comparison) -> Decision:
    """The decision, or in place of a date that would end the employment of who is active in Huma, a warning of that.

    Who has left by what Xledger says may be back: the end of then is none of now, unless that was decided.
    """
    direction = comparison.direction
    if not isinstance(decided, FieldChange) or not comparison.desired.left:
        return decided
    rule = direction.rule_at(decided.target)
    if rule.canonical_target != direction.table.left_by or comparison.rulings.let_through(
        rule.fields, direction.source
    ):
        return decided
    return FieldWarning(WarningCode.EMPLOYEE_IS_CLOSED, decided.field, target=decided.target)


def _as_a_whole(decided: Collection[Decision], table: FieldTable) -> Iterator[Decision]:
    """The decisions, where what is written as a whole is left out as soon as one of its lines is."""
    spoiled = {line for each in decided if isinstance(each, FieldWarning) for line in table.lines(each.target)}
    for each in decided:
        if isinstance(each, FieldChange) and each.target in spoiled:
            yield FieldWarning(WarningCode.PARTLY_WRITTEN, each.field, target=each.target)
        else:
            yield each


def _not_too_soon(
    decided: Collection[Decision], warnings: Collection[FieldWarning], comparison: Comparison
) -> Iterator[Decision]:
    """The decisions, where the last thing that is written of somebody waits for what cannot be written.

    It tells that Huma has everything: whatever is not there then, the next sync to Xledger unsets, if its rule lets it.
    """
    direction = comparison.direction
    left_out = {each.target for each in (*decided, *warnings) if isinstance(each, FieldWarning)}
    waits = any(comparison.is_lost_without(direction.rule_at(place), place) for place in left_out if place)
    for each in decided:
        if isinstance(each, FieldChange) and each.target == direction.completed_by and waits:
            yield FieldWarning(WarningCode.PARTLY_WRITTEN, each.field, target=each.target)
        else:
            yield each


def _by_places(warnings: Iterable[FieldWarning], direction: Direction) -> Iterator[FieldWarning]:
    """What is told of the record, about the places in Huma that the values would be written to."""
    for warning in warnings:
        rule = direction.table.rule_of.get(warning.target)
        places = direction.places(rule) if rule else ()
        yield replace(warning, target=next(iter(places), ""))
