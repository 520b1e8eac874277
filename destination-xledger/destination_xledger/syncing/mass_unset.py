"""Whether a sync is about to empty a field of far more people than changed it. No I/O."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from time import monotonic
from typing import Final

from destination_xledger.people.planned import Planned
from shared_mappings import Employee, FieldTable

FEW: Final = 20
"""For so many people a field may be unset in any case."""

A_PART: Final = 3
"""Beyond that, for one of so many who have it."""

A_DAY: Final = 24 * 60 * 60.0
"""Seconds. For so long it counts who came, where one process runs many syncs of few people."""


@dataclass(frozen=True, slots=True)
class MassUnset:
    """A field that would be unset for too many people at once.

    Attributes:
        field: The record's field.
        unset: For how many active people.
        people: How many active people have it in Xledger, these included.
        in_a_day: Whether some of them may have come in syncs before this one.
    """

    field: str
    unset: int
    people: int
    in_a_day: bool = False

    @property
    def sentence(self) -> str:
        """What would happen, and what to do about it."""
        came = "came within a day" if self.in_a_day else "came"
        return (
            f"This sync would unset {self.field} for {self.unset} of the {self.people} active people who {came} and "
            "have it in Xledger. So many at once mostly means that the source does not send the field any more: check "
            "that its API key may still see it, that the field is still selected in the connection, and that the host "
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

    def add(self, one: "_One") -> None:
        """Counts somebody as well."""
        self.have.update(one.have)
        self.lose.update(one.lose)

    def take_away(self, one: "_One") -> None:
        """Counts somebody no longer."""
        self.have.subtract(one.have)
        self.lose.subtract(one.lose)

    def too_many(self) -> Iterator[tuple[str, int, int]]:
        """The fields that too many would lose, with how many they are, and how many have it."""
        for name, losing in self.lose.items():
            if losing > FEW and losing * A_PART > self.have[name]:
                yield name, losing, self.have[name]


@dataclass(frozen=True, slots=True)
class _One:
    """The fields of an active person that can be unset.

    Attributes:
        have: Those that they have in Xledger.
        lose: Those that they would have no longer.
    """

    have: tuple[str, ...]
    lose: tuple[str, ...]


@dataclass(slots=True)
class CameLately:
    """Who came to the syncs that one process runs with the same settings, one after the other, within a day.

    Where a sync is of one person of whom Huma has just told, or of a few, each by itself would empty a field of nobody
    but them, and all of them together of everybody. Each person counts once, by what was last seen of them: one who is
    tried again is not one more.

    Attributes:
        now: Seconds on a clock that never goes back.
    """

    now: Callable[[], float] = monotonic
    _people: dict[str, tuple[float, _One]] = field(default_factory=dict, init=False)
    _kinds: dict[_One, _One] = field(default_factory=dict, init=False)
    """Of people who have and lose the same, one: in a large organisation they are many."""
    _counts: _Counts = field(default_factory=_Counts, init=False)

    def add(self, identity: str, one: _One) -> None:
        """Counts somebody, by what is seen of them now."""
        if (before := self._people.pop(identity, None)) is not None:
            self._counts.take_away(before[1])
        one = self._kinds.setdefault(one, one)
        self._people[identity] = (self.now(), one)  # behind all who came before
        self._counts.add(one)

    def is_anybody(self) -> bool:
        """Whether anybody came; whoever came longer ago than a day is forgotten first."""
        since = self.now() - A_DAY
        while (oldest := next(iter(self._people), None)) is not None and self._people[oldest][0] < since:
            self._counts.take_away(self._people.pop(oldest)[1])
        return bool(self._people)

    def too_many(self) -> Iterator[tuple[str, int, int]]:
        """As for a batch."""
        return self._counts.too_many()


@dataclass(slots=True)
class UnsetGuard:
    """Watches what a sync would unset, in each batch and over all batches so far, those of earlier syncs included.

    By the batch alone, batches of twenty could empty a field of everybody; by all together alone, those who came before
    could hide a batch that does.

    Attributes:
        table: The field table.
        allowed: Whether the administrator has said that it is meant.
        lately: Who came before, in syncs of the same process and settings.
    """

    table: FieldTable
    allowed: bool = False
    lately: CameLately = field(default_factory=CameLately)
    _told: set[str] = field(default_factory=set, init=False)
    _in_a_day: bool = field(init=False)

    def __post_init__(self) -> None:
        self._in_a_day = self.lately.is_anybody()

    def watch(self, batch: Iterable[Planned]) -> tuple[MassUnset, ...]:
        """Looks at a batch before any of it is written.

        Returns:
            The fields that would be unset for too many people, each of them once a sync; none where it is allowed.
        """
        counts = _Counts()
        for item in batch:
            if item.there is not None and item.person.desired.active:
                one = self._one(item, item.there)
                counts.add(one)
                self.lately.add(item.identity, one)
        found = {
            each.field: each
            for each in (
                *(MassUnset(*of, in_a_day=self._in_a_day) for of in self.lately.too_many()),
                *(MassUnset(*of) for of in counts.too_many()),
            )
        }
        new = tuple(
            each for name, each in found.items() if counts.lose[name] and name not in self._told and not self.allowed
        )
        self._told.update(each.field for each in new)
        return new

    def _one(self, item: Planned, there: Employee) -> _One:
        """What somebody has who is in Xledger, and what they would lose."""
        return _One(
            tuple(
                rule.fields[0]
                for rule in self.table.rules
                if rule.may_be_unset and any(isinstance(there.values[target], str) for target in rule.targets)
            ),
            tuple(sorted({change.field for change in item.plan.changes if change.after is None})),
        )
