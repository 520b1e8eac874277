"""A person and the user they are."""

from dataclasses import dataclass

from connector_base.people import person
from shared_mappings import User


@dataclass(frozen=True, slots=True)
class Planned(person.Planned[User]):
    """A person, who they are in Huma, and what is to be done."""
