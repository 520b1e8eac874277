"""What each code means, and what an administrator can do about it: the texts of `explained.yaml`."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Annotated, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, model_validator

from shared_mappings.codes import OF_HUMA, OF_XLEDGER, NotWritten, RejectionCode, SkipReason, WarningCode
from shared_mappings.field_table import Side
from shared_mappings.languages import InEachLanguage, Language
from shared_mappings.policies import Policy
from shared_mappings.tables import read

Code = RejectionCode | SkipReason | WarningCode | NotWritten | Policy

NAMES: Final[Mapping[Side, str]] = {Side.XLEDGER: "Xledger", Side.HUMA: "Huma"}
"""What the two systems are called, in every language."""

_OF_ONE: Final = {Side.XLEDGER: OF_XLEDGER | {Policy.MIRROR}, Side.HUMA: OF_HUMA}
"""What there is only where that system is written: nothing is ever unset in Huma."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Explained(_Frozen):
    """A code, where one of the systems is written.

    Attributes:
        called: What people call it, in a few words.
        means: What it means and what to do about it, in sentences.
        leaves_out: Whether a warning is about a value that was left out, and not about the person as a whole.
    """

    called: InEachLanguage
    means: InEachLanguage
    leaves_out: bool = True


def _of_each_side(texts: object) -> object:
    """What stands under `both` is the same for either system."""
    if isinstance(texts, dict) and texts.keys() == {"both"}:
        return dict.fromkeys(Side, texts["both"])
    return texts


BySide = Annotated[dict[Side, Explained], BeforeValidator(_of_each_side)]


class Texts(_Frozen):
    """The file as it is written: the texts by code and by the system that is written to.

    Attributes:
        refusal: What to do about what the system refuses.
        rejections: Why a record was not written.
        skips: Why a person was left out on purpose.
        warnings: Why a value was left out.
        not_written: Why a plan writes nothing at a place.
        policies: How far a field may reach.
    """

    refusal: dict[Side, InEachLanguage]
    rejections: dict[RejectionCode, BySide]
    skips: dict[SkipReason, BySide]
    warnings: dict[WarningCode, BySide]
    not_written: dict[NotWritten, BySide]
    policies: dict[Policy, BySide]

    def codes(self) -> Iterator[tuple[Code, dict[Side, Explained]]]:
        """Each code that is explained, in the order of the file."""
        for section in (self.rejections, self.skips, self.warnings, self.not_written, self.policies):
            yield from section.items()

    @model_validator(mode="after")
    def _explains_what_there_is(self) -> "Texts":
        told = {(side, code) for code, by_side in self.codes() for side in by_side}
        there = {
            (side, code)
            for side in Side
            for kind in (RejectionCode, SkipReason, WarningCode, NotWritten, Policy)
            for code in kind
            if not any(code in codes for other, codes in _OF_ONE.items() if other is not side)
        }
        if told != there or {*self.refusal} != {*Side}:
            raise ValueError(f"not explained, or explained although there is no such thing: {sorted(told ^ there)}")
        return self


def explained(code: Code, written: Side, language: Language) -> str:
    """What a code means and what to do about it, in sentences. What is particular to a case is not in them.

    Args:
        code: The code.
        written: The system that is written to.
        language: The language.

    Raises:
        KeyError: When there is no such code where that system is written.
    """
    return explanations(written)[code.value].means[language]


def called(code: Code, written: Side, language: Language) -> str:
    """What people call a code, in a few words, such as `No employment ID`.

    Args:
        code: The code.
        written: The system that is written to.
        language: The language.

    Raises:
        KeyError: When there is no such code where that system is written.
    """
    return explanations(written)[code.value].called[language]


@cache
def explanations(written: Side) -> Mapping[str, Explained]:
    """Every code that there is where a system is written, as it stands in reports, with what is said of it."""
    there = ((code, by_side[written]) for code, by_side in _texts().codes() if written in by_side)
    return {code.value: _put_in(text, written) for code, text in there}


def refusal(written: Side, language: Language) -> str:
    """What to do about what a system refuses, before its own words."""
    return _texts().refusal[written][language]


def _put_in(text: Explained, written: Side) -> Explained:
    """A text with the names of the systems in it."""
    names = {"source": NAMES[written.other], "written": NAMES[written]}
    means = {
        language: sentences.format(**names, refusal=refusal(written, language))
        for language, sentences in text.means.items()
    }
    return text.model_copy(update={"means": means})


@cache
def _texts() -> Texts:
    return Texts.model_validate(read("explained.yaml"))
