"""When two values mean the same. Each comparator is one function over the desired and the current value.

A value that only looks different is not a difference, so it is not written.
"""

import unicodedata
from collections.abc import Callable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Final

import phonenumbers

from shared_mappings.converters import NORWAY, compact_account, compact_identification, parse_date

Comparator = Callable[[str, str, str], bool]
"""`(desired, current, default region of phone numbers) -> whether both mean the same`."""

MASK: Final = "*"


def same_text(desired: str, current: str, _: str) -> bool:
    """Equal after Unicode NFC, without white space around."""
    return normalised_text(desired) == normalised_text(current)


def same_email(desired: str, current: str, _: str) -> bool:
    """Equal without regard to case."""
    return normalised_email(desired) == normalised_email(current)


def same_code(desired: str, current: str, _: str) -> bool:
    """Codes of countries and genders, without regard to case."""
    return desired.strip().casefold() == current.strip().casefold()


def same_date(desired: str, current: str, region: str) -> bool:
    """The same day, however it is written."""
    try:
        return parse_date(desired) == parse_date(current)
    except ValueError:
        return same_text(desired, current, region)


def same_phone(desired: str, current: str, region: str) -> bool:
    """The same phone number; what cannot be parsed as one is compared as text."""
    if same_text(desired, current, region):
        return True
    ours, theirs = _phone_number(desired, region), _phone_number(current, region)
    return ours is not None and ours == theirs


def same_bank_account(desired: str, current: str, _: str) -> bool:
    """The same account without spaces and dots; a Norwegian IBAN is the account number in it."""
    return _account(desired) == _account(current)


def same_social_security_number(desired: str, current: str, _: str) -> bool:
    """Equal in every digit that is visible. A number masked as a whole tells nothing, and so counts as the same."""
    ours, theirs = compact_identification(desired), compact_identification(current)
    if set(theirs) == {MASK}:
        return True
    return len(ours) == len(theirs) and all(shown in (digit, MASK) for digit, shown in zip(ours, theirs, strict=True))


def normalised_text(value: str) -> str:
    """Text as it is compared: Unicode NFC, without white space around."""
    return unicodedata.normalize("NFC", value).strip()


def normalised_email(value: str) -> str:
    """An e-mail address as it is compared and looked up: without regard to case."""
    return normalised_text(value).casefold()


def is_region(code: str) -> bool:
    """Whether phone numbers can be read as those of this country (ISO 3166-1 alpha-2)."""
    return code in phonenumbers.SUPPORTED_REGIONS


@lru_cache(maxsize=4096)
def _phone_number(value: str, region: str) -> tuple[str, str | None] | None:
    try:
        number = phonenumbers.parse(value, region)
    except phonenumbers.NumberParseException:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164), number.extension


def _account(value: str) -> str:
    compact = compact_account(value)
    norwegian_iban_length = 15
    if compact.startswith(NORWAY) and len(compact) == norwegian_iban_length:
        return compact[4:]
    return compact


COMPARATORS: Final[Mapping[str, Comparator]] = MappingProxyType(
    {
        "text": same_text,
        "email": same_email,
        "phone": same_phone,
        "date": same_date,
        "country": same_code,
        "gender": same_code,
        "bank_account": same_bank_account,
        "social_security_number": same_social_security_number,
    }
)
"""The comparators by the names the field table uses."""
