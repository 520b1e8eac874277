"""How reports name the two systems of a sync, and those who are in each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from connector_base.people.person import Person
from shared_mappings import Direction


@dataclass(frozen=True, slots=True)
class Sides:
    """The record's side, and that of the system that is written to.

    Attributes:
        direction: Which way values go; it says how reports call the side that is written.
        came_as: The key of a record's id, such as `user`.
        there_as: The key of the id of whoever is written, such as `employee`.
        id_of: The id of somebody who is there.
        in_huma: The whole record in Huma of somebody who came, and of whoever they are there; None where none is known.
    """

    direction: Direction
    came_as: str
    there_as: str
    id_of: Callable[[Any], str]
    in_huma: Callable[[Person, Any], Mapping[str, Any] | None]

    @property
    def theirs(self) -> str:
        """The key of a value of the system that is written to."""
        return self.direction.written.value
