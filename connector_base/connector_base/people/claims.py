"""Who came with which key, and who was taken for which object that is written to, throughout a sync."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from connector_base.people.person import InvalidRecord, Person
from shared_mappings import FieldChange, State
from shared_mappings.normal_forms import normalised_email, normalised_key

Subject = Person | InvalidRecord

Claimed = dict[str, str]
"""What was claimed, with the identity of whoever was first."""

Objects = Mapping[str, str | None]
"""The objects that somebody consists of where they are written to: the id of each by its kind, None for no such one."""


@dataclass(frozen=True, slots=True)
class Claims:
    """Remembers everybody who came, also those who were skipped or rejected: nobody else becomes them.

    Attributes:
        of_those_who_left: Whether somebody who has left keeps their e-mail address from others, too. Not where they are
            found by their code alone: others may have the address by now, or be the same person, who has come back.
        addresses_lost: Ids of those whom a plan takes an e-mail address away from, by that as it is compared. In a
            preview it goes on to be shown.
    """

    of_those_who_left: bool = True
    _codes: Claimed = field(default_factory=dict, repr=False)
    _codes_in_any_case: Claimed = field(default_factory=dict, repr=False)
    _addresses: Claimed = field(default_factory=dict, repr=False)
    _objects: defaultdict[str, Claimed] = field(default_factory=lambda: defaultdict(dict), repr=False)
    """By the kind of the object, since ids of two kinds may be the same."""
    _codes_lost: Claimed = field(default_factory=dict, repr=False)
    """Codes, as they are compared, that nobody has any longer, with whoever was taken for who had them."""
    _labels: dict[str, str] = field(default_factory=dict, repr=False)
    _may_be: set[str] = field(default_factory=set, repr=False)
    """Ids of those whom somebody is, or could be."""
    _keys_in_doubt: set[str] = field(default_factory=set, repr=False)
    """Codes in any case, and addresses, of those of whom it is not known who they are."""
    addresses_lost: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set), repr=False)

    def came(self, subject: Subject) -> None:
        """Notes the keys of somebody who came."""
        self._labels[subject.identity] = subject.label
        if subject.code:
            self._codes.setdefault(subject.code, subject.identity)
            self._codes_in_any_case.setdefault(subject.code.casefold(), subject.identity)
        if subject.address and (self.of_those_who_left or not _has_left(subject)):
            self._addresses.setdefault(subject.address, subject.identity)
        if isinstance(subject, InvalidRecord):
            self.in_doubt(subject)

    def in_doubt(self, subject: Subject) -> None:
        """Notes that it is not known who somebody is: whoever has one of their keys could be."""
        self._keys_in_doubt.update(filter(None, (subject.code.casefold(), subject.address)))

    def may_be(self, object_ids: Iterable[str]) -> None:
        """Notes whom somebody is, or could be, whatever becomes of them.

        Args:
            object_ids: The ids by which those are told apart who are there.
        """
        self._may_be.update(object_ids)

    def nobody_is(self, object_id: str, code: State, address: State) -> bool:
        """Whether nobody of those who came is somebody who is there, or could be.

        Args:
            object_id: Their id.
            code: Their code, as it stands there.
            address: Their e-mail address, likewise.
        """
        keys = {
            normalised_key(code).casefold() if isinstance(code, str) else "",
            normalised_email(address) if isinstance(address, str) else "",
        }
        return object_id not in self._may_be and not keys & self._keys_in_doubt

    def first_with_code(self, person: Person) -> str | None:
        """The label of somebody else who came before with the same employment ID; None when there is nobody."""
        return self._other(self._codes.get(person.code), person)

    def first_with_code_alike(self, person: Person) -> str | None:
        """The label of somebody else who came before with the same employment ID in any case; None for nobody."""
        return self._other(self._codes_in_any_case.get(person.code.casefold()), person)

    def first_with_address(self, person: Person) -> str | None:
        """The label of somebody else who came before with the same e-mail address; None when there is nobody."""
        return self._other(self._addresses.get(person.address), person)

    def first_taken_for(self, objects: Objects, person: Person) -> str | None:
        """The label of somebody else who leads to one of the same objects; None for nobody."""
        firsts = (self._objects[kind].get(object_id or "") for kind, object_id in objects.items())
        others = (self._other(first, person) for first in firsts)
        return next((other for other in others if other is not None), None)

    def take(self, person: Person, objects: Objects) -> None:
        """Takes a person for somebody, and so for all the objects that they consist of."""
        self._labels[person.identity] = person.label
        for kind, object_id in objects.items():
            if object_id is not None:
                self._objects[kind].setdefault(object_id, person.identity)

    def take_address(self, person: Person) -> None:
        """Gives a person their e-mail address, who is added with it, unless somebody else has claimed it."""
        self._labels[person.identity] = person.label
        self._addresses.setdefault(person.address, person.identity)

    def loses_code(self, person: Person, code: str) -> None:
        """Notes that somebody has another code than a person's who was taken for them: it is not for anybody else.

        Args:
            person: The person.
            code: The code they have, as it is compared; empty for none.
        """
        if code and code != person.code:
            self._codes_lost.setdefault(code, person.identity)

    def first_renumbered(self, person: Person) -> str | None:
        """The label of somebody else who was taken for whoever had a person's code; None for nobody."""
        return self._other(self._codes_lost.get(person.code), person)

    def loses_address(self, object_id: str, changes: Iterable[FieldChange], place: str) -> None:
        """Notes the e-mail address that planned changes take away from somebody: from now on it is nobody's.

        Args:
            object_id: Their id.
            changes: The changes.
            place: Where an address is written.
        """
        for change in changes:
            if change.target == place and change.before is not None:
                self.addresses_lost[normalised_email(change.before)].add(object_id)

    def _other(self, identity: str | None, person: Person) -> str | None:
        """The label of somebody, unless it is nobody or the person."""
        return None if identity is None or identity == person.identity else self._labels[identity]


def _has_left(subject: Subject) -> bool:
    """Whether somebody has left, as far as the record can be read."""
    return isinstance(subject, Person) and subject.desired.left
