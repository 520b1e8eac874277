"""Finding what is wrong with a batch, or what makes it too large, in few requests."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
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
        again: Whether they are no longer what was refused, and are worth trying as they are. What was refused so counts
            as found, and as no refusal of a part.
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
    part should be the smaller one. Large parts go before small ones, so that most people are through before it is known
    exactly who is refused.

    Args:
        batch: What is to be carried out; nothing is done about an empty one.
        carry_out: Carries out a batch or a part of it.
        most_refusals: After so many, what is refused is split no further, and is refused together.
    """
    if batch:
        _Sieve(carry_out, most_refusals).sift(batch)


@dataclass(frozen=True, slots=True)
class _Part(Generic[T]):
    """A part of a batch, and whether it is sure to be refused as a whole."""

    items: Sequence[T]
    refused: bool = False


@dataclass(slots=True)
class _Sieve(Generic[T]):
    carry_out: CarryOut[T]
    refusals_left: int
    parts: deque[_Part[T]] = field(default_factory=deque)

    def sift(self, batch: Sequence[T]) -> None:
        self.parts.append(_Part(batch))
        together: list[T] = []
        while self.parts or together:
            if not self.parts:
                together, remaining = [], together
                self.parts.append(_Part(remaining))
            part = self.parts.popleft()
            if not part.refused:
                self._sort(self._try(part.items))
            elif self.refusals_left > 0:
                self._search(part.items)
            else:
                together += part.items

    def _search(self, batch: Sequence[T]) -> None:
        """Tries the first part of what was refused. Once that has passed, it is the others' fault."""
        first, others = _thirds(batch)
        rest = self._try(first)
        passed = not rest.items and not rest.refused
        self._sort(rest)
        if others:
            self.parts.append(_Part(others, refused=passed and len(others) > 1))

    def _sort(self, rest: Rest[T]) -> None:
        """Lines up what is left of a part that was tried."""
        while rest.suspect is not None:
            suspect, others = rest.suspect, [item for item in rest.items if item is not rest.suspect]
            rest = Rest(others, refused=True)
            if self._try([suspect]).refused:
                rest = self._try(others) if others else Rest()
        if rest.refused and len(rest.items) > 1:
            self.parts.append(_Part(rest.items, refused=True))
        else:
            self.parts.extend(_Part(part) for part in _thirds(rest.items) if part)

    def _try(self, batch: Sequence[T]) -> Rest[T]:
        """Tries a part for as long as that is worth it; tells whether it was refused at any time."""
        rest = self._once(batch)
        refused = rest.refused
        while rest.again and rest.items:
            rest = self._once(rest.items)
            refused |= rest.refused
        return replace(rest, refused=refused)

    def _once(self, batch: Sequence[T]) -> Rest[T]:
        rest = self.carry_out(batch, len(batch) == 1 or self.refusals_left <= 0)
        self.refusals_left -= rest.refused and not rest.again
        return rest


def _thirds(batch: Sequence[T]) -> tuple[Sequence[T], Sequence[T]]:
    end = max(len(batch) // 3, 1)
    return batch[:end], batch[end:]
