"""The commit that is checked out: what leaves the repository says which one it is of, and when that was made."""

from dataclasses import dataclass
from datetime import datetime, timezone

from distribution.command import CommandFailedError, call


@dataclass(frozen=True)
class Commit:
    """What is built.

    Attributes:
        revision: The hash of the commit, with `-dirty` behind it where files are not as it has them.
        made: When it was made: the same whenever it is built.
    """

    revision: str
    made: datetime

    @classmethod
    def current(cls) -> "Commit | None":
        """The commit that is checked out, or None where there is no repository, as in a source archive."""
        try:
            revision = call("git", "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*").strip()
            made = datetime.fromtimestamp(int(call("git", "show", "--no-patch", "--format=%ct")), timezone.utc)
        except (OSError, CommandFailedError):
            return None
        return cls(revision, made)
