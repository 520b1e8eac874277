"""Finding what is wrong with a batch, or what makes it too large, in few requests."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

T = TypeVar("T")


MOST_REFUSALS: Final = 150
"""How often parts of one batch may be refused before what is refused is split no further."""


@dataclass(frozen=True, slots=True)
class Rest(Generic[T]):
    """What is left of a batch that was tried.

    Attributes:
        items: What was not carried out; none when all was, or when what was refused is dealt with.
        refused: Whether something among them was refused, so that it is sure to be refused again.
        suspect: The one of them that seems to be to blame.
        again: Whether they are no longer what was refused, and are worth trying as they are.
    """

    items: Sequence[T] = ()
    refused: bool = False
    suspect: T | None = None
    again: bool = False


CarryOut = Callable[[Sequence[T], bool], Rest[T]]
"""`(batch, last) -> what is left of it`. What is refused the last time is to be dealt with then and there."""


def sift(batch: Sequence[T], carry_out: CarryOut[T], most_refusals: int = MOST_REFUSALS) -> None:
    """Carries a batch out: whole, and what is left of it in parts, until nothing is left.

    A suspect is tried alone, and the others together. Otherwise a third is tried, and then the rest: finding the one
    that is refused takes several requests where it is in the first part, and one where it is not, so that the first
    part should be the smaller one.

    Args:
        batch: What is to be carried out; nothing is done about an empty one.
        carry_out: Carries out a batch or a part of it.
        most_refusals: After so many, each part that is left is tried once more, and what is refused then is refused
            together.
    """
    if batch:
        _Sieve(carry_out, most_refusals).sift(batch)


@dataclass(slots=True)
class _Sieve(Generic[T]):
    carry_out: CarryOut[T]
    refusals_left: int

    def sift(self, batch: Sequence[T]) -> bool:
        """Carries a batch out, and tells whether all of it was carried out at once."""
        rest = self._try(batch)
        if len(batch) == 1:
            return not rest.refused
        at_once = not rest.items and not rest.refused
        while rest.suspect is not None:
            suspect, others = rest.suspect, [item for item in rest.items if item is not rest.suspect]
            rest = Rest(others, refused=True)
            if self._try([suspect]).refused:
                rest = self._try(others) if others else Rest()
        self._part(rest.items, refused=rest.refused)
        return at_once

    def _try(self, batch: Sequence[T]) -> Rest[T]:
        rest = self._once(batch)
        while rest.again and rest.items:
            rest = self._once(rest.items)
        return rest

    def _once(self, batch: Sequence[T]) -> Rest[T]:
        rest = self.carry_out(batch, len(batch) == 1 or self.refusals_left <= 0)
        self.refusals_left -= rest.refused
        return rest

    def _part(self, batch: Sequence[T], *, refused: bool) -> None:
        """Carries a batch out in parts. Once the first part of what was refused has passed, it is the others' fault."""
        if not batch:
            return
        end = max(len(batch) // 3, 1)
        first, others = batch[:end], batch[end:]
        passed = self.sift(first)
        if passed and refused and len(others) > 1 and self.refusals_left > 0:
            self._part(others, refused=True)
        elif others:
            self.sift(others)
