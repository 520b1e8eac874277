"""What to do about a person in Xledger: pure decisions over what they should have and what Xledger has."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType

from shared_mappings.codes import RejectionCode, SkipReason, WarningCode
from shared_mappings.desired import EMPLOYMENT_ID, Desired, FieldWarning
from shared_mappings.direction import to_xledger
from shared_mappings.employee import Employee
from shared_mappings.field_table import FieldTable, Rule
from shared_mappings.planning.deciding import Comparison, Stage, stage_of
from shared_mappings.planning.plans import Action, Decision, FieldChange, Plan
from shared_mappings.policies import DeactivatedUsers, NewUsers, Policies
from shared_mappings.rulings import NO_RULINGS, Rulings


def plan_for_xledger(  # noqa: PLR0913  each of them decides something of its own
    desired: Desired,
    current: Employee | None,
    policies: Policies,
    table: FieldTable,
    rulings: Rulings = NO_RULINGS,
    *,
    creating: bool = False,
    born_with: Mapping[str, str] = MappingProxyType({}),
) -> Plan:
    """Decides what to do about a person in Xledger.

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
    desired: Desired, current: Employee, policies: Policies, table: FieldTable, rulings: Rulings, *, creating: bool
) -> Plan:
    direction = to_xledger(table)
    stage = Stage.BEING_CREATED if creating else stage_of(desired, current, policies, direction, rulings)
    comparison = Comparison(desired, current, policies, direction, rulings, stage)
    warnings = list(desired.warnings)
    if current.closed and desired.works:
        closed = FieldWarning(WarningCode.EMPLOYEE_IS_CLOSED, table.closed_keys[-1], target=table.closed_by)
        warnings.append(closed)
    decided = (
        _possible(comparison.decide(rule, target), current, table)
        for rule in table.rules
        for target in _targets(rule, table, current, creating=creating)
    )
    made = Plan.of(decided, warnings)
    return replace(made, changes=tuple(_attributed(made.changes, table)))


def _targets(rule: Rule, table: FieldTable, current: Employee, *, creating: bool) -> Iterator[str]:
    """The targets that a decision is about: what Xledger does not show is unknown, and left alone.

    Of somebody who is not there yet nothing can be unknown: they get what nobody can be added without.
    """
    for name in rule.targets:
        target = table.targets[name]
        given = target.needed_at_creation and target.creation and not current.db_ids
        if (target.readable or given) and (creating or not target.only_at_creation):
            yield name


def _possible(decided: Decision, current: Employee, table: FieldTable) -> Decision:
    """The decision, or in place of a change that this Xledger has no way to write, a warning that says so."""
    if not isinstance(decided, FieldChange):
        return decided
    target = table.targets[decided.target]
    exists = bool(current.db_ids)
    if target.routes or (target.creation and not exists):
        return decided
    return FieldWarning(WarningCode.PARTLY_WRITTEN, decided.field, told=True, target=decided.target)


def _attributed(changes: tuple[FieldChange, ...], table: FieldTable) -> Iterator[FieldChange]:
    """Counts a change of a value that several fields make up under the one of them that changed.

    Otherwise a new family name would be reported as a new given name too, because the description holds both.
    """
    own = {change.field for change in changes if len(table.rule_of[change.target].fields) == 1}
    for change in changes:
        changed = [name for name in table.rule_of[change.target].fields if name in own]
        yield replace(change, field=changed[0]) if changed else change
