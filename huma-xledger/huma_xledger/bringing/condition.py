"""How things are, for whoever asks whether all is well."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Condition:
    """How far what was told is brought.

    Attributes:
        works: Whether there is still somebody who brings it.
        last_success: When a run last ended well, in UTC, in this process or one before it; None before the first.
        oldest_waiting: When the oldest event came that waits to be brought, in UTC; None where none does.
        waiting: How many events wait to be brought.
        given_up: How many were given up on, and wait for somebody.
    """

    works: bool
    last_success: datetime | None
    oldest_waiting: datetime | None
    waiting: int
    given_up: int
