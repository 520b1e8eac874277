"""The job of a connection in Airbyte, started, watched to its end, and never two of them."""

import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import pytest

from huma_xledger.bringing.airbyte_client import AirbyteClient
from huma_xledger.bringing.airbyte_job import LOOKS_IN_VAIN, RUNS_ALREADY, AirbyteJobs, problem_of
from huma_xledger.bringing.runs import Ending, Ran, Runs
from huma_xledger.bringing.worker import Worker
from huma_xledger.inbox.events import Event
from huma_xledger.inbox.store import Inbox
from huma_xledger.listen_settings import AirbyteJob
from huma_xledger.metering import Meters
from integration_tests.airbyte_stand_in import CLIENT_SECRET, CONNECTION, LOST, QUOTED, STATUSES, AirbyteStandIn
from integration_tests.conftest import Clock
from integration_tests.scripted_runs import Clock as At
from integration_tests.scripted_runs import Heard, user

SOME = ("7b0e7c6a-0d3f-4b9a-8f4e-2f6d1f0c9a11", "7b0e7c6a-0d3f-4b9a-8f4e-2f6d1f0c9a12")

BUSY = Ran(Ending.BUSY, problem=RUNS_ALREADY.format(connection=CONNECTION))


@dataclass
class Waiting:
    """Waits no time, and does meanwhile what a test says.

    Attributes:
        steps: What happens in each wait, in their order; nothing in those after.
        waited: The seconds of each.
    """

    steps: list[Callable[[], object]] = field(default_factory=list)
    waited: list[float] = field(default_factory=list)

    def __call__(self, stopped: threading.Event, seconds: float) -> None:
        del stopped
        self.waited.append(seconds)
        assert len(self.waited) < 100
        if self.steps:
            self.steps.pop(0)()


@dataclass
class Connection:
    """A connection in Airbyte, and what starts its jobs.

    Attributes:
        airbyte: The Airbyte.
        settings: How it is set up.
        waiting: What happens while somebody waits.
    """

    airbyte: AirbyteStandIn
    settings: AirbyteJob
    waiting: Waiting = field(default_factory=Waiting)

    def runs(self) -> AirbyteJobs:
        """What starts its jobs, as it is right after a start of the program."""
        return AirbyteJobs(self.settings, self.waiting)

    def then(self, *statuses: str) -> "Connection":
        """Has the latest job be so far, one status with each wait."""
        self.waiting.steps += [partial(self.becomes, status) for status in statuses]
        return self

    def becomes(self, status: str) -> None:
        """Has the latest job be so far."""
        self.airbyte.jobs[-1].status = status


@pytest.fixture
def connection() -> Iterator[Connection]:
    airbyte = AirbyteStandIn()
    with airbyte.running() as settings:
        yield Connection(airbyte, settings)


def test_a_job_is_started_and_watched_to_its_end_and_has_then_read_everybody(connection: Connection) -> None:
    runs: Runs = connection.then("running", "succeeded").runs()
    assert runs.everybody() == Ran(Ending.DONE, everybody=True)
    assert connection.airbyte.asked == ["createAccessToken", "listJobs", "createJob", "getJob", "getJob"]


def test_a_check_asks_for_jobs_and_starts_none(connection: Connection) -> None:
    assert problem_of(connection.settings) is None
    assert connection.airbyte.jobs == []
    problem = problem_of(
        replace(connection.settings, login=replace(connection.settings.login, client_secret="another one"))
    )
    assert problem is not None
    assert problem.startswith("Airbyte does not accept the client ID (client_id) and the client secret (client_secret)")


def test_a_burst_of_events_is_one_job(connection: Connection) -> None:
    ran = connection.then("succeeded").runs().some([f"7b0e7c6a-0d3f-4b9a-8f4e-{n:012}" for n in range(500)])
    assert ran == Ran(Ending.DONE, everybody=True)
    assert len(connection.airbyte.jobs) == 1


def test_an_airbyte_of_ones_own_is_asked_below_its_own_address() -> None:
    airbyte = AirbyteStandIn(base="/api/public/v1", lasts=None)
    with airbyte.running() as settings:
        assert settings.login.api_url.endswith("/api/public/v1")
        assert Connection(airbyte, settings).then("succeeded").runs().everybody().ending is Ending.DONE


def test_a_job_is_looked_at_again_after_growing_pauses(connection: Connection) -> None:
    connection.then(*["running"] * 6, "succeeded").runs().everybody()
    assert connection.waiting.waited == [1, 2, 4, 8, 15, 15, 15]


def test_nothing_is_started_while_a_job_runs_that_somebody_else_has_started(connection: Connection) -> None:
    runs = connection.runs()
    connection.airbyte.schedule("running")
    assert runs.some(SOME) == BUSY
    assert connection.airbyte.count("createJob") == 0


def test_a_job_that_was_running_already_answers_nothing_and_the_next_one_does(connection: Connection) -> None:
    runs = connection.runs()
    earlier = connection.airbyte.schedule("running")
    assert runs.some(SOME).ending is Ending.BUSY
    earlier.status = "succeeded"
    connection.then("succeeded")
    assert runs.some(SOME) == Ran(Ending.DONE, everybody=True)
    assert [job.number for job in connection.airbyte.jobs] == [1, 2]


@pytest.mark.parametrize("ended", [False, True], ids=["and runs", "and has ended"])
def test_a_conflict_with_a_job_that_began_a_moment_before_is_no_error(connection: Connection, ended: bool) -> None:
    connection.airbyte.before["createJob"] = lambda: connection.airbyte.schedule("succeeded" if ended else "running")
    connection.airbyte.instead["createJob"].append(409)
    assert connection.runs().some(SOME) == BUSY


def test_a_conflict_without_a_job_is_somebodys_to_mend(connection: Connection) -> None:
    connection.airbyte.schedule("succeeded")
    connection.airbyte.enabled = False
    ran = connection.runs().some(SOME)
    assert ran.ending is Ending.CONFIG
    assert "enabled" in str(ran.problem)
    assert CONNECTION in str(ran.problem)


def test_a_start_while_the_last_ones_job_still_runs_starts_no_second_one(connection: Connection) -> None:
    first = connection.runs()
    connection.waiting.steps = [first.stop]
    assert first.some(SOME).ending is Ending.BUSY
    assert [job.status for job in connection.airbyte.jobs] == ["pending"]
    second = connection.runs()
    assert second.some(SOME).ending is Ending.BUSY
    assert len(connection.airbyte.jobs) == 1
    connection.becomes("succeeded")
    assert connection.then("succeeded").runs().some(SOME).ending is Ending.DONE
    assert len(connection.airbyte.jobs) == 2


def test_what_was_stopped_starts_nothing_any_more(connection: Connection) -> None:
    runs = connection.runs()
    runs.stop()
    assert runs.everybody().ending is Ending.BUSY
    assert connection.airbyte.jobs == []


@pytest.mark.parametrize("ends", [LOST, 502, 408], ids=["lost", "a gateway's error", "in time"])
def test_a_job_whose_start_was_not_answered_is_found_and_not_started_again(connection: Connection, ends: int) -> None:
    connection.airbyte.schedule("succeeded")
    connection.airbyte.instead["createJob"].append(ends)
    if ends != LOST:
        connection.waiting.steps.append(lambda: connection.airbyte.schedule("running"))
    assert connection.then("succeeded").runs().some(SOME) == Ran(Ending.DONE, everybody=True)
    assert connection.airbyte.count("createJob") == 1
    assert len(connection.airbyte.jobs) == 2


def test_a_start_that_was_not_answered_and_did_not_happen_is_tried_again_later(connection: Connection) -> None:
    connection.airbyte.schedule("succeeded")
    connection.airbyte.instead["createJob"].append(502)
    assert connection.runs().some(SOME).ending is Ending.PASSING
    assert connection.waiting.waited == [1, 2, 4]
    assert connection.then("succeeded").runs().some(SOME).ending is Ending.DONE


def test_a_start_for_which_there_was_no_token_is_looked_for_nowhere(connection: Connection) -> None:
    def token_ends() -> None:
        connection.airbyte.end_tokens()
        connection.airbyte.instead["createAccessToken"].append(502)

    connection.airbyte.before["createJob"] = token_ends
    assert connection.runs().some(SOME).ending is Ending.PASSING
    assert connection.waiting.waited == []


def test_a_reset_is_not_taken_for_the_job_that_was_asked_for(connection: Connection) -> None:
    connection.airbyte.instead["createJob"].append(502)
    connection.waiting.steps.append(lambda: connection.airbyte.schedule("succeeded", kind="reset"))
    assert connection.runs().some(SOME).ending is Ending.PASSING


def test_a_token_that_has_ended_is_replaced_and_no_job_is_started_twice(connection: Connection) -> None:
    runs = connection.then("succeeded").runs()
    runs.everybody()
    connection.airbyte.end_tokens()
    connection.waiting.steps.append(connection.airbyte.end_tokens)
    assert connection.then("succeeded").runs().everybody().ending is Ending.DONE
    connection.then("succeeded")
    assert runs.everybody().ending is Ending.DONE
    assert len(connection.airbyte.jobs) == 3


def test_a_token_is_replaced_before_it_ends(connection: Connection) -> None:
    clock = Clock()
    connection.airbyte.lasts = 180
    runs = AirbyteJobs(connection.settings, connection.waiting, AirbyteClient(connection.settings, clock.now))
    for seconds, tokens in ((0, 1), (149, 1), (1, 2)):
        clock.wait(seconds)
        connection.then("succeeded")
        assert runs.everybody().ending is Ending.DONE
        assert connection.airbyte.count("createAccessToken") == tokens


# ------------------------------------------------------------------ for those of whom Huma tells


@dataclass
class Brought:
    """A worker that has Airbyte bring people; what it does, it does in the thread of the test.

    Attributes:
        connection: The connection.
        inbox: What Huma told.
        clock: The time, which goes on while the worker waits.
    """

    connection: Connection
    inbox: Inbox
    clock: At = field(default_factory=At)
    worker: Worker = field(init=False)

    def __post_init__(self) -> None:
        runs = self.connection.runs()
        self.worker = Worker(runs, self.inbox, Meters(), Heard(), None, 500, self.clock)
        self.worker.take_up()

    def comes(self, *users: int) -> None:
        """Something happens to these in Huma."""
        self.inbox.take([Event("users-update", user(number)) for number in users], self.clock())

    def works(self, turns: int = 50) -> None:
        """Works until nothing waits, and for so many looks at most."""
        for _ in range(turns):
            at = self.worker.turn()
            if at is None:
                return
            self.clock.at = max(at, self.clock())


@pytest.fixture
def brought(tmp_path: Path, connection: Connection) -> Iterator[Brought]:
    inbox = Inbox.opened(tmp_path / "inbox.sqlite")
    yield Brought(connection, inbox)
    inbox.close()


def test_a_burst_of_a_thousand_webhooks_is_brought_by_one_job(brought: Brought) -> None:
    brought.comes(*range(1000))
    brought.connection.then("running", "succeeded")
    brought.works()
    assert brought.inbox.waiting() == []
    assert len(brought.connection.airbyte.jobs) == 1


def test_nothing_is_said_of_what_a_job_came_to_since_that_is_not_known(
    brought: Brought, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    brought.comes(1)
    brought.connection.then("succeeded")
    brought.works()
    assert "Everybody was brought in 0.0 seconds, by a sync that says nothing more here." in caplog.text
    assert b'events_total{became="brought"} 1.0' in brought.worker.meters.text()


def test_what_comes_while_a_job_runs_is_brought_by_the_next_one(brought: Brought) -> None:
    brought.comes(1)
    brought.connection.waiting.steps.append(lambda: brought.comes(1, 2))
    brought.connection.then("succeeded", "succeeded")
    brought.works()
    assert brought.inbox.waiting() == []
    assert [job.status for job in brought.connection.airbyte.jobs] == ["succeeded"] * 2


def test_what_comes_while_somebody_elses_job_runs_waits_for_the_next_one_and_has_not_failed(brought: Brought) -> None:
    theirs = brought.connection.airbyte.schedule("running")
    brought.comes(1)
    brought.works(turns=10)
    assert [kept.attempts for kept in brought.inbox.waiting()] == [0]
    theirs.status = "succeeded"
    brought.connection.then("succeeded")
    brought.works()
    assert brought.inbox.waiting() == []
    assert len(brought.connection.airbyte.jobs) == 2


def test_what_a_job_that_failed_should_have_brought_is_tried_again_by_another_one(brought: Brought) -> None:
    brought.comes(1, 2)
    brought.connection.then("failed", "succeeded")
    brought.works(turns=2)
    assert [str(kept.problem).partition(".")[0] for kept in brought.inbox.waiting()] == [
        "Job 1 of Airbyte's failed"
    ] * 2
    brought.works()
    assert brought.inbox.waiting() == []
    assert len(brought.connection.airbyte.jobs) == 2


# ------------------------------------------------------------------ every status

JOB = [
    ("pending", None, ""),
    ("running", None, ""),
    ("incomplete", None, ""),
    ("succeeded", Ending.DONE, ""),
    ("failed", Ending.PASSING, "Job 1 of Airbyte's failed. See what it logged in Airbyte, at connection"),
    ("cancelled", Ending.PASSING, "Job 1 of Airbyte's was cancelled. See what it logged in Airbyte, at connection"),
    ("a status of tomorrow", None, ""),
]


def test_each_status_that_airbyte_publishes_is_in_the_table() -> None:
    assert {status for status, *_ in JOB} >= set(STATUSES)


@pytest.mark.parametrize(("status", "ending", "problem"), JOB, ids=[row[0] for row in JOB])
def test_each_status_of_a_job_ends_a_run_or_is_waited_on(
    connection: Connection, status: str, ending: Ending | None, problem: str
) -> None:
    runs = connection.then(status).runs()
    connection.waiting.steps.append(runs.stop)
    ran = runs.everybody()
    if ending is None:
        assert ran.ending is Ending.BUSY
        assert len(connection.waiting.waited) == 2
    else:
        assert ran.ending is ending
        assert str(ran.problem or "").startswith(problem)
        assert not problem or CONNECTION in str(ran.problem)


ANSWERS = [
    ("createAccessToken", (400,), Ending.CONFIG, "client ID (client_id) and the client secret (client_secret)"),
    ("createAccessToken", (401,), Ending.CONFIG, "client ID (client_id) and the client secret (client_secret)"),
    ("createAccessToken", (403,), Ending.CONFIG, "client ID (client_id) and the client secret (client_secret)"),
    ("createAccessToken", (422,), Ending.CONFIG, "client ID (client_id) and the client secret (client_secret)"),
    ("createAccessToken", (404,), Ending.CONFIG, "Check the API URL (api_url)"),
    ("createAccessToken", (302,), Ending.CONFIG, "Check the API URL (api_url)"),
    ("createAccessToken", (429,), Ending.PASSING, "limiting"),
    ("createAccessToken", (500,), Ending.PASSING, "an error of its own"),
    ("createAccessToken", (LOST,), Ending.PASSING, "cannot be reached"),
    ("listJobs", (400,), Ending.CONFIG, "ID (connection_id)"),
    ("listJobs", (401, 401), Ending.CONFIG, "refuses the access token"),
    ("listJobs", (402,), Ending.CONFIG, "HTTP status 402"),
    ("listJobs", (403,), Ending.CONFIG, "ID (connection_id)"),
    ("listJobs", (404,), Ending.CONFIG, "ID (connection_id)"),
    ("listJobs", (422,), Ending.CONFIG, "ID (connection_id)"),
    ("listJobs", (429,), Ending.PASSING, "limiting"),
    ("listJobs", (503,), Ending.PASSING, "an error of its own"),
    ("listJobs", (LOST,), Ending.PASSING, "cannot be reached"),
    ("createJob", (400,), Ending.CONFIG, "ID (connection_id)"),
    ("createJob", (401, 401), Ending.CONFIG, "refuses the access token"),
    ("createJob", (403,), Ending.CONFIG, "ID (connection_id)"),
    ("createJob", (404,), Ending.CONFIG, "ID (connection_id)"),
    ("createJob", (422,), Ending.CONFIG, "ID (connection_id)"),
    ("createJob", (429,), Ending.PASSING, "limiting"),
    ("createJob", (302,), Ending.CONFIG, "Check the API URL (api_url)"),
    ("createJob", (500,), Ending.PASSING, "an error of its own"),
    ("getJob", (403,), Ending.CONFIG, "Job 1 was started"),
    ("getJob", (404,), Ending.CONFIG, "Job 1 was started"),
    ("getJob", (401, 401), Ending.CONFIG, "Job 1 was started"),
    ("getJob", (503,) * LOOKS_IN_VAIN, Ending.PASSING, "Job 1 was started"),
]


@pytest.mark.parametrize(
    ("operation", "ends", "ending", "word"), ANSWERS, ids=[f"{row[0]} {row[1][0] or 'lost'}" for row in ANSWERS]
)
def test_each_answer_ends_a_run_in_a_sentence_that_says_what_to_do_and_nothing_that_airbyte_said(
    connection: Connection,
    caplog: pytest.LogCaptureFixture,
    operation: str,
    ends: tuple[int, ...],
    ending: Ending,
    word: str,
) -> None:
    caplog.set_level(logging.DEBUG)
    connection.airbyte.instead[operation].extend(ends)
    ran = connection.runs().some(SOME)
    assert ran.ending is ending
    assert word in str(ran.problem)
    assert not ran.everybody
    told = repr(ran) + caplog.text
    assert [secret for secret in (CLIENT_SECRET, QUOTED, "zq-airbyte-token") if secret in told] == []


def test_a_look_in_vain_is_made_again(connection: Connection) -> None:
    connection.airbyte.instead["getJob"].extend([503, LOST, 429] * 6)
    assert connection.then("succeeded").runs().everybody().ending is Ending.DONE


def test_what_is_no_api_of_airbytes_is_said_to_be_none(connection: Connection) -> None:
    connection.airbyte.instead["listJobs"].append(200)
    ran = connection.runs().everybody()
    assert (ran.ending, "is not Airbyte's API" in str(ran.problem)) == (Ending.PASSING, True)


def test_an_airbyte_that_is_not_there_is_waited_for(connection: Connection) -> None:
    with AirbyteStandIn().running() as gone:
        pass
    ran = AirbyteJobs(gone, connection.waiting).everybody()
    assert ran.ending is Ending.PASSING
    assert "refuses the connection" in str(ran.problem)
    assert connection.waiting.waited == []


def test_no_secret_is_in_what_a_debugger_or_a_trace_shows(connection: Connection) -> None:
    assert CLIENT_SECRET not in repr(connection.settings)
