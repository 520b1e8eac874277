"""What the state remembers of records: enough to see a change, small, and nothing of anybody's values."""

import json
from datetime import datetime, timedelta, timezone
from typing import Any

import orjson
import pytest
from airbyte_cdk.sources.types import Record, StreamSlice
from hypothesis import assume, given
from hypothesis import strategies as st

from connector_base.incremental.cursor import ChangedRecordsCursor
from connector_base.incremental.fingerprints import KEY_BYTES, RecordsState, UnknownStateError
from connector_base.incremental.stream import remembered, starting_point
from shared_mappings.fingerprints import canonical, fingerprint

KEY = bytes(range(KEY_BYTES))
NOW = datetime(2026, 1, 15, 12, tzinfo=timezone.utc)
WEEK = timedelta(days=7)

Json = Any

TEXT = st.text(st.characters(codec="utf-8"), max_size=8)
NUMBER = st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBER | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=10,
)
RECORD = st.dictionaries(TEXT, JSON, max_size=5)


def turned_around(value: Json) -> Json:
    """The same value with the keys of every object in another order."""
    if isinstance(value, dict):
        return {key: turned_around(value[key]) for key in reversed(value)}
    return [turned_around(item) for item in value] if isinstance(value, list) else value


@given(RECORD)
def test_the_order_of_keys_and_an_unchanged_reread_never_count(record: dict[str, Json]) -> None:
    assert canonical(turned_around(record)) == canonical(record)
    assert fingerprint(KEY, json.loads(orjson.dumps(record))) == fingerprint(KEY, record)


@given(RECORD, TEXT, JSON)
def test_any_change_of_any_value_counts(record: dict[str, Json], name: str, value: Json) -> None:
    changed = {**record, name: value}
    assume(changed != record)
    assert fingerprint(KEY, changed) != fingerprint(KEY, record)


@given(RECORD, RECORD)
def test_different_records_have_different_fingerprints(one: dict[str, Json], other: dict[str, Json]) -> None:
    if one != other:
        assert fingerprint(KEY, one) != fingerprint(KEY, other)


@given(RECORD, st.data())
def test_a_key_that_is_gone_counts_and_is_not_the_same_as_null(record: dict[str, Json], data: st.DataObject) -> None:
    assume(record)
    name = data.draw(st.sampled_from(sorted(record)))
    withheld = {key: value for key, value in record.items() if key != name}
    assert fingerprint(KEY, withheld) != fingerprint(KEY, record)
    assert fingerprint(KEY, withheld) != fingerprint(KEY, {**record, name: None})


def test_two_connections_have_different_fingerprints_for_the_same_record() -> None:
    assert fingerprint(RecordsState.new_key(), {"id": "u1"}) != fingerprint(RecordsState.new_key(), {"id": "u1"})


def a_state(**fingerprints: str) -> RecordsState:
    return RecordsState(KEY, fingerprint(KEY, "settings"), NOW, fingerprints)


def test_a_state_comes_back_as_it_was_left() -> None:
    state = a_state(u1="f1", u2="f2")
    assert RecordsState.parse(json.loads(json.dumps(state.as_stream_state()))) == state


@pytest.mark.parametrize("nothing", [{}, {"__ab_no_cursor_state_message": True}], ids=["none", "of a full refresh"])
def test_a_state_of_a_version_without_fingerprints_is_no_state(nothing: dict[str, Json]) -> None:
    assert RecordsState.parse(nothing) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"version": 2},
        {"version": None},
        {"key": "short"},
        {"key": 7},
        {"key": "ø"},
        {"settings": None},
        {"everybodySince": "yesterday"},
        {"everybodySince": "2026-01-15T12:00:00"},
        {"everybodySince": None},
        {"fingerprints": None},
        {"fingerprints": ["u1"]},
        {"fingerprints": {"u1": 1}},
        {"fingerprints": {"u1": {"a": "b"}}},
    ],
)
def test_a_state_that_cannot_be_understood_is_told_apart_and_not_quoted(changes: dict[str, Json]) -> None:
    with pytest.raises(UnknownStateError) as raised:
        RecordsState.parse({**a_state(u1="recognisable").as_stream_state(), **changes})
    assert "recognisable" not in str(raised.value)


@given(st.dictionaries(st.sampled_from([*a_state().as_stream_state(), "x"]), JSON, min_size=1))
def test_nothing_that_may_stand_in_a_state_breaks_the_reading_of_it(stream_state: dict[str, Json]) -> None:
    with pytest.raises(UnknownStateError):
        RecordsState.parse({**stream_state, "settings": None})


@pytest.mark.parametrize("missing", sorted(a_state().as_stream_state()))
def test_a_state_that_lacks_something_cannot_be_understood(missing: str) -> None:
    stream_state = a_state().as_stream_state()
    del stream_state[missing]
    with pytest.raises(UnknownStateError):
        RecordsState.parse(stream_state)


@pytest.mark.parametrize(
    ("days", "interval", "everybody"),
    [
        pytest.param(6.9, WEEK, False, id="not yet"),
        pytest.param(7, WEEK, True, id="a week later"),
        pytest.param(3650, None, False, id="never"),
        pytest.param(-1, WEEK, True, id="the clock went back"),
    ],
)
def test_everybody_is_emitted_again_after_the_interval(
    days: float, interval: timedelta | None, everybody: bool
) -> None:
    now = NOW + timedelta(days=days)
    start = starting_point(a_state(u1="f1"), "settings", now, interval)
    assert start.key == KEY
    assert (start.fingerprints, start.everything_since) == (({}, now) if everybody else ({"u1": "f1"}, NOW))


def test_other_settings_make_everybody_count_as_changed_once() -> None:
    later = NOW + timedelta(hours=1)
    first = starting_point(a_state(u1="f1"), "other settings", later, WEEK)
    assert (first.fingerprints, first.everything_since) == ({}, later)
    assert starting_point(first, "other settings", later, WEEK) is first


def cursor_and_states(columns: frozenset[str] | None = None) -> tuple[ChangedRecordsCursor, list[Any]]:
    states: list[Any] = []
    start = RecordsState(KEY, "", NOW, {})
    return ChangedRecordsCursor(start, "id", columns, states.append), states


def a_record(user_id: str, **fields: Json) -> Record:
    return Record({"id": user_id, **fields}, "users", StreamSlice(partition={"id": user_id}, cursor_slice={}))


def test_a_state_covers_who_was_emitted_and_not_who_is_about_to_be() -> None:
    cursor, _ = cursor_and_states()
    assert all(cursor.should_be_synced(a_record(user_id)) for user_id in ("u1", "u2"))
    cursor.observe(a_record("u1"))
    assert cursor.state["fingerprints"].keys() == {"u1"}
    assert cursor.should_be_synced(a_record("u2"))


def test_when_somebody_was_emitted_is_no_change() -> None:
    cursor, _ = cursor_and_states()
    cursor.observe(a_record("u1", changedAt="2026-01-15T12:00:00Z"))
    assert not cursor.should_be_synced(a_record("u1", changedAt="2026-01-16T12:00:00Z"))


def test_a_change_of_a_column_that_is_not_selected_is_no_change() -> None:
    cursor, _ = cursor_and_states(frozenset({"id", "phone"}))
    cursor.observe(a_record("u1", phone="1", email="a"))
    assert not cursor.should_be_synced(a_record("u1", phone="1", email="b"))
    assert cursor.should_be_synced(a_record("u1", phone="2", email="a"))


def test_records_are_told_apart_by_the_primary_key_of_their_stream() -> None:
    cursor = ChangedRecordsCursor(RecordsState(KEY, "", NOW, {}), "code", None, lambda _: None)
    cursor.observe(a_record("the same", code="c1"))
    assert cursor.state["fingerprints"].keys() == {"c1"}
    assert not cursor.should_be_synced(a_record("the same", code="c1"))
    assert cursor.should_be_synced(a_record("the same", code="c2"))


@pytest.mark.parametrize(
    ("stream_state", "warnings"),
    [({}, 0), ({"version": 0, "fingerprints": ["recognisable"]}, 1)],
    ids=["none", "other"],
)
def test_a_state_that_cannot_be_understood_is_warned_of_by_the_name_of_its_stream(
    stream_state: dict[str, Json], warnings: int, caplog: pytest.LogCaptureFixture
) -> None:
    assert remembered("employees", stream_state) is None
    told = [record.getMessage() for record in caplog.records]
    assert len(told) == warnings
    assert all("the state of employees" in line and "recognisable" not in line for line in told)


def test_the_states_of_50_000_records_stay_small_one_by_one_and_together() -> None:
    cursor, states = cursor_and_states()
    for number in range(50_000):
        cursor.observe(a_record(f"00000000-0000-4000-8000-{number:012}", phone=number))
    cursor.ensure_at_least_one_state_emitted()
    assert len(states[-1]["fingerprints"]) == 50_000
    assert len(json.dumps(states[-1])) < 4_000_000
    assert len(orjson.dumps(states[-1])) < 3_000_000
    assert sum(len(state["fingerprints"]) for state in states) < 12 * 50_000
