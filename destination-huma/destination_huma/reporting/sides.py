"""How reports of this destination name the two systems."""

from operator import attrgetter
from typing import Final

from connector_base.reporting.sides import Sides
from destination_huma.settings.field_policies import BACK

SIDES: Final = Sides(BACK, "employee", "user", attrgetter("user_id"), lambda _, user: user.record if user else None)
"""Xledger's employees by their dbIds, and Huma's users."""
