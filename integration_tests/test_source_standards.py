"""Airbyte's standard tests, those of `airbyte-cdk connector test`, with the sandbox in place of a real account.

What is tested with which config is in the connector's `acceptance-test-config.yml`. New streams are covered without a
change here. Warnings, such as those about the catalog, are errors, as everywhere in this project.
"""

import json
import logging
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from airbyte_cdk.models import (
    AirbyteStateMessage,
    AirbyteStream,
    ConfiguredAirbyteCatalog,
    ConfiguredAirbyteStream,
    DestinationSyncMode,
    SyncMode,
)
from airbyte_cdk.test import entrypoint_wrapper
from airbyte_cdk.test.entrypoint_wrapper import EntrypointOutput
from airbyte_cdk.test.models import ConnectorTestScenario
from airbyte_cdk.test.models.scenario import ScenarioCommand
from airbyte_cdk.test.standard_tests.docker_base import DockerConnectorTestSuite
from airbyte_cdk.test.standard_tests.source_base import SourceTestSuiteBase

from huma_xledger.environment import PRIVATE
from integration_tests.sandbox import Sandbox
from source_huma import SourceHuma

ROOT = Path(__file__).parents[1]
CONNECTOR = ROOT / "source-huma"
CONFIGS = PRIVATE / "tmp" / f"standard-tests-{os.getpid()}"
"""Where the configs are once the sandbox runs. Scenarios name it before, while tests are collected."""

COMMANDS: dict[str, ScenarioCommand] = {
    "test_config_matches_spec": "spec",
    "test_check": "check",
    "test_discover": "discover",
    "test_basic_read": "read",
    "test_fail_read_with_bad_catalog": "read",
    "test_two_full_refreshes_give_the_same_records": "read",
    "test_an_incremental_read_after_another_has_nothing_to_tell": "read",
}
"""What each test runs, so that it gets only the scenarios which that is meant for."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "scenario" in metafunc.fixturenames:
        command = COMMANDS[metafunc.function.__name__]
        scenarios = [scenario for scenario in TestSourceHuma.get_scenarios() if scenario.runs(command)]
        metafunc.parametrize("scenario", scenarios, ids=[scenario.id for scenario in scenarios])


@pytest.fixture(scope="module", autouse=True)
def configs() -> Iterator[None]:
    """A sandbox, and a config for it in place of each that the acceptance tests name."""
    CONFIGS.mkdir(mode=0o700)
    try:
        with Sandbox.running(people=60, employees=False) as sandbox:
            for scenario in SourceTestSuite.get_scenarios():
                (CONFIGS / _name(scenario)).write_text(json.dumps(_config(scenario, sandbox)), encoding="utf-8")
            yield
    finally:
        shutil.rmtree(CONFIGS)


@pytest.fixture(autouse=True)
def no_traces(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The standard tests leave files behind, and the source waits before it tries again: neither, here."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(time, "sleep", lambda _: None)


class SourceTestSuite(SourceTestSuiteBase):
    """The standard tests of the source."""

    @classmethod
    def get_connector_root_dir(cls) -> Path:
        return CONNECTOR


class TestSourceHuma(SourceTestSuite):
    @classmethod
    def get_scenarios(cls) -> list[ConnectorTestScenario]:
        return [
            scenario.model_copy(update={"config_path": CONFIGS / _name(scenario)})
            for scenario in super().get_scenarios()
        ]

    def test_two_full_refreshes_give_the_same_records(self, scenario: ConnectorTestScenario) -> None:
        config = scenario.get_config_dict(connector_root=CONNECTOR, empty_if_missing=False)
        for stream in _streams(config):
            first, second = (_records(_read(config, stream, SyncMode.full_refresh)) for _ in range(2))
            assert first
            assert first == second

    def test_an_incremental_read_after_another_has_nothing_to_tell(self, scenario: ConnectorTestScenario) -> None:
        config = scenario.get_config_dict(connector_root=CONNECTOR, empty_if_missing=False)
        for stream in _streams(config):
            if SyncMode.incremental in (stream.supported_sync_modes or []):
                first = _read(config, stream, SyncMode.incremental)
                states = [message.state for message in first.state_messages if message.state]
                second = _read(config, stream, SyncMode.incremental, states[-1:])
                assert _records(first) == _records(_read(config, stream, SyncMode.full_refresh))
                assert not _records(second)


for test in [name for name in vars(DockerConnectorTestSuite) if name.startswith("test_")]:
    # They build an image as Airbyte's own pipeline does, from the connector's folder alone. Ours is built from the root
    # of the repository, for the package that the connectors share.
    setattr(TestSourceHuma, test, None)


def _name(scenario: ConnectorTestScenario) -> str:
    assert scenario.config_path is not None
    return scenario.config_path.name


def _config(scenario: ConnectorTestScenario, sandbox: Sandbox) -> dict[str, Any]:
    """The sandbox's config, with what the scenario's own has wrong; never the config of a real key."""
    if scenario.requires_creds:
        return sandbox.source_config()
    return sandbox.source_config(**scenario.get_config_dict(connector_root=CONNECTOR, empty_if_missing=False))


def _streams(config: dict[str, Any]) -> list[AirbyteStream]:
    return list(SourceHuma(config).discover(logging.getLogger("airbyte"), config).streams)


def _read(
    config: dict[str, Any], stream: AirbyteStream, mode: SyncMode, state: list[AirbyteStateMessage] | None = None
) -> EntrypointOutput:
    configured = ConfiguredAirbyteStream(
        stream=stream, sync_mode=mode, destination_sync_mode=DestinationSyncMode.append_dedup
    )
    catalog = ConfiguredAirbyteCatalog(streams=[configured])
    return entrypoint_wrapper.read(SourceHuma(config, catalog, state), config, catalog, state)


def _records(output: EntrypointOutput) -> dict[Any, dict[str, Any]]:
    """The records by their id, without the time of the sync that emitted them."""
    records = [message.record.data for message in output.records if message.record]
    return {record["id"]: {key: value for key, value in record.items() if key != "changedAt"} for record in records}
