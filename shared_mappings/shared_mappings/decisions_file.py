"""Reading the decisions file: strictly, for what is understood only in part would let a value be overwritten."""

import json
from collections.abc import Mapping
from typing import Any, Final

from pydantic import ValidationError

from shared_mappings.decisions import LONGEST_KEY, SHORTEST_KEY, VERSION, Decisions
from shared_mappings.field_table import field_table


class DecisionsError(ValueError):
    """Decisions that cannot be understood. Says why and where, and quotes nothing of them."""


def parse_decisions(text: str) -> Decisions:
    """The decisions that a text holds.

    Args:
        text: The file; a byte order mark before it does no harm.

    Raises:
        DecisionsError: When any of it cannot be understood: nothing of it may count then.
    """
    text = text.removeprefix("\ufeff")
    try:
        content = json.loads(text, object_pairs_hook=_without_twins)
    except json.JSONDecodeError as error:
        raise DecisionsError(f"it is no JSON, or only a part of one (line {error.lineno})") from None
    except (ValueError, RecursionError) as error:
        words = str(error) if isinstance(error, DecisionsError) else _UNREADABLE
        raise DecisionsError(words) from None
    if not isinstance(content, dict):
        raise DecisionsError("it holds no decisions")
    if content.get("version") != VERSION or content["version"] is True:
        raise DecisionsError(f"it is not of version {VERSION}, the one that is understood here")
    try:
        return Decisions.model_validate_json(text, strict=True)
    except ValidationError as error:
        raise DecisionsError(_complaint(error)) from None


def _without_twins(members: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object in which no key stands twice: of two lists of decisions, one would be lost."""
    found = dict(members)
    if len(found) != len(members):
        raise DecisionsError("a key stands in it twice")
    return found


_UNREADABLE: Final = "it is no JSON that can be read"

_KINDS: Final = ("leave", "add")
"""What pydantic puts into a path that leads into a decision about a person."""

_MUST_BE: Final[Mapping[str, str]] = {
    "version": f"{VERSION}, as a number",
    "decidedAt": "a time with its zone, such as 2026-11-25T10:00:00Z",
    "key": f"{SHORTEST_KEY} to {LONGEST_KEY} bytes in base64",
    "fields": "a list",
    "people": "a list",
    "user": "the id of a user in Huma",
    "field": f"one of {', '.join(field_table().fields)}",
    "stands": "huma, xledger or later",
    "seen": "a fingerprint, 16 characters long",
    "employee": "the dbId of an employee in Xledger",
}
"""What each key must be."""


def _complaint(error: ValidationError) -> str:
    """The first thing that is wrong, by its place, in words that quote nothing."""
    first = error.errors(include_url=False, include_input=False)[0]
    if not first["loc"]:
        return str(first["ctx"]["error"]) if first["type"] == "value_error" else _UNREADABLE
    *before, last = (step for step in first["loc"] if step not in _KINDS)
    place = "".join(f"in {step}, " if isinstance(step, str) else f"entry {step + 1}, " for step in before)
    if first["type"] == "extra_forbidden":
        return f"{place}there is a key that is not known here"
    if isinstance(last, int):
        return f"{place}entry {last + 1} is no decision"
    return f"{place}{last} must be {_MUST_BE[last]}"
