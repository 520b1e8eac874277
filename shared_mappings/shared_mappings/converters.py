"""From the values of a record to the value Xledger is to have. Each converter is one function over named parts.

A part is a value with one of the three states. A converter answers with the value for Xledger, with `None` where the
value is unset in Huma, with `MISSING` where too little is known, or with `MISSING` and a warning where the value is one
that Xledger could never accept. Text is handed on exactly as it was entered; only text of nothing but white space and
invisible characters counts as unset. Keys, numbers and dates are handed on in the form in which they are checked.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from stdnum import iban
from stdnum.exceptions import InvalidComponent, ValidationError
from stdnum.no import fodselsnummer, kontonr
from stdnum.util import isdigits

from shared_mappings.codes import WarningCode
from shared_mappings.countries import country_code
from shared_mappings.dates import NO_DAYS, NO_ENDS, parse_date, stands_for_none
from shared_mappings.normal_forms import MASK, as_text, compact_number, normalised_key, normalised_word, without_gaps
from shared_mappings.states import MISSING, Missing, State

Parts = Mapping[str, Any]
"""The values of a record that a rule draws on, by the name of the part."""

NORWAY: Final = "NO"
SOCIAL_SECURITY_LENGTH: Final = 11

_DIGITS: Final = "0123456789"

_LENIENT_REMAINDERS: Final = range(4)
"""What may be left over by the first check digit. Facts: numbers given from 2032 on, and synthetic ones before, leave 0
to 3, older ones 0 (Skatteetaten, "Nytt fødselsnummer fra 2032")."""


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
    return Converted(as_text(parts["value"]))


def key(parts: Parts, _: Options) -> Converted:
    """A code or an e-mail address, in the form in which people are found by it."""
    value = as_text(parts["value"])
    return Converted(normalised_key(value) if isinstance(value, str) else value)


def full_name(parts: Parts, _: Options) -> Converted:
    """Given and family name with a space between; unknown unless both are there, since half a name replaces none."""
    names = [as_text(part) for part in parts.values()]
    known = [name for name in names if isinstance(name, str)]
    return Converted(" ".join(known)) if len(known) == len(names) else UNKNOWN


def street_address(parts: Parts, _: Options) -> Converted:
    """The lines that hold something, joined with a comma; unknown when one of the lines is."""
    lines = [as_text(part) for part in parts.values()]
    if MISSING in lines:
        return UNKNOWN
    return Converted(", ".join(line for line in lines if isinstance(line, str)) or None)


def country(parts: Parts, _: Options) -> Converted:
    """An ISO 3166-1 alpha-2 code in capitals, also of a country that is written by its name."""
    return _country(parts["value"])


def calendar_date(parts: Parts, _: Options) -> Converted:
    """A date as YYYY-MM-DD; what databases write for no date is unset."""
    return _date(parts["value"], NO_DAYS)


def end_date(parts: Parts, _: Options) -> Converted:
    """A date on which something ends; what databases write for no end is unset as well."""
    return _date(parts["value"], NO_ENDS)


def gender(parts: Parts, options: Options) -> Converted:
    """Xledger's code for a gender; a code that is nobody's spelling is its own translation, free text has none."""
    value = as_text(parts["value"])
    if not isinstance(value, str):
        return Converted(value)
    codes = {normalised_word(code): code for code in options.gender_codes.values()}
    codes |= {normalised_word(spelling): code for spelling, code in options.gender_codes.items()}
    code = codes.get(normalised_word(value))
    return Converted(MISSING, WarningCode.UNMAPPED_GENDER) if code is None else Converted(normalised_key(code))


def bank_account(parts: Parts, _: Options) -> Converted:
    """A bank account without white space and dots: the IBAN of an international account, the number of a national one.

    Norwegian numbers and IBANs are checked by their digits, and written without dashes too. Other national numbers are
    taken as they are: should Xledger check them by their shape, its refusal costs the one field.
    """
    international, national = as_text(parts.get("iban", None)), as_text(parts["number"])
    if isinstance(international, str):
        return _checked(international, _validate_iban)
    if not isinstance(national, str):
        return Converted(MISSING if MISSING in (international, national) else None)
    if looks_like_an_iban(national):
        return _checked(national, _validate_iban)
    if _is_norway(parts["country"]):
        return _checked(national, kontonr.validate)
    return _taken_as_it_is(without_gaps(national), WarningCode.INVALID_BANK_ACCOUNT)


def bank_account_country(parts: Parts, _: Options) -> Converted:
    """The first two letters of an IBAN, otherwise the country given with a national account."""
    international = as_text(parts["iban"])
    if isinstance(international, str) and looks_like_an_iban(international):
        return _country(compact_number(international)[:2])
    return _country(parts["country"])


def social_security_number(parts: Parts, _: Options) -> Converted:
    """The national identification. Of several, Norway's; without one of Norway's nobody guesses which is meant.

    A Norwegian number needs its check digits, unless it is masked, and is written without separators; others are taken
    as they are, whatever their shape.
    """
    if "entries" in parts:
        return _from_identifications(parts["entries"])
    return _checked_identification(as_text(parts["number"]), parts["country"])


def _date(value: Any, placeholders: frozenset[str]) -> Converted:
    written = as_text(value)
    if not isinstance(written, str):
        return Converted(written)
    if stands_for_none(written, placeholders):
        return Converted(None)
    try:
        return Converted(parse_date(written).isoformat())
    except ValueError:
        return Converted(MISSING, WarningCode.INVALID_DATE)


def _country(value: Any) -> Converted:
    written = as_text(value)
    if not isinstance(written, str):
        return Converted(written)
    code = country_code(written)
    return Converted(code) if code is not None else Converted(MISSING, WarningCode.INVALID_COUNTRY)


def _is_norway(value: Any) -> bool:
    return _country(value).value == NORWAY


def _checked(number: str, validate: Callable[[str], object]) -> Converted:
    compact = compact_number(number)
    try:
        validate(compact)
    except ValidationError:
        return Converted(MISSING, WarningCode.INVALID_BANK_ACCOUNT)
    return Converted(compact)


def _validate_iban(number: str) -> None:
    """Checks an IBAN as banks anywhere do, and the Norwegian account in one; not by the rules of other countries.

    Raises:
        ValidationError: When it is none.
    """
    try:
        iban.validate(number, check_country=False)
    except InvalidComponent:
        return  # the check digits are right, and the country is one that the library does not know
    if number.startswith(NORWAY):
        kontonr.validate(number[4:])


def _taken_as_it_is(number: str, warning: WarningCode) -> Converted:
    """A number that nobody here can check; only dots and dashes are no number at all."""
    return Converted(number) if any(map(str.isalnum, number)) else Converted(MISSING, warning)


def looks_like_an_iban(number: str) -> bool:
    """Whether a number begins as an IBAN does: with two letters and two digits."""
    compact = compact_number(number)
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
    return _checked_identification(as_text(national[0].get("value")), national[0].get("country"))


def _checked_identification(number: State, issued_by: Any) -> Converted:
    if not isinstance(number, str):
        return Converted(number)
    if not _is_norway(issued_by):
        return _taken_as_it_is(normalised_key(number), WarningCode.INVALID_SOCIAL_SECURITY_NUMBER)
    compact = compact_number(number)
    if len(compact) == SOCIAL_SECURITY_LENGTH and isdigits(compact) and _has_check_digits(compact):
        return Converted(compact)
    if MASK in compact and not compact.strip(MASK + _DIGITS):
        return Converted(compact)
    return Converted(MISSING, WarningCode.INVALID_SOCIAL_SECURITY_NUMBER)


def _has_check_digits(number: str) -> bool:
    """By the two check digits alone: which dates there are in numbers is not for this project to judge.

    There are numbers with 40 more for the day or the month, and synthetic ones with 65 or 80 more for the month.
    """
    left_over = (int(number[-2]) - int(fodselsnummer.calc_check_digit1(number))) % 11
    return left_over in _LENIENT_REMAINDERS and number[-1] == fodselsnummer.calc_check_digit2(number)


CONVERTERS: Final[Mapping[str, Converter]] = MappingProxyType(
    {
        "text": text,
        "key": key,
        "full_name": full_name,
        "street_address": street_address,
        "country": country,
        "date": calendar_date,
        "end_date": end_date,
        "gender": gender,
        "bank_account": bank_account,
        "bank_account_country": bank_account_country,
        "social_security_number": social_security_number,
    }
)
"""The converters by the names the field table uses."""

PLACEHOLDERS: Final[Mapping[str, frozenset[str]]] = MappingProxyType({"date": NO_DAYS, "end_date": NO_ENDS})
"""What stands for nothing in a value of ours or of Xledger's, by the name of the converter that makes such values."""
