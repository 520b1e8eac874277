"""What an administrator does on the review page, in a real browser."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Dialog, Locator, Page, expect

from connector_base.pages.contents import OnlyThere, Somebody, Value
from connector_base.pages.page import page as made
from connector_base.protocol.any_text import dumps
from integration_tests.browser import Visits
from integration_tests.review_samples import AWKWARD, KEY, a_frame, a_review, a_value, some_only
from shared_mappings import parse_decisions

Open = Callable[..., Page]


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A review of ninety people, of each kind."""
    path = tmp_path_factory.mktemp("page") / "review.html"
    path.write_bytes(a_review(90, 12))
    return path


@pytest.fixture
def small(tmp_path: Path, visit: Visits) -> Open:
    """Opens a review of three people: two with a phone that differs, one with an account; and of two in one system."""

    def opened(people: list[Somebody] | None = None, only: list[OnlyThere] | None = None, **changed: Any) -> Page:
        frame = changed.pop("frame", {})
        path = tmp_path / "review.html"
        content = made(a_frame(**frame), map(dumps, three() if people is None else people), map(dumps, only or []))
        path.write_bytes(b"".join(content))
        return visit(path, **changed)

    return opened


def person(number: int, *values: Value, **changed: Any) -> Somebody:
    somebody: dict[str, Any] = {
        "user": f"u{number}",
        "employee": f"e{number}",
        "name": f"Person {number}",
        "employmentId": f"E{number}",
        "action": "update",
        "values": list(values),
        **changed,
    }
    return somebody  # type: ignore[return-value]  # its keys are those above


def three() -> list[Somebody]:
    return [
        person(1, a_value(1, "phone", "differs"), a_value(1, "email", "missing_in_huma")),
        person(2, a_value(2, "phone", "differs")),
        person(3, a_value(3, "bankAccount", "differs"), changed="2025-11-03T09:30:00Z"),
    ]


def row(page: Page, text: str) -> Locator:
    return page.locator(".ag-row", has_text=text).first


def decide(page: Page, who: str, choice: str) -> None:
    row(page, who).locator(".decide").get_by_role("button", name=choice, exact=True).click()


def is_decided(page: Page, who: str, choice: str) -> bool:
    button = row(page, who).locator(".decide").get_by_role("button", name=choice, exact=True)
    return button.get_attribute("aria-pressed") == "true"


def progress(page: Page) -> str:
    return page.locator(".bar-progress p").inner_text()


def saved(page: Page) -> Mapping[str, Any]:
    with page.expect_download() as download:
        page.get_by_role("button", name="Save decisions").click()
    assert download.value.suggested_filename == "decisions.json"
    text = Path(download.value.path()).read_text(encoding="utf-8")
    parse_decisions(text)  # it is what the destinations read
    page.get_by_role("dialog").get_by_role("button", name="Close").click()
    content: Mapping[str, Any] = json.loads(text)
    return content


def chosen(content: Mapping[str, Any]) -> dict[tuple[str, str], str]:
    """What a file says of the people of a page; what was there before is about others."""
    return {
        (each["user"], each["field"]): each["stands"] for each in content["fields"] if each["user"] != "gone-before"
    }


def load(page: Page, content: Any) -> None:
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Load decisions").click()
    text = content if isinstance(content, str) else json.dumps(content)
    chooser.value.set_files({"name": "decisions.json", "mimeType": "application/json", "buffer": text.encode()})


def test_one_value_is_decided_and_the_rest_stays_as_it_is(small: Open) -> None:
    page = small()
    assert progress(page) == "0 of 4 decided, 4 undecided"
    decide(page, "Person 1", "Xledger")
    assert progress(page) == "1 of 4 decided, 3 undecided"
    content = saved(page)
    assert content["key"] == KEY
    assert chosen(content) == {
        ("u1", "phone"): "xledger",
        ("u1", "email"): "later",
        ("u2", "phone"): "later",
        ("u3", "bankAccount"): "later",
    }


def test_what_was_decided_before_and_is_about_nothing_on_the_page_is_kept(small: Open) -> None:
    content = saved(small())
    assert {"user": "gone-before", "field": "phone", "stands": "later", "seen": "A" * 16} in content["fields"]
    assert content["people"] == [{"employee": "60000000", "action": "add"}]


def test_a_fingerprint_is_the_one_of_the_value_that_was_shown(small: Open) -> None:
    page = small()
    (seen,) = {each["seen"] for each in saved(page)["fields"] if each["user"] == "u1" and each["field"] == "phone"}
    assert seen == a_value(1, "phone", "differs")["seen"]


def test_the_rules_decide_about_the_rest_where_that_is_wanted(small: Open) -> None:
    page = small()
    decide(page, "Person 2", "Huma")
    page.get_by_label("Let the rules decide").check()
    assert chosen(saved(page)) == {("u2", "phone"): "huma"}


def test_an_employment_id_that_one_system_lacks_is_not_kept_back_because_nobody_decided(small: Open) -> None:
    lacking = a_value(1, "employmentId", "missing_in_xledger")
    page = small([person(1, lacking, a_value(1, "phone", "differs")), person(2, {**lacking, "seen": "B" * 16})])
    assert chosen(saved(page)) == {("u1", "phone"): "later"}, (
        "Who has no code is created anew once the address changes."
    )
    page.get_by_role("button", name="Save decisions").click()
    expect(page.get_by_role("dialog")).to_contain_text("The rules decide about 2 values that you have not decided.")
    page.get_by_role("dialog").get_by_role("button", name="Close").click()
    page.get_by_role("tab", name="Missing in Xledger").click()
    page.locator(".cell-person", has_text="Person 2").click()
    expect(page.locator("#panel")).to_contain_text("may be created once more")
    page.locator("#panel .choice-later").click()
    assert chosen(saved(page)) == {("u1", "phone"): "later", ("u2", "employmentId"): "later"}


def test_a_decision_is_taken_back_by_choosing_it_again(small: Open) -> None:
    page = small()
    decide(page, "Person 1", "Huma")
    expect(row(page, "Person 1").get_by_role("button", name="Huma", exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )
    decide(page, "Person 1", "Huma")
    assert progress(page) == "0 of 4 decided, 4 undecided"


def test_all_of_a_field_are_decided_at_once(small: Open) -> None:
    page = small()
    row(page, "Phone number").get_by_role("button", name="Later").click()
    expect(page.locator("#said")).to_have_text("2 decided.")
    assert chosen(saved(page))["u1", "phone"] == chosen(saved(page))["u2", "phone"] == "later"
    assert progress(page).startswith("2 of 4 decided, 2 undecided")


def test_all_that_a_search_finds_are_decided_and_no_other(small: Open) -> None:
    page = small()
    page.get_by_role("searchbox").fill("person 2")
    page.locator("#bulk").get_by_role("button", name="Xledger").click()
    assert chosen(saved(page))["u2", "phone"] == "xledger"
    assert progress(page) == "1 of 4 decided, 3 undecided"


def test_everything_in_a_section_is_decided_at_once(small: Open) -> None:
    page = small()
    expect(page.locator("#bulk")).to_contain_text("All 3 in this section")
    page.locator("#bulk").get_by_role("button", name="Huma").click()
    assert progress(page) == "3 of 4 decided, 1 undecided"


def test_everything_of_the_page_is_decided_at_once_and_taken_back_at_once(small: Open) -> None:
    page = small()
    decide(page, "Person 1", "Xledger")
    page.get_by_role("searchbox").fill("nobody is called so")
    page.get_by_role("button", name="Decide all…").click()
    page.get_by_role("dialog").get_by_role("group", name="The 3 that are undecided:").get_by_role(
        "button", name="Later"
    ).click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert progress(page).startswith("4 of 4 decided, 0 undecided")
    assert sorted(chosen(saved(page)).values()) == ["later"] * 3 + ["xledger"]
    page.get_by_role("button", name="Undo").click()
    assert progress(page) == "1 of 4 decided, 3 undecided"
    page.get_by_role("button", name="Decide all…").click()
    page.get_by_role("dialog").get_by_role("group", name="All 4 that can be decided:").get_by_role(
        "button", name="Huma"
    ).click()
    assert progress(page) == "3 of 4 decided, 1 undecided"
    assert sorted(chosen(saved(page)).values()) == ["huma"] * 3 + ["later"]


def test_what_was_done_is_undone_and_done_again(small: Open) -> None:
    page = small()
    page.locator("#bulk").get_by_role("button", name="Huma").click()
    decide(page, "Person 1", "Xledger")
    page.keyboard.press("Control+z")
    expect(row(page, "Person 1").get_by_role("button", name="Huma", exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )
    page.get_by_role("button", name="Undo").click()
    assert progress(page) == "0 of 4 decided, 4 undecided"
    expect(page.get_by_role("button", name="Undo")).to_be_disabled()
    page.keyboard.press("Control+Shift+z")
    page.get_by_role("button", name="Redo").click()
    assert is_decided(page, "Person 1", "Xledger")
    assert progress(page) == "3 of 4 decided, 1 undecided"
    page.get_by_role("button", name="Undo").click()
    decide(page, "Person 2", "Later")
    expect(page.get_by_role("button", name="Redo")).to_be_disabled()


def test_what_the_rule_of_a_field_forbids_is_greyed_and_says_why(small: Open) -> None:
    page = small()
    page.get_by_role("tab", name="Missing in Huma").click()
    button = row(page, "Person 1").get_by_role("button", name="Huma", exact=True)
    expect(button).to_be_disabled()
    assert "never emptied" in str(button.get_attribute("title"))
    button.click(force=True)
    expect(page.locator("#said")).to_contain_text("never emptied")
    row(page, "Person 1").focus()
    page.keyboard.press("h")
    assert progress(page) == "0 of 4 decided, 4 undecided"


def test_a_value_about_which_nothing_can_be_decided_says_so(small: Open) -> None:
    fixed = a_value(1, "bankAccount.country", "differs")
    assert "seen" not in fixed
    page = small([person(1, fixed)])
    expect(row(page, "Person 1")).to_contain_text("Cannot be changed")
    row(page, "Person 1").click()
    expect(page.locator("#panel")).to_contain_text("In Xledger this is never written, only compared.")
    assert chosen(saved(page)) == {}


def test_before_one_chooses_one_reads_what_comes_of_it(small: Open) -> None:
    page = small()
    row(page, "Person 3").click()
    panel = page.locator("#panel")
    expect(panel.get_by_role("heading", name="Person 3")).to_be_visible()
    expect(panel).to_contain_text("Xledger gets Huma's value.")
    expect(panel).to_contain_text("Huma gets Xledger's value, once")
    expect(panel).to_contain_text("as of 15 January 2026")
    expect(panel).to_contain_text("changed 3 November 2025")
    expect(panel).to_contain_text("employee.subledger.bankAccount")
    expect(panel).to_contain_text("That is the rule of this field.")
    expect(panel).to_contain_text("Huma may get Xledger's value, but is never emptied.")
    expect(panel).to_contain_text("u3")
    panel.get_by_role("button", name="Xledger's value stands").click()
    expect(panel.get_by_role("button", name="Xledger's value stands")).to_have_attribute("aria-pressed", "true")
    assert progress(page) == "1 of 4 decided, 3 undecided"


def test_a_sensitive_value_is_hidden_until_somebody_asks_for_it(small: Open) -> None:
    page = small()
    account = row(page, "Person 3")
    expect(account).to_contain_text("0003")
    expect(account).not_to_contain_text("86011110003")
    account.click()
    expect(page.locator("#panel")).not_to_contain_text("8601111")
    account.get_by_role("button", name="Show the whole value").click()
    expect(account).to_contain_text("86011110003")
    expect(page.locator("#panel")).to_contain_text("86011110003")
    account.get_by_role("button", name="Show only the last four").click()
    expect(account).not_to_contain_text("86011110003")
    page.get_by_role("button", name="Show hidden values").click()
    expect(row(page, "Person 3")).to_contain_text("86011110003")


def test_what_was_saved_is_loaded_again(small: Open) -> None:
    page = small()
    decide(page, "Person 1", "Xledger")
    content = saved(page)
    page.get_by_role("button", name="Undo").click()
    load(page, content)
    expect(page.locator("#said")).to_have_text("4 decisions taken from the file.")
    assert progress(page).startswith("4 of 4 decided")
    assert chosen(saved(page)) == chosen(content)


def test_a_decision_about_another_value_is_left_out_when_it_is_loaded(small: Open) -> None:
    page = small()
    content = saved(page)
    for each in content["fields"]:
        each["seen"] = "B" * 16 if each["user"] == "u2" else each["seen"]
        each["stands"] = "xledger"
    load(page, content)
    expect(page.locator("#said")).to_contain_text("1 is about another value")
    assert chosen(saved(page))["u2", "phone"] == "later"


def test_a_loaded_decision_about_nothing_on_the_page_is_kept(small: Open) -> None:
    page = small()
    content = dict(saved(page))
    content["people"] = [*content["people"], {"user": "elsewhere", "action": "leave"}]
    load(page, content)
    assert {"user": "elsewhere", "action": "leave"} in saved(page)["people"]
    page.get_by_role("button", name="Undo").click()
    assert {"user": "elsewhere", "action": "leave"} not in saved(page)["people"]


def test_a_loaded_decision_about_nothing_on_the_page_is_there_when_the_page_was_closed_by_accident(small: Open) -> None:
    page = small()
    content = dict(saved(page))
    content["people"] = [*content["people"], {"user": "elsewhere", "action": "leave"}]
    content["fields"] = [*content["fields"], elsewhere("xledger", "C")]
    load(page, content)
    expect(page.locator("#said")).to_contain_text("not on this page")
    page.close(run_before_unload=False)
    again = saved(small())
    assert {"user": "elsewhere", "action": "leave"} in again["people"]
    assert elsewhere("xledger", "C") in again["fields"]


def test_a_loaded_decision_counts_in_place_of_one_that_the_page_says_nothing_of(small: Open) -> None:
    carried = {"key": KEY, "decidedAt": None, "fields": [elsewhere("huma", "B")], "people": []}
    page = small(frame={"decisions": carried})
    before = saved(page)
    assert elsewhere("huma", "B") in before["fields"]
    load(page, {**before, "fields": [elsewhere("xledger", "C")]})
    expect(page.locator("#said")).to_contain_text("1 is about something that is not on this page, and is kept.")
    assert about("elsewhere", saved(page)) == [elsewhere("xledger", "C")]
    page.get_by_role("button", name="Undo").click()
    assert about("elsewhere", saved(page)) == [elsewhere("huma", "B")]
    page.get_by_role("button", name="Redo").click()
    load(page, before)
    assert about("elsewhere", saved(page)) == [elsewhere("huma", "B")]


def elsewhere(stands: str, seen: str) -> dict[str, str]:
    return {"user": "elsewhere", "field": "phone", "stands": stands, "seen": seen * 16}


def about(user: str, content: Mapping[str, Any]) -> list[Any]:
    """The decisions about fields of somebody."""
    return [entry for entry in content["fields"] if entry["user"] == user]


@pytest.mark.parametrize(
    ("file", "why"),
    [
        ("not JSON", "holds no decisions"),
        ({"version": 2, "key": KEY, "fields": [], "people": []}, "another version"),
        ({"version": 1, "key": "b3RoZXI=", "fields": [], "people": []}, "belongs to other decisions"),
        ({"version": 1, "key": KEY, "fields": [{"user": "u1", "stands": "huma"}], "people": []}, "or only a part"),
        ({"version": 1, "key": KEY, "fields": [None], "people": []}, "or only a part"),
    ],
)
def test_a_file_that_is_not_of_this_page_is_refused_in_a_sentence(small: Open, file: Any, why: str) -> None:
    page = small()
    load(page, file)
    expect(page.get_by_role("dialog")).to_contain_text(why)
    page.keyboard.press("Escape")
    assert progress(page) == "0 of 4 decided, 4 undecided"


def test_nothing_is_lost_when_the_page_is_closed_by_accident(small: Open) -> None:
    page = small()
    decide(page, "Person 2", "Xledger")
    page.get_by_label("Let the rules decide").check()
    page.close()
    again = small()
    expect(again.locator("#taken-up")).to_contain_text("is back")
    assert progress(again) == "1 of 4 decided, 3 undecided"
    expect(again.get_by_label("Let the rules decide")).to_be_checked()
    again.get_by_role("button", name="Begin anew").click()
    assert progress(again) == "0 of 4 decided, 4 undecided"
    again.close()
    expect(small().locator("#taken-up")).to_have_count(0)


def test_a_draft_holds_no_value_and_is_of_one_preview_alone(small: Open) -> None:
    page = small()
    decide(page, "Person 3", "Xledger")
    kept = page.evaluate("JSON.stringify(localStorage)")
    assert "u3" in kept
    assert not [text for text in ("8601111", "1503078", "Person 3", KEY) if text in kept]
    page.close()
    other = small(frame={"at": "2026-01-16T05:00:12Z"})
    assert progress(other) == "0 of 4 decided, 4 undecided"


def test_whoever_closes_a_page_with_unsaved_decisions_is_asked(small: Open) -> None:
    page = small()
    asked: list[str] = []

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", answer)
    decide(page, "Person 1", "Huma")
    expect(page.locator("#save")).to_contain_text("not saved yet")
    saved(page)
    expect(page.locator("#save")).not_to_contain_text("not saved yet")
    page.reload()
    assert asked == []
    decide(page, "Person 2", "Huma")
    page.reload()
    assert asked == ["beforeunload"]


def test_the_page_works_where_nothing_can_be_kept(small: Open, visit: Visits) -> None:
    page = small()
    page.evaluate("Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no') } })")
    decide(page, "Person 1", "Huma")
    page.get_by_role("button", name="Norsk").click()
    expect(page.locator("html")).to_have_attribute("lang", "nb")
    assert progress(page) == "1 av 4 avgjort, 3 ikke avgjort"
    assert visit.complaints == []


def test_after_saving_the_page_says_where_the_file_goes_and_what_comes_of_it(small: Open) -> None:
    page = small()
    decide(page, "Person 1", "Huma")
    decide(page, "Person 2", "Xledger")
    with page.expect_download():
        page.get_by_role("button", name="Save decisions").click()
    said = page.get_by_role("dialog")
    expect(said).to_contain_text("/reports/decisions.json")
    expect(said.locator("ol li")).to_have_count(2)
    expect(said).to_contain_text("Xledger gets 1 value of Huma's.")
    expect(said).to_contain_text("Huma gets 1 value of Xledger's, where it can take it.")
    expect(said).to_contain_text("2 values that you have not decided stay as they are in both.")


def test_without_a_storage_the_page_tells_of_the_setting(small: Open) -> None:
    page = small(frame={"place": None})
    with page.expect_download():
        page.get_by_role("button", name="Save decisions").click()
    expect(page.get_by_role("dialog")).to_contain_text("setting “Decisions”")


def test_who_is_only_in_huma_is_left_out_and_who_is_only_in_xledger_is_added(small: Open) -> None:
    new = person(5, employee=None, action="create", new={"email": "a@example.com", "bankAccount": "86011110005"})
    page = small([new], some_only(1))
    page.get_by_role("tab", name="Only in Huma").click()
    row(page, "Person 5").click()
    expect(page.locator("#panel")).to_contain_text("a@example.com")
    expect(page.locator("#panel")).not_to_contain_text("8601111")
    row(page, "Person 5").get_by_role("button", name="Leave out").click()
    page.get_by_role("tab", name="Only in Xledger").click()
    row(page, "X1").get_by_role("button", name="Add to Huma").click()
    assert saved(page)["people"] == [
        {"employee": "60000000", "action": "add"},
        {"user": "u5", "action": "leave"},
        {"employee": "61900001", "action": "add"},
    ]


def test_somebody_under_another_code_is_the_same_person_when_that_is_decided(small: Open) -> None:
    told = [{"code": "code_conflict", "why": "The employee 6100 has another code.", "rejected": True}]
    page = small([person(6, action="reject", reason="code_conflict", told=told, renumber="R" * 16)])
    expect(page.get_by_role("tab", name="Rejected")).to_have_attribute("aria-selected", "true")
    row(page, "Person 6").click()
    panel = page.locator("#panel")
    expect(panel).to_contain_text("The employee 6100 has another code.")
    expect(panel).to_contain_text("gets the employment ID as its code")
    link = panel.get_by_role("link")
    assert link.get_attribute("href") == "https://docs.example.com/destination-xledger#code_conflict"
    assert link.get_attribute("rel") == "noopener noreferrer"
    panel.get_by_role("button", name="It is the same person").click()
    assert chosen(saved(page)) == {("u6", "employmentId"): "huma"}


def test_what_was_decided_before_is_shown_and_what_has_lapsed_is_marked(small: Open) -> None:
    before, lapsed = a_value(1, "phone", "differs"), a_value(2, "phone", "differs")
    before["stands"] = "xledger"
    lapsed["lapsed"] = True
    page = small([person(1, before), person(2, lapsed)])
    assert progress(page) == "1 of 2 decided, 1 undecided"
    row(page, "Person 1").click()
    expect(page.locator("#panel")).to_contain_text("Decided 10 January 2026")
    page.get_by_label("Filter by decision").select_option(label="Lapsed")
    expect(page.locator(".decide")).to_have_count(1)
    expect(row(page, "Person 2")).to_contain_text("lapsed")


def test_rows_are_filtered_by_decision_field_and_what_would_happen(small: Open) -> None:
    page = small()
    decide(page, "Person 1", "Huma")
    page.get_by_label("Filter by decision").select_option(label="Undecided")
    expect(page.locator(".decide")).to_have_count(2)
    decide(page, "Person 2", "Huma")
    expect(page.locator(".decide")).to_have_count(1)
    page.get_by_label("Filter by decision").select_option(label="Decided or not")
    page.get_by_label("Filter by field").select_option(label="Bank account")
    expect(page.locator(".decide")).to_have_count(1)
    page.get_by_label("Filter by field").select_option(label="All fields")
    page.get_by_role("searchbox").fill("nobody")
    expect(page.locator("#empty")).to_contain_text("Nothing fits")
    page.get_by_role("button", name="Show everything").click()
    expect(page.locator(".decide")).to_have_count(3)


def names(page: Page) -> list[str]:
    rows = page.locator(".ag-row").all()
    return [
        each.locator(".strong").inner_text()
        for each in sorted(rows, key=lambda each: int(str(each.get_attribute("row-index"))))
    ]


def test_rows_are_sorted_by_a_column_as_readers_sort(small: Open) -> None:
    people = [
        person(n, a_value(n, "phone", "differs"), name=name)
        for n, name in enumerate(["Åse", "Ærlig", "Zoë", "anne", "Ola"])
    ]
    page = small(people, locale="nb-NO")
    page.get_by_role("button", name="Én liste").click()
    page.locator(".ag-header-cell", has_text="Person").click()
    assert names(page) == ["anne", "Ola", "Zoë", "Ærlig", "Åse"]
    page.locator(".ag-header-cell", has_text="Person").click()
    assert names(page) == ["Åse", "Ærlig", "Zoë", "Ola", "anne"]
    expect(page.locator(".ag-header-cell", has_text="Person")).to_have_attribute("aria-sort", "descending")


def test_values_are_grouped_by_person_as_well(small: Open) -> None:
    page = small([person(1, a_value(1, "phone", "differs"), a_value(1, "jobTitle", "differs"))])
    page.get_by_role("button", name="By person").click()
    heading = row(page, "Person 1")
    expect(heading).to_contain_text("2 values · 2 undecided")
    heading.get_by_role("button", name="Xledger").click()
    expect(row(page, "Person 1")).to_contain_text("all decided")
    row(page, "Person 1").locator(".group-title").click()
    expect(page.locator(".decide")).to_have_count(0)


def test_everything_is_done_with_the_keyboard_alone(small: Open) -> None:
    page = small()
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("person 2")
    expect(page.locator(".decide")).to_have_count(1)
    focus = "document.activeElement.closest('#table') !== null"
    while not page.evaluate(focus):
        page.keyboard.press("Tab")
    for _ in range(3):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("x")
    expect(page.locator("#said")).to_have_text("Person 2, Phone number: Xledger.")
    assert page.evaluate(focus)
    page.keyboard.press("Enter")
    expect(page.locator("#panel").get_by_role("heading", name="Person 2")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#panel")).to_be_hidden()
    assert page.evaluate(focus)
    page.keyboard.press("u")
    expect(page.locator("#said")).to_have_text("Person 2, Phone number: Undecided.")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("l")
    expect(page.locator("#said")).to_have_text("Person 2, Phone number: Later.")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="How to use this page")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    steps = 0
    while page.evaluate("document.activeElement.id") != "save":
        page.keyboard.press("Tab")
        steps += 1
        assert steps < 20
    with page.expect_download():
        page.keyboard.press("Enter")


def test_a_key_that_means_something_does_nothing_else(small: Open) -> None:
    page = small()
    row(page, "Phone number").locator(".group-title").click()
    page.evaluate("addEventListener('keydown', (event) => { window.prevented = event.defaultPrevented })")
    page.keyboard.press("Space")
    assert page.evaluate("prevented")
    expect(row(page, "Phone number").get_by_role("gridcell")).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("j")
    assert not page.evaluate("prevented")


def test_tabs_are_gone_through_with_arrows(small: Open) -> None:
    page = small()
    page.get_by_role("tab", name="Needs a decision").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="Missing in Huma")).to_be_focused()
    expect(page.get_by_role("tabpanel", name="Missing in Huma")).to_be_visible()
    page.keyboard.press("End")
    expect(page.get_by_role("tab", name="Unchanged")).to_have_attribute("aria-selected", "true")


@pytest.mark.parametrize(
    ("locale", "language"), [("nb-NO", "nb"), ("nn-NO", "nb"), ("no", "nb"), ("en-US", "en"), ("de-DE", "en")]
)
def test_the_language_is_the_browsers(small: Open, locale: str, language: str) -> None:
    page = small(locale=locale)
    expect(page.locator("html")).to_have_attribute("lang", language)
    words = {"nb": "Ingenting er skrevet", "en": "nothing has been written"}
    expect(page.locator("#made")).to_contain_text(words[language])


def test_people_stand_in_the_order_of_their_names_whatever_order_they_came_in(small: Open) -> None:
    page = small([person(each, action="unchanged", name=name) for each, name in enumerate(("Åse B", "Bo C", "Anne D"))])
    page.get_by_role("tab", name="Unchanged").click()
    assert page.locator(".cell-person .strong").all_inner_texts() == ["Anne D", "Åse B", "Bo C"]
    page.get_by_role("button", name="Norsk").click()
    assert page.locator(".cell-person .strong").all_inner_texts() == ["Anne D", "Bo C", "Åse B"]


def test_what_cannot_be_decided_is_told_from_what_can_be_wherever_it_is_counted(small: Open) -> None:
    fixed = a_value(4, "bankAccount.country", "differs")
    page = small([*three(), person(4, fixed)])
    expect(page.get_by_role("tab", name="Needs a decision")).to_contain_text("4")
    expect(page.locator("#bulk")).to_contain_text("All 3 here that can be decided")
    expect(row(page, "Country of the bank account")).to_contain_text("1 value · cannot be decided")


def test_a_hidden_value_has_the_button_that_shows_it_beside_it(small: Open) -> None:
    page = small([person(1, a_value(1, "bankAccount", "missing_in_huma"))])
    expect(page.locator(".cell-xledger").get_by_role("button", name="Show the whole value")).to_be_visible()
    expect(page.locator(".cell-huma").get_by_role("button")).to_have_count(0)


def test_the_number_of_what_is_undecided_leads_to_where_some_is_left(small: Open) -> None:
    page = small()
    page.locator("#bulk").get_by_role("button", name="Huma").click()
    page.locator(".number-undecided").get_by_role("button").click()
    expect(page.get_by_role("tab", name="Missing in Huma")).to_have_attribute("aria-selected", "true")
    expect(row(page, "Person 1")).to_be_visible()


def test_who_is_left_out_is_counted_where_the_number_leads_to(small: Open) -> None:
    summary = {**a_frame()["summary"], "created": 1, "skipped": {"deactivated": 3}, "rejected": {"missing_key": 1}}
    nobody: dict[str, Any] = {"employee": None, "values": []}
    page = small(
        [
            person(1, action="create", **nobody),
            person(2, action="skip", reason="deactivated", **nobody),
            person(3, action="skip", reason="deactivated", **nobody),
            person(4, action="skip", reason="deactivated"),
            person(5, action="reject", reason="missing_key", **nobody),
        ],
        frame={"summary": summary},
    )
    expect(page.locator(".number-created")).to_contain_text("2 left out on purpose")
    expect(page.get_by_role("tab", name="Only in Huma")).to_contain_text("3")
    expect(page.locator(".number-rejected")).to_contain_text("1 left out on purpose")
    expect(page.get_by_role("tab", name="Rejected and left out")).to_contain_text("2")


def test_the_first_sentence_says_by_what_and_the_next_what_becomes_of_the_undecided(small: Open) -> None:
    page = small()
    expect(page.locator("#sentence")).to_contain_text("By the rules")
    expect(page.locator("#made")).to_contain_text("You can decide 4 values. What you leave undecided stays as it is")


def test_another_language_and_look_are_taken_and_kept(small: Open) -> None:
    page = small()
    decide(page, "Person 1", "Huma")
    page.get_by_role("button", name="Norsk").click()
    expect(page.get_by_role("tab", name="Må avgjøres")).to_be_visible()
    assert progress(page) == "1 av 4 avgjort, 3 ikke avgjort"
    page.get_by_role("button", name="Mørk").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.close()
    again = small()
    expect(again.locator("html")).to_have_attribute("lang", "nb")
    expect(again.locator("html")).to_have_attribute("data-theme", "dark")


def test_texts_of_any_characters_are_shown_as_they_are(small: Open) -> None:
    values = [a_value(number, "jobTitle", "missing_in_xledger") for number, _ in enumerate(AWKWARD)]
    people = []
    for number, (value, text) in enumerate(zip(values, AWKWARD, strict=True)):
        value["huma"] = text
        people.append(person(number, value, name=text, employmentId=f"key{number}key"))
    page = small(people)
    for number, text in enumerate(AWKWARD):
        page.get_by_role("searchbox").fill(f"key{number}key")
        row(page, f"key{number}key").click()
        assert page.locator("#panel h2 bdi").text_content() == text.replace("\ud83d", "\ufffd")
        assert page.locator("#panel .side-huma bdi").text_content() == text.replace("\ud83d", "\ufffd")
    expect(page.locator("img, b")).to_have_count(0)


def test_a_page_of_part_of_the_people_says_so(small: Open) -> None:
    expect(small(frame={"whole": False}).locator("#notes")).to_contain_text("Only those who changed")


def test_a_page_with_nobody_says_so_and_nothing_else(small: Open) -> None:
    summary = {"received": 0, "created": 0, "updated": 0, "unchanged": 0}
    page = small([], frame={"summary": summary})
    expect(page.get_by_role("heading", level=1)).to_have_text("By the rules, a sync would change nothing in Xledger.")
    expect(page.locator("#main")).to_be_hidden()


def test_a_page_without_decisions_only_shows(small: Open) -> None:
    page = small(frame={"decisions": None})
    expect(page.locator("#bar")).to_be_hidden()
    expect(page.locator(".decide")).to_have_count(0)
    row(page, "Person 1").click()
    expect(page.locator("#panel .option")).to_have_count(0)


def test_a_preview_of_the_other_direction_is_told_the_other_way_round(small: Open) -> None:
    nobody = person(7, user=None, action="skip", reason="not_in_huma")
    page = small([nobody], some_only(2, "huma"), frame={"to": "huma"})
    expect(page.locator("#what")).to_have_text("Preview · Xledger → Huma")
    page.get_by_role("tab", name="Only in Xledger").click()
    row(page, "Person 7").get_by_role("button", name="Add to Huma").click()
    page.get_by_role("tab", name="Only in Huma").click()
    row(page, "X1").get_by_role("button", name="Leave out").click()
    people = saved(page)["people"]
    assert {"employee": "e7", "action": "add"} in people
    assert {"user": "00000000-0000-4000-8000-000000900001", "action": "leave"} in people


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(sample: Path, visit: Visits, scheme: Any) -> None:
    page = visit(sample, scheme=scheme)
    for tab in page.get_by_role("tab").all():
        tab.click()
        page.locator(".ag-row .cell").first.click()
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()


def test_a_narrow_page_is_whole(sample: Path, visit: Visits) -> None:
    page = visit(sample, width=400, height=800, touch=True)
    assert page.evaluate("document.documentElement.scrollWidth") == 400
    card = page.locator(".ag-row .card").first
    card.scroll_into_view_if_needed()
    expect(card).to_contain_text("Huma")
    decided = progress(page)
    card.get_by_role("button", name="Later").click()
    assert progress(page) != decided
    card.locator(".card-title").click()
    expect(page.locator("#panel")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") == 400
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_one_goes_from_a_value_to_the_others_of_the_same_person(small: Open) -> None:
    page = small()
    page.get_by_role("searchbox").fill("phone")
    row(page, "Person 1").click()
    page.locator("#panel").get_by_role("button", name="E-mail address").click()
    expect(page.get_by_role("tab", name="Missing in Huma")).to_have_attribute("aria-selected", "true")
    expect(page.locator("#panel .panel-field")).to_contain_text("E-mail address")
    expect(page.locator("#panel h2")).to_be_focused()


def test_who_was_left_out_before_is_shown_as_that_and_let_in_again(small: Open) -> None:
    left = person(5, employee=None, action="skip", reason="not_in_xledger", leave=True)
    page = small([left])
    page.get_by_role("tab", name="Only in Huma").click()
    expect(row(page, "Person 5")).to_contain_text("Left out, as you decided before")
    assert {"user": "u5", "action": "leave"} in saved(page)["people"]
    row(page, "Person 5").click()
    page.locator("#panel").get_by_role("button", name="As the settings say").click()
    assert {"user": "u5", "action": "leave"} not in saved(page)["people"]


def test_who_would_be_added_without_a_value_of_theirs_is_told_of_in_both_sections(small: Open) -> None:
    told = [{"code": "invalid_bank_account", "field": "bankAccount"}]
    page = small([person(5, employee=None, action="create", told=told)])
    page.get_by_role("tab", name="Only in Huma").click()
    expect(row(page, "Person 5").get_by_role("button", name="Leave out")).to_be_visible()
    page.get_by_role("tab", name="Rejected and left out").click()
    expect(row(page, "Person 5")).to_contain_text("Left out: Bank account")
    expect(page.locator(".decide")).to_have_count(0)
