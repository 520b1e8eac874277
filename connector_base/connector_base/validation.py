"""Whether a record fits its schema, and what is wrong with one that does not: told without any value of it."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from jsonschema_rs import Draft7Validator

_TYPES: Final[Mapping[str, str]] = {
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a group of fields",
    "null": "null",
}


def _types(rule: str | list[str]) -> str:
    *others, last = [_TYPES[kind] for kind in ([rule] if isinstance(rule, str) else rule)]
    return f"{', '.join(others)}, or {last}" if others else last


_RULES: Final[Mapping[str, Callable[[Any], str]]] = {
    "type": lambda rule: f"must be {_types(rule)}",
    "required": lambda rule: f"must have {' and '.join(rule)}",
    "enum": lambda rule: f"must be one of {', '.join(map(str, rule))}",
    "minLength": lambda rule: f"must be at least {rule} characters long",
    "maxLength": lambda rule: f"must be at most {rule} characters long",
    "minItems": lambda rule: f"must have at least {rule} entries",
    "maxItems": lambda rule: f"must have at most {rule} entries",
    "minimum": lambda rule: f"must be at least {rule}",
    "maximum": lambda rule: f"must be at most {rule}",
}
"""What is said of each keyword of JSON Schema, by what it demands."""

_ANY_OTHER: Final = "is not as this destination declares it"


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
        """What is wrong at each path, in words and sorted; never the value. Empty for a record that fits."""
        if self._validator.is_valid(record):
            return ()
        errors = self._validator.iter_errors(record)
        return tuple(sorted(f"{self._path(error.instance_path)} {self._rule(error.schema_path)}" for error in errors))

    def _path(self, path: Iterable[str | int]) -> str:
        """Where it is; a key that the schema does not declare comes from the record, and may tell something."""
        return (
            ".".join(str(part) if isinstance(part, int) or part in self._words else "…" for part in path)
            or "the record"
        )

    def _rule(self, path: Iterable[str | int]) -> str:
        """The broken rule in words; what they name comes from the schema, so they hold nothing of the record."""
        keyword, rule = "", self._schema
        for step in path:
            keyword, rule = str(step), rule[step]  # type: ignore[index]  # steps into lists are numbers
        return _RULES[keyword](rule) if keyword in _RULES else _ANY_OTHER


def _property_names(schema: Any) -> set[str]:
    if isinstance(schema, Mapping):
        names = set(schema.get("properties", {}))
        return names.union(*(_property_names(value) for value in schema.values()))
    if isinstance(schema, list):
        return set().union(*(_property_names(value) for value in schema))
    return set()
