"""An employee as a record of the stream `employees`: the field table read backwards."""

from collections.abc import Mapping
from typing import Any

from shared_mappings.desired import ACTIVE
from shared_mappings.employee import Employee
from shared_mappings.field_table import FieldTable, KeyPath
from shared_mappings.states import MISSING, State


def employee_record(employee: Employee, table: FieldTable, *, shows_closed: bool) -> dict[str, Any]:
    """What Xledger has of an employee, with `id`, `active` and `closed`.

    An object that is one value is unknown as a whole where one of its lines is: in a record, a line that it does not
    mention is empty. Where no line has anything, the object is null.

    Where the first target of a rule has nothing and another one has, that is shown: a phone number which only the
    subledger has is not to be taken for one that is unset.

    Args:
        employee: As they stand in Xledger.
        table: The field table. Where it looks and Xledger shows nothing, the value is unknown, and its key is missing.
        shows_closed: Whether Xledger shows who is closed.
    """
    record: dict[str, Any] = {"id": employee.db_id}
    if shows_closed:
        record |= {ACTIVE: not employee.closed, "closed": employee.closed}
    objects: dict[KeyPath, dict[str, State]] = {}
    for target, keys in table.shown_as.items():
        objects.setdefault(keys[:-1], {})[keys[-1]] = _shown(employee, table.looked_at[target])
    for path, lines in objects.items():
        if path in table.one_value.employee_keys and MISSING in lines.values():
            continue
        known = {name: value for name, value in lines.items() if value is not MISSING}
        _put(record, path, known)
    return record


def _shown(employee: Employee, targets: tuple[str, ...]) -> State:
    """The value at the first of some targets that has one; how the first of all stands, where none has."""
    states = [employee.values[target] for target in targets]
    return next((state for state in states if isinstance(state, str)), states[0])


def _put(record: dict[str, Any], path: KeyPath, known: Mapping[str, Any]) -> None:
    """Adds values to the object at a path, which is null where none of them is anything."""
    if not path:
        record.update(known)
        return
    *parents, name = path
    for parent in parents:
        record = record.setdefault(parent, {})
    if known:
        record[name] = dict(known) if any(value is not None for value in known.values()) else None
