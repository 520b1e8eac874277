"""Pages of a list, walked by cursor."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING

from integration_tests.sandbox.xledger_errors import XledgerError, invalid_value

if TYPE_CHECKING:
    from integration_tests.sandbox.xledger_rules import Row

_MOST_ROWS = 10_000
_ROWS_WHEN_NOT_SAID = 25


def page(
    rows: list[tuple[int, Row]],
    first: int | None = None,
    last: int | None = None,
    after: str | None = None,
    before: str | None = None,
) -> Row:
    """Return a connection over rows that stand beside what their cursor holds, in order.

    `edges` is null when there are none. Without `first` and `last` a page is short, so that nobody relies on it.
    """
    if first is not None and last is not None:
        raise XledgerError("Give either first or last.", extensions={"code": "ARGUMENTS_OF_CORRECT_TYPE"})
    size = next((given for given in (first, last) if given is not None), _ROWS_WHEN_NOT_SAID)
    if not 0 < size <= _MOST_ROWS:
        raise invalid_value("first" if last is None else "last", size, f"Between 1 and {_MOST_ROWS}.")
    above = None if after is None else _position("after", after)
    below = None if before is None else _position("before", before)
    inside = [
        (position, row)
        for position, row in rows
        if (above is None or position > above) and (below is None or position < below)
    ]
    shown = inside[-size:] if last is not None else inside[:size]
    more = len(inside) > len(shown)
    edges = [{"cursor": _cursor(position), "node": row} for position, row in shown]
    return {
        "edges": edges or None,
        "pageInfo": {
            "hasNextPage": before is not None if last is not None else more,
            "hasPreviousPage": more if last is not None else after is not None,
        },
    }


def _cursor(position: int) -> str:
    return base64.urlsafe_b64encode(f"at {position}".encode()).decode()


def _position(name: str, cursor: str) -> int:
    try:
        word, _, number = base64.urlsafe_b64decode(cursor.encode()).decode().partition(" ")
        if word == "at":
            return int(number)
    except (binascii.Error, ValueError):
        pass
    raise invalid_value(name, cursor, "Not a cursor.")
