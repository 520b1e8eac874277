"""How far a sync is, for whoever wants to show it."""


class Watcher:
    """Is told how far a sync is. This one makes nothing of it; who wants to show it, overrides what is of use.

    It is told by several threads, and never of anything that is about a single person. It raises nothing.
    """

    def says(self, line: str) -> None:
        """One of the connectors logged a line."""

    def begins(self, everybody_because: str | None) -> None:
        """The connectors were checked, and begin to sync.

        Args:
            everybody_because: Why everybody is sent, as a sentence; None when only those are who changed.
        """

    def reads(self) -> None:
        """The source has handed over one person more."""

    def has_read(self) -> None:
        """The source has handed over everybody."""


NOBODY: Watcher = Watcher()
"""Nobody watches."""
