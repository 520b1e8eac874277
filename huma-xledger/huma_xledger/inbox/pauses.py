"""How long an event waits after an attempt in vain, before the next one."""

from datetime import datetime, timedelta
from typing import Final

PAUSES: Final = (
    timedelta(seconds=5),
    timedelta(seconds=15),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
)
"""The pause after the first attempt, the second, and so on. Who fails after the last one as well is given up on."""


def due_after(attempts: int, now: datetime) -> datetime | None:
    """When an event is to be tried next.

    Args:
        attempts: How often it was tried in vain, the attempt that has just failed included; at least 1.
        now: When that attempt failed.

    Returns:
        The time; None when it is given up on.
    """
    if attempts < 1:
        raise ValueError("An event that was never tried is due when it comes.")
    return now + PAUSES[attempts - 1] if attempts <= len(PAUSES) else None
