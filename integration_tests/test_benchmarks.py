"""`make bench` shows tables, and what it is doing; what a connector logs meanwhile is not on the screen."""

import io
import logging
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType

import pytest
from airbyte_cdk.models import SyncMode
from playwright.sync_api import Browser
from rich.console import Console

from benchmarks import destination_huma, destination_xledger, listening, review_page, source_huma, source_xledger
from benchmarks.elsewhere import elsewhere
from benchmarks.promises import table_of_promises
from benchmarks.served import Traffic
from benchmarks.steps import steps


def chatter(line: str) -> str:
    """What a connector does in a process of its own: it prints, and logs by a handler that has kept stdout."""
    logger = logging.getLogger(__name__)
    logger.addHandler(logging.StreamHandler(sys.stdout))
    logger.warning(line)
    print(line, flush=True)
    return line


def test_what_is_logged_by_whoever_is_measured_is_not_on_the_screen(capfd: pytest.CaptureFixture[str]) -> None:
    with elsewhere() as process:
        assert process.submit(chatter, '{"type": "LOG"}').result() == '{"type": "LOG"}'
    assert capfd.readouterr().out == ""


def test_each_step_is_told_when_it_begins_beside_the_tables(capsys: pytest.CaptureFixture[str]) -> None:
    with steps(2) as step:
        step("few people")
        assert "1/2  few people\n" in capsys.readouterr().err
        step("many people")
    told = capsys.readouterr()
    assert told.err.endswith("2/2  many people\n")
    assert told.out == ""


def test_on_a_terminal_the_steps_are_one_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = io.StringIO()
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    with steps(1) as step:
        step("few people")
    assert "few people" in terminal.getvalue()
    assert terminal.getvalue().count("\n") == 1


def test_steps_that_were_not_foreseen_are_noticed() -> None:
    with pytest.raises(RuntimeError, match="2 steps were foreseen, and 1 were taken"), steps(2) as step:
        step("few people")


@pytest.mark.parametrize("state", [source_huma.State(1, 5_000_000, 0.1), source_huma.State(1, 1, 9.0)])
def test_what_is_not_as_promised_is_told_beside_the_number(
    state: source_huma.State, capsys: pytest.CaptureFixture[str]
) -> None:
    slow = source_huma.Speed(people=100, workers=8, source=1.0, bare=2.0, requests=102)
    large = source_huma.Memory(SyncMode.full_refresh, few=1, many=2, few_bytes=0, many_bytes=501)
    console = Console(width=160)
    console.print(source_huma._table_of_speeds([slow]))  # noqa: SLF001
    console.print(source_huma._table_of_sizes([large], state))  # noqa: SLF001
    told = [line for line in capsys.readouterr().out.splitlines() if " NO " in line]
    assert len(told) == 3


def test_employees_that_are_read_slowly_or_with_too_many_requests_are_told_beside_the_number(
    capsys: pytest.CaptureFixture[str],
) -> None:
    traffic = Traffic(4, 1, 1)
    cost = source_xledger.Cost(100, 100, source=1.0, bare=2.0, full=traffic, idle=traffic, idle_records=1)
    large = source_huma.Memory(SyncMode.full_refresh, few=1, many=2, few_bytes=0, many_bytes=501)
    Console(width=160).print(source_xledger._table(cost, [large]))  # noqa: SLF001
    told = [line for line in capsys.readouterr().out.splitlines() if " NO " in line]
    assert (len(told), cost.kept) == (5, False)


def test_what_a_sync_to_huma_takes_too_much_of_is_told_beside_the_number(capsys: pytest.CaptureFixture[str]) -> None:
    asked = Counter({"GET /users/{id}": 1_031, "PATCH /users/{id}": 151})
    run = destination_huma.Run({}, asked, seconds=10.0, peak_memory=10**9)
    nobody = destination_huma.Run({}, Counter(), seconds=1.0, peak_memory=0)
    some = destination_huma.Run({}, asked + asked, seconds=10.0, peak_memory=0)
    promises = [
        *destination_huma._costs({"nobody": nobody, "written": some, "unchanged": run}, 1_000, 100),  # noqa: SLF001
        destination_huma._speed({"nobody": nobody, "written": some}, bare_seconds=5.0),  # noqa: SLF001
        destination_huma._memory((200, nobody), (1_000, run)),  # noqa: SLF001
    ]
    Console(width=160).print(table_of_promises(promises))
    told = capsys.readouterr().out
    assert [promise.kept for promise in promises] == [True, *[False] * 6]
    assert told.count(" NO ") == 6


def test_a_listener_that_is_slow_asks_for_more_than_a_sync_or_refuses_a_webhook_is_told_beside_the_number(
    capsys: pytest.CaptureFixture[str],
) -> None:
    slow = listening.Seen([1.0, 2.1, 2.2], huma=3, xledger=Traffic(13, 1, 1))
    burst = listening.Seen([9.0] * 3, huma=4, xledger=Traffic(13, 1, 1))
    alone = listening.Seen([1.0], huma=3, xledger=Traffic(8, 1, 1))
    promises = listening._promises({1: slow}, burst, alone, [200, 200, 403])  # noqa: SLF001
    Console(width=160).print(table_of_promises(promises))
    assert [promise.kept for promise in promises] == [False] * 5
    assert capsys.readouterr().out.count(" NO ") == 5
    assert (slow.within(0.95), slow.within(0.5)) == (2.2, 2.1)


@pytest.mark.parametrize("module", [source_huma, destination_huma, source_xledger, destination_xledger, listening])
def test_an_option_that_a_benchmark_does_not_have_is_refused(
    module: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["benchmark", "--persons", "1"])
    with pytest.raises(SystemExit):
        module.main()
    assert "--people" in capsys.readouterr().err


def test_a_page_that_is_slow_to_open_to_search_or_to_scroll_is_told_beside_the_number(
    capsys: pytest.CaptureFixture[str],
) -> None:
    slow = review_page.Visit(to_rows=2_001.0, keys=[10.0, 101.0], frames=[17.0, 101.0])
    Console(width=160).print(table_of_promises(review_page._promises(10_000, 9_000_000, 0.1, [slow])))  # noqa: SLF001
    assert capsys.readouterr().out.count(" NO ") == 4


def test_what_takes_a_browser_is_not_measured_without_one_and_says_why(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CHROMIUM", "/nowhere/chromium")
    monkeypatch.setattr(sys, "argv", ["review_page"])
    assert review_page.main() == 0
    assert capsys.readouterr() == ("", "The review page is not measured: no Chromium: apt-get install chromium\n")


@pytest.mark.slow
def test_the_review_page_can_be_measured(chromium: Browser, tmp_path: Path) -> None:
    review_page._make(tmp_path / "review.html", 200)
    visit = review_page._visit(chromium, tmp_path / "review.html")  # noqa: SLF001
    assert visit.to_rows > 0
    assert min(visit.keys) > 0
    assert len(visit.frames) == review_page.SCROLLED
