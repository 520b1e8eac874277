"""What source-xledger reads from the sandbox: everybody once, in three states, whatever Xledger's dialect."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from airbyte_cdk.models import AirbyteStreamStatus, FailureType, SyncMode
from jsonschema import Draft7Validator

from integration_tests.reading import State
from integration_tests.reading_employees import (
    ReadEmployees,
    an_employee,
    patient_source,
    reading_employees,
    sandbox_with,
)
from integration_tests.sandbox import Fault, Sandbox
from integration_tests.sandbox.dialects import DIALECTS, dialect_named
from integration_tests.sandbox.xledger_store import PARENT, SUBSIDIARY
from shared_mappings import employee_schema, employees_schema

EMPLOYEES = 25
PAGE = 10

sandbox = sandbox_with(EMPLOYEES)
read = reading_employees(SyncMode.full_refresh)

OF_READING = [name for name in DIALECTS if name != "ignores_cursors"]


def ids(sandbox: Sandbox) -> list[str]:
    return sorted(str(row["dbId"]) for row in sandbox.xledger.employees())


def employee(sandbox: Sandbox, number: int) -> int:
    return int(sandbox.xledger.employee(f"E{number}")["dbId"])


def delete(sandbox: Sandbox, db_id: int) -> None:
    sandbox.xledger.store.tables["employee"].pop(db_id, None)


# ---- everybody, once


@pytest.mark.parametrize("size", [1, 2, 7, PAGE, EMPLOYEES - 1, EMPLOYEES, EMPLOYEES + 1])
def test_everybody_is_read_once_whatever_the_size_of_a_page(sandbox: Sandbox, read: ReadEmployees, size: int) -> None:
    everybody = read(page_size=size)
    assert sorted(everybody.ids) == ids(sandbox)
    assert everybody.status is AirbyteStreamStatus.COMPLETE
    asked = [done for done in sandbox.xledger.operations if "everybody_first" in done.variables]
    assert len(asked) == -(-EMPLOYEES // size)
    assert {done.variables["everybody_first"] for done in asked} <= {size, size + 1}


def test_the_closed_are_read_and_those_of_the_entities_below_and_nobody_of_the_one_above(
    sandbox: Sandbox, read: ReadEmployees
) -> None:
    closed = sandbox.xledger.add_employee(**an_employee(100, dateTo="2020-01-01"))
    below = sandbox.xledger.add_employee(**an_employee(101, owner=SUBSIDIARY))
    above = sandbox.xledger.add_employee(**an_employee(102, owner=PARENT))
    records = read().records
    assert {str(closed), str(below)} <= records.keys()
    assert str(above) not in records
    assert (records[str(closed)]["active"], records[str(closed)]["closed"]) == (False, True)
    assert (records[str(below)]["active"], records[str(below)]["closed"]) == (True, False)
    assert records.keys() - read(include_closed=False).records.keys() == {str(closed)}


@pytest.mark.parametrize(
    "move",
    [
        pytest.param(lambda sandbox: delete(sandbox, employee(sandbox, 2)), id="somebody before it is gone"),
        pytest.param(lambda sandbox: delete(sandbox, employee(sandbox, 9)), id="the last one of the page is gone"),
        pytest.param(lambda sandbox: delete(sandbox, employee(sandbox, 11)), id="somebody after it is gone"),
        pytest.param(lambda sandbox: sandbox.xledger.add_employee(**an_employee(99)), id="somebody is new"),
    ],
)
def test_everybody_is_read_once_when_the_list_moves_between_two_pages(
    sandbox: Sandbox, read: ReadEmployees, move: Callable[[Sandbox], Any]
) -> None:
    sandbox.xledger.faults.add(Fault.meanwhile(lambda: move(sandbox), root_field="employees", after=1))
    everybody = read(page_size=PAGE)
    assert set(ids(sandbox)) <= set(everybody.ids)
    assert len(everybody.ids) == len(set(everybody.ids))
    assert everybody.warnings == []


def test_a_list_that_moves_each_time_is_read_four_times_and_warned_of(sandbox: Sandbox, read: ReadEmployees) -> None:
    def move() -> None:
        last = sorted(map(int, ids(sandbox)))[PAGE - 1]
        delete(sandbox, last)

    sandbox.xledger.faults.add(Fault.meanwhile(move, root_field="employees", after=1, times=6))
    everybody = read(page_size=PAGE)
    assert everybody.status is AirbyteStreamStatus.COMPLETE
    assert set(ids(sandbox)) <= set(everybody.ids)
    [warning] = everybody.warnings
    assert "3 times in a row" in warning


def test_a_list_that_begins_anew_after_each_cursor_is_no_list(sandbox: Sandbox, read: ReadEmployees) -> None:
    sandbox.xledger.dialect = dialect_named("ignores_cursors")
    everybody = read(page_size=PAGE)
    assert everybody.status is AirbyteStreamStatus.INCOMPLETE
    [(kind, sentence)] = everybody.errors
    assert kind is FailureType.system_error
    assert "the same page again and again" in sentence
    assert len(everybody.ids) == len(set(everybody.ids))


# ---- taken up where it ended


def test_there_is_a_state_after_each_page_and_it_covers_what_was_emitted_before_it(
    sandbox: Sandbox, read: ReadEmployees
) -> None:
    first = read(page_size=PAGE)
    assert [emitted for emitted, _ in first.states] == [PAGE, 2 * PAGE, EMPLOYEES]
    for emitted, state in first.states[:-1]:
        rest = read(state, page_size=PAGE)
        assert rest.ids == first.ids[emitted:]
        assert rest.warnings == []
    assert sorted(read(first.state).ids) == ids(sandbox), "one that is done is no place to go on from"


@pytest.mark.parametrize("page_size", [1, PAGE, 1_000])
def test_a_full_refresh_that_fails_goes_on_with_the_page_it_was_at(
    sandbox: Sandbox, read: ReadEmployees, page_size: int
) -> None:
    fault = sandbox.xledger.faults.add(Fault.maintenance_page(root_field="employees", after=2, times=None))
    first = read(page_size=PAGE)
    assert (first.status, len(first.ids)) == (AirbyteStreamStatus.INCOMPLETE, 2 * PAGE)
    sandbox.xledger.faults.remove(fault)
    rest = read(first.state, page_size=page_size)
    assert sorted(first.ids + rest.ids) == ids(sandbox)


def test_one_that_fails_before_anything_was_read_ends_with_a_state_from_which_everybody_is_read(
    sandbox: Sandbox, read: ReadEmployees
) -> None:
    fault = sandbox.xledger.faults.add(Fault.maintenance_page(root_field="employees", times=None))
    first = read()
    sandbox.xledger.faults.remove(fault)
    assert first.ids == []
    assert sorted(read(first.state).ids) == ids(sandbox)


def changed(state: State, **to: Any) -> State:
    return {**state, "stream": {**state["stream"], "stream_state": {**state["stream"]["stream_state"], **to}}}


LONG_AGO = (datetime.now().astimezone() - timedelta(days=2)).isoformat()


@pytest.mark.parametrize(
    "to",
    [
        pytest.param({"after": "no cursor of this Xledger"}, id="a cursor that Xledger does not know"),
        pytest.param({"last": "1"}, id="somebody who is gone"),
        pytest.param({"begunAt": LONG_AGO}, id="long ago"),
        pytest.param({"begunAt": "recently"}, id="no time"),
        pytest.param({"settings": "others"}, id="another list"),
        pytest.param({"last": None}, id="of another form"),
    ],
)
def test_where_it_cannot_be_gone_on_everybody_is_read_from_the_beginning(
    sandbox: Sandbox, read: ReadEmployees, to: dict[str, Any]
) -> None:
    _, state = read(page_size=PAGE).states[0]
    again = read(changed(state, **to), page_size=PAGE)
    assert sorted(again.ids) == ids(sandbox)
    assert (again.status, again.warnings) == (AirbyteStreamStatus.COMPLETE, [])


def test_somebody_who_goes_before_the_rest_is_read_makes_nobody_be_missed(
    sandbox: Sandbox, read: ReadEmployees
) -> None:
    first = read(page_size=PAGE)
    _, state = first.states[0]
    delete(sandbox, int(first.ids[PAGE - 1]))
    assert set(first.ids[:PAGE]) | set(read(state).ids) >= set(ids(sandbox))


def test_the_state_of_an_incremental_sync_is_no_place_to_go_on_from(sandbox: Sandbox, read: ReadEmployees) -> None:
    assert sorted(read(read(sync_mode=SyncMode.incremental).state).ids) == ids(sandbox)


# ---- what is in a record


def test_a_record_holds_what_xledger_has_in_the_terms_of_the_object_employee(
    sandbox: Sandbox, read: ReadEmployees
) -> None:
    who = employee(sandbox, 7)
    record = dict(read().records[str(who)])
    assert record.pop("changedAt")
    assert record.pop("modifiedAt") == sandbox.xledger.employee("E7")["modifiedAt"]
    expected = {
        "id": str(who),
        "active": True,
        "closed": False,
        "code": "E7",
        "firstName": "Kari7",
        "lastName": "Nordmann7",
        "email": "kari7@example.com",
        "phone": "+47 900 00 007",
        "birthday": "1990-01-02",
        "gender": "F",
        "jobTitle": "Engineer 7",
        "socialSecurityNumber": sandbox.xledger.employee("E7")["socialSecurityMasked"],
        "bankAccount": "86011117947",
        "bankAccountCountry": "NO",
        "employmentFrom": "2020-01-01",
        "employmentTo": None,
        "trialTo": None,
        "noticeDate": None,
        "address": {"streetAddress": "Storgata 7", "zipCode": "0155", "place": "Oslo", "country": "NO"},
    }
    assert {name: value for name, value in record.items() if name in expected} == expected
    assert "*" in record["socialSecurityNumber"]


def without_times(records: dict[str, Any]) -> dict[str, Any]:
    return {key: {**record, "changedAt": None, "gender": None} for key, record in records.items()}


@pytest.mark.parametrize("dialect", OF_READING)
def test_everybody_is_read_the_same_in_every_dialect(sandbox: Sandbox, read: ReadEmployees, dialect: str) -> None:
    """But for what genders are called: a system value is read by its code, or by its name where it has none."""
    by_contract = read(page_size=PAGE).records
    sandbox.xledger.dialect = DIALECTS[dialect]
    emitted = read(page_size=PAGE)
    assert without_times(emitted.records) == without_times(by_contract)
    genders = {gender.letter: gender.code or gender.name for gender in DIALECTS[dialect].genders}
    assert [record["gender"] for record in emitted.records.values()] == [
        genders[record["gender"]] for record in by_contract.values()
    ]


def test_what_this_xledgers_schema_does_not_have_is_absent_and_told_once(sandbox: Sandbox, read: ReadEmployees) -> None:
    hidden = {"Employee.trialTo", "Contact.birthday", "Contact.gender", "Employee.dateTo", "Employee.modifiedAt"}
    sandbox.xledger.lacks = frozenset(hidden)
    emitted = read()
    for record in emitted.records.values():
        assert not {"trialTo", "birthday", "gender", "active", "closed", "modifiedAt"} & record.keys()
        assert record["email"]
    assert len(emitted.warnings) == len(hidden)
    for member in hidden:
        assert any(member in warning for warning in emitted.warnings)


def test_an_address_of_which_a_line_cannot_be_read_is_absent(sandbox: Sandbox, read: ReadEmployees) -> None:
    """In a record, a line that an address does not mention is empty, and not unknown."""
    sandbox.xledger.lacks = frozenset({"Address.place"})
    assert not any("address" in record for record in read().records.values())


def test_what_an_employee_does_not_have_is_null_and_of_no_contact_everything_is_absent(
    sandbox: Sandbox, read: ReadEmployees
) -> None:
    nothing = sandbox.xledger.add_employee(code="E500")
    without = sandbox.xledger.add_employee(**an_employee(501))
    sandbox.xledger.store.tables["employee"][without]["subledger"] = None
    records = read().records
    unset = {name for name, value in records[str(nothing)].items() if value is None}
    assert {"email", "phone", "address", "bankAccount", "gender", "employmentFrom"} <= unset
    assert not {"bankAccount", "bankAccountCountry"} & records[str(without)].keys()
    assert records[str(without)]["email"]


@pytest.mark.parametrize("dialect", ["contract", "genders_by_name", "placeholder_dates"])
def test_every_record_fits_the_schema_that_is_declared(sandbox: Sandbox, read: ReadEmployees, dialect: str) -> None:
    sandbox.xledger.add_employee(code="E500")
    sandbox.xledger.dialect = DIALECTS[dialect]
    validator = Draft7Validator(employees_schema(), format_checker=Draft7Validator.FORMAT_CHECKER)
    records = read().records.values()
    for record in records:
        validator.validate(record)
        assert record.keys() <= employees_schema()["properties"].keys()
    assert len(records) == EMPLOYEES + 1


def test_the_stream_is_declared_with_its_key_and_its_cursor_and_goes_on_where_it_ended(sandbox: Sandbox) -> None:
    [stream] = patient_source().discover(logging.getLogger("airbyte"), sandbox.source_xledger_config()).streams
    assert (stream.name, stream.source_defined_primary_key) == ("employees", [["id"]])
    assert (stream.source_defined_cursor, stream.default_cursor_field) == (True, ["changedAt"])
    assert stream.supported_sync_modes == [SyncMode.full_refresh, SyncMode.incremental]
    assert stream.is_resumable
    assert stream.json_schema["properties"].keys() >= employee_schema()["properties"].keys()
    assert sandbox.xledger.operations == []
