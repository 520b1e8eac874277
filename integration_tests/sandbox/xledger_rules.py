"""What Xledger accepts as a value of each key, and how it looks when it is stored."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any

from stdnum.iso7064 import mod_97_10
from stdnum.no import kontonr

from integration_tests.sandbox.countries import COUNTRY_CODES
from integration_tests.sandbox.xledger_errors import invalid_value, no_match

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from integration_tests.sandbox.dialects import Gender

Row = dict[str, Any]

_GENDERS_DB_ID = 1001
"""dbId of the genders; their `dbSubId` tells them apart."""

_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}", re.ASCII)
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_IBAN = re.compile(r"[A-Za-z]{2}\d{2}", re.ASCII)
_ELEVEN_DIGITS = re.compile(r"\d{11}", re.ASCII)
_MOST_LEFT_OVER = 3
_VISIBLE_END = 5
ADDRESS_LINES = ("streetAddress", "zipCode", "place", "state", "country")
"""What an address is made of; the country is a row of its own."""


def text(_path: str, value: str | None) -> str | None:
    """Accept any text, and null."""
    return value


def required_text(path: str, value: str | None) -> str:
    """Accept any text but none, an empty one or a blank one."""
    if value is None or not value.strip():
        raise invalid_value(path, value, "A value is required.")
    return value


def date(path: str, value: str | None) -> str | None:
    """Accept a date there is, as YYYY-MM-DD, and null."""
    if value is not None:
        try:
            real = _ISO_DATE.fullmatch(value) is not None and dt.date.fromisoformat(value) is not None
        except ValueError:
            real = False
        if not real:
            raise invalid_value(path, value, "Not a date.")
    return value


def moment(path: str, value: str) -> str:
    """Accept a date and a time there is, as YYYY-MM-DDTHH:MM:SS."""
    try:
        real = _MOMENT.fullmatch(value) is not None and dt.datetime.fromisoformat(value) is not None
    except ValueError:
        real = False
    if not real:
        raise invalid_value(path, value, "Not a date and a time.")
    return value


def no_reference(path: str, value: Mapping[str, Any] | None) -> None:
    """Accept no reference to a contact or a subledger there is: this Xledger only makes new ones."""
    if value is not None:
        raise invalid_value(path, value, "The sandbox cannot use an existing one.")


def bank_account(path: str, value: str | None) -> str | None:
    """Accept an account number: eleven digits by MOD-11, an IBAN by mod-97, others as they are, and null."""
    if value is None:
        return None
    compact = re.sub(r"[\s.]", "", value)
    if _ELEVEN_DIGITS.fullmatch(compact):
        valid = kontonr.is_valid(compact)
    elif _IBAN.match(compact):
        valid = bool(mod_97_10.is_valid(compact[4:] + compact[:4]))
    else:
        valid = bool(compact)
    if not valid:
        raise invalid_value(path, value, "Not a valid account number.")
    return value


def social_security_number(path: str, value: str | None) -> str:
    """Accept an identity number; one of eleven digits, whatever country gave it, by its check digits. Never null."""
    number = re.sub(r"[\s-]", "", required_text(path, value))
    if not number or (_ELEVEN_DIGITS.fullmatch(number) and not _has_check_digits(number)):
        raise invalid_value(path, value, "Not a valid social security number.")
    return number


def _has_check_digits(number: str) -> bool:
    """Whether both check digits are right, by the rule of today or by that of 2032, which allows more first ones.

    The date is nobody's business here: it is 40 more in D-numbers, and 40, 65 or 80 more in help and test numbers.
    """
    first, second = (
        sum(weight * int(digit) for weight, digit in zip(weights, number, strict=False)) % 11
        for weights in ((3, 7, 6, 1, 8, 9, 4, 5, 2, 1), (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1))
    )
    return first <= _MOST_LEFT_OVER and second == 0


def masked(number: str | None) -> str | None:
    """Return an identity number with its last five characters masked."""
    return None if number is None else number[:-_VISIBLE_END] + "*" * min(_VISIBLE_END, len(number))


def gender(path: str, reference: Mapping[str, Any] | None, genders: Sequence[Gender], owner: int) -> str | None:
    """Accept a reference by exactly one of its keys to a gender there is, and null; return the gender's letter.

    Args:
        path: Where the reference stands.
        reference: A `SystemValueRef`.
        genders: The genders there are.
        owner: dbId of the owner, for the message.
    """
    if reference is None:
        return None
    key, value = _only_key(path, reference, "dbId, dbSubId, code and name")
    found = [known.letter for known in genders if as_system_value(known)[key] == value]
    if len(found) != 1:
        raise no_match(path, owner, key, value)
    return found[0]


def gender_row(genders: Sequence[Gender], letter: str | None) -> Row | None:
    """Return the gender with this letter as a system value; None for none."""
    return next((as_system_value(known) for known in genders if known.letter == letter), None)


def as_system_value(gender: Gender) -> Row:
    """Return a gender as a system value."""
    return {"dbId": _GENDERS_DB_ID, "dbSubId": gender.sub_id, "code": gender.code, "name": gender.name}


def country(path: str, code: str, owner: int) -> Row:
    """Accept the ISO 3166-1 alpha-2 code of a country there is, in capitals."""
    if code not in COUNTRY_CODES:
        raise no_match(path, owner, "code", code)
    return country_row(code)


def country_referred_to(path: str, reference: Mapping[str, Any], owner: int) -> Row:
    """Accept a reference by exactly one of its keys to a country there is."""
    key, value = _only_key(path, reference, "dbId, code and description")
    for row in map(country_row, COUNTRY_CODES):
        if row[key] == value:
            return row
    raise no_match(path, owner, key, value)


def country_row(code: str) -> Row:
    """Return the country with this code."""
    return {"dbId": 5000 + COUNTRY_CODES.index(code), "code": code, "description": code}


def _only_key(path: str, reference: Mapping[str, Any], keys: str) -> tuple[str, Any]:
    given = {key: value for key, value in reference.items() if value is not None}
    if len(given) != 1:
        raise invalid_value(path, given, f"Give one of {keys}.")
    ((key, value),) = given.items()
    return key, value


def is_given(value: Any) -> bool:
    """Whether a line of an address says something, rather than null or blank."""
    return value is not None and not (isinstance(value, str) and not value.strip())


def merged_address(path: str, current: Row | None, given: Mapping[str, Any] | None, new_id: int) -> Row | None:
    """Return an address after an input; Xledger refuses to unset what is set, as a whole or a line.

    Args:
        path: Where the address stands.
        current: The address now, if there is one.
        given: Its new lines, the country as a row, or null for the whole; an absent line stays.
        new_id: dbId for an address that is new.
    """
    if given is None:
        if current is not None:
            raise invalid_value(path, current["streetAddress"], "An address cannot be unset.")
        return None
    address: Row = dict(current) if current else {"dbId": new_id, **dict.fromkeys(ADDRESS_LINES)}
    for key, value in given.items():
        if is_given(value):
            address[key] = value
        elif address[key] is not None:
            was = address[key]["code"] if key == "country" else address[key]
            raise invalid_value(f"{path}.{key}", was, "A line of an address cannot be unset.")
    return address if any(address[key] is not None for key in ADDRESS_LINES) else None
