"""Whether everybody came: by the catalog, or by what an incremental source says of itself."""

import json
from collections.abc import Iterable
from typing import Any

import pytest
from airbyte_cdk.models import ConfiguredAirbyteCatalog, ConfiguredAirbyteCatalogSerializer

from connector_base.protocol.attendance import Attendance
from connector_base.protocol.messages import read_messages
from connector_base.protocol.stream_keys import StreamKey

USERS = StreamKey("users")

THIS_SYNC = "2026-01-15T05:00:00.250000Z"
THE_SAME_MOMENT = "2026-01-15T05:00:00.250000+00:00"
AN_EARLIER_SYNC = "2026-01-14T05:00:00.250000+00:00"


def catalog(sync_mode: str) -> ConfiguredAirbyteCatalog:
    stream = {
        "name": "users",
        "json_schema": {},
        "supported_sync_modes": ["full_refresh", "incremental"],
    }
    configured = {"stream": stream, "sync_mode": sync_mode, "destination_sync_mode": "append"}
    return ConfiguredAirbyteCatalogSerializer.load({"streams": [configured]})


def as_the_last(stream_state: Any) -> Any:
    """What the last state of a sync that has read everything holds."""
    return {"readWhole": True, **stream_state} if isinstance(stream_state, dict) else stream_state


def after(sync_mode: str, emitted: Iterable[Any], *stream_states: Any) -> Attendance:
    """Who came, after records that were emitted at some moments, and states."""
    attendance = Attendance.of(catalog(sync_mode))
    for moment in emitted:
        attendance.record_came(USERS, {"id": "a", **({} if moment is None else {"changedAt": moment})})
    lines = [
        {
            "type": "STATE",
            "state": {
                "type": "STREAM",
                "stream": {"stream_descriptor": {"name": "users"}, "stream_state": as_the_last(stream_state)},
            },
        }
        for stream_state in stream_states
    ]
    for message in read_messages([json.dumps(line).encode() for line in lines], {USERS}):
        assert message.state is not None
        attendance.state_came(message.state)
    return attendance


def after_statuses(sync_mode: str, *statuses: str) -> Attendance:
    """Who came, after a source has told of a stream that it began, and how it ended."""
    attendance = after(sync_mode, [THIS_SYNC], {"everybodySince": THIS_SYNC})
    for status in statuses:
        told = {"stream_descriptor": {"name": "users"}, "status": status}
        trace = {"type": "STREAM_STATUS", "emitted_at": 1.0, "stream_status": told}
        (message,) = read_messages([json.dumps({"type": "TRACE", "trace": trace}).encode()], {USERS})
        assert message.trace is not None
        attendance.trace_came(message.trace)
    return attendance


@pytest.mark.parametrize("sync_mode", ["full_refresh", "incremental"])
def test_nobody_knows_who_did_not_come_where_the_source_broke_off(sync_mode: str) -> None:
    for statuses in (("STARTED",), ("STARTED", "RUNNING"), ("STARTED", "RUNNING", "INCOMPLETE")):
        assert not after_statuses(sync_mode, *statuses).is_complete
        assert after_statuses(sync_mode, *statuses).broken_off == [USERS]
    whole = after_statuses(sync_mode, "STARTED", "RUNNING", "COMPLETE")
    assert whole.is_complete
    assert whole.broken_off == []


def test_a_host_that_tells_nothing_of_streams_is_taken_at_its_word() -> None:
    assert after_statuses("full_refresh").is_complete


def test_in_a_full_refresh_everybody_comes() -> None:
    assert after("full_refresh", [THIS_SYNC]).is_complete


def test_in_a_first_incremental_sync_everybody_comes() -> None:
    assert after("incremental", [THIS_SYNC, THIS_SYNC], {"everybodySince": THE_SAME_MOMENT}).is_complete


def test_the_last_state_counts() -> None:
    states = {"everybodySince": AN_EARLIER_SYNC}, {"everybodySince": THE_SAME_MOMENT}
    assert after("incremental", [THIS_SYNC], *states).is_complete
    assert not after("incremental", [THIS_SYNC], *reversed(states)).is_complete


@pytest.mark.parametrize(
    ("emitted", "states"),
    [
        ([THIS_SYNC], []),
        ([], [{"everybodySince": THE_SAME_MOMENT}]),
        ([THIS_SYNC], [{"everybodySince": AN_EARLIER_SYNC}]),
        ([AN_EARLIER_SYNC, THIS_SYNC], [{"everybodySince": THE_SAME_MOMENT}]),
        ([THIS_SYNC, None], [{"everybodySince": THE_SAME_MOMENT}]),
        ([None], [{"everybodySince": None}]),
        ([None], [{}]),
        (["yesterday"], [{"everybodySince": "yesterday"}]),
        (["2026-01-15T05:00:00"], [{"everybodySince": "2026-01-15T05:00:00"}]),
        ([THIS_SYNC], [{"everybodySince": THE_SAME_MOMENT, "readWhole": False}]),
        ([THIS_SYNC], [{"everybodySince": THE_SAME_MOMENT, "readWhole": None}]),
        ([THIS_SYNC], [{"everybodySince": THE_SAME_MOMENT}, {"everybodySince": THE_SAME_MOMENT, "readWhole": None}]),
        ([THIS_SYNC], [None]),
        ([THIS_SYNC], ["everybodySince"]),
    ],
)
def test_who_came_is_not_taken_for_everybody_where_the_source_does_not_say_so(
    emitted: list[Any], states: list[Any]
) -> None:
    assert not after("incremental", emitted, *states).is_complete
