"""A real browser, in which tests open pages, and which tells whatever a page does that it must not."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, WebSocket, sync_playwright

MISSING: Final = "no Chromium: apt-get install chromium"

# The first one has no windows and menus of its own, and opens a page in half the time.
_NAMES: Final = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

# It is shown pages of this project alone, and asks nobody for anything: not for a list, not for a newer one of itself.
_OPTIONS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
)

# What a page brings along itself is no request to anywhere.
_WITHIN_THE_PAGE: Final = frozenset({"about", "blob", "data"})

Scheme = Literal["light", "dark"]


def chromium_on_this_machine() -> str | None:
    """Where Chromium is: what the environment variable CHROMIUM says, or what is found on the path, if anything."""
    named = os.environ.get("CHROMIUM")
    return next(filter(None, map(shutil.which, [named] if named else _NAMES)), None)


@contextmanager
def running_chromium(executable: str) -> Iterator[Browser]:
    """Starts a browser that nobody sees, and ends it.

    While it runs, this thread cannot run an event loop of asyncio of its own.

    Args:
        executable: Where it is.
    """
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=_OPTIONS)
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Visits:
    """Pages that are opened in a browser, and what they did that none of them may do.

    Calling it opens a page. Pages that are opened with the same options share what a browser keeps: what one of them
    leaves in its storage, the next one finds, as if it had been closed and opened again.

    Attributes:
        browser: The browser.
        complaints: Each request to anywhere but the file itself and 127.0.0.1, each error on the console (a violation
            of the page's own policy is one) and each error that nobody caught. At the end of a test there must be none;
            a test that asks for one takes it out.
    """

    browser: Browser
    complaints: list[str] = field(default_factory=list)
    _contexts: dict[tuple[object, ...], BrowserContext] = field(default_factory=dict)

    def __call__(
        self,
        where: Path | str,
        *,
        locale: str = "en-GB",
        scheme: Scheme = "light",
        width: int = 1280,
        height: int = 800,
        touch: bool = False,
    ) -> Page:
        """Opens a page, and returns it once it is loaded.

        Args:
            where: A file, or an address on 127.0.0.1.
            locale: The browser's language.
            scheme: Whether the system is light or dark.
            width: How wide the window is, in pixels.
            height: How high.
            touch: Whether it is used with fingers.
        """
        options = (locale, scheme, width, height, touch)
        context = self._contexts.get(options)
        if context is None:
            context = self._contexts[options] = self.browser.new_context(
                locale=locale,
                color_scheme=scheme,
                viewport={"width": width, "height": height},
                has_touch=touch,
                timezone_id="Europe/Oslo",
                reduced_motion="reduce",
                service_workers="block",
            )
            self._watch(context)
        page = context.new_page()
        page.goto(where.absolute().as_uri() if isinstance(where, Path) else where)
        return page

    def close(self) -> None:
        """Closes every page, whatever it wants to say about that, and forgets what they have kept."""
        for context in self._contexts.values():
            context.close()
        self._contexts.clear()

    def _watch(self, context: BrowserContext) -> None:
        context.on("request", self._see_request)
        context.on("console", self._see_line)
        context.on("weberror", lambda error: self.complaints.append(f"nobody caught: {error.error}"))
        context.on("page", lambda page: page.on("websocket", self._see_request))

    def _see_request(self, request: Request | WebSocket) -> None:
        parts = urlsplit(request.url)
        is_the_page = isinstance(request, Request) and request.is_navigation_request() and parts.scheme == "file"
        if not (is_the_page or parts.scheme in _WITHIN_THE_PAGE or parts.hostname == "127.0.0.1"):
            self.complaints.append(f"a request: {request.url[:200]}")

    def _see_line(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "assert"}:
            self.complaints.append(f"on the console: {message.text}")


def chromium_or_reason() -> str:
    """Where Chromium is.

    Without one, the test that asks is skipped. Where CI runs it fails: nobody would see that it was skipped.
    """
    executable = chromium_on_this_machine()
    if executable is None and os.environ.get("CI"):
        pytest.fail(MISSING, pytrace=False)
    if executable is None:
        pytest.skip(MISSING)
    return executable
