"""How reports of this destination name the two systems."""

from connector_base.reporting.sides import Sides
from shared_mappings import Employee, FieldTable, to_xledger


def sides(table: FieldTable) -> Sides:
    """Huma's users, and Xledger's employees by their dbIds.

    Args:
        table: The field table.
    """
    return Sides(to_xledger(table), "user", "employee", _db_id)


def _db_id(employee: Employee) -> str:
    return employee.db_id
