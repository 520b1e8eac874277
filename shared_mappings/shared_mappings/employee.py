"""An employee as they stand in Xledger."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from shared_mappings.dates import has_passed
from shared_mappings.field_table import FieldTable, Rule
from shared_mappings.normal_forms import as_text
from shared_mappings.states import MISSING, State, read_keys

SystemValue = Mapping[str, Any]
"""One of Xledger's system values, with its `dbSubId`, `code` and `name`, as far as they are shown."""


def code_or_name(value: SystemValue) -> State:
    """What a system value is called: its code, and its name where it has none; `MISSING` where it has neither."""
    return as_text(value.get("code")) or as_text(value.get("name")) or MISSING


@dataclass(frozen=True, slots=True)
class Employee:
    """The current values of an employee.

    Attributes:
        db_ids: The dbId each mutation wants, by the name of the mutation; None where Xledger has no such object.
        values: The value at each target of the field table and in each kept line; None where Xledger has nothing,
            `MISSING` where the object that would hold it is not there or cannot be seen.
        closed: Whether the employee was closed before the day of reading. False where that cannot be seen.
        left: Whether the employment had ended by then, or the employee was closed; likewise.
        modified_at: When Xledger last changed the employee, as it shows that: wall time of Central Europe; None where
            it was not read, or is not shown. Facts: it need not move when the contact or the subledger changes.
    """

    db_ids: Mapping[str, str | None]
    values: Mapping[str, State] = field(repr=False)
    closed: bool = False
    left: bool = False
    modified_at: str | None = None

    @property
    def formless(self) -> frozenset[str]:
        """The places whose value has no form in Xledger: none, for it stands there."""
        return frozenset()

    @property
    def db_id(self) -> str:
        """The employee's own dbId, by which messages name the employee."""
        return str(self.db_ids["updateEmployees"])

    def known_of(self, rule: Rule) -> tuple[State, ...]:
        """The values of a row, one for each of its targets, by which a person is told from another."""
        return tuple(self.values[target] for target in rule.targets)

    @classmethod
    def from_node(
        cls,
        node: Mapping[str, Any],
        table: FieldTable,
        called: Callable[[SystemValue], State] = code_or_name,
        today: date = date.min,
    ) -> "Employee":
        """Reads a node of the GraphQL type Employee.

        Args:
            node: The node with everything the look-up asks for. A dbId may be a number or a numeric string.
            table: The field table, which says what to read.
            called: What a system value is called in the settings.
            today: The day of reading, which tells what has passed; by default nothing has.
        """
        db_ids = {mutation: _db_id(read_keys(node, keys)) for mutation, keys in table.db_id_keys.items()}
        values: dict[str, State] = {}
        for name, keys in table.place_keys.items():
            there = read_keys(node, keys) if db_ids[table.homes[name]] is not None else MISSING
            rule = table.rule_of.get(name)
            values[name] = called(there) if isinstance(there, Mapping) else value_shown(there, rule)
        closed = has_passed(read_keys(node, table.closed_keys), today)
        return cls(db_ids, values, closed, closed or has_passed(read_keys(node, table.left_keys), today))


def value_shown(value: Any, rule: Rule | None) -> State:
    """What Xledger has, by what it shows at a target: text that shows nothing is nothing, a number is its digits.

    Args:
        value: What stands in a node; `MISSING` where nothing does.
        rule: The row of the field table that the target belongs to, which knows what stands for nothing; None where it
            belongs to none.
    """
    text = as_text(value)
    return None if isinstance(text, str) and rule is not None and rule.stands_for_none(text) else text


def _db_id(value: Any) -> str | None:
    return None if value is None or value is MISSING else str(value)
