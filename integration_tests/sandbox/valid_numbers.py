"""Numbers that are valid by their check digits: identity numbers, bank accounts, and phones to go with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stdnum import iban
from stdnum.no import fodselsnummer, kontonr

if TYPE_CHECKING:
    import datetime as dt
    import random

_SYNTHETIC_MONTH = 40
"""Added to the month of a Norwegian birth number: no one is born in it, so the number is nobody's birth number."""

_IBAN_DIGITS = {"NO": 11, "SE": 20, "DK": 14, "FI": 14}
"""How many digits follow the check digits in each country's IBAN."""

_MOBILE_PREFIXES = {"NO": ("+47", "9", 7), "SE": ("+46", "70", 7), "DK": ("+45", "2", 7), "FI": ("+358", "40", 7)}
"""Country prefix, first digits of a mobile number, and how many digits follow."""


def digits(rng: random.Random, count: int) -> str:
    """Return that many random digits."""
    return "".join(rng.choices("0123456789", k=count))


def norwegian_birth_number(rng: random.Random, born: dt.date, *, female: bool) -> str:
    """Return an 11-digit Norwegian identity number for this date of birth with both check digits right.

    Args:
        rng: Where chance comes from.
        born: Date of birth, 1940 to 2039.
        female: Whether the third individual digit is even.

    Returns:
        11 digits; the month is 40 too high, as in the help numbers (H-numbers) hospitals use and in test data.
    """
    date = f"{born.day:02}{born.month + _SYNTHETIC_MONTH:02}{born.year % 100:02}"
    low, high = (0, 499) if born.year < 2000 else (500, 999)
    while True:
        individual = rng.randint(low, high)
        if (individual % 2 == 0) != female:
            continue
        stem = f"{date}{individual:03}"
        first = fodselsnummer.calc_check_digit1(stem)
        second = fodselsnummer.calc_check_digit2(stem + first)
        if len(first) == len(second) == 1:  # a remainder of ten has no digit, so that number does not exist
            return stem + first + second


def norwegian_account(rng: random.Random) -> str:
    """Return an 11-digit Norwegian bank account number that passes MOD-11."""
    while True:
        number = rng.choice("123456789") + digits(rng, 10)
        if kontonr.is_valid(number):
            return number


def wrong_check_digit(number: str) -> str:
    """Return the number with another last digit, so that its check fails."""
    return f"{number[:-1]}{(int(number[-1]) + 1) % 10}"


def international_account(rng: random.Random, country: str) -> str:
    """Return an IBAN of that country (NO, SE, DK or FI) that passes mod-97."""
    basic = norwegian_account(rng) if country == "NO" else digits(rng, _IBAN_DIGITS[country])
    check: str = iban.calc_check_digits(f"{country}00{basic}")
    return f"{country}{check}{basic}"


def mobile_number(rng: random.Random, country: str) -> str:
    """Return a mobile number of that country in international form, without spaces."""
    prefix, first, count = _MOBILE_PREFIXES[country]
    return f"{prefix}{first}{digits(rng, count)}"
