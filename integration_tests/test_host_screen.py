"""What is seen while the host runs connectors: one bar on a terminal, nothing in a pipe."""

import io
import logging
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import rich

from huma_xledger.checking import check
from huma_xledger.connection import _running
from huma_xledger.direction import TO_XLEDGER
from huma_xledger.screen import one_bar


class Terminal(io.StringIO):
    """Something that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def chatter() -> None:
    """What PyAirbyte does: it prints in every way there is."""
    print("Completed `source-huma -> destination-xledger` sync")
    print("Writing PyAirbyte logs to file: /somewhere", file=sys.stderr)
    rich.print("Connection check succeeded for `source-huma`.", file=sys.stderr)


Watch = Callable[[], Terminal]


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    """Puts a terminal of the usual width in the place of stderr. In the test itself: pytest sets stderr before that."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "80")

    def watched() -> Terminal:
        terminal = Terminal()
        monkeypatch.setattr(sys, "stderr", terminal)
        return terminal

    return watched


def test_nothing_is_printed_where_nobody_watches(capsys: pytest.CaptureFixture[str]) -> None:
    with one_bar("Syncing") as bar:
        chatter()
        bar.show("Xledger asks to wait.")
    assert capsys.readouterr() == ("", "")


def test_nothing_is_printed_in_a_pipe_that_is_to_be_coloured(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    with one_bar("Syncing"):
        chatter()
    assert capsys.readouterr() == ("", "")


def test_on_a_terminal_there_is_one_line_that_is_written_anew_and_gone_in_the_end(
    watch: Watch, capsys: pytest.CaptureFixture[str]
) -> None:
    terminal = watch()
    with one_bar("Syncing") as bar:
        chatter()
        bar.show("Xledger asks to wait. " * 20)
    shown = terminal.getvalue()
    assert "Syncing" in shown
    assert "Xledger asks to wait" in shown
    assert shown.count("\n") == 1
    assert shown.endswith("\x1b[1A\x1b[2K")
    assert "irbyte" not in shown + capsys.readouterr().out


@pytest.mark.parametrize("columns", ["10", *map(str, range(60, 71)), "80"])
def test_what_is_said_beside_the_bar_ends_with_a_whole_word(
    columns: str, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = watch()
    monkeypatch.setenv("COLUMNS", columns)
    with one_bar("Syncing") as bar:
        bar.show("everybody " * 20)
    words = set(re.findall(r"[a-z]+(?=…)", terminal.getvalue()))
    assert words == (set() if columns == "10" else {"everybody"})


WAITING = """#!{python} -SE
import json
from pathlib import Path
def say(kind, content):
    print(json.dumps({{"type": kind, **content}}), flush=True)
say("LOG", {{"log": {{"level": "INFO", "message": "Still waiting for Huma."}}}})
Path({answer!r}).read_text()
say("LOG", {{"log": {{"level": "INFO", "message": "CONNECTION IDENTITY {{}}"}}}})
say("CONNECTION_STATUS", {{"connectionStatus": {{"status": "SUCCEEDED"}}}})
"""
"""A check that goes on when somebody has read what it waits for."""


def test_what_a_check_waits_for_is_seen_while_it_waits(tmp_path: Path) -> None:
    answer, connector = tmp_path / "answer", tmp_path / "source-huma"
    os.mkfifo(answer)
    connector.write_text(WAITING.format(python=sys.executable, answer=str(answer)), encoding="utf-8")
    connector.chmod(0o700)
    shown = []

    def show(line: str) -> None:
        shown.append(line)
        answer.write_text("read", encoding="utf-8")

    assert check({connector: {}}, tmp_path, show)["source-huma"].problem is None
    assert shown == ["Still waiting for Huma."]


def test_what_a_summary_says_in_braces_is_no_line_for_people(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = watch()
    logger = logging.getLogger(f"airbyte.{TO_XLEDGER.destination}")
    monkeypatch.setattr(logger, "handlers", [])
    monkeypatch.setattr(logger, "level", logging.INFO)
    with _running(TO_XLEDGER) as listener:
        listener.listen()
        logger.info('SYNC SUMMARY {"received": 0}')
    assert listener.lines == ['SYNC SUMMARY {"received": 0}']
    assert "SUMMARY" not in terminal.getvalue()
