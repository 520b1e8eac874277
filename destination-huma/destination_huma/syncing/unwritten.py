"""What Huma does not write of somebody, and why: in its own words where it has any. No I/O."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from connector_base.people.person import Refusal
from huma_api.writing.outcomes import Reason, Refused
from shared_mappings import FieldChange

ABOUT_ALL_OF_IT: Final = frozenset({Reason.LOCKED, Reason.GONE})
"""Refusals that no part of a request would escape."""


@dataclass(frozen=True, slots=True)
class Said:
    """Why something was not written.

    Attributes:
        words: In words that hold no value of a record.
        original: As Huma says it: for the storage the administrator configured, never for a log.
    """

    words: str
    original: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Unwritten:
    """What a request did not write.

    Attributes:
        changes: What is not written; nothing where everything is.
        why: Why not.
        reason: Why it was refused; None where it was taken.
    """

    changes: tuple[FieldChange, ...]
    why: Said
    reason: Reason | None = None

    @property
    def may_be_parted(self) -> bool:
        """Whether a part of the request may be taken where the whole is refused."""
        return self.reason is not None and self.reason not in ABOUT_ALL_OF_IT


_BY_REASON: Final[Mapping[Reason, str]] = {
    Reason.NOT_ALLOWED: "The API key has no right to write this.",
    Reason.LOCKED: "The profile is locked.",
    Reason.GONE: "What was to be changed is not there any more.",
}
"""What is said where Huma says nothing."""

DOES_NOT_SHOW: Final = Said(*2 * ("It took the change, and shows what was there before.",))

NOT_YET: Final = Said(
    *2 * ("It is written last, once Huma has all that the next sync to Xledger would unset there otherwise.",)
)


def said_by(refused: Refused) -> Said:
    """Why something was refused."""
    instead = _BY_REASON.get(refused.reason, f"Nothing but HTTP status {refused.status}.")
    return Said(refused.words or instead, refused.original or instead)


def refusal_of(unwritten: Sequence[Unwritten]) -> Refusal | None:
    """What was refused of somebody, field by field; None when nothing was."""
    if not unwritten:
        return None
    why = tuple(dict.fromkeys(each.why for each in unwritten))
    return Refusal(why, tuple(change for each in unwritten for change in each.changes), by_name=True)
