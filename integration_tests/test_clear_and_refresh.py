"""What Airbyte sends to clear or refresh a stream reaches its end, and deletes nothing in Xledger."""

import json
import logging
from collections.abc import Iterable, Mapping
from typing import Any

import pytest
from airbyte_cdk.models import AirbyteMessage, ConfiguredAirbyteCatalogSerializer, FailureType, SyncMode
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from connector_base.protocol.messages import as_line, read_messages
from connector_base.protocol.stream_keys import StreamKey
from destination_xledger.destination import DestinationXledger
from integration_tests.conftest import a_stream, connect_at_once
from integration_tests.reading import Read, reading, sandbox_of
from integration_tests.records import a_user
from integration_tests.sandbox import Sandbox

sandbox = sandbox_of(people=3)
read = reading(SyncMode.incremental)

USERS = {"stream_descriptor": {"name": "users"}}

CLEARED: tuple[Mapping[str, Any], ...] = tuple(
    {"type": "STATE", "state": {"type": kind, **content}}
    for kind, content in (
        ("STREAM", {"stream": {**USERS, "stream_state": None}}),
        ("STREAM", {"stream": USERS}),
        ("GLOBAL", {"global": {"shared_state": None, "stream_states": [{**USERS, "stream_state": None}]}}),
        ("LEGACY", {"data": {}}),
    )
)
"""The states that Airbyte has its empty source send, with and without the null that stands for nothing."""


def status(kind: str) -> Mapping[str, Any]:
    told = {"stream_descriptor": {"name": "users"}, "status": kind}
    return {"type": "TRACE", "trace": {"type": "STREAM_STATUS", "emitted_at": 1.0, "stream_status": told}}


def run(
    sandbox: Sandbox, messages: Iterable[Mapping[str, Any]], *, mode: str = "sync", **stream: Any
) -> list[AirbyteMessage]:
    """Has the destination take what a host writes to it, and gives what it answers."""
    catalog = ConfiguredAirbyteCatalogSerializer.load({"streams": [{**a_stream(), **stream}]})
    came = read_messages((json.dumps(message).encode() for message in messages), {StreamKey("users")})
    return list(DestinationXledger(connect_at_once).write(sandbox.destination_config(mode=mode), catalog, came))


def ids(generation: int | None) -> dict[str, Any]:
    """What Airbyte says of generations; of a destination that was added by its image, it says nothing."""
    if generation is None:
        return {}
    return {"generation_id": generation, "minimum_generation_id": generation, "sync_id": 12}


def a_record(number: int) -> Mapping[str, Any]:
    return {"type": "RECORD", "record": {"stream": "users", "data": a_user(number), "emitted_at": 0}}


@pytest.mark.parametrize("state", CLEARED, ids=["null", "left out", "global", "legacy"])
@pytest.mark.parametrize("mode", ["sync", "preview"])
@pytest.mark.parametrize(
    ("destination_sync_mode", "generation"), [("append", 2), ("overwrite", 2), ("overwrite", 0), ("overwrite", None)]
)
def test_clear_data_forgets_the_state_and_asks_xledger_for_nothing(
    state: Mapping[str, Any],
    mode: str,
    destination_sync_mode: str,
    generation: int | None,
    sandbox: Sandbox,
    caplog: pytest.LogCaptureFixture,
) -> None:
    before = sandbox.xledger.employees()
    with caplog.at_level(logging.INFO):
        messages = [status("STARTED"), state, status("COMPLETE")]
        (forgotten,) = run(sandbox, messages, mode=mode, destination_sync_mode=destination_sync_mode, **ids(generation))
    passed_on = json.loads(as_line(forgotten))["state"]
    assert {name: value for name, value in passed_on.items() if name != "destinationStats"} == state["state"]
    assert (sandbox.xledger.operations, sandbox.xledger.employees()) == ([], before)
    assert [line for line in caplog.messages if "Nothing in Xledger is deleted" in line]


@pytest.mark.parametrize("generation", [2, None])
def test_overwriting_is_refused_as_soon_as_somebody_comes(generation: int | None, sandbox: Sandbox) -> None:
    refused = r"overwrite of the stream users is refused.*append_dedup"
    with pytest.raises(AirbyteTracedException, match=refused) as raised:
        run(sandbox, [a_record(1)], destination_sync_mode="overwrite", **ids(generation))
    assert raised.value.failure_type is FailureType.config_error
    assert sandbox.xledger.operations == []


def test_a_sync_that_overwrites_and_brings_nobody_remembers_nothing(sandbox: Sandbox) -> None:
    read = {"type": "STATE", "state": {"type": "STREAM", "stream": {**USERS, "stream_state": {"version": 1}}}}
    for messages in ([], [read], [status("STARTED"), read, status("COMPLETE")]):
        assert run(sandbox, messages, destination_sync_mode="overwrite") == []
    assert sandbox.xledger.operations == []


def test_a_refresh_that_removes_records_writes_as_always(sandbox: Sandbox) -> None:
    before = {employee["dbId"] for employee in sandbox.xledger.employees()}
    run(sandbox, [a_record(1)], sync_mode="incremental", destination_sync_mode="append_dedup", **ids(2))
    after = {employee["dbId"] for employee in sandbox.xledger.employees()}
    assert before < after


@pytest.mark.parametrize("nothing", [None, {}], ids=["null", "empty"])
def test_after_a_clear_the_source_sends_everybody(nothing: Any, read: Read) -> None:
    cleared = {"type": "STREAM", "stream": {**USERS, "stream_state": nothing}}
    everybody = sorted(read().ids)
    assert len(everybody) > 1
    assert sorted(read(cleared).ids) == everybody
