"""What it takes to look at a review of many people: to make the page, to open it, to filter it, and to scroll.

`python -m benchmarks.review_page` prints a table. The page is opened in Chromium; without one, nothing is measured. The
numbers say something about the machine as well: they are meant for one on which nothing else is running.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, Page
from rich.console import Console

from benchmarks import reviewed
from benchmarks.promises import Promise, table_of_promises
from benchmarks.steps import steps
from connector_base.pages.page import page
from connector_base.protocol.any_text import dumps
from integration_tests.browser import MISSING, chromium_on_this_machine, running_chromium
from integration_tests.review_samples import a_frame
from xledger_api.tariff import MEGABYTE

VISITS: Final = 3
SCROLLED: Final = 120
"""How many frames are scrolled through, some rows each."""

STEP: Final = 120
"""How many pixels a frame: a wheel that is turned quickly."""

QUERY: Final = "adviser 42"
"""What is searched for, a key at a time."""

MOST_TO_OPEN: Final = 2_000
MOST_TO_FILTER: Final = 100
LONGEST_FRAME: Final = 100
"""Milliseconds: what nobody takes for a stutter."""

WIDTH, HEIGHT = 1440, 900
SMOOTH: Final = 34
"""Milliseconds: two frames of a screen that shows sixty a second."""
LEAST_SMOOTH: Final = 0.9

# Runs before anything of the page does. A row counts once it has been painted: in the frame after the one it came in.
_WATCH: Final = """
const look = () => document.querySelector("#table [row-index]")
  ? requestAnimationFrame(() => { window.shownAfter = performance.now(); })
  : requestAnimationFrame(look);
look();
"""

# From the key to the frame in which the rows changed last, which is known when nothing has changed for a while.
_KEY: Final = """
() => new Promise((resolve) => {
  let pressed, last;
  const see = () => requestAnimationFrame(() => { last = performance.now(); });
  const changes = new MutationObserver(see);
  const all = {subtree: true, childList: true, characterData: true, attributes: true};
  changes.observe(document.querySelector(".ag-grid-viewport"), all);
  addEventListener("input", (event) => { pressed = last = event.timeStamp; }, {capture: true, once: true});
  const look = () => pressed && performance.now() - last > 300
    ? (changes.disconnect(), resolve(last - pressed))
    : requestAnimationFrame(look);
  look();
})
"""

_SCROLL: Final = """
([frames, step]) => new Promise((resolve) => {
  const body = document.querySelector(".ag-grid-viewport");
  const taken = [];
  let before;
  const next = (now) => {
    if (before) taken.push(now - before);
    before = now;
    body.scrollTop += step;
    taken.length < frames ? requestAnimationFrame(next) : resolve(taken);
  };
  requestAnimationFrame(next);
})
"""


@dataclass(frozen=True, slots=True)
class Visit:
    """What it took to open the page once, and to work with it, in milliseconds.

    Attributes:
        to_rows: From the beginning of the navigation until rows were painted.
        keys: For each key that was pressed in the search, until the rows that fit were there.
        frames: For each frame while the rows were scrolled, how long it was there.
    """

    to_rows: float
    keys: list[float]
    frames: list[float]

    @property
    def smooth(self) -> float:
        """How many of the frames were in time, as a part of 1."""
        return sum(frame <= SMOOTH for frame in self.frames) / len(self.frames)


def main() -> int:
    """Runs the benchmark. Returns 0 when everything is within its bounds, and where there is no browser."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.review_page", description=__doc__)
    parser.add_argument("--people", type=int, default=10_000, help="how many people came; that many are promised")
    count = parser.parse_args().people
    executable = chromium_on_this_machine()
    if executable is None:
        print(f"The review page is not measured: {MISSING}", file=sys.stderr)
        return 0
    with tempfile.TemporaryDirectory() as folder, steps(2) as step:
        file = Path(folder) / "review.html"
        step(f"making the page of {count:,} people")
        made = _make(file, count)
        size = file.stat().st_size
        step("opening, searching and scrolling it")
        with running_chromium(executable) as browser:
            visits = [_visit(browser, file) for _ in range(VISITS)]
    promises = _promises(count, size, made, visits)
    Console().print(table_of_promises(promises))
    return 0 if all(promise.kept for promise in promises) else 1


def _make(file: Path, count: int) -> float:
    """Makes the page; returns the seconds that took, without those for the people."""
    people, only = list(map(dumps, reviewed.people(count))), list(map(dumps, reviewed.only_there(count)))
    started = time.perf_counter()
    with file.open("wb") as writing:
        writing.writelines(page(a_frame(people=count), people, only))
    return time.perf_counter() - started


def _visit(browser: Browser, file: Path) -> Visit:
    context = browser.new_context(viewport={"width": WIDTH, "height": HEIGHT})
    context.add_init_script(_WATCH)
    shown = context.new_page()
    shown.goto(file.as_uri(), wait_until="commit")
    to_rows = shown.wait_for_function("() => window.shownAfter").json_value()
    frames = shown.evaluate(_SCROLL, [SCROLLED, STEP])
    shown.locator("#search").focus()
    keys = [_press(shown, key) for key in QUERY]
    context.close()
    return Visit(to_rows, keys, frames)


def _press(shown: Page, key: str) -> float:
    """Presses a key in the search; returns the milliseconds until the rows that fit are there."""
    shown.evaluate(f"() => {{ window.filtered = ({_KEY})(); }}")
    shown.keyboard.press(key)
    return float(shown.evaluate("() => window.filtered"))


def _promises(count: int, size: int, made: float, visits: Sequence[Visit]) -> list[Promise]:
    """Each number is that of the best visit: what else goes on on the machine is no fault of the page."""
    smooth = max(visit.smooth for visit in visits)
    to_rows = min(visit.to_rows for visit in visits)
    slowest_key = min(max(visit.keys) for visit in visits)
    longest_frame = min(max(visit.frames) for visit in visits)
    made_so = f"{1_000 * made:.0f} ms, {size / MEGABYTE:.1f} MB"
    return [
        Promise(f"making the page of {count:,} people", made_so, "", kept=True),
        _within("opening it, until its rows are there", to_rows, MOST_TO_OPEN),
        _within("searching: from a key to the rows that fit, of all keys the slowest", slowest_key, MOST_TO_FILTER),
        _within(f"scrolling: of {SCROLLED} frames the longest", longest_frame, LONGEST_FRAME),
        Promise("scrolling: frames in time", f"{smooth:.0%}", f"at least {LEAST_SMOOTH:.0%}", smooth >= LEAST_SMOOTH),
    ]


def _within(what: str, milliseconds: float, bound: int) -> Promise:
    return Promise(what, f"{milliseconds:,.0f} ms", f"at most {bound:,} ms", milliseconds <= bound)


if __name__ == "__main__":
    sys.exit(main())
