"""Xledger's error texts quote the values they complain about; what is logged of them must hold none."""

import re
from functools import cache
from typing import Final

from destination_xledger.operations import schema

HIDDEN: Final = "…"

_QUOTED_OR_WORD: Final = re.compile(
    r"""(?P<quote>['"`])(?P<quoted>.*?)(?P=quote)|[^\s`'"“”‘’.,:;!?()\[\]{}=<>/|]+""", re.S
)

_ERROR_WORDS: Final = frozenset(
    """
    a access already an and another any api are argument at authenticated authorization authorized bad be because been
    begins by cannot characters check column conflict contains country could credentials database date denied digit
    digits does duplicate empty error exceeds exist exists expected failed field fields for format found greater has
    have in incorrect input insufficient internal invalid is it length less long longer malformed match matching
    maximum minimum missing more must mutation no not null object of on one only or out owner parse parsing permission
    permissions query range read record reference refused required right rights row schema should such than that the
    this timed to token too type unauthorized unexpected unique unknown unset unterminated used user valid validation
    value values variable was were when which with without write wrong your
    """.split()  # noqa: SIM905  a list of words reads better as prose
)
"""Words that error messages are made of. Anything else might be somebody's name."""


def scrubbed(message: str) -> str:
    """An error text of Xledger's with everything hidden that might be a value.

    Kept are the names of Xledger's schema and the words that error messages are made of; every other word, number
    or quoted text becomes `…`.

    Args:
        message: The text as Xledger sent it.

    Returns:
        A text that holds nothing of a person's record, and still says what is wrong with which field.
    """
    hidden = _QUOTED_OR_WORD.sub(_shown, message)
    return re.sub(rf"{HIDDEN}([\s.,:;'\"/-]*{HIDDEN})+", HIDDEN, " ".join(hidden.split()))


def _shown(found: re.Match[str]) -> str:
    quoted = found["quoted"]
    if quoted is None:
        return found[0] if found[0].casefold() in _ERROR_WORDS or found[0] in _schema_names() else HIDDEN
    return found[0] if quoted in _schema_names() else f"{found['quote']}{HIDDEN}{found['quote']}"


@cache
def _schema_names() -> frozenset[str]:
    names: set[str] = set()
    for type_name, definition in schema().type_map.items():
        if not type_name.startswith("__"):
            names |= {type_name, *getattr(definition, "fields", ())}
    return frozenset(names)
