"""Whom decisions are about, of those who come."""

from dataclasses import dataclass, field

from connector_base.people.person import InvalidRecord, Person
from shared_mappings import About, Decisions


@dataclass(frozen=True, slots=True)
class DecidedUsers:
    """Users about whom an administrator took decisions.

    Attributes:
        decisions: Those that are about nobody if the person does not come; none where not everybody comes.
    """

    decisions: Decisions
    _came: set[str] = field(default_factory=set)
    """Who came of those that they are about, by id."""

    def came(self, subject: Person | InvalidRecord) -> None:
        """Notes that somebody came."""
        self._came.update(self.decisions.users & {subject.identity})

    def about_nobody(self) -> frozenset[About]:
        """The decisions that are about people who did not come."""
        return self.decisions.about_nobody(users=self._came)
