"""What Huma told: that something happened to somebody. Nothing else of a webhook is kept, and no value of anybody."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

OTHER: Final = "other"
"""The topic of what no table knows: Huma has more topics than it tells the names of."""

TOPICS: Final = frozenset({"users-create", "users-update", "users-delete", "users-export", OTHER})
"""The topics that are kept as they are, from Huma's help page about the webhook of profiles."""

USER_ID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""What the id of a user looks like, in lower case. Nothing else gets into an event: it might be an address."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened in Huma.

    Attributes:
        topic: What Huma calls it, as `users-update`; what no table knows has the topic `other`.
        user: The id of the user it happened to, a UUID in lower case; None for a webhook that is Huma's and names
            nobody, which only a sync of everybody answers.
    """

    topic: str
    user: str | None


@dataclass(frozen=True, slots=True)
class Kept:
    """An event in the inbox.

    Attributes:
        number: Its place among all events that ever came, from 1; never given twice.
        event: The event.
        came_at: When it came, in UTC.
        attempts: How often it was tried to bring it to Xledger, in vain.
        due_at: When it is to be tried next, in UTC; None for one that was given up on and waits for somebody.
        problem: Why the last attempt failed, in a sentence without a value; None before one.
    """

    number: int
    event: Event
    came_at: datetime
    attempts: int = 0
    due_at: datetime | None = None
    problem: str | None = None
