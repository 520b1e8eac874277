"""JSON for whatever text somebody typed or pasted, half characters included, and for whole numbers of any size.

Languages that count text in UTF-16 can cut a character in two, and JSON can carry such a half, a lone surrogate, as an
escape. UTF-8 cannot. A system may hold one; here it becomes U+FFFD, the character for what cannot be shown.
"""

import json
import re
from codecs import BOM_UTF8
from typing import Any, Final

import orjson

_ESCAPE: Final = re.compile(rb"\\u[dD][89abAB]..\\u[dD][c-fC-F]..|(?P<half>\\u[dD][89a-fA-F][\da-fA-F]{2})|\\.", re.S)
"""An escape in JSON: a pair of surrogates, half of one, or any other; an escaped backslash begins no escape."""

_MANY_DIGITS: Final = re.compile(rb"\d{19}")
"""What may be a number that orjson takes for a float near it. It may be text as well; that only costs a second look."""

_BETWEEN_MEMBERS: Final = re.compile(r"[\s:,]*")

_BY_TEXT: Final = json.JSONDecoder(parse_float=str, parse_int=str)
"""Finds where a value ends. Numbers are left alone: Python refuses to read very long ones."""


def loads(line: bytes) -> Any:
    """What a line of JSON holds.

    Args:
        line: JSON in UTF-8, with or without a byte order mark.

    Raises:
        ValueError: When it is anything else: invalid UTF-8, NaN, or no JSON at all.
    """
    line = line.removeprefix(BOM_UTF8)
    try:
        content = orjson.loads(line)
    except orjson.JSONDecodeError:
        line = _in_whole_characters(line)
        content = orjson.loads(line)
    return _with_exact_numbers(line) if _MANY_DIGITS.search(line) else content


def members(text: str) -> dict[str, str]:
    """The members of a JSON object by their names, each value as the text that stands for it.

    Text that is passed on as it came changes nothing: no number, no order and no key that nobody here knows.

    Args:
        text: A JSON object, which `loads` reads.

    Raises:
        ValueError: When objects stand in it deeper than Python goes.
    """
    found: dict[str, str] = {}
    position = text.index("{") + 1
    try:
        while text[position := _past(text, position)] != "}":
            name, position = _BY_TEXT.raw_decode(text, position)
            start = _past(text, position)
            _, position = _BY_TEXT.raw_decode(text, start)
            found[name] = text[start:position]
    except RecursionError:
        raise ValueError("It is nested too deeply.") from None
    return found


def object_of(texts: dict[str, str]) -> str:
    """A JSON object of members whose values are texts: what `members` takes apart."""
    return f"{{{','.join(f'{json.dumps(name)}:{text}' for name, text in texts.items())}}}"


def dumps(content: Any) -> bytes:
    """JSON in UTF-8, on one line.

    Args:
        content: JSON types.

    Raises:
        TypeError: When it holds anything else.
    """
    try:
        return orjson.dumps(content)
    except orjson.JSONEncodeError:
        return _in_whole_characters(json.dumps(content, separators=(",", ":")).encode())


def in_whole_characters(line: str) -> str:
    """A line of JSON without halves of characters."""
    return _in_whole_characters(line.encode()).decode() if r"\ud" in line or r"\uD" in line else line


def _with_exact_numbers(line: bytes) -> Any:
    try:
        return json.loads(line.decode())
    except RecursionError:
        raise ValueError("It is nested too deeply.") from None


def _past(text: str, position: int) -> int:
    """Where the next name, value or closing bracket stands."""
    return _BETWEEN_MEMBERS.match(text, position).end()  # type: ignore[union-attr]  # it matches nothing, too


def _in_whole_characters(line: bytes) -> bytes:
    return _ESCAPE.sub(lambda escape: rb"\ufffd" if escape["half"] else escape[0], line)
