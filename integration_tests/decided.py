"""Files of decisions, as an administrator saves them."""

import base64
import json
from collections.abc import Iterable
from typing import Any, Final

from integration_tests.records import Record
from shared_mappings import read_path
from shared_mappings.fingerprints import fingerprint

KEY: Final = bytes(range(32))

Decision = dict[str, str]


def stands(user: Record, field: str, whose: str) -> Decision:
    """A decision that was taken when Huma had what a record of `users` says."""
    return {"user": user["id"], "field": field, "stands": whose, "seen": fingerprint(KEY, read_path(user, field))}


def leave(user: Record) -> Decision:
    """A decision to leave somebody out of Xledger."""
    return {"user": user["id"], "action": "leave"}


def add(employee: int | str) -> Decision:
    """A decision to add an employee to Huma, by dbId."""
    return {"employee": str(employee), "action": "add"}


def decisions(*decided: Decision, **changed: Any) -> str:
    """The text of the file.

    Args:
        decided: The decisions.
        changed: Keys of the file to replace.
    """
    content: dict[str, Any] = {
        "version": 1,
        "decidedAt": "2026-11-25T10:00:00Z",
        "key": base64.b64encode(KEY).decode(),
        "fields": _those_with("stands", decided),
        "people": _those_with("action", decided),
    }
    return json.dumps(content | changed)


def _those_with(key: str, decided: Iterable[Decision]) -> list[Decision]:
    return [decision for decision in decided if key in decision]
