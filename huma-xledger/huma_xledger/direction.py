"""The two directions of a connection: which connector reads, which one writes, and what is said of the systems."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class System:
    """One of the two systems, in the words of sentences.

    Attributes:
        name: What it is called.
        account: What an account in it is called.
        nobody: What may be so where nobody is read from it.
    """

    name: str
    account: str
    nobody: str


HUMA: Final = System(
    name="Huma",
    account="organisation",
    nobody="the key sees nobody in Huma, or the companies, locations and teams that are chosen have nobody",
)
XLEDGER: Final = System(
    name="Xledger",
    account="entity",
    nobody="the token sees no employee in Xledger, or none that is not closed, where closed ones are left out",
)


@dataclass(frozen=True, slots=True)
class Direction:
    """From one system to the other.

    Attributes:
        source: The connector that reads, by the name of its command.
        destination: The connector that writes.
        stream: What is read: the source's stream of people.
        read: The system that is read from.
        written: The system that is written to.
    """

    source: str
    destination: str
    stream: str
    read: System
    written: System

    @property
    def connectors(self) -> tuple[str, str]:
        """The connectors, the source first."""
        return self.source, self.destination


TO_XLEDGER: Final = Direction("source-huma", "destination-xledger", stream="users", read=HUMA, written=XLEDGER)
"""What runs on a schedule."""

TO_HUMA: Final = Direction("source-xledger", "destination-huma", stream="employees", read=XLEDGER, written=HUMA)
"""What runs when somebody asks for it."""

BY_ORIGIN: Final[Mapping[str, Direction]] = {"huma": TO_XLEDGER, "xledger": TO_HUMA}
"""The directions, by what somebody says who asks for one: where people come from."""
