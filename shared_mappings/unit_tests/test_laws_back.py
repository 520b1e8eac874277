"""Laws of the way back: they hold for every employee, every user, all that Huma lets us write, and every policy."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_mappings import (
    MISSING,
    Able,
    Action,
    Employee,
    FieldChange,
    Options,
    Plan,
    Policies,
    Policy,
    User,
    bodies_for_huma,
    desired_from_user,
    plan_for_huma,
    plan_for_xledger,
    policy_in_force,
    read_path,
    to_huma,
)
from shared_mappings.normal_forms import as_text, compact_number
from shared_mappings.states import State

from .conftest import ABLE, RECORD, carried_out, taken_by_huma, user_like, wanted
from .strategies import ABLES, EMPLOYEES, POLICIES, RECORDS, TABLE, TEXTS

TO_HUMA = to_huma(TABLE)

LOOSEST = Policies(dict.fromkeys(TO_HUMA.fields, Policy.NO_UNSET))
"""What an administrator asks for who lets Xledger's values stand wherever they may."""

ACTIVE = RECORDS.map(lambda record: {**record, "active": True})

ADDRESS = TABLE.lines("homeAddress.line1")

PATHS = {path for rule in TO_HUMA.rules for path in rule.record.values()} - {"identifications"}
"""Where a record has values that can be written."""


def planned(employee: Employee, user: User | None, policies: Policies, able: Able, *, creating: bool = False) -> Plan:
    return plan_for_huma(wanted(employee.values), user, policies, TABLE, able, Options(), creating=creating)


def sent(decided: Plan, employee: Employee, user: User | None, able: Able) -> Mapping[str, Any]:
    return bodies_for_huma(decided.changes, user, able, TABLE, Options(), wanted(employee.values))


def after(record: Mapping[str, Any], employee: Employee, policies: Policies, able: Able) -> dict[str, Any]:
    """The record once what was planned is in Huma."""
    user = user_like(record)
    return taken_by_huma(record, sent(planned(employee, user, policies, able), employee, user, able))


def places(decided: Plan) -> set[str]:
    return {change.target for change in decided.changes}


@given(EMPLOYEES, ACTIVE, POLICIES, ABLES)
def test_planning_twice_changes_nothing(
    employee: Employee, record: dict[str, Any], policies: Policies, able: Able
) -> None:
    again = after(record, employee, policies, able)
    assert planned(employee, user_like(again), policies, able).changes == ()


@given(EMPLOYEES, POLICIES)
def test_what_completes_a_creation_changes_nothing_when_planned_again(employee: Employee, policies: Policies) -> None:
    first = planned(employee, None, policies, ABLE)
    if first.action is Action.CREATE:
        empty = {"id": RECORD["id"], "active": True, **dict.fromkeys(RECORD.keys() - {"id", "active"})}
        added = taken_by_huma(empty, sent(first, employee, None, ABLE))
        second = planned(employee, user_like(added), policies, ABLE, creating=True)
        assert {TABLE.rule_at[place].huma.object for place in places(second)} <= {"position"}  # type: ignore[union-attr]
        completed = taken_by_huma(added, sent(second, employee, user_like(added), ABLE))
        assert planned(employee, user_like(completed), policies, ABLE, creating=True).changes == ()


@given(EMPLOYEES, ACTIVE, POLICIES, ABLES)
def test_nothing_is_ever_unset_in_huma(
    employee: Employee, record: dict[str, Any], policies: Policies, able: Able
) -> None:
    """Inside an address and a bank account as well."""
    then, now = user_like(record), user_like(after(record, employee, policies, able))
    assert [place for place, value in then.values.items() if value is not None and now.values[place] is None] == []


@given(EMPLOYEES, ACTIVE, POLICIES, ABLES)
def test_what_is_read_only_is_never_written(
    employee: Employee, record: dict[str, Any], policies: Policies, able: Able
) -> None:
    for place in places(planned(employee, user_like(record), policies, able)):
        assert policy_in_force(TABLE.rule_at[place], policies, TO_HUMA) is not Policy.READ_ONLY


@given(EMPLOYEES, ACTIVE, POLICIES, ABLES)
def test_what_is_unknown_of_either_is_never_written(
    employee: Employee, record: dict[str, Any], policies: Policies, able: Able
) -> None:
    user, desired = user_like(record), wanted(employee.values)
    for change in planned(employee, user, policies, able).changes:
        assert user.values[change.target] is not MISSING
        assert change.after == desired.values[TABLE.rule_at[change.target].canonical_target]


@given(EMPLOYEES, ACTIVE, POLICIES, ABLES)
def test_nothing_is_different_afterwards_but_what_was_planned(
    employee: Employee, record: dict[str, Any], policies: Policies, able: Able
) -> None:
    then, now = user_like(record), after(record, employee, policies, able)
    decided = planned(employee, then, policies, able)
    written = {path for place in places(decided) for path in TABLE.rule_at[place].record.values()}
    different = {path for path in PATHS if _text(now, path) != _text(record, path)}
    assert different <= written
    assert now.keys() - record.keys() == set()


def _text(record: Mapping[str, Any], path: str) -> State:
    """What stands at a path; a country by its code, as it is sent along with the other lines."""
    value = as_text(read_path(record, path))
    value = user_like({**RECORD, **record}).values[path] if path == "homeAddress.country" else value
    return value if isinstance(value, str) and value else None


@given(EMPLOYEES, ACTIVE, POLICIES, ABLES)
def test_what_huma_does_not_let_us_write_is_not_sent(
    employee: Employee, record: dict[str, Any], policies: Policies, able: Able
) -> None:
    user = user_like(record)
    decided = planned(employee, user, policies, able)
    assert {place.partition(".")[0] for place in places(decided)} & able.locked == set()
    assert able.position_id is not None or "position" not in sent(decided, employee, user, able)


@given(EMPLOYEES, ACTIVE, POLICIES, ABLES)
def test_tightening_a_policy_never_writes_more(
    employee: Employee, record: dict[str, Any], policies: Policies, able: Able
) -> None:
    user = user_like(record)
    written, at_most = (places(planned(employee, user, each, able)) for each in (policies, LOOSEST))
    assert written - {TO_HUMA.completed_by} <= at_most  # which waits for what is asked for, and cannot be written


@given(EMPLOYEES, ACTIVE, POLICIES, ABLES)
def test_an_address_is_written_whole_and_one_with_a_line_of_its_own_never(
    employee: Employee, record: dict[str, Any], policies: Policies, able: Able
) -> None:
    user, desired = user_like(record), wanted(employee.values)
    decided = planned(employee, user, policies, able)
    address = sent(decided, employee, user, able).get("user", {}).get("homeAddress")
    if address is not None:
        assert address.keys() == RECORD["homeAddress"].keys()
        assert all(isinstance(line, str) for line in address.values())
        for line in ADDRESS:
            ours = desired.values[TABLE.rule_at[line].canonical_target]
            assert user.values[line] is None or isinstance(ours, str)


@given(EMPLOYEES, RECORDS | st.none(), POLICIES, ABLES)
def test_any_record_can_be_planned_and_sent(
    employee: Employee, record: dict[str, Any] | None, policies: Policies, able: Able
) -> None:
    user = None if record is None else user_like(record)
    decided = planned(employee, user, policies, able)
    bodies = sent(decided, employee, user, able)
    assert bool(bodies) is bool(decided.changes)
    assert {type(value) for body in bodies.values() for value in body.values()} <= {str, dict}


def shown_by_xledger(employee: Employee) -> dict[str, State]:
    """The values of an employee, with a social security number as Xledger shows it."""
    values = dict(employee.values)
    number = values["employee.socialSecurityMasked"]
    if isinstance(number, str) and "*" not in number:
        compact = compact_number(number)
        values["employee.socialSecurityMasked"] = compact[:6] + "*" * len(compact[6:])
    return values


@given(ACTIVE, EMPLOYEES | st.none(), POLICIES)
def test_what_a_plan_for_xledger_has_written_a_plan_for_huma_finds_unchanged(
    record: dict[str, Any], employee: Employee | None, policies: Policies
) -> None:
    decided = plan_for_xledger(desired_from_user(record, TABLE, Options()), employee, policies, TABLE)
    written = carried_out(decided, employee, TABLE)
    written = replace(written, values=shown_by_xledger(written))
    back = planned(written, user_like(record), LOOSEST, ABLE)
    told = {change.target for change in (*back.changes, *back.conflicts)}
    for rule in TO_HUMA.rules:  # the first target is what Huma is told; a policy may have kept what stands there
        if rule.canonical_target in {change.target for change in decided.changes}:
            assert told.isdisjoint(TO_HUMA.places(rule))


@given(EMPLOYEES, ACTIVE | st.none(), POLICIES, ABLES)
def test_what_a_plan_for_huma_has_written_a_plan_for_xledger_finds_unchanged(
    employee: Employee, record: dict[str, Any] | None, policies: Policies, able: Able
) -> None:
    user = None if record is None else user_like(record)
    decided = planned(employee, user, policies, able)
    taken = taken_by_huma({"id": "1", **(record or {})}, sent(decided, employee, user, able))
    forth = plan_for_xledger(desired_from_user(taken, TABLE, Options()), employee, Policies(), TABLE)
    told = {change.target for change in (*forth.changes, *forth.conflicts)}
    ours = wanted(employee.values).values
    for rule in {TABLE.rule_at[place].canonical_target: TABLE.rule_at[place] for place in places(decided)}.values():
        # Where only another target had the value, or the first one had it in another form, the first one gets it.
        if rule.same(ours[rule.canonical_target], employee.values[rule.canonical_target]):
            assert rule.canonical_target not in told
    assert all(
        change.after is not None for change in forth.changes if change.field in {each.field for each in decided.changes}
    )


@given(EMPLOYEES, ABLES)
def test_of_somebody_who_was_added_a_plan_for_xledger_unsets_nothing(employee: Employee, able: Able) -> None:
    nobody = {**dict.fromkeys(RECORD), "id": "1", "active": True}
    user, desired = user_like(nobody), wanted(employee.values)
    decided = plan_for_huma(desired, user, Policies(), TABLE, able, Options(), creating=True)
    taken = taken_by_huma(nobody, sent(decided, employee, user, replace(able, position_id=None)))
    forth = plan_for_xledger(desired_from_user(taken, TABLE, Options()), employee, Policies(), TABLE)
    assert None not in {change.after for change in forth.changes}


@pytest.mark.parametrize("field", ["phone", "givenName", "familyName"])
@given(text=TEXTS.filter(as_text))
def test_any_text_arrives_in_huma_unchanged(field: str, text: str) -> None:
    rule = next(rule for rule in TO_HUMA.rules if rule.fields == (field,))
    employee = Employee({"updateEmployees": "11"}, {**dict.fromkeys(TABLE.targets), rule.canonical_target: text})
    user = user_like({**RECORD, field: None})
    decided = planned(employee, user, Policies(), ABLE)
    if len(text) <= 255:
        assert decided.changes == (FieldChange(field, field, None, text),)
        assert sent(decided, employee, user, ABLE) == {"user": {field: text}}
