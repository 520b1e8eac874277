"""What rejections and warnings mean, and what an administrator can do about them, in a destination's own sentences."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from shared_mappings import Desired, FieldWarning, RejectionCode, WarningCode


@dataclass(frozen=True, slots=True)
class Explanations:
    """What a destination says of what is not written.

    Attributes:
        rejections: What each rejection means.
        warnings: What each warning means.
        nothing_left_out: How a warning begins that is about the person, and not about a field that was left out.
        refused: The code of what the system that is written to refuses.
        refusal: What to do about that, and who says the words that follow.
        lacking: A sentence about what a person lacks who was not created, as far as that may be why; empty for nothing.
    """

    rejections: Mapping[RejectionCode, str]
    warnings: Mapping[WarningCode, str]
    nothing_left_out: Mapping[WarningCode, str]
    refused: RejectionCode
    refusal: str
    lacking: Callable[[Desired], str]

    def explained(self, warning: FieldWarning) -> str:
        """A warning in sentences that name the field that was left out, or several with commas, and never a value."""
        what = self.nothing_left_out.get(warning.code, f"Left out: {warning.field}")
        return f"{what} ({warning.code.value}). {self.warnings[warning.code]}"

    def said(self, what: str, words: str) -> str:
        """What was left out, and what the system that is written to says of that.

        Args:
            what: What was left out, in sentences.
            words: Its words; empty where it says nothing, and only does not show where something belongs.
        """
        return f"{what} {self.refusal} {words}" if words else what


def misshapen(source: str) -> str:
    """What it means that a record does not fit its schema.

    Args:
        source: The system that records come from.
    """
    return (
        "Something in this record has the wrong form (what follows). If it comes straight from "
        f"{source}, report it to the makers of the source; otherwise correct the mapping in the host."
    )


def unusable_values(source: str) -> Mapping[WarningCode, str]:
    """What warnings mean that are about a value of a record, wherever it would be written.

    Args:
        source: The system that records come from.
    """
    return {
        WarningCode.INVALID_BANK_ACCOUNT: "It is not a valid account number: its length, its characters or its check "
        f"digits are wrong. Correct it in {source}.",
        WarningCode.INVALID_DATE: f"It is not a date. Correct it in {source}.",
        WarningCode.INVALID_COUNTRY: "It is not a country: neither a code of two letters, such as NO, nor a name in "
        f"Norwegian, Swedish, Danish, Finnish or English. Correct it in {source}.",
        WarningCode.CHANGED_BY_HOST: "The host nulled or cut the value on the way, so nobody knows what it is. Look in "
        "the host for what keeps it from passing values whole, such as a limit of their size.",
    }
