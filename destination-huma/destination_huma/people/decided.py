"""Whom decisions are about, of those who come and of those who are in Huma."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from connector_base.people.person import InvalidRecord, Person
from destination_huma.people.streams import employee_of
from shared_mappings import About, Decisions


@dataclass(frozen=True, slots=True)
class DecidedPeople:
    """People about whom an administrator took decisions.

    Attributes:
        decisions: The decisions.
        users: The ids of everybody in Huma; None as long as nobody has looked.
    """

    decisions: Decisions
    users: Callable[[], Collection[str] | None]
    _came: set[str] = field(default_factory=set)
    """The dbIds of those who came."""

    def came(self, subject: Person | InvalidRecord) -> None:
        """Notes that somebody came."""
        if self.decisions and (db_id := employee_of(subject)):
            self._came.add(db_id)

    def about_nobody(self, *, everybody_came: bool) -> frozenset[About]:
        """The decisions that are about people who are in neither system, as far as that was seen."""
        return self.decisions.about_nobody(users=self.users(), employees=self._came if everybody_came else None)
