"""A review from the first look to the result: the real command, a sandbox, and an administrator in a browser."""

import json
import signal
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, FrameLocator, Page, expect

from integration_tests.browser import Visits
from integration_tests.running_review import Running, running
from integration_tests.sandbox import Sandbox, ledger
from integration_tests.sandbox.huma_store import HumaUser
from integration_tests.sandbox_review import connection_of
from shared_mappings import parse_decisions

pytestmark = pytest.mark.slow

PATIENCE = 240_000
"""Milliseconds that reading or a sync may take on a busy machine."""

THEIRS, OURS, OPEN = "+47 400 00 001", "+47 400 00 002", "+47 400 00 003"
"""What Xledger has for the phone of whoever keeps Xledger's, of whoever gets Huma's, and of whoever is not decided."""


@dataclass
class Cast:
    """Who is in the story.

    Attributes:
        theirs: Xledger's phone stands.
        ours: Huma's phone stands.
        open: Nobody decides about the phone.
        left_out: Is in Huma alone, and stays there alone.
        created: Is in Huma alone, and is created.
        added_code: The code of somebody who is in Xledger alone, and is added to Huma.
        phones: What Huma has before.
    """

    theirs: HumaUser
    ours: HumaUser
    open: HumaUser
    left_out: HumaUser
    created: HumaUser
    added_code: str
    phones: dict[str, str]


@dataclass
class Story:
    """What was seen.

    Attributes:
        cast: Who is in it.
        after_closing: What the bar said when the window was closed and opened again, in another browser.
        after_a_kill: What it said after a kill and a new start, in the window that was open.
        writes: How many writes either system got before the button was pressed.
        question: What was asked before the sync.
        outcome: What was said after it.
        written: What the result shows of a phone that was written, by system.
        in_huma: The phone of each in Huma afterwards.
        in_xledger: Likewise in Xledger; nobody who is not there.
        emails: The e-mail addresses in Huma afterwards.
        added: The address of whoever was added.
        file: What was saved.
        printed: What the command printed.
        complaints: What the pages did that none may do.
    """

    cast: Cast
    after_closing: str = ""
    after_a_kill: str = ""
    writes: int = 0
    question: str = ""
    outcome: str = ""
    written: dict[str, str] = field(default_factory=dict)
    in_huma: dict[str, str | None] = field(default_factory=dict)
    in_xledger: dict[str, str | None] = field(default_factory=dict)
    emails: set[str] = field(default_factory=set)
    added: str = ""
    file: str = ""
    printed: str = ""
    complaints: list[str] = field(default_factory=list)


def cast_of(sandbox: Sandbox) -> Cast:
    """Puts some of the people into Xledger, as they are in Huma but for a phone."""
    there = {employee["code"] for employee in sandbox.xledger.employees()}
    people = [
        user
        for user in sandbox.huma.users.values()
        if user.id not in sandbox.huma.awkward.values()
        and user.get("active")
        and user.get("employmentId")
        and user["employmentId"] not in there
        and user.get("phone")
    ][:5]
    for user, phone in zip(people, (THEIRS, OURS, OPEN), strict=False):
        sandbox.xledger.add_employee(**ledger.as_entry(user.facts) | {"phone": phone})
    (added,) = sandbox.employ(1)
    code = next(employee["code"] for employee in sandbox.xledger.employees() if employee["dbId"] == added)
    theirs, ours, open_, left_out, created = people
    return Cast(theirs, ours, open_, left_out, created, code, {user.id: user["phone"] for user in people})


def found(frame: FrameLocator, tab: str, text: str) -> FrameLocator:
    """Opens a section of the review and looks for somebody."""
    frame.locator(f"#tab-{tab}").click()
    frame.locator("#search").fill(text)
    return frame


def decide(frame: FrameLocator, tab: str, text: str, choice: str) -> None:
    row = found(frame, tab, text).locator(".ag-row", has_text=text).first
    row.locator(f".choice-{choice}").click()


def now(page: Page) -> str:
    return page.locator("#now").inner_text()


@pytest.fixture(scope="module")
def story(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Story:
    visit = Visits(chromium)
    with Sandbox.running(people=60, burst_limit=None) as sandbox:
        told = Story(cast_of(sandbox))
        connection = connection_of(sandbox, tmp_path_factory.mktemp("story") / "fjord")
        with running(connection) as review:
            page = decide_and_come_back(told, review, visit)
            review.process.kill()
            review.process.wait()
            expect(page.locator("#notices")).to_contain_text("The server is not running any more")
        with running(connection) as review:
            synchronise(told, sandbox, page)
            page.close()  # it goes on
            see_the_result(told, visit(review.address))
            told.printed = review.line + review.end(signal.SIGINT)[1]
        look_at_both(told, sandbox)
        told.file = (connection / "decisions.json").read_text(encoding="utf-8")
    told.complaints = [line for line in visit.complaints if "ERR_CONNECTION" not in line]  # there was no server
    visit.close()
    return told


def decide_and_come_back(story: Story, review: Running, visit: Visits) -> Page:
    """Decides about four, half of it in one browser and half in another. Returns the page in the other one."""
    page = visit(review.address)
    expect(page.locator("#progress_title")).to_have_text("Reading both systems")
    expect(page.locator("#synchronise")).to_be_visible(timeout=PATIENCE)
    expect(page.locator("#synchronise")).to_be_enabled()
    frame, cast = page.frame_locator("#review"), story.cast
    decide(frame, "differs", cast.theirs["employmentId"], "xledger")
    decide(frame, "differs", cast.ours["employmentId"], "huma")
    expect(page.locator("#now")).to_contain_text("2 decided")
    page.close()

    page = visit(review.address, locale="en-US")
    expect(page.locator("#now")).to_contain_text("2 decided")
    story.after_closing = now(page)
    frame = page.frame_locator("#review")
    decide(frame, "only_huma", cast.left_out["employmentId"], "leave")
    with page.expect_response("**/api/decisions"):
        decide(frame, "only_xledger", cast.added_code, "add")
    return page


def synchronise(story: Story, sandbox: Sandbox, page: Page) -> None:
    """Presses the button in the window that has been open since before the kill."""
    expect(page.locator("#notices")).to_be_empty(timeout=PATIENCE)
    expect(page.locator("#synchronise")).to_be_enabled()
    story.after_a_kill = now(page)
    story.writes = len(sandbox.xledger.writes) + len(sandbox.huma.writes)
    page.locator("#synchronise").click()
    story.question = page.locator("#confirm").inner_text()
    page.locator("#confirmed").click()
    expect(page.locator("#progress_title")).to_have_text("Synchronising", timeout=PATIENCE)


def see_the_result(story: Story, page: Page) -> None:
    """Looks at what was written, in either direction."""
    expect(page.locator("main")).to_have_attribute("data-phase", "done", timeout=PATIENCE)
    story.outcome = page.locator("#outcome").inner_text()
    for system, who in (("Xledger", story.cast.ours), ("Huma", story.cast.theirs)):
        page.get_by_role("tab", name=f"written to {system}").click()
        result = page.frame_locator(f'#result[title$="{system}"]')
        result.locator("#search").fill(who["employmentId"])
        story.written[system] = result.locator(".ag-row", has_text="Phone").first.inner_text()


def look_at_both(story: Story, sandbox: Sandbox) -> None:
    """Notes who and what is in the two systems."""
    cast, employees = story.cast, sandbox.xledger.employees()
    people = (cast.theirs, cast.ours, cast.open, cast.left_out, cast.created)
    by_code: dict[str, Any] = {employee["code"]: employee for employee in employees}
    there = [user for user in people if user["employmentId"] in by_code]
    story.in_huma = {user.id: sandbox.huma.users[user.id]["phone"] for user in people}
    story.in_xledger = {user.id: by_code[user["employmentId"]]["contact"]["phone"] for user in there}
    story.emails = {user["email"] for user in sandbox.huma.users.values()}
    story.added = by_code[cast.added_code]["contact"]["email"]


def digits(phone: str | None) -> str:
    return (phone or "").replace(" ", "")[-8:]


def test_nothing_is_written_before_the_button_is_pressed(story: Story) -> None:
    assert story.writes == 0


def test_what_is_decided_is_there_after_the_window_was_closed_and_after_a_kill(story: Story) -> None:
    assert story.after_closing.startswith("2 decided")
    assert story.after_a_kill.startswith("2 decided")


def test_both_systems_are_as_decided(story: Story) -> None:
    cast = story.cast
    assert digits(story.in_huma[cast.theirs.id]) == digits(story.in_xledger[cast.theirs.id]) == digits(THEIRS)
    assert digits(story.in_huma[cast.ours.id]) == digits(story.in_xledger[cast.ours.id])
    assert story.in_huma[cast.ours.id] == cast.phones[cast.ours.id]


def test_what_was_not_decided_is_as_it_was_in_both(story: Story) -> None:
    cast = story.cast
    assert story.in_huma[cast.open.id] == cast.phones[cast.open.id]
    assert digits(story.in_xledger[cast.open.id]) == digits(OPEN)


def test_people_are_where_it_was_decided_that_they_are(story: Story) -> None:
    cast = story.cast
    assert cast.left_out.id not in story.in_xledger
    assert cast.created.id in story.in_xledger
    assert story.added in story.emails


def test_the_question_foretold_it(story: Story) -> None:
    assert "1 value" in story.question
    assert "Huma gets" in story.question
    assert "1 person is added to Huma" in story.question
    assert "First Xledger to Huma" in story.question


def test_the_result_shows_what_was_before_and_what_is_there_now(story: Story) -> None:
    assert digits(OURS) in story.written["Xledger"].replace(" ", "")
    assert digits(THEIRS) in story.written["Huma"].replace(" ", "")
    assert "From Huma to Xledger" in story.outcome


def test_what_was_saved_is_a_file_of_decisions_without_a_value(story: Story) -> None:
    decisions = parse_decisions(story.file)
    assert decisions is not None
    for value in (THEIRS, OURS, OPEN, *story.cast.phones.values(), story.cast.theirs["email"]):
        assert value not in story.file
    assert {entry["stands"] for entry in json.loads(story.file)["fields"]} == {"huma", "xledger", "later"}


def test_nothing_of_anybody_is_printed_and_no_page_misbehaves(story: Story) -> None:
    assert "The review is ended" in story.printed
    assert story.cast.theirs["email"] not in story.printed
    assert story.complaints == []
