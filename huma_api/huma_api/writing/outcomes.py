"""What may come of a request that writes, and what Huma's words mean when it refuses one."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final

import requests

from connector_base.failures import ConnectorError
from connector_base.scrubbing import scrubbed
from huma_api.asking.answers import json_object


class Reason(Enum):
    """Why a request was refused, named by whom or what it is about."""

    VALUE = "Huma does not take something in the request"
    NOT_ALLOWED = "the API key has no right to write this"
    LOCKED = "the profile is locked"
    GONE = "what was to be changed is not there"
    STOPPED = "something on the way to Huma does not let the request through"


@dataclass(frozen=True, slots=True)
class Taken:
    """A request that Huma has carried out.

    Attributes:
        body: What Huma answered, with the `id` of what was written; empty where it answered with nothing.
    """

    body: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Refused:
    """A request that Huma has understood, and not carried out.

    Attributes:
        reason: Why.
        status: The HTTP status.
        words: Huma's own words, scrubbed: they hold no value of a record. Empty where it says nothing.
        original: Huma's words as they came. They quote values: for the storage the administrator configured, never for
            a log.
        about: The keys of the body that Huma says it is about; empty where it names none.
    """

    reason: Reason
    status: int
    words: str = ""
    original: str = field(default="", repr=False)
    about: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A request of which nobody knows whether it was carried out.

    A change may be sent again at any time. Before somebody is created again, they have to be looked up.

    Attributes:
        failure: How the sync ends if nothing else is learned of it: a transient error.
    """

    failure: ConnectorError


Written = Taken | Refused | Unanswered

LONGEST_WORDS: Final = 10_000
"""How much is kept of what Huma says: an answer may carry a whole stack trace, or what was sent to it."""

_SAID_IN: Final = ("errorMessage", "message", "error_description", "errorCode", "error")
"""Where the words are in the kinds of errors that Huma has, the most telling first."""

_WORDS_OF_HUMA: Final = frozenset({"Format", "Object"})
"""Capitalised words of its messages that are nobody's name."""

_ABOUT_WHOM: Final = frozenset({"", "user", "position"})
"""What is not found when there is nobody, or no position, to change; anything else is something in the request."""

_LOCKED_WORDS: Final = ("locked", "deactivated")
"""What an error code says of a profile. Of a field it says so with its name beside it: that is something in the
request."""


def refused(response: requests.Response, sent: Mapping[str, Any], *, creates: bool = False) -> Refused:
    """What a refusal means.

    Args:
        response: Huma's answer: a JSON object, or nothing.
        sent: The body that was sent. Its keys are the only names that are shown of what Huma names.
        creates: Whether something was to be created, so that there is nothing that could be gone.
    """
    said = json_object(response) or {}
    names = frozenset(_names_in(sent))
    words = next((said[name] for name in _SAID_IN if isinstance(said.get(name), str) and said[name].strip()), "")
    return Refused(
        _reason(response.status_code, said, creates=creates),
        response.status_code,
        scrubbed(words, _WORDS_OF_HUMA | names),
        words[:LONGEST_WORDS],
        names.intersection(_texts_in(said.get("fields"))),
    )


def _texts_in(fields: Any) -> list[str]:
    return [name for name in fields if isinstance(name, str)] if isinstance(fields, list) else []


def _reason(status: int, said: Mapping[str, Any], *, creates: bool) -> Reason:
    code = str(said.get("errorCode", "")).lower()
    if status == requests.codes.locked or (any(word in code for word in _LOCKED_WORDS) and not said.get("fields")):
        return Reason.LOCKED
    if status == requests.codes.forbidden:
        return Reason.NOT_ALLOWED
    if status == requests.codes.not_found and not creates:
        details = said.get("interpolations")
        kind = str(details.get("type", "")) if isinstance(details, Mapping) else ""
        return Reason.GONE if kind.lower() in _ABOUT_WHOM else Reason.VALUE
    return Reason.VALUE


def _names_in(sent: Any) -> Iterator[str]:
    """The keys of a body, at every depth."""
    if isinstance(sent, Mapping):
        for name, value in sent.items():
            yield name
            yield from _names_in(value)
