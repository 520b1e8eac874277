"""Airbyte's standard tests of a connector, with the sandbox in place of a real account.

What is tested with which config is in the connector's `acceptance-test-config.yml`. Warnings, such as those about a
catalog, are errors, as everywhere in this project.
"""

import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar, Final

import pytest
from airbyte_cdk.test.models import ConnectorTestScenario
from airbyte_cdk.test.models.scenario import ScenarioCommand
from airbyte_cdk.test.standard_tests.connector_base import ConnectorTestSuiteBase
from airbyte_cdk.test.standard_tests.docker_base import DockerConnectorTestSuite

from huma_xledger.environment import PRIVATE, prepare

ROOT: Final = Path(__file__).parents[1]

Config = dict[str, Any]


class Standards(ConnectorTestSuiteBase):
    """The standard tests of a connector, against the sandbox.

    Attributes:
        folder: The connector's.
        commands: What each test runs, so that it gets only the scenarios which that is meant for.
    """

    folder: ClassVar[Path]
    commands: ClassVar[Mapping[str, ScenarioCommand]]

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
        prepare()
        cls.configs().mkdir(mode=0o700, parents=True)
        try:
            for scenario in cls.scenarios_as_written():
                own = {} if scenario.requires_creds else config_of(scenario, cls.folder)
                (cls.configs() / _name(scenario)).write_text(json.dumps(config(**own)), encoding="utf-8")
            yield
        finally:
            shutil.rmtree(cls.configs())

    def test_every_command_of_the_standard_tests_has_a_scenario(self) -> None:
        commands = {command for scenario in self.scenarios_as_written() for command in scenario.commands}
        assert commands == set(self.commands.values())


for test in [name for name in vars(DockerConnectorTestSuite) if name.startswith("test_")]:
    # They build an image as Airbyte's own pipeline does, from the connector's folder alone. Ours is built from the root
    # of the repository, for the packages that the connectors share.
    setattr(Standards, test, None)


def give_scenarios(metafunc: pytest.Metafunc, standards: type[Standards]) -> None:
    """Gives each test the scenarios that are meant for what it runs."""
    if "scenario" in metafunc.fixturenames:
        command = standards.commands[metafunc.function.__name__]
        scenarios = [scenario for scenario in standards.get_scenarios() if scenario.runs(command)]
        metafunc.parametrize("scenario", scenarios, ids=[scenario.id for scenario in scenarios])


def config_of(scenario: ConnectorTestScenario, folder: Path) -> Config:
    """The config that a scenario names."""
    return scenario.get_config_dict(connector_root=folder, empty_if_missing=False)


def _name(scenario: ConnectorTestScenario) -> str:
    assert scenario.config_path is not None
    return scenario.config_path.name
