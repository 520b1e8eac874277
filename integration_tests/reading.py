"""The source read from a sandbox in this process, through its entry point."""

import functools
import logging
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from airbyte_cdk.models import (
    AirbyteMessage,
    AirbyteStateMessageSerializer,
    AirbyteStreamStatus,
    ConfiguredAirbyteCatalogSerializer,
    FailureType,
    Level,
    SyncMode,
)
from airbyte_cdk.sources import Source
from airbyte_cdk.test import entrypoint_wrapper
from airbyte_cdk.test.entrypoint_wrapper import EntrypointOutput
from airbyte_cdk.test.models.scenario import ExpectedOutcome

from integration_tests.sandbox import Sandbox
from shared_mappings.record_schema import users_schema
from source_huma import SourceHuma

COLUMNS = tuple(users_schema()["properties"])

State = Mapping[str, Any]
"""A state message, as JSON."""

Read = Callable[..., "Emitted"]
"""What the fixture `read` gives: `read_source` for the sandbox of the test."""


def sandbox_of(people: int) -> Any:
    """The fixture `sandbox`: so many people in Huma, anew for each test."""

    @pytest.fixture(name="sandbox")
    def sandbox() -> Iterator[Sandbox]:
        with Sandbox.running(people=people) as running:
            yield running

    return sandbox


def reading(sync_mode: SyncMode) -> Any:
    """The fixture `read`: reads in this mode unless told otherwise. Waiting takes no time."""

    @pytest.fixture(name="read")
    def read(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Read:
        monkeypatch.setattr(time, "sleep", lambda _: None)
        return functools.partial(read_source, sandbox, sync_mode=sync_mode)

    return read


@dataclass
class Emitted:
    """What a read emitted of one stream.

    Attributes:
        records: The records by id.
        ids: The ids of the records, in order.
        states: Each state message, and how many records came before it.
        warnings: The warnings in the log.
        status: How the stream ended.
        errors: The type and the sentence of each error that was told of.
    """

    records: dict[str, Any] = field(default_factory=dict)
    ids: list[str] = field(default_factory=list)
    states: list[tuple[int, State]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    status: AirbyteStreamStatus | None = None
    errors: set[tuple[FailureType | None, str]] = field(default_factory=set)

    @property
    def state(self) -> State:
        """The last state message."""
        return self.states[-1][1]

    def take(self, message: AirbyteMessage, stream: str) -> None:
        """Takes in a message, if it is about the stream or in the log."""
        if message.record and message.record.stream == stream:
            self.records[message.record.data["id"]] = message.record.data
            self.ids.append(message.record.data["id"])
        if message.state and message.state.stream and message.state.stream.stream_descriptor.name == stream:
            dumped = AirbyteStateMessageSerializer.dump(message.state)
            dumped["stream"]["stream_state"] = vars(message.state.stream.stream_state)
            self.states.append((len(self.ids), dumped))
        if message.log and message.log.level is Level.WARN:
            self.warnings.append(message.log.message)


def read_source(
    sandbox: Sandbox,
    state: State | None = None,
    *,
    stream: str = "users",
    beside: tuple[str, ...] = (),
    columns: tuple[str, ...] = COLUMNS,
    sync_mode: SyncMode = SyncMode.incremental,
    **settings: Any,
) -> Emitted:
    """Reads a stream from a sandbox's Huma.

    Args:
        sandbox: The sandbox.
        state: A state message to start from; None to start without.
        stream: The stream to look at.
        beside: Streams to read beside it, in full refresh.
        columns: The columns to select.
        sync_mode: How to read the stream.
        settings: Settings of the source.
    """
    modes = {stream: sync_mode, **dict.fromkeys(beside, SyncMode.full_refresh)}
    return emitted_by(SourceHuma, sandbox.source_config(**settings), stream, modes, columns, state)


def emitted_by(
    make: Callable[..., Source],
    config: Mapping[str, Any],
    stream: str,
    modes: Mapping[str, SyncMode],
    columns: tuple[str, ...],
    state: State | None,
) -> Emitted:
    """Reads with a source, through the CDK's entry point.

    Args:
        make: Makes the source, of its config and its catalog.
        config: The config.
        stream: The stream to look at.
        modes: The streams to read, and how.
        columns: The columns to select.
        state: A state message to start from; None to start without.
    """
    catalog = ConfiguredAirbyteCatalogSerializer.load(
        {
            "streams": [
                {
                    "stream": {
                        "name": name,
                        "json_schema": {"properties": {column: {} for column in columns}},
                        "supported_sync_modes": ["full_refresh", "incremental"],
                    },
                    "sync_mode": mode.value,
                    "destination_sync_mode": "append_dedup",
                }
                for name, mode in modes.items()
            ]
        }
    )
    states = None if state is None else [AirbyteStateMessageSerializer.load(dict(state))]
    # Once PyAirbyte has run in this process, it keeps what this logger is told to itself.
    logging.getLogger("airbyte").propagate = True
    try:
        output = entrypoint_wrapper.read(
            make(config, catalog), dict(config), catalog, states, expected_outcome=ExpectedOutcome.ALLOW_ANY
        )
    finally:
        logging.getLogger("airbyte").setLevel(logging.INFO)
    emitted = Emitted(status=output.get_stream_statuses(stream)[-1], errors=errors_told(output))
    for message in output.get_message_iterator():
        emitted.take(message, stream)
    return emitted


def errors_told(output: EntrypointOutput) -> set[tuple[FailureType | None, str]]:
    """The type and the sentence of each error that a source told of."""
    return {
        (message.trace.error.failure_type, message.trace.error.message)
        for message in output.errors
        if message.trace and message.trace.error
    }
