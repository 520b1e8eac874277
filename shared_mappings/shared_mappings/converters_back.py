"""From Xledger's value back to what Huma takes. Each converter is one function over a value and what stands around it.

It takes a value in the form that the converters for Xledger (converters.py) make, and answers with what stands in the
body of a request to Huma, or with a warning where Huma could never take the value, or where too little is known.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from stdnum.exceptions import ValidationError
from stdnum.no import kontonr

from shared_mappings.codes import WarningCode
from shared_mappings.converters import NORWAY, Options, looks_like_an_iban
from shared_mappings.normal_forms import compact_number, normalised_key, normalised_text, normalised_word

LONGEST: Final = 255
"""The characters that Huma takes in a text."""

LINES: Final = ("line1", "line2", "line3")
"""Huma's lines of an address that are the street address."""

BETWEEN_LINES: Final = ", "

Body = str | Mapping[str, str]
"""What stands in the body of a request: a text, or an object of texts."""


@dataclass(frozen=True, slots=True)
class Around:
    """What a converter may draw on beside the value.

    Attributes:
        options: Settings that change what a value becomes.
        job_titles: The ids of Huma's job titles by name.
        beside: What the record says beside the value, in Xledger's form, by the name of the part; without the unknown.
        in_huma: What stands there in Huma, likewise.
    """

    options: Options
    job_titles: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    beside: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    in_huma: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), repr=False)


@dataclass(frozen=True, slots=True)
class Returned:
    """What a converter answers.

    Attributes:
        body: What stands in the body of the request; None where the value is left out.
        warning: Why it is left out.
    """

    body: Body | None = field(repr=False)
    warning: WarningCode | None = None


ConverterBack = Callable[[str, Around], Returned]

NEVER_TAKEN: Final = Returned(None, WarningCode.PARTLY_WRITTEN)


def text(value: str, _: Around) -> Returned:
    """One text, unchanged."""
    return Returned(value) if len(value) <= LONGEST else NEVER_TAKEN


def address_lines(value: str, _: Around) -> Returned:
    """A street address in the lines that it was joined from, as far as joining them gives the same text again."""
    lines = value.split(BETWEEN_LINES, len(LINES) - 1)
    if not all(line and line == normalised_text(line) for line in lines):
        lines = [value]
    if any(len(line) > LONGEST for line in lines):
        return NEVER_TAKEN
    return Returned(dict(zip(LINES, (*lines, "", ""), strict=False)))


def bank_account(value: str, around: Around) -> Returned:
    """A national account with its country, which a Norwegian IBAN is too; an international one with its BIC.

    Without a country in Xledger, a number with Norway's check digit is Norway's, and any other one of the country that
    stands in Huma.
    """
    number = compact_number(value)
    if looks_like_an_iban(number):
        if number.startswith(NORWAY):
            return _national(number[4:], NORWAY)
        bic = around.beside.get("bic")
        return NEVER_TAKEN if bic is None else Returned({"type": "international", "iban": number, "bic": bic})
    norwegian = NORWAY if _is_norwegian(number) else None
    country = around.beside.get("country") or norwegian or around.in_huma.get("country")
    if country is None:
        return NEVER_TAKEN
    return _national(number if country == NORWAY else value, country)


def gender(value: str, around: Around) -> Returned:
    """Huma's word for a gender: the first that has Xledger's code."""
    spellings = (
        spelling
        for spelling, code in around.options.gender_codes.items()
        if normalised_word(code) == normalised_word(value)
    )
    return text(normalised_key(next(spellings, value)), around)


def job_title(value: str, around: Around) -> Returned:
    """The id of the only job title of that name."""
    identity = around.job_titles.get(normalised_text(value))
    return Returned(None, WarningCode.UNKNOWN_JOB_TITLE) if identity is None else Returned(identity)


def _national(number: str, country: str) -> Returned:
    if len(number) > LONGEST:
        return NEVER_TAKEN
    return Returned({"type": "national", "number": number, "country": country})


def _is_norwegian(number: str) -> bool:
    try:
        kontonr.validate(number)
    except ValidationError:
        return False
    return True


CONVERTERS_BACK: Final[Mapping[str, ConverterBack]] = MappingProxyType(
    {
        "text": text,
        "address_lines": address_lines,
        "bank_account": bank_account,
        "gender": gender,
        "job_title": job_title,
    }
)
"""The converters by the names the field table uses."""
