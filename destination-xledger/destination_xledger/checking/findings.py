"""What a check finds."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that an administrator should know.

    Attributes:
        sentence: What it is, and what to do.
        blocks: Whether a sync would fail over it. What does not block is a warning in the log.
    """

    sentence: str
    blocks: bool = True
