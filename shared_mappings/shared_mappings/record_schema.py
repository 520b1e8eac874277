"""The declared JSON Schemas of the two records that cross the connectors."""

import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Any, Final

_TEXT: Final = ["string", "null"]

_DIGITS: Final = frozenset(
    {
        *("employmentId", "code", "postalCode", "zipCode"),
        *("number", "bankAccount", "value", "socialSecurityNumber"),
    }
)
"""Properties that are text, and mostly of digits: codes, and numbers that nobody counts with."""


def users_schema() -> dict[str, Any]:
    """The JSON Schema of a record of Huma's `users` stream.

    Every key but `id` may be missing (unknown) and most may be null (unset in Huma).

    Returns:
        A fresh copy, which the caller may change.
    """
    return _load("users.json")


def employee_schema() -> dict[str, Any]:
    """The JSON Schema of the destination's `employee` object: an employee in Xledger's own terms.

    Every key may be missing (unknown, left alone) or null (to be unset, where the rule allows that).

    Returns:
        A fresh copy, which the caller may change.
    """
    return _load("employee.json")


def taken_for_text(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The same schema where a number may stand for a text of digits: hosts and spreadsheets make numbers of codes.

    Args:
        schema: One of the two. It declares what is to be sent; this is what is taken.
    """
    taken = dict(schema)
    if "properties" in schema:
        taken["properties"] = {
            name: {**inner, "type": [*_TEXT, "number"]}
            if name in _DIGITS and inner.get("type") == _TEXT
            else taken_for_text(inner)
            for name, inner in schema["properties"].items()
        }
    if "items" in schema:
        taken["items"] = taken_for_text(schema["items"])
    return taken


def _load(name: str) -> dict[str, Any]:
    schema: dict[str, Any] = json.loads((files("shared_mappings") / "schemas" / name).read_text(encoding="utf-8"))
    return schema
