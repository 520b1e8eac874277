"""People on their way: collected until it is worth writing them together, and never kept waiting for long."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from connector_base.people.person import Person

LONGEST_WAIT: Final = 60.0
"""Seconds after which a batch is written although it is not full: a slow source must not hold people back."""


@dataclass(slots=True)
class Batch:
    """People who are looked up, planned and written together; the same person twice is there once.

    Attributes:
        size: How many make it full.
        now: Seconds on a clock that never goes back.
    """

    size: int
    now: Callable[[], float]
    _people: dict[str, Person] = field(default_factory=dict, repr=False)
    _since: float = 0.0
    """Since when the first of them has been waiting."""

    def __len__(self) -> int:
        return len(self._people)

    @property
    def is_due(self) -> bool:
        """Whether it is to be written: nobody else fits in, or somebody has waited long enough."""
        full = len(self._people) >= self.size
        return full or (bool(self._people) and self.now() - self._since >= LONGEST_WAIT)

    def add(self, person: Person) -> None:
        """Takes a person in. Of somebody with an id the later record counts; others are merged key by key."""
        if not self._people:
            self._since = self.now()
        earlier = self._people.get(person.identity)
        self._people[person.identity] = person if earlier is None else person.after(earlier)

    def take(self) -> list[Person]:
        """Hands the people over, and is empty again."""
        people, self._people = list(self._people.values()), {}
        return people
