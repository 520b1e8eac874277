"""Reading some records between two readings of everything: nobody else's business."""

import json
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from airbyte_cdk.sources.streams.concurrent.partitions.partition import Partition
from airbyte_cdk.sources.types import Record, StreamSlice
from hypothesis import given
from hypothesis import strategies as st

from connector_base.incremental.cursor import CURSOR_FIELD, READ_WHOLE, ChangedRecordsCursor, changed_at
from connector_base.incremental.fingerprints import KEY_BYTES, RecordsState
from connector_base.incremental.stream import starting_point, starting_point_of_some
from connector_base.protocol.attendance import Attendance
from connector_base.protocol.messages import read_messages
from connector_base.protocol.stream_keys import StreamKey
from shared_mappings.fingerprints import fingerprint

NOW = datetime(2026, 1, 15, 12, tzinfo=timezone.utc)
SOON = NOW + timedelta(minutes=5)
LATER = NOW + timedelta(hours=1)
LAST = NOW + timedelta(hours=2)
WEEK = timedelta(days=7)
USERS = StreamKey("users")

People = Mapping[str, int]
"""Everybody who is there, and a value of theirs."""

IDS = st.sampled_from([f"u{number}" for number in range(8)])
PEOPLE = st.dictionaries(IDS, st.integers(0, 2))
SOME = st.sets(IDS)
SETTINGS = st.sampled_from(["settings", "other settings"])
STATES = st.builds(
    RecordsState,
    st.binary(min_size=KEY_BYTES, max_size=KEY_BYTES),
    st.text(max_size=3),
    st.datetimes(timezones=st.just(timezone.utc)),
    st.dictionaries(IDS, st.text(max_size=3)),
)


class Sync:
    """A sync of everybody, or of some.

    Attributes:
        emitted: Whom it emitted.
        state: The `stream_state` that it left.
        everybody_came: What a destination makes of it.
    """

    def __init__(
        self,
        last: RecordsState | None,
        people: People,
        started_at: datetime,
        some: Collection[str] | None = None,
        settings: str = "settings",
        *,
        broken_off: bool = False,
    ) -> None:
        states: list[Mapping[str, Any]] = []
        of_some = some is not None
        start = (
            starting_point_of_some(last, settings, started_at)
            if of_some
            else starting_point(last, settings, started_at, WEEK)
        )
        cursor = ChangedRecordsCursor(start, "id", None, states.append, of_some=of_some)
        attendance = Attendance(frozenset({USERS}))
        self.emitted: list[str] = []
        for user_id, value in people.items():
            if some is not None and user_id not in some:
                continue
            cursor.open_partition()
            data = {"id": user_id, "value": value, CURSOR_FIELD: changed_at(started_at)}
            record = Record(data, "users", StreamSlice(partition={}, cursor_slice={}))
            if cursor.should_be_synced(record):
                self.emitted.append(user_id)
                attendance.record_came(USERS, data)
                cursor.observe(record)
            cursor.close_partition(A_PARTITION)
        if not broken_off:
            cursor.all_listed()
        cursor.ensure_at_least_one_state_emitted()
        self.state = states[-1]
        descriptor = {"stream_descriptor": {"name": "users"}, "stream_state": self.state}
        line = json.dumps({"type": "STATE", "state": {"type": "STREAM", "stream": descriptor}}).encode()
        [message] = read_messages([line], {USERS})
        assert message.state
        attendance.state_came(message.state)
        self.everybody_came = attendance.is_complete

    @property
    def left(self) -> RecordsState:
        """What the next sync goes by."""
        state = RecordsState.parse(json.loads(json.dumps(self.state)))
        assert state
        return state


A_PARTITION: Partition = None  # type: ignore[assignment]  # the cursor counts them and looks at none


def changed(before: People, after: People) -> set[str]:
    """Who is another one than before, or new."""
    return {user_id for user_id, value in after.items() if before.get(user_id) != value}


@given(STATES, PEOPLE, SOME, SETTINGS, st.booleans())
def test_whatever_the_state_nothing_of_anybody_else_is_another_afterwards(
    state: RecordsState, people: People, some: set[str], settings: str, broken_off: bool
) -> None:
    sync = Sync(state, people, SOON, some, settings, broken_off=broken_off)
    before, after = state.as_stream_state(), dict(sync.state)
    named = some & people.keys()
    for stream_state in (before, after):
        entries = stream_state["fingerprints"]
        stream_state["fingerprints"] = {
            user_id: entries[user_id] for user_id in sorted(entries) if user_id not in named
        }
    assert json.dumps(after) == json.dumps(before)
    assert READ_WHOLE not in sync.state


@given(PEOPLE, PEOPLE, SOME, SETTINGS)
def test_some_and_then_everybody_emit_everyone_who_changed_once(
    before: People, after: People, some: set[str], settings: str
) -> None:
    first = Sync(None, before, NOW)
    of_some = Sync(first.left, after, SOON, some, settings)
    whole = Sync(of_some.left, after, LATER)
    assert set(of_some.emitted) == changed(before, after) & some
    assert set(whole.emitted) == changed(before, after) - some
    assert whole.left.fingerprints.keys() == after.keys(), "who left is gone, although some were read in between"
    assert Sync(whole.left, after, LAST).emitted == []


@given(PEOPLE, SOME)
def test_without_a_state_all_others_come_next_and_nobody_takes_them_for_everybody(
    people: People, some: set[str]
) -> None:
    of_some = Sync(None, people, NOW, some)
    assert set(of_some.emitted) == some & people.keys()
    assert of_some.left.fingerprints.keys() == some & people.keys()
    whole = Sync(of_some.left, people, SOON)
    assert set(whole.emitted) == people.keys() - some
    assert not of_some.everybody_came
    assert not whole.everybody_came, "who had come before does not come again"
    assert Sync(whole.left, people, LATER).emitted == []


@given(PEOPLE, SOME)
def test_everybody_who_is_due_comes_although_some_came_a_moment_before(people: People, some: set[str]) -> None:
    first = Sync(None, people, NOW)
    of_some = Sync(first.left, people, NOW + WEEK, some)
    assert of_some.emitted == []
    due = Sync(of_some.left, people, NOW + WEEK + timedelta(minutes=1))
    assert due.emitted == list(people)
    assert due.everybody_came == bool(people)


@given(PEOPLE, SOME)
def test_other_settings_make_everybody_come_next_although_some_came_with_them(people: People, some: set[str]) -> None:
    of_some = Sync(Sync(None, people, NOW).left, people, SOON, some, "other settings")
    assert Sync(of_some.left, people, LATER, settings="other settings").emitted == list(people)
    assert Sync(of_some.left, people, LATER).emitted == []


@given(PEOPLE, PEOPLE, SOME)
def test_a_first_sync_that_broke_off_is_taken_up_where_it_was_whoever_came_meanwhile(
    people: People, more: People, some: set[str]
) -> None:
    broken = Sync(None, people, NOW, broken_off=True)
    everybody = {**more, **people}
    of_some = Sync(broken.left, everybody, SOON, some)
    whole = Sync(of_some.left, everybody, LATER)
    assert sorted(broken.emitted + of_some.emitted + whole.emitted) == sorted(everybody)
    assert not of_some.everybody_came


def test_the_first_state_of_a_connection_has_a_key_of_its_own() -> None:
    one, other = (starting_point_of_some(None, "settings", NOW) for _ in range(2))
    assert one.key != other.key
    assert one.settings == fingerprint(one.key, "settings")


@pytest.mark.parametrize("of_some", [True, False])
def test_only_a_sync_of_everybody_says_that_it_has_read_everything(*, of_some: bool) -> None:
    sync = Sync(None, {"u1": 1}, NOW, {"u1"} if of_some else None)
    assert (sync.state.get(READ_WHOLE), sync.everybody_came) == ((None, False) if of_some else (True, True))
