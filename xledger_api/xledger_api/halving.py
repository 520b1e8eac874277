"""Halving a batch that was refused, until the bad record is alone."""

from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


def halves(items: Sequence[T]) -> tuple[list[T], list[T]]:
    """A batch in two, the first half the larger if they differ."""
    middle = (len(items) + 1) // 2
    return list(items[:middle]), list(items[middle:])
