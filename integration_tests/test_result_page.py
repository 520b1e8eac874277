"""The page of a sync says what was written and what was not, for whoever has to answer for it; paper says the same."""

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Locator, Page, expect

from connector_base.pages.contents import Change, Told, Value, Written
from connector_base.pages.page import page
from connector_base.protocol.any_text import dumps
from integration_tests.browser import Scheme, Visits
from integration_tests.review_samples import a_frame, a_result, a_review

EARLY, LATE = "2026-01-15T05:00:03Z", "2026-01-15T05:00:09Z"

CONTACT, SUBLEDGER = "employee.contact.email", "employee.subledger.email"

SUMMARY = {
    "mode": "sync",
    "received": 5,
    "created": 1,
    "updated": 2,
    "unchanged": 1,
    "skipped": {"deactivated": 1},
    "rejected": {"missing_key": 1},
    "warnings": {"invalid_bank_account": 1},
    "fields_changed": {"email": 1, "phone": 1},
    "fields_unset": {"jobTitle": 1},
    "conflicts": {"jobTitle": 1},
    "requests": 1234,
    "bytes_sent": 4100,
    "bytes_received": 1_500_000,
    "retries": 2,
    "decisions": {"applied": 3, "lapsed": 1, "unknown": 0},
    "outcome": "succeeded",
}

KARI = {"user": "u1", "employee": "61000001", "name": "Kari Nordmann", "employmentId": "E1"}
OLA = {"user": "u2", "employee": "61000002", "name": "Ola Lie", "employmentId": "E2"}
BERG = {"user": "u3", "employee": None, "name": "Åse Berg", "employmentId": None}
DAHL = {"user": None, "employee": "61000004", "name": "Søren Dahl", "employmentId": "E4"}


def written(who: dict[str, Any], **what: Any) -> Written:
    return {**who, **what}  # type: ignore[typeddict-item]


def changed(field: str, target: str, before: str | None, after: str | None, at: str = EARLY, **more: bool) -> Change:
    return {"field": field, "target": target, "before": before, "after": after, "at": at, **more}  # type: ignore[typeddict-item]


def stayed(field: str, huma: str | None, xledger: str | None, **more: Any) -> Value:
    value: dict[str, Any] = {"field": field, "kind": "differs", "huma": huma, "xledger": xledger, "places": []}
    by_rule = {"then": "both_keep", "by": "fill_empty", "tightened": False}
    return {**value, **by_rule, **more}  # type: ignore[typeddict-item]


PEOPLE: tuple[Written, ...] = (
    written(KARI, changes=[changed("email", CONTACT, "kari@old.no", "kari@new.no")]),
    written(OLA, changes=[changed("bankAccount", "employee.subledger.bankAccount", "86011117947", "15030789012")]),
    written(KARI, changes=[changed("email", SUBLEDGER, None, "kari@new.no", LATE)]),
    written(
        {**KARI, "employee": None},
        changes=[changed("phone", "employee.contact.phone", "+47 912 34 567", "+47 912 43 567", unconfirmed=True)],
        kept=[
            stayed("jobTitle", "Head", "Chief", stands="xledger"),
            stayed("gender", "Other", None, then="left_out", code="unmapped_gender"),
        ],
    ),
    written(
        OLA,
        changes=[changed("jobTitle", "employee.contact.jobTitle", "Head", None, LATE)],
        kept=[
            stayed("identifications", "15108695088", "010190*****", by="no_unset"),
            stayed("phone", "1", "2", tightened=True),
        ],
        told=[Told(code="invalid_bank_account", field="bankAccount", rejected=False)],
    ),
    written(BERG, told=[Told(code="missing_key", why="Nothing but </script> is known.", rejected=True)]),
    written(
        DAHL,
        created=True,
        changes=[
            {"field": "birthDate", "target": "employee.contact.birthday", "after": "1990-01-02", "at": LATE},
        ],
    ),
)


def a_page_of(people: Iterable[Written], **changed: Any) -> bytes:
    frame = a_frame(kind="result", people=5, decisions=None, place=None, **{"summary": SUMMARY, **changed})
    return b"".join(page(frame, map(dumps, people), []))


Show = Callable[..., Page]


@pytest.fixture
def show(tmp_path: Path, visit: Visits) -> Show:
    """Opens a page, in English unless it is said."""

    def shown(content: bytes, **options: Any) -> Page:
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.html"
        path.write_bytes(content)
        return visit(path, **options)

    return shown


@pytest.fixture
def result(show: Show) -> Page:
    return show(a_page_of(PEOPLE))


def go(result: Page, section: str) -> None:
    result.get_by_role("tab", name=re.compile(rf"^{section}")).click()


def rows(result: Page) -> list[str]:
    """The texts of the rows of the table that are in sight, blanks made one."""
    expect(result.locator("#table .ag-row").first).to_be_visible()
    found = result.locator("#table .ag-row").evaluate_all(
        "(all) => all.sort((a, b) => a.getAttribute('row-index') - b.getAttribute('row-index'))"
        ".map((row) => row.innerText.replace(/\\s+/g, ' ').trim())"
    )
    return list(found)


def opened(result: Page, text: str) -> Locator:
    """The panel, with what a row opens into."""
    result.locator("#table .ag-row", has_text=text).first.locator(".ag-cell").first.click()
    panel = result.locator("#panel")
    expect(panel).to_be_visible()
    return panel


def test_the_top_says_what_was_done_in_a_sentence_and_five_numbers(result: Page) -> None:
    expect(result.locator("h1")).to_have_text("The sync to Xledger added 1 person and updated 2 people.")
    numbers = {" ".join(each.split()) for each in result.locator("#numbers li").all_inner_texts()}
    assert numbers == {
        "1 added to Xledger",
        "2 updated in Xledger 2 values written, 1 removed",
        "4 values not written",
        "1 rejected 1 left out on purpose",
        "1 unchanged",
    }
    assert not result.locator("#bar").is_visible()


def test_it_says_who_wrote_when_and_at_what_cost(result: Page) -> None:
    result.get_by_text("About this sync").click()
    told = " ".join(result.locator("#run").inner_text().split())
    for part in (
        "Who wrote destination-xledger 1.0.0",
        "Began 15 January 2026 at 06:00 2026-01-15T05:00:01Z",
        "Ended 15 January 2026 at 06:00 2026-01-15T05:00:12Z",
        "Took 11 seconds",
        "Mode sync",
        "It came to its end",
        "everybody: 5 people",
        "3 were gone by, 1 has lapsed",
        "1,234 requests, 4.1 kilobytes sent, 1.5 megabytes received and 2 pauses",
    ):
        assert part in told


def test_what_was_written_is_told_person_by_person_however_many_lines_there_are_of_one(result: Page) -> None:
    assert rows(result) == [
        "Kari Nordmann E1 2 values",
        "E-mail address kari@old.no kari@new.no Replaced 15 Jan 2026 06:00:09",
        "Phone number +47 912 34 567 +47 912 43 567 Replaced unconfirmed 15 Jan 2026 06:00:03",
        "Ola Lie E2 2 values",
        "Bank account •••• 7947 Show •••• 9012 Replaced 15 Jan 2026 06:00:03",
        "Job title Head no value Removed 15 Jan 2026 06:00:09",
        "Søren Dahl E4 1 value Added in this sync",
        "Date of birth not known 1990-01-02 Replaced 15 Jan 2026 06:00:09",
    ]
    marked = result.locator("#table .ag-row mark").all_inner_texts()
    assert marked[:4] == ["old", "new", "34", "43"]


def test_a_row_opens_into_every_place_with_what_was_there_before_and_when(result: Page) -> None:
    panel = opened(result, "kari@old.no")
    told = " ".join(panel.inner_text().split())
    assert "destination-xledger 1.0.0, 15 January 2026 at 06:00" in told
    assert f"Contact {CONTACT} kari@old.no kari@new.no 15 Jan 2026 06:00:03" in told
    assert f"Subledger {SUBLEDGER} no value kari@new.no 15 Jan 2026 06:00:09" in told
    assert "61000001" in told
    panel.get_by_role("button", name="Job title").click()
    expect(panel).to_contain_text("It was decided that Xledger's value stands")
    expect(result.get_by_role("tab", name="Not written")).to_have_attribute("aria-selected", "true")


def test_a_lost_answer_is_told_with_what_to_do(result: Page) -> None:
    expect(opened(result, "unconfirmed")).to_contain_text("Look there, or run the sync again")
    result.get_by_label("Filter by whether it is confirmed").select_option("no")
    assert [row for row in rows(result) if "value" not in row] == [
        "Phone number +47 912 34 567 +47 912 43 567 Replaced unconfirmed 15 Jan 2026 06:00:03"
    ]


def test_what_was_not_written_is_told_with_what_kept_it(result: Page) -> None:
    go(result, "Not written")
    assert rows(result) == [
        "Kari Nordmann E1 2 values",
        "Job title Head Chief Decided Xledger's value stands",
        "Gender Other no value Left out Gender without a code",
        "Ola Lie E2 2 values",
        "Social security number •••• 5088 Show •••• **** The rule of the field",
        "Phone number 1 2 Your setting",
    ]
    expect(opened(result, "Your setting")).to_contain_text("That is what your setting for this field")


def test_a_rejection_is_told_with_what_to_do_and_where_to_read_more(result: Page) -> None:
    go(result, "Rejected")
    panel = opened(result, "Åse Berg")
    expect(panel).to_contain_text("Not written at all")
    expect(panel).to_contain_text("Enter one in Huma.")
    expect(panel).to_contain_text("Nothing but </script> is known.")
    expect(panel.get_by_role("link")).to_have_attribute("href", re.compile("#missing_key$"))


def test_a_search_and_a_filter_find_what_was_written(result: Page) -> None:
    result.get_by_role("button", name="One list").click()
    result.get_by_label("Search this list").fill("NORDMANN new")
    expect(result.locator("#table .ag-row")).to_have_count(1)
    result.get_by_label("Search this list").fill("")
    result.get_by_label("Filter by what was done").select_option("emptied")
    assert rows(result) == ["Ola Lie E2 Job title Head no value Removed 15 Jan 2026 06:00:09"]
    result.get_by_label("Filter by what was done").select_option("")
    result.get_by_role("button", name=re.compile("added to Xledger")).click()
    expect(result.locator("#table .ag-row")).to_have_count(1)


def test_a_sync_that_was_broken_off_says_so(show: Show) -> None:
    failed = show(a_page_of(PEOPLE[:1], summary={**SUMMARY, "outcome": "failed"}))
    expect(failed.locator("#notes .bad")).to_contain_text("was written and stays written")


def test_a_sync_that_did_nothing_leaves_a_small_page(show: Show) -> None:
    content = a_page_of([], summary={**SUMMARY, "created": 0, "updated": 0, "received": 0})
    assert len(content) < 130_000
    idle = show(content)
    expect(idle.locator("h1")).to_have_text("The sync changed nothing in Xledger.")
    expect(idle.locator("#main")).to_be_hidden()


def test_the_whole_page_is_norwegian_for_a_norwegian(show: Show) -> None:
    norwegian = show(a_page_of(PEOPLE), locale="nb-NO")
    norwegian.get_by_text("Om denne synkroniseringen").click()
    shown = [norwegian.locator("body").inner_text()]
    for section in ("Ikke skrevet", "Avvist"):
        go(norwegian, section)
        shown.append(norwegian.locator("body").inner_text())
    for text in shown:
        assert not re.search(r"\b(the|and|was|were|not|value|of)\b", text.replace("Not", ""))
        assert "Synkroniseringen til Xledger la til 1 person og oppdaterte 2 personer." in " ".join(text.split())


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_checker_of_accessibility_finds_nothing(show: Show, scheme: Scheme) -> None:
    shown = show(a_page_of(PEOPLE), scheme=scheme)
    shown.get_by_text("About this sync").click()
    for section, text in (("Written", "unconfirmed"), ("Not written", "Decided"), ("Rejected", "Åse")):
        go(shown, section)
        opened(shown, text)
        found = Axe().run(shown)
        assert found.violations_count == 0, found.generate_report()


def printed(shown: Page) -> Locator:
    """What comes out of a printer."""
    shown.emulate_media(media="print")
    shown.evaluate("dispatchEvent(new Event('beforeprint'))")
    return shown.locator("body")


def lines(paper: Locator) -> list[str]:
    return [" ".join(each.split()) for each in paper.locator("#paper tr").all_inner_texts()]


def test_what_is_printed_is_what_is_filtered_with_its_head_and_without_what_is_hidden(result: Page) -> None:
    result.get_by_label("Search this list").fill("ola")
    result.get_by_label("Filter by what was done").select_option("replaced")
    paper = printed(result)
    told = " ".join(paper.inner_text().split())
    assert "The sync to Xledger added 1 person and updated 2 people." in told
    assert "1,234 requests" in told
    assert "Searched and filtered for: “ola” and Replaced" in told
    assert "1 row of 5. Printed on " in told
    assert lines(paper) == [
        "Field Before Now Change When",
        "Ola Lie E2 1 value",
        "Bank account •••• 7947 •••• 9012 Replaced 15 Jan 2026 06:00:03",
    ]
    assert "86011117947" not in told
    result.evaluate("dispatchEvent(new Event('afterprint'))")
    result.emulate_media(media="screen")
    assert rows(result)[0] == "Ola Lie E2 1 value"
    assert result.locator("#paper").count() == 0
    assert not result.locator("#run dl").is_visible()


def test_what_somebody_has_asked_to_see_is_on_paper_too(result: Page) -> None:
    result.get_by_role("button", name="Show hidden values").click()
    assert "86011117947" in printed(result).inner_text()


def test_a_review_prints_every_row_and_what_was_decided_about_it(show: Show) -> None:
    review = show(a_review(600, 0))
    count = int(review.get_by_role("tab", selected=True).locator(".count").inner_text())
    paper = printed(review)
    assert paper.locator("#paper tbody tr:not(.paper-group)").count() == count > 200
    assert paper.locator("#paper").get_by_role("button").count() == 0
    decided = {line.rsplit(" ", 1)[1] for line in lines(paper)[1:] if "value" not in line}
    assert {"Undecided", "Xledger"} <= decided


def test_a_printer_gets_all_pages_and_not_what_is_in_sight(show: Show) -> None:
    pdf = show(a_result(200)).pdf()
    assert len(re.findall(rb"/Type /Page\b(?!s)", pdf)) > 10
