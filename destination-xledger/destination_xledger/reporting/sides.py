"""How reports of this destination name the two systems."""

from operator import attrgetter
from typing import Final

from connector_base.reporting.sides import Sides
from destination_xledger.settings.field_policies import FORTH

SIDES: Final = Sides(
    FORTH,
    "user",
    "employee",
    attrgetter("db_id"),
    in_huma=lambda person, _: person.whole or None,
    changed=lambda _, employee: employee.modified_at if employee else None,
)
"""Huma's users, and Xledger's employees by their dbIds."""
