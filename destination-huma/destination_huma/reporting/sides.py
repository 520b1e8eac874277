"""How reports of this destination name the two systems."""

from connector_base.reporting.sides import Sides
from destination_huma.settings.field_policies import BACK
from shared_mappings import User


def sides() -> Sides:
    """Xledger's employees by their dbIds, and Huma's users."""
    return Sides(BACK, "employee", "user", _user_id)


def _user_id(user: User) -> str:
    return user.user_id
