"""The page around a review, in a browser: what it shows, what it keeps, and what it takes to press its button."""

import json
import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Page, expect
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from huma_xledger.reviewing.status import At, Doing, Phase, Step, StepState
from integration_tests.browser import Scheme, Visits
from integration_tests.review_samples import a_result, a_review
from integration_tests.sandbox.server import bind
from integration_tests.sandbox.server import serving as serving_anything
from integration_tests.scripted_review import ScriptedReview, Served, serving

pytestmark = pytest.mark.slow

TEXTS = json.loads(files("huma_xledger.serving").joinpath("shell/texts.json").read_bytes())
SHELL = Path(str(files("huma_xledger.serving").joinpath("shell")))

SUMMARY = {
    "received": 300,
    "created": 12,
    "updated": 34,
    "unchanged": 250,
    "skipped": {"deactivated": 2},
    "rejected": {"missing_key": 1, "code_conflict": 1},
    "warnings": {},
    "mode": "sync",
}
PREVIEWED = Step(Doing.PREVIEW, "xledger", StepState.DONE, count=300, summary=SUMMARY | {"mode": "preview"})
TO_HUMA = Step(Doing.SYNC, "huma", StepState.DONE, summary=SUMMARY, has_result=True)
TO_XLEDGER = replace(TO_HUMA, to="xledger")
RUNNING = Step(Doing.SYNC, "xledger", StepState.RUNNING, At.READING, 120, 300)
FAILED = Step(Doing.SYNC, "xledger", StepState.FAILED, problem="destination-xledger: Xledger is away. Try it later.")

PHASES: dict[str, dict[str, Any]] = {
    "reading": {
        "phase": Phase.READING,
        "steps": (replace(RUNNING, doing=Doing.PREVIEW), replace(FAILED, state=StepState.WAITING, problem=None)),
    },
    "deciding": {"phase": Phase.DECIDING, "steps": (PREVIEWED,)},
    "synchronising": {"phase": Phase.SYNCHRONISING, "steps": (TO_HUMA, RUNNING)},
    "done": {"phase": Phase.DONE, "steps": (TO_HUMA, TO_XLEDGER), "told": "sent"},
    "failed": {"phase": Phase.FAILED, "failed_in": Doing.SYNC, "steps": (TO_HUMA, FAILED), "problem": FAILED.problem},
}


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    contents = {"review": a_review(40, 3), "xledger": a_result(20), "huma": a_result(20, to="huma")}
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return {name: folder / name for name in contents}


@pytest.fixture
def served(pages: dict[str, Path]) -> Iterator[Served]:
    review = ScriptedReview(pages)
    review.becomes(review="one", **PHASES["deciding"])
    with serving(review) as served:
        yield served


def decide(page: Page, choice: str = "xledger", row: int = 0) -> None:
    """Decides about the first value in the frame that can be decided so."""
    page.frame_locator("#review").locator(f".choice-{choice}:not([aria-disabled=true])").nth(row).click()


def now(page: Page) -> str:
    return page.locator("#now").inner_text()


def decided(page: Page) -> int:
    """How many are decided, by what the bar says."""
    expect(page.locator("#now")).to_contain_text(" decided. ")
    return int(now(page).partition(" ")[0])


def kept(served: Served, texts: int) -> dict[str, Any]:
    """What is kept, once it was kept so often."""
    served_now = served.review
    for _ in range(200):
        if len(served_now.kept) >= texts:
            break
        served_now.wait(served_now.now.version, 0.05)
    assert len(served_now.kept) == texts
    content: dict[str, Any] = json.loads(served_now.kept[-1][0])
    return content


def test_no_token_is_in_the_address_that_stays(served: Served, visit: Visits) -> None:
    page = visit(served.address)
    assert page.url == f"{served.base}/"
    page.go_back()
    assert served.keys.token not in page.url


def test_what_goes_on_is_shown_as_it_goes_on(served: Served, visit: Visits) -> None:
    served.review.becomes(**PHASES["reading"])
    page = visit(served.address)
    expect(page.locator("#progress_title")).to_have_text("Reading both systems")
    expect(page.locator(".step").first).to_contain_text("120 of 300 people read from Huma")
    expect(page.locator("[aria-current=step]")).to_have_text("Read")
    served.review.becomes(**PHASES["synchronising"])
    expect(page.locator("#progress_title")).to_have_text("Synchronising")
    expect(page.locator(".step").nth(1)).to_contain_text("120 of 300 people read from Huma")
    served.review.becomes(**PHASES["done"])
    expect(page.locator("[aria-current=step]")).to_have_text("Result")


def test_what_is_decided_is_kept_as_it_is_decided_and_there_in_any_browser_that_comes_later(
    served: Served, visit: Visits
) -> None:
    page = visit(served.address)
    before = decided(page)
    kept(served, 1)  # what is undecided stays as it is, and that is kept before anybody decides
    decide(page)
    expect(page.locator("#now")).to_contain_text(f"{before + 1} decided")
    decision = next(each for each in kept(served, 2)["fields"] if each["stands"] == "xledger")
    page.close()
    another = visit(served.address, locale="en-US")
    expect(another.locator("#now")).to_contain_text(f"{before + 1} decided")
    another.frame_locator("#review").locator("#undo").wait_for()
    assert decision in json.loads(served.review.kept[-1][0])["fields"]
    assert len(served.review.kept) == 2, "Looking at it is no decision."


def test_loaded_decisions_about_nothing_on_the_page_are_kept_and_stay(served: Served, visit: Visits) -> None:
    page = visit(served.address)
    before = decided(page)
    loaded = kept(served, 1) | {"fields": [], "people": [{"user": "elsewhere", "action": "leave"}]}
    frame = page.frame_locator("#review")
    with page.expect_file_chooser() as chooser:
        frame.get_by_role("button", name="Load decisions").click()
    chooser.value.set_files({"name": "a.json", "mimeType": "application/json", "buffer": json.dumps(loaded).encode()})
    assert {"user": "elsewhere", "action": "leave"} in kept(served, 2)["people"]
    page.reload()
    assert decided(page) == before
    decide(page)
    assert {"user": "elsewhere", "action": "leave"} in kept(served, 3)["people"]


def test_the_question_says_what_is_going_to_happen_and_nothing_happens_without_an_answer(
    served: Served, visit: Visits
) -> None:
    page = visit(served.address)
    decide(page)
    page.get_by_role("button", name="Synchronise").click()
    dialog = page.get_by_role("dialog", name="Synchronise now?")
    expect(dialog).to_contain_text(re.compile(r"\d+ values that you have not decided stay as they are in both"))
    expect(dialog).to_contain_text("First Xledger to Huma, then Huma to Xledger:")
    expect(dialog).to_contain_text("Up to 12 employees are created in Xledger.")
    expect(dialog).to_contain_text("Scheduled syncs go on writing nothing until connection.yaml says “mode: sync”")
    dialog.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Synchronise").click()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert served.review.pressed == []
    page.get_by_role("button", name="Synchronise").click()
    with page.expect_response("**/api/synchronise"):
        dialog.get_by_role("button", name="Synchronise").click()
    expect(dialog).to_be_hidden()
    served.review.becomes(**PHASES["synchronising"])
    expect(page.locator("#progress_title")).to_have_text("Synchronising")
    assert served.review.pressed == ["synchronise"]
    assert json.loads(served.review.kept[-1][0])["fields"], "What is decided is kept before it is done."


def test_a_sync_goes_by_what_was_decided_a_moment_before(served: Served, visit: Visits) -> None:
    page = visit(served.address)
    kept(served, 1)
    review = page.locator("#review")
    review.evaluate("(frame) => { frame.contentWindow.setTimeout = () => 0; }")  # by itself the page never says it
    decide(page)
    page.get_by_role("button", name="Synchronise").click()
    with page.expect_response("**/api/synchronise"):
        page.get_by_role("dialog").get_by_role("button", name="Synchronise").click()
    assert served.review.pressed == ["synchronise"]
    assert any(each["stands"] == "xledger" for each in kept(served, 2)["fields"])


def test_one_direction_and_a_mode_that_writes_are_told_as_they_are(served: Served, visit: Visits) -> None:
    served.review.becomes(both=False, to_huma_mode=None, mode="sync")
    page = visit(served.address)
    page.get_by_role("button", name="Synchronise").click()
    expect(page.get_by_role("dialog")).to_contain_text("What is meant for Huma waits: connection.yaml has no settings")
    expect(page.get_by_role("dialog")).to_contain_text("Scheduled syncs go on writing, by these decisions")


def test_the_question_says_whom_the_settings_create_in_huma_of_whom_the_page_says_nothing(
    served: Served, visit: Visits
) -> None:
    served.review.becomes(steps=(PREVIEWED, replace(PREVIEWED, to="huma", summary=SUMMARY | {"created": 5})))
    page = visit(served.address)
    page.get_by_role("button", name="Synchronise").click()
    expect(page.get_by_role("dialog")).to_contain_text("Up to 5 people are created in Huma.")
    expect(page.get_by_role("dialog")).to_contain_text("Up to 12 employees are created in Xledger.")


def test_it_can_be_done_with_the_keyboard_alone(served: Served, visit: Visits) -> None:
    page = visit(served.address)
    expect(page.locator("#synchronise")).to_be_enabled()
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "synchronise":
            break
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    assert page.evaluate("document.activeElement.closest('dialog') !== null")
    page.locator("#confirmed").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.locator("#notices")).to_be_empty()


def test_what_is_decided_in_another_window_is_not_overwritten_and_not_synchronised_unseen(
    served: Served, visit: Visits
) -> None:
    one, other = visit(served.address), visit(served.address, locale="en-US")
    before = decided(one)
    assert decided(other) == before
    decide(other)
    expect(one.locator("#notices")).to_contain_text("Something else was decided in another window.")
    expect(one.locator("#synchronise")).to_be_disabled()
    expect(other.locator("#synchronise")).to_be_enabled()
    one.get_by_role("button", name="Show that here").click()
    expect(one.locator("#now")).to_contain_text(f"{before + 1} decided")
    expect(one.locator("#notices")).to_be_empty()
    expect(one.locator("#synchronise")).to_be_enabled()


def taken_for_xledger(served: Served, texts: int) -> list[dict[str, str]]:
    """What stands for Xledger, once something was kept so often."""
    return [each for each in kept(served, texts)["fields"] if each["stands"] == "xledger"]


def test_what_is_kept_is_there_when_the_frame_alone_is_loaded_anew(served: Served, visit: Visits) -> None:
    page = visit(served.address)
    decided(page)
    before = len(taken_for_xledger(served, 1))
    decide(page)
    first = taken_for_xledger(served, 2)
    assert len(first) == before + 1
    with page.expect_response("**/api/draft"):
        page.evaluate("document.getElementById('review').contentWindow.location.reload()")
    page.frame_locator("#review").locator("#undo").wait_for()
    decide(page, row=1)
    assert len(taken_for_xledger(served, 3)) == before + 2
    assert not [each for each in first if each not in taken_for_xledger(served, 3)]


def test_the_last_word_of_a_page_that_is_loaded_anew_is_not_taken_for_that_of_the_next(
    served: Served, visit: Visits
) -> None:
    one, other = visit(served.address), visit(served.address, locale="en-US")
    decided(one)
    decided(other)
    decide(other)
    first = taken_for_xledger(served, 2)
    expect(one.locator("#notices")).to_contain_text("Something else was decided in another window.")
    with one.expect_response("**/api/draft"):
        one.evaluate("""() => {
            const { contentDocument } = document.getElementById("review");
            contentDocument.querySelectorAll(".choice-later:not([aria-disabled=true])")[3].click();
            document.querySelector("#notices button").click();
        }""")
    one.frame_locator("#review").locator("#undo").wait_for()
    decide(one, row=1)
    assert not [each for each in first if each not in taken_for_xledger(served, 3)]


def test_a_window_goes_on_after_a_restart_and_loses_nothing_that_was_decided_meanwhile(
    pages: dict[str, Path], visit: Visits
) -> None:
    review = ScriptedReview(pages)
    review.becomes(review="one", **PHASES["deciding"])
    with ExitStack() as stack:
        before = stack.enter_context(serving(review))
        page = visit(before.address)
        number = decided(page)
        kept(before, 1)
        stack.close()
        expect(page.locator("#notices")).to_contain_text(
            "The server is not running any more: start huma-xledger review"
        )
        expect(page.locator("#synchronise")).to_be_disabled()
        decide(page)
        expect(page.locator("#now")).to_contain_text(f"{number + 1} decided")
        expect(page.locator("#now")).to_contain_text("Not kept yet.")
        after = stack.enter_context(serving(review, int(before.base.rpartition(":")[2])))
        expect(page.locator("#notices")).to_be_empty()
        expect(page.locator("#now")).to_contain_text("Kept.")
        kept(after, 2)
        stack.enter_context(_another_secret(review, stack, after))
        expect(page.locator("#notices")).to_contain_text("This window has no key to this server")
    visit.complaints.clear()  # that a server is not there, and what it refuses, is told on the console


def _another_secret(review: ScriptedReview, stack: ExitStack, after: Served) -> Any:
    stack.close()
    return serving(review, int(after.base.rpartition(":")[2]), bytes(32))


ATTACK = """<!doctype html><title>another page</title><link rel="icon" href="data:,"><body><script>
const where = new URLSearchParams(location.search).get("where");
const json = { "Content-Type": "application/json" };
const content = JSON.stringify({ onto: new URLSearchParams(location.search).get("onto") });
const outcomes = [];
const attack = async () => {
  for (const button of ["synchronise", "save", "again", "retry"]) {
    const path = `${where}/api/${button}`;
    for (const options of [
      { mode: "no-cors", body: content },
      { mode: "no-cors", body: content, headers: { "Content-Type": "text/plain" } },
      { mode: "cors", body: content, headers: json },
      { mode: "cors", body: content },
    ]) {
      await fetch(path, { method: "POST", credentials: "include", ...options })
        .then((answer) => outcomes.push(answer.type), () => outcomes.push("refused"));
    }
    navigator.sendBeacon(path, content);
    const form = document.createElement("form");
    Object.assign(form, { method: "POST", action: path, enctype: "text/plain", target: "form" });
    const field = document.createElement("input");
    Object.assign(field, { name: content.slice(0, -1) + ',"x":"', value: '"}' });
    form.append(field);
    document.body.append(form);
    form.submit();
  }
  for (const path of ["/", "/review", "/api/status", "/api/draft"]) {
    const answer = await fetch(where + path, { credentials: "include" }).then((read) => read.text(), () => null);
    outcomes.push(answer);
  }
  for (const path of ["/", "/review"]) {
    const frame = document.createElement("iframe");
    frame.src = where + path;
    document.body.append(frame);
    await new Promise((resolve) => { frame.onload = resolve; setTimeout(resolve, 2000); });
    try { outcomes.push(frame.contentDocument?.body?.textContent ?? null); } catch { outcomes.push(null); }
  }
  window.outcomes = outcomes;
};
attack();
</script><iframe name="form"></iframe>"""


async def _attack(_: Request) -> Response:
    return HTMLResponse(ATTACK)


def test_no_other_page_in_the_browser_reads_the_review_or_presses_a_button(served: Served, visit: Visits) -> None:
    """Another server of this machine is the same site to a browser: it sends the cookie along."""
    page = visit(served.address)
    decided(page)
    kept(served, 1)
    with bind(0) as listener, serving_anything({listener: Starlette(routes=[Route("/", _attack)])}) as (elsewhere,):
        attacker = page.context.new_page()
        attacker.goto(f"{elsewhere}/?where={served.base}&onto={served.review.now.onto}")
        attacker.wait_for_function("() => window.outcomes")
        outcomes = attacker.evaluate("window.outcomes")
        attacker.close()
    assert set(outcomes) <= {"refused", "opaque", None}
    assert served.review.pressed == []
    assert len(served.review.kept) == 1
    visit.complaints.clear()  # every refusal is told on the console


def test_a_page_that_opens_the_review_cannot_reach_into_it(served: Served, visit: Visits) -> None:
    page = visit(served.address)
    with bind(0) as listener, serving_anything({listener: Starlette(routes=[Route("/", _empty)])}) as (elsewhere,):
        opener = page.context.new_page()
        opener.goto(elsewhere)
        with page.context.expect_page() as opened:
            opener.evaluate("address => { window.opened = window.open(address); }", f"{served.base}/")
        opened.value.wait_for_load_state()
        assert opener.evaluate("window.opened.closed"), "It has a group of windows of its own."


async def _empty(_: Request) -> Response:
    return HTMLResponse('<!doctype html><title>another page</title><link rel="icon" href="data:,">')


def test_the_results_are_shown_for_each_direction_with_what_comes_next(served: Served, visit: Visits) -> None:
    served.review.becomes(**PHASES["done"])
    page = visit(served.address)
    outcome = page.locator("#outcome")
    expect(outcome).to_contain_text(
        "From Xledger to Huma: 12 created, 34 updated, 250 unchanged, 2 left out on purpose and 2 rejected"
    )
    expect(outcome).to_contain_text("The result was sent to those named in connection.yaml (notify).")
    expect(outcome).to_contain_text("4 were rejected in all. The result says what to do about each; then look again.")
    expect(outcome).to_contain_text("once connection.yaml says “mode: sync” below destination-xledger")
    to_xledger, to_huma = (page.get_by_role("tab", name=f"written to {system}") for system in ("Xledger", "Huma"))
    expect(to_xledger).to_have_attribute("aria-selected", "true")
    to_xledger.focus()
    page.keyboard.press("ArrowLeft")
    expect(to_huma).to_be_focused()
    expect(to_huma).to_have_attribute("aria-selected", "true")
    page.wait_for_function("() => document.getElementById('result').contentWindow.location.pathname === '/result/huma'")
    with page.expect_response("**/api/again"):
        page.get_by_role("button", name="Look again").click()
    served.review.becomes(**PHASES["reading"])
    expect(page.locator("#progress_title")).to_have_text("Reading both systems")
    assert served.review.pressed == ["again"]


@pytest.mark.parametrize(
    ("told", "sentence"),
    [(None, "Nobody was sent the result"), ("sending", "is being sent"), ("failed", "could not be sent")],
)
def test_whether_the_result_was_sent_is_said(served: Served, visit: Visits, told: str | None, sentence: str) -> None:
    served.review.becomes(**PHASES["done"] | {"told": told, "told_problem": "The second address was not reached."})
    outcome = visit(served.address).locator("#outcome")
    expect(outcome).to_contain_text(sentence)
    expect(outcome).to_contain_text("The second address was not reached.")


def test_what_failed_is_told_in_the_connectors_words_and_can_be_tried_again(served: Served, visit: Visits) -> None:
    served.review.becomes(**PHASES["failed"])
    page = visit(served.address)
    expect(page.locator("#progress")).to_contain_text("destination-xledger: Xledger is away. Try it later.")
    expect(page.locator("#progress")).to_contain_text("What was written before stays written")
    expect(page.get_by_role("tab", name="What was written to Huma")).to_be_visible()
    with page.expect_response("**/api/retry"):
        page.get_by_role("button", name="Try again").click()
    served.review.becomes(**PHASES["synchronising"])
    expect(page.locator("#progress_title")).to_have_text("Synchronising")
    assert served.review.pressed == ["retry"]


def test_a_refusal_is_shown_until_something_happens(served: Served, visit: Visits) -> None:
    served.review.refusal = "Both systems are being read."
    page = visit(served.address)
    page.get_by_role("button", name="Look again").click()
    expect(page.locator("#notices")).to_contain_text("Both systems are being read.")
    served.review.becomes(**PHASES["reading"])
    expect(page.locator("#notices")).to_be_empty()
    visit.complaints.clear()  # that something was refused is told on the console


def test_decisions_can_be_saved_without_a_sync(served: Served, visit: Visits) -> None:
    page = visit(served.address)
    kept(served, 1)
    with page.expect_response("**/api/save"):
        page.get_by_role("button", name="Save decisions").click()
    assert served.review.pressed == ["save"]
    served.review.becomes(saved=True)
    expect(page.get_by_role("button", name="Decisions saved")).to_be_disabled()
    decide(page)
    expect(page.get_by_role("button", name="Save decisions")).to_be_enabled()


def test_a_new_preview_is_shown_in_place_of_the_one_before(served: Served, visit: Visits) -> None:
    page = visit(served.address)
    decided(page)
    served.review.becomes(**PHASES["reading"])
    served.review.kept.clear()
    served.review.becomes(review="two", onto="0", **PHASES["deciding"])
    kept(served, 1)
    address = page.locator("#review").evaluate("frame => frame.contentWindow.location.href")
    assert address.startswith(f"{served.base}/review?of=two&")


def test_the_language_and_the_colours_are_those_of_the_browser_and_follow_the_page_in_the_frame(
    served: Served, visit: Visits
) -> None:
    page = visit(served.address, locale="nb-NO", scheme="dark")
    expect(page.get_by_role("button", name="Synkroniser")).to_be_enabled()
    assert page.evaluate("document.documentElement.lang") == "nb"
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    frame = page.frame_locator("#review")
    frame.locator('[data-tool="language-en"]').click()
    frame.locator('[data-tool="theme-light"]').click()
    expect(page.get_by_role("button", name="Synchronise")).to_be_enabled()
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != background
    page.get_by_role("button", name="Synchronise").click()
    expect(page.get_by_role("dialog")).to_contain_text("stay as they are in both")


@pytest.mark.parametrize(
    ("locale", "scheme", "width"), [("en-GB", "light", 1280), ("nb-NO", "dark", 1280), ("nb-NO", "light", 360)]
)
def test_axe_finds_nothing(served: Served, visit: Visits, locale: str, scheme: Scheme, width: int) -> None:
    page = visit(served.address, locale=locale, scheme=scheme, width=width)
    for name, phase in PHASES.items():
        served.review.becomes(is_old=True, **phase)
        expect(page.locator("main")).to_have_attribute("data-phase", name)
        if name == "deciding":
            expect(page.locator("#synchronise")).to_be_enabled()
            page.locator("#synchronise").click()
        found = Axe().run(page, options={"iframes": False})  # the pages within are held to it where they are tested
        assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found.response["violations"]] == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_every_text_is_there_in_both_languages_and_is_used() -> None:
    used = "".join(path.read_text(encoding="utf-8") for path in SHELL.iterdir() if path.suffix in {".js", ".html"})
    for key, text in TEXTS.items():
        assert text.keys() == {"en", "nb"}
        stem = key.rpartition("_")[0]
        assert key in used or f"{stem}_${{" in used or f"}}{key.removeprefix('would_')}" in used, key
        forms = [set(re.findall(r"\{\w+\}", json.dumps(each))) for each in text.values()]
        assert forms[0] == forms[1], key
