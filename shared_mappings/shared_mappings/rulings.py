"""What was decided about one person, as the planner takes it: whose value stands, and who is left out or added."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import Final, NamedTuple

LEAVE: Final = "leave"
ADD: Final = "add"
"""What can be decided about people who are in one system only: names that no field has."""


class About(NamedTuple):
    """What a decision is about: no two are about the same.

    Attributes:
        who: The user's id in Huma; of somebody who is to be added there, the employee's dbId.
        what: The record's field, `leave` or `add`.
    """

    who: str
    what: str


class Stands(str, Enum):
    """Whose value stands for a field of one person, in both systems."""

    HUMA = "huma"
    XLEDGER = "xledger"
    LATER = "later"
    """Nobody's yet: each system keeps what it has."""


@dataclass(frozen=True, slots=True)
class Rulings:
    """The decisions about one person that hold for what their record says now.

    Attributes:
        stands: Whose value stands, by the record's field.
        lapsed: The fields whose value in Huma is not the one any more that was decided about: as if nothing had been.
        leave: Whether the person is not to be created in Xledger.
        add: Whether the employee is to be created in Huma, whatever becomes of others.
        user: The id in Huma of whom they are about; empty for nobody there.
        employee: The dbId of whoever is to be added; empty for nobody.
    """

    stands: Mapping[str, Stands] = field(default_factory=lambda: MappingProxyType({}))
    lapsed: frozenset[str] = frozenset()
    leave: bool = False
    add: bool = False
    user: str = ""
    employee: str = ""

    def about(self, name: str) -> About:
        """What tells the decision about a field from all others."""
        return About(self.user, name)

    @property
    def about_leaving(self) -> About:
        """What tells the decision to leave the person out from all others."""
        return About(self.user, LEAVE)

    @property
    def about_adding(self) -> About:
        """What tells the decision to add the employee from all others."""
        return About(self.employee, ADD)

    def of(self, name: str) -> Stands | None:
        """Whose value stands for a field; None where nothing was decided, or it has lapsed."""
        return self.stands.get(name)

    def let_through(self, fields: Iterable[str], source: Stands) -> frozenset[str]:
        """Those of some fields for which it was decided that the source's value stands.

        Args:
            fields: The record's fields.
            source: The system that is read, while the other one is written.
        """
        return frozenset(name for name in fields if self.of(name) is source)

    def hold_back(self, fields: Iterable[str], source: Stands) -> bool:
        """Whether a value that some fields make up is not to be written: another one stands for any of them.

        Args:
            fields: The record's fields.
            source: The system that is read, while the other one is written.
        """
        return any(self.of(name) not in (None, source) for name in fields)


NO_RULINGS: Final = Rulings()
"""Nothing was decided about the person."""
