"""What was decided about one person, as the planner takes it: whose value stands, and who is left out or added."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import Final


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
    """

    stands: Mapping[str, Stands] = field(default_factory=lambda: MappingProxyType({}))
    lapsed: frozenset[str] = frozenset()
    leave: bool = False
    add: bool = False

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
