"""Those events that were given up on, until they are told of: several at once, each once, and after a kill as well."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from huma_xledger.bringing.told import Tells
from huma_xledger.inbox.events import Kept
from huma_xledger.inbox.store import Inbox

TO_BE_TOLD: Final = "to be told"
"""What the inbox calls the numbers of the events that were given up on and not told of yet."""

BEFORE_TELLING: Final = timedelta(minutes=1)
"""How long it is waited at most for others that are given up on, so that they are told of together."""


@dataclass(slots=True)
class GivenUp:
    """What is to be told of events that were given up on. For one thread; each method may raise `InboxError`.

    Attributes:
        inbox: Has the events, and remembers which are to be told of.
        tells: Whom to tell.
    """

    inbox: Inbox
    tells: Tells
    _numbers: tuple[int, ...] = field(default=(), init=False)
    _since: datetime | None = field(default=None, init=False)

    def take_up(self) -> None:
        """Finds out which of them the last process has not told of."""
        self._numbers = tuple(json.loads(self.inbox.recalled(TO_BE_TOLD) or "[]"))

    def note(self, events: Sequence[Kept], now: datetime) -> None:
        """Notes those that are about to be given up on.

        Args:
            events: The events. After a kill before they are given up on, they wait, and are not told of.
            now: The time.
        """
        self._numbers += tuple(kept.number for kept in events)
        self.inbox.remember(TO_BE_TOLD, json.dumps(self._numbers))
        self._since = self._since or now

    def tell_in_time(self, now: datetime) -> None:
        """Tells of all, if the first of them has waited long enough for others."""
        if self._since is not None and now - self._since >= BEFORE_TELLING:
            self.tell()

    def tell(self) -> None:
        """Tells of all at once that were given up on and still are, by what the last attempt said."""
        if not self._numbers:
            return
        numbers = set(self._numbers)
        left = [kept for kept in self.inbox.given_up() if kept.number in numbers]
        for problem in dict.fromkeys(kept.problem for kept in left):
            self.tells.given_up([kept for kept in left if kept.problem == problem], problem or "Nobody says why.")
        self.inbox.remember(TO_BE_TOLD, None)
        self._numbers, self._since = (), None
