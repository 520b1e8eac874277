"""Waiting for something to happen in a system of the sandbox, instead of for time to pass."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

SECONDS = 30
"""How long is waited before it is a failure, unless it is said."""


class Happenings:
    """Wakes up whoever waits each time that something has happened."""

    def __init__(self) -> None:
        self._condition = threading.Condition()

    def tell(self) -> None:
        """Something has happened."""
        with self._condition:
            self._condition.notify_all()

    def wait_for(self, condition: Callable[[], object], what: str = "it", seconds: float = SECONDS) -> None:
        """Wait until a condition holds, which is looked at now and whenever something has happened.

        Args:
            condition: What is to hold.
            what: What it is that is waited for, for whoever waits in vain.
            seconds: How long it is waited for at most.

        Raises:
            TimeoutError: It does not hold by then.
        """
        with self._condition:
            if not self._condition.wait_for(condition, seconds):
                raise TimeoutError(f"It was waited in vain for {seconds} s: {what}")
