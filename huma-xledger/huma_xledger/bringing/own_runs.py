"""Brings people without Airbyte: those whom webhooks name in this process, and everybody in another one."""

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from huma_xledger.bringing.everybody import Everybody
from huma_xledger.bringing.held import everybody_begins, everybody_ended, held
from huma_xledger.bringing.in_process import InProcess
from huma_xledger.bringing.runs import Ending, Ran
from huma_xledger.clock import utc_now
from huma_xledger.inbox.store import Inbox

NOT_YET: Final = (
    "Somebody may have been added to Xledger by a run that broke off, and be seen there only in a while: everybody is "
    "brought after that."
)


class OwnRuns:
    """Brings people to Xledger, and nobody who may have been added there already: see `Runs`.

    Args:
        folder: The folder of the connection.
        states: The folder of its states.
        inbox: Remembers what is to outlast this process.
        everybody: Brings everybody, in a process that does not tell whom it adds.
        now: The current time, in UTC.
    """

    def __init__(
        self,
        folder: Path,
        states: Path,
        inbox: Inbox,
        everybody: Everybody,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._inbox: Final = inbox
        self._everybody: Final = everybody
        self._now: Final = now
        self._in_process: Final = InProcess(folder, states, inbox, self._unless_held)

    def some(self, users: Sequence[str]) -> Ran:
        """Brings what has changed of these users."""
        return self._in_process.some(users)

    def everybody(self) -> Ran:
        """Brings what has changed of everybody."""
        return self._in_process.everybody()

    def warm_up(self) -> Ran:
        """Does beforehand what the first run of some would take longer for."""
        return self._in_process.warm_up()

    def stop(self) -> None:
        """Ends a run that is under way, in whichever process. None is begun any more."""
        self._everybody.stop()
        self._in_process.stop()

    def _unless_held(self) -> Ran:
        """Everybody, unless somebody of them must not be brought yet: a run of others had to become one of all."""
        if held(self._inbox, self._now()):
            return Ran(Ending.BUSY, NOT_YET)
        everybody_begins(self._inbox)
        ran = self._everybody()
        everybody_ended(self._inbox, self._now(), in_doubt=ran.in_doubt)
        return ran
