"""Environments, made once each, and folders that follow the page in them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from distribution.building import build
from distribution.host_tests.folder import Folder, install
from integration_tests.sandbox import Sandbox

PEOPLE = 40


@pytest.fixture(scope="session")
def environments(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of environments, with the wheels of all packages and the connectors installed."""
    folder = tmp_path_factory.mktemp("environments")
    build(folder / "wheels")
    install(folder, "Install the connectors")
    return folder


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A Huma and an Xledger."""
    with Sandbox.running(PEOPLE) as running:
        yield running


@pytest.fixture
def folder(tmp_path: Path, environments: Path, sandbox: Sandbox) -> Folder:
    """A folder of somebody who has followed the page as far as the preview, with every environment in it."""
    for name in ("connectors", "host", "pyairbyte", "meltano", "serverless", "dlt"):
        (tmp_path / name).symlink_to(environments / name)
    home = tmp_path / "home"
    home.mkdir()
    made = Folder(tmp_path, sandbox, {"HOME": str(home), "TMPDIR": str(home)})
    made.settings()
    return made
