"""Who was taken for which employee, and who gives or gets which code, throughout a sync."""

import sys
from collections.abc import Iterable
from dataclasses import dataclass, field

from destination_xledger.people.person import Person
from shared_mappings import Employee, FieldChange
from shared_mappings.comparators import normalised_text
from shared_mappings.desired import EMAIL, EMPLOYMENT_ID

Claimed = dict[str, tuple[str, str]]
"""What was claimed, with the identity of whoever was first, and what their label has before that or in its place.

It is kept for everybody, and most labels are the stream's name and the identity: so the name is kept once for all.
"""


@dataclass(frozen=True, slots=True)
class Claims:
    """Remembers everybody, so it holds no more than it takes to tell people apart and to name them."""

    _employees: Claimed = field(default_factory=dict, repr=False)
    _codes: Claimed = field(default_factory=dict, repr=False)
    readdressed: set[str] = field(default_factory=set, repr=False)
    """dbIds of employees who would have another e-mail address after a preview, which Xledger goes on to show."""

    def employee(self, person: Person, employee: Employee) -> str | None:
        """Takes a person for an employee, who may lose a code by that.

        A code that is lost in a sync is not given to somebody else in the same sync.

        Returns:
            The label of somebody else who was taken for that employee before; None when there is nobody.
        """
        other = _claim(self._employees, employee.db_id, person)
        lost = employee.values[EMPLOYMENT_ID]
        if other is None and isinstance(lost, str) and normalised_text(lost) != code_of(person):
            _claim(self._codes, normalised_text(lost), person)
        return other

    def taken_for(self, db_ids: Iterable[str], person: Person) -> str | None:
        """Asks for somebody else who was taken for one of some employees, and takes nobody for them.

        Returns:
            Their label; None when there is nobody.
        """
        others = (_first(self._employees, db_id, person) for db_id in db_ids)
        return next((other for other in others if other is not None), None)

    def code(self, person: Person) -> str | None:
        """Keeps the person's code for them, which they are about to get: added under it, or by an update.

        Returns:
            The label of somebody else who gives or gets that code; None when there is nobody.
        """
        return _claim(self._codes, code_of(person), person)

    def previewed(self, employee: Employee, changes: Iterable[FieldChange]) -> None:
        """Notes what Xledger would show of an employee if the changes had been written."""
        if any(change.target == EMAIL for change in changes):
            self.readdressed.add(employee.db_id)

    def added(self, person: Person, employee: Employee) -> None:
        """Takes a person for the employee who was added for them."""
        _claim(self._employees, employee.db_id, person)
        self.written(person)

    def written(self, person: Person) -> None:
        """Lets go of the code that a person got: from now on Xledger tells who has it."""
        if self._codes.get(code_of(person), ("",))[0] == person.identity:
            del self._codes[code_of(person)]


def code_of(person: Person) -> str:
    """A person's employment ID as it is compared; empty for none."""
    return normalised_text(person.desired.employment_id or "")


def _claim(claimed: Claimed, what: str, person: Person) -> str | None:
    rest = sys.intern(person.label.removesuffix(person.identity))
    claimed.setdefault(what, (person.identity, rest))
    return _first(claimed, what, person)


def _first(claimed: Claimed, what: str, person: Person) -> str | None:
    """The label of whoever was first; None when that is the person, or nobody."""
    identity, rest = claimed.get(what, (person.identity, ""))
    if identity == person.identity:
        return None
    return f"{rest}{identity}" if rest.endswith(" ") else rest
