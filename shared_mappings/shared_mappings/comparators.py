"""When two values mean the same. Each comparator is one function over the desired and the current value.

A value that only looks different is not a difference, so it is not written.
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Final

import phonenumbers

from shared_mappings.converters import NORWAY
from shared_mappings.dates import parse_date
from shared_mappings.normal_forms import (
    MASK,
    compact_number,
    normalised_email,
    normalised_key,
    normalised_text,
    normalised_word,
)

Comparator = Callable[[str, str], bool]
"""`(desired, current) -> whether both mean the same`, whichever of them is called which."""

_DIALLED_ABROAD: Final = re.compile(r"^[^\w+]*00")
_WORDS_BEFORE: Final = re.compile(r"^[^\d+]+")
_EXTENSION: Final = re.compile(r"(?:ext(?:ensi[oó]n?)?|e?xtn?|int|anexo|доб|x)[\W_]*\d+\W*$", re.IGNORECASE)
_SAME_NUMBER: Final = (phonenumbers.MatchType.EXACT_MATCH, phonenumbers.MatchType.NSN_MATCH)


def same_text(desired: str, current: str) -> bool:
    """Equal after Unicode NFC, without white space and invisible characters around."""
    return normalised_text(desired) == normalised_text(current)


def same_key(desired: str, current: str) -> bool:
    """Equal after Unicode NFC, without white space around and invisible characters within."""
    return normalised_key(desired) == normalised_key(current)


def same_email(desired: str, current: str) -> bool:
    """Equal without regard to case, and to whether the domain is written in letters or in ASCII."""
    return normalised_email(desired) == normalised_email(current)


def same_word(desired: str, current: str) -> bool:
    """Codes of countries and genders, without regard to case."""
    return normalised_word(desired) == normalised_word(current)


def same_date(desired: str, current: str) -> bool:
    """The same day, however it is written."""
    try:
        return parse_date(desired) == parse_date(current)
    except ValueError:
        return same_text(desired, current)


def same_phone(desired: str, current: str) -> bool:
    """The same phone number; without a country code, it is one of any country, with the trunk prefix used there.

    What cannot be parsed as a phone number is compared as text, and so is what has letters among its digits or after
    them: nobody dials those.
    """
    if same_text(desired, current):
        return True
    return not (_has_letters(desired) or _has_letters(current)) and _same_number(desired, current)


def same_bank_account(desired: str, current: str) -> bool:
    """The same account without white space, dots and dashes; a Norwegian IBAN is the account number in it."""
    return _account(desired) == _account(current)


def same_social_security_number(desired: str, current: str) -> bool:
    """Equal in every digit that both show. A number masked as a whole tells nothing, and so counts as the same."""
    ours, theirs = compact_number(desired), compact_number(current)
    if {MASK} in (set(ours), set(theirs)):
        return True
    return len(ours) == len(theirs) and all(a == b or MASK in (a, b) for a, b in zip(ours, theirs, strict=True))


@lru_cache(maxsize=4096)  # contact and subledger mostly have the same two texts to compare
def _same_number(desired: str, current: str) -> bool:
    # A number that is only the end of the other (SHORT_NSN_MATCH), or lacks its extension, is another one.
    return phonenumbers.is_number_match(_international(desired), _international(current)) in _SAME_NUMBER


def _has_letters(number: str) -> bool:
    """Whether letters follow the first digit of a number, but for the word before its extension."""
    return any(map(str.isalpha, _EXTENSION.sub("", _WORDS_BEFORE.sub("", number))))


def _international(number: str) -> str:
    """A number with the plus sign in place of 00, which phonenumbers knows only where it knows the country."""
    return _DIALLED_ABROAD.sub("+", normalised_key(number), count=1)  # which knows every kind of space


def _account(value: str) -> str:
    compact = compact_number(value)
    norwegian_iban_length = 15
    if compact.startswith(NORWAY) and len(compact) == norwegian_iban_length:
        return compact[4:]
    return compact


COMPARATORS: Final[Mapping[str, Comparator]] = MappingProxyType(
    {
        "text": same_text,
        "key": same_key,
        "email": same_email,
        "phone": same_phone,
        "date": same_date,
        "country": same_word,
        "gender": same_word,
        "bank_account": same_bank_account,
        "social_security_number": same_social_security_number,
    }
)
"""The comparators by the names the field table uses."""
