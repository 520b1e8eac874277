"""Countries: their codes by ISO 3166-1, and the names that people write instead.

Codes and names are those of the Unicode CLDR, which babel carries.
"""

from collections.abc import Mapping
from functools import cache
from typing import Final

from babel import Locale

from shared_mappings.normal_forms import normalised_key, normalised_word

_LANGUAGES: Final = ("nb", "nn", "sv", "da", "fi", "en")

_NO_COUNTRIES: Final = frozenset(
    {
        *("EU", "EZ", "UN"),  # groups of countries
        *("AC", "CP", "CQ", "DG", "EA", "IC", "TA"),  # islands and other parts of countries
        *("QO", "XA", "XB", "ZZ"),  # made up: the rest of Oceania, two tests, and nowhere
    }
)
"""Codes of two letters with a name in CLDR that ISO 3166-1 assigns to no country. Kosovo's XK is not assigned either,
but in use wherever there is need for one."""


def country_code(written: str) -> str | None:
    """The country that is meant.

    Args:
        written: An ISO 3166-1 alpha-2 code, or a name in Norwegian (both kinds), Swedish, Danish, Finnish or English;
            capital letters, white space around and invisible characters do not matter.

    Returns:
        The code in capitals; None for what is no country.
    """
    code = normalised_key(written).upper()
    return code if code in _codes() else _codes_by_name().get(normalised_word(written))


@cache
def _codes() -> frozenset[str]:
    return frozenset(_names("en"))


@cache
def _codes_by_name() -> Mapping[str, str]:
    return {normalised_word(name): code for language in _LANGUAGES for code, name in _names(language).items()}


def _names(language: str) -> Mapping[str, str]:
    """The names of all countries by code; those of continents have a number for a code."""
    names = Locale(language).territories.items()
    return {code: name for code, name in names if code.isalpha() and code not in _NO_COUNTRIES}
