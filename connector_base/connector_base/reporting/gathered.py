"""What is told of one person piece by piece, put together, so that a page does not name them with each piece."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from threading import Lock
from typing import Final

from connector_base.pages.contents import Written

MOST: Final = 1000
"""People who are kept in memory at a time: more than are written together."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """What became of people, of those of whom more may come. Called by several threads at once.

    Attributes:
        most: How many people there may be.
    """

    most: int = MOST
    _people: dict[str, Written] = field(default_factory=dict, repr=False)
    _lock: Lock = field(default_factory=Lock, repr=False)

    def add(self, identity: str, entry: Written) -> Written | None:
        """Puts something together with what was told of the same person before.

        Args:
            identity: Tells people apart.
            entry: What is told.

        Returns:
            Somebody of whom nothing has come for the longest time, where there are too many; None where there are not.
        """
        with self._lock:
            before = self._people.pop(identity, None)
            self._people[identity] = entry if before is None else _together(before, entry)
            return self._people.pop(next(iter(self._people))) if len(self._people) > self.most else None

    def take(self) -> Iterator[Written]:
        """Hands everybody over who is left, and has nobody then."""
        while self._people:
            with self._lock:
                entry = self._people.pop(next(iter(self._people)))
            yield entry


def _together(before: Written, entry: Written) -> Written:
    both: Written = {
        "user": entry["user"] or before["user"],
        "employee": entry["employee"] or before["employee"],
        "name": entry["name"],
        "employmentId": entry["employmentId"],
    }
    for piece in (before, entry):
        if "created" in piece:
            both["created"] = piece["created"]
        if "changes" in piece:
            both["changes"] = both.get("changes", []) + piece["changes"]
        if "kept" in piece:
            both["kept"] = both.get("kept", []) + piece["kept"]
        if "told" in piece:
            both["told"] = both.get("told", []) + piece["told"]
    return both
