"""People on their way: collected until it is worth writing them together, and never kept waiting for long."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from destination_xledger.people.person import Person

LONGEST_WAIT: Final = 300.0
"""Seconds after which a batch is written although it is not full: a source that pauses must not hold people back."""


@dataclass(slots=True)
class Batch:
    """People who will be looked up and planned together; of the same person twice, the later record counts.

    Attributes:
        size: How many make it full.
        now: Seconds on a clock that never goes back.
    """

    size: int
    now: Callable[[], float]
    _people: dict[str, Person] = field(default_factory=dict, repr=False)
    _since: float | None = None
    """Since when somebody has been waiting who came and is not written."""

    def __len__(self) -> int:
        return len(self._people)

    @property
    def is_full(self) -> bool:
        """Whether nobody else fits in."""
        return len(self._people) >= self.size

    @property
    def is_overdue(self) -> bool:
        """Whether somebody has waited long enough, here or where they went from here."""
        return self._since is not None and self.now() - self._since >= LONGEST_WAIT

    def add(self, person: Person) -> None:
        """Takes a person in."""
        if self._since is None:
            self._since = self.now()
        self._people[person.identity] = person

    def take(self) -> list[Person]:
        """Hands the people over, and is empty again. They go on waiting until `settled` is called."""
        people, self._people = list(self._people.values()), {}
        return people

    def settled(self) -> None:
        """Notes that everybody who was handed over is written or rejected."""
        self._since = None
