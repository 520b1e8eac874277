"""Whom decisions are about, of those who come."""

from dataclasses import dataclass, field

from connector_base.people.person import InvalidRecord, Person
from shared_mappings import About, Decisions


@dataclass(frozen=True, slots=True)
class DecidedUsers:
    """Users about whom an administrator took decisions.

    Attributes:
        decisions: The decisions.
    """

    decisions: Decisions
    _came: set[str] = field(default_factory=set)
    """Who came of those that they are about, by id."""

    def came(self, subject: Person | InvalidRecord) -> None:
        """Notes that somebody came."""
        self._came.update(self.decisions.users & {subject.identity})

    def about_nobody(self, *, everybody_came: bool) -> frozenset[About]:
        """The decisions that are about people who did not come, where everybody did whom the source has."""
        return self.decisions.about_nobody(users=self._came if everybody_came else None)
