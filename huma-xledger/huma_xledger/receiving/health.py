"""Whether webhooks are taken and brought: what is answered to whoever watches over this. Without I/O."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from huma_xledger.bringing.condition import Condition

LONGEST: Final = timedelta(minutes=20)
"""So long an event may wait, and all is well: one that names nobody waits a quarter of an hour, and for a sync."""


@dataclass(frozen=True, slots=True)
class Health:
    """How things are, as it is told.

    Attributes:
        status: `ok`, or `failing`.
        inbox: Whether events can be kept: `writable`, `not writable`, or `not readable` where not even those are there.
        works: Whether there is still somebody who brings them.
        last_success: When a run last ended well, in UTC; None before the first, or where it cannot be read.
        oldest_waiting: When the oldest event came that waits, in UTC; None where none does, or it cannot be read.
        waiting: How many wait; None where it cannot be read.
        given_up: How many were given up on; None where it cannot be read.
        why: What is to be said of it, a sentence each.
    """

    status: Literal["ok", "failing"]
    inbox: Literal["writable", "not writable", "not readable"]
    works: bool
    last_success: str | None
    oldest_waiting: str | None
    waiting: int | None
    given_up: int | None
    why: tuple[str, ...]

    @property
    def is_well(self) -> bool:
        """Whether webhooks are taken and brought."""
        return self.status == "ok"


def health(condition: Condition | None, *, is_writable: bool, now: datetime) -> Health:
    """How things are, and why they are not well.

    Args:
        condition: How far what was told is brought; None where that cannot be read.
        is_writable: Whether events can be kept.
        now: The time, in UTC.
    """
    if condition is None:
        why = "What is kept cannot be read: see whether what is below .state belongs to whoever runs this."
        return Health("failing", "not readable", False, None, None, None, None, (why,))
    failing = tuple(_failing(condition, is_writable=is_writable, now=now))
    return Health(
        status="failing" if failing else "ok",
        inbox="writable" if is_writable else "not writable",
        works=condition.works,
        last_success=_written(condition.last_success),
        oldest_waiting=_written(condition.oldest_waiting),
        waiting=condition.waiting,
        given_up=condition.given_up,
        why=(*failing, *_to_be_seen_to(condition)),
    )


def _failing(condition: Condition, *, is_writable: bool, now: datetime) -> Iterator[str]:
    """Why not all is well."""
    if not is_writable:
        yield "Events cannot be kept, so that webhooks are not taken: see whether the disk is full, or read-only."
    if not condition.works:
        yield "Nobody is brought to Xledger: the log says why, and huma-xledger listen may have to be started again."
    oldest = condition.oldest_waiting
    if oldest is not None and now - oldest > LONGEST:
        minutes = (now - oldest) // timedelta(minutes=1)
        yield f"The oldest event has waited for {minutes} minutes: the log says why it is not brought."


def _to_be_seen_to(condition: Condition) -> Iterator[str]:
    """What is for somebody to see to, and keeps nothing else from working."""
    if condition.given_up:
        count, them = (
            ("1 event was", "it") if condition.given_up == 1 else (f"{condition.given_up} events were", "them")
        )
        yield f"{count} given up on: `huma-xledger events` lists {them}, and with --retry has {them} tried again."


def _written(time: datetime | None) -> str | None:
    return time.isoformat(timespec="seconds") if time is not None else None
