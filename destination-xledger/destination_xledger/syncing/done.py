"""What was carried out of the batch that is being written, so that it is counted even if the rest is not."""

from collections.abc import Collection
from dataclasses import dataclass, field

from destination_xledger.people.person import Planned
from shared_mappings import Employee, FieldChange

Those = list[tuple[Planned, Employee]]
"""People, each with the employee they are."""


@dataclass(frozen=True, slots=True)
class Done:
    """What Xledger was seen to have carried out, and nobody was told of yet.

    Attributes:
        added: The people who were added, as they stand in Xledger now.
        written: The changes that were written, by identity; of those who were added as well.
    """

    added: Those = field(default_factory=list)
    written: dict[str, list[FieldChange]] = field(default_factory=dict)

    def begin(self) -> None:
        """Forgets what was done of the batch before."""
        self.added.clear()
        self.written.clear()

    def forget(self, item: Planned) -> None:
        """Forgets that somebody was added, of whom it is told otherwise."""
        self.added[:] = [(each, employee) for each, employee in self.added if each.identity != item.identity]

    def wrote(self, identity: str, change: FieldChange) -> None:
        """Notes a change that is written."""
        self.written.setdefault(identity, []).append(change)

    def untold(self, told: Collection[str]) -> tuple[int, list[list[FieldChange]]]:
        """How many others were added, and what was written of each of those who were there before.

        Args:
            told: Identities of the people of whom it was told what became of them.
        """
        added = {item.identity for item, _ in self.added}
        updated = [changes for identity, changes in self.written.items() if identity not in added.union(told)]
        return len(added.difference(told)), updated
