"""Airbyte's standard tests of source-xledger: those of `airbyte-cdk connector test`, against the sandbox."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from integration_tests.sandbox import Sandbox
from integration_tests.source_standards import SourceStandards, leave_no_traces
from integration_tests.standards import ROOT, give_scenarios
from source_xledger import SourceXledger


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    give_scenarios(metafunc, TestSourceXledger)


@pytest.fixture(scope="module", autouse=True)
def configs() -> Iterator[None]:
    """A sandbox, and a config for it in place of each that the acceptance tests name."""
    with (
        Sandbox.running(people=60, burst_limit=None) as sandbox,
        TestSourceXledger.configs_written(sandbox.source_xledger_config),
    ):
        yield


@pytest.fixture(autouse=True)
def no_traces(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    leave_no_traces(monkeypatch, tmp_path)


class TestSourceXledger(SourceStandards):
    """The standard tests of the source."""

    folder = ROOT / "source-xledger"

    @staticmethod
    def make(*_: Any) -> SourceXledger:
        """The source, which takes its config and its catalog with each verb."""
        return SourceXledger()
