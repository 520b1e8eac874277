"""Xledger's error texts quote the values they complain about; what is logged of them must hold none."""

import re
from functools import cache
from typing import Final

from xledger_api.language.schema import written_down

HIDDEN: Final = "…"

_QUOTED_OR_WORD: Final = re.compile(
    r"""(?P<quote>['"`])(?P<quoted>.*?)(?P=quote)|[^\s`'"“”‘’.,:;!?()\[\]{}=<>/|]+""", re.S
)

_ERROR_WORDS: Final = frozenset(
    """
    a access allowed already an and another any api are argument at authenticated authorization authorized bad be
    because been begins by cannot characters check column conflict contains could country credentials database date
    denied digit digits does duplicate empty error exceeds exist exists expected failed field fields for format
    found greater has have in incorrect input insufficient internal invalid is it length less long longer malformed
    match matching maximum minimum missing more must mutation no not null object of on one only or out owner parse
    parsing permission permissions permitted query range read record reference refused required right rights row
    schema should string such than that the this timed to token too type unauthorized unexpected unique unknown
    unset unterminated used user valid validation value values variable was were when which with without write wrong
    your
    """.split()  # noqa: SIM905  a list of words reads better as prose
)
"""Words that error messages are made of, as long as they are in lower case. Anything else might be somebody's name."""

_BEGINNINGS: Final = frozenset(
    """
    Access Argument Authentication Bad Cannot Could Duplicate Empty Error Expected Failed Incorrect Insufficient
    Internal Invalid Missing No Not Permission Required Schema The This Type Unauthorized Unexpected Unknown
    Unterminated Validation Value Variable Wrong Your
    """.split()  # noqa: SIM905
)
"""Words that sentences of error messages begin with, and hardly anybody is called: unlike An, Field or Long."""

_SPELLED_SO: Final = frozenset({"API", "Token"})
"""Capitalised words that error messages are made of, wherever they stand."""

_BEFORE_A_SENTENCE: Final = re.compile(r"(?:\A|[.:!?]\s)[\s('\"`]*\Z")

LONGEST: Final = 1_000
"""How much of a text is told. An answer may carry a whole stack trace, or all that was sent to it."""


def scrubbed(message: str) -> str:
    """An error text of Xledger's with everything hidden that might be a value.

    Kept are the names of Xledger's schema and the words that error messages are made of; every other word, number
    or quoted text becomes `…`.

    Args:
        message: The text as Xledger sent it.

    Returns:
        A text that holds nothing of a person's record, and still says what is wrong with which field.
    """
    shown: list[str] = []
    end = 0
    for found in _QUOTED_OR_WORD.finditer(message):
        if found.start() >= LONGEST:  # not cut before: half of a value may look like a word of its own
            shown.append(f" {HIDDEN}")
            break
        shown += (message[end : found.start()], _shown(found))
        end = found.end()
    else:
        shown.append(message[end:])
    told = " ".join("".join(shown).split())
    short = re.sub(rf"{HIDDEN}([\s.,:;'\"/-]*{HIDDEN})+", HIDDEN, told)
    return short if len(short) <= LONGEST else f"{short[:LONGEST]} {HIDDEN}"


def _shown(found: re.Match[str]) -> str:
    if found["quote"] is not None:
        return found[0] if found["quoted"] in _schema_names() else f"{found['quote']}{HIDDEN}{found['quote']}"
    return found[0] if _is_known(found[0]) or _begins_a_message(found) else HIDDEN


def _is_known(word: str) -> bool:
    return word in _ERROR_WORDS or word in _SPELLED_SO or word in _schema_names()


def _begins_a_message(found: re.Match[str]) -> bool:
    """Whether a capitalised word stands where it does because a sentence begins, and not because it is a name.

    What follows has to be no name either. Where nothing follows, it has to be all there is.
    """
    if found[0] not in _BEGINNINGS or not _BEFORE_A_SENTENCE.search(found.string[: found.start()]):
        return False
    following = _QUOTED_OR_WORD.search(found.string, found.end())
    if following is None:
        return not found.string[: found.start()].strip()
    return following["quote"] is not None or _is_known(following[0])


@cache
def _schema_names() -> frozenset[str]:
    members = written_down().members
    return frozenset(members).union(*members.values())
