"""How reports name the two systems of a sync, and those who are in each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypedDict

from connector_base.people.person import InvalidRecord, Person
from shared_mappings import Direction

IdKey = Literal["user", "employee"]


class Ids(TypedDict):
    """The ids of somebody in both systems; None where they are not there, or nobody knows it."""

    user: str | None
    employee: str | None


@dataclass(frozen=True, slots=True)
class Sides:
    """The record's side, and that of the system that is written to.

    Attributes:
        direction: Which way values go; it says how reports call the side that is written.
        came_as: The key of a record's id, such as `user`.
        there_as: The key of the id of whoever is written, such as `employee`.
        id_of: The id of somebody who is there.
        in_huma: The whole record in Huma, by the person and who they are there; None where none is known.
        changed: When Xledger last changed the employee, as it shows that, likewise; None where it does not.
    """

    direction: Direction
    came_as: IdKey
    there_as: IdKey
    id_of: Callable[[Any], str]
    in_huma: Callable[[Person, Any], Mapping[str, Any] | None]
    changed: Callable[[Person, Any], str | None]

    def ids(self, subject: Person | InvalidRecord, there: str | None = None) -> Ids:
        """The ids of somebody who came.

        Args:
            subject: The person.
            there: The id of who they are there; None for nobody, and where that is not known.
        """
        came, ids = subject.record.get("id"), Ids(user=None, employee=None)
        ids[self.came_as], ids[self.there_as] = came if isinstance(came, str) else None, there
        return ids

    def id_there(self, there: Any) -> str | None:
        """The id of who somebody is in the system that is written to; None for nobody."""
        return None if there is None else self.id_of(there)

    @property
    def theirs(self) -> str:
        """The key of a value of the system that is written to."""
        return self.direction.written.value
