"""From planned changes to the input nodes of Xledger's mutations. No I/O."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from shared_mappings import Employee, FieldChange, FieldTable

InputNode = dict[str, Any]


def creation_node(changes: Iterable[FieldChange], table: FieldTable) -> InputNode:
    """The node of AddEmployeesInput: what creation takes of a plan. The rest is written in a second step."""
    return {key: change.after for change in changes if (key := table.rule_of[change.target].creation) is not None}


def update_nodes(changes: Iterable[FieldChange], employee: Employee, table: FieldTable) -> Mapping[str, InputNode]:
    """The input node of each mutation that a person's changes need, by the mutation's root field.

    A node holds the dbId of the object that the mutation is for and the changed values alone: a key that is absent
    leaves the value alone, an explicit null unsets it.
    """
    nodes: dict[str, InputNode] = defaultdict(dict)
    for change in changes:
        target = table.targets[change.target]
        if target.mutation is None or target.input is None:
            raise ValueError(f"{change.target} cannot be written")
        node = nodes[target.mutation]
        node["dbId"] = employee.db_ids[target.mutation]
        _put(node, target.input.split("."), change.after)
    return nodes


def _put(node: InputNode, path: list[str], value: str | None) -> None:
    """Sets a value at a path. A reference (`gender.code`) is unset as a whole, since half of one refers to nothing."""
    *parents, key = path
    if parents and value is None:
        node[parents[0]] = None
        return
    for parent in parents:
        node = node.setdefault(parent, {})
    node[key] = value
