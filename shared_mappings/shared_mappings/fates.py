"""What becomes of decisions in a run, and what runs have seen of them together."""

import json
from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from typing import Final, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from shared_mappings.codes import SkipReason
from shared_mappings.decisions import Decisions
from shared_mappings.planning.plans import Action, Plan
from shared_mappings.rulings import About, Rulings


class Fate(str, Enum):
    """What becomes of a decision."""

    APPLIED = "applied"
    """It is gone by, be it that there is nothing to do any more."""
    LAPSED = "lapsed"
    """It is not: Huma has another value by now than the one that was seen, or who was to be left out of Xledger is
    there."""
    UNKNOWN = "unknown"
    """It is about nobody that there is."""


Fates = Mapping[About, Fate]
"""What became of decisions, of those that were come across."""


def what_became_of(rulings: Rulings, decided: Plan) -> Fates:
    """What became of the decisions about one person.

    Args:
        rulings: The decisions.
        decided: What is done about the person. Of somebody who is rejected, or left out for another reason, nothing is
            gone by.
    """
    match decided.action:
        case Action.REJECT:
            return {}
        case Action.SKIP:
            left_out = rulings.leave and decided.skip_reason is SkipReason.NOT_IN_XLEDGER
            return {rulings.about_leaving: Fate.APPLIED} if left_out else {}
    fates = {rulings.about(field): Fate.APPLIED for field in rulings.stands}
    fates |= {rulings.about(field): Fate.LAPSED for field in rulings.lapsed}
    if rulings.add:
        fates[rulings.about_adding] = Fate.APPLIED
    if rulings.leave and decided.action is not Action.CREATE:
        fates[rulings.about_leaving] = Fate.LAPSED
    return fates


def numbers_by_fate(fates: Fates) -> dict[str, int]:
    """How many decisions had each fate, by its name."""
    found = list(fates.values())
    return {fate.value: found.count(fate) for fate in Fate}


class Seen(BaseModel):
    """What runs have seen of the decisions that are in force: ids and names of fields, and no value of anybody's.

    Attributes:
        version: The version of the form. Of another one, nothing is known.
        decisions: The digest of the decisions that this is about.
        as_of: Since when it is so.
        lapsed: Those that had lapsed.
        unknown: Those about nobody that there is.
        unseen: Those that no run has come across.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, hide_input_in_errors=True)

    version: Literal[1] = 1
    decisions: str
    as_of: AwareDatetime = Field(alias="asOf")
    lapsed: frozenset[About]
    unknown: frozenset[About]
    unseen: frozenset[About]

    @classmethod
    def nothing(cls, decisions: Decisions, now: datetime) -> "Seen":
        """As long as no run has gone by them."""
        return cls(
            decisions=decisions.digest,
            as_of=now,
            lapsed=frozenset(),
            unknown=frozenset(),
            unseen=decisions.everything,
        )

    def after(self, fates: Fates, now: datetime) -> "Seen":
        """What is known after another run, which corrects what it has come across, and leaves the rest as it was.

        Args:
            fates: What became in it of decisions.
            now: When it was.
        """
        found = {
            "lapsed": _with(self.lapsed, fates, Fate.LAPSED),
            "unknown": _with(self.unknown, fates, Fate.UNKNOWN),
            "unseen": self.unseen - fates.keys(),
        }
        after = self.model_copy(update=found)
        return self if after == self else after.model_copy(update={"as_of": now})

    def in_words(self, number: int) -> str:
        """What an administrator is told of it, to be put after how many decisions there are.

        Args:
            number: How many those are.
        """
        if len(self.unseen) == number:
            return f"; no sync has gone by {_one(number, 'it', 'them')} yet."
        told = []
        if self.lapsed:
            told.append(f"{_among(len(self.lapsed), number)} {_one(len(self.lapsed), 'has', 'have')} lapsed")
        elif number > 1:
            told.append("none of them has lapsed")
        elif not self.unknown:
            told.append("it has not lapsed")
        if self.unknown:
            told.append(f"{_among(len(self.unknown), number)} {_one(len(self.unknown), 'is', 'are')} about nobody")
        if self.unseen:
            told.append(f"no sync has gone by {_among(len(self.unseen), number)} yet")
        *first, last = told
        listed = f"{', '.join(first)} and {last}" if first else last
        return f"; as of {self.as_of.date().isoformat()}, {listed}.{_WHY_LAPSED if self.lapsed else ''}"

    def as_text(self) -> str:
        """The text that is read by `parse_seen`, the same for the same."""
        told = {name: sorted(getattr(self, name)) for name in ("lapsed", "unknown", "unseen")}
        return json.dumps(
            {"version": self.version, "decisions": self.decisions, "asOf": self.as_of.isoformat(), **told}
        )


def parse_seen(text: str | bytes) -> Seen:
    """What was seen of decisions, as an earlier run has written it.

    Raises:
        ValueError: When it cannot be understood. The error quotes nothing of it.
    """
    return Seen.model_validate_json(text)


_WHY_LAPSED: Final = (
    " A decision lapses when Huma has another value than the one that was decided about, be it Xledger's since the "
    "decision was carried out, or when somebody who was to be left out is in Xledger. The page of a preview shows what "
    "is left to decide."
)


def _among(count: int, number: int) -> str:
    """So many of the decisions, of which there are a number."""
    if number == 1:
        return "it"
    return "all of them" if count == number else f"{count} of them"


def _one(count: int, one: str, several: str) -> str:
    return one if count == 1 else several


def _with(before: frozenset[About], fates: Fates, wanted: Fate) -> frozenset[About]:
    return (before - fates.keys()) | {about for about, fate in fates.items() if fate is wanted}
