"""From the values of a record to the value Xledger is to have. Each converter is one function over named parts.

A part is a value with one of the three states. A converter answers with the value for Xledger, with `None` where the
value is unset in Huma, with `MISSING` where too little is known, or with `MISSING` and a warning where the value is one
that Xledger could never accept. Text is handed on exactly as it was entered; only text without any visible character
counts as unset.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any, Final

from stdnum import iban
from stdnum.exceptions import ValidationError
from stdnum.no import fodselsnummer, kontonr
from stdnum.util import isdigits

from shared_mappings.codes import WarningCode
from shared_mappings.countries import country_code
from shared_mappings.states import MISSING, Missing, State

Parts = Mapping[str, Any]
"""The values of a record that a rule draws on, by the name of the part."""

NORWAY: Final = "NO"
SOCIAL_SECURITY_LENGTH: Final = 11
LENGTH_OF_A_DATE: Final = 10


@dataclass(frozen=True, slots=True)
class Options:
    """Settings that change what a value becomes.

    Attributes:
        gender_codes: Xledger's code for each gender as Huma spells it.
    """

    gender_codes: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({"Male": "M", "Female": "F"}))


@dataclass(frozen=True, slots=True)
class Converted:
    """What a converter answers.

    Attributes:
        value: The value for Xledger, `None` for unset, `MISSING` for unknown or unusable.
        warning: Why the value cannot be used.
    """

    value: State = field(repr=False)
    warning: WarningCode | None = None


Converter = Callable[[Parts, Options], Converted]

UNKNOWN: Final = Converted(MISSING)


def text(parts: Parts, _: Options) -> Converted:
    """One text, unchanged."""
    return Converted(_text(parts["value"]))


def full_name(parts: Parts, _: Options) -> Converted:
    """Given and family name with a space between; unknown unless both are there, since half a name replaces none."""
    names = [_text(part) for part in parts.values()]
    known = [name for name in names if isinstance(name, str)]
    return Converted(" ".join(known)) if len(known) == len(names) else UNKNOWN


def street_address(parts: Parts, _: Options) -> Converted:
    """The lines that hold something, joined with a comma; unknown when one of the lines is."""
    lines = [_text(part) for part in parts.values()]
    if MISSING in lines:
        return UNKNOWN
    return Converted(", ".join(line for line in lines if isinstance(line, str)) or None)


def country(parts: Parts, _: Options) -> Converted:
    """An ISO 3166-1 alpha-2 code in capitals, also of a country that is written by its name."""
    return _country(parts["value"])


def calendar_date(parts: Parts, _: Options) -> Converted:
    """A date as YYYY-MM-DD; a time after it is dropped."""
    value = _text(parts["value"])
    if not isinstance(value, str):
        return Converted(value)
    try:
        return Converted(parse_date(value).isoformat())
    except ValueError:
        return Converted(MISSING, WarningCode.INVALID_DATE)


def gender(parts: Parts, options: Options) -> Converted:
    """Xledger's code for a gender; a code that is nobody's spelling is its own translation, free text has none."""
    value = _text(parts["value"])
    if not isinstance(value, str):
        return Converted(value)
    codes = {code.strip().casefold(): code for code in options.gender_codes.values()}
    codes |= {spelling.strip().casefold(): code for spelling, code in options.gender_codes.items()}
    code = codes.get(value.strip().casefold())
    return Converted(code) if code is not None else Converted(MISSING, WarningCode.UNMAPPED_GENDER)


def bank_account(parts: Parts, _: Options) -> Converted:
    """A bank account without spaces and dots: the IBAN of an international account, the number of a national one.

    Norwegian numbers and IBANs are checked by their digits, other national numbers are taken as they are.
    """
    international, national = _text(parts.get("iban", None)), _text(parts["number"])
    if isinstance(international, str):
        return _checked(international, iban.validate)
    if not isinstance(national, str):
        return Converted(MISSING if MISSING in (international, national) else None)
    if _looks_like_an_iban(national):
        return _checked(national, iban.validate)
    if _is_norway(parts["country"]):
        return _checked(national, kontonr.validate)
    return Converted(compact_account(national))


def bank_account_country(parts: Parts, _: Options) -> Converted:
    """The first two letters of an IBAN, otherwise the country given with a national account."""
    international = _text(parts["iban"])
    if isinstance(international, str) and _looks_like_an_iban(international):
        return _country(compact_account(international)[:2])
    return _country(parts["country"])


def social_security_number(parts: Parts, _: Options) -> Converted:
    """The national identification. Of several, Norway's; without one of Norway's nobody guesses which is meant.

    A Norwegian number needs its check digits and is written without separators; others are taken as they are.
    """
    if "entries" in parts:
        return _from_identifications(parts["entries"])
    return _checked_identification(_text(parts["number"]), parts["country"])


def parse_date(value: str) -> date:
    """The date in an ISO date or date and time.

    Raises:
        ValueError: When it is none.
    """
    stripped = value.strip()
    if len(stripped) > LENGTH_OF_A_DATE and stripped[LENGTH_OF_A_DATE] not in "T ":
        raise ValueError("not an ISO date")
    return date.fromisoformat(stripped[:LENGTH_OF_A_DATE])


def compact_account(number: str) -> str:
    """A bank account in capitals, without white space and dots."""
    return "".join(number.replace(".", "").split()).upper()


def compact_identification(number: str) -> str:
    """A national identification in capitals, without white space and dashes. Masked digits stay `*`."""
    return "".join(number.replace("-", "").split()).upper()


def _text(value: Any) -> State:
    """The value as text, with text that shows nothing counted as unset."""
    if value is None or isinstance(value, Missing):
        return value
    content = value if isinstance(value, str) else str(value)
    return content if content.strip() else None


def _country(value: Any) -> Converted:
    written = _text(value)
    if not isinstance(written, str):
        return Converted(written)
    code = country_code(written)
    return Converted(code) if code is not None else Converted(MISSING, WarningCode.INVALID_COUNTRY)


def _is_norway(value: Any) -> bool:
    return _country(value).value == NORWAY


def _checked(number: str, validate: Callable[[str], str]) -> Converted:
    compact = compact_account(number)
    try:
        validate(compact)
    except ValidationError:
        return Converted(MISSING, WarningCode.INVALID_BANK_ACCOUNT)
    return Converted(compact)


def _looks_like_an_iban(number: str) -> bool:
    compact = compact_account(number)
    return compact[:2].isalpha() and compact[:2].isascii() and isdigits(compact[2:4])


def _from_identifications(entries: Any) -> Converted:
    if entries is None or isinstance(entries, Missing):
        return Converted(entries)
    national = [entry for entry in entries if entry.get("type") == "national"]
    if len(national) > 1:
        norwegian = [entry for entry in national if _is_norway(entry.get("country"))]
        if len(norwegian) != 1:
            return Converted(MISSING, WarningCode.INVALID_SOCIAL_SECURITY_NUMBER)
        national = norwegian
    if not national:
        return Converted(None)
    return _checked_identification(_text(national[0].get("value")), national[0].get("country"))


def _checked_identification(number: State, issued_by: Any) -> Converted:
    if not isinstance(number, str) or not _is_norway(issued_by):
        return Converted(number)
    compact = compact_identification(number)
    if len(compact) == SOCIAL_SECURITY_LENGTH and isdigits(compact) and compact[-2:] == _check_digits(compact):
        return Converted(compact)
    return Converted(MISSING, WarningCode.INVALID_SOCIAL_SECURITY_NUMBER)


def _check_digits(number: str) -> str:
    """The two check digits alone: whether the date in a number is possible is not for this project to judge."""
    return fodselsnummer.calc_check_digit1(number) + fodselsnummer.calc_check_digit2(number)


CONVERTERS: Final[Mapping[str, Converter]] = MappingProxyType(
    {
        "text": text,
        "full_name": full_name,
        "street_address": street_address,
        "country": country,
        "date": calendar_date,
        "gender": gender,
        "bank_account": bank_account,
        "bank_account_country": bank_account_country,
        "social_security_number": social_security_number,
    }
)
"""The converters by the names the field table uses."""
