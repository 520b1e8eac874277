"""The text of a page, from the Markdown that the repository shows to the one that the site is made of.

Both mean the same but in one thing: in the repository (CommonMark) whatever belongs to an item of a list stands below
its words, two or three columns in; Python-Markdown wants four, and an empty line before a list or a table.
"""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final, NamedTuple

from markdown_it import MarkdownIt
from markdown_it.token import Token

_PARSER: Final = MarkdownIt("commonmark").enable("table")

_MARKER: Final = re.compile(r" *(?:[-*+]|\d+[.)]) +")

_INDENT: Final = "    "


class _Item(NamedTuple):
    """An item of a list: its first line, the line behind its last one, and the column in which its words begin."""

    first: int
    end: int
    column: int


def for_the_site(text: str) -> str:
    """Writes a page in the Markdown of the site.

    Args:
        text: The page as it stands in the repository.

    Returns:
        The same page: every line of it, those of lists further in, and empty lines between.
    """
    lines = text.splitlines()
    tokens = _PARSER.parse(text)
    items = list(_items(tokens, lines))
    apart = set(_lines_to_be_set_apart(tokens))
    written: list[str] = []
    for number, line in enumerate(lines):
        if number in apart and written and written[-1].strip():
            written.append("")
        written.append(_indented(line, number, [item for item in items if item.first <= number < item.end]))
    return "\n".join(written) + "\n"


def _items(tokens: list[Token], lines: list[str]) -> Iterator[_Item]:
    for token in tokens:
        if token.type == "list_item_open" and token.map:
            first, end = token.map
            marker = _MARKER.match(lines[first])
            yield _Item(first, end, marker.end() if marker else len(lines[first]))


def _lines_to_be_set_apart(tokens: list[Token]) -> Iterator[int]:
    """Lines that begin a table or a list after a paragraph, or an item of a list whose items stand apart."""
    for before, token in pairwise(tokens):
        if before.type == "paragraph_close" and token.map and (token.type == "table_open" or _is_a_list(token)):
            yield token.map[0]
        if before.type == "list_item_open" and before.map and token.type == "paragraph_open" and not token.hidden:
            yield before.map[0]


def _is_a_list(token: Token) -> bool:
    """Whether a list begins that is not within another: one that is within needs nothing before it."""
    return token.type in {"bullet_list_open", "ordered_list_open"} and token.level == 0


def _indented(line: str, number: int, within: list[_Item]) -> str:
    """A line with four columns for each item that it stands within; the first line of an item has its marker there."""
    if not within:
        return line
    *around, innermost = within
    column = innermost.column if number != innermost.first else around[-1].column if around else 0
    depth = len(within) if number != innermost.first else len(around)
    indent = len(line) - len(line.lstrip(" "))
    return (_INDENT * depth + line[min(indent, column) :]).rstrip()
