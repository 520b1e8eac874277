"""What every test of a Python needs: the wheels, the Pythons, and two systems to connect to."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from distribution.building import build
from distribution.environment import Environment
from distribution.packages import Package
from distribution.pythons import Python, found, lowest_and_highest
from integration_tests.sandbox import Sandbox

HOST = Package("huma-xledger")
CONNECTORS = tuple(map(Package, ("source-huma", "source-xledger", "destination-huma", "destination-xledger")))

PYTHONS = lowest_and_highest(found(), CONNECTORS[0].project["requires-python"])
"""Those that the connectors run on."""

PYTHONS_OF_THE_HOST = lowest_and_highest(found(), HOST.project["requires-python"])


def pytest_report_header() -> list[str]:
    """Says what is tried, and where only one can be."""
    told = [f"The connectors are tried on {' and '.join(python.name for python in PYTHONS) or 'nothing'}."]
    if len(PYTHONS) == 1:
        told.append("No other Python that they run on was found, so that one is both the lowest and the highest.")
    told.append(f"The host is tried on {' and '.join(python.name for python in PYTHONS_OF_THE_HOST) or 'nothing'}.")
    return told


@pytest.fixture(scope="session")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheels."""
    folder = tmp_path_factory.mktemp("dist")
    build(folder)
    return folder


@pytest.fixture(scope="module", params=PYTHONS, ids=lambda python: python.name)
def python(request: pytest.FixtureRequest) -> Python:
    """A Python that the connectors run on."""
    chosen: Python = request.param
    return chosen


@pytest.fixture(scope="module")
def installed(python: Python, dist: Path, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """An environment with the four connectors and nothing else."""
    environment = Environment.made(tmp_path_factory.mktemp("installed") / "venv", python.path)
    environment.install(dist, CONNECTORS)
    return environment


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """A Huma and an Xledger."""
    with Sandbox.running(people=5, burst_limit=None) as running:
        yield running
