"""A page as one file: the data, what shows them, and a policy by which it can ask nobody for anything."""

import json
import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from hashlib import sha256
from importlib.resources import files
from itertools import chain, islice
from typing import Final, Literal

from connector_base.pages.contents import Frame

PageKind = Literal["review", "result"]

FILES: Final[Mapping[PageKind, str]] = {"review": "review.html", "result": "result.html"}
"""What a page is called in a report."""

LIBRARIES: Final = ("ag-grid", "diff")
"""Libraries that show people and values."""

TOP: Final = ("dom", "words", "choices", "panel", "dialogs", "kept", "tools", "summary")
"""The page's own scripts, each after those that it stands on: of the top of any page,"""

TABLE: Final = ("differences", "rows", "table", "paper", "workspace", "values", "people", "details")
"""of the people below it,"""

OF_KIND: Final[Mapping[PageKind, tuple[str, ...]]] = {
    "review": ("data", "decisions", "sections", "saving", "review"),
    "result": ("outcomes", "result_sections", "result"),
}
"""and of what a page is about."""

IDLE: Final = ("outcomes", "result")
"""A sync that nobody came to leaves a page as well, as often as it runs: that has no more than it needs."""

STYLES: Final = ("palette", "style", "differences", "result", "print")

TEXTS: Final[Mapping[PageKind, tuple[str, ...]]] = {"review": ("texts",), "result": ("texts", "result_texts")}
"""What a page says."""

_PLACE: Final = re.compile(rb"\{\{(\w+)\}\}")
"""Where something goes into the page."""

_POLICY: Final = (
    "default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'"
)
"""Only these scripts run, and none of them reaches anything. The grid makes its styles as it goes."""


def page(frame: Frame, people: Iterable[bytes], only: Iterable[bytes]) -> Iterator[bytes]:
    """A page, piece by piece: it may be larger than what fits into memory.

    Args:
        frame: What the page is about as a whole.
        people: What is told of each person (`Somebody` of a review, `Written` of a result), each as JSON.
        only: Whoever is in the system alone that is written to (`OnlyThere`), each as JSON.

    Yields:
        UTF-8. The libraries are only in a page that has somebody to show.
    """
    people, only = iter(people), iter(only)
    first, first_only = list(islice(people, 1)), list(islice(only, 1))
    has_people = bool(first or first_only)
    scripts = [*(_libraries() if has_people else ()), _script(frame["kind"], has_people=has_people)]
    contents: dict[bytes, Iterable[bytes]] = {
        b"policy": [_policy(scripts)],
        b"style": [_style()],
        b"texts": [_harmless(_texts(frame["kind"]))],
        b"frame": [_harmless(json.dumps(frame, allow_nan=False).encode())],
        b"people": _array(chain(first, people)),
        b"only": _array(chain(first_only, only)),
        b"scripts": (b"<script>%b</script>\n" % script for script in scripts),
    }
    for position, part in enumerate(_PLACE.split(_part("page.html"))):
        if position % 2:
            yield from contents[part]
        else:
            yield part


def _array(entries: Iterable[bytes]) -> Iterator[bytes]:
    """A JSON array, an entry to a line."""
    yield b"["
    for position, entry in enumerate(entries):
        yield b",\n" + _harmless(entry) if position else b"\n" + _harmless(entry)
    yield b"]"


def _harmless(content: bytes) -> bytes:
    """JSON that stays what it is within a page: without a `<`, no text in it ends the element or begins a comment."""
    return content.replace(b"<", b"\\u003c")


def _policy(scripts: Iterable[bytes]) -> bytes:
    hashes = " ".join(f"'sha256-{b64encode(sha256(script).digest()).decode()}'" for script in scripts)
    return _POLICY.format(hashes=hashes).encode()


@cache
def _script(kind: PageKind, *, has_people: bool) -> bytes:
    names = (*TOP, *IDLE) if kind == "result" and not has_people else (*TOP, *TABLE, *OF_KIND[kind])
    return b"".join([b'"use strict";\n', *(_part(f"js/{name}.js") for name in (*names, "main"))])


@cache
def _libraries() -> tuple[bytes, ...]:
    return tuple(_part(f"vendor/{name}.min.js") for name in LIBRARIES)


@cache
def _texts(kind: PageKind) -> bytes:
    texts = {key: text for name in TEXTS[kind] for key, text in json.loads(_part(f"{name}.json")).items()}
    return json.dumps(texts, ensure_ascii=False, separators=(",", ":")).encode()


@cache
def _style() -> bytes:
    return b"".join(_part(f"{name}.css") for name in STYLES)


def _part(path: str) -> bytes:
    return files(__package__).joinpath(path).read_bytes()
