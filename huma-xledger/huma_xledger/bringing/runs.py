"""What brings people to Xledger: the connectors in this process, or a job of Airbyte's. And what came of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final, Protocol

WITHOUT_WRITING: Final = (
    "destination-xledger writes nothing (mode: preview), so nobody is brought to Xledger. Set mode to sync in {path}."
)


class Ending(Enum):
    """How a run ended."""

    DONE = "done"
    """Everything was read and is written, rejected or skipped."""

    BUSY = "busy"
    """Another sync of the connection is running, and this one did nothing: that is nobody's failure."""

    PASSING = "passing"
    """It failed for a reason that is nobody's among the people, and that passes: a limit, an outage."""

    CONFIG = "config"
    """It failed for a reason that somebody has to mend: credentials, rights, settings."""

    UNFORESEEN = "unforeseen"
    """It failed for a reason that may be one person's: the others are to be tried without them."""


@dataclass(frozen=True, slots=True)
class Ran:
    """What a run came to.

    Attributes:
        ending: How it ended.
        problem: Why it failed, in the connector's own sentence, without a value; None unless it did.
        summary: The destination's summary; empty where it was not asked to write, or did not get so far.
        log: What the connectors logged, a line each; it names people by id.
        everybody: Whether everybody was read, so that whatever was told before it began is answered.
        huma_requests: How many requests went to Huma, those for tokens included; 0 where that is not known.
        in_doubt: Whether somebody may have been added to Xledger of whom nobody heard, and nobody knows who: nobody is
            to be brought before they would be seen there.
        untold: Why those who are to be told of a sync were not, a sentence each.
        unread: Why those could not be read who could not, by their ids, where it failed for them alone: all others whom
            it was to bring were brought.
    """

    ending: Ending
    problem: str | None = None
    summary: Mapping[str, Any] = field(default_factory=dict)
    log: tuple[str, ...] = ()
    everybody: bool = False
    huma_requests: int = 0
    in_doubt: bool = False
    untold: tuple[str, ...] = ()
    unread: Mapping[str, str] = field(default_factory=dict)


class Runs(Protocol):
    """Brings people to Xledger. Called by one thread, one run at a time; nothing is raised but what nobody foresaw."""

    def some(self, users: Sequence[str]) -> Ran:
        """Brings what has changed of these users.

        Where that cannot be told apart, since nobody was brought yet or the settings are others than before, everybody
        is brought instead, and `everybody` says so.

        Args:
            users: Their ids in Huma; at least one, each once, and no more than the destination writes at a time.
        """

    def everybody(self) -> Ran:
        """Brings what has changed of everybody since the last sync."""

    def warm_up(self) -> Ran:
        """Does beforehand what the first run of `some` would take longer for than the next ones, where that is of use.

        Returns:
            What it cost. It brings nobody, and what fails in it is nobody's failure: a run will say it.
        """

    def stop(self) -> None:
        """Ends a run that is under way, from another thread: as soon as nothing is lost by it."""
