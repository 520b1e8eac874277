"""PyAirbyte: the page's program, with every version of it that is tried."""

from pathlib import Path

import pytest

from distribution.command import CommandFailedError
from distribution.host_tests.folder import Folder, install
from distribution.host_tests.promises import begins, brings_everybody_once, keeps_three_states, survives_being_killed
from distribution.host_versions import tried
from distribution.hosts_page import section

TITLE = "PyAirbyte"
PYAIRBYTE = tried(TITLE)


@pytest.fixture(scope="module", params=PYAIRBYTE.every_run)
def version(request: pytest.FixtureRequest, environments: Path) -> str:
    """A version of PyAirbyte, installed."""
    version: str = request.param
    install(environments, TITLE, f"airbyte=={version}")
    return version


def test_every_version_brings_everybody_once(version: str, folder: Folder) -> None:
    folder.write(TITLE)
    (command,) = section(TITLE).commands
    begin = begins if version == PYAIRBYTE.page else brings_everybody_once
    begin(folder, lambda: folder.run(command))
    if version == PYAIRBYTE.page:
        keeps_three_states(folder, lambda: folder.run(command))
        survives_being_killed(folder, command)
    assert (folder.path / "state.duckdb").stat().st_mode & 0o077 == 0
    told = "".join(
        path.read_text(encoding="utf-8") for path in (folder.path / "logs").rglob("destination-xledger-log*")
    )
    assert "SYNC SUMMARY" in told


@pytest.mark.parametrize("version", [PYAIRBYTE.page], indirect=True)
@pytest.mark.usefixtures("version")
def test_records_from_a_cache_are_refused_before_anything_is_written(folder: Folder) -> None:
    folder.settings(mode="sync")
    folder.write(TITLE)
    program = folder.path / "sync.py"
    program.write_text(program.read_text(encoding="utf-8").replace("cache=False,", "", 1), encoding="utf-8")
    (command,) = section(TITLE).commands
    with pytest.raises(CommandFailedError, match=r"ended with 1:(.|\n)*write with cache=False"):
        folder.run(command)
    assert folder.sandbox.xledger.writes == []
