"""The README of a package as an index shows it, where there is nothing beside it that a link could lead to."""

import posixpath
import re
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import urlsplit

from distribution.pages import ELSEWHERE, README, leads_to, pages, pictures
from distribution.repository import metadata

_LINK: Final = re.compile(r"(?<=\]\()[^)\s]+(?=\))")


def for_an_index(text: str, page: str) -> str:
    """Has the links and pictures of a page lead to the site, or to the source where the site does not have them.

    Args:
        text: The page.
        page: Its path in the repository.

    Returns:
        The same page, in which every link has an address. An index names no headings: what leads to one on the page
        itself leads to the site, too.

    Raises:
        ValueError: When a link leads nowhere; it says which.
    """
    said = metadata()
    return _LINK.sub(lambda link: _address(link[0], page, said["home"], said["source"]), text)


def address_on_the_site(path: str) -> str:
    """Where the site has a page or a picture of the repository, by its path there."""
    if path in ELSEWHERE:
        return ELSEWHERE[path].removesuffix("index.html")
    if path.endswith(".md"):
        name = PurePosixPath(path)
        return f"{name.parent if name.name == README else name.with_suffix('')}/"
    return path


def _address(link: str, page: str, home: str, source: str) -> str:
    led = leads_to(page, link, source)
    parts = urlsplit(led)
    if parts.scheme:
        return led
    path = posixpath.normpath(posixpath.join(posixpath.dirname(page), parts.path)) if parts.path else page
    if path not in {*pages(), *pictures()}:
        raise ValueError(f"{page} links to {link}, and there is nothing there.")
    return parts._replace(path=f"{home}/{address_on_the_site(path)}").geturl()
