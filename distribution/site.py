"""What `mkdocs.yml` cannot say of the site: its pages stand all over the repository, and are read there, too.

`make docs` builds it; `.venv/bin/python -m mkdocs serve` shows it while somebody writes.
"""

from typing import Final
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page
from pymdownx.slugs import slugify

from distribution.page_text import for_the_site
from distribution.pages import ELSEWHERE, leads_to, pages, pictures
from distribution.repository import ROOT, metadata

_BEFORE_MKDOCS: Final = 1
"""mkdocs looks where links lead with a priority of 0, after this."""


class _Links(Treeprocessor):
    """Has the links of one page lead on the site where they lead in the repository."""

    def __init__(self, page: str, source: str) -> None:
        super().__init__()
        self._page = page
        self._source = source

    def run(self, root: Element) -> None:
        for link in root.iter("a"):
            if target := link.get("href"):
                link.set("href", leads_to(self._page, target, self._source))


class _LinksOfPages(Extension):
    """Goes through the links of whatever page is made.

    Attributes:
        page: The page that is made next, by its path in the repository.
    """

    page = ""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802  Python-Markdown's own name
        md.treeprocessors.register(_Links(self.page, metadata()["source"]), "links_of_the_repository", _BEFORE_MKDOCS)


_LINKS: Final = _LinksOfPages()


def on_config(config: MkDocsConfig) -> None:
    """Has the headings found by the names that the repository gives them, and the links go through this module."""
    config.mdx_configs["toc"]["slugify"] = slugify(case="lower")
    config.markdown_extensions.append(_LINKS)  # type: ignore[arg-type]  # Python-Markdown takes an extension itself, too


def on_files(files: Files, *, config: MkDocsConfig) -> None:
    """Adds the pages and pictures of the repository under their own paths."""
    for path in (*pages(), *pictures()):
        file = File.generated(config, path, abs_src_path=str(ROOT / path))
        if path in ELSEWHERE:
            file.dest_uri = ELSEWHERE[path]
        files.append(file)


def on_page_markdown(markdown: str, *, page: Page, **_: object) -> str:
    """Writes the page in the Markdown of the site."""
    _LINKS.page = page.file.src_uri
    return for_the_site(markdown)
