"""What to do about a person: pure decisions over what they should have and what Xledger has."""

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from types import MappingProxyType

from shared_mappings.codes import RejectionCode, SkipReason, WarningCode
from shared_mappings.desired import EMPLOYMENT_ID, Desired, FieldWarning
from shared_mappings.employee import Employee
from shared_mappings.field_table import FieldTable, Rule
from shared_mappings.policies import DeactivatedUsers, NewUsers, Policies, Policy
from shared_mappings.rulings import NO_RULINGS, Rulings, Stands
from shared_mappings.states import MISSING, State


class Action(str, Enum):
    """What a plan comes to."""

    CREATE = "create"
    UPDATE = "update"
    UNCHANGED = "unchanged"
    SKIP = "skip"
    REJECT = "reject"


class Stage(Enum):
    """How far the creation of an employee has come."""

    BEING_CREATED = "being created"
    UNFINISHED = "unfinished"
    """Nothing is where the last step of a creation writes: it was cut short, or that step was refused."""
    COMPLETE = "complete"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One value to write.

    Attributes:
        field: The record's field it belongs to, by which it is counted.
        target: Where it lives in Xledger, a path in the type Employee.
        before: What Xledger has; None for nothing.
        after: What Xledger is to have; None to unset it.
    """

    field: str
    target: str
    before: str | None = dataclasses.field(repr=False)
    after: str | None = dataclasses.field(repr=False)


@dataclass(frozen=True, slots=True)
class Conflict:
    """Both sides have a value, they differ in meaning, and the policy keeps Xledger's; or it was decided to keep it.

    Attributes:
        field: The record's field.
        target: Where it lives in Xledger, a path in the type Employee.
        policy: The policy in force.
        ours: What Xledger would have had; None for nothing, which only a decision holds back.
        theirs: What it keeps; None for nothing: in a line of a value that has other lines there, or by a decision.
        decided: Whether a decision about this person holds the value back, whatever the policy says.
    """

    field: str
    target: str
    policy: Policy
    ours: str | None = dataclasses.field(repr=False)
    theirs: str | None = dataclasses.field(repr=False)
    decided: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do about one person.

    Attributes:
        action: What it comes to.
        changes: The values to write, in the order of the field table; empty unless creating or updating.
        conflicts: Where Xledger's value stands although Huma's differs.
        warnings: Values that were left out.
        skip_reason: Why the person is left out; only with `Action.SKIP`.
        rejection: Why the record is rejected; only with `Action.REJECT`.
        detail: More about a rejection: ids, never values.
    """

    action: Action
    changes: tuple[FieldChange, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    warnings: tuple[FieldWarning, ...] = ()
    skip_reason: SkipReason | None = None
    rejection: RejectionCode | None = None
    detail: str = ""

    @classmethod
    def skip(cls, reason: SkipReason) -> "Plan":
        """A plan to leave someone out."""
        return cls(Action.SKIP, skip_reason=reason)

    @classmethod
    def reject(cls, code: RejectionCode, detail: str = "") -> "Plan":
        """A plan to reject a record."""
        return cls(Action.REJECT, rejection=code, detail=detail)


def plan(  # noqa: PLR0913  each of them decides something of its own
    desired: Desired,
    current: Employee | None,
    policies: Policies,
    table: FieldTable,
    rulings: Rulings = NO_RULINGS,
    *,
    creating: bool = False,
    born_with: Mapping[str, str] = MappingProxyType({}),
) -> Plan:
    """Decides what to do about a person.

    Args:
        desired: What the record says.
        current: The employee in Xledger, or None when there is none.
        policies: What the administrator decided.
        table: The field table.
        rulings: What was decided about this person, which goes before the policies, and never loosens a field's rule.
        creating: Whether the employee was added a moment ago, so that this plan completes the creation.
        born_with: What Xledger gives somebody who is created by itself, by target, as far as that is known.

    Returns:
        The plan. A change is only ever planned for a value that is known and differs in meaning. Planning again
        once the changes are in Xledger gives `unchanged`.
    """
    if not desired.active and policies.deactivated_users is DeactivatedUsers.SKIP:
        return Plan.skip(SkipReason.DEACTIVATED)
    if current is None:
        return _creation(desired, policies, table, rulings, born_with)
    return _decisions(desired, current, policies, table, rulings, creating=creating)


def policy_in_force(rule: Rule, policies: Policies, rulings: Rulings) -> Policy:
    """How far a rule's fields may reach for one person: their own rule counts in any case.

    What an administrator asked of a field in general does not count where Huma's value was decided to stand.
    """
    decided = rulings.let_through(rule.fields, Stands.HUMA)
    return policies.for_fields(tuple(name for name in rule.fields if name not in decided), rule.rule)


def contradictions(desired: Desired, current: Employee, table: FieldTable) -> tuple[str, ...]:
    """What tells that somebody is not an employee: values for life that are known of both, and differ in meaning.

    Args:
        desired: What the record says.
        current: The employee in Xledger.
        table: The field table, which says what a person has for life.

    Returns:
        Names of the record's fields; none when nothing speaks against it.
    """
    return tuple(rule.fields[0] for rule in table.rules if rule.lifelong and False in _compared(rule, desired, current))


def is_somebody_else(desired: Desired, current: Employee, table: FieldTable) -> tuple[str, ...]:
    """What tells that somebody is not the employee who has their code.

    A code says who is who, and a value for life that differs is then a correction, which is written. Not where the code
    has come back: to somebody who works, while the employee has left, and not on the day on which the record says so
    too; or to somebody of whom neither the e-mail address nor the whole name agrees, or more than one value for life
    differs.

    Args:
        desired: What the record says.
        current: The employee in Xledger.
        table: The field table, which says what a person has for life, and what is theirs alone.

    Returns:
        Names of the record's fields, as `contradictions` has them; none for one and the same person.
    """
    differing = contradictions(desired, current, table)
    has_left_too = True in _compared(table.rule_of[table.left_by], desired, current)
    came_back = desired.works and current.left and not has_left_too
    corrected = len(differing) == 1 and _is_known_by(desired, current, table) and not came_back
    return () if corrected else differing


def _is_known_by(desired: Desired, current: Employee, table: FieldTable) -> bool:
    """Whether something agrees that is a person's own: one value that is so alone, or all that are so together."""
    agreeing = {
        rule.canonical_target: True in _compared(rule, desired, current) for rule in table.rules if rule.personal
    }
    alone = [rule.canonical_target for rule in table.rules if rule.personal == "alone"]
    together = [rule.canonical_target for rule in table.rules if rule.personal == "together"]
    return any(agreeing[target] for target in alone) or all(agreeing[target] for target in together)


def _compared(rule: Rule, desired: Desired, current: Employee) -> set[bool]:
    """Whether the values that are known of both mean the same, at each place in Xledger."""
    ours = desired.values[rule.canonical_target]
    theirs = [current.values[target] for target in rule.targets]
    return {rule.same(ours, value) for value in theirs if isinstance(ours, str) and isinstance(value, str)}


def _creation(
    desired: Desired, policies: Policies, table: FieldTable, rulings: Rulings, born_with: Mapping[str, str]
) -> Plan:
    if policies.new_users is NewUsers.SKIP or rulings.leave:
        return Plan.skip(SkipReason.NOT_IN_XLEDGER)
    if not desired.active and policies.deactivated_users is DeactivatedUsers.UPDATE_EXISTING:
        return Plan.skip(SkipReason.DEACTIVATED)
    if desired.employment_id is None:
        return Plan.reject(RejectionCode.MISSING_KEY, _why_without_a_key(desired, table))
    nobody = Employee(db_ids={}, values={**dict.fromkeys(table.targets), **born_with})
    return replace(_decisions(desired, nobody, policies, table, rulings, creating=True), action=Action.CREATE)


def _why_without_a_key(desired: Desired, table: FieldTable) -> str:
    """Why there is no key, where that is known."""
    lost = FieldWarning(WarningCode.CHANGED_BY_HOST, table.rule_of[EMPLOYMENT_ID].fields[0])
    return f"The host has changed {lost.field} on the way, so it is unknown." if lost in desired.warnings else ""


def _decisions(
    desired: Desired,
    current: Employee,
    policies: Policies,
    table: FieldTable,
    rulings: Rulings,
    *,
    creating: bool,
) -> Plan:
    changes: list[FieldChange] = []
    conflicts: list[Conflict] = []
    warnings = list(desired.warnings)
    if current.closed and desired.works:
        closed = FieldWarning(WarningCode.EMPLOYEE_IS_CLOSED, table.closed_keys[-1], target=table.closed_by)
        warnings.append(closed)
    stage = Stage.BEING_CREATED if creating else _stage(desired, current, policies, table, rulings)
    for rule in table.rules:
        policy = policy_in_force(rule, policies, rulings)
        is_held_back = _is_held_back(rule, table, rulings, stage)
        for target in _targets(rule, table, current, creating=creating):
            decision = _decide(rule, _Place(target, current, table), desired, policy, stage)
            match _possible(_held_back(decision, policy) if is_held_back else decision, current, table):
                case None:
                    pass
                case FieldChange() as change:
                    changes.append(change)
                case Conflict() as conflict:
                    conflicts.append(conflict)
                case FieldWarning() as warning:
                    warnings.append(warning)
    return Plan(
        Action.UPDATE if changes else Action.UNCHANGED,
        changes=tuple(_attributed(changes, table)),
        conflicts=tuple(conflicts),
        warnings=tuple(dict.fromkeys(warnings)),
    )


def _targets(rule: Rule, table: FieldTable, current: Employee, *, creating: bool) -> Iterator[str]:
    """The targets that a decision is about: what Xledger does not show is unknown, and left alone.

    Of somebody who is not there yet nothing can be unknown: they get what nobody can be added without.
    """
    for name in rule.targets:
        target = table.targets[name]
        given = target.needed_at_creation and target.creation and not current.db_ids
        if (target.readable or given) and (creating or not target.only_at_creation):
            yield name


def _stage(desired: Desired, current: Employee, policies: Policies, table: FieldTable, rulings: Rulings) -> Stage:
    """How far an employee has come who was there before."""
    last = table.rule_of[table.completed_by]
    to_come = isinstance(desired.values[last.canonical_target], str)
    is_written = policy_in_force(last, policies, rulings) is not Policy.READ_ONLY
    will_come = to_come and is_written and not rulings.hold_back(last.fields, Stands.HUMA)
    return Stage.UNFINISHED if will_come and current.values[table.completed_by] is None else Stage.COMPLETE


@dataclass(frozen=True, slots=True)
class _Place:
    """What Xledger has at a target."""

    target: str
    current: Employee
    table: FieldTable

    @property
    def theirs(self) -> State:
        """The value there."""
        return self.current.values[self.target]

    @property
    def is_there(self) -> bool:
        """Whether Xledger has the value that it belongs to: one of several lines is there as soon as any of them is."""
        return any(isinstance(line, str) for line in self._lines)

    @property
    def is_seen(self) -> bool:
        """Whether all lines of that value are known."""
        return MISSING not in self._lines

    @property
    def _lines(self) -> list[State]:
        return [self.current.values.get(line) for line in self.table.lines(self.target)]


def _decide(
    rule: Rule, place: _Place, desired: Desired, policy: Policy, stage: Stage
) -> FieldChange | Conflict | FieldWarning | None:
    """The decision about one target: whatever is unknown on our side is left alone."""
    ours = desired.values[rule.canonical_target]
    target, theirs = place.target, place.theirs
    if ours is MISSING or rule.same(ours, theirs):
        return None
    field_name = rule.fields[0]
    if theirs is MISSING:
        unknown = ours is not None and policy is not Policy.READ_ONLY
        return FieldWarning(WarningCode.PARTLY_WRITTEN, field_name, target=target) if unknown else None
    if ours is None:
        return FieldChange(field_name, target, theirs, None) if policy is Policy.MIRROR else None
    if not _may_set(policy, stage, is_there=place.is_there):
        return Conflict(field_name, target, policy, ours, theirs) if place.is_there else None
    if not (place.is_seen or stage is Stage.BEING_CREATED or _may_set(policy, stage, is_there=True)):
        return FieldWarning(WarningCode.PARTLY_WRITTEN, field_name, target=target)
    return FieldChange(field_name, target, theirs, ours)


def _is_held_back(rule: Rule, table: FieldTable, rulings: Rulings, stage: Stage) -> bool:
    """Whether nothing of a rule is to be written, by a decision. Nobody can be created without their code and name."""
    needed = table.needed_fields if stage is Stage.BEING_CREATED else frozenset()
    return rulings.hold_back(rule.fields, Stands.HUMA) and needed.isdisjoint(rule.fields)


def _held_back(decision: FieldChange | Conflict | FieldWarning | None, policy: Policy) -> Conflict | None:
    """What a decision leaves of what would be done about a target: what is there stands, also where nothing is."""
    match decision:
        case FieldChange(field, target, before, after):
            return Conflict(field, target, policy, after, before, decided=True)
        case Conflict():
            return replace(decision, decided=True)
    return None


def _possible(
    decided: FieldChange | Conflict | FieldWarning | None, current: Employee, table: FieldTable
) -> FieldChange | Conflict | FieldWarning | None:
    """The decision, or in place of a change that this Xledger has no way to write, a warning that says so."""
    if not isinstance(decided, FieldChange):
        return decided
    target = table.targets[decided.target]
    exists = bool(current.db_ids)
    if target.routes or (target.creation and not exists):
        return decided
    return FieldWarning(WarningCode.PARTLY_WRITTEN, decided.field, told=True, target=decided.target)


def _may_set(policy: Policy, stage: Stage, *, is_there: bool) -> bool:
    """Whether a policy allows a value to be written, where Xledger has one or has none."""
    match policy:
        case Policy.MIRROR | Policy.NO_UNSET:
            return True
        case Policy.FILL_EMPTY:
            return not is_there
        case Policy.CREATE_ONLY:
            return stage is Stage.BEING_CREATED or (stage is Stage.UNFINISHED and not is_there)
        case Policy.READ_ONLY:
            return False


def _attributed(changes: list[FieldChange], table: FieldTable) -> Iterator[FieldChange]:
    """Counts a change of a value that several fields make up under the one of them that changed.

    Otherwise a new family name would be reported as a new given name too, because the description holds both.
    """
    own = {change.field for change in changes if len(table.rule_of[change.target].fields) == 1}
    for change in changes:
        changed = [name for name in table.rule_of[change.target].fields if name in own]
        yield replace(change, field=changed[0]) if changed else change
