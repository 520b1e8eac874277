"""What a webhook says: to whom something happened. Nothing else of it is looked at, or kept.

Huma's help pages, "how the profile webhook works": a body is JSON with `topic` and an array `users` with an object for
each user, which has an `id` (a UUID) and an `email`, and the changed values after an update. The form may change. Of
newer topics (teams, locations, absences, a changed login) not even the names are known, so a topic is no reason not to
look: whoever is named in `users` is read anew, which does no harm where nothing has changed.
"""

import json
from dataclasses import dataclass
from enum import Enum
from fnmatch import fnmatchcase
from typing import Any, Final

from huma_xledger.inbox.events import OTHER, USER_ID, Event


class NotUnderstoodError(Exception):
    """It is no JSON object. The message says nothing of what it is."""


class Names(Enum):
    """What is to be done about those who are named."""

    NOBODY = "nobody"
    """Nothing: what happened to them is not for Xledger."""

    SOMEBODY = "somebody"
    """They are brought. Where nobody can be found who is named, it may be anybody."""

    PERHAPS = "perhaps"
    """They are brought, if anybody is named."""


@dataclass(frozen=True, slots=True)
class Topic:
    """A row of the table of topics.

    Attributes:
        called: What Huma calls it; `*` stands for anything.
        kept_as: What it is called in an event.
        names: What is to be done about those who are named.
    """

    called: str
    kept_as: str
    names: Names


TOPICS: Final = (
    Topic("users-create", "users-create", Names.SOMEBODY),
    Topic("users-update", "users-update", Names.SOMEBODY),
    # Nobody is deleted in Xledger, and there is nobody left in Huma to be read.
    Topic("users-delete", "users-delete", Names.NOBODY),
    Topic("users-export", "users-export", Names.SOMEBODY),
    Topic("users*", OTHER, Names.SOMEBODY),
    Topic("*", OTHER, Names.PERHAPS),
)
"""Of several rows that fit a topic, the first counts. The first four are what Huma's help pages have."""


@dataclass(frozen=True, slots=True)
class Understood:
    """What a webhook says.

    Attributes:
        events: What is to be brought; nobody is there twice.
        passed_over: How many are named of whom nothing is to be brought.
        ignored: How many ids are none of a user's.
    """

    events: tuple[Event, ...]
    passed_over: int
    ignored: int


def understood(body: bytes) -> Understood:
    """Looks who is named.

    Args:
        body: JSON, in any encoding that JSON may be in.

    Raises:
        NotUnderstoodError: When it is no JSON object.
    """
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):  # nothing of it may get into a trace
        raise NotUnderstoodError from None
    if not isinstance(content, dict):
        raise NotUnderstoodError
    topic = _topic(content.get("topic"))
    ids, ignored = _ids(content.get("users"))
    if topic.names is Names.NOBODY:
        return Understood((), len(ids), ignored)
    if not ids and topic.names is Names.SOMEBODY:
        return Understood((Event(topic.kept_as, None),), 0, ignored)
    return Understood(tuple(Event(topic.kept_as, user) for user in ids), 0, ignored)


def _topic(name: Any) -> Topic:
    name = name if isinstance(name, str) else ""
    return next(row for row in TOPICS if fnmatchcase(name, row.called))


def _ids(users: Any) -> tuple[list[str], int]:
    """The ids of users, each once, and how many are none."""
    named = [user.get("id") if isinstance(user, dict) else None for user in users] if isinstance(users, list) else []
    ids = [name.lower() for name in named if isinstance(name, str) and USER_ID.fullmatch(name.lower())]
    return list(dict.fromkeys(ids)), len(named) - len(ids)
