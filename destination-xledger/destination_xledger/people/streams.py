"""What the streams may carry that this destination takes."""

from typing import Final

from connector_base.people.streams import Carried, Keys, Kind
from destination_xledger.xledger import XLEDGER
from shared_mappings import (
    NO_DECISIONS,
    Decisions,
    FieldTable,
    Options,
    desired_from_employee,
    desired_from_user,
    employee_schema,
    used_of_employee,
    used_of_users,
    users_schema,
)

USERS: Final = "users"
EMPLOYEE: Final = "employee"


def carried(table: FieldTable, options: Options, decisions: Decisions = NO_DECISIONS) -> Carried:
    """Huma's stream of users, and whatever is mapped onto the object `employee`.

    Args:
        table: The field table.
        options: Settings that change what a value becomes.
        decisions: What was decided about people in Huma.
    """
    users = Kind(
        users_schema()["properties"].keys(),
        used_of_users(table),
        lambda record, changed: desired_from_user(record, table, options, changed),
        Keys.of(table, lambda rule: rule.record),
        has_ids=True,
        ruled=decisions.about_user,
    )
    employees = Kind(
        employee_schema()["properties"].keys(),
        used_of_employee(table),
        lambda record, changed: desired_from_employee(record, table, options, changed),
        Keys.of(table, lambda rule: rule.employee),
        has_ids=False,
    )
    return Carried(
        {USERS: users, EMPLOYEE: employees},
        XLEDGER,
        f"Select only Huma's stream {USERS}, or map the stream onto the object {EMPLOYEE}.",
    )
