"""What became of each person: counted for the summary, told to the administrator by id, and kept in the report."""

import logging
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace

from connector_base.people.person import InvalidRecord, Person, Planned, Reason, Refusal, There
from connector_base.protocol.checkpoints import Came
from connector_base.reporting.explanations import Explanations
from connector_base.reporting.rejection_lines import rejection_line
from connector_base.reporting.report import Report
from connector_base.reporting.result_entries import Particulars
from connector_base.reporting.summary import Summary
from shared_mappings import Action, FieldChange, FieldWarning, RejectionCode, WarningCode, what_became_of

logger = logging.getLogger(f"airbyte.{__name__}")


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Takes what became of people.

    Attributes:
        summary: Counts it.
        report: Keeps it, values included; the log gets none.
        explanations: What is said of what is not written.
        rejected: When the records came that were rejected and that no checkpoint knows of yet.
        to_be_merged: People who were rejected, and whose next record may bring what this one lacks, by identity.
    """

    summary: Summary
    report: Report
    explanations: Explanations
    rejected: list[Came] = field(default_factory=list)
    to_be_merged: dict[str, Person] = field(default_factory=dict, repr=False)

    def carried_out(self, item: Planned[There]) -> None:
        """A plan was carried out, or would be in a preview; one to reject is a rejection."""
        self.report.planned(item)
        if item.plan.rejection:
            detail = item.plan.detail
            self._reject(item.person, item.plan.rejection, logged=detail, more=Particulars(detail))
            return
        self.summary.carried_out(item.plan)
        self._count_decisions(item)
        self._tell_warnings(item)

    def created(self, item: Planned[There], completion: Planned[There], refusal: Refusal | None) -> None:
        """Somebody was created.

        Args:
            item: The person, and the plan to create them.
            completion: Who they are now, and the plan for what creation did not take.
            refusal: What was refused of that; None when everything was taken.
        """
        warnings = tuple(dict.fromkeys((*item.plan.warnings, *completion.plan.warnings)))
        plan = replace(item.plan, warnings=warnings, conflicts=completion.plan.conflicts)
        created = replace(item, there=completion.there, plan=plan)
        self.partly_written(created, refusal) if refusal else self.carried_out(created)

    def partly_written(self, item: Planned[There], refusal: Refusal) -> None:
        """Somebody was written, but for what was refused."""
        refused = tuple(
            FieldWarning(WarningCode.PARTLY_WRITTEN, change.field, target=change.target) for change in refusal.unwritten
        )
        new = item.plan.action is Action.CREATE
        written = item.plan.changes if new else _without(item.plan.changes, refusal)
        warnings = tuple(dict.fromkeys((*item.plan.warnings, *refused)))
        decided = replace(item, plan=replace(item.plan, changes=written, warnings=warnings))
        self.report.planned(decided)
        self.summary.carried_out(decided.plan)
        self._count_decisions(decided)
        self._tell_warnings(decided, refusal)

    def cut_short(self, added: int, written: Iterable[Collection[FieldChange]]) -> None:
        """A sync ends before it is told of everybody what became of them.

        Args:
            added: How many of the others were added.
            written: What was written of each of the others who were there before.
        """
        self.summary.cut_short(added, written)

    def invalid(self, invalid: InvalidRecord) -> None:
        """A record does not fit its schema."""
        self.report.invalid(invalid)
        faults = "; ".join(invalid.faults)
        self._reject(invalid, RejectionCode.INVALID_RECORD, logged=faults, more=Particulars(faults))

    def refused(self, person: Person, reason: Reason) -> None:
        """Somebody was refused as a whole, so that nobody was created."""
        named = self.explanations.lacking(person.desired)
        self._reject(
            person,
            self.explanations.refused,
            logged=f"{reason.words} {named}",
            more=Particulars(f"{reason.original} {named}".strip()),
        )

    def partly_refused(self, item: Planned[There], refusal: Refusal) -> None:
        """Changes of somebody who was there before were refused; the others are written."""
        fields = _fields_of(refusal.unwritten)
        self.summary.partly_carried_out(item.plan, _without(item.plan.changes, refusal))
        self._count_decisions(item)
        self._tell_warnings(item)
        left_out = f"(Left out: {', '.join(fields)}.)"
        self._reject(
            item.person,
            self.explanations.refused,
            logged=f"{refusal.words} {left_out}",
            more=Particulars(refusal.original, fields, item.there),
            kept=f"{refusal.original} {left_out}",
        )

    def _count_decisions(self, item: Planned[There]) -> None:
        """Counts what became of the decisions about somebody who was not rejected as a whole."""
        self.summary.decided(what_became_of(item.person.rulings, item.plan))

    def _tell_warnings(self, item: Planned[There], refusal: Refusal | None = None) -> None:
        """Tells what was left out of somebody, and keeps what is mapped of their record."""
        self.report.left(item)
        for warning in item.plan.warnings:
            if warning.code is not WarningCode.PARTLY_WRITTEN:
                logger.warning("%s: %s", item.person.label, self.explanations.explained(warning))
                more = Particulars("", [warning.field], item.there)
                self.report.rejected(item.person, warning.code.value, self.explanations.explained(warning), more)
        partly = (each for each in item.plan.warnings if each.code is WarningCode.PARTLY_WRITTEN and not each.told)
        unwritten = list(dict.fromkeys(each.field for each in partly))
        if not unwritten:
            return
        what = self.explanations.explained(FieldWarning(WarningCode.PARTLY_WRITTEN, ", ".join(unwritten)))
        logger.warning("%s: %s", item.person.label, self.explanations.said(what, refusal.words if refusal else ""))
        kept = self.explanations.said(what, refusal.original if refusal else "")
        more = Particulars(refusal.original if refusal else "", unwritten, item.there)
        self.report.rejected(item.person, WarningCode.PARTLY_WRITTEN.value, kept, more)

    def _reject(
        self,
        subject: Person | InvalidRecord,
        code: RejectionCode,
        *,
        logged: str,
        more: Particulars,
        kept: str | None = None,
    ) -> None:
        """Counts, logs and keeps a rejection.

        Args:
            subject: Whose record was not written.
            code: Why.
            logged: More about why, without any value of the record.
            more: The same for the report, with whatever values are in it.
            kept: That in sentences, where it is more than the detail.
        """
        self.summary.rejects(code, subject.label)
        if subject.came:
            self.rejected.append(subject.came)
        if isinstance(subject, Person) and subject.merged is not None:
            self.to_be_merged[subject.identity] = subject
        why = self.explanations.rejection(code)
        logger.warning("%s", rejection_line(subject.label, code.value, f"{why} {logged}".strip()))
        self.report.rejected(subject, code.value, f"{why} {more.detail if kept is None else kept}".strip(), more)


def _fields_of(changes: Iterable[FieldChange]) -> list[str]:
    return list(dict.fromkeys(change.field for change in changes))


def _without(changes: Iterable[FieldChange], refusal: Refusal) -> tuple[FieldChange, ...]:
    """Changes of whose field nothing was refused: a field counts as written when all its places have it."""
    refused = _fields_of(refusal.unwritten)
    return tuple(change for change in changes if change.field not in refused)
