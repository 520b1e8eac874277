"""From planned changes to the input nodes of Xledger's mutations. No I/O."""

from collections.abc import Iterable, Mapping
from typing import Any

from shared_mappings import FieldChange, FieldTable, Route
from xledger_api.employees.system_values import SystemValues

InputNode = dict[str, Any]


def creation_node(changes: Iterable[FieldChange], table: FieldTable) -> InputNode:
    """The node of an addition: what creation takes of a plan. The rest is written in a second step."""
    return {key: change.after for change in changes for key in table.targets[change.target].creation[:1]}


def update_node(
    db_id: str, changes: Iterable[tuple[FieldChange, Route]], table: FieldTable, system_values: SystemValues
) -> InputNode:
    """The node of an update: the dbId of the object, and the changed values alone.

    A key that is absent leaves the value alone, an explicit null unsets it. Facts: ids go out as JSON numbers.

    Args:
        db_id: Of the object that the mutation is for.
        changes: The changes, each with the route by which it is written.
        table: The field table.
        system_values: What system values are written by.
    """
    node: InputNode = {"dbId": int(db_id)}
    for change, route in changes:
        value: Any = change.after
        if value is not None and table.targets[change.target].system_value:
            value = (system_values.reference(value) or {})[route.path[-1]]
        _put(node, route.path, value)
    return node


def routes_for(change: FieldChange, table: FieldTable, system_values: SystemValues) -> tuple[Route, ...]:
    """The routes by which a change can be written, the best first: of a system value, those for what it is known by."""
    target = table.targets[change.target]
    if not target.system_value or change.after is None:
        return target.routes
    reference: Mapping[str, Any] = system_values.reference(change.after) or {}
    return tuple(route for route in target.routes if route.path[-1] in reference)


def _put(node: InputNode, path: Iterable[str], value: Any) -> None:
    """Sets a value at a path. A reference (`gender.code`) is unset as a whole, since half of one refers to nothing."""
    *parents, key = path
    if parents and value is None:
        node[parents[0]] = None
        return
    for parent in parents:
        node = node.setdefault(parent, {})
    node[key] = value
