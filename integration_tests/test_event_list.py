"""`huma-xledger events`: what waits and what was given up on is seen, tried again or dropped, beside a listener."""

import json
import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from uuid import UUID

import pytest

from huma_xledger import __main__ as command
from huma_xledger.connection_file import NAME as CONNECTION
from huma_xledger.event_list import Events, told_of
from huma_xledger.inbox.events import Event, Kept
from huma_xledger.inbox.store import NAME, Inbox
from huma_xledger.report import MOST_LINES

NOW = datetime(2026, 11, 29, 21, 27, 16, tzinfo=timezone.utc)
KARI, OLA = str(UUID(int=1)), str(UUID(int=2))
WHY = "Xledger has no employee with this key."

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the inbox of a connection is, or would be."""
    monkeypatch.setattr(command, "PRIVATE", tmp_path / ".state")
    (tmp_path / CONNECTION).write_text("source-huma: {}", encoding="utf-8")
    (tmp_path / CONNECTION).chmod(0o600)
    return command._place_of_states(tmp_path / CONNECTION) / NAME  # noqa: SLF001  where listen has it


@pytest.fixture
def run(place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """The command, in this process. What it comes to, prints, and tells beside it."""
    del place  # which is known to the command by now

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["huma-xledger", "events", str(tmp_path), *arguments])
        try:
            code = command.main()
        except SystemExit as error:
            code = int(error.code or 0)
        told = capsys.readouterr()
        return code, told.out, told.err

    return run


@pytest.fixture
def listener(place: Path) -> Iterator[Inbox]:
    """The inbox, as a listener has it open: Kari's first event was given up on, and the one that names nobody."""
    place.parent.mkdir(parents=True)
    inbox = Inbox.opened(place)
    inbox.take([Event("users-create", KARI), Event("users-update", OLA), Event("users-export", None)], NOW)
    inbox.take([Event("users-update", KARI)], NOW)
    inbox.failed([1], WHY, NOW)
    inbox.failed([1, 3], WHY, None)
    inbox.failed([2], WHY, NOW + timedelta(days=36500))
    yield inbox
    inbox.close()


def test_what_was_given_up_on_and_what_waits_is_listed_with_when_it_came_and_why_it_failed(
    run: Run, listener: Inbox
) -> None:
    code, out, err = run()
    assert (code, err) == (0, "")
    assert out.splitlines() == [
        "2 events given up on (--retry tries them again, --drop removes them):",
        f"  1  users-create  {KARI}  came 2026-11-29 21:27:16 UTC, tried 2 times",
        f"     {WHY}",
        "  3  users-export  (names nobody: a sync of everybody answers it)  came 2026-11-29 21:27:16 UTC, tried once",
        f"     {WHY}",
        "2 events waiting:",
        f"  2  users-update  {OLA}  came 2026-11-29 21:27:16 UTC, tried once, due 2126-11-05 21:27:16 UTC",
        f"     {WHY}",
        f"  4  users-update  {KARI}  came 2026-11-29 21:27:16 UTC, not tried yet, due now",
    ]
    assert len(listener.waiting()) == 2


def test_a_program_gets_all_of_it_as_json(run: Run, listener: Inbox) -> None:
    code, out, err = run("--json")
    assert (code, err) == (0, "")
    told = json.loads(out)
    assert told["given_up"][0] == {
        "number": 1,
        "topic": "users-create",
        "user": KARI,
        "came_at": NOW.isoformat(),
        "attempts": 2,
        "due_at": None,
        "problem": WHY,
    }
    assert [kept["number"] for kept in told["waiting"]] == [2, 4]
    assert told["waiting"][0]["due_at"] == (NOW + timedelta(days=36500)).isoformat()
    assert [told["given_up"][1]["user"], told["waiting"][1]["problem"]] == [None, None]
    assert len(listener.given_up()) == 2


def test_a_running_listener_has_what_is_to_be_tried_again_among_those_that_wait(run: Run, listener: Inbox) -> None:
    code, out, _ = run("--retry", "1")
    assert code == 0
    assert out == (
        "1 event is tried again, as if it had just come: within seconds where huma-xledger listen is running, or else "
        "when it is started.\n"
    )
    again, *others = listener.waiting()
    assert (again.number, again.attempts, again.problem) == (1, 0, None)
    assert [kept.number for kept in others] == [2, 4]
    code, out, _ = run("--retry", "--json")
    assert (code, json.loads(out)["retried"], json.loads(out)["given_up"]) == (0, 1, [])
    assert [kept.number for kept in listener.waiting()] == [1, 2, 3, 4]


def test_who_drops_events_is_told_that_a_sync_brings_them_anyway(run: Run, listener: Inbox) -> None:
    code, out, _ = run("--drop", "3")
    assert code == 0
    assert out == (
        "1 event dropped. What Huma told by it is not lost: the next sync of everybody who changed (schedule, or "
        "huma-xledger sync) brings it anyway.\n"
    )
    assert [kept.number for kept in listener.given_up()] == [1]
    assert run("--drop", "--all")[1].startswith("1 event dropped.")
    assert listener.given_up() == []
    assert run("--drop", "--all")[1] == "No event was given up on: there is nothing to drop.\n"
    assert run("--retry")[1] == "No event was given up on: there is nothing to try again.\n"
    assert [kept.number for kept in listener.waiting()] == [2, 4]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--drop", "1", "2", "99"], "Numbers 2 and 99 are not among the events that were given up on"),
        (["--retry", "1", "4"], "Number 4 is not among the events that were given up on, so nothing was done."),
    ],
)
def test_what_was_not_given_up_on_is_let_alone_and_so_is_the_rest(
    run: Run, listener: Inbox, arguments: list[str], told: str
) -> None:
    code, out, err = run(*arguments)
    assert (code, err) == (1, "")
    assert out.startswith(told)
    code, out, err = run(*arguments, "--json")
    assert (code, out) == (1, "")
    assert err.startswith(told)
    assert [kept.number for kept in listener.given_up()] == [1, 3]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--drop"], "--drop takes the numbers of events, or --all"),
        (["--drop", "1", "--all"], "--drop takes the numbers of events, or --all"),
        (["--all"], "--all goes with --drop alone"),
        (["--retry", "--all"], "--all goes with --drop alone"),
        (["--retry", "1", "--drop", "1"], "not allowed with"),
        (["--retry", "folder"], "folder is no number of an event; the folder comes first"),
        (["--retry", "-1"], "-1 is no number of an event"),
    ],
)
def test_what_is_not_clear_is_asked_about_before_anything_is_done(
    run: Run, listener: Inbox, arguments: list[str], told: str
) -> None:
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert told in " ".join(err.split())
    assert len(listener.given_up()) == 2


def test_where_there_is_no_inbox_it_is_said_where_one_would_be_and_none_is_made(
    run: Run, place: Path, tmp_path: Path
) -> None:
    code, out, _ = run()
    assert code == 0
    assert out.startswith(f"No event waits, and none was given up on: there is no inbox at {place}.")
    assert run("--json")[:2] == (0, '{\n  "given_up": [],\n  "waiting": []\n}\n')
    assert run("--retry")[1] == "No event was given up on: there is nothing to try again.\n"
    assert run("--drop", "7")[0] == 1
    assert [path.name for path in tmp_path.iterdir()] == [CONNECTION]


def test_an_inbox_that_is_of_no_use_is_told_in_a_sentence(run: Run, listener: Inbox, place: Path) -> None:
    listener.close()
    place.write_bytes(b"Kari Nordmann" * 1000)
    code, out, _ = run()
    assert code == 1
    assert out.startswith(f"{place} is no inbox of huma-xledger, or is broken.")
    code, out, err = run("--json")
    assert (code, out) == (1, "")
    assert "is broken" in err


def test_that_the_settings_can_be_read_by_others_is_said_beside_the_json(
    run: Run, listener: Inbox, tmp_path: Path
) -> None:
    (tmp_path / CONNECTION).chmod(0o644)
    _, out, err = run("--json")
    assert len(json.loads(out)["given_up"]) == len(listener.given_up())
    assert "chmod 600" in err


def test_whoever_has_read_enough_is_told_nothing_about_it(
    run: Run, listener: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def print_to_nobody(*_: object, **__: object) -> None:
        raise BrokenPipeError

    monkeypatch.setattr("builtins.print", print_to_nobody)
    monkeypatch.setattr("os.dup2", lambda *_: None)
    assert listener.given_up()
    assert run("--json") == (1, "", "")


def test_when_nothing_is_there_one_line_says_so() -> None:
    assert list(told_of(Events((), ()), NOW)) == ["No event waits, and none was given up on."]


def test_more_events_than_anybody_reads_are_counted() -> None:
    many = [Kept(number, Event("users-update", KARI), NOW, due_at=NOW) for number in range(1, MOST_LINES + 1201)]
    title, *lines, rest = told_of(Events((), many), NOW)
    assert title == f"{MOST_LINES + 1200:,} events waiting:"
    assert (len(lines), rest) == (MOST_LINES, "  ... and 1,200 more like these. --json lists all of them.")
    assert {line.index("users-update") for line in lines} == {8}
