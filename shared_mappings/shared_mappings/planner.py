"""What to do about a person: pure decisions over what they should have and what Xledger has."""

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum

from shared_mappings.codes import RejectionCode, SkipReason, WarningCode
from shared_mappings.desired import Desired, FieldWarning
from shared_mappings.employee import Employee
from shared_mappings.field_table import FieldTable, Rule
from shared_mappings.policies import DeactivatedUsers, NewUsers, Policies, Policy
from shared_mappings.states import MISSING


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
    """Both sides have a value, they differ in meaning, and the policy keeps Xledger's."""

    field: str
    target: str
    policy: Policy
    ours: str = dataclasses.field(repr=False)
    theirs: str = dataclasses.field(repr=False)


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


def plan(
    desired: Desired, current: Employee | None, policies: Policies, table: FieldTable, *, creating: bool = False
) -> Plan:
    """Decides what to do about a person.

    Args:
        desired: What the record says.
        current: The employee in Xledger, or None when there is none.
        policies: What the administrator decided.
        table: The field table.
        creating: Whether the employee was added a moment ago, so that this plan completes the creation.

    Returns:
        The plan. A change is only ever planned for a value that is known and differs in meaning. Planning again
        once the changes are in Xledger gives `unchanged`.
    """
    if not desired.active and policies.deactivated_users is DeactivatedUsers.SKIP:
        return Plan.skip(SkipReason.DEACTIVATED)
    if current is None:
        return _creation(desired, policies, table)
    return _decisions(desired, current, policies, table, creating=creating)


def contradictions(desired: Desired, current: Employee, table: FieldTable) -> tuple[str, ...]:
    """What tells that somebody is not an employee: values for life that are known of both, and differ in meaning.

    Args:
        desired: What the record says.
        current: The employee in Xledger.
        table: The field table, which says what a person has for life.

    Returns:
        Names of the record's fields; none when nothing speaks against it.
    """
    return tuple(
        rule.fields[0]
        for rule in table.rules
        for target in rule.targets
        if rule.lifelong
        and isinstance(ours := desired.values[rule.canonical_target], str)
        and isinstance(theirs := current.values[target], str)
        and not rule.same(ours, theirs)
    )


def _creation(desired: Desired, policies: Policies, table: FieldTable) -> Plan:
    if policies.new_users is NewUsers.SKIP:
        return Plan.skip(SkipReason.NOT_IN_XLEDGER)
    if not desired.active and policies.deactivated_users is DeactivatedUsers.UPDATE_EXISTING:
        return Plan.skip(SkipReason.DEACTIVATED)
    if desired.employment_id is None:
        return Plan.reject(RejectionCode.MISSING_KEY)
    nobody = Employee(db_ids={}, values=dict.fromkeys(table.targets))
    return replace(_decisions(desired, nobody, policies, table, creating=True), action=Action.CREATE)


def _decisions(desired: Desired, current: Employee, policies: Policies, table: FieldTable, *, creating: bool) -> Plan:
    changes: list[FieldChange] = []
    conflicts: list[Conflict] = []
    warnings = list(desired.warnings)
    stage = Stage.BEING_CREATED if creating else _stage(desired, current, policies, table)
    for rule in table.rules:
        policy = policies.for_fields(rule.fields, rule.rule)
        for target in _targets(rule, table, current, creating=creating):
            match _possible(_decide(rule, target, desired, current, policy, stage), current, table):
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


def _stage(desired: Desired, current: Employee, policies: Policies, table: FieldTable) -> Stage:
    """How far an employee has come who was there before."""
    last = table.rule_of[table.completed_by]
    to_come = isinstance(desired.values[last.canonical_target], str)
    will_come = to_come and policies.for_fields(last.fields, last.rule) is not Policy.READ_ONLY
    return Stage.UNFINISHED if will_come and current.values[table.completed_by] is None else Stage.COMPLETE


def _decide(
    rule: Rule, target: str, desired: Desired, current: Employee, policy: Policy, stage: Stage
) -> FieldChange | Conflict | FieldWarning | None:
    """The decision about one target: whatever is unknown on our side is left alone."""
    ours = desired.values[rule.canonical_target]
    theirs = current.values[target]
    if ours is MISSING or rule.same(ours, theirs):
        return None
    field_name = rule.fields[0]
    if theirs is MISSING:
        return (
            None if ours is None or policy is Policy.READ_ONLY else FieldWarning(WarningCode.PARTLY_WRITTEN, field_name)
        )
    if ours is None:
        return FieldChange(field_name, target, theirs, None) if policy is Policy.MIRROR else None
    if _may_set(policy, theirs, stage):
        return FieldChange(field_name, target, theirs, ours)
    return None if theirs is None else Conflict(field_name, target, policy, ours, theirs)


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
    return FieldWarning(WarningCode.PARTLY_WRITTEN, decided.field, told=True)


def _may_set(policy: Policy, theirs: str | None, stage: Stage) -> bool:
    """Whether a policy allows a value to be written over what Xledger has."""
    match policy:
        case Policy.MIRROR | Policy.NO_UNSET:
            return True
        case Policy.FILL_EMPTY:
            return theirs is None
        case Policy.CREATE_ONLY:
            return stage is Stage.BEING_CREATED or (stage is Stage.UNFINISHED and theirs is None)
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
