"""The pages of a real run, for whoever looks at them however they do: nothing asks anybody, and axe finds nothing."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Page, expect

from integration_tests.browser import Scheme, Visits
from integration_tests.left_pages import page_of
from integration_tests.review_run import review_run
from integration_tests.scripted_review import ScriptedReview, serving

pytestmark = pytest.mark.slow

NARROW = 390

LOOKS: list[tuple[str, str, Scheme, int]] = [
    ("review", "nb-NO", "light", 1280),
    ("review", "en-GB", "dark", NARROW),
    ("result", "nb-NO", "dark", NARROW),
]
"""Each language, each scheme and each width at least once; `test_review_page.py` has the others."""


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The page of a preview of 300 people, and that of the sync after it."""
    run, folder = review_run(), tmp_path_factory.mktemp("pages")
    files = {name: folder / f"{name}.html" for name in ("review", "result")}
    files["review"].write_text(run.review, encoding="utf-8")
    files["result"].write_text(run.result, encoding="utf-8")
    return files


def finds_nothing(page: Page, what: str) -> None:
    found = [(each["id"], [node["html"] for node in each["nodes"]]) for each in Axe().run(page).response["violations"]]
    assert found == [], what
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{what}: wider than the window"


@pytest.mark.parametrize(("name", "locale", "scheme", "width"), LOOKS)
def test_axe_finds_nothing_in_any_section_with_a_row_open_or_in_a_dialog(
    name: str, locale: str, scheme: Scheme, width: int, pages: dict[str, Path], visit: Visits
) -> None:
    page = visit(pages[name], locale=locale, scheme=scheme, width=width)
    for tab in page.get_by_role("tab").all():
        tab.click()
        page.locator("[row-id] .cell").first.click()
        expect(page.locator("#panel h2")).to_be_visible()
        finds_nothing(page, tab.inner_text())
        page.keyboard.press("Escape")
        expect(page.locator("#panel")).to_be_hidden()
    for opener in ("[data-tool=help]", "#save") if name == "review" else ("[data-tool=help]",):
        page.locator(opener).click()
        expect(page.get_by_role("dialog")).to_be_visible()
        finds_nothing(page, opener)
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_be_hidden()


def test_everybody_who_is_told_why_stands_where_one_looks_for_what_to_do(pages: dict[str, Path], visit: Visits) -> None:
    told = [who for who in page_of(pages["review"].read_text(encoding="utf-8")).people if "told" in who]
    assert {who["action"] for who in told} == {"create", "reject", "update"}
    page = visit(pages["review"])
    page.locator("#tab-rejected").click()
    shown = {text.split("\n")[0] for text in page.locator("[row-id] .cell-person").all_inner_texts()}
    assert shown == {who["name"] for who in told}


def test_the_bar_of_a_page_that_is_served_stays_low_whatever_was_just_said(
    pages: dict[str, Path], visit: Visits
) -> None:
    review = ScriptedReview({"review": pages["review"]})
    review.becomes(review="one")
    with serving(review) as served:
        page = visit(served.address, width=1280)
        within = page.frame_locator("#review")
        height = within.locator("#bar").evaluate("bar => bar.offsetHeight")
        within.locator("[row-id] .decide button").first.click()
        expect(within.locator(".bar-said")).not_to_be_empty()
        assert within.locator("#bar").evaluate("bar => bar.offsetHeight") <= height
        visit.close()
