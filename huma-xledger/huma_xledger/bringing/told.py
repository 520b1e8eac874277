"""What came of webhooks, told to those whom `connection.yaml` names: who was rejected, and who was given up on."""

import logging
import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

from huma_xledger.bringing.runs import Ran
from huma_xledger.connection_file import ConnectionFile, ConnectionFileError
from huma_xledger.direction import TO_XLEDGER
from huma_xledger.inbox.events import Kept
from huma_xledger.telling import tell

logger = logging.getLogger(f"airbyte.{__name__}")

MOST_NAMED: Final = 25
"""More people are not read in a message."""


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
    """

    file: ConnectionFile
    states: Path
    _left: "queue.SimpleQueue[Callable[[], None] | None]" = field(default_factory=queue.SimpleQueue, init=False)
    _thread: threading.Thread = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._thread = threading.Thread(target=self._work, daemon=True, name="telling")
        self._thread.start()

    def rejected(self, ran: Ran) -> None:
        """Tells who was rejected in a run, with what else it came to."""
        self._left.put(lambda: self._tell(ran, None))

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
        while (told := self._left.get()) is not None:
            try:
                told()
            except ConnectionFileError as error:
                logger.warning("%s", error)
            except Exception as error:
                logger.exception("Somebody was not told of something (%s).", type(error).__name__)

    def _tell(self, ran: Ran | None, problem: str | None) -> None:
        for sentence in tell(self.file, self.states, TO_XLEDGER, ran, problem).problems:
            logger.warning("%s", sentence)


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
