"""What came of webhooks, told to those whom `connection.yaml` names: who was rejected, and who was given up on."""

import logging
import queue
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol

from connector_base.reporting.rejection_lines import rejection_in
from huma_xledger.bringing.runs import Ending, Ran
from huma_xledger.connection_file import ConnectionFile, ConnectionFileError
from huma_xledger.direction import TO_XLEDGER
from huma_xledger.inbox.events import Kept
from huma_xledger.report import place_of_report
from huma_xledger.telling import tell

logger = logging.getLogger(f"airbyte.{__name__}")

MOST_NAMED: Final = 25
"""More people are not read in a message."""

APART: Final = 15 * 60.0
"""Seconds between two messages about those who were rejected. Whoever brings a list of people into Huma in which
the same thing is missing of each gets two messages, and not a thousand."""


class Tells(Protocol):
    """Takes what is to be told, and has nobody wait for it. Nothing is raised."""

    def rejected(self, ran: Ran) -> None:
        """Somebody was rejected in a run.

        Args:
            ran: What it came to.
        """

    def given_up(self, events: Sequence[Kept], problem: str) -> None:
        """Events were given up on.

        Args:
            events: The events, at least one.
            problem: Why the last attempt failed, without a value.
        """


@dataclass(slots=True)
class Telling:
    """Tells in a thread of its own: it may take half a minute, and nobody's change waits for that.

    Attributes:
        file: Who is told, and in which language.
        states: The folder of the connection's states.
        now: Seconds on a clock that never goes back.
    """

    file: ConnectionFile
    states: Path
    now: Callable[[], float] = time.monotonic
    _rejected: list[Ran] = field(default_factory=list, init=False)
    _told_at: float | None = field(default=None, init=False)
    _left: "queue.SimpleQueue[Callable[[], None] | None]" = field(default_factory=queue.SimpleQueue, init=False)
    _thread: threading.Thread = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._thread = threading.Thread(target=self._work, daemon=True, name="telling")
        self._thread.start()

    def rejected(self, ran: Ran) -> None:
        """Tells who was rejected in a run, and what else it came to: together with others, soon after a message."""
        self._left.put(lambda: self._take(ran))

    def given_up(self, events: Sequence[Kept], problem: str) -> None:
        """Tells who was given up on, and what to do."""
        sentence = given_up(events, problem, self.file.path.absolute().parent)
        self._left.put(lambda: self._tell(None, sentence))

    def close(self, within: float) -> None:
        """Waits until everything is told, and takes nothing any more.

        Args:
            within: For how many seconds at most.
        """
        self._left.put(None)
        self._thread.join(within)

    def _work(self) -> None:
        while (told := self._next()) is not None:
            self._try(told)
        self._try(self._tell_of_rejected)

    def _next(self) -> Callable[[], None] | None:
        """What is to be done next; None where nothing comes any more."""
        try:
            return self._left.get(timeout=self._seconds_left())
        except queue.Empty:
            return self._tell_of_rejected

    def _try(self, told: Callable[[], None]) -> None:
        try:
            told()
        except ConnectionFileError as error:
            logger.warning("%s", error)
        except Exception as error:
            logger.exception("Somebody was not told of something (%s).", type(error).__name__)

    def _take(self, ran: Ran) -> None:
        self._rejected.append(ran)
        if self._seconds_left() == 0:
            self._tell_of_rejected()

    def _seconds_left(self) -> float | None:
        """How long those who were rejected are not told of yet; None where nobody was."""
        if not self._rejected:
            return None
        return 0 if self._told_at is None else max(self._told_at + APART - self.now(), 0)

    def _tell_of_rejected(self) -> None:
        rejected, self._rejected = self._rejected, []
        if rejected:
            self._told_at = self.now()
            self._tell(together(rejected), None)

    def _tell(self, ran: Ran | None, problem: str | None) -> None:
        for sentence in tell(self.file, self.states, TO_XLEDGER, ran, problem).problems:
            logger.warning("%s", sentence)


def together(runs: Sequence[Ran]) -> Ran:
    """What several runs came to in which somebody was rejected, as one. Whoever was rejected in several, counts once.

    Args:
        runs: The runs, at least one.
    """
    if len(runs) == 1:
        return runs[0]
    lines = dict.fromkeys(line for ran in runs for line in ran.log)
    log = tuple(line for line in lines if place_of_report([line]) is None)  # there is no report of all of them
    somebody = {found for line in log if (found := rejection_in(line))}
    rejected = Counter(code for _, code in somebody)
    summary: Mapping[str, Any] = {}
    for ran in runs:
        summary = _sum(summary, ran.summary)
    return Ran(Ending.DONE, summary={**summary, "rejected": dict(rejected)}, log=log)


def _sum(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """Two summaries as one; what is no number is that of the later one."""
    summed = dict(one)
    for name, value in other.items():
        before = one.get(name)
        if isinstance(value, Mapping):
            summed[name] = _sum(before if isinstance(before, Mapping) else {}, value)
        else:
            summed[name] = value + before if isinstance(value, int) and isinstance(before, int) else value
    return summed


def given_up(events: Sequence[Kept], problem: str, folder: Path) -> str:
    """What is said of events that were given up on: who they are about, by id, why, and what to do.

    Args:
        events: The events, at least one.
        problem: Why the last attempt failed.
        folder: The folder of the connection.
    """
    users = list(dict.fromkeys(kept.event.user for kept in events if kept.event.user is not None))
    named = ", ".join(users[:MOST_NAMED]) + (
        f" and {len(users) - MOST_NAMED:,} more" if len(users) > MOST_NAMED else ""
    )
    people = (
        f"about {'1 person' if len(users) == 1 else f'{len(users):,} people'} ({named})" if users else "naming nobody"
    )
    changes = "1 change" if len(events) == 1 else f"{len(events):,} changes"
    is_kept, them = ("It is", "it") if len(events) == 1 else ("They are", "them")
    return (
        f"{changes} that Huma told of, {people}, could not be brought to Xledger, and nothing tries again by itself. "
        f"{is_kept} kept: huma-xledger events {folder} lists {them}, and with --retry has {them} tried again. The last "
        f"attempt failed: {problem}"
    )
