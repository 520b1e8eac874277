"""What the streams may carry that this destination takes."""

from datetime import date
from typing import Final

from connector_base.people.person import InvalidRecord, Person
from connector_base.people.streams import Carried, Keys, Kind
from destination_huma.huma import HUMA
from shared_mappings import (
    FieldTable,
    Options,
    desired_from_employee,
    desired_from_user,
    employees_schema,
    used_of_employees,
    used_of_user,
    user_schema,
)

EMPLOYEES: Final = "employees"
USER: Final = "user"


def carried(table: FieldTable, options: Options, today: date) -> Carried:
    """Xledger's stream of employees, and whatever is mapped onto the object `user`.

    Args:
        table: The field table.
        options: Settings that change what a value becomes.
        today: The day it is, before which an employment has ended.
    """
    employees = Kind(
        employees_schema()["properties"].keys(),
        used_of_employees(table),
        lambda record, changed: desired_from_employee(record, table, options, changed, today),
        Keys.of(table, lambda rule: rule.employee),
        has_ids=True,
    )
    users = Kind(
        user_schema()["properties"].keys(),
        used_of_user(table),
        lambda record, changed: desired_from_user(record, table, options, changed, today),
        Keys.of(table, lambda rule: rule.record),
        has_ids=False,
    )
    return Carried(
        {EMPLOYEES: employees, USER: users},
        HUMA,
        f"Select only Xledger's stream {EMPLOYEES}, or map the stream onto the object {USER}.",
    )


def employee_of(subject: Person | InvalidRecord) -> str | None:
    """The dbId of the employee whose record somebody came with; None where the record is none of Xledger's."""
    db_id = subject.record.get("id")
    return db_id if isinstance(db_id, str) else None
