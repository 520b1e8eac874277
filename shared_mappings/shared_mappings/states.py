"""The three states of a value: a value, null (unset in Huma), and missing (unknown)."""

from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Any, Final


class Missing(Enum):
    """The type of `MISSING`, so that a type checker tells "unknown" from "unset"."""

    MISSING = "missing"

    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = Missing.MISSING
"""Nothing is known about the value: not permitted, not selected, no longer sent. Never the same as unset."""

State = str | None | Missing
"""A text value, `None` for unset, or `MISSING` for unknown."""


def read_path(record: Mapping[str, Any], path: str) -> Any:
    """The value at a dotted path, with its state.

    Args:
        record: Nested mappings, as they come from JSON.
        path: Keys joined with dots, such as `homeAddress.city`.

    Returns:
        The value; `None` when it or an object on the way to it is null; `MISSING` when a key on the way is absent.
    """
    return read_keys(record, path.split("."))


def read_keys(record: Mapping[str, Any], keys: Iterable[str]) -> Any:
    """The value at a path whose keys are already apart, for those who read the same paths of many records."""
    value: Any = record
    for key in keys:
        if value is None:
            return None
        try:
            value = value[key]
        except (KeyError, TypeError):
            return MISSING
    return value
