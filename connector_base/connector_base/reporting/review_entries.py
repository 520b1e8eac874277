"""What a page of a preview tells of each person. Pure; these hold values."""

from collections.abc import Iterator, Mapping

from connector_base.pages.contents import Somebody, Told
from connector_base.people.person import InvalidRecord, Planned, There
from connector_base.reporting.compared import Comparing
from connector_base.reporting.sides import Sides
from shared_mappings import Action, RejectionCode


def somebody(item: Planned[There], comparing: Comparing) -> Somebody:
    """Somebody who came.

    Args:
        item: The person, who they are in the other system, and what would be done.
        comparing: How they are compared.

    Returns:
        Of somebody on whom both systems agree, no more than who they are.
    """
    plan, sides = item.plan, comparing.sides
    reason = plan.rejection or plan.skip_reason
    ids = sides.ids(item.person, sides.id_there(item.there))
    entry: Somebody = {
        "user": ids["user"],
        "employee": ids["employee"],
        "name": item.person.name or None,
        "employmentId": item.person.employment_id or None,
        "action": plan.action.value,
    }
    if reason is not None:
        entry["reason"] = reason.value
    if plan.action in (Action.UPDATE, Action.UNCHANGED) and (values := comparing.differences(item)):
        entry["values"] = values
    if plan.action is Action.CREATE:
        entry["new"] = _new(item, sides)
    if told := list(_told(item, sides)):
        entry["told"] = told
    if plan.lifted_by is not None and (seen := comparing.seen(item, plan.lifted_by)) is not None:
        entry["renumber"] = seen
    if changed := sides.changed(item.person, item.there):
        entry["changed"] = changed
    if item.there is None and plan.action in (Action.CREATE, Action.SKIP):
        entry |= _decided(item)
    return entry


def invalid_somebody(invalid: InvalidRecord, sides: Sides) -> Somebody:
    """Somebody whose record does not fit its schema."""
    ids = sides.ids(invalid)
    return {
        "user": ids["user"],
        "employee": ids["employee"],
        "name": invalid.name or None,
        "employmentId": invalid.employment_id or None,
        "action": Action.REJECT.value,
        "reason": RejectionCode.INVALID_RECORD.value,
        "told": [told(RejectionCode.INVALID_RECORD.value, "; ".join(invalid.faults), rejected=True)],
    }


def told(code: str, why: str = "", field: str = "", *, rejected: bool = False) -> Told:
    """Why something is not written.

    Args:
        code: The code of the rejection or the warning.
        why: What is particular about it; empty for nothing.
        field: Whose value is left out; empty where the person is not written at all, or it is about the person.
        rejected: Whether the person is not written at all.
    """
    entry: Told = {"code": code}
    if why:
        entry["why"] = why
    if field:
        entry["field"] = field
    if rejected:
        entry["rejected"] = True
    return entry


def _told(item: Planned[There], sides: Sides) -> Iterator[Told]:
    plan = item.plan
    if plan.rejection is not None:
        yield told(plan.rejection.value, plan.detail, rejected=True)
    for warning in plan.warnings:
        yield told(warning.code.value, field=warning.field if warning.field in sides.direction.table.fields else "")


def _new(item: Planned[There], sides: Sides) -> Mapping[str, str]:
    """What somebody gets who is created: of a field with several places, what the first one gets, all its lines."""
    table = sides.direction.table
    found: dict[str, dict[tuple[str, ...], list[str]]] = {}
    for change in item.plan.changes:
        if change.after is not None and len(table.rule_at[change.target].fields) == 1:
            found.setdefault(change.field, {}).setdefault(table.lines(change.target), []).append(change.after)
    return {name: ", ".join(next(iter(places.values()))) for name, places in found.items()}


def _decided(item: Planned[There]) -> Somebody:
    """What was decided about somebody who is in one system only."""
    rulings, decided = item.person.rulings, Somebody()
    if rulings.leave:
        decided["leave"] = True
    if rulings.add:
        decided["add"] = True
    return decided
