"""Airbyte's standard tests of source-huma: those of `airbyte-cdk connector test`, against the sandbox."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from integration_tests.sandbox import Sandbox
from integration_tests.source_standards import SourceStandards, leave_no_traces
from integration_tests.standards import ROOT, give_scenarios
from source_huma import SourceHuma


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    give_scenarios(metafunc, TestSourceHuma)


@pytest.fixture(scope="module", autouse=True)
def configs() -> Iterator[None]:
    """A sandbox, and a config for it in place of each that the acceptance tests name."""
    with Sandbox.running(people=60, employees=False) as sandbox, TestSourceHuma.configs_written(sandbox.source_config):
        yield


@pytest.fixture(autouse=True)
def no_traces(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    leave_no_traces(monkeypatch, tmp_path)


class TestSourceHuma(SourceStandards):
    """The standard tests of the source."""

    folder = ROOT / "source-huma"
    make = SourceHuma
