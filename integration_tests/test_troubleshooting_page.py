"""The page for whoever has a message in front of them: each is found by its first words, and none that is not said."""

import re

import pytest

from connector_base.process import ENDED_BY_HOST, INTERRUPTED
from integration_tests.messages import A_PART, messages
from integration_tests.troubleshooting_page import (
    BEGINS,
    PAGE,
    SEEN_BY_NOBODY,
    UNLESS_IT_SAYS,
    WHO,
    first_words,
    index,
    seen,
)
from shared_mappings import Side, explanations
from shared_mappings.codes import NotWritten

TEXT = PAGE.read_text("utf-8")
BY_HAND, _, INDEX = TEXT.partition(BEGINS)
SAID = messages()
SEEN = seen()

RAISED_AT_WHOEVER_CALLS = {
    "A time without a zone says nothing.",
    "An event that was never tried is due when it comes.",
    "No access token has been asked for yet.",
    "Nobody is invited by this connector.",
    "The user of an event is a UUID in lower case.",
}
"""Whole sentences, of which an administrator sees none: the code never says them unless it is wrong itself."""


def plain(text: str) -> str:
    """A text as a browser shows it, and finds it."""
    return text.replace("\\|", "|").replace("&lt;", "<")


def test_every_message_is_found_by_its_first_words() -> None:
    assert len(SEEN) > 400
    shown = plain(INDEX)
    assert [message.text for message in SEEN if first_words(message.text) not in shown] == []


@pytest.mark.parametrize(
    "reason",
    [
        "the name … is not known here",
        "its certificate is not accepted",
        "the proxy on the way to … cannot be used",
        "it must be text, as 6h",
        "address does not say of which kind it is",
        "is the ID of no … in Huma",
    ],
)
def test_a_reason_that_stands_behind_a_colon_is_found_as_well(reason: str) -> None:
    assert reason in plain(INDEX)


def test_whatever_ends_a_check_or_a_sync_is_among_the_messages() -> None:
    kinds = {kind for kind, who in WHO.items() if who in {"**You**", "**It passes**", "**The makers**"}}
    said = {message.text for message in SEEN}
    left_out = {
        message.text
        for message in SAID
        if message.kind in kinds and message.text not in said and message.where not in SEEN_BY_NOBODY
    }
    assert {text for text in left_out if re.match("[A-Z].* .*[.]$", text)} == RAISED_AT_WHOEVER_CALLS


def test_no_row_of_the_index_is_of_a_message_that_is_not_said() -> None:
    assert INDEX.strip().splitlines() == index().strip().splitlines(), "make golden writes it anew"


@pytest.mark.parametrize("quoted", re.findall(r"“([^”]+)”", BY_HAND))
def test_what_the_page_quotes_is_said(quoted: str) -> None:
    words = first_words(re.sub(r"users 5f0c…|\([a-z_]+\)$", "…", quoted))
    assert any(words in re.sub(r"\[[^\]]*\]", "…", message.text) for message in SAID)


def test_every_code_leads_to_where_it_is_explained() -> None:
    told = {code for side in Side for code in explanations(side)} - {why.value for why in NotWritten}
    assert [code for code in told if f"| `{code}` |" not in INDEX] == []


def test_every_kind_of_message_says_whose_turn_it_is() -> None:
    assert {message.kind for message in SEEN} - {A_PART} <= WHO.keys()
    assert {who for who in WHO.values() if f"| {who} |" not in BY_HAND} == set()
    assert {*WHO.values(), ""} == UNLESS_IT_SAYS.keys()


@pytest.mark.parametrize("number", [INTERRUPTED, ENDED_BY_HOST])
def test_the_page_tells_with_which_number_a_command_ends(number: int) -> None:
    assert f" {number} when" in BY_HAND


def test_no_message_stands_there_twice_in_one_section() -> None:
    for section in INDEX.split("### "):
        rows = [line for line in section.splitlines() if line.startswith("| ") and not line.startswith("| :")]
        assert len(rows) == len(set(rows))


def test_first_words_end_where_something_is_put_in() -> None:
    assert first_words("The state file [path] cannot be read: [strerror].") == "The state file"
    assert first_words("[label] was rejected ([code]). [why]") == "was rejected"
    assert first_words("Huma asks to be left alone for [seconds] minutes.") == "Huma asks to be left alone"
