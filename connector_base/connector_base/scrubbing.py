"""Error texts of a system quote the values they complain about; what is logged of them must hold none."""

import re
from collections.abc import Container
from typing import Final

HIDDEN: Final = "…"

_QUOTED_OR_WORD: Final = re.compile(
    r"""
    (?P<quote>(?<!\w)'|["`]) (?P<quoted>.{0,10000}?) (?P=quote) (?!(?<=')\w)
    | [^\s`'"“”‘’.,:;!?()\[\]{}=<>/|]+ (?:['’](?=\w)[^\s`'"“”‘’.,:;!?()\[\]{}=<>/|]+)*
    """,
    re.VERBOSE | re.DOTALL,
)
"""What is quoted, or a word. An apostrophe between letters ends no quotation: it is part of a word."""

_UNPAIRED: Final = re.compile("['\"`]")
"""A quotation mark between what is quoted and the words has no other one: shown, it would begin a quotation."""

_ERROR_WORDS: Final = frozenset(
    """
    a access allowed already an and another any api are argument at authenticated authorization authorized bad be
    because been begins between by bytes can't cannot character characters chars check column conflict contains
    could country credentials database date deactivated denied digit digits does doesn't don't duplicate empty equal
    error exceed exceeds exist exists expected failed fewer field fields for format found greater has have in
    incorrect input insufficient integration internal invalid is isn't it least length less letters limit locked
    long longer malformed match matching max maximum min minimum missing more most must mutation no not null object
    of on one only or out owner owns parse parsing permission permissions permitted profile query range read record
    reference refused required right rights row schema shorter should string such than that the this timed to token
    too type unauthorized unexpected unique unknown unset unterminated up use used user valid validation value
    values variable was were when which with without write wrong your
    """.split()  # noqa: SIM905  a list of words reads better as prose
)
"""Words that error messages are made of, as long as they are in lower case. Anything else might be somebody's name."""

_BEGINNINGS: Final = frozenset(
    """
    Access Argument Authentication Bad Cannot Could Duplicate Empty Error Expected Failed Incorrect Insufficient
    Internal Invalid Maximum Minimum Missing No Not Permission Required Schema The This Type Unauthorized
    Unexpected Unknown Unterminated Validation Value Variable Wrong Your
    """.split()  # noqa: SIM905
)
"""Words that sentences of error messages begin with, and hardly anybody is called: unlike An, Field or Long."""

_SPELLED_SO: Final = frozenset({"API", "Token"})
"""Capitalised words that error messages are made of, wherever they stand."""

_BEFORE_A_SENTENCE: Final = re.compile(r"(?:\A|[.:!?]\s)[\s('\"`]*\Z")

_NUMBER: Final = re.compile(r"0|[1-9]\d{0,3}")

_ONE_OF_MANY: Final = 4
"""Digits. Employees, places and years have numbers as long: of such a length only what characters are counted in is a
limit."""

_COUNTED: Final = re.compile(
    r"\s*(?:(?:to|and|or)\s+(?:\d{1,4}|more|fewer|less)\s+)?(?:characters?|chars|digits?|letters|bytes)\b"
)
"""What follows a limit that says of what."""

_LIMITING: Final = re.compile(
    r"""
    (?:
        \b(?:
            [Aa]t\ (?:most|least) | [Nn]ot?\ (?:more|less|fewer|longer|shorter)\ than | up\ to
            | [Mm](?:ax|in)imum | max | min | limit
        )
        (?:\ (?:of|is|length|value|allowed|number))*
        | \b(?:must|should|may|can|cannot|can't)\ (?:not\ )?(?:be\ |have\ )?
          (?:exceed|(?:more|less|fewer|longer|shorter|greater)\ than(?:\ or\ equal\ to)?)
    )
    (?:\ |:\ ?|=\ ?) \Z
    | \b[Bb]etween\ (?:\d{1,3}\ and\ )? \Z
    """,
    re.VERBOSE,
)
"""What a limit follows."""

_MORE_OF_A_NUMBER_BEFORE: Final = re.compile(r"\d[\s.,:/+-]*\Z")
_MORE_OF_A_NUMBER: Final = re.compile(r"[\s.,:/+-]*\d")

LONGEST: Final = 1_000
"""How much of a text is told. An answer may carry a whole stack trace, or all that was sent to it."""


def scrubbed(message: str, names: Container[str]) -> str:
    """An error text with everything hidden that might be a value.

    Kept are the names of the system, the words that error messages are made of, and the number of a limit where it
    stands in such words; every other word, number or quoted text becomes `…`. A number that stands somewhere else in
    the text as well may be a value, and is hidden in both places. What was quoted stays in quotation marks.

    Args:
        message: The text as the system sent it.
        names: What the system calls its fields and types.

    Returns:
        A text that holds nothing of a person's record, and still says what is wrong with which field. Quotation marks
        come in pairs.
    """
    shown: list[str] = []
    end = 0
    limits = _limits(message)
    for found in _QUOTED_OR_WORD.finditer(message):
        if found.start() >= LONGEST:  # not cut before: half of a value may look like a word of its own
            shown.append(f" {HIDDEN}")
            break
        shown += (_UNPAIRED.sub("", message[end : found.start()]), _shown(found, limits, names))
        end = found.end()
    else:
        shown.append(_UNPAIRED.sub("", message[end:]))
    told = _RUN.sub(_one_for_all, " ".join("".join(shown).split()))
    return told if len(told) <= LONGEST else f"{_with_pairs_alone(told[:LONGEST])} {HIDDEN}"


_ONE: Final = rf"(?:{HIDDEN}|'{HIDDEN}'|\"{HIDDEN}\"|`{HIDDEN}`)"

_RUN: Final = re.compile(rf"{_ONE}(?:[\s.,:;/-]*{_ONE})+")


def _one_for_all(run: re.Match[str]) -> str:
    """One sign for several hidden values in a row, quoted if all of them are."""
    kinds = set(re.findall(_ONE, run[0]))
    return kinds.pop() if len(kinds) == 1 else HIDDEN


def _with_pairs_alone(text: str) -> str:
    """A text that was cut, without a quotation mark whose other one was cut off."""
    for mark in "'\"`":
        if text.count(mark) % 2:
            before, _, after = text.rpartition(mark)
            text = before + after
    return text


def _limits(message: str) -> frozenset[str]:
    """The numbers that are limits wherever they stand in a text."""
    numbers = list(re.finditer(r"\d+", message[: 2 * LONGEST]))
    others = {found[0] for found in numbers if not _is_a_limit(found)}
    return frozenset(found[0] for found in numbers if found[0] not in others)


def _is_a_limit(found: re.Match[str]) -> bool:
    before, after = (
        found.string[max(found.start() - 60, 0) : found.start()],
        found.string[found.end() : found.end() + 60],
    )
    if not _NUMBER.fullmatch(found[0]) or _MORE_OF_A_NUMBER_BEFORE.search(before) or _MORE_OF_A_NUMBER.match(after):
        return False
    if _COUNTED.match(after):
        return True
    return len(found[0]) < _ONE_OF_MANY and bool(_LIMITING.search(before))


def _shown(found: re.Match[str], limits: Container[str], names: Container[str]) -> str:
    if found["quote"] is not None:
        return found[0] if found["quoted"] in names else f"{found['quote']}{HIDDEN}{found['quote']}"
    if found[0] in limits or _is_known(found[0], names) or _begins_a_message(found, names):
        return found[0]
    return HIDDEN


def _is_known(word: str, names: Container[str]) -> bool:
    return word in _ERROR_WORDS or word in _SPELLED_SO or word in names


def _begins_a_message(found: re.Match[str], names: Container[str]) -> bool:
    """Whether a capitalised word stands where it does because a sentence begins, and not because it is a name.

    What follows has to be no name either. Where nothing follows, it has to be all there is.
    """
    if found[0] not in _BEGINNINGS or not _BEFORE_A_SENTENCE.search(found.string[: found.start()]):
        return False
    following = _QUOTED_OR_WORD.search(found.string, found.end())
    if following is None:
        return not found.string[: found.start()].strip()
    return following["quote"] is not None or _is_known(following[0], names)
