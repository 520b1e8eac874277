"""The source read incrementally from the sandbox: who is emitted, and what the state says when a sync breaks off."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from airbyte_cdk.models import AirbyteStreamStatus, SyncMode

from connector_base.incremental import cursor
from connector_base.protocol.attendance import Attendance
from connector_base.protocol.messages import read_messages
from connector_base.protocol.stream_keys import StreamKey
from integration_tests.reading import Emitted, Read, State, reading, sandbox_of
from integration_tests.sandbox import Fault, Sandbox
from integration_tests.test_host import recognisable_values

PEOPLE = 40

sandbox = sandbox_of(PEOPLE)
read = reading(SyncMode.incremental)


def entries(state: State) -> dict[str, str]:
    """The fingerprints in a state, by id."""
    fingerprints: dict[str, str] = state["stream"]["stream_state"]["fingerprints"]
    return fingerprints


def with_stream_state(state: State, stream_state: Any) -> State:
    return {**state, "stream": {**state["stream"], "stream_state": stream_state}}


def somebody(sandbox: Sandbox) -> str:
    """The id of somebody active without oddities."""
    return next(
        user.id
        for user in sandbox.huma.users.values()
        if user.id not in sandbox.huma.awkward.values() and user["active"] and user["phone"]
    )


# ---- who is emitted


def test_the_first_sync_emits_everybody_once_and_an_idle_one_nobody(sandbox: Sandbox, read: Read) -> None:
    first = read()
    assert sorted(first.ids) == sorted(sandbox.huma.users)
    idle = read(first.state)
    assert idle.ids == []
    assert idle.state["stream"]["stream_state"] == first.state["stream"]["stream_state"]
    assert idle.status is AirbyteStreamStatus.COMPLETE


def test_a_sync_of_nobody_ends_with_a_state(sandbox: Sandbox, read: Read) -> None:
    for user in list(sandbox.huma.users):
        sandbox.huma.delete(user)
    first = read()
    assert (first.ids, entries(first.state)) == ([], {})
    assert read(first.state).state["stream"]["stream_state"] == first.state["stream"]["stream_state"]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda huma, user: huma.change(user, phone="+47 400 00 001"), id="a value"),
        pytest.param(lambda huma, user: huma.change(user, phone=None), id="unset"),
        pytest.param(lambda huma, user: huma.withhold(user, "phone"), id="withheld"),
        pytest.param(lambda huma, user: huma.deactivate(user), id="deactivated"),
        pytest.param(lambda huma, user: huma.change(user, custom={"new": "field"}), id="a custom field"),
        pytest.param(lambda huma, user: huma.change(user, jobTitle="Something else"), id="a job title"),
    ],
)
def test_who_changed_is_emitted_once_with_the_start_of_the_sync(
    sandbox: Sandbox, read: Read, change: Callable[[Any, str], None]
) -> None:
    first, user = read(), somebody(sandbox)
    change(sandbox.huma, user)
    second = read(first.state)
    assert second.ids == [user]
    assert second.records[user]["changedAt"] > first.records[user]["changedAt"]
    assert read(second.state).ids == []


def test_a_new_hire_is_emitted_and_nobody_else(sandbox: Sandbox, read: Read) -> None:
    first = read()
    hired = sandbox.huma.hire()
    assert read(first.state).ids == [hired]


def test_who_left_disappears_from_the_state_and_is_not_emitted(sandbox: Sandbox, read: Read) -> None:
    first, leaver = read(), somebody(sandbox)
    sandbox.huma.delete(leaver)
    second = read(first.state)
    assert second.ids == []
    assert entries(first.state).keys() - entries(second.state).keys() == {leaver}


def test_who_answers_404_disappears_from_the_state_and_is_not_emitted(sandbox: Sandbox, read: Read) -> None:
    first, leaver = read(), somebody(sandbox)
    sandbox.huma.delete(leaver, still_listed=True)
    second = read(first.state)
    assert second.ids == []
    assert leaver not in entries(second.state)


# ---- what makes everybody count


@pytest.mark.parametrize("setting", ["company_ids", "location_ids", "team_ids", "include_deactivated"])
def test_other_filters_leave_nobody_unsynced_and_count_once(sandbox: Sandbox, read: Read, setting: str) -> None:
    kind = setting.removesuffix("_ids")
    groups = [group.id for group in sandbox.huma.organisation.groups if group.type == kind]
    narrow, wide = ({setting: groups[:1]}, {setting: groups}) if groups else ({setting: False}, {setting: True})
    first = read(**narrow)
    sandbox.huma.change(first.ids[0], phone="+47 400 00 001")
    second = read(first.state, **wide)
    assert set(first.ids) < set(second.ids)
    assert sorted(second.ids) == sorted(read(**wide).ids)
    assert read(second.state, **wide).ids == []


def test_the_same_filters_said_in_another_way_are_no_other_filters(sandbox: Sandbox, read: Read) -> None:
    teams = [group.id for group in sandbox.huma.organisation.groups if group.type == "team"]
    first = read(team_ids=teams, company_ids=[])
    assert first.ids
    assert read(first.state, team_ids=[team.upper() for team in reversed(teams)], include_deactivated=True).ids == []


def test_other_columns_make_everybody_count_once(sandbox: Sandbox, read: Read) -> None:
    sandbox.huma.withhold(somebody(sandbox), "phone")  # whose record looks the same in other columns
    first = read(columns=("id", "email", "changedAt"))
    second = read(first.state, columns=("id", "email", "phone", "changedAt"))
    assert len(second.ids) == PEOPLE
    assert read(second.state, columns=("phone", "id", "changedAt", "email")).ids == []


def test_a_change_outside_the_selected_columns_emits_nobody(sandbox: Sandbox, read: Read) -> None:
    columns = ("id", "email", "changedAt")
    first = read(columns=columns)
    sandbox.huma.change(somebody(sandbox), phone="+47 400 00 001")
    assert read(first.state, columns=columns).ids == []


def days_ago(state: State, days: float) -> State:
    """The state as if everybody had been emitted so long ago."""
    stream_state = state["stream"]["stream_state"]
    since = datetime.fromisoformat(stream_state["everybodySince"]) - timedelta(days=days)
    return with_stream_state(state, {**stream_state, "everybodySince": since.isoformat()})


@pytest.mark.parametrize(
    ("days", "settings", "emitted"),
    [
        (6.9, {}, 0),
        (7, {}, PEOPLE),
        (3000, {"full_resync_interval_days": 0}, 0),
    ],
)
def test_everybody_is_emitted_again_after_the_interval_and_then_nobody(
    read: Read, days: float, settings: dict[str, Any], emitted: int
) -> None:
    second = read(days_ago(read().state, days), **settings)
    assert len(second.ids) == emitted
    assert read(second.state, **settings).ids == []


# ---- states from elsewhere


def test_a_state_of_a_full_refresh_is_no_state_and_no_reason_for_a_warning(read: Read) -> None:
    full = read(sync_mode=SyncMode.full_refresh)
    assert len(full.ids) == PEOPLE
    incremental = read(full.state)
    assert len(incremental.ids) == PEOPLE
    assert incremental.warnings == full.warnings == []


def test_a_full_refresh_emits_everybody_whatever_the_state(read: Read) -> None:
    assert len(read(read().state, sync_mode=SyncMode.full_refresh).ids) == PEOPLE


@pytest.mark.parametrize(
    "stream_state",
    [
        {"cursor": "2026-01-01"},
        {"version": 1, "fingerprints": [["recognisable"]]},
    ],
)
def test_a_state_that_cannot_be_understood_means_everybody_and_a_warning(read: Read, stream_state: Any) -> None:
    first = read()
    second = read(with_stream_state(first.state, stream_state))
    assert len(second.ids) == PEOPLE
    assert second.status is AirbyteStreamStatus.COMPLETE
    [warning] = second.warnings
    assert "cannot be used" in warning
    assert "recognisable" not in warning
    assert read(second.state).ids == []


# ---- broken off


@pytest.fixture
def state_after_every_third(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cursor, "RECORDS_BETWEEN_STATES", 3)
    monkeypatch.setattr(cursor, "SHARE_BETWEEN_STATES", PEOPLE)


@pytest.mark.usefixtures("state_after_every_third")
def test_each_state_covers_what_was_emitted_before_it_and_nothing_else(sandbox: Sandbox, read: Read) -> None:
    first = read()
    assert len(first.states) > PEOPLE // 6
    for emitted_before, state in first.states:
        assert entries(state).keys() <= set(first.ids[:emitted_before])
        assert len(entries(state)) > emitted_before - 12  # those in flight when the state was made, at most
    _, state = first.states[len(first.states) // 2]
    assert set(read(state).ids) == sandbox.huma.users.keys() - entries(state).keys()


@pytest.mark.usefixtures("state_after_every_third")
@pytest.mark.parametrize("which", [0, 2, -1])
def test_a_sync_killed_after_any_state_is_taken_up_where_it_was(sandbox: Sandbox, read: Read, which: int) -> None:
    first = read()
    changed = first.ids[:12]
    for user in changed:
        sandbox.huma.change(user, phone="+47 400 00 001")
    _, state = read(first.state).states[which]
    missing = {user for user in changed if entries(state)[user] == entries(first.state)[user]}
    assert entries(state).keys() == sandbox.huma.users.keys()
    assert set(read(state).ids) == missing


def test_a_sync_that_fails_after_some_people_goes_on_with_the_others(sandbox: Sandbox, read: Read) -> None:
    fault = sandbox.huma.faults.add(Fault.server_error(403, path="/users/{id}", after=15, times=None))
    first = read()
    assert first.status is AirbyteStreamStatus.INCOMPLETE
    assert 0 < len(first.ids) < PEOPLE
    sandbox.huma.faults.remove(fault)
    second = read(first.state)
    assert sorted(first.ids + second.ids) == sorted(sandbox.huma.users)
    assert read(second.state).ids == []


@pytest.mark.parametrize("path", ["/users", "/users/{id}"])
def test_a_sync_that_fails_does_not_say_that_everybody_came(sandbox: Sandbox, read: Read, path: str) -> None:
    fault = sandbox.huma.faults.add(Fault.server_error(403, path=path, after=1, times=None))
    failed = read()
    assert failed.status is AirbyteStreamStatus.INCOMPLETE
    assert not have_all_come(failed)
    sandbox.huma.faults.remove(fault)
    whole = read()
    assert have_all_come(whole)
    assert not have_all_come(read(whole.state)), "Nobody came."
    assert not have_all_come(read(failed.state)), "Who had come before does not come again."


def have_all_come(emitted: Emitted) -> bool:
    """What a destination makes of it."""
    attendance = Attendance(frozenset({StreamKey("users")}))
    for record in emitted.records.values():
        attendance.record_came(StreamKey("users"), record)
    lines = [json.dumps({"type": "STATE", "state": state}).encode() for _, state in emitted.states]
    for message in read_messages(lines, {StreamKey("users")}):
        assert message.state is not None
        attendance.state_came(message.state)
    return attendance.is_complete


@pytest.mark.parametrize("path", ["/users", "/users/{id}"])
def test_who_was_not_read_in_a_sync_that_failed_has_not_left(sandbox: Sandbox, read: Read, path: str) -> None:
    first = read()
    fault = sandbox.huma.faults.add(Fault.server_error(403, path=path, after=1, times=None))
    failed = read(first.state)
    sandbox.huma.faults.remove(fault)
    assert failed.status is AirbyteStreamStatus.INCOMPLETE
    assert entries(failed.state) == entries(first.state)
    assert read(failed.state).ids == []


def test_one_person_who_cannot_be_read_is_emitted_when_they_can(sandbox: Sandbox, read: Read) -> None:
    first, user = read(), somebody(sandbox)
    sandbox.huma.change(user, phone="+47 400 00 001")
    fault = sandbox.huma.faults.add(Fault.server_error(400, path="/users/{id}", times=1))
    failed = read(first.state)
    sandbox.huma.faults.remove(fault)
    assert failed.status is AirbyteStreamStatus.INCOMPLETE
    assert failed.ids + read(failed.state).ids == [user]


@pytest.mark.usefixtures("state_after_every_third")
def test_a_resync_that_breaks_off_neither_skips_anybody_nor_begins_anew(sandbox: Sandbox, read: Read) -> None:
    due = days_ago(read().state, 8)
    resync = read(due)
    emitted_before, state = resync.states[len(resync.states) // 2]
    rest = read(state)
    assert set(rest.ids) == sandbox.huma.users.keys() - entries(state).keys()
    assert len(rest.ids) <= PEOPLE - emitted_before + 12
    assert read(rest.state).ids == []


# ---- what the state holds


def test_the_state_holds_no_value_of_anybody(sandbox: Sandbox, read: Read) -> None:
    text = json.dumps(read().state, ensure_ascii=False)
    ids = {user["supervisor"]["id"] for user in sandbox.huma.users.values() if user.get("supervisor")}
    assert [value for value in recognisable_values(sandbox) - ids if value in text] == []


def test_the_key_of_the_fingerprints_is_the_connections_own_and_stays(read: Read) -> None:
    first, other = read(), read()
    key = first.state["stream"]["stream_state"]["key"]
    assert key != other.state["stream"]["stream_state"]["key"]
    assert read(days_ago(first.state, 8)).state["stream"]["stream_state"]["key"] == key
    assert not set(entries(first.state).values()) & set(entries(other.state).values())
