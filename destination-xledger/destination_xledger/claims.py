"""Who was taken for which employee, and who gives or gets which code, throughout a sync."""

from dataclasses import dataclass, field

from destination_xledger.people import Person
from shared_mappings import Employee
from shared_mappings.comparators import normalised_text
from shared_mappings.desired import EMPLOYMENT_ID

Claimed = dict[str, tuple[str, str]]
"""What was claimed, with the identity and the label of whoever was first."""


@dataclass(frozen=True, slots=True)
class Claims:
    """Remembers everybody, so it holds no more than it takes to tell people apart and to name them."""

    _employees: Claimed = field(default_factory=dict, repr=False)
    _codes: Claimed = field(default_factory=dict, repr=False)

    def employee(self, person: Person, employee: Employee) -> str | None:
        """Takes a person for an employee, who may lose a code by that.

        A code that is lost in a sync is not given to somebody new in the same sync.

        Returns:
            The label of somebody else who was taken for that employee before; None when there is nobody.
        """
        other = _claim(self._employees, employee.db_id, person)
        lost = employee.values[EMPLOYMENT_ID]
        if other is None and isinstance(lost, str) and normalised_text(lost) != code_of(person):
            _claim(self._codes, normalised_text(lost), person)
        return other

    def code(self, person: Person) -> str | None:
        """Keeps the person's code for them, under which they are about to be added.

        Returns:
            The label of somebody else who gives or gets that code; None when there is nobody.
        """
        return _claim(self._codes, code_of(person), person)

    def added(self, person: Person, employee: Employee) -> None:
        """Takes a person for the employee who was added for them. From now on Xledger tells who has the code."""
        _claim(self._employees, employee.db_id, person)
        del self._codes[code_of(person)]


def code_of(person: Person) -> str:
    """A person's employment ID as it is compared; empty for none."""
    return normalised_text(person.desired.employment_id or "")


def _claim(claimed: Claimed, what: str, person: Person) -> str | None:
    identity, label = claimed.setdefault(what, (person.identity, person.label))
    return None if identity == person.identity else label
