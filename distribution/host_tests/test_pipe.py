"""Without a host: one command reads into the other."""

import pytest

from distribution.command import CommandFailedError
from distribution.host_tests.folder import Folder
from distribution.host_tests.promises import begins, keeps_three_states, survives_being_killed
from distribution.hosts_page import section

TITLE = "A pipe"


def test_the_connectors_say_whether_they_work(folder: Folder) -> None:
    for command in section("Install the connectors").commands:
        assert '"SUCCEEDED"' in folder.run(command)


def test_a_pipe_brings_everybody_and_then_who_changed_and_is_made_good_after_a_kill(folder: Folder) -> None:
    folder.write(TITLE)
    (command,) = section(TITLE).commands
    begins(folder, lambda: folder.run(command))
    keeps_three_states(folder, lambda: folder.run(command))
    survives_being_killed(folder, command)
    assert (folder.path / "state.json").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("broken", ["source.json", "destination.json"])
def test_a_pipe_ends_with_an_error_and_a_sentence_whichever_of_the_two_fails(broken: str, folder: Folder) -> None:
    folder.write(TITLE)
    settings = folder.path / broken
    settings.write_text(settings.read_text(encoding="utf-8").replace("127.0.0.1", "user@127.0.0.1"), encoding="utf-8")
    (command,) = section(TITLE).commands
    with pytest.raises(CommandFailedError, match=r"ended with 1:(.|\n)*ERROR .*api_url"):
        folder.run(command)
    assert (folder.path / "state.json").read_text(encoding="utf-8").strip() == "[]"
