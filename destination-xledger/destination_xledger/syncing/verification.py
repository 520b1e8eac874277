"""What came back of an update, against what was sent and what is taken for granted. No I/O."""

from collections.abc import Collection, Mapping
from enum import Enum
from typing import Any

from connector_base.failures import system_error
from shared_mappings import MISSING, Employee, FieldChange, FieldTable, State
from shared_mappings.employee import value_shown
from shared_mappings.states import read_keys
from xledger_api.employees.system_values import SystemValues


class Seen(Enum):
    """What an answer shows of a value that was sent."""

    WRITTEN = "the value, or nothing"
    UNMOVED = "what was there before, or in place of nothing a value"
    ANOTHER = "something else"


def seen(change: FieldChange, now: State, table: FieldTable) -> Seen:
    """What became of a change.

    Args:
        change: What was sent.
        now: What the answer shows at its target; `MISSING` where it shows nothing.
        table: The field table.
    """
    if now is MISSING or table.rule_of[change.target].same(change.after, now):
        return Seen.WRITTEN
    return Seen.UNMOVED if now == change.before or change.after is None else Seen.ANOTHER


def shown_after(
    mutation: str, target: str, node: Mapping[str, Any], table: FieldTable, system_values: SystemValues
) -> State:
    """What the node of an answer shows at a target.

    Args:
        mutation: What was answered. Its node is the object that it is for.
        target: A path in the type Employee.
        node: The node.
        table: The field table.
        system_values: What system values are called.
    """
    keys = table.place_keys[target]
    home = table.db_id_keys[mutation][:-1]
    there = read_keys(node, keys[len(home) :] if keys[: len(home)] == home else keys)
    return system_values.called(there) if isinstance(there, Mapping) else value_shown(there, table.rule_of.get(target))


def wiped(mutation: str, planned: Collection[str], employee: Employee, now: Mapping[str, State]) -> Exception | None:
    """The error with which a sync ends when a value that was not sent is gone; None when none is.

    A key that is absent leaves the value alone: nobody has seen that. If it did not, going on would wipe data.

    Args:
        mutation: What was sent.
        planned: The targets that are to be written, by it or by another mutation.
        employee: As they were before.
        now: What the answer shows, by target.
    """
    for target, value in now.items():
        if target not in planned and value is None and isinstance(employee.values[target], str):
            return system_error(
                f"Xledger unset {target} of the employee with dbId {employee.db_id}, although {mutation} did not send "
                "it. The sync stops so that nothing more gets lost. If somebody unset it in Xledger at this very time, "
                "run the sync again; if nobody did, restore the value from Xledger's log, and report this before you "
                "sync again."
            )
    return None
