"""The languages that people are told in, and texts that stand in each of them."""

from collections.abc import Mapping
from typing import Annotated, Final, Literal

from pydantic import AfterValidator

Language = Literal["en", "nb"]
"""English, or Norwegian bokmål: as browsers, mails and settings name them."""

LANGUAGES: Final[tuple[Language, ...]] = ("en", "nb")
"""All of them; the first is what counts where nobody chose."""


def _in_each(texts: Mapping[Language, str]) -> Mapping[Language, str]:
    if tuple(texts) != LANGUAGES or not all(texts.values()):
        raise ValueError(f"has to be said in each of {', '.join(LANGUAGES)}, in that order, and in no other language")
    return texts


InEachLanguage = Annotated[Mapping[Language, str], AfterValidator(_in_each)]
"""A text by language."""
