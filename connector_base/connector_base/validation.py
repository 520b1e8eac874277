"""Whether a record fits its schema, and what is wrong with one that does not: told without any value of it."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from jsonschema_rs import Draft7Validator


class RecordValidator:
    """Checks records against one schema: structure and types alone. What a text means is the converters' work.

    Args:
        schema: The JSON Schema.
    """

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self._schema = schema
        self._words = _property_names(schema)
        self._validator = Draft7Validator(dict(schema), validate_formats=False)

    def faults(self, record: Mapping[str, Any]) -> tuple[str, ...]:
        """Each path and the rule it breaks, sorted; never the value. Empty for a record that fits."""
        if self._validator.is_valid(record):
            return ()
        errors = self._validator.iter_errors(record)
        return tuple(sorted(f"{self._path(error.instance_path)}: {self._rule(error.schema_path)}" for error in errors))

    def _path(self, path: Iterable[str | int]) -> str:
        """Where it is; a key that the schema does not declare comes from the record, and may tell something."""
        return ".".join(str(part) if isinstance(part, int) or part in self._words else "…" for part in path) or "record"

    def _rule(self, path: Iterable[str | int]) -> str:
        """The broken rule; its text comes from the schema, so it holds nothing of the record."""
        keyword, rule = "", self._schema
        for step in path:
            keyword, rule = str(step), rule[step]  # type: ignore[index]  # steps into lists are numbers
        return f"{keyword} {json.dumps(rule)}"


def _property_names(schema: Any) -> set[str]:
    if isinstance(schema, Mapping):
        names = set(schema.get("properties", {}))
        return names.union(*(_property_names(value) for value in schema.values()))
    if isinstance(schema, list):
        return set().union(*(_property_names(value) for value in schema))
    return set()
