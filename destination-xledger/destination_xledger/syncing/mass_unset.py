"""Whether a sync is about to empty a field of far more people than changed it. No I/O."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from destination_xledger.people.planned import Planned
from shared_mappings import FieldTable

FEW: Final = 20
"""For so many people a field may be unset in any case."""

A_PART: Final = 3
"""Beyond that, for one of so many who have it."""


@dataclass(frozen=True, slots=True)
class MassUnset:
    """A field that would be unset for too many people at once.

    Attributes:
        field: The record's field.
        unset: For how many active people.
        people: How many active people have it in Xledger, these included.
    """

    field: str
    unset: int
    people: int

    @property
    def sentence(self) -> str:
        """What would happen, and what to do about it."""
        return (
            f"This sync would unset {self.field} for {self.unset} of the {self.people} active people who came and have "
            "it in Xledger. So many at once mostly means that the source does not send the field any more: check that "
            "its API key may still see it, that the field is still selected in the connection, and that the host "
            "passes records on as they are. If it is meant, turn on Let a field be unset for "
            "many people at once (allow_mass_unset) for one sync."
        )


@dataclass(slots=True)
class _Counts:
    """People, by field.

    Attributes:
        have: Who have it in Xledger.
        lose: Who would have it no longer.
    """

    have: Counter[str] = field(default_factory=Counter)
    lose: Counter[str] = field(default_factory=Counter)

    def add(self, other: "_Counts") -> None:
        """Counts others as well."""
        self.have += other.have
        self.lose += other.lose

    def too_many(self) -> Iterator[MassUnset]:
        """The fields that too many would lose."""
        for name, losing in self.lose.items():
            if losing > FEW and losing * A_PART > self.have[name]:
                yield MassUnset(name, losing, self.have[name])


@dataclass(frozen=True, slots=True)
class UnsetGuard:
    """Watches what a sync would unset, in each batch and over all batches so far.

    By the batch alone, batches of twenty could empty a field of everybody; by the sync alone, those who came before
    could hide a batch that does.

    Attributes:
        table: The field table.
        allowed: Whether the administrator has said that it is meant.
    """

    table: FieldTable
    allowed: bool = False
    _so_far: _Counts = field(default_factory=_Counts)
    _told: set[str] = field(default_factory=set)

    def watch(self, batch: Iterable[Planned]) -> tuple[MassUnset, ...]:
        """Looks at a batch before any of it is written.

        Returns:
            The fields that would be unset for too many people, each of them once a sync; none where it is allowed.
        """
        counts = self._counted(batch)
        self._so_far.add(counts)
        found = {each.field: each for each in (*self._so_far.too_many(), *counts.too_many())}
        new = tuple(each for name, each in found.items() if name not in self._told and not self.allowed)
        self._told.update(each.field for each in new)
        return new

    def _counted(self, batch: Iterable[Planned]) -> _Counts:
        """Active people who are in Xledger, by the fields that they have there, and by those that they would lose."""
        counts = _Counts()
        for item in batch:
            if item.there is None or not item.person.desired.active:
                continue
            values = item.there.values
            counts.have.update(
                rule.fields[0]
                for rule in self.table.rules
                if rule.may_be_unset and any(isinstance(values[target], str) for target in rule.targets)
            )
            counts.lose.update({change.field for change in item.plan.changes if change.after is None})
        return counts
