"""What is used of a record: the part of its declared schema that the field table draws on.

A value that nobody uses may be whatever it likes: it rejects no record.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from shared_mappings.desired import ACTIVE, CLOSED
from shared_mappings.employee_schema import employee_schema, employees_schema
from shared_mappings.field_table import FieldTable, KeyPath, Rule
from shared_mappings.record_schema import users_schema
from shared_mappings.user_schema import user_schema

ID: Final = "id"

DIGITS: Final = "digits"
"""The word in a schema of what is used that says whether a whole number is taken as the text of its digits."""

ONLY: Final = "only"
"""The word that says of a list which of its entries are used, by what they have at some keys."""

_Used = Mapping[KeyPath, bool]
"""The paths that are used, and whether a whole number is taken as text there."""


def used_of_users(table: FieldTable) -> dict[str, Any]:
    """The schema of what is used of a record of Huma's `users` stream: whose it is, and what the table draws on."""
    used = _narrowed(users_schema(), {(ID,): True, **_drawn_on(table, lambda rule: rule.record_keys)})
    return _with_entries(used, table)


def used_of_employee(table: FieldTable) -> dict[str, Any]:
    """The schema of what is used of the destination's `employee` object. It has no id that anybody relies on."""
    return _narrowed(employee_schema(), _drawn_on(table, lambda rule: rule.employee_keys))


def used_of_employees(table: FieldTable) -> dict[str, Any]:
    """The schema of what is used of a record of Xledger's `employees` stream, as of `users`."""
    drawn_on = _drawn_on(table, lambda rule: rule.employee_keys)
    return _narrowed(employees_schema(), {(ID,): True, (CLOSED,): False, **drawn_on})


def used_of_user(table: FieldTable) -> dict[str, Any]:
    """The schema of what is used of the destination's `user` object. It has no id that anybody relies on."""
    used = _drawn_on(table, lambda rule: rule.record_keys if rule.huma else {})
    beside = {tuple(path.split(".")): False for path in table.beside}
    return _with_entries(_narrowed(user_schema(), {**used, **beside}), table)


def what_is_used(record: Mapping[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    """What a record holds of what is used, no deeper than that, and with whole numbers as text where they mean one.

    Args:
        record: A record as it came, which need not fit the schema, of any depth.
        schema: What is used of it.

    Returns:
        The record without what nobody uses. Where it has a list or an object in place of a value, an empty one stands
        for it, so that it does not fit the schema either. `active` is not there where it is null: it is unknown.
    """
    used: dict[str, Any] = _used(record, schema)
    if used.get(ACTIVE, ...) is None:
        del used[ACTIVE]
    return used


def _used(value: Any, schema: Mapping[str, Any]) -> Any:
    match value:
        case Mapping():
            parts = schema.get("properties", {})
            return {name: _used(value[name], part) for name, part in parts.items() if name in value}
        case list():
            if "items" not in schema:
                return []
            only = schema.get(ONLY, {})
            return [_used(entry, schema["items"]) for entry in value if _is_used(entry, only)]
        case _:
            return digits(value) if schema.get(DIGITS) else value


def _is_used(entry: Any, only: Mapping[str, str]) -> bool:
    """Whether an entry of a list is one of those that are looked at."""
    return isinstance(entry, Mapping) and all(entry.get(key) == value for key, value in only.items())


def digits(value: Any) -> Any:
    """A whole number as the text of its digits, such as `417` for 417 and for 417.0; anything else as it is.

    A number that JSON keeps as a float may have lost digits from 2^53 on, and stays a number.
    """
    if isinstance(value, float) and value.is_integer() and abs(value) < _FIRST_INEXACT:
        return str(int(value))
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


_FIRST_INEXACT: Final = 2.0**53


def _drawn_on(table: FieldTable, keys_of: Callable[[Rule], Mapping[str, KeyPath]]) -> dict[KeyPath, bool]:
    used: dict[KeyPath, bool] = {(ACTIVE,): False}
    for rule in table.rules:
        for path in keys_of(rule).values():
            entries = table.entries.get(".".join(path))
            used |= {(*path, key): False for key in entries.keys} if entries else {path: rule.digits}
    return used


def _with_entries(used: dict[str, Any], table: FieldTable) -> dict[str, Any]:
    """A schema of what is used, which says of lists which of their entries are."""
    for name, entries in table.entries.items():
        used["properties"][name][ONLY] = entries.only
    return used


def _narrowed(schema: Mapping[str, Any], used: _Used) -> dict[str, Any]:
    """The part of an object's schema that is about what is used."""
    required = [name for name in schema.get("required", ()) if (name,) in used]
    properties = {}
    for name in dict.fromkeys(path[0] for path in used):
        declared = schema["properties"][name]
        below = {path[1:]: digits for path, digits in used.items() if path[0] == name and path[1:]}
        if not below:
            properties[name] = {**declared, DIGITS: used[(name,)]}
        elif "items" in declared:
            properties[name] = {**declared, "items": _narrowed(declared["items"], below)}
        else:
            properties[name] = _narrowed(declared, below)
    return {**schema, "required": required, "properties": properties}
