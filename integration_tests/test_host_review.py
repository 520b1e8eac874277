"""A review from its start to its end, with what runs the connectors acted: phases, failures, and what is kept."""

import json
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest

from huma_xledger.connection_file import CONNECTORS, DECISIONS, NAME, ConnectionFile, ConnectionFileError
from huma_xledger.lock import AlreadyRunningError
from huma_xledger.reviewing.journal import GONE
from huma_xledger.reviewing.review import Review
from huma_xledger.reviewing.status import At, Doing, Phase, RefusedError, Status, StepState
from integration_tests.acted_worker import DIES, WAITS, ActedWorker, all_well, begun, ended, moved
from integration_tests.decided import add, decisions, stands
from integration_tests.records import a_user

AWAY = "destination-xledger: Xledger is away. Try again later."

PATIENCE = 30.0
"""Seconds after which something that was to come does not come any more."""

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload([__name__])
"""A process that is forked from one that has everything loaded begins at once."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of a connection in both directions."""
    folder = tmp_path / "connection"
    folder.mkdir()
    (folder / NAME).write_text(json.dumps({name: {} for name in CONNECTORS}), encoding="utf-8")
    return folder


@pytest.fixture
def states(tmp_path: Path) -> Path:
    """The folder of the program's own."""
    states = tmp_path / "states"
    states.mkdir()
    return states


@pytest.fixture
def worker(tmp_path: Path) -> ActedWorker:
    """What runs the connectors."""
    return ActedWorker(tmp_path)


Start = Callable[..., Review]


@pytest.fixture
def start(folder: Path, states: Path, worker: ActedWorker) -> Iterator[Start]:
    """Starts a review; the one before is ended."""
    running: list[Review] = []

    def begin(**options: Any) -> Review:
        while running:
            running.pop().close()
        review = Review(ConnectionFile.read(folder), states, worker.command, **options)
        review.start()
        running.append(review)
        return review

    yield begin
    while running:
        running.pop().close()


def until(review: Review, reached: Callable[[Status], bool]) -> Status:
    """How far a review is once it is as far as that."""
    status = review.status()
    while not reached(status):
        seen = status.version
        status = review.wait(seen, PATIENCE)
        assert status.version > seen, f"It does not go on from {status}"
    return status


def at_rest(review: Review) -> Status:
    """How far a review is when nothing runs any more."""
    return until(review, lambda status: status.phase not in (Phase.READING, Phase.SYNCHRONISING))


def decide(review: Review, text: str) -> None:
    """Decides on a page that shows what was decided before."""
    onto = review.status().onto
    assert onto is not None
    review.decide(text, f"the draft of {text}", onto)


# ------------------------------------------------------------------ from the start to the end


def test_both_are_read_then_it_is_decided_then_done_and_the_result_is_there(
    start: Start, folder: Path, worker: ActedWorker
) -> None:
    review = start()
    status = at_rest(review)
    assert (status.phase, [(step.doing, step.to) for step in status.steps]) == (
        Phase.DECIDING,
        [(Doing.PREVIEW, "xledger"), (Doing.PREVIEW, "huma")],
    )
    page = review.page()
    assert page is not None
    assert page.read_text() == "<p>A page</p>"
    assert not (folder / DECISIONS).exists()
    decide(review, decisions(add(7)))
    assert not (folder / DECISIONS).exists(), "It does not count before somebody wants it to."
    worker.sync["xledger"] = all_well(updated=5)
    assert worker.command
    review.synchronise(review.status().onto)
    done = at_rest(review)
    assert (done.phase, [(step.doing, step.to, step.state) for step in done.steps]) == (
        Phase.DONE,
        [(Doing.SYNC, "huma", StepState.DONE), (Doing.SYNC, "xledger", StepState.DONE)],
    )
    assert [step.has_result for step in done.steps] == [True, True]
    assert done.steps[1].summary is not None
    assert done.steps[1].summary["updated"] == 5
    assert (folder / DECISIONS).read_text() == decisions(add(7))
    assert (folder / DECISIONS).stat().st_mode & 0o077 == 0
    (preview, sync) = worker.tasks
    assert (preview["doing"], preview["to"], preview["decisions"]) == ("preview", ["xledger", "huma"], None)
    assert (sync["doing"], sync["to"], sync["begun"]) == ("sync", ["huma", "xledger"], [])
    assert Path(sync["decisions"]).read_text() == decisions(add(7))
    assert sync["accounts"] == {"xledger": ["read", "written"], "huma": ["read", "written"]}


def test_a_connection_in_one_direction_is_reviewed_in_that_one(start: Start, folder: Path, worker: ActedWorker) -> None:
    (folder / NAME).write_text(json.dumps({name: {} for name in CONNECTORS[:3]}), encoding="utf-8")
    review = start()
    status = at_rest(review)
    assert (status.both, status.to_huma_mode) == (False, None)
    review.synchronise(review.status().onto)
    assert [step.to for step in at_rest(review).steps] == ["xledger"]
    assert [task["to"] for task in worker.tasks] == [["xledger"], ["xledger"]]


def test_how_far_it_is_is_told_while_it_goes_on(start: Start, worker: ActedWorker) -> None:
    said = "Looking up in 2 seconds who was added."
    worker.preview["xledger"] = [moved(at="checking"), begun(), moved(count=2), moved(said=said), WAITS]
    review = start()
    status = until(review, lambda status: bool(status.steps[0].said))
    assert status.phase is Phase.READING
    step, other = status.steps
    assert (step.state, step.at, step.count, step.said, step.everybody) == (
        StepState.RUNNING,
        At.READING,
        2,
        said,
        "Everybody is sent.",
    )
    assert step.began is not None
    assert (other.state, other.at) == (StepState.WAITING, None)
    assert review.page() is None
    assert review.close() is Doing.PREVIEW


def test_nothing_private_can_be_read_by_others(start: Start, states: Path) -> None:
    review = start()
    at_rest(review)
    decide(review, decisions(add(7)))
    assert (states / "review").stat().st_mode & 0o077 == 0
    for path in (states / "review").glob("*.json"):
        assert path.stat().st_mode & 0o077 == 0


# ------------------------------------------------------------------ failures


def test_a_direction_that_fails_stops_the_run_and_only_what_is_left_is_tried_again(
    start: Start, worker: ActedWorker
) -> None:
    review = start()
    at_rest(review)
    decide(review, decisions(add(7)))
    worker.sync["xledger"] = [moved(at="checking"), begun(), ended(AWAY, updated=1)]
    assert worker.command
    review.synchronise(review.status().onto)
    failed = at_rest(review)
    assert (failed.phase, failed.failed_in, failed.problem) == (Phase.FAILED, Doing.SYNC, AWAY)
    assert [step.state for step in failed.steps] == [StepState.DONE, StepState.FAILED]
    assert failed.steps[1].summary is not None
    assert failed.steps[1].summary["updated"] == 1
    assert review.result("huma") is not None
    worker.sync["xledger"] = all_well()
    assert worker.command
    review.retry()
    done = at_rest(review)
    assert (done.phase, done.problem, done.failed_in) == (Phase.DONE, None, None)
    again = worker.tasks[-1]
    assert (again["to"], again["begun"]) == (["xledger"], ["xledger"])
    assert Path(again["decisions"]).read_text() == decisions(add(7))
    assert review.result("huma") is not None


def test_xledger_is_not_written_to_when_huma_could_not_be(start: Start, worker: ActedWorker) -> None:
    review = start()
    at_rest(review)
    worker.sync["huma"] = [ended("destination-huma: Huma is away.", page=None)]
    assert worker.command
    review.synchronise(review.status().onto)
    failed = at_rest(review)
    assert [step.state for step in failed.steps] == [StepState.FAILED, StepState.WAITING]


def test_a_preview_that_fails_can_be_tried_again(start: Start, worker: ActedWorker) -> None:
    worker.preview["huma"] = [ended("destination-huma: Huma is away.", page=None)]
    review = start()
    failed = at_rest(review)
    assert (failed.phase, failed.failed_in) == (Phase.FAILED, Doing.PREVIEW)
    assert review.page() is None
    worker.preview["huma"] = all_well()
    assert worker.command
    review.retry()
    assert at_rest(review).phase is Phase.DECIDING


def test_what_is_ended_from_outside_has_failed_and_says_so(start: Start, worker: ActedWorker) -> None:
    worker.preview["xledger"] = [moved(at="checking"), DIES]
    review = start()
    status = at_rest(review)
    assert (status.phase, status.problem) == (Phase.FAILED, GONE)


def test_what_cannot_be_run_at_all_has_failed_and_says_so(folder: Path, states: Path) -> None:
    review = Review(ConnectionFile.read(folder), states, ["/nowhere/at/all"])
    review.start()
    status = at_rest(review)
    assert status.phase is Phase.FAILED
    assert "/nowhere/at/all" in (status.problem or "")
    assert review.close() is None


@pytest.mark.parametrize(
    "ask",
    [
        pytest.param(lambda review: review.synchronise(None), id="synchronise"),
        pytest.param(lambda review: review.save(None), id="save"),
        pytest.param(Review.again, id="again"),
        pytest.param(Review.retry, id="retry"),
    ],
)
def test_nothing_else_is_begun_while_something_runs(
    ask: Callable[[Review], None], start: Start, worker: ActedWorker
) -> None:
    worker.preview["xledger"] = [moved(at="checking"), WAITS]
    review = start()
    with pytest.raises(RefusedError, match="being read"):
        ask(review)
    with pytest.raises(RefusedError, match="being read"):
        review.decide(decisions(), "", "")


def test_what_is_done_is_not_decided_about_any_more(start: Start) -> None:
    review = start()
    at_rest(review)
    onto = review.status().onto
    review.synchronise(review.status().onto)
    at_rest(review)
    for ask in (
        lambda: review.synchronise(onto),
        lambda: review.save(onto),
        review.retry,
        lambda: review.decide(decisions(), "", str(onto)),
    ):
        with pytest.raises(RefusedError, match="Read again"):
            ask()


# ------------------------------------------------------------------ what is decided


def test_what_was_decided_is_saved_when_that_is_asked_for_and_not_before(start: Start, folder: Path) -> None:
    review = start()
    assert at_rest(review).kept_at is None
    decide(review, decisions(add(7)))
    status = review.status()
    assert (status.kept_at is None, status.saved) == (False, False)
    review.save(review.status().onto)
    assert (folder / DECISIONS).read_text() == decisions(add(7))
    assert (review.status().saved, review.status().phase) == (True, Phase.DECIDING)
    decide(review, decisions(add(8)))
    assert not review.status().saved
    assert (folder / DECISIONS).read_text() == decisions(add(7))


def test_where_nothing_was_decided_nothing_is_saved_either(start: Start, folder: Path, worker: ActedWorker) -> None:
    review = start()
    at_rest(review)
    review.synchronise(review.status().onto)
    at_rest(review)
    assert not (folder / DECISIONS).exists()
    assert worker.tasks[-1]["decisions"] is None


def test_nothing_is_saved_or_synced_by_decisions_that_whoever_asks_has_not_seen(start: Start, folder: Path) -> None:
    review = start()
    at_rest(review)
    seen = review.status().onto
    decide(review, decisions(add(7)))
    for ask in (review.save, review.synchronise):
        for onto in (seen, None):
            with pytest.raises(RefusedError, match="in another window"):
                ask(onto)
    assert not (folder / DECISIONS).exists()
    assert review.status().phase is Phase.DECIDING


def test_decisions_that_somebody_else_put_there_meanwhile_are_not_lost(start: Start, folder: Path) -> None:
    review = start()
    at_rest(review)
    decide(review, decisions(add(7)))
    (folder / DECISIONS).write_text(decisions(add(8)))
    for ask in (review.save, review.synchronise):
        with pytest.raises(RefusedError, match=r"decisions\.json is not what it was"):
            ask(review.status().onto)
    assert (folder / DECISIONS).read_text() == decisions(add(8))
    review.again()
    at_rest(review)
    decide(review, decisions(add(8), add(7)))
    review.save(review.status().onto)
    assert (folder / DECISIONS).read_text() == decisions(add(8), add(7))


def test_decisions_that_cannot_be_saved_are_still_kept_and_nothing_is_begun(start: Start, folder: Path) -> None:
    review = start()
    at_rest(review)
    decide(review, decisions(add(7)))
    (folder / "decisions.draft").mkdir()
    with pytest.raises(RefusedError, match=r"decisions\.json cannot be written: Is a directory"):
        review.synchronise(review.status().onto)
    assert (review.status().phase, review.draft()) == (Phase.DECIDING, f"the draft of {decisions(add(7))}")


def test_what_was_decided_and_not_saved_is_shown_as_decided_when_both_are_read_anew(
    start: Start, worker: ActedWorker
) -> None:
    review = start()
    first = at_rest(review)
    decide(review, decisions(add(7), stands(a_user(1), "phone", "later")))
    review.again()
    second = at_rest(review)
    assert second.review != first.review
    assert Path(worker.tasks[-1]["decisions"]).read_text() == decisions(add(7))
    assert (review.draft(), second.kept_at) == (None, None)
    review.again()
    at_rest(review)
    assert Path(worker.tasks[-1]["decisions"]).read_text() == decisions(add(7)), "Also if nobody looked at the page."


def test_what_was_saved_for_later_before_the_review_is_not_lost_when_both_are_read_anew(
    start: Start, folder: Path, worker: ActedWorker
) -> None:
    before = stands(a_user(1), "phone", "later")
    (folder / DECISIONS).write_text(decisions(before))
    review = start()
    at_rest(review)
    decide(review, decisions(before, stands(a_user(2), "phone", "later"), add(7)))
    review.again()
    at_rest(review)
    assert Path(worker.tasks[-1]["decisions"]).read_text() == decisions(before, add(7))


def test_what_was_saved_counts_when_both_are_read_anew(start: Start, worker: ActedWorker) -> None:
    review = start()
    at_rest(review)
    decide(review, decisions(add(7)))
    review.save(review.status().onto)
    review.again()
    at_rest(review)
    assert worker.tasks[-1]["decisions"] is None, "It is taken from where it was saved."


def test_what_earlier_runs_left_of_people_is_removed_when_a_new_preview_is_whole(start: Start, states: Path) -> None:
    review = start()
    first = at_rest(review)
    review.synchronise(review.status().onto)
    at_rest(review)
    review.again()
    second = at_rest(review)
    folders = [path.name for path in (states / "review").iterdir() if path.is_dir()]
    assert folders == [second.review] != [first.review]


def test_the_only_report_of_what_a_sync_has_written_stays_when_both_are_read_anew(start: Start, states: Path) -> None:
    review = start()
    at_rest(review)
    review.synchronise(review.status().onto)
    synced = at_rest(review)
    assert synced.phase is Phase.DONE
    (run,) = (path for path in (states / "review").iterdir() if path.is_dir() and path.name != synced.review)
    report = run / "xledger" / "2026-01-15T05-00-01Z-1d4edba2" / "changes.jsonl"
    report.parent.mkdir(parents=True)
    report.write_text("{}")
    for _ in range(2):
        review.again()
        at_rest(review)
    assert report.exists(), "Nothing else says what stood where something was written."


# ------------------------------------------------------------------ one at a time, and what is of no use


def test_a_second_review_of_a_connection_says_that_one_is_running(start: Start, folder: Path, states: Path) -> None:
    start()
    with pytest.raises(AlreadyRunningError, match="A review of this connection is running already"):
        Review(ConnectionFile.read(folder), states).start()


@pytest.mark.parametrize("missing", ["source-huma", "destination-xledger"])
def test_a_connection_without_what_a_review_runs_says_so_at_once(missing: str, folder: Path, states: Path) -> None:
    (folder / NAME).write_text(json.dumps({name: {} for name in CONNECTORS if name != missing}), encoding="utf-8")
    with pytest.raises(ConnectionFileError, match=f"no settings of {missing}"):
        Review(ConnectionFile.read(folder), states).start()


def test_a_connection_that_would_not_go_by_what_is_decided_says_so_at_once(folder: Path, states: Path) -> None:
    configs: dict[str, Any] = {name: {} for name in CONNECTORS} | {"destination-huma": {"decisions": decisions()}}
    (folder / NAME).write_text(json.dumps(configs), encoding="utf-8")
    with pytest.raises(ConnectionFileError, match="destination-huma has decisions of its own"):
        Review(ConnectionFile.read(folder), states).start()


# ------------------------------------------------------------------ ended and started again


def test_a_review_that_is_ended_ends_what_runs_and_a_new_start_goes_on(start: Start, worker: ActedWorker) -> None:
    review = start()
    at_rest(review)
    decide(review, decisions(add(7)))
    worker.sync["xledger"] = [moved(at="checking"), begun(), moved(count=1), WAITS]
    assert worker.command
    review.synchronise(review.status().onto)
    until(review, lambda status: status.steps[-1].count == 1)
    assert review.close() is Doing.SYNC
    assert review.status().phase is Phase.SYNCHRONISING
    worker.sync["xledger"] = all_well()
    again = start()
    assert at_rest(again).phase is Phase.DONE
    assert (worker.tasks[-1]["to"], worker.tasks[-1]["begun"]) == (["xledger"], ["xledger"])
    assert again.result("huma") is not None
    assert again.status().version > review.status().version


def test_a_page_that_was_read_more_than_a_day_ago_says_so(start: Start) -> None:
    read = at_rest(start()).read_at
    later = start(now=lambda: datetime.now(timezone.utc) + timedelta(days=1, seconds=1))
    status = later.status()
    assert (status.phase, status.read_at, status.is_old) == (Phase.DECIDING, read, True)


def test_a_page_that_is_gone_is_read_anew(start: Start) -> None:
    review = start()
    at_rest(review)
    page = review.page()
    assert page is not None
    review.close()
    page.unlink()
    again = start()
    assert again.status().phase is Phase.READING
    assert at_rest(again).phase is Phase.DECIDING


def test_what_another_version_wrote_down_is_read_anew(start: Start, states: Path) -> None:
    at_rest(start())
    (states / "review" / "journal.json").write_text('{"phase": "deciding"}')
    assert start().status().phase is Phase.READING


def in_a_process(folder: Path, states: Path, worker: tuple[str, ...], told: Connection) -> None:
    """A review that is killed: it tells where it is, and does what it is told."""
    review = Review(ConnectionFile.read(folder), states, worker)
    review.start()
    status = review.status()
    while True:
        told.send(status)
        while told.poll():
            name, *arguments = told.recv()
            by_what_is_seen = [review.status().onto] if name == "synchronise" else []
            getattr(review, name)(*arguments, *by_what_is_seen)
        status = review.wait(status.version, 0.05)


class Killed:
    """A review in a process of its own."""

    def __init__(self, folder: Path, states: Path, worker: ActedWorker) -> None:
        self._ours, theirs = PROCESSES.Pipe()
        arguments = (folder, states, worker.command, theirs)
        self._process = PROCESSES.Process(target=in_a_process, args=arguments, daemon=True)
        self._process.start()
        theirs.close()

    def until(self, reached: Callable[[Status], bool]) -> Status:
        """How far it is once it is as far as that."""
        while True:
            assert self._ours.poll(PATIENCE)
            status: Status = self._ours.recv()
            if reached(status):
                return status

    def do(self, name: str, *arguments: Any) -> None:
        """Has something done."""
        self._ours.send((name, *arguments))

    def kill(self) -> None:
        """Ends it at once."""
        assert self._process.pid is not None
        os.kill(self._process.pid, signal.SIGKILL)
        self._process.join()


def deciding(status: Status) -> bool:
    return status.phase is Phase.DECIDING


@dataclass(frozen=True)
class Death:
    """When a review is killed: what has been told of a direction by then, the last of it these words or its end.

    Attributes:
        to: The direction.
        told: What has been told of it.
    """

    to: str
    told: tuple[Any, ...]

    def __str__(self) -> str:
        return f"{self.to} {len(self.told)}"

    @property
    def part(self) -> list[Any]:
        """What is told, and nothing more."""
        return [*self.told, moved(said="here"), WAITS]

    def has_come(self, status: Status) -> bool:
        """Whether it is time."""
        (step,) = (step for step in status.steps if step.to == self.to)
        return step.said == "here" or step.state is StepState.DONE


DEATHS = [Death(to, tuple(all_well()[:length])) for to in ("xledger", "huma") for length in range(5)]


@pytest.mark.parametrize("death", DEATHS, ids=str)
def test_a_review_that_is_killed_while_it_reads_reads_anew(
    death: Death, start: Start, folder: Path, states: Path, worker: ActedWorker
) -> None:
    worker.preview[death.to] = death.part
    killed = Killed(folder, states, worker)
    killed.until(death.has_come)
    killed.kill()
    worker.preview[death.to] = all_well()
    review = start()
    assert at_rest(review).phase is Phase.DECIDING
    assert (worker.tasks[-1]["to"], worker.tasks[-1]["begun"]) == (["xledger", "huma"], [])


def test_a_review_that_is_killed_while_somebody_decides_has_it_all_again(
    start: Start, folder: Path, states: Path, worker: ActedWorker
) -> None:
    killed = Killed(folder, states, worker)
    before = killed.until(deciding)
    killed.do("decide", decisions(add(7)), "a draft", before.onto)
    kept = killed.until(lambda status: status.kept_at is not None)
    killed.kill()
    review = start()
    status = review.status()
    assert (status.phase, status.review, status.onto, status.kept_at, status.saved) == (
        Phase.DECIDING,
        before.review,
        kept.onto,
        kept.kept_at,
        False,
    )
    assert review.draft() == "a draft"
    assert review.page() is not None
    assert not (folder / DECISIONS).exists()
    assert len(worker.tasks) == 1


@pytest.mark.parametrize("death", DEATHS, ids=str)
def test_a_review_that_is_killed_while_it_synchronises_goes_on_by_itself_with_what_is_left(
    death: Death, start: Start, folder: Path, states: Path, worker: ActedWorker
) -> None:
    worker.sync[death.to] = death.part
    killed = Killed(folder, states, worker)
    killed.do("decide", decisions(add(7)), "a draft", killed.until(deciding).onto)
    killed.until(lambda status: status.kept_at is not None)
    killed.do("synchronise")
    killed.until(lambda status: status.phase is Phase.SYNCHRONISING and death.has_come(status))
    killed.kill()
    (folder / DECISIONS).write_text(decisions(add(8)))
    worker.sync[death.to] = all_well()
    before = len(worker.tasks)
    review = start()
    assert at_rest(review).phase is Phase.DONE
    assert all(review.result(to) is not None for to in ("huma", "xledger"))
    order = ["huma", "xledger"]
    left = order[order.index(death.to) + (len(death.told) == len(all_well())) :]
    begun_before = [death.to] if begun() in death.told and death.to in left else []
    tasks = worker.tasks[before:]
    assert [(task["doing"], task["to"], task["begun"]) for task in tasks] == (
        [("sync", left, begun_before)] if left else []
    )
    assert all(Path(task["decisions"]).read_text() == decisions(add(7)) for task in tasks)


def test_a_review_that_is_killed_when_it_is_done_still_has_the_result(
    start: Start, folder: Path, states: Path, worker: ActedWorker
) -> None:
    killed = Killed(folder, states, worker)
    killed.until(deciding)
    killed.do("synchronise")
    killed.until(lambda status: status.phase is Phase.DONE)
    killed.kill()
    review = start()
    assert review.status().phase is Phase.DONE
    assert review.result("xledger") is not None
    assert len(worker.tasks) == 2
