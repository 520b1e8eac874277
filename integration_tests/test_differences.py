"""What differs between two values is marked as a reader would say it, and the values stay what they are."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from integration_tests.browser import Visits
from integration_tests.review_samples import AWKWARD, a_review

MARKED = """([huma, xledger]) => {
  const found = Differences.marked(huma, xledger);
  const read = (node) => (node.nodeName === "MARK" ? `[${node.textContent}]` : node.textContent);
  const shown = (nodes) => {
    const element = Dom.el("bdi", {}, nodes);
    return {
      marks: Array.from(element.childNodes, read).join(""),
      text: element.textContent,
      signs: Array.from(element.querySelectorAll(".sign"), (sign) => sign.dataset.sign),
    };
  };
  return [shown(found.huma), shown(found.xledger)];
}"""

Marked = Callable[[str | None, str | None], list[dict[str, Any]]]


@pytest.fixture
def sample(tmp_path: Path, visit: Visits) -> Page:
    path = tmp_path / "review.html"
    path.write_bytes(a_review(3, 0))
    return visit(path)


@pytest.fixture
def marked(sample: Page) -> Marked:
    return lambda huma, xledger: sample.evaluate(MARKED, [huma, xledger])


READ = [
    ("1990-01-02", "1990-02-01", "1990-[01]-[02]", "1990-[02]-[01]"),
    ("1990-01-12", "1990-01-13", "1990-01-[12]", "1990-01-[13]"),
    ("+47 900 00001", "+47 911 00001", "+47 9[00] 00001", "+47 9[11] 00001"),
    ("+47 912 34 567", "91234568", "+47 912 34 56[7]", "9123456[8]"),
    ("912 34 567", "912 43 567", "912 [34] 567", "912 [43] 567"),
    ("8601 11 17947", "86011117949", "8601 11 1794[7]", "8601111794[9]"),
    ("86011117947", "8601111797", "860111179[4]7", "8601111797"),
    ("15108695088", "151087*****", "15108[6]95088", "15108[7]*****"),
    ("Kari", "Kari Anne", "Kari", "Kari[ Anne]"),
    ("Hansen", "Hanssen", "Hansen", "Hans[s]en"),
    ("Sjefsingeniør", "Senioringeniør", "S[jefs]ingeniør", "S[enior]ingeniør"),
    ("kari", "Kari", "[k]ari", "[K]ari"),
    ("Storgata 12, 0155, Oslo", "Storgata 14, 0155, Oslo", "Storgata [12], 0155, Oslo", "Storgata [14], 0155, Oslo"),
    ("Storgata 1, 2. etg, Oslo", "Storgata 1, Oslo", "Storgata 1, [2. etg, ]Oslo", "Storgata 1, Oslo"),
    ("kari.nordmann@example.com", "k.nordmann@example.com", "[kari].nordmann@example.com", "[k].nordmann@example.com"),
    ("Kari Nordmann", "Ola Lie", "[Kari Nordmann]", "[Ola Lie]"),
    ("NO9386011117947", "86011117947", "[NO93]86011117947", "86011117947"),
    ("👩‍👩‍👧‍👦 Berg", "👩‍👩‍👧 Berg", "[👩‍👩‍👧‍👦] Berg", "[👩‍👩‍👧] Berg"),
    ("🇳🇴 Berg", "🇸🇪 Berg", "[🇳🇴] Berg", "[🇸🇪] Berg"),
    ("Bla\u030abær Kurt", "Blåbær Kari", "Bla\u030abær [Kurt]", "Blåbær [Kari]"),
    ("שלום עולם", "שלום אולם", "שלום [ע]ולם", "שלום [א]ולם"),
    ("Kari", None, "Kari", ""),
    (None, "Kari", "", "Kari"),
    ("Kari", "", "Kari", ""),
    ("Kari", "Kari", "Kari", "Kari"),
]


def test_what_differs_is_marked_as_a_reader_would_say_it(marked: Marked) -> None:
    found = [(huma, xledger, *(side["marks"] for side in marked(huma, xledger))) for huma, xledger, *_ in READ]
    assert found == READ


UNSEEN = [
    ("Kari Berg", "Kari\u00a0Berg", ["space"], ["hard space"]),
    ("zero\u200bwidth", "zerowidth", ["U+200B"], []),
    ("Kari\u200e", "Kari", ["U+200E"], []),
    ("Oslo\n", "Oslo", ["line break"], []),
    ("Kari  Berg", "Kari Berg", ["space"], []),
    ("Berg", "\u0412erg", [], ["Cyrillic"]),
    ("Alta", "\u0391lta", [], ["Greek"]),
    ("O'Brien", "O\u2019Brien", ["U+0027"], ["U+2019"]),
    ("E1O0", "E100", ["letter"], ["digit"]),
    ("Il", "ll", ["capital i"], ["small L"]),
    ("Berg", "Borg", [], []),
    ("berg", "Berg", [], []),
    ("A\u200bB Lie", "AC Lie", ["U+200B"], []),
]


def test_what_nobody_sees_or_takes_for_something_else_is_named(marked: Marked) -> None:
    found = [(huma, xledger, *(side["signs"] for side in marked(huma, xledger))) for huma, xledger, *_ in UNSEEN]
    assert found == UNSEEN


def test_a_value_stays_what_it_is_whatever_is_marked(marked: Marked) -> None:
    texts = [
        *AWKWARD[:-1],
        *(text for row in READ for text in row[:2] if text),
        *(row[0] for row in UNSEEN),
        "a b " * 2000,
    ]
    for huma, xledger in zip(texts, [*texts[1:], texts[0]], strict=True):
        assert [side["text"] for side in marked(huma, xledger)] == [huma, xledger]


HIDDEN = {
    "86011117947": "•••• 7947",
    "8601.11.17947": "•••• 7947",
    "NO93 8601 1117 947": "•••• 7947",
    "15108695088": "•••• 5088",
    "151086*****": "•••• ****",
    "1234567": "•••• 567",
    "1234": "•••• 34",
    "1": "••••",
    "👩‍👩‍👧‍👦": "••••",
}


def test_of_what_is_hidden_the_last_four_characters_are_shown_and_not_how_long_it_is(sample: Page) -> None:
    assert {value: sample.evaluate("(value) => Differences.masked(value)", value) for value in HIDDEN} == HIDDEN
