"""The job of a connection in Airbyte, started instead of a sync of this program's own."""

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from huma_xledger.airbyte.api import AirbyteError
from huma_xledger.bringing.airbyte_client import AirbyteClient, Conflict, Job
from huma_xledger.bringing.runs import Ending, Ran
from huma_xledger.listen_settings import AirbyteJob

logger: Final = logging.getLogger(f"airbyte.{__name__}")

LONGEST_INTERVAL: Final = 15
"""Seconds between two looks at a job that goes on: they begin at one, and grow."""

LOOKS_FOR_A_LOST_JOB: Final = 3
"""How often the jobs are looked through for one whose start nobody answered; Airbyte may still be about to start it."""

LOOKS_IN_VAIN: Final = 20
"""How often in a row Airbyte may not say how far a job is, about five minutes, before that is nobody's to wait for."""

RUNS_ALREADY: Final = "A job of connection {connection} is running in Airbyte already."

NOT_STARTED: Final = (
    "Airbyte does not start a job of connection {connection}, though none is running (HTTP status 409). Look whether "
    "the connection is enabled in Airbyte."
)

_LOOK: Final = "See what it logged in Airbyte, at connection {connection} under Timeline."

NOT_SUCCEEDED: Final = {
    "failed": f"Job {{number}} of Airbyte's failed. {_LOOK}",
    "cancelled": f"Job {{number}} of Airbyte's was cancelled. {_LOOK}",
}

OUT_OF_SIGHT: Final = "Job {number} was started in Airbyte, and it cannot be seen how far it is. {why}"


def problem_of(job: AirbyteJob) -> str | None:
    """Why no job could be started, as far as asking for the latest ones tells; None where nothing is in the way.

    Args:
        job: The connection, and where its Airbyte is.
    """
    try:
        AirbyteClient(job).latest()
    except AirbyteError as error:
        return str(error)
    return None


class AirbyteJobs:
    """Brings everybody who has changed, by the sync of a connection in Airbyte, whoever it is for: a job reads all.

    One job at a time. Where one is running already, whoever started it, none is started, and the run is `BUSY`: what a
    job has read before an event came does not answer the event. So a start of this program while the last one's job
    still runs waits for it, and then starts another one.

    Nothing is known of what a job came to but whether it succeeded: it leaves no summary, and no requests to count.

    Args:
        job: The connection, and where its Airbyte is.
        waiting: Waits until an event is set, or for so many seconds.
        client: Asks Airbyte; unless it is given, over the network.
    """

    def __init__(
        self,
        job: AirbyteJob,
        waiting: Callable[[threading.Event, float], object] = threading.Event.wait,
        client: AirbyteClient | None = None,
    ) -> None:
        self._connection: Final = job.connection_id
        self._client: Final = client or AirbyteClient(job)
        self._waiting: Final = waiting
        self._stopped: Final = threading.Event()

    def some(self, users: Sequence[str]) -> Ran:
        """Runs a job, which brings these users and everybody else."""
        del users
        return self.everybody()

    def everybody(self) -> Ran:
        """Runs a job from its start to its end."""
        try:
            return self._run()
        except AirbyteError as error:
            return Ran(_ending(error), problem=str(error))

    def warm_up(self) -> Ran:
        """Does nothing: a job is Airbyte's."""
        return Ran(Ending.DONE)

    def stop(self) -> None:
        """Ends the waiting for a job, for good. The job goes on in Airbyte, and nothing of it is lost."""
        self._stopped.set()

    def _run(self) -> Ran:
        before = self._client.latest()
        if self._stopped.is_set() or (before and not before[0].has_ended):
            return self._busy()
        newest = before[0].number if before else 0
        try:
            job = self._client.start()
        except Conflict:
            return self._not_started(newest)
        except AirbyteError as error:
            found = self._started_since(newest) if error.may_be_done else None
            if found is None:
                raise
            job = found
        logger.info("Airbyte has started job %d for connection %s.", job.number, self._connection)
        return self._watched(job)

    def _not_started(self, newest: int) -> Ran:
        """What it means that Airbyte starts none: that is no error while one is running, or was a moment ago."""
        now = self._client.latest()
        if any(job.number > newest or not job.has_ended for job in now):
            return self._busy()
        return Ran(Ending.CONFIG, problem=NOT_STARTED.format(connection=self._connection))

    def _busy(self) -> Ran:
        return Ran(Ending.BUSY, problem=RUNS_ALREADY.format(connection=self._connection))

    def _started_since(self, newest: int) -> Job | None:
        """The sync that was started after a number, whoever did; None where there is none."""
        intervals = _intervals()
        for _ in range(LOOKS_FOR_A_LOST_JOB):
            started = [job for job in self._client.latest() if job.number > newest and job.kind == "sync"]
            if started:
                return started[-1]
            self._waiting(self._stopped, next(intervals))
        return None

    def _watched(self, job: Job) -> Ran:
        intervals, in_vain = _intervals(), 0
        while not job.has_ended:
            self._waiting(self._stopped, next(intervals))
            if self._stopped.is_set():
                return self._busy()
            try:
                job, in_vain = self._client.job(job.number), 0
            except AirbyteError as error:
                in_vain += 1
                if not error.passes or in_vain == LOOKS_IN_VAIN:
                    problem = OUT_OF_SIGHT.format(number=job.number, why=error)
                    return Ran(_ending(error), problem=problem)
        if job.status in NOT_SUCCEEDED:
            problem = NOT_SUCCEEDED[job.status].format(number=job.number, connection=self._connection)
            return Ran(Ending.PASSING, problem=problem)
        logger.info("Airbyte's job %d has succeeded.", job.number)
        return Ran(Ending.DONE, everybody=True)


def _ending(error: AirbyteError) -> Ending:
    return Ending.PASSING if error.passes else Ending.CONFIG


def _intervals() -> Iterator[float]:
    seconds = 1.0
    while True:
        yield seconds
        seconds = min(2 * seconds, LONGEST_INTERVAL)
