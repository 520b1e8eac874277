"""What is decided about a person."""

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from shared_mappings.codes import RejectionCode, SkipReason
from shared_mappings.desired import FieldWarning
from shared_mappings.policies import Policy


class Action(str, Enum):
    """What a plan comes to."""

    CREATE = "create"
    UPDATE = "update"
    UNCHANGED = "unchanged"
    SKIP = "skip"
    REJECT = "reject"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One value to write.

    Attributes:
        field: The record's field it belongs to, by which it is counted.
        target: Where it is written: a path in Xledger's type Employee, or its place in Huma.
        before: What is there; None for nothing.
        after: What is to be there, in Xledger's form; None to unset it.
    """

    field: str
    target: str
    before: str | None = dataclasses.field(repr=False)
    after: str | None = dataclasses.field(repr=False)


@dataclass(frozen=True, slots=True)
class Conflict:
    """Both sides have a value, they differ in meaning, and the policy keeps theirs; or it was decided to keep it.

    Theirs is the system's that is written, and ours the record's.

    Attributes:
        field: The record's field.
        target: Where it would be written: a path in Xledger's type Employee, or its place in Huma.
        policy: The policy in force.
        ours: What they would have had; None for nothing, which only a decision holds back.
        theirs: What they keep; None for nothing: in a line of a value that has other lines there, or by a decision.
        decided: Whether a decision about this person holds the value back, whatever the policy says.
    """

    field: str
    target: str
    policy: Policy
    ours: str | None = dataclasses.field(repr=False)
    theirs: str | None = dataclasses.field(repr=False)
    decided: bool = False


Decision = FieldChange | Conflict | FieldWarning | None
"""What is decided about one place; None for nothing to do and nothing to tell."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do about one person.

    Attributes:
        action: What it comes to.
        changes: The values to write, in the order of the field table; empty unless creating or updating.
        conflicts: Where their value stands although the record's differs.
        warnings: Values that were left out.
        skip_reason: Why the person is left out; only with `Action.SKIP`.
        rejection: Why the record is rejected; only with `Action.REJECT`.
        detail: More about a rejection: ids, never values.
        lifted_by: The record's field about which it can be decided that Huma's value stands, where that lifts the
            rejection; None where it does not.
    """

    action: Action
    changes: tuple[FieldChange, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    warnings: tuple[FieldWarning, ...] = ()
    skip_reason: SkipReason | None = None
    rejection: RejectionCode | None = None
    detail: str = ""
    lifted_by: str | None = None

    @classmethod
    def of(cls, decisions: Iterable[Decision], warnings: Iterable[FieldWarning]) -> "Plan":
        """A plan for somebody who is there.

        Args:
            decisions: What is decided about each place.
            warnings: What is told of the record whatever was decided.
        """
        made = list(decisions)
        changes = tuple(decision for decision in made if isinstance(decision, FieldChange))
        return cls(
            Action.UPDATE if changes else Action.UNCHANGED,
            changes=changes,
            conflicts=tuple(decision for decision in made if isinstance(decision, Conflict)),
            warnings=tuple(
                dict.fromkeys([*warnings, *(decision for decision in made if isinstance(decision, FieldWarning))])
            ),
        )

    @classmethod
    def skip(cls, reason: SkipReason) -> "Plan":
        """A plan to leave someone out."""
        return cls(Action.SKIP, skip_reason=reason)

    @classmethod
    def reject(cls, code: RejectionCode, detail: str = "", lifted_by: str | None = None) -> "Plan":
        """A plan to reject a record."""
        return cls(Action.REJECT, rejection=code, detail=detail, lifted_by=lifted_by)
