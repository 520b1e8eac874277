"""The events that wait or were given up on, for whoever asks; and what somebody decides about them."""

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from huma_xledger.inbox.events import Kept
from huma_xledger.inbox.store import Inbox
from huma_xledger.report import MOST_LINES

NONE: Final = "No event waits, and none was given up on."


def no_inbox(path: Path) -> str:
    """What is said where there is no inbox."""
    return f"{NONE[:-1]}: there is no inbox at {path}. It is made where huma-xledger listen is started."


class UnknownEventsError(Exception):
    """Something was to be done about events that were not given up on; the message is a sentence."""


@dataclass(frozen=True, slots=True)
class Events:
    """The events of an inbox.

    Attributes:
        given_up: Those that were given up on, in the order in which they came.
        waiting: Those that wait to be brought, in that order.
    """

    given_up: Sequence[Kept]
    waiting: Sequence[Kept]


def read(path: Path) -> Events | None:
    """Reads an inbox, beside a listener that may be at work; None where there is no inbox, and none is made.

    Raises:
        InboxError: When it cannot be read.
    """
    if not path.exists():
        return None
    with closing(Inbox.opened(path)) as inbox:
        return Events(inbox.given_up(), inbox.waiting())


def retry(path: Path, numbers: Collection[int], now: datetime) -> int:
    """Lets events that were given up on wait again.

    Args:
        path: The inbox; it need not be there.
        numbers: Of the events; none for all of them.
        now: When they are due.

    Returns:
        How many were.

    Raises:
        InboxError: When the inbox cannot be read or written.
        UnknownEventsError: When one of them was not given up on. Nothing is done about the others, either.
    """
    return _done(path, numbers, lambda inbox, chosen: inbox.retry(chosen, now))


def drop(path: Path, numbers: Collection[int]) -> int:
    """Removes events that were given up on.

    Args:
        path: The inbox; it need not be there.
        numbers: Of the events; none for all of them.

    Returns:
        How many were.

    Raises:
        InboxError: When the inbox cannot be read or written.
        UnknownEventsError: When one of them was not given up on. Nothing is done about the others, either.
    """
    return _done(path, numbers, lambda inbox, chosen: inbox.drop(chosen))


def _done(path: Path, numbers: Collection[int], what: Callable[[Inbox, Collection[int] | None], int]) -> int:
    if not path.exists():
        _check({*numbers})
        return 0
    with closing(Inbox.opened(path)) as inbox:
        _check({*numbers} - {kept.number for kept in inbox.given_up()})
        return what(inbox, numbers or None)


def _check(unknown: Collection[int]) -> None:
    if unknown:
        raise UnknownEventsError(
            f"{_named(sorted(unknown))} not among the events that were given up on, so nothing was done. Without "
            "--retry and --drop, this command lists them."
        )


def told_of_retry(count: int) -> str:
    """What it means that events are tried again."""
    if not count:
        return "No event was given up on: there is nothing to try again."
    they = "is" if count == 1 else "are"
    return (
        f"{_events(count)} {they} tried again, as if {'it' if count == 1 else 'they'} had just come: within seconds "
        "where huma-xledger listen is running, or else when it is started."
    )


def told_of_drop(count: int) -> str:
    """What it means that events are dropped."""
    if not count:
        return "No event was given up on: there is nothing to drop."
    return (
        f"{_events(count)} dropped. What Huma told by {'it' if count == 1 else 'them'} is not lost: the next sync of "
        "everybody who changed (schedule, or huma-xledger sync) brings it anyway."
    )


def told_of(events: Events, now: datetime) -> Iterator[str]:
    """The events, line by line.

    Args:
        events: The events.
        now: The time, by which something is due.
    """
    if not events.given_up and not events.waiting:
        yield NONE
    if events.given_up:
        them = "it" if len(events.given_up) == 1 else "them"
        yield f"{_events(len(events.given_up))} given up on (--retry tries {them} again, --drop removes {them}):"
        yield from _lines(events.given_up, now)
    if events.waiting:
        yield f"{_events(len(events.waiting))} waiting:"
        yield from _lines(events.waiting, now)


def as_json(events: Events | None, done: Mapping[str, int]) -> str:
    """The events for a program, all of them; times are ISO 8601 in UTC.

    Args:
        events: The events; None where there is no inbox.
        done: What was done about how many of them, as `dropped`.
    """
    given_up, waiting = (events.given_up, events.waiting) if events else ((), ())
    content = {**done, "given_up": [*map(_fields, given_up)], "waiting": [*map(_fields, waiting)]}
    return json.dumps(content, indent=2)


def _lines(events: Sequence[Kept], now: datetime) -> Iterator[str]:
    width = len(str(events[-1].number))
    for kept in events[:MOST_LINES]:
        who = kept.event.user or "(names nobody: a sync of everybody answers it)"
        yield f"  {kept.number:>{width}}  {kept.event.topic}  {who}  came {_time(kept.came_at)}, {_tried(kept, now)}"
        if kept.problem is not None:
            yield f"  {'':{width}}  {kept.problem}"
    if len(events) > MOST_LINES:
        yield f"  ... and {len(events) - MOST_LINES:,} more like these. --json lists all of them."


def _tried(kept: Kept, now: datetime) -> str:
    often = {0: "not tried yet", 1: "tried once"}.get(kept.attempts, f"tried {kept.attempts} times")
    if kept.due_at is None or (kept.event.user is None and kept.due_at <= now):
        return often  # whom nobody is named in waits for a sync of everybody, and the next one is not known here
    return f"{often}, due now" if kept.due_at <= now else f"{often}, due {_time(kept.due_at)}"


def _fields(kept: Kept) -> dict[str, Any]:
    return {
        "number": kept.number,
        "topic": kept.event.topic,
        "user": kept.event.user,
        "came_at": kept.came_at.isoformat(),
        "attempts": kept.attempts,
        "due_at": None if kept.due_at is None else kept.due_at.isoformat(),
        "problem": kept.problem,
    }


def _time(time: datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M:%S} UTC"


def _events(count: int) -> str:
    return "1 event" if count == 1 else f"{count:,} events"


def _named(numbers: Sequence[int]) -> str:
    if len(numbers) == 1:
        return f"Number {numbers[0]} is"
    return f"Numbers {', '.join(map(str, numbers[:-1]))} and {numbers[-1]} are"
