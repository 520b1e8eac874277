"""Finding what is wrong with a batch, or what makes it too large, in few requests."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Rest(Generic[T]):
    """What is left of a batch that was tried.

    Attributes:
        items: What was not carried out; none when all was, or when it was a single one and is dealt with.
        refused: Whether something among them was refused, so that it is sure to be refused again.
        suspect: The one of them that seems to be to blame.
    """

    items: Sequence[T] = ()
    refused: bool = False
    suspect: T | None = None


def sift(batch: Sequence[T], carry_out: Callable[[Sequence[T]], Rest[T]]) -> None:
    """Carries a batch out: whole, and what is left of it in parts, until nothing is left.

    A suspect is tried alone, and the others together. Otherwise a third is tried, and then the rest: finding the one
    that is refused takes several requests where it is in the first part, and one where it is not, so that the first
    part should be the smaller one.

    Args:
        batch: What is to be carried out; nothing is done about an empty one.
        carry_out: Carries out a batch or a part of it.
    """
    if batch:
        _sift(batch, carry_out)


def _sift(batch: Sequence[T], carry_out: Callable[[Sequence[T]], Rest[T]]) -> bool:
    """Does so, and tells whether all of it was carried out at once."""
    rest = carry_out(batch)
    if len(batch) == 1:
        return not rest.refused
    at_once = not rest.items
    while rest.suspect is not None:
        suspect, others = rest.suspect, [item for item in rest.items if item is not rest.suspect]
        rest = Rest(others, refused=True)
        if carry_out([suspect]).refused:
            rest = carry_out(others) if others else Rest()
    _part(rest.items, carry_out, refused=rest.refused)
    return at_once


def _part(batch: Sequence[T], carry_out: Callable[[Sequence[T]], Rest[T]], *, refused: bool) -> None:
    """Carries a batch out in parts. Once the first part of what was refused has passed, it is the others' fault."""
    if not batch:
        return
    end = max(len(batch) // 3, 1)
    first, others = batch[:end], batch[end:]
    passed = _sift(first, carry_out)
    if passed and refused and len(others) > 1:
        _part(others, carry_out, refused=True)
    else:
        sift(others, carry_out)
