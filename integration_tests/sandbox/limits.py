"""Xledger's limits on how many requests come in a short time, and at once."""

from __future__ import annotations

import time
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

BURST_SECONDS = 5.0


class BurstLimit:
    """At most so many requests in any five seconds; refused ones do not count.

    Args:
        most: How many; None for no limit.
        clock: Tells the time in seconds.
    """

    def __init__(self, most: int | None, clock: Callable[[], float] = time.monotonic) -> None:
        self.most = most
        self._clock = clock
        self._recent: deque[float] = deque()

    def admits(self) -> bool:
        """Count a request; whether it is within the limit."""
        if self.most is None:
            return True
        now = self._clock()
        while self._recent and now - self._recent[0] >= BURST_SECONDS:
            self._recent.popleft()
        if len(self._recent) >= self.most:
            return False
        self._recent.append(now)
        return True
