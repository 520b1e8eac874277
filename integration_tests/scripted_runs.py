"""Runs that a test scripts, in place of the connectors, a clock that a test sets, and a worker of both."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from uuid import UUID

from huma_xledger.bringing.runs import Ending, Ran
from huma_xledger.bringing.timetable import Timetable
from huma_xledger.bringing.worker import Worker
from huma_xledger.inbox.events import Event, Kept
from huma_xledger.inbox.store import NAME, Inbox
from huma_xledger.metering import Meters
from integration_tests.scripted_connectors import a_summary

START = datetime(2026, 11, 29, 12, 0, tzinfo=timezone.utc)

EVERYBODY = "everybody"


def user(number: int) -> str:
    """The id of somebody in Huma."""
    return str(UUID(int=number))


class KilledError(BaseException):
    """The process is killed here: nothing catches it, and nothing is done any more."""


@dataclass
class ScriptedRuns:
    """Brings nobody, and says what a test has it say.

    Attributes:
        comes_to: What a run comes to, by whom it brings; everything goes well unless it says otherwise.
        asked: Whom each run brought so far.
        meanwhile: What happens during a run.
        stopped: How often it was stopped.
        warmed_up: How many runs had been before each time it was warmed up.
        warming_up: What that comes to.
    """

    comes_to: Callable[[Sequence[str]], Ran | Exception | None] = lambda _: None
    asked: list[Sequence[str] | str] = field(default_factory=list)
    meanwhile: Callable[[], object] = lambda: None
    stopped: int = 0
    warmed_up: list[int] = field(default_factory=list)
    warming_up: Ran | Exception = field(default_factory=lambda: Ran(Ending.DONE))

    def some(self, users: Sequence[str]) -> Ran:
        """Brings some."""
        self.asked.append(tuple(users))
        return self._ran(users, Ran(Ending.DONE, summary=a_summary(received=len(users), updated=len(users))))

    def everybody(self) -> Ran:
        """Brings everybody."""
        self.asked.append(EVERYBODY)
        return self._ran((), Ran(Ending.DONE, summary=a_summary(), everybody=True))

    def warm_up(self) -> Ran:
        """Is warmed up."""
        self.warmed_up.append(len(self.asked))
        if isinstance(self.warming_up, Exception):
            raise self.warming_up
        return self.warming_up

    def stop(self) -> None:
        """Is stopped."""
        self.stopped += 1

    def _ran(self, users: Sequence[str], otherwise: Ran) -> Ran:
        self.meanwhile()
        ran = self.comes_to(users)
        if isinstance(ran, Exception):
            raise ran
        return otherwise if ran is None else ran


@dataclass
class Heard:
    """Whoever is told.

    Attributes:
        of_rejected: The runs in which somebody was rejected.
        of_given_up: The events that were given up on, each time, and why.
    """

    of_rejected: list[Ran] = field(default_factory=list)
    of_given_up: list[tuple[Sequence[Kept], str]] = field(default_factory=list)

    def rejected(self, ran: Ran) -> None:
        """Hears it."""
        self.of_rejected.append(ran)

    def given_up(self, events: Sequence[Kept], problem: str) -> None:
        """Hears it."""
        self.of_given_up.append((events, problem))


@dataclass
class Clock:
    """A clock that stands until it is set."""

    at: datetime = START

    def __call__(self) -> datetime:
        """The time."""
        return self.at

    def goes_on(self, seconds: float) -> None:
        """Sets it."""
        self.at += timedelta(seconds=seconds)


@dataclass
class Bringing:
    """A worker with all that is around it; what it does, it does in the thread of the test.

    Attributes:
        path: The file of the inbox.
        timetable: When everybody is synced.
        batch_size: How many people a batch holds.
    """

    path: Path
    timetable: Timetable | None = None
    batch_size: int = 500
    runs: ScriptedRuns = field(default_factory=ScriptedRuns)
    heard: Heard = field(default_factory=Heard)
    clock: Clock = field(default_factory=Clock)
    meters: Meters = field(default_factory=Meters)
    inbox: Inbox = field(init=False)
    worker: Worker = field(init=False)

    def __post_init__(self) -> None:
        self.starts()

    def starts(self) -> None:
        """Begins, anew where it has begun before: on the same file, which is all that a kill leaves."""
        self.inbox = Inbox.opened(self.path)
        self.worker = Worker(
            self.runs, self.inbox, self.meters, self.heard, self.timetable, self.batch_size, self.clock
        )
        self.worker.take_up()

    def restarts(self) -> None:
        """Is killed, and begins anew."""
        self.inbox.close()
        self.starts()

    def comes(self, *users: int | None, topic: str = "users-update") -> None:
        """Something comes about these; None for a webhook that names nobody."""
        self.inbox.take([Event(topic, None if number is None else user(number)) for number in users], self.clock())
        self.worker.arrived()

    def works(self, seconds: float = 0) -> None:
        """Works until there is nothing to do for so many seconds, and the clock goes on as it waits."""
        until = self.clock() + timedelta(seconds=seconds)
        for _ in range(10_000):
            runs = len(self.runs.asked)
            at = self.worker.turn()
            if at is None or at > until:
                self.clock.at = max(until, self.clock())
                return
            assert at > self.clock() or len(self.runs.asked) > runs, "It looks again and again."
            self.clock.at = max(at, self.clock())
        raise AssertionError("It never comes to an end.")

    def asked(self) -> list[Sequence[str] | str]:
        """Whom runs have brought since this was asked last."""
        asked, self.runs.asked[:] = list(self.runs.asked), []
        return asked

    @property
    def waiting(self) -> list[Kept]:
        """What waits."""
        return self.inbox.waiting()


@contextmanager
def bringing(
    folder: Path, schedule: str | None = None, batch_size: int = 500, runs: ScriptedRuns | None = None
) -> Iterator[Bringing]:
    """A worker with an inbox in a folder."""
    timetable = Timetable.of(schedule) if schedule else None
    made = Bringing(folder / NAME, timetable, batch_size, runs or ScriptedRuns())
    try:
        yield made
    finally:
        made.inbox.close()
