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


def wiped(
    planned: Collection[str], employee: Employee, now: Mapping[str, State], table: FieldTable
) -> tuple[FieldChange, ...]:
    """The values that are gone although they were not sent.

    A key that is absent leaves the value alone: nobody has seen that. If it did not, going on would wipe data.

    Args:
        planned: The targets that are to be written, by this mutation or by another one.
        employee: As they were before.
        now: What the answer shows, by target.
        table: The field table.
    """
    gone = []
    for target, value in now.items():
        before = employee.values[target]
        if target not in planned and value is None and isinstance(before, str):
            (field, *_) = (table.rule_of[line].fields[0] for line in table.lines(target) if line in table.rule_of)
            gone.append(FieldChange(field, target, before, None))
    return tuple(gone)


def stopped_by(gone: FieldChange, mutation: str, employee: Employee) -> Exception:
    """The error with which a sync ends when a value is gone.

    Args:
        gone: The value.
        mutation: What was sent.
        employee: Whose value it was.
    """
    return system_error(
        f"Xledger unset {gone.target} of the employee with dbId {employee.db_id}, although {mutation} did not send "
        "it. The sync stops so that nothing more gets lost. If somebody unset it in Xledger at this very time, "
        "run the sync again; if nobody did, restore the value from Xledger's log, and report this before you "
        "sync again."
    )
