"""The declared JSON Schema of the destination's `user` object, made from the field table and the schema of `users`."""

from collections.abc import Iterable
from typing import Any

from shared_mappings.desired import ACTIVE
from shared_mappings.field_table import field_table
from shared_mappings.record_schema import users_schema


def user_schema() -> dict[str, Any]:
    """The JSON Schema of the destination's `user` object: a person in Huma's own terms, as the stream `users` has them.

    It has what ever goes back to Huma. Every key may be missing or null: neither unsets anything in Huma.

    Returns:
        A fresh copy, which the caller may change.
    """
    table = field_table()
    paths = [ACTIVE, *(path for rule in table.rules if rule.huma for path in rule.record.values()), *table.beside]
    declared = users_schema()
    properties = _properties(declared["properties"], paths)
    properties[ACTIVE] |= {
        "type": ["boolean", "null"],
        "description": "False for someone who has left: nobody who has left is created. Unknown, missing or null, "
        "counts as true.",
    }
    return {
        "$schema": declared["$schema"],
        "title": "User",
        "description": "A person as Huma knows them. A key that is missing or null is left alone: nothing is ever "
        "unset in Huma.",
        "type": "object",
        "additionalProperties": True,
        "properties": properties,
    }


def _properties(declared: dict[str, Any], paths: Iterable[str]) -> dict[str, Any]:
    """The properties of an object that some paths lead to, in the order in which they are declared."""
    below: dict[str, list[str]] = {}
    for path in paths:
        name, _, rest = path.partition(".")
        below.setdefault(name, []).extend([rest] if rest else [])
    return {
        name: {**schema, "properties": _properties(schema["properties"], below[name])} if below[name] else schema
        for name, schema in declared.items()
        if name in below
    }
