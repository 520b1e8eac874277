"""Nulls that get into printed records."""

from collections.abc import Mapping
from typing import Any, Final

import orjson

NULL: Final = orjson.Fragment(b"null")
"""The CDK drops a record's keys whose value is None, and with them the difference between a field that is unset and one
that is unknown; what it hands to orjson it leaves alone."""


def with_nulls(record: Mapping[str, Any]) -> dict[str, Any]:
    """A record with `NULL` where it is null."""
    return {name: NULL if value is None else value for name, value in record.items()}
