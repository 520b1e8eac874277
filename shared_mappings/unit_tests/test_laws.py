"""Laws that hold for every record, every employee and every choice of policies."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_mappings import (
    MISSING,
    Action,
    Employee,
    Options,
    Policies,
    Policy,
    desired_from_employee,
    desired_from_user,
    employee_schema,
    plan_for_xledger,
    users_schema,
)
from shared_mappings.normal_forms import as_text, normalised_key

from .conftest import IN_XLEDGER, RECORD, planned_again
from .strategies import EMPLOYEES, POLICIES, RECORDS, TABLE, TEXTS

RECORD_KINDS = {"users": (users_schema, desired_from_user), "employee": (employee_schema, desired_from_employee)}

OBJECTS = [("homeAddress", "users"), ("bankAccount", "users"), ("address", "employee")]
"""The objects that are one value, and the record that has them."""

NEVER_UNSET = {target for rule in TABLE.rules if rule.rule is not Policy.MIRROR for target in rule.targets}


def desired(record: dict[str, Any]) -> Any:
    return desired_from_user(record, TABLE, Options())


@given(RECORDS, EMPLOYEES | st.none(), POLICIES)
def test_planning_twice_changes_nothing(record: dict[str, Any], current: Employee | None, policies: Policies) -> None:
    first = plan_for_xledger(desired(record), current, policies, TABLE)
    if first.action in (Action.CREATE, Action.UPDATE):
        assert planned_again(first, desired(record), current, policies).action is Action.UNCHANGED


@given(RECORDS, EMPLOYEES | st.none(), POLICIES)
def test_a_missing_key_never_produces_a_change(
    record: dict[str, Any], current: Employee | None, policies: Policies
) -> None:
    known = {
        rule.canonical_target
        for rule in TABLE.rules
        if all(path.partition(".")[0] in record for path in rule.record.values())
    }
    changed = {change.target for change in plan_for_xledger(desired(record), current, policies, TABLE).changes}
    for rule in TABLE.rules:
        if changed & set(rule.targets):
            assert rule.canonical_target in known


@pytest.mark.parametrize(("name", "record"), OBJECTS)
@given(data=st.data())
def test_in_an_object_that_is_one_value_a_missing_key_means_the_same_as_null(
    name: str, record: str, data: st.DataObject
) -> None:
    schema, desire = RECORD_KINDS[record]
    keys = list(schema()["properties"][name]["properties"])
    some = data.draw(st.dictionaries(st.sampled_from(keys), st.none() | TEXTS))
    assert desire({name: some}, TABLE, Options()) == desire({name: dict.fromkeys(keys) | some}, TABLE, Options())


@pytest.mark.parametrize(("name", "record"), OBJECTS)
@given(data=st.data())
def test_an_object_that_is_not_there_is_unknown_and_null_is_unset_as_a_whole(
    name: str, record: str, data: st.DataObject
) -> None:
    schema, desire = RECORD_KINDS[record]
    others = sorted(set(schema()["properties"]) - {name, "employmentId"})
    rest = data.draw(st.dictionaries(st.sampled_from(others), st.none()))
    missing, null = desire(rest, TABLE, Options()), desire({**rest, name: None}, TABLE, Options())
    targets = {
        rule.canonical_target
        for rule in TABLE.rules
        for path in (rule.record if record == "users" else rule.employee).values()
        if path.startswith(f"{name}.")
    }
    assert {missing.values[target] for target in targets} == {MISSING}
    assert {null.values[target] for target in targets} == {None}


@given(RECORDS, EMPLOYEES, POLICIES)
def test_what_is_read_only_or_never_unset_is_never_unset(
    record: dict[str, Any], current: Employee, policies: Policies
) -> None:
    unset = {
        change.target
        for change in plan_for_xledger(desired(record), current, policies, TABLE).changes
        if change.after is None
    }
    assert unset & NEVER_UNSET == set()


@given(RECORDS, EMPLOYEES | st.none(), POLICIES)
def test_what_is_read_only_is_never_written(
    record: dict[str, Any], current: Employee | None, policies: Policies
) -> None:
    for change in plan_for_xledger(desired(record), current, policies, TABLE).changes:
        rule = next(rule for rule in TABLE.rules if change.target in rule.targets)
        assert policies.for_fields(rule.fields, rule.rule) is not Policy.READ_ONLY


@given(RECORDS, EMPLOYEES, POLICIES)
def test_what_cannot_be_seen_in_xledger_is_never_written(
    record: dict[str, Any], current: Employee, policies: Policies
) -> None:
    for change in plan_for_xledger(desired(record), current, policies, TABLE).changes:
        assert current.values[change.target] is not MISSING


@given(RECORDS, EMPLOYEES, POLICIES)
def test_tightening_a_policy_never_writes_more(record: dict[str, Any], current: Employee, policies: Policies) -> None:
    loose = {change.target for change in plan_for_xledger(desired(record), current, Policies(), TABLE).changes}
    tight = {change.target for change in plan_for_xledger(desired(record), current, policies, TABLE).changes}
    assert tight <= loose


@given(RECORDS, EMPLOYEES, st.sampled_from([Policy.FILL_EMPTY, Policy.CREATE_ONLY]))
def test_where_xledger_has_a_line_of_an_address_or_one_that_nobody_sees_it_is_not_filled_up(
    record: dict[str, Any], current: Employee, policy: Policy
) -> None:
    decided = plan_for_xledger(desired(record), current, Policies({"homeAddress": policy}), TABLE)
    for change in decided.changes:
        lines = TABLE.lines(change.target)
        if len(lines) > 1:
            assert {current.values[line] for line in lines} == {None}


@given(RECORDS, EMPLOYEES, st.sampled_from([Policy.FILL_EMPTY, Policy.CREATE_ONLY, Policy.READ_ONLY]))
def test_whose_address_stands_is_told_wherever_a_line_of_it_differs(
    record: dict[str, Any], current: Employee, policy: Policy
) -> None:
    wanted = desired(record)
    decided = plan_for_xledger(wanted, current, Policies({"homeAddress": policy}), TABLE)
    told = {conflict.target for conflict in decided.conflicts}
    for rule in TABLE.rules:
        ours = wanted.values[rule.canonical_target]
        for target in rule.targets if "homeAddress" in rule.fields and isinstance(ours, str) else ():
            theirs = current.values[target]
            is_there = any(isinstance(current.values[line], str) for line in TABLE.lines(target))
            assert (target in told) is (is_there and theirs is not MISSING and not rule.same(ours, theirs))


@given(RECORDS)
def test_any_record_can_be_planned(record: dict[str, Any]) -> None:
    assert plan_for_xledger(desired(record), None, Policies(), TABLE).action in (
        Action.CREATE,
        Action.SKIP,
        Action.REJECT,
    )


@given(
    st.dictionaries(
        st.sampled_from([path for rule in TABLE.rules for path in rule.employee.values() if "." not in path]),
        st.none() | TEXTS,
    )
)
def test_an_employee_in_xledgers_own_terms_is_planned_like_any_other(record: dict[str, Any]) -> None:
    wanted = desired_from_employee(record, TABLE, Options())
    first = plan_for_xledger(wanted, None, Policies(), TABLE)
    if first.action is Action.CREATE:
        assert planned_again(first, wanted, None, Policies()).action is Action.UNCHANGED


@given(TEXTS.filter(as_text))
def test_any_text_arrives_in_the_plan_unchanged(text: str) -> None:
    wanted = desired({"id": "1", "employmentId": "1001", "jobTitle": text})
    after = {change.target: change.after for change in plan_for_xledger(wanted, None, Policies(), TABLE).changes}
    assert after["employee.contact.jobTitle"] == text


@given(RECORDS)
def test_what_is_written_is_what_was_compared(record: dict[str, Any]) -> None:
    """So Xledger's own copy of a value is the value: nothing of a plan is planned again when it comes back as text."""
    for change in plan_for_xledger(desired(record), None, Policies(), TABLE).changes:
        rule = TABLE.rule_of[change.target]
        assert change.after is None or (
            rule.same(change.after, change.after) and not rule.stands_for_none(change.after)
        )


@given(TEXTS.filter(as_text), st.sampled_from(["employmentId", "email"]))
def test_a_key_is_kept_as_it_was_entered_to_be_looked_up_and_written_in_one_form(text: str, field: str) -> None:
    wanted = desired({"id": "1", field: text})
    rule = next(rule for rule in TABLE.rules if rule.fields == (field,))
    written = wanted.values[rule.canonical_target]
    assert {"employmentId": wanted.employment_id, "email": wanted.email}[field] == text
    assert written == normalised_key(text)
    assert desired({"id": "1", field: written}).values[rule.canonical_target] == written


@pytest.mark.parametrize("nothing", ["\u200b", "\ufeff \u2060", "\u00ad", "\u3164", "\u00a0"])
def test_text_that_shows_nothing_never_replaces_what_is_never_unset(nothing: str) -> None:
    record = {key: nothing for key, value in RECORD.items() if isinstance(value, str)} | {
        "employmentId": RECORD["employmentId"],  # without it, nothing is unset at all
        "homeAddress": dict.fromkeys(RECORD["homeAddress"], nothing),
        "identifications": [{"type": "national", "country": "NO", "value": nothing}],
        "active": True,
    }
    current = Employee({"updateEmployees": "11", "updateContacts": "12", "updateSuppliers": "13"}, IN_XLEDGER)
    decided = plan_for_xledger(desired(record), current, Policies(), TABLE)
    assert {change.target for change in decided.changes} & NEVER_UNSET == set()
    assert {change.after for change in decided.changes} == {None}
