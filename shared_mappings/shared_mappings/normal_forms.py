"""The one form of a value in which it is checked and compared, and in which keys and numbers are written.

Each of these functions answers with the same when it is given its own answer.
"""

import unicodedata
from functools import lru_cache
from typing import Any, Final

import idna

from shared_mappings.states import MISSING, Missing, State

_DRAWN_AS_NOTHING: Final = frozenset(
    {
        *"\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\ufffc",  # joiner, fillers, vowels, empty Braille, stand-in
        *map(chr, range(0xFE00, 0xFE10)),  # variation selectors
        *map(chr, (*range(0x180B, 0x180E), 0x180F, *range(0xE0100, 0xE01F0))),  # those of Mongolian, and further ones
    }
)
"""What shows nothing, although Unicode counts it among letters, marks and signs."""

MASK: Final = "*"
"""What stands for a digit that is not shown."""

_ASKED_FOR_IN_ASCII: Final = "xn--"
"""How a label of a domain begins that stands for letters (RFC 5890)."""


def as_text(value: Any) -> State:
    """A value of a record or of Xledger as text, letter for letter.

    Args:
        value: As it stands in JSON; `MISSING` where nothing does.

    Returns:
        The text; a number is its digits, without a fraction that is zero. `None` for null, and for text of nothing but
        white space and invisible characters. `MISSING` for what is no text: yes and no, a list, an object.
    """
    if value is None or isinstance(value, Missing):
        return value
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return MISSING
    whole = int(value) if isinstance(value, float) and value.is_integer() else value
    text = str(whole)
    return text if any(map(_shows, text)) else None


def normalised_text(value: str) -> str:
    """Text as it is compared: Unicode NFC, without white space and invisible characters around."""
    if _is_plain(value):
        return value.strip(" ")
    length = len(value)
    start = next((index for index in range(length) if _shows(value[index])), length)
    end = next((index for index in range(length, start, -1) if _shows(value[index - 1])), start)
    return unicodedata.normalize("NFC", value[start:end])


def normalised_key(value: str) -> str:
    """A code or an e-mail address as it is written, and a code as it is compared and looked up.

    Unicode NFC, without white space around, and without invisible characters anywhere. White space within is a space.
    """
    if _is_plain(value):
        return value.strip(" ")
    plain = (" " if character.isspace() else character for character in value)
    return unicodedata.normalize("NFC", "".join(c for c in plain if c == " " or _shows(c)).strip())


def normalised_word(value: str) -> str:
    """A word such as a country's code or a gender as it is compared: a key without regard to case."""
    return _without_case(normalised_key(value))


def normalised_email(value: str) -> str:
    """An e-mail address as it is compared: a key without regard to case, and with a domain in ASCII (IDNA)."""
    written = normalised_key(value)
    name, at, domain = written.rpartition("@")
    return f"{_without_case(name)}@{domain_spellings(domain)[0]}" if at else _without_case(written)


@lru_cache(maxsize=1024)
def domain_spellings(domain: str) -> tuple[str, str]:
    """The domain of an e-mail address without regard to case: in ASCII, and in letters.

    Both are the same for most, and for what is no domain.
    """
    plain = _without_case(domain)
    if domain.isascii() and _ASKED_FOR_IN_ASCII not in plain:
        return plain, plain
    try:
        in_ascii = idna.encode(domain, uts46=True).decode("ascii")
        return in_ascii, idna.decode(in_ascii)
    except idna.IDNAError:
        return plain, plain


def without_gaps(number: str) -> str:
    """A number in capitals, without white space, invisible characters and dots; every dash in it is a hyphen."""
    if _is_plain(number):
        return number.upper().replace(".", "").replace(" ", "")
    capitals = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", number).upper())
    plain = ("-" if _is_dash(character) else character for character in capitals)
    return unicodedata.normalize("NFKC", "".join(c for c in plain if c != "." and _shows(c)))


def compact_number(number: str) -> str:
    """The number of an account or of a person without anything between its digits. Masked digits stay `*`."""
    return unicodedata.normalize("NFKC", without_gaps(number).replace("-", ""))


def _is_plain(value: str) -> bool:
    """Whether a text is of characters of ASCII that show, and of spaces: most are, and cost less than others."""
    return value.isascii() and value.isprintable()


def _shows(character: str) -> bool:
    """Whether there is anything to see of a character: Unicode's categories Z and C are space and the invisible."""
    return unicodedata.category(character)[0] not in "ZC" and character not in _DRAWN_AS_NOTHING


def _without_case(value: str) -> str:
    """Text for a comparison without regard to case, as Unicode's default caseless matching has it."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", value).casefold())


def _is_dash(character: str) -> bool:
    """Whether a character is a dash, or one that is drawn like it: modifier, bullet and minus sign."""
    return unicodedata.category(character) == "Pd" or character in "\u02d7\u2043\u2212"
