"""Airbyte's standard tests of a source. New streams are covered without a change here."""

import logging
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import pytest
from airbyte_cdk.models import (
    AirbyteStateMessage,
    AirbyteStream,
    ConfiguredAirbyteCatalog,
    ConfiguredAirbyteStream,
    DestinationSyncMode,
    SyncMode,
)
from airbyte_cdk.sources import Source
from airbyte_cdk.test import entrypoint_wrapper
from airbyte_cdk.test.entrypoint_wrapper import EntrypointOutput
from airbyte_cdk.test.models import ConnectorTestScenario
from airbyte_cdk.test.standard_tests.source_base import SourceTestSuiteBase

from integration_tests.standards import Config, Standards, config_of


class SourceStandards(Standards, SourceTestSuiteBase):
    """The standard tests of a source, and two of our own.

    Attributes:
        make: Makes the source, of its config, its catalog and its state.
    """

    make: ClassVar[Callable[..., Source]]
    commands = {  # noqa: RUF012  a class variable above
        "test_config_matches_spec": "spec",
        "test_check": "check",
        "test_discover": "discover",
        "test_basic_read": "read",
        "test_fail_read_with_bad_catalog": "read",
        "test_two_full_refreshes_give_the_same_records": "read",
        "test_an_incremental_read_after_another_has_nothing_to_tell": "read",
    }

    def test_two_full_refreshes_give_the_same_records(self, scenario: ConnectorTestScenario) -> None:
        config = config_of(scenario, self.folder)
        for stream in self._streams(config):
            first, second = (_records(self._read(config, stream, SyncMode.full_refresh)) for _ in range(2))
            assert first
            assert first == second

    def test_an_incremental_read_after_another_has_nothing_to_tell(self, scenario: ConnectorTestScenario) -> None:
        config = config_of(scenario, self.folder)
        for stream in self._streams(config):
            if SyncMode.incremental in (stream.supported_sync_modes or []):
                first = self._read(config, stream, SyncMode.incremental)
                states = [message.state for message in first.state_messages if message.state]
                second = self._read(config, stream, SyncMode.incremental, states[-1:])
                assert _records(first) == _records(self._read(config, stream, SyncMode.full_refresh))
                assert not _records(second)

    def _streams(self, config: Config) -> list[AirbyteStream]:
        return list(type(self).make(config).discover(logging.getLogger("airbyte"), config).streams)

    def _read(
        self, config: Config, stream: AirbyteStream, mode: SyncMode, state: list[AirbyteStateMessage] | None = None
    ) -> EntrypointOutput:
        configured = ConfiguredAirbyteStream(
            stream=stream, sync_mode=mode, destination_sync_mode=DestinationSyncMode.append_dedup
        )
        catalog = ConfiguredAirbyteCatalog(streams=[configured])
        return entrypoint_wrapper.read(type(self).make(config, catalog, state), config, catalog, state)


def leave_no_traces(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """The standard tests leave files behind, and a source waits before it tries again: neither, here."""
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    monkeypatch.setattr(time, "sleep", lambda _: None)


def _records(output: EntrypointOutput) -> dict[Any, Config]:
    """The records by their id, without the time of the sync that emitted them."""
    records = [message.record.data for message in output.records if message.record]
    return {record["id"]: {key: value for key, value in record.items() if key != "changedAt"} for record in records}
