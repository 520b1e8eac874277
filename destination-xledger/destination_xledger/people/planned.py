"""A person and the employee they are."""

from dataclasses import dataclass

from connector_base.people import person
from shared_mappings import Employee


@dataclass(frozen=True, slots=True)
class Planned(person.Planned[Employee]):
    """A person, who they are in Xledger, and what is to be done."""
