"""A run as it is told: what it came to, without a value of anybody's record."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from json import dumps
from re import sub
from typing import Any, Final

from shared_mappings import Side

PREVIEW: Final = "preview"
"""The mode, in a summary, of a run that writes nothing."""

Named = Mapping[str, Sequence[str]]
"""Those who were rejected, by code, as the log names them: by id. The first of many are enough."""


@dataclass(frozen=True, slots=True)
class Run:
    """What a sync or a preview came to.

    Attributes:
        written: The system that is written to.
        summary: The destination's summary; empty where it did not get so far as to sum up.
        rejected: Those who were rejected.
        place: Where the report is, for people; None where there is none.
        problem: Why it failed, in the connector's own sentence; None where it did not.
    """

    written: Side
    summary: Mapping[str, Any]
    rejected: Named = field(default_factory=dict)
    place: str | None = None
    problem: str | None = None

    @property
    def is_preview(self) -> bool:
        """Whether nothing was to be written."""
        return bool(self.summary.get("mode") == PREVIEW)

    @property
    def has_written(self) -> bool:
        """Whether anything is other than before."""
        return not self.is_preview and bool(self.count("created") + self.count("updated"))

    @property
    def is_worth_telling(self) -> bool:
        """Whether it did something, or failed: an idle sync is nothing that anybody waits for."""
        return self.problem is not None or any(map(self.count, ("created", "updated", "rejected", "warnings")))

    @property
    def told_as(self) -> str:
        """What another run has in common with this one of which nothing else is to be told: a digest.

        Numbers in the sentence of a failure do not count: it may name the time at which it can be tried again. Nor does
        what was written before: who goes on from there and fails again in the same way writes something else.
        """
        problem = None if self.problem is None else sub(r"\d+", "#", self.problem)
        would_be = [self.count("created"), self.count("updated")] if self.is_preview else []
        told = [problem, would_be, self.by_code("rejected"), self.by_code("warnings")]
        names = {code: sorted(names) for code, names in sorted(self.rejected.items())}
        return blake2b(dumps([told, names]).encode(), digest_size=12).hexdigest()

    def count(self, what: str) -> int:
        """A number of the summary, of all codes where it is told by code; 0 where there is no summary."""
        counted = self.summary.get(what, 0)
        return sum(counted.values()) if isinstance(counted, Mapping) else int(counted)

    def by_code(self, what: str) -> dict[str, int]:
        """The numbers of a part of the summary: of rejections by code, of values by field."""
        return {code: int(number) for code, number in self.summary.get(what, {}).items()}
