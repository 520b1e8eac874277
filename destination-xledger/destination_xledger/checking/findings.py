"""What a check finds."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that an administrator should know.

    Attributes:
        sentence: What it is, and what to do.
        blocks: Whether the check fails over it: a sync would fail too, or do what is hardly ever meant. What does not
            block is a warning in the log.
    """

    sentence: str
    blocks: bool = True
