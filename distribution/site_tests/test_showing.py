"""The site shows what the repository does, to anybody, and asks nobody else for anything."""

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from markdown_it import MarkdownIt
from playwright.sync_api import Page, expect

from distribution.pages import pages
from distribution.repository import ROOT
from distribution.site_tests.built import SITE, built_from, html_pages, loaded_by_styles, page_at, seen
from integration_tests.browser import Scheme, Visits, chromium_or_reason, running_chromium

NARROW: Final = 400

SHEETS: Final = sorted(path.relative_to(SITE).as_posix() for path in SITE.rglob("*.css"))

LOOKS: Final[list[tuple[str, Scheme, int]]] = [
    ("", "light", 1280),
    ("", "dark", NARROW),
    ("destination-xledger/docs/xledger/", "dark", 1280),
    ("destination-xledger/docs/xledger-reference/", "light", NARROW),
    ("docs/install-elsewhere/", "dark", 1280),
]
"""A page with a picture, one with steps, the one with the widest tables, and one with code."""

OF_THE_THEME: Final = {"rules": {"landmark-unique": {"enabled": False}}}
"""The theme makes a landmark of every level of its menu, whose names are hidden in a wide window."""


def foreign(addresses: Iterator[str] | tuple[str, ...]) -> list[str]:
    return [
        address for address in addresses if urlsplit(address).netloc or urlsplit(address).scheme not in {"", "data"}
    ]


# ------------------------------------------------------------------ what it shows


@pytest.mark.parametrize("page", pages())
def test_a_page_says_on_the_site_what_it_says_in_the_repository(page: str) -> None:
    there = MarkdownIt("commonmark").enable("table").render((ROOT / page).read_text(encoding="utf-8"))
    here, expected = page_at(built_from(page)), seen(there, is_text=True)
    assert here.words == expected.words
    assert here.parts == expected.parts


@pytest.mark.parametrize("page", html_pages())
def test_a_page_loads_nothing_from_anywhere_else(page: str) -> None:
    assert page_at(page).loaded
    assert foreign(page_at(page).loaded) == []


@pytest.mark.parametrize("sheet", SHEETS)
def test_a_style_sheet_loads_nothing_from_anywhere_else(sheet: str) -> None:
    assert foreign(loaded_by_styles((SITE / sheet).read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("page", html_pages())
def test_a_page_says_in_which_language_it_is(page: str) -> None:
    assert '<html lang="en"' in (SITE / page).read_text(encoding="utf-8")


# ------------------------------------------------------------------ in a browser


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the name that it is called by
        """Says nothing of a request."""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The site, served on this machine."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(SITE))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def visit() -> Iterator[Visits]:
    """Opens pages; one that asks anybody for anything, or has an error, fails the test that opened it."""
    with running_chromium(chromium_or_reason()) as browser:
        visits = Visits(browser)
        yield visits
        visits.close()


@pytest.fixture(autouse=True)
def _nobody_complains(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if "visit" in request.fixturenames:
        complaints = request.getfixturevalue("visit").complaints
        found = complaints[:]
        complaints.clear()
        assert found == []


def finds_nothing(page: Page) -> None:
    violations = Axe().run(page, options=OF_THE_THEME).response["violations"]
    assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in violations] == []


@pytest.mark.parametrize(("path", "scheme", "width"), LOOKS)
def test_axe_finds_nothing_and_nothing_is_wider_than_the_window(
    path: str, scheme: Scheme, width: int, address: str, visit: Visits
) -> None:
    page = visit(address + path, scheme=scheme, width=width)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    finds_nothing(page)


def test_a_search_finds_a_code_and_leads_to_the_page_that_explains_it(address: str, visit: Visits) -> None:
    page = visit(address)
    page.get_by_role("textbox", name="Search").fill("ambiguous_match")
    found = page.locator(".md-search-result__item a")
    expect(found.first).to_be_attached()
    assert any("xledger-reference/" in (link.get_attribute("href") or "") for link in found.all())


def test_a_page_is_printed_without_what_one_clicks(address: str, visit: Visits) -> None:
    page = visit(address + "destination-xledger/docs/xledger/")
    page.emulate_media(media="print")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    for part in (".md-header", ".md-sidebar--primary", ".md-sidebar--secondary", ".md-footer__inner"):
        expect(page.locator(part)).to_be_hidden()
