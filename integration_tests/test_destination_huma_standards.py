"""Airbyte's standard tests of destination-huma, those of `airbyte-cdk connector test`, against the sandbox.

What is tested with which config is in the connector's `acceptance-test-config.yml`. Warnings are errors, as everywhere
in this project.
"""

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from airbyte_cdk.test.models import ConnectorTestScenario
from airbyte_cdk.test.models.scenario import ScenarioCommand
from airbyte_cdk.test.standard_tests import DestinationTestSuiteBase
from airbyte_cdk.test.standard_tests.docker_base import DockerConnectorTestSuite

from huma_xledger.environment import PRIVATE, prepare
from integration_tests.sandbox import Sandbox

ROOT = Path(__file__).parents[1]
CONNECTOR = ROOT / "destination-huma"
CONFIGS = PRIVATE / "tmp" / f"standard-tests-of-destination-huma-{os.getpid()}"
"""Where the configs are once the sandbox runs. Scenarios name it before, while tests are collected."""

COMMANDS: dict[str, ScenarioCommand] = {"test_config_matches_spec": "spec", "test_check": "check"}
"""What each test runs, so that it gets only the scenarios which that is meant for."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "scenario" in metafunc.fixturenames:
        command = COMMANDS[metafunc.function.__name__]
        scenarios = [scenario for scenario in TestDestinationHuma.get_scenarios() if scenario.runs(command)]
        metafunc.parametrize("scenario", scenarios, ids=[scenario.id for scenario in scenarios])


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """A sandbox, and a config for it in place of each that the acceptance tests name."""
    prepare()
    CONFIGS.mkdir(mode=0o700)
    try:
        with Sandbox.running(people=3, burst_limit=None) as running:
            for scenario in DestinationTestSuite.get_scenarios():
                (CONFIGS / _name(scenario)).write_text(json.dumps(_config(scenario, running)), encoding="utf-8")
            yield running
    finally:
        shutil.rmtree(CONFIGS)


@pytest.fixture(autouse=True)
def against_the_sandbox(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """The standard tests write nothing to Huma, and the files that they leave behind go where pytest cleans up."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    yield
    assert sandbox.huma.writes == []


class DestinationTestSuite(DestinationTestSuiteBase):
    """The standard tests of the destination."""

    @classmethod
    def get_connector_root_dir(cls) -> Path:
        return CONNECTOR


class TestDestinationHuma(DestinationTestSuite):
    @classmethod
    def get_scenarios(cls) -> list[ConnectorTestScenario]:
        return [
            scenario.model_copy(update={"config_path": CONFIGS / _name(scenario)})
            for scenario in super().get_scenarios()
        ]


for test in [name for name in vars(DockerConnectorTestSuite) if name.startswith("test_")]:
    # They build an image as Airbyte's own pipeline does, from the connector's folder alone. Ours is built from the root
    # of the repository, for the packages that the connectors share.
    setattr(TestDestinationHuma, test, None)


def test_every_command_of_the_standard_tests_has_a_scenario() -> None:
    commands = {command for scenario in TestDestinationHuma.get_scenarios() for command in scenario.commands}
    assert commands == set(COMMANDS.values())


def _name(scenario: ConnectorTestScenario) -> str:
    assert scenario.config_path is not None
    return scenario.config_path.name


def _config(scenario: ConnectorTestScenario, sandbox: Sandbox) -> dict[str, Any]:
    """The sandbox's config, with what the scenario's own has wrong; never the config of a real key."""
    if scenario.requires_creds:
        return sandbox.destination_huma_config()
    return sandbox.destination_huma_config(**scenario.get_config_dict(connector_root=CONNECTOR, empty_if_missing=False))
