"""The pages of the built site, as whoever opens one gets it."""

import posixpath
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Final
from urllib.parse import urldefrag, urlsplit

from distribution.pages import ELSEWHERE, README
from distribution.repository import ROOT

SITE: Final = ROOT / "build" / "site"

_SEEN_AS_SOMETHING: Final = frozenset(
    ("h1", "h2", "h3", "h4", "li", "ol", "ul", "table", "tr", "th", "td", "pre", "code", "img", "strong", "em")
)
"""What a page consists of, for whoever compares two of them. A link is one, and a place that links lead to is none."""

_LOADED: Final = {"script": "src", "img": "src", "iframe": "src", "source": "src", "video": "src", "use": "href"}

_LOADED_RELATIONS: Final = frozenset({"stylesheet", "icon", "preload", "modulepreload", "preconnect", "dns-prefetch"})


@dataclass(frozen=True)
class Seen:
    """What there is of a page.

    Attributes:
        places: The ids that a link may lead to.
        links: Where links lead, of the page as a whole.
        told: Where links lead, of its text alone.
        loaded: What a browser loads for it without being asked.
        parts: How many of each element its text consists of.
        words: Its text, without the names that only the site shows above code.
    """

    places: frozenset[str]
    links: tuple[str, ...]
    told: tuple[str, ...]
    loaded: tuple[str, ...]
    parts: Counter[str]
    words: str


@dataclass
class _Reader(HTMLParser):
    is_text: bool = False
    is_name_of_code: bool = False
    places: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    loaded: list[str] = field(default_factory=list)
    parts: Counter[str] = field(default_factory=Counter)
    words: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in attrs}
        self.is_text = self.is_text or tag == "article"
        if "id" in has:
            self.places.add(has["id"])
        if tag in _LOADED and _LOADED[tag] in has:
            self.loaded.append(has[_LOADED[tag]])
        if tag == "link" and _LOADED_RELATIONS & set(has.get("rel", "").split()):
            self.loaded.append(has["href"])
        is_link = tag == "a" and "href" in has and "headerlink" not in has.get("class", "")
        if is_link:
            self.links.append(has["href"])
        if self.is_text and is_link:
            self.told.append(has["href"])
        self.is_name_of_code = tag == "span" and has.get("class") == "filename"
        if self.is_text and (is_link or tag in _SEEN_AS_SOMETHING):
            self.parts[tag] += 1

    def handle_endtag(self, tag: str) -> None:
        self.is_text = self.is_text and tag != "article"
        self.is_name_of_code = False

    def handle_data(self, data: str) -> None:
        if self.is_text and not self.is_name_of_code:
            self.words.append(data)


def seen(html: str, *, is_text: bool = False) -> Seen:
    """Reads a page.

    Args:
        html: The page.
        is_text: Whether all of it is text, and not what stands in `article` alone.
    """
    reader = _Reader(is_text=is_text)
    reader.feed(html)
    words = " ".join("".join(reader.words).replace("¶", "").split())
    places, links, told = frozenset(reader.places), tuple(reader.links), tuple(reader.told)
    return Seen(places, links, told, tuple(reader.loaded), reader.parts, words)


def html_pages() -> list[str]:
    """Every page of the site, by its path there."""
    return sorted(path.relative_to(SITE).as_posix() for path in SITE.rglob("*.html"))


@cache
def page_at(path: str) -> Seen:
    """The page at a path of the site."""
    return seen((SITE / path).read_text(encoding="utf-8"))


def built_from(page: str) -> str:
    """Where on the site the page is that stands at this path of the repository."""
    if page in ELSEWHERE:
        return ELSEWHERE[page]
    folder, name = posixpath.split(page)
    return posixpath.join(folder, "index.html" if name == README else f"{Path(name).stem}/index.html")


def file_of(address: str, page: str = "index.html") -> tuple[str, str]:
    """The file of the site, and the place in it, that an address on the site leads to.

    Args:
        address: The address as it stands on a page, without a host.
        page: The page, by its path on the site.
    """
    bare, place = urldefrag(address)
    path = urlsplit(bare).path
    if not path:
        return page, place
    there = path.lstrip("/") if path.startswith("/") else posixpath.join(posixpath.dirname(page), path)
    there = posixpath.normpath(there)
    return posixpath.normpath(posixpath.join(there, "index.html")) if (SITE / there).is_dir() else there, place


def is_there(file: str, place: str) -> bool:
    """Whether the site has this file, and this place in it."""
    if not (SITE / file).is_file():
        return False
    return not place or (file.endswith(".html") and place in page_at(file).places)


def loaded_by_styles(text: str) -> Iterator[str]:
    """What a style sheet loads."""
    for match in re.finditer(r"""url\(\s*["']?([^"')]+)|@import\s+["']([^"']+)""", text):
        yield match[1] or match[2]
