"""What became of each person: counted for the summary, told to the administrator by id, and kept in the report."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from connector_base.protocol.checkpoints import Came
from destination_xledger.people.person import InvalidRecord, Person, Planned, Refusal
from destination_xledger.reporting.explanations import PARTLY_WRITTEN, REJECTIONS, explained
from destination_xledger.reporting.report import Report
from destination_xledger.reporting.summary import Summary
from shared_mappings import FieldChange, FieldWarning, Plan, RejectionCode, WarningCode
from xledger_api.sending.answers import Failure

logger = logging.getLogger(f"airbyte.{__name__}")


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Takes what became of people.

    Attributes:
        summary: Counts it.
        report: Keeps it, values included; the log gets none.
        rejected: When the records came that were rejected and that no checkpoint knows of yet.
    """

    summary: Summary
    report: Report
    rejected: list[Came] = field(default_factory=list)

    def carried_out(self, item: Planned) -> None:
        """A plan was carried out, or would be in a preview; one to reject is a rejection."""
        self.report.planned(item)
        if item.plan.rejection:
            self._reject(item.person, item.plan.rejection, logged=item.plan.detail, kept=item.plan.detail)
            return
        self.summary.carried_out(item.plan)
        _tell_warnings(item)

    def created(self, item: Planned, completion: Plan, refusal: Refusal | None) -> None:
        """Somebody was created.

        Args:
            item: The person, and the plan to create them.
            completion: The plan for what creation did not take.
            refusal: What Xledger refused of that; None when it took everything.
        """
        warnings = [*item.plan.warnings, *completion.warnings]
        if refusal:
            left_out = ", ".join(_fields_of(refusal.unwritten))
            warnings += [FieldWarning(WarningCode.PARTLY_WRITTEN, left_out)]
            logger.warning("%s was created. Xledger refused a part, and says: %s", item.person.label, refusal.words)
            reason = f"{PARTLY_WRITTEN} {refusal.original} (Left out: {left_out}.)"
            self.report.rejected(item.person, WarningCode.PARTLY_WRITTEN.value, reason)
        distinct = tuple(dict.fromkeys(warnings))
        self.carried_out(replace(item, plan=replace(item.plan, warnings=distinct, conflicts=completion.conflicts)))

    def invalid(self, invalid: InvalidRecord) -> None:
        """A record does not fit its schema."""
        self.report.invalid(invalid)
        faults = "; ".join(invalid.faults)
        self._reject(invalid, RejectionCode.INVALID_RECORD, logged=faults, kept=faults)

    def refused(self, person: Person, failure: Failure) -> None:
        """Xledger refused to add somebody."""
        self._reject(person, RejectionCode.REFUSED_BY_XLEDGER, logged=failure.words, kept=failure.original)

    def partly_refused(self, item: Planned, refusal: Refusal) -> None:
        """Xledger refused changes of somebody who was there before; what it did not refuse is written."""
        fields = _fields_of(refusal.unwritten)
        written = [change for change in item.plan.changes if change.field not in fields]
        self.summary.partly_carried_out(item.plan, written)
        _tell_warnings(item)
        left_out = f"(Left out: {', '.join(fields)}.)"
        self._reject(
            item.person,
            RejectionCode.REFUSED_BY_XLEDGER,
            logged=f"{refusal.words} {left_out}",
            kept=f"{refusal.original} {left_out}",
        )

    def _reject(self, subject: Person | InvalidRecord, code: RejectionCode, *, logged: str, kept: str) -> None:
        """Counts, logs and keeps a rejection.

        Args:
            subject: Whose record was not written.
            code: Why.
            logged: More about why, without any value of the record.
            kept: The same for the report, with whatever values are in it.
        """
        self.summary.rejects(code)
        if subject.came:
            self.rejected.append(subject.came)
        logger.warning("%s was rejected (%s). %s", subject.label, code.value, f"{REJECTIONS[code]} {logged}".strip())
        self.report.rejected(subject, code.value, f"{REJECTIONS[code]} {kept}".strip())


def _tell_warnings(item: Planned) -> None:
    for warning in item.plan.warnings:
        if not warning.told:
            logger.warning("%s: %s", item.person.label, explained(warning))


def _fields_of(changes: Iterable[FieldChange]) -> list[str]:
    return list(dict.fromkeys(change.field for change in changes))
