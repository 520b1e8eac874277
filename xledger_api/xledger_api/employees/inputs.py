"""From planned changes to the input nodes of Xledger's mutations. No I/O."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from shared_mappings import Employee, FieldChange, FieldTable, Route, State
from xledger_api.employees.system_values import SystemValues

InputNode = dict[str, Any]


def creation_node(changes: Iterable[FieldChange], table: FieldTable) -> InputNode:
    """The node of an addition: what creation takes of a plan. The rest is written in a second step."""
    return {key: change.after for change in changes for key in table.targets[change.target].creation[:1]}


def update_node(
    db_id: str,
    changes: Sequence[tuple[FieldChange, Route]],
    employee: Employee,
    table: FieldTable,
    system_values: SystemValues,
) -> InputNode:
    """The node of an update: the dbId of the object, and the changed values alone, each of them whole.

    A key that is absent leaves the value alone, an explicit null unsets it. Nobody has seen whether the same holds for
    the lines of an address. So those that stay are sent along as they were read, and those without anything are not:
    that is right whether Xledger merges what is sent or replaces what it has. Facts: ids go out as JSON numbers.

    Args:
        db_id: Of the object that the mutation is for.
        changes: The changes, each with the route by which it is written. See `can_be_whole`.
        employee: As they stand in Xledger.
        table: The field table, as it is for this Xledger.
        system_values: What system values are written by.
    """
    node: InputNode = {"dbId": int(db_id)}
    changing = {change.target for change, _ in changes}
    for change, route in changes:
        for line in table.lines(change.target):
            stands = employee.values.get(line)
            for beside in _ways(route, line, stands, table)[:1] if line not in changing else ():
                _put(node, beside.path, stands)
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


def can_be_whole(route: Route, target: str, employee: Employee, table: FieldTable) -> bool:
    """Whether what an employee has of an address can be sent along when a line of it is written by a route.

    Args:
        route: A way to write the line. Outside an object, each line goes alone.
        target: The line.
        employee: As they stand in Xledger. Where nothing of the address is known to be there, nothing gets lost.
        table: The field table, as it is for this Xledger.
    """
    if not route.is_nested:
        return True
    lines = {line: employee.values.get(line) for line in table.lines(target) if line != target}
    goes_with_others = any(table.routes_beside(route, line) for line in lines)
    is_there = any(isinstance(stands, str) for stands in lines.values())
    if not (goes_with_others and is_there):
        return True
    return all(stands is None or _ways(route, line, stands, table) for line, stands in lines.items())


def _ways(route: Route, line: str, stands: State, table: FieldTable) -> tuple[Route, ...]:
    """The routes by which a line can be sent along as it stands: none where nobody knows what stands there."""
    return table.routes_beside(route, line) if isinstance(stands, str) else ()


def _put(node: InputNode, path: Iterable[str], value: Any) -> None:
    """Sets a value at a path. A reference (`gender.code`) is unset as a whole, since half of one refers to nothing."""
    *parents, key = path
    if parents and value is None:
        node[parents[0]] = None
        return
    for parent in parents:
        node = node.setdefault(parent, {})
    node[key] = value
