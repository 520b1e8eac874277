"""Finding what is wrong with a batch, or what makes it too large: halve it."""

from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")


def in_halves(batch: Sequence[T], carry_out: Callable[[Sequence[T]], Sequence[T]]) -> None:
    """Carries a batch out: whole, and what is left of it in halves, until nothing is left.

    Args:
        batch: What is to be carried out; nothing is done about an empty one.
        carry_out: Takes a batch or a part of it and gives back what is to be tried in halves: nothing when it was
            carried out, or when it was a single one.
    """
    if not batch:
        return
    left = carry_out(batch)
    middle = (len(left) + 1) // 2
    for half in (left[:middle], left[middle:]):
        in_halves(half, carry_out)
