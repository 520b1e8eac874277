"""Who is brought next, and when: what came about one person is brought at once, and a burst as one. Without I/O.

An event is due a second after it came, so that what comes about a person within that second is one. When the oldest is
due, all are brought of whom anything waits. Where those are many, somebody imports or changes a whole list in Huma, and
more is about to come: it is waited until nothing comes any more, so that a thousand webhooks cost what one sync of
those people costs.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from huma_xledger.inbox.events import Kept

SOON: Final = timedelta(seconds=1)
"""How long an event waits for others."""

FEW: Final = 30
"""More people than these are a burst."""

LONGEST: Final = timedelta(seconds=10)
"""How long the first of a burst waits for the others."""

FAR_AHEAD: Final = timedelta(hours=1, minutes=1)
"""No pause is as long: what is due later was written by a clock that went wrong, and is due now."""

NOBODY_HELD: Final[Mapping[str, datetime]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Batch:
    """Those who are brought next.

    Attributes:
        users: Their ids in Huma, each once; none for everybody.
        numbers: The events that are tried by it: not those that wait for the end of a pause.
        up_to: The greatest number of an event that was there: what comes later is not answered by it.
    """

    users: tuple[str, ...]
    numbers: tuple[int, ...]
    up_to: int


@dataclass(frozen=True, slots=True)
class Later:
    """Nobody is brought yet.

    Attributes:
        at: When to look again, even if nothing comes before; None where nothing waits.
    """

    at: datetime | None


def gathered(
    waiting: Sequence[Kept],
    now: datetime,
    batch_size: int,
    *,
    held: Mapping[str, datetime] = NOBODY_HELD,
    alone: Collection[str] = (),
    alone_next: bool = False,
) -> Batch | Later:
    """Who is brought next, of those whom events name.

    Args:
        waiting: All events that wait, by number.
        now: The time.
        batch_size: How many people a batch holds.
        held: Who must not be brought before a time.
        alone: Who is brought alone, since they failed together and one of them may be why.
        alone_next: Whether the turn is on one of those, where somebody else is due as well.
    """
    people: dict[str, list[Kept]] = {}
    for kept in waiting:
        user = kept.event.user
        if user is not None and held.get(user, now) <= now:
            people.setdefault(user, []).append(kept)
    by_due = sorted(people, key=lambda user: (_due(people[user], now), people[user][0].number))
    crowd = _crowd({user: people[user] for user in by_due if user not in alone}, now, batch_size)
    single = _crowd({user: people[user] for user in by_due if user in alone}, now, 1)
    chosen = [found for found in (crowd, single) if isinstance(found, list)]
    if not chosen:
        held_until = [
            until for user, until in held.items() if until > now and any(k.event.user == user for k in waiting)
        ]
        at = [*held_until, *(found.at for found in (crowd, single) if isinstance(found, Later) and found.at)]
        return Later(min(at, default=None))
    users = chosen[-1] if alone_next else chosen[0]
    numbers = tuple(sorted(kept.number for user in users for kept in people[user] if _is_open(kept, now)))
    return Batch(tuple(users), numbers, up_to=max(kept.number for kept in waiting))


def of_nobody(waiting: Sequence[Kept], now: datetime) -> Batch | Later:
    """The batch of everybody, where an event that names nobody is due.

    Args:
        waiting: All events that wait, by number.
        now: The time.
    """
    unnamed = [kept for kept in waiting if kept.event.user is None]
    if not unnamed or _due(unnamed, now) > now:
        return Later(_due(unnamed, now) if unnamed else None)
    numbers = tuple(kept.number for kept in unnamed if _is_open(kept, now))
    return Batch((), numbers, up_to=max(kept.number for kept in waiting))


def _crowd(people: Mapping[str, Sequence[Kept]], now: datetime, most: int) -> list[str] | Later:
    """Who of these is brought together, those who have waited longest first, or when to look again."""
    if not people:
        return Later(None)
    oldest = min(_due(of, now) for of in people.values())
    if oldest > now:
        return Later(oldest)
    there = [user for user, of in people.items() if any(_is_open(kept, now) for kept in of)]
    if FEW < len(there) < most:
        newest = max((kept.came_at for user in there for kept in people[user] if kept.attempts == 0), default=oldest)
        ready = min(newest + SOON, oldest - SOON + LONGEST)
        if ready > now:
            return Later(ready)
    return there[:most]


def _due(of: Iterable[Kept], now: datetime) -> datetime:
    return min(_due_at(kept, now) for kept in of)


def _due_at(kept: Kept, now: datetime) -> datetime:
    """When an event is due."""
    at = kept.due_at or kept.came_at
    if kept.came_at > now:  # by a clock that went wrong, too
        return now
    if kept.attempts == 0:
        at = max(at, kept.came_at + SOON)
    return now if at > now + FAR_AHEAD else at


def _is_open(kept: Kept, now: datetime) -> bool:
    """Whether an event is brought when any of its person's is: not one that waits for the end of a pause."""
    due = _due_at(kept, now)
    return due <= now or (kept.attempts == 0 and due <= kept.came_at + SOON)
