"""What a sync did, in numbers."""

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final

from connector_base.traffic import Traffic
from shared_mappings import About, Action, Fate, Fates, FieldChange, Plan, RejectionCode, WarningCode, numbers_by_fate

MOST_NAMED: Final = 100
"""Of those rejected under one code, so many are remembered by name: whoever is told the result reads no more."""


class Outcome(str, Enum):
    """How a sync ended."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"


@dataclass(slots=True)
class Summary:
    """Counts people by what became of them.

    Attributes:
        mode: `sync`, or `preview`: then created and updated mean "would be".
        received: Records that came in.
        actions: People by what was done about them.
        skipped: People left out on purpose, by reason.
        rejected: Records that were not written, by code.
        warnings: Values that were left out, by code; with `partly_written`, people.
        fields_changed: Those whose value was set or replaced, by field. Those just created do not count.
        fields_unset: Those whose value was unset, by field.
        conflicts: Those who kept a value that differs from the record's, by field.
        decisions: What became of the decisions that an administrator took, the last time that each was come across.
        named: The first of those rejected, by code, as the log names them.
        outcome: How the sync ended. Whatever ends it before it has come to its end, it failed.
    """

    mode: str
    received: int = 0
    actions: Counter[Action] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)
    rejected: Counter[str] = field(default_factory=Counter)
    warnings: Counter[str] = field(default_factory=Counter)
    fields_changed: Counter[str] = field(default_factory=Counter)
    fields_unset: Counter[str] = field(default_factory=Counter)
    conflicts: Counter[str] = field(default_factory=Counter)
    decisions: dict[About, Fate] = field(default_factory=dict)
    named: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    outcome: Outcome = Outcome.FAILED

    @contextmanager
    def succeeding(self) -> Iterator[None]:
        """The sync has come to its end, and has succeeded if what is still done in the block does."""
        self.outcome = Outcome.SUCCEEDED
        try:
            yield
        except BaseException:
            self.outcome = Outcome.FAILED
            raise

    def carried_out(self, plan: Plan) -> None:
        """Counts a plan that was carried out, or would be in a preview."""
        self.actions[plan.action] += 1
        if plan.skip_reason:
            self.skipped[plan.skip_reason.value] += 1
        if plan.action is Action.UPDATE:
            self._wrote(plan.changes)
        self._left(plan)

    def partly_carried_out(self, plan: Plan, written: Collection[FieldChange]) -> None:
        """Counts what came of a plan, of which only some changes were written, besides what became of the person."""
        self._wrote(written)
        self._left(plan)

    def cut_short(self, added: int, written: Iterable[Collection[FieldChange]]) -> None:
        """Counts what was done, and nobody was told of when the sync ended: people added, and changes of others."""
        self.actions[Action.CREATE] += added
        for changes in written:
            self.actions[Action.UPDATE] += 1
            self._wrote(changes)

    def decided(self, fates: Fates) -> None:
        """Counts what became of decisions."""
        self.decisions.update(fates)

    def rejects(self, code: RejectionCode, label: str) -> None:
        """Counts a record that was not written, and remembers whose it is if few were rejected before."""
        self.rejected[code.value] += 1
        if len(self.named[code.value]) < MOST_NAMED:
            self.named[code.value].append(label)

    def as_json(self, traffic: Traffic) -> str:
        """One JSON object with everything counted, and what it cost."""
        content: dict[str, Any] = {
            "mode": self.mode,
            "received": self.received,
            "created": self.actions[Action.CREATE],
            "updated": self.actions[Action.UPDATE],
            "unchanged": self.actions[Action.UNCHANGED],
            "skipped": _sorted(self.skipped),
            "rejected": _sorted(self.rejected),
            "warnings": _sorted(self.warnings),
            "fields_changed": _sorted(self.fields_changed),
            "fields_unset": _sorted(self.fields_unset),
            "conflicts": _sorted(self.conflicts),
            "requests": traffic.requests,
            "bytes_sent": traffic.bytes_sent,
            "bytes_received": traffic.bytes_received,
            "retries": traffic.retries,
            "decisions": numbers_by_fate(self.decisions),
            "outcome": self.outcome.value,
        }
        return json.dumps(content)

    def _left(self, plan: Plan) -> None:
        """Counts what a plan leaves as it is, although the record says otherwise."""
        self.conflicts.update({conflict.field for conflict in plan.conflicts})
        codes = [warning.code for warning in plan.warnings]
        self.warnings.update(code.value for code in codes if code is not WarningCode.PARTLY_WRITTEN)
        self.warnings.update({code.value for code in codes if code is WarningCode.PARTLY_WRITTEN})

    def _wrote(self, changes: Collection[FieldChange]) -> None:
        """Counts changes of somebody, each field once."""
        self.fields_changed.update({change.field for change in changes if change.after is not None})
        self.fields_unset.update({change.field for change in changes if change.after is None})


def _sorted(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted(counts.items()))
