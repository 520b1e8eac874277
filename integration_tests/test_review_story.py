"""A review from the first look to the result: the real command, a sandbox, and an administrator in a browser."""

import json
import signal
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from airbyte_cdk.models import ConfiguredAirbyteCatalogSerializer
from playwright.sync_api import Browser, FrameLocator, Page, expect

from destination_huma.destination import DestinationHuma
from destination_xledger.destination import DestinationXledger
from huma_xledger.direction import TO_HUMA
from integration_tests.browser import Visits
from integration_tests.conftest import a_stream
from integration_tests.data_page import unnamed
from integration_tests.huma_people import company_of
from integration_tests.reading import read_source
from integration_tests.reading_employees import read_employees
from integration_tests.records import records
from integration_tests.running_review import Running, running
from integration_tests.sandbox import Sandbox, ledger
from integration_tests.sandbox.huma_store import HumaUser
from integration_tests.sandbox_review import connection_of
from integration_tests.test_host import recognisable_values
from shared_mappings import parse_decisions

pytestmark = pytest.mark.slow

PEOPLE = 60

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
        added_code: The code of somebody who is in Xledger alone, and is added to Huma; there is another one like that.
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
        new_in_huma: How many came to Huma.
        again: How many people another sync of everybody was about, in either direction.
        wrote_again: How much that one wrote.
        file: What was saved.
        statuses: What the server said of the review, while somebody decided and in the end.
        remembered: What the command remembers, but for pages and reports.
        files: How many files it keeps.
        unnamed: Those of them that the page for the data protection officer does not name.
        values: Values of people and secrets.
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
    new_in_huma: int = 0
    again: tuple[int, int] = (0, 0)
    wrote_again: int = 0
    file: str = ""
    statuses: list[str] = field(default_factory=list)
    remembered: str = ""
    files: int = 0
    unnamed: list[str] = field(default_factory=list)
    values: set[str] = field(default_factory=set)
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
    added, _ = sandbox.employ(2)
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


def status(page: Page) -> str:
    """What the server says of the review."""
    return str(page.evaluate("fetch('/api/status').then((answer) => answer.text())"))


def writes(sandbox: Sandbox) -> int:
    """How many writes the two systems have got."""
    return len(sandbox.xledger.writes) + len(sandbox.huma.writes)


def remembered_in(states: Path) -> str:
    """What is in the files of the command's own, but for those of reports."""
    reports = {"huma", "xledger"}
    return "".join(path.read_text() for path in states.rglob("*.json") if not reports & {*path.parts})


def sync_everybody_both_ways(sandbox: Sandbox, decided: str) -> tuple[int, int]:
    """Syncs in this process, as was decided. Returns how many people each direction was about."""
    to_huma = records(read_employees(sandbox).records.values(), TO_HUMA.stream)
    to_xledger = records(read_source(sandbox).records.values())
    for _ in DestinationHuma(today=lambda: sandbox.huma.today).write(
        sandbox.destination_huma_config(decisions=decided, new_user_groups=[company_of(sandbox)]),
        ConfiguredAirbyteCatalogSerializer.load({"streams": [a_stream(TO_HUMA.stream)]}),
        to_huma,
    ):
        pass
    for _ in DestinationXledger().write(
        sandbox.destination_config(decisions=decided),
        ConfiguredAirbyteCatalogSerializer.load({"streams": [a_stream()]}),
        to_xledger,
    ):
        pass
    return len(to_huma), len(to_xledger)


@pytest.fixture(scope="module")
def story(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Story:
    visit = Visits(chromium)
    with Sandbox.running(PEOPLE, burst_limit=None) as sandbox:
        told, users = Story(cast_of(sandbox)), len(sandbox.huma.users)
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
        told.new_in_huma = len(sandbox.huma.users) - users
        told.file = (connection / "decisions.json").read_text(encoding="utf-8")
        told.remembered = remembered_in(connection.parent / ".state" / "connections")
        told.files = sum(path.is_file() for path in connection.parent.rglob("*"))
        told.unnamed = unnamed(connection.parent)
        told.values = recognisable_values(sandbox)
        written = writes(sandbox)
        told.again = sync_everybody_both_ways(sandbox, told.file)
        told.wrote_again = writes(sandbox) - written
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
    story.statuses.append(status(page))
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
    story.writes = writes(sandbox)
    page.locator("#synchronise").click()
    story.question = page.locator("#confirm").inner_text()
    page.locator("#confirmed").click()
    expect(page.locator("#progress_title")).to_have_text("Synchronising", timeout=PATIENCE)


def see_the_result(story: Story, page: Page) -> None:
    """Looks at what was written, in either direction."""
    expect(page.locator("main")).to_have_attribute("data-phase", "done", timeout=PATIENCE)
    story.statuses.append(status(page))
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
    assert story.new_in_huma == 1


def test_everybody_is_counted_as_they_are_read(story: Story) -> None:
    assert json.loads(story.statuses[0])["steps"][0]["count"] == PEOPLE


def test_another_sync_of_everybody_in_both_directions_writes_nothing(story: Story) -> None:
    assert min(story.again) >= PEOPLE // 2
    assert story.wrote_again == 0


def test_the_question_foretold_it(story: Story) -> None:
    assert "1 value" in story.question
    assert "Huma gets" in story.question
    assert "1 person is added to Huma" in story.question
    assert "First Xledger to Huma" in story.question


def test_the_result_shows_what_was_before_and_what_is_there_now(story: Story) -> None:
    assert digits(OURS) in story.written["Xledger"].replace(" ", "")
    assert digits(THEIRS) in story.written["Huma"].replace(" ", "")
    assert "From Huma to Xledger" in story.outcome


def test_what_was_saved_is_a_file_of_decisions(story: Story) -> None:
    decisions = parse_decisions(story.file)
    assert decisions is not None
    assert {entry["stands"] for entry in json.loads(story.file)["fields"]} == {"huma", "xledger", "later"}


def test_no_value_and_no_secret_is_in_what_a_review_remembers_tells_saves_or_prints(story: Story) -> None:
    assert len(story.statuses) == 2
    assert '"phase"' in story.remembered
    assert "The review is ended" in story.printed
    told = "\n".join([*story.statuses, story.remembered, story.file, story.printed])
    assert sorted(value for value in story.values | {THEIRS, OURS, OPEN} if value in told) == []


def test_every_file_that_is_kept_is_named_on_the_page_for_the_data_protection_officer(story: Story) -> None:
    assert story.files > 20
    assert story.unnamed == []


def test_no_page_misbehaves(story: Story) -> None:
    assert story.complaints == []
