"""How reports of this destination name the two systems."""

from operator import attrgetter
from typing import Final

from connector_base.people.person import Person
from connector_base.reporting.sides import Sides
from destination_huma.settings.field_policies import BACK


def _changed(person: Person, _: object) -> str | None:
    """When Xledger last changed the employee, as its stream of employees says."""
    changed = person.whole.get("modifiedAt")
    return changed if isinstance(changed, str) else None


SIDES: Final = Sides(
    BACK,
    "employee",
    "user",
    attrgetter("user_id"),
    in_huma=lambda _, user: user.record if user else None,
    changed=_changed,
)
"""Xledger's employees by their dbIds, and Huma's users."""
