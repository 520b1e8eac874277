"""Calls that come at the same time, done in one go."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Item = TypeVar("Item")
Outcome = TypeVar("Outcome")


@dataclass(eq=False, slots=True)
class _Call(Generic[Item, Outcome]):
    item: Item
    outcomes: list[Outcome] = field(default_factory=list)
    """One as soon as it is done."""


class Together(Generic[Item, Outcome]):
    """Does what several threads ask for at once, while one of them works, in one go afterwards.

    Whoever comes first does it for all that have come by then; nobody waits for company.

    Args:
        do: What is done with the items of all that have come, in the order in which they came. Its outcome is that of
            each of them. When it raises, the thread that called it gets that, and what it was to do for the others is
            done once more by one of them.
    """

    def __init__(self, do: Callable[[Sequence[Item]], Outcome]) -> None:
        self._do = do
        self._doing = threading.Lock()
        self._coming = threading.Lock()
        self._calls: list[_Call[Item, Outcome]] = []

    @property
    def unfinished(self) -> int:
        """How many calls have come and are not done."""
        with self._coming:
            return len(self._calls)

    def done(self, item: Item) -> Outcome:
        """Has something done, together with what others want done.

        Returns:
            Its outcome, when it is done.
        """
        call: _Call[Item, Outcome] = _Call(item)
        with self._coming:
            self._calls.append(call)
        with self._doing:
            if not call.outcomes:
                self._do_all(call)
        return call.outcomes[0]

    def _do_all(self, mine: _Call[Item, Outcome]) -> None:
        with self._coming:
            calls = tuple(self._calls)
        finished = {mine}
        try:
            outcome = self._do([call.item for call in calls])
            for call in calls:
                call.outcomes.append(outcome)
            finished.update(calls)
        finally:
            with self._coming:
                self._calls = [call for call in self._calls if call not in finished]
