"""airbyte-serverless: it reads, and the pipe writes."""

from pathlib import Path

import pytest

from distribution.command import CommandFailedError
from distribution.host_tests.folder import Folder, install
from distribution.host_tests.promises import brings_everybody_once, keeps_three_states
from distribution.host_versions import tried
from distribution.hosts_page import section

TITLE = "airbyte-serverless"
SERVERLESS = tried(TITLE)


@pytest.fixture(scope="module", params=SERVERLESS.every_run)
def version(request: pytest.FixtureRequest, environments: Path) -> str:
    """A version of airbyte-serverless, installed."""
    version: str = request.param
    install(environments, TITLE, f"airbyte-serverless=={version}")
    return version


def test_what_airbyte_serverless_reads_is_written_by_the_pipe(version: str, folder: Folder) -> None:
    for title in ("A pipe", TITLE):
        folder.write(title)
    (command,) = section(TITLE).commands
    brings_everybody_once(folder, lambda: folder.run(command))
    if version == SERVERLESS.page:
        keeps_three_states(folder, lambda: folder.run(command))


@pytest.mark.parametrize("version", [SERVERLESS.page], indirect=True)
@pytest.mark.usefixtures("version")
def test_a_source_that_fails_fails_the_pipe(folder: Folder) -> None:
    for title in ("A pipe", TITLE):
        folder.write(title)
    settings = folder.path / "source.json"
    settings.write_text(settings.read_text(encoding="utf-8").replace("127.0.0.1", "user@127.0.0.1"), encoding="utf-8")
    (command,) = section(TITLE).commands
    with pytest.raises(CommandFailedError, match=r"ended with 1:(.|\n)*api_url"):
        folder.run(command)
