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
