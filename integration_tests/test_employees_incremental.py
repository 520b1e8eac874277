"""source-xledger read incrementally from the sandbox: who is emitted, what it costs, and what the state says."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from airbyte_cdk.models import AirbyteStreamStatus, SyncMode

from connector_base.incremental import cursor
from integration_tests.reading import State
from integration_tests.reading_employees import (
    ReadEmployees,
    an_employee,
    read_employees,
    reading_employees,
    sandbox_with,
)
from integration_tests.sandbox import Fault, Sandbox

EMPLOYEES = 25
PAGE = 10

sandbox = sandbox_with(EMPLOYEES)
read = reading_employees(SyncMode.incremental)


def entries(state: State) -> Mapping[str, str]:
    """The fingerprints in a state, by id."""
    fingerprints: dict[str, str] = state["stream"]["stream_state"]["fingerprints"]
    return fingerprints


def with_stream_state(state: State, stream_state: Any) -> State:
    return {**state, "stream": {**state["stream"], "stream_state": stream_state}}


def days_ago(state: State, days: float) -> State:
    """The state as if everybody had been emitted so long ago."""
    stream_state = state["stream"]["stream_state"]
    since = datetime.fromisoformat(stream_state["everybodySince"]) - timedelta(days=days)
    return with_stream_state(state, {**stream_state, "everybodySince": since.isoformat()})


def ids(sandbox: Sandbox) -> list[str]:
    return sorted(str(row["dbId"]) for row in sandbox.xledger.employees())


def somebody(sandbox: Sandbox) -> int:
    return int(sandbox.xledger.employee("E7")["dbId"])


def pages_asked(sandbox: Sandbox) -> int:
    """Requests for employees, since last asked."""
    asked = sum("everybody_first" in operation.variables for operation in sandbox.xledger.operations)
    sandbox.xledger.operations.clear()
    return asked


# ---- who is emitted, and what it costs


def test_the_first_sync_emits_everybody_once_and_an_idle_one_nobody(sandbox: Sandbox, read: ReadEmployees) -> None:
    first = read()
    assert sorted(first.ids) == ids(sandbox)
    idle = read(first.state)
    assert idle.ids == []
    assert idle.state["stream"]["stream_state"] == first.state["stream"]["stream_state"]
    assert idle.status is AirbyteStreamStatus.COMPLETE


@pytest.mark.parametrize(("size", "pages"), [(PAGE, 3), (EMPLOYEES, 1), (5, 5), (1_000, 1)])
def test_an_idle_sync_costs_a_request_for_each_page_and_two_for_the_schema(
    sandbox: Sandbox, read: ReadEmployees, size: int, pages: int
) -> None:
    state = read().state
    sandbox.xledger.operations.clear()
    assert read(state, page_size=size).ids == []
    assert len(sandbox.xledger.operations) == pages + 2
    assert pages_asked(sandbox) == pages


def test_a_sync_of_nobody_ends_with_a_state() -> None:
    with Sandbox.running(people=0) as empty:
        first = read_employees(empty)
        assert (first.ids, entries(first.state)) == ([], {})
        assert first.status is AirbyteStreamStatus.COMPLETE


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("code", "E7-new"),
        ("contact.phone", "+47 400 00 001"),
        ("contact.birthday", None),
        ("contact.gender", None),
        ("contact.address", None),
        ("contact.address.place", "Bergen"),
        ("subledger.bankAccount", "12345678903"),
        ("subledger.company.country", "SE"),
        ("employmentTo", "2026-12-31"),
        ("socialSec", "01010750160"),
        ("dateTo", "2020-01-01"),
    ],
)
def test_who_changed_is_emitted_once_with_the_start_of_the_sync(
    sandbox: Sandbox, read: ReadEmployees, path: str, value: Any
) -> None:
    first, who = read(), somebody(sandbox)
    sandbox.xledger.change(who, path, value)
    second = read(first.state)
    assert second.ids == [str(who)]
    assert second.records[str(who)]["changedAt"] > first.records[str(who)]["changedAt"]
    assert read(second.state).ids == []


def test_what_is_in_no_record_emits_nobody(sandbox: Sandbox, read: ReadEmployees) -> None:
    first = read()
    sandbox.xledger.change(somebody(sandbox), "subledger.phone", "+47 400 00 001")
    assert read(first.state).ids == []


def test_a_new_employee_is_emitted_and_nobody_else(sandbox: Sandbox, read: ReadEmployees) -> None:
    first = read()
    new = sandbox.xledger.add_employee(**an_employee(99))
    assert read(first.state).ids == [str(new)]


def test_who_is_deleted_disappears_from_the_state_and_is_not_emitted(sandbox: Sandbox, read: ReadEmployees) -> None:
    first, gone = read(), somebody(sandbox)
    del sandbox.xledger.store.tables["employee"][gone]
    second = read(first.state)
    assert second.ids == []
    assert entries(first.state).keys() - entries(second.state).keys() == {str(gone)}


# ---- the closed


def test_without_the_closed_whoever_is_closed_is_read_no_longer_and_whoever_is_opened_again_is_new(
    sandbox: Sandbox, read: ReadEmployees
) -> None:
    who = somebody(sandbox)
    first = read(include_closed=False)
    assert len(first.ids) == EMPLOYEES
    sandbox.xledger.change(who, "dateTo", "2020-01-01")
    second = read(first.state, include_closed=False)
    assert (second.ids, str(who) in entries(second.state)) == ([], False)
    sandbox.xledger.change(who, "dateTo", None)
    assert read(second.state, include_closed=False).ids == [str(who)]


def test_another_choice_of_who_is_read_makes_everybody_count_once(sandbox: Sandbox, read: ReadEmployees) -> None:
    sandbox.xledger.change(somebody(sandbox), "dateTo", "2020-01-01")
    first = read(include_closed=False)
    second = read(first.state, include_closed=True)
    assert (len(first.ids), len(second.ids)) == (EMPLOYEES - 1, EMPLOYEES)
    assert read(second.state, include_closed=True).ids == []


# ---- what makes everybody count


def test_another_page_size_makes_nobody_count(read: ReadEmployees) -> None:
    assert read(read(page_size=PAGE).state, page_size=7).ids == []


def test_other_columns_make_everybody_count_once(read: ReadEmployees) -> None:
    first = read(columns=("id", "email", "changedAt"))
    second = read(first.state, columns=("id", "email", "phone", "changedAt"))
    assert len(second.ids) == EMPLOYEES
    assert read(second.state, columns=("phone", "id", "changedAt", "email")).ids == []


@pytest.mark.parametrize(
    ("days", "settings", "emitted"),
    [(6.9, {}, 0), (7, {}, EMPLOYEES), (3000, {"full_resync_interval_days": 0}, 0)],
)
def test_everybody_is_emitted_again_after_the_interval_and_then_nobody(
    read: ReadEmployees, days: float, settings: dict[str, Any], emitted: int
) -> None:
    second = read(days_ago(read().state, days), **settings)
    assert len(second.ids) == emitted
    assert read(second.state, **settings).ids == []


# ---- states from elsewhere


def test_the_states_of_a_full_refresh_are_no_states_and_no_reason_for_a_warning(read: ReadEmployees) -> None:
    full = read(sync_mode=SyncMode.full_refresh, page_size=PAGE)
    assert len(full.states) > 1
    for _, state in full.states:
        incremental = read(state)
        assert len(incremental.ids) == EMPLOYEES
        assert incremental.warnings == full.warnings == []


@pytest.mark.parametrize("stream_state", [{"cursor": "2026-01-01"}, {"version": 1, "fingerprints": [["recognisable"]]}])
def test_a_state_that_cannot_be_understood_means_everybody_and_a_warning(
    read: ReadEmployees, stream_state: Any
) -> None:
    second = read(with_stream_state(read().state, stream_state))
    assert len(second.ids) == EMPLOYEES
    [warning] = second.warnings
    assert "cannot be used" in warning
    assert "recognisable" not in warning


# ---- broken off


@pytest.fixture
def state_after_every_third(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cursor, "RECORDS_BETWEEN_STATES", 3)
    monkeypatch.setattr(cursor, "SHARE_BETWEEN_STATES", EMPLOYEES)


@pytest.mark.usefixtures("state_after_every_third")
@pytest.mark.parametrize("which", [0, 3, -2])
def test_a_sync_killed_after_any_state_is_taken_up_where_it_was(
    sandbox: Sandbox, read: ReadEmployees, which: int
) -> None:
    emitted_before, state = read(page_size=PAGE).states[which]
    assert len(entries(state)) == emitted_before
    rest = read(state)
    assert set(rest.ids) == set(ids(sandbox)) - entries(state).keys()
    assert read(rest.state).ids == []


def test_a_sync_that_fails_after_some_pages_goes_on_with_the_others(sandbox: Sandbox, read: ReadEmployees) -> None:
    fault = sandbox.xledger.faults.add(Fault.maintenance_page(root_field="employees", after=1, times=None))
    first = read(page_size=PAGE)
    assert first.status is AirbyteStreamStatus.INCOMPLETE
    assert len(first.ids) == PAGE
    sandbox.xledger.faults.remove(fault)
    second = read(first.state)
    assert sorted(first.ids + second.ids) == ids(sandbox)
    assert read(second.state).ids == []


def test_who_was_not_read_in_a_sync_that_failed_has_not_left(sandbox: Sandbox, read: ReadEmployees) -> None:
    first = read()
    fault = sandbox.xledger.faults.add(Fault.maintenance_page(root_field="employees", after=1, times=None))
    failed = read(first.state, page_size=PAGE)
    sandbox.xledger.faults.remove(fault)
    assert failed.status is AirbyteStreamStatus.INCOMPLETE
    assert entries(failed.state) == entries(first.state)
    assert read(failed.state).ids == []


# ---- what the state holds


def test_the_state_holds_no_value_of_anybody(read: ReadEmployees) -> None:
    first = read()
    text = json.dumps(first.state, ensure_ascii=False)
    values = {str(value) for record in first.records.values() for value in recognisable(record)}
    assert len(values) > EMPLOYEES
    assert [value for value in values if value in text] == []


def recognisable(record: Mapping[str, Any]) -> list[Any]:
    told = [record[name] for name in ("email", "firstName", "lastName", "phone", "jobTitle", "socialSecurityNumber")]
    return [*told, record["address"]["streetAddress"]]


def test_the_key_of_the_fingerprints_is_the_connections_own_and_stays(read: ReadEmployees) -> None:
    first, other = read(), read()
    key = first.state["stream"]["stream_state"]["key"]
    assert key != other.state["stream"]["stream_state"]["key"]
    assert read(days_ago(first.state, 8)).state["stream"]["stream_state"]["key"] == key
