"""Who came with which key, and who leads to which object in Xledger, throughout a sync."""

from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field

from destination_xledger.people.person import InvalidRecord, Person
from shared_mappings import Employee, FieldChange
from shared_mappings.comparators import normalised_email
from shared_mappings.desired import EMAIL

Subject = Person | InvalidRecord

Claimed = dict[Hashable, tuple[str, str]]
"""What was claimed, with the identity and the label of whoever was first."""


@dataclass(frozen=True, slots=True)
class Claims:
    """Remembers everybody who came, also those who were skipped or rejected: nobody else becomes them.

    Attributes:
        addresses_lost: dbIds of employees by an e-mail address, as it is compared, that a plan takes away from them.
            In a preview Xledger goes on to show it.
    """

    _codes: Claimed = field(default_factory=dict, repr=False)
    _addresses: Claimed = field(default_factory=dict, repr=False)
    _objects: Claimed = field(default_factory=dict, repr=False)
    addresses_lost: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set), repr=False)

    def came(self, subject: Subject) -> None:
        """Notes the keys of somebody who came."""
        if subject.code:
            _claim(self._codes, subject.code, subject)
        if subject.address:
            _claim(self._addresses, subject.address, subject)

    def first_with_code(self, person: Person) -> str | None:
        """The label of somebody else who came before with the same employment ID; None when there is nobody."""
        return _other(self._codes, person.code, person)

    def first_with_address(self, person: Person) -> str | None:
        """The label of somebody else who came before with the same e-mail address; None when there is nobody."""
        return _other(self._addresses, person.address, person)

    def first_taken_for(self, employee: Employee, person: Person) -> str | None:
        """The label of somebody else who leads to the same employee, contact or subledger; None for nobody."""
        others = (_other(self._objects, key, person) for key in _objects_of(employee))
        return next((other for other in others if other is not None), None)

    def take(self, person: Person, employee: Employee) -> None:
        """Takes a person for an employee, and so for its contact and its subledger."""
        for key in _objects_of(employee):
            _claim(self._objects, key, person)

    def loses_address(self, employee: Employee, changes: Iterable[FieldChange]) -> None:
        """Notes the e-mail address that planned changes take away from an employee: from now on it is nobody's."""
        for change in changes:
            if change.target == EMAIL and change.before is not None:
                self.addresses_lost[normalised_email(change.before)].add(employee.db_id)


def _objects_of(employee: Employee) -> list[tuple[str, str]]:
    """An employee's objects: each by the mutation that writes it, since dbIds of two kinds may be the same."""
    return [(mutation, db_id) for mutation, db_id in employee.db_ids.items() if db_id is not None]


def _claim(claimed: Claimed, what: Hashable, subject: Subject) -> None:
    claimed.setdefault(what, (subject.identity, subject.label))


def _other(claimed: Claimed, what: Hashable, person: Person) -> str | None:
    identity, label = claimed.get(what, (person.identity, ""))
    return None if identity == person.identity else label
