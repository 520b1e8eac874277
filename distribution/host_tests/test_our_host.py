"""`huma-xledger` with the newest PyAirbyte there is, alone and as a utility of Meltano."""

import re
from pathlib import Path

import pytest

from distribution.command import CommandFailedError
from distribution.host_tests.folder import Folder, install
from distribution.host_tests.promises import begins, keeps_three_states, writes_nothing
from distribution.host_versions import newest_pyairbyte, tried
from distribution.hosts_page import section

OURS = "huma-xledger"
MELTANO = "Meltano"


@pytest.fixture(scope="module")
def host(environments: Path) -> None:
    """Our host, with a PyAirbyte that `pip` would not take by itself, as it is not released yet."""
    install(environments, OURS, f"airbyte=={newest_pyairbyte()}")


@pytest.fixture(scope="module", params=tried(MELTANO).every_run)
def meltano(request: pytest.FixtureRequest, environments: Path) -> None:
    """A version of Meltano, installed."""
    install(environments, MELTANO, f"meltano=={request.param}")


@pytest.mark.usefixtures("host")
def test_our_host_works_with_the_newest_pyairbyte(folder: Folder) -> None:
    check, sync = section(OURS).commands
    assert "works" in folder.run(check)
    begins(folder, lambda: folder.run(sync))
    keeps_three_states(folder, lambda: folder.run(sync))


@pytest.mark.usefixtures("host", "meltano")
def test_meltano_runs_our_host_and_says_when_a_sync_fails(folder: Folder) -> None:
    folder.write(MELTANO)
    _, sync = section(MELTANO).commands
    folder.settings(mode="sync")
    folder.run(sync)
    assert folder.sandbox.xledger.writes
    writes_nothing(folder.sandbox, lambda: folder.run(sync))
    settings = folder.path / "connection" / "connection.yaml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace("127.0.0.1", "user@127.0.0.1"), encoding="utf-8")
    with pytest.raises(CommandFailedError, match=re.compile("ended with 1:.*api_url", re.DOTALL)):
        folder.run(sync)
