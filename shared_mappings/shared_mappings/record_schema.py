"""The declared JSON Schemas of the two records that cross the connectors."""

import json
from importlib.resources import files
from typing import Any


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


def _load(name: str) -> dict[str, Any]:
    schema: dict[str, Any] = json.loads((files("shared_mappings") / "schemas" / name).read_text(encoding="utf-8"))
    return schema
