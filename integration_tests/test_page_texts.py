"""Whatever a text is made of, a page shows just that, and nothing else comes of it."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Page, expect

from connector_base.pages.contents import Change, Frame, OnlyThere, Somebody, Value, Written
from connector_base.pages.page import page
from connector_base.protocol.any_text import dumps
from integration_tests.browser import Visits
from integration_tests.review_samples import AWKWARD, a_frame

PEOPLE: Final = 12
"""So many on a page that all of them are in sight at once: what is not, is not drawn."""

TALL: Final = 4_000

Text = Callable[[], str]

FRAGMENTS: Final = (
    *AWKWARD,
    *("</script>", "<script>", "<!--", "-->", "]]>", "<b>", "&lt;", "&amp;", "&#60;", "'", '"', "`", "\\", "\\u003c"),
    *("{{people}}", "${alert(1)}", "javascript:alert(1)", "__proto__", "constructor", "toString", "null", "\\n"),
    *("\0", "\x07", "\x1b[31m", "\x7f", "\u0085", "\u2028", "\u2029", "\ufeff", "\u200b", "\u202e", "\u2066", "\ufffe"),
    *("\ud83d", "\udc69", "👩‍👩‍👧‍👦", "🇳🇴", "שלום", "مرحبا", "a\u0308", "Å", "\r\n", "\t", "  ", "x" * 3_000),
)

texts = st.lists(st.sampled_from(FRAGMENTS) | st.text(st.characters(), min_size=1, max_size=20), min_size=1, max_size=4)
many_texts = st.lists(texts.map("".join), min_size=5 * PEOPLE, max_size=5 * PEOPLE)
"""Enough for a page. A half of a pair of surrogates, which JSON can say, is shown as U+FFFD."""

a_few_pages = settings(
    max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)

# An element that the page has no use for is one that a text has become.
_FOREIGN: Final = """
() => [...document.querySelectorAll("body *")].map((element) => element.localName)
  .filter((name) => ["img", "b", "iframe", "link", "svg", "object", "embed"].includes(name))
"""

_CELLS: Final = {
    "name": ".cell-person .strong",
    "employmentId": ".cell-person .muted",
    "huma": ".cell-huma .value",
    "xledger": ".cell-xledger .value",
}


def _shows(shown: Page, row: str, **cells: str | None) -> None:
    """Asserts that a row shows just these texts, each in its cell."""
    for name, text in cells.items():
        assert shown.locator(f'[row-id="{row}"] {_CELLS[name]}').text_content() == _as_written(text), name


def _tells(shown: Page, row: str, *told: str | None) -> None:
    """Asserts that all of these texts are there once a row is opened."""
    shown.locator(f'[row-id="{row}"] .cell-person').click()
    expect(shown.locator("#panel")).to_be_visible()  # and its heading, if a name shows anything
    _says(shown, "#panel", *told)


def _says(shown: Page, where: str, *told: str | None) -> None:
    said = shown.locator(where).text_content()
    assert said is not None
    assert [text for text in told if _as_written(text) not in said] == []
    assert shown.evaluate(_FOREIGN) == []


def _as_written(text: str | None) -> str:
    """A text without half characters, as a report has it."""
    return str(json.loads(dumps(text)))


@pytest.mark.slow
@a_few_pages
@given(many_texts)
def test_a_review_shows_every_text_as_it_is(visit: Visits, tmp_path: Path, some_texts: list[str]) -> None:
    text = iter(some_texts).__next__
    people = [_differing(number, text) for number in range(PEOPLE)]
    shown = visit(_written(tmp_path / "review.html", a_frame(people=PEOPLE), people), height=TALL)
    for number, who in enumerate(people):
        (value,) = who["values"]
        row, sides = f"{number}.jobTitle", {"huma": value["huma"], "xledger": value["xledger"]}
        _shows(shown, row, name=who["name"], employmentId=who["employmentId"], **sides)
    first, (value,) = people[0], people[0]["values"]
    told = (first["name"], first["employmentId"], first["user"], value["huma"], value["xledger"])
    _tells(shown, "0.jobTitle", *told)
    shown.close()


@pytest.mark.slow
@a_few_pages
@given(many_texts)
def test_a_review_shows_whoever_is_new_rejected_or_only_there_as_they_are_called(
    visit: Visits, tmp_path: Path, some_texts: list[str]
) -> None:
    text, half = iter(some_texts).__next__, PEOPLE // 2
    created = [_created(number, text) for number in range(half)]
    rejected = [_rejected(number, text) for number in range(half, PEOPLE)]
    only = _only(text)
    path = _written(tmp_path / "review.html", a_frame(people=PEOPLE), [*created, *rejected], [only])
    shown = visit(path, height=TALL)
    sections: dict[str, Sequence[tuple[str, Somebody | OnlyThere]]] = {
        "only_huma": [(f"p{number}", who) for number, who in enumerate(created)],
        "rejected": [(f"p{number}", who) for number, who in enumerate(rejected, start=half)],
        "only_xledger": [("o0", only)],
    }
    told: dict[str, list[str | None]] = {
        "only_huma": [created[0]["new"]["phone"]],
        "rejected": [rejected[0]["told"][0]["why"]],
        "only_xledger": [only["email"], only["employee"]],
    }
    for section, rows in sections.items():
        shown.locator(f"#tab-{section}").click()
        for row, who in rows:
            _shows(shown, row, name=who["name"], employmentId=who["employmentId"])
        row, who = rows[0]
        _tells(shown, row, who["name"], who["employmentId"], *told[section])
    shown.close()


@pytest.mark.slow
@a_few_pages
@given(many_texts)
def test_a_result_shows_every_text_as_it_is(visit: Visits, tmp_path: Path, some_texts: list[str]) -> None:
    text = iter(some_texts).__next__
    people = [_changed(number, text) for number in range(PEOPLE)]
    frame = a_frame(kind="result", people=PEOPLE, decisions=None, place=None)
    shown = visit(_written(tmp_path / "result.html", frame, people), height=TALL)
    for who in people:
        (change,) = who["changes"]
        _says(shown, "#table", who["name"], who["employmentId"], change["before"], change["after"])
    shown.close()


# ------------------------------------------------------------------ what is on a page


def _written(path: Path, frame: Frame, people: Sequence[Mapping[str, Any]], only: Sequence[OnlyThere] = ()) -> Path:
    path.write_bytes(b"".join(page(frame, map(dumps, people), map(dumps, only))))
    return path


def _differing(number: int, text: Text) -> Somebody:
    target, huma, xledger = "employee.contact.jobTitle", text(), text()
    value: Value = {
        "field": "jobTitle",
        "kind": "differs",
        "huma": huma,
        "xledger": xledger,
        "places": [{"target": target, "huma": huma, "xledger": xledger}],
        "then": "xledger_gets_huma",
        "by": "mirror",
        "tightened": False,
        "seen": f"{number:016d}",
    }
    who: Somebody = {"user": text(), "employee": str(number), "name": text(), "employmentId": text()}
    return {**who, "action": "update", "values": [value]}


def _created(number: int, text: Text) -> Somebody:
    who: Somebody = {"user": f"u{number}", "employee": None, "name": text(), "employmentId": text()}
    return {**who, "action": "create", "new": {"phone": text()}}


def _rejected(number: int, text: Text) -> Somebody:
    who: Somebody = {"user": f"u{number}", "employee": None, "name": text(), "employmentId": text()}
    return {**who, "action": "reject", "reason": "x", "told": [{"code": text(), "why": text(), "rejected": True}]}


def _only(text: Text) -> OnlyThere:
    return {"employee": text(), "name": text(), "employmentId": text(), "email": text(), "closed": False}


def _changed(number: int, text: Text) -> Written:
    target, at = "employee.contact.jobTitle", "2026-01-15T05:00:12Z"
    change: Change = {"field": "jobTitle", "target": target, "before": text(), "after": text(), "at": at}
    who: Written = {"user": f"u{number}", "employee": str(number), "name": text(), "employmentId": text()}
    return {**who, "changes": [change], "kept": [], "told": []}
