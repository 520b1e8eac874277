"""The declared JSON Schemas of an employee, as an object and as a stream, made from the field table."""

from typing import Any, Final

from shared_mappings.desired import ACTIVE, CLOSED
from shared_mappings.field_table import FieldTable, field_table

_DATES: Final = frozenset({"date", "end_date"})
"""Converters that take a date."""


def employee_schema() -> dict[str, Any]:
    """The JSON Schema of the destination's `employee` object: an employee in Xledger's own terms.

    Every key may be missing (unknown, left alone) or null (to be unset, where the rule allows that).

    Returns:
        A fresh copy, which the caller may change.
    """
    table = field_table()
    schema: dict[str, Any] = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Employee",
        "description": "A person as Xledger knows them. A key that is missing is left alone; null means that the value "
        "is to be unset, where its rule allows that.",
        "type": "object",
        "additionalProperties": True,
        "properties": {},
    }
    for path, description in table.employee.items():
        *parents, name = path.split(".")
        above = schema
        for parent in parents:
            above = above["properties"][parent]
            above |= {"type": ["object", "null"], "additionalProperties": True}
            above.setdefault("properties", {})
        above["properties"][name] = {"type": [_type_of(path), "null"], "description": description}
        if _is_date(path, table):
            above["properties"][name]["format"] = "date"
    return schema


def employees_schema() -> dict[str, Any]:
    """The JSON Schema of a record of Xledger's `employees` stream: the object `employee`, and whose record it is.

    Every key but `id` may be missing (unknown) or null (nothing in Xledger).

    Returns:
        A fresh copy, which the caller may change.
    """
    schema = employee_schema()
    return {
        **schema,
        "title": "Xledger employee",
        "description": "One employee in Xledger. Every property is in one of three states: a value; null, which means "
        "that there is none in Xledger; or no such key, which means unknown (the token may not see it, or the column "
        "is not selected).",
        "required": ["id"],
        "properties": {
            "id": {
                "type": "string",
                "minLength": 1,
                "description": "Xledger's dbId of the employee. Never changes and is never reused.",
            },
            **schema["properties"],
            CLOSED: {"type": "boolean", "description": "Whether the employee is closed in Xledger."},
            "modifiedAt": {
                "type": ["string", "null"],
                "format": "date-time",
                "airbyte_type": "timestamp_without_timezone",
                "description": "When the employee was last modified, in Central European time.",
            },
            "changedAt": {
                "type": "string",
                "format": "date-time",
                "airbyte_type": "timestamp_with_timezone",
                "description": "The start of the sync that emitted this record. The same for all records of a sync.",
            },
        },
    }


def _type_of(path: str) -> str:
    return "boolean" if path == ACTIVE else "string"


def _is_date(path: str, table: FieldTable) -> bool:
    return any(path in rule.employee.values() and rule.converter in _DATES for rule in table.rules)
