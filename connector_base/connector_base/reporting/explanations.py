"""What a destination says of what is not written: what it means, and what an administrator can do about it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from shared_mappings import (
    NAMES,
    Desired,
    FieldWarning,
    Language,
    RejectionCode,
    Side,
    called,
    explained,
    explanations,
    refusal,
)

SPOKEN: Final[Language] = "en"
"""The language of logs and of `rejected.jsonl`."""


@dataclass(frozen=True, slots=True)
class Explanations:
    """What a destination says of what is not written.

    Attributes:
        written: The system that it writes to.
        refused: The code of what that system refuses.
        lacking: A sentence about what a person lacks who was not created, as far as that may be why; empty for nothing.
    """

    written: Side
    refused: RejectionCode
    lacking: Callable[[Desired], str]

    def rejection(self, code: RejectionCode) -> str:
        """What a rejection means; of what was refused, so that the words of the system may follow."""
        why = explained(code, self.written, SPOKEN)
        return f"{why} {self._says}" if code is self.refused else why

    def explained(self, warning: FieldWarning) -> str:
        """A warning in sentences that name the field that was left out, or several with commas, and never a value."""
        code = warning.code
        left_out = explanations(self.written)[code.value].leaves_out
        what = f"Left out: {warning.field}" if left_out else called(code, self.written, SPOKEN)
        return f"{what} ({code.value}). {explained(code, self.written, SPOKEN)}"

    def said(self, what: str, words: str) -> str:
        """What was left out, and what the system that is written to says of that.

        Args:
            what: What was left out, in sentences.
            words: Its words; empty where it says nothing, and only does not show where something belongs.
        """
        return f"{what} {refusal(self.written, SPOKEN)} {self._says} {words}" if words else what

    @property
    def _says(self) -> str:
        return f"{NAMES[self.written]} says:"
