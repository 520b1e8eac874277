"""`make screenshots`: pictures of the pages in a browser, for the pages about them."""

import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from playwright.sync_api import Page, expect

from huma_xledger.reviewing.status import Doing, Step, StepState
from integration_tests.browser import MISSING, Scheme, Visits, chromium_on_this_machine, running_chromium
from integration_tests.pictures import ROOT, XLEDGER
from integration_tests.review_run import PEOPLE, review_run
from integration_tests.scripted_review import ScriptedReview, serving

HOST: Final = ROOT / "huma-xledger" / "docs"

WIDTH, HEIGHT = 1280, 720
PHONE: Final = (390, 844)


@dataclass(frozen=True, slots=True)
class Screenshot:
    """A picture of a page.

    Attributes:
        page: The page of the run: `review`, `result`, or `served` for the one around the review.
        does: What somebody has done on it before.
        locale: The browser's language.
        scheme: Whether the system is light or dark.
        size: How wide and how high the window is.
    """

    page: str
    does: Callable[[Page], None]
    locale: str = "en-GB"
    scheme: Scheme = "light"
    size: tuple[int, int] = (WIDTH, HEIGHT)


def _decide_some(page: Page) -> None:
    """The first three of the list, each otherwise."""
    for position in range(3):
        page.locator("[row-id] .decide").nth(position).get_by_role("button").nth(position).click()


def _open_somebody(page: Page) -> None:
    page.locator("[row-id] .cell-person").first.click()
    page.locator("#panel").get_by_role("button", name="Huma's value stands").click()


def _go_to_new_people(page: Page) -> None:
    page.locator("#tab-only_huma").click()
    page.get_by_role("searchbox").fill("ann")
    page.locator("[row-id^='p']").nth(1).get_by_role("button").first.click()


def _look_at_the_list(page: Page) -> None:
    page.locator("#tab-missing_in_xledger").click()
    page.locator("#toolbar").evaluate("element => element.scrollIntoView()")


def _look_at_somebody(page: Page) -> None:
    page.locator("#filter-person").select_option("updated")
    page.locator("[row-id] .cell-field").first.hover()


def _decide_in_the_frame(page: Page) -> None:
    within = page.frame_locator("#review")
    for position in range(3):
        within.locator("[row-id] .decide").nth(position).get_by_role("button").nth(position).click()
    expect(page.locator("#now")).to_contain_text("3 ")


SCREENSHOTS: Final[Mapping[Path, Screenshot]] = {
    XLEDGER / "review.png": Screenshot("review", _decide_some),
    XLEDGER / "review-person.png": Screenshot("review", _open_somebody, scheme="dark"),
    XLEDGER / "review-norwegian.png": Screenshot("review", _go_to_new_people, locale="nb-NO"),
    XLEDGER / "review-narrow.png": Screenshot("review", _look_at_the_list, size=PHONE),
    XLEDGER / "result.png": Screenshot("result", _look_at_somebody),
    HOST / "review.png": Screenshot("served", _decide_in_the_frame),
}
"""Every picture, by where it belongs."""


def take(visit: Visits, folder: Path) -> dict[Path, bytes]:
    """Takes every picture.

    Args:
        visit: Opens the pages.
        folder: Where the pages are put meanwhile.
    """
    run = review_run()
    pages = {name: folder / f"{name}.html" for name in ("review", "result")}
    pages["review"].write_text(run.review, encoding="utf-8")
    pages["result"].write_text(run.result, encoding="utf-8")
    review = ScriptedReview({"review": pages["review"]})
    review.becomes(review="one", steps=(Step(Doing.PREVIEW, "xledger", StepState.DONE, count=PEOPLE),))
    with serving(review) as served:
        where: dict[str, Path | str] = {**pages, "served": served.address}
        return {path: _taken(visit, where[picture.page], picture) for path, picture in SCREENSHOTS.items()}


def _taken(visit: Visits, where: Path | str, picture: Screenshot) -> bytes:
    width, height = picture.size
    page = visit(where, locale=picture.locale, scheme=picture.scheme, width=width, height=height)
    picture.does(page)
    page.mouse.move(0, 0)
    page.evaluate("() => document.activeElement.blur()")
    taken = page.screenshot(animations="disabled", caret="hide")
    visit.close()
    return taken


def main() -> int:
    """Takes every picture anew. Returns 0 unless there is no browser."""
    executable = chromium_on_this_machine()
    if executable is None:
        print(f"No picture was taken: {MISSING}", file=sys.stderr)
        return 1
    with running_chromium(executable) as browser, tempfile.TemporaryDirectory() as folder:
        visits = Visits(browser)
        for path, picture in take(visits, Path(folder)).items():
            path.write_bytes(picture)
            print(f"Taken: {path.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
