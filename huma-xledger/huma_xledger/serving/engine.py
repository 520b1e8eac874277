"""What the server asks of a review. It may be asked by several threads at once."""

from pathlib import Path
from typing import Literal, Protocol

from huma_xledger.reviewing.status import Status


class Engine(Protocol):
    """A review of one connection, which goes on whether anybody looks at it or not."""

    def status(self) -> Status:
        """Where it is."""

    def wait(self, seen: int, timeout: float) -> Status:
        """Where it is, as soon as that is not what was seen any more.

        Args:
            seen: The version of the status that was seen.
            timeout: After so many seconds it is told anyway.
        """

    def draft(self) -> str | None:
        """What the page of this preview has last kept of its decisions; None for nothing."""

    def decide(self, text: str, draft: str, onto: str) -> str:
        """Keeps decisions.

        Args:
            text: `decisions.json`, as it would be saved.
            draft: The same, as the page keeps it.
            onto: What was kept when these were taken, as `Status.onto` has it.

        Returns:
            The next `onto`.

        Raises:
            RefusedError: When something else was decided meanwhile, or the page is of an earlier preview.
        """

    def save(self, onto: str | None) -> None:
        """Puts the decisions that are kept where every sync finds them.

        Args:
            onto: What is kept, as whoever asks has seen it.

        Raises:
            RefusedError: When something else is kept, or it cannot be written.
        """

    def synchronise(self, onto: str | None) -> None:
        """Starts to sync by the decisions that are kept.

        Args:
            onto: As above.

        Raises:
            RefusedError: When it cannot, as it stands.
        """

    def again(self) -> None:
        """Starts to look again.

        Raises:
            RefusedError: As above.
        """

    def retry(self) -> None:
        """Starts what failed once more.

        Raises:
            RefusedError: As above.
        """

    def page(self) -> Path | None:
        """The page of the preview; None while there is none."""

    def result(self, to: Literal["huma", "xledger"]) -> Path | None:
        """The page of the last sync to a system; None where there is none."""
