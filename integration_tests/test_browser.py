"""A test in a browser fails where a page does what it must not, and is skipped only where somebody sees it."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from integration_tests.browser import MISSING, Visits, chromium_on_this_machine, chromium_or_reason, running_chromium

POLICY = "<meta http-equiv=Content-Security-Policy content=\"script-src 'none'\">"


def a_page(folder: Path, body: str) -> Path:
    path = folder / "a page.html"
    path.write_text(f"<!doctype html><meta charset=utf-8><title>A page</title>{body}", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ("<img src='https://example.com/a.png'>", "a request: https://example.com/a.png"),
        ("<script>fetch('https://example.com/b').catch(() => {})</script>", "a request: https://example.com/b"),
        ("<script>new WebSocket('wss://example.com/c')</script>", "a request: wss://example.com/c"),
        ("<iframe src='https://example.com/d'></iframe>", "a request: https://example.com/d"),
        ("<script src='beside.js'></script>", "/beside.js"),
        ("<script>console.error('wrong')</script>", "on the console: wrong"),
        ("<script>missing()</script>", "nobody caught: missing is not defined"),
        ("<script>Promise.reject(new Error('late'))</script>", "nobody caught: late"),
        (f"{POLICY}<script>1</script>", "Content Security Policy"),
    ],
)
def test_what_no_page_may_do_is_a_complaint(body: str, complaint: str, tmp_path: Path, visit: Visits) -> None:
    visit(a_page(tmp_path, body)).evaluate("() => new Promise(requestAnimationFrame)")
    assert any(complaint in told for told in visit.complaints), visit.complaints
    visit.complaints.clear()


def test_what_a_page_kept_is_there_when_it_is_opened_again_and_not_in_another_browser(
    tmp_path: Path, visit: Visits
) -> None:
    path = a_page(tmp_path, "")
    first = visit(path)
    first.evaluate("localStorage.setItem('kept', 'yes')")
    first.close()
    assert visit(path).evaluate("localStorage.getItem('kept')") == "yes"
    assert visit(path, locale="nb-NO").evaluate("localStorage.getItem('kept')") is None


def test_a_page_is_shown_in_the_language_and_the_colours_that_are_asked_for(tmp_path: Path, visit: Visits) -> None:
    page = visit(a_page(tmp_path, ""), locale="nb-NO", scheme="dark", width=400, height=700)
    assert page.evaluate("[navigator.language, matchMedia('(prefers-color-scheme: dark)').matches, innerWidth]") == [
        "nb-NO",
        True,
        400,
    ]


def test_once_the_browser_has_ended_its_thread_can_run_an_event_loop() -> None:
    def one_after_the_other() -> str:
        with running_chromium(chromium_or_reason()) as browser:
            version = browser.version
        return asyncio.run(asyncio.sleep(0, version))

    with ThreadPoolExecutor(1) as thread:
        assert thread.submit(one_after_the_other).result()


def test_without_a_browser_a_test_is_skipped_and_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHROMIUM", "/nowhere/chromium")
    monkeypatch.delenv("CI", raising=False)
    assert chromium_on_this_machine() is None
    with pytest.raises(pytest.skip.Exception, match=MISSING):
        chromium_or_reason()


def test_in_ci_a_test_without_a_browser_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHROMIUM", "/nowhere/chromium")
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match=MISSING):
        chromium_or_reason()
