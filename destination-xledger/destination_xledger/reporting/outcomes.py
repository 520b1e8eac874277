"""What became of each person: counted for the summary, told to the administrator by id, and kept in the report."""

import logging
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace

from connector_base.people.person import InvalidRecord, Person, Refusal
from connector_base.protocol.checkpoints import Came
from destination_xledger.people.planned import Planned
from destination_xledger.reporting.explanations import REJECTIONS, explained, said, without_a_name
from destination_xledger.reporting.report import Report
from destination_xledger.reporting.summary import Summary
from shared_mappings import Action, FieldChange, FieldWarning, RejectionCode, WarningCode, what_became_of
from xledger_api.sending.answers import Failure

logger = logging.getLogger(f"airbyte.{__name__}")


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Takes what became of people.

    Attributes:
        summary: Counts it.
        report: Keeps it, values included; the log gets none.
        rejected: When the records came that were rejected and that no checkpoint knows of yet.
        to_be_merged: People who were rejected, and whose next record may bring what this one lacks, by identity.
    """

    summary: Summary
    report: Report
    rejected: list[Came] = field(default_factory=list)
    to_be_merged: dict[str, Person] = field(default_factory=dict, repr=False)

    def carried_out(self, item: Planned) -> None:
        """A plan was carried out, or would be in a preview; one to reject is a rejection."""
        self.report.planned(item)
        if item.plan.rejection:
            self._reject(item.person, item.plan.rejection, logged=item.plan.detail, kept=item.plan.detail)
            return
        self.summary.carried_out(item.plan)
        self._count_decisions(item)
        self._tell_warnings(item)

    def created(self, item: Planned, completion: Planned, refusal: Refusal | None) -> None:
        """Somebody was created.

        Args:
            item: The person, and the plan to create them.
            completion: The employee, and the plan for what creation did not take.
            refusal: What Xledger refused of that; None when it took everything.
        """
        warnings = tuple(dict.fromkeys((*item.plan.warnings, *completion.plan.warnings)))
        plan = replace(item.plan, warnings=warnings, conflicts=completion.plan.conflicts)
        created = replace(item, there=completion.there, plan=plan)
        self.partly_written(created, refusal) if refusal else self.carried_out(created)

    def partly_written(self, item: Planned, refusal: Refusal) -> None:
        """Somebody was written, but for what Xledger refused."""
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
        self._reject(invalid, RejectionCode.INVALID_RECORD, logged=faults, kept=faults)

    def refused(self, person: Person, failure: Failure) -> None:
        """Xledger refused to add somebody."""
        named = without_a_name(person.desired)
        self._reject(
            person,
            RejectionCode.REFUSED_BY_XLEDGER,
            logged=f"{failure.words} {named}",
            kept=f"{failure.original} {named}",
        )

    def partly_refused(self, item: Planned, refusal: Refusal) -> None:
        """Xledger refused changes of somebody who was there before; what it did not refuse is written."""
        fields = _fields_of(refusal.unwritten)
        self.summary.partly_carried_out(item.plan, _without(item.plan.changes, refusal))
        self._count_decisions(item)
        self._tell_warnings(item)
        left_out = f"(Left out: {', '.join(fields)}.)"
        self._reject(
            item.person,
            RejectionCode.REFUSED_BY_XLEDGER,
            logged=f"{refusal.words} {left_out}",
            kept=f"{refusal.original} {left_out}",
        )

    def _count_decisions(self, item: Planned) -> None:
        """Counts what became of the decisions about somebody who was not rejected as a whole."""
        self.summary.decided(what_became_of(item.person.rulings, item.plan))

    def _tell_warnings(self, item: Planned, refusal: Refusal | None = None) -> None:
        """Tells what was left out of somebody, and keeps what is mapped of their record."""
        self.report.left(item)
        for warning in item.plan.warnings:
            if warning.code is not WarningCode.PARTLY_WRITTEN:
                logger.warning("%s: %s", item.person.label, explained(warning))
                self.report.rejected(item.person, warning.code.value, explained(warning))
        partly = (each for each in item.plan.warnings if each.code is WarningCode.PARTLY_WRITTEN and not each.told)
        unwritten = list(dict.fromkeys(each.field for each in partly))
        if not unwritten:
            return
        what = explained(FieldWarning(WarningCode.PARTLY_WRITTEN, ", ".join(unwritten)))
        logger.warning("%s: %s", item.person.label, said(what, refusal.words if refusal else ""))
        self.report.rejected(
            item.person, WarningCode.PARTLY_WRITTEN.value, said(what, refusal.original if refusal else "")
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
        if isinstance(subject, Person) and subject.merged is not None:
            self.to_be_merged[subject.identity] = subject
        logger.warning("%s was rejected (%s). %s", subject.label, code.value, f"{REJECTIONS[code]} {logged}".strip())
        self.report.rejected(subject, code.value, f"{REJECTIONS[code]} {kept}".strip())


def _fields_of(changes: Iterable[FieldChange]) -> list[str]:
    return list(dict.fromkeys(change.field for change in changes))


def _without(changes: Iterable[FieldChange], refusal: Refusal) -> tuple[FieldChange, ...]:
    """Changes of whose field nothing was refused: a field counts as written when all its places have it."""
    refused = _fields_of(refusal.unwritten)
    return tuple(change for change in changes if change.field not in refused)
