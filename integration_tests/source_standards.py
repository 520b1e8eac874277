"""Airbyte's standard tests of a source, with the sandbox in place of a real account.

What is tested with which config is in the connector's `acceptance-test-config.yml`. New streams are covered without a
change here. Warnings, such as those about the catalog, are errors, as everywhere in this project.
"""

import json
import logging
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar, Final

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
from airbyte_cdk.test.models.scenario import ScenarioCommand
from airbyte_cdk.test.standard_tests.docker_base import DockerConnectorTestSuite
from airbyte_cdk.test.standard_tests.source_base import SourceTestSuiteBase

from huma_xledger.environment import PRIVATE

ROOT: Final = Path(__file__).parents[1]

Config = dict[str, Any]

COMMANDS: Final[Mapping[str, ScenarioCommand]] = {
    "test_config_matches_spec": "spec",
    "test_check": "check",
    "test_discover": "discover",
    "test_basic_read": "read",
    "test_fail_read_with_bad_catalog": "read",
    "test_two_full_refreshes_give_the_same_records": "read",
    "test_an_incremental_read_after_another_has_nothing_to_tell": "read",
}
"""What each test runs, so that it gets only the scenarios which that is meant for."""


class SourceStandards(SourceTestSuiteBase):
    """The standard tests of a source, and two of our own.

    Attributes:
        folder: The connector's.
        make: Makes the source, of its config, its catalog and its state.
    """

    folder: ClassVar[Path]
    make: ClassVar[Callable[..., Source]]

    @classmethod
    def get_connector_root_dir(cls) -> Path:
        return cls.folder

    @classmethod
    def get_scenarios(cls) -> list[ConnectorTestScenario]:
        """The scenarios, each with a config for the sandbox in place of the one that it names."""
        return [
            scenario.model_copy(update={"config_path": cls.configs() / _name(scenario)})
            for scenario in cls.scenarios_as_written()
        ]

    @classmethod
    def scenarios_as_written(cls) -> list[ConnectorTestScenario]:
        """The scenarios of the connector's own file."""
        return super().get_scenarios()

    @classmethod
    def configs(cls) -> Path:
        """Where the configs are once the sandbox runs. Scenarios name it before, while tests are collected."""
        return PRIVATE / "tmp" / f"standard-tests-{cls.folder.name}-{os.getpid()}"

    @classmethod
    @contextmanager
    def configs_written(cls, config: Callable[..., Config]) -> Iterator[None]:
        """Writes the configs, for as long as the block lasts.

        Args:
            config: The sandbox's config for the connector, with what a scenario's own has wrong; never the config of a
                real account.
        """
        cls.configs().mkdir(mode=0o700, parents=True)
        try:
            for scenario in cls.scenarios_as_written():
                own = {} if scenario.requires_creds else _config_of(scenario, cls.folder)
                (cls.configs() / _name(scenario)).write_text(json.dumps(config(**own)), encoding="utf-8")
            yield
        finally:
            shutil.rmtree(cls.configs())

    def test_two_full_refreshes_give_the_same_records(self, scenario: ConnectorTestScenario) -> None:
        config = _config_of(scenario, self.folder)
        for stream in self._streams(config):
            first, second = (_records(self._read(config, stream, SyncMode.full_refresh)) for _ in range(2))
            assert first
            assert first == second

    def test_an_incremental_read_after_another_has_nothing_to_tell(self, scenario: ConnectorTestScenario) -> None:
        config = _config_of(scenario, self.folder)
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


for test in [name for name in vars(DockerConnectorTestSuite) if name.startswith("test_")]:
    # They build an image as Airbyte's own pipeline does, from the connector's folder alone. Ours is built from the root
    # of the repository, for the package that the connectors share.
    setattr(SourceStandards, test, None)


def give_scenarios(metafunc: pytest.Metafunc, standards: type[SourceStandards]) -> None:
    """Gives each test the scenarios that are meant for what it runs."""
    if "scenario" in metafunc.fixturenames:
        command = COMMANDS[metafunc.function.__name__]
        scenarios = [scenario for scenario in standards.get_scenarios() if scenario.runs(command)]
        metafunc.parametrize("scenario", scenarios, ids=[scenario.id for scenario in scenarios])


def leave_no_traces(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """The standard tests leave files behind, and a source waits before it tries again: neither, here."""
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    monkeypatch.setattr(time, "sleep", lambda _: None)


def _name(scenario: ConnectorTestScenario) -> str:
    assert scenario.config_path is not None
    return scenario.config_path.name


def _config_of(scenario: ConnectorTestScenario, folder: Path) -> Config:
    return scenario.get_config_dict(connector_root=folder, empty_if_missing=False)


def _records(output: EntrypointOutput) -> dict[Any, Config]:
    """The records by their id, without the time of the sync that emitted them."""
    records = [message.record.data for message in output.records if message.record]
    return {record["id"]: {key: value for key, value in record.items() if key != "changedAt"} for record in records}
