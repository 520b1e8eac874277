"""Airbyte's standard tests of destination-huma: those of `airbyte-cdk connector test`, against the sandbox."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from integration_tests.destination_standards import DestinationStandards
from integration_tests.sandbox import Sandbox
from integration_tests.standards import ROOT, give_scenarios


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    give_scenarios(metafunc, TestDestinationHuma)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """A sandbox, and a config for it in place of each that the acceptance tests name."""
    with (
        Sandbox.running(people=3, burst_limit=None) as running,
        TestDestinationHuma.configs_written(running.destination_huma_config),
    ):
        yield running


@pytest.fixture(autouse=True)
def against_the_sandbox(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """The standard tests write nothing to Huma, and the files that they leave behind go where pytest cleans up."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    yield
    assert sandbox.huma.writes == []


class TestDestinationHuma(DestinationStandards):
    """The standard tests of the destination."""

    folder = ROOT / "destination-huma"
