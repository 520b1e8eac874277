"""What an API key of Huma may see and write."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from integration_tests.sandbox.huma_store import HumaUser

END_OF_EMPLOYMENT = frozenset({"employmentEndDate", "lastDayOfWork", "terminationNoticeDate"})
"""The half of a position that is a permission of its own, by the names of the `users` record."""


@dataclass(frozen=True, slots=True)
class Rights:
    """What a key may; by default everything that a key may at all.

    Attributes:
        writes: Whether it writes anything.
        creates: Whether it creates users.
        sees_deactivated: Whether deactivated people are listed, and found by their ids.
        unseen: Fields it sees of nobody, by the names of the `users` record.
        unwritable: Fields it sees and may not write, likewise.
    """

    writes: bool = True
    creates: bool = True
    sees_deactivated: bool = True
    unseen: frozenset[str] = frozenset()
    unwritable: frozenset[str] = frozenset()

    def see(self, user: HumaUser) -> bool:
        """Whether a user is there for the key."""
        return self.sees_deactivated or user.facts["active"]

    def may_write(self, *fields: str) -> bool:
        """Whether the key may write these fields, of whomever it is."""
        return self.writes and not (self.unseen | self.unwritable) & set(fields)
