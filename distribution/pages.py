"""Which files of the repository are pages of the site, and where a link of a page leads."""

import posixpath
import re
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from distribution.repository import ROOT

_PAGES: Final = ("*.md", "docs/*.md", "*/README.md", "*/docs/*.md", "*/deploy/*/README.md")
_PICTURES: Final = ("docs/*.svg", "docs/*.png", "*/docs/*.svg", "*/docs/*.png", "*/icon.svg")

START: Final = "docs/index.md"
README: Final = "README.md"

ELSEWHERE: Final = {START: "index.html", README: "readme/index.html"}
"""Pages that the site has elsewhere than the repository: administrators begin with another one than developers."""


def pages() -> list[str]:
    """Every page, by its path in the repository."""
    return _found(_PAGES)


def pictures() -> list[str]:
    """Every picture that pages show, by its path in the repository."""
    return _found(_PICTURES)


def leads_to(page: str, link: str, source: str) -> str:
    """Where a link of a page leads on the site.

    What is a page or a picture is there too, under its own path, and so is a folder with a README. Any other file of
    the repository is read where the source is.

    Args:
        page: The page's path in the repository.
        link: The link as it stands there.
        source: The address that a path of the repository is put behind.

    Returns:
        The link itself, unless it leads to a folder or to a file that is not on the site. A link that leads nowhere is
        returned as it is: mkdocs says so.
    """
    parts = urlsplit(link)
    if parts.scheme or parts.netloc or not parts.path:
        return link
    path = posixpath.normpath(posixpath.join(posixpath.dirname(page), parts.path))
    there = ROOT / path
    if there.is_dir() and (there / README).is_file():
        path, link = f"{path}/{README}", parts._replace(path=posixpath.join(parts.path, README)).geturl()
    if path in {*pages(), *pictures()} or path.startswith("..") or not there.exists():
        return link
    return f"{source}/{path}" + (f"#{parts.fragment}" if parts.fragment else "")


def anchor(heading: str) -> str:
    """What leads to a heading, as GitHub and the site make it of its words."""
    return re.sub(r"[^\w\- ]", "", heading).lower().replace(" ", "-")


def anchors(page: Path) -> set[str]:
    """What leads into a page: its headings, and places that are named themselves."""
    text = page.read_text("utf-8")
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {*map(anchor, headings), *re.findall(r'<a id="([^"]+)"></a>', text)}


def _found(patterns: tuple[str, ...]) -> list[str]:
    paths = (path.relative_to(ROOT) for pattern in patterns for path in ROOT.glob(pattern))
    return sorted({path.as_posix() for path in paths if not path.parts[0].startswith(".")})
