"""JSON for whatever text somebody typed or pasted, half characters included.

Languages that count text in UTF-16 can cut a character in two, and JSON can carry such a half, a lone surrogate, as an
escape. UTF-8 cannot. A system may hold one; here it becomes U+FFFD, the character for what cannot be shown.
"""

import json
import re
from typing import Any, Final

import orjson

_ESCAPE: Final = re.compile(rb"\\u[dD][89abAB]..\\u[dD][c-fC-F]..|(?P<half>\\u[dD][89a-fA-F][\da-fA-F]{2})|\\.", re.S)
"""An escape in JSON: a pair of surrogates, half of one, or any other; an escaped backslash begins no escape."""


def loads(line: bytes) -> Any:
    """What a line of JSON holds.

    Args:
        line: JSON in UTF-8.

    Raises:
        ValueError: When it is anything else: invalid UTF-8, NaN, or no JSON at all.
    """
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError:
        return orjson.loads(_in_whole_characters(line))


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
        return orjson.dumps(loads(json.dumps(content).encode()))


def _in_whole_characters(line: bytes) -> bytes:
    return _ESCAPE.sub(lambda escape: rb"\ufffd" if escape["half"] else escape[0], line)
