"""What became of each person: counted for the summary, and told to the administrator by id."""

import logging
from dataclasses import dataclass, replace

from destination_xledger.answers import Failure
from destination_xledger.explanations import REJECTIONS, explained
from destination_xledger.summary import Summary
from shared_mappings import FieldWarning, Plan, RejectionCode, WarningCode

logger = logging.getLogger("airbyte")


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Takes what became of people.

    Attributes:
        summary: Counts it.
    """

    summary: Summary

    def carried_out(self, label: str, plan: Plan) -> None:
        """A plan was carried out, or would be in a preview; one to reject is a rejection."""
        if plan.rejection:
            self.rejected(label, plan.rejection, plan.detail)
            return
        self.summary.carried_out(plan)
        for warning in plan.warnings:
            logger.warning("%s: %s", label, explained(warning))

    def created(self, label: str, plan: Plan, completion: Plan, failure: Failure | None) -> None:
        """Somebody was created.

        Args:
            label: How messages name the person.
            plan: The plan to create them.
            completion: The plan for what creation did not take.
            failure: Why Xledger refused that; None when it did not.
        """
        warnings = [*plan.warnings, *completion.warnings]
        if failure:
            left_out = dict.fromkeys(change.field for change in completion.changes)
            warnings += [FieldWarning(WarningCode.PARTLY_WRITTEN, ", ".join(left_out))]
            logger.warning("%s was created, but Xledger refused the rest. Xledger says: %s", label, failure.words)
        distinct = tuple(dict.fromkeys(warnings))
        self.carried_out(label, replace(plan, warnings=distinct, conflicts=completion.conflicts))

    def rejected(self, label: str, code: RejectionCode, reason: str = "") -> None:
        """A record was not written.

        Args:
            label: How messages name it.
            code: Why.
            reason: More about why, without any value of the record.
        """
        self.summary.rejects(code)
        logger.warning("%s was rejected (%s). %s", label, code.value, f"{REJECTIONS[code]} {reason}".strip())
