"""The host from wheels, on the lowest and the highest Python that PyAirbyte runs on and that is there."""

from pathlib import Path

import pytest
import yaml

from distribution.environment import Environment
from distribution.python_tests.conftest import HOST, PYTHONS_OF_THE_HOST
from distribution.pythons import Python
from integration_tests.sandbox import Sandbox


@pytest.mark.parametrize("python", PYTHONS_OF_THE_HOST, ids=lambda python: python.name)
def test_the_host_runs_the_connectors_that_came_with_it(
    python: Python, dist: Path, sandbox: Sandbox, tmp_path: Path
) -> None:
    environment = Environment.made(tmp_path / "venv", python.path)
    environment.install(dist, [HOST])
    connection = tmp_path / "connection"
    connection.mkdir(mode=0o700)
    settings = {"source-huma": sandbox.source_config(), "destination-xledger": sandbox.destination_config()}
    (connection / "connection.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    (connection / "connection.yaml").chmod(0o600)
    environment.run("huma-xledger", "sync", connection)
    assert sandbox.xledger.writes
