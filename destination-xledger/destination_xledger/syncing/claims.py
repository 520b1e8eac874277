"""Who came with which key, and who leads to which object in Xledger, throughout a sync."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from destination_xledger.people.person import InvalidRecord, Person
from shared_mappings import Employee, FieldChange
from shared_mappings.desired import EMAIL
from shared_mappings.normal_forms import normalised_email

Subject = Person | InvalidRecord

Claimed = dict[str, str]
"""What was claimed, with the identity of whoever was first."""


@dataclass(frozen=True, slots=True)
class Claims:
    """Remembers everybody who came, also those who were skipped or rejected: nobody else becomes them.

    Attributes:
        addresses_lost: dbIds of employees by an e-mail address, as it is compared, that a plan takes away from them.
            In a preview Xledger goes on to show it.
    """

    _codes: Claimed = field(default_factory=dict, repr=False)
    _codes_in_any_case: Claimed = field(default_factory=dict, repr=False)
    _addresses: Claimed = field(default_factory=dict, repr=False)
    _objects: defaultdict[str, Claimed] = field(default_factory=lambda: defaultdict(dict), repr=False)
    """By the mutation that writes the object, since dbIds of two kinds may be the same."""
    _codes_lost: Claimed = field(default_factory=dict, repr=False)
    """Codes, as they are compared, that employees have no longer, with whoever was taken for the employee."""
    _labels: dict[str, str] = field(default_factory=dict, repr=False)
    addresses_lost: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set), repr=False)

    def came(self, subject: Subject) -> None:
        """Notes the keys of somebody who came."""
        self._labels[subject.identity] = subject.label
        if subject.code:
            self._codes.setdefault(subject.code, subject.identity)
            self._codes_in_any_case.setdefault(subject.code.casefold(), subject.identity)
        if subject.address:
            self._addresses.setdefault(subject.address, subject.identity)

    def first_with_code(self, person: Person) -> str | None:
        """The label of somebody else who came before with the same employment ID; None when there is nobody."""
        return self._other(self._codes.get(person.code), person)

    def first_with_code_alike(self, person: Person) -> str | None:
        """The label of somebody else who came before with the same employment ID in any case; None for nobody."""
        return self._other(self._codes_in_any_case.get(person.code.casefold()), person)

    def first_with_address(self, person: Person) -> str | None:
        """The label of somebody else who came before with the same e-mail address; None when there is nobody."""
        return self._other(self._addresses.get(person.address), person)

    def first_taken_for(self, employee: Employee, person: Person) -> str | None:
        """The label of somebody else who leads to the same employee, contact or subledger; None for nobody."""
        firsts = (self._objects[mutation].get(db_id or "") for mutation, db_id in employee.db_ids.items())
        others = (self._other(first, person) for first in firsts)
        return next((other for other in others if other is not None), None)

    def take(self, person: Person, employee: Employee) -> None:
        """Takes a person for an employee, and so for its contact and its subledger."""
        self._labels[person.identity] = person.label
        for mutation, db_id in employee.db_ids.items():
            if db_id is not None:
                self._objects[mutation].setdefault(db_id, person.identity)

    def loses_code(self, person: Person, code: str) -> None:
        """Notes that an employee has another code than a person's who was taken for them: it is not for anybody else.

        Args:
            person: The person.
            code: The employee's code, as it is compared; empty for none.
        """
        if code and code != person.code:
            self._codes_lost.setdefault(code, person.identity)

    def first_renumbered(self, person: Person) -> str | None:
        """The label of somebody else who was taken for the employee who had a person's code; None for nobody."""
        return self._other(self._codes_lost.get(person.code), person)

    def loses_address(self, employee: Employee, changes: Iterable[FieldChange]) -> None:
        """Notes the e-mail address that planned changes take away from an employee: from now on it is nobody's."""
        for change in changes:
            if change.target == EMAIL and change.before is not None:
                self.addresses_lost[normalised_email(change.before)].add(employee.db_id)

    def _other(self, identity: str | None, person: Person) -> str | None:
        """The label of somebody, unless it is nobody or the person."""
        return None if identity is None or identity == person.identity else self._labels[identity]
