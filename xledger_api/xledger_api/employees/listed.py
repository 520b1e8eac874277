"""Employees by the least that tells an administrator who they are."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from shared_mappings import MISSING, FieldTable, State
from shared_mappings.dates import has_passed
from shared_mappings.desired import EMAIL, EMPLOYMENT_ID, NAME
from shared_mappings.employee import value_shown
from shared_mappings.states import read_keys
from xledger_api.employees.pages import Node
from xledger_api.language.fitting import shown_at, shows_closed
from xledger_api.language.operations import Path
from xledger_api.language.schema import Schema

_CALLED: Final = ("employee.description", NAME)
"""Where it stands what an employee is called."""


@dataclass(frozen=True, slots=True)
class Listed:
    """An employee on a list.

    Attributes:
        db_id: The employee's own dbId.
        code: The code; None for none, `MISSING` where it is not shown.
        description: What the employee is called, or the subledger where the employee is not; likewise.
        email: The e-mail address of the contact, or of the subledger where the contact has none; likewise.
        closed: Whether the employee was closed before the day of reading; None where that is not shown.
    """

    db_id: str
    code: State = field(repr=False)
    description: State = field(repr=False)
    email: State = field(repr=False)
    closed: bool | None


@dataclass(frozen=True, slots=True)
class Columns:
    """What is read of each employee on a list: traffic is metered.

    Attributes:
        table: The field table, as it is for this Xledger.
        places: What is read at each place, by the place.
        closed: Where it is read who is closed; None where that is not shown.
    """

    table: FieldTable
    places: Mapping[str, Path]
    closed: Path | None

    @classmethod
    def of(cls, table: FieldTable, schema: Schema) -> "Columns":
        """Those that an Xledger shows.

        Args:
            table: The field table, as it is for this Xledger.
            schema: What it has.
        """
        wanted = (EMPLOYMENT_ID, *_CALLED, *table.rule_of[EMAIL].targets)
        places = {place: path for place in wanted for path in shown_at(place, table, schema)}
        return cls(table, places, table.closed_keys if shows_closed(table, schema) else None)

    @property
    def paths(self) -> tuple[Path, ...]:
        """What to ask for."""
        return (("dbId",), *self.places.values(), *((self.closed,) if self.closed else ()))

    def read(self, node: Node, today: date) -> Listed:
        """An employee by what was answered.

        Args:
            node: The answer; it has a dbId.
            today: The day of reading, which tells what has passed.
        """
        return Listed(
            str(node["dbId"]),
            self._first([EMPLOYMENT_ID], node),
            self._first(_CALLED, node),
            self._first(self.table.rule_of[EMAIL].targets, node),
            has_passed(read_keys(node, self.closed), today) if self.closed else None,
        )

    def _first(self, places: Iterable[str], node: Node) -> State:
        """The first value at some places; `MISSING` where nothing is known of any."""
        shown = (place for place in places if place in self.places)
        values = [value_shown(read_keys(node, self.places[place]), self.table.rule_of[place]) for place in shown]
        known = [value for value in values if value is not MISSING]
        return next(filter(None, known), None) if known else MISSING
