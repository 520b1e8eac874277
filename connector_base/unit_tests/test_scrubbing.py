"""A system's words may be logged; the values they quote may not."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector_base import scrubbing
from connector_base.scrubbing import LONGEST

OF_THE_SYSTEM = frozenset(
    {*("code", "email", "employee", "name", "owner", "phone", "subledger", "trialTo", "updateContacts"), "Employee"}
)


def scrubbed(message: str) -> str:
    """A text of a system that has these names."""
    return scrubbing.scrubbed(message, OF_THE_SYSTEM)


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (
            "subledger.code: No value matching owner 42365431, code 'P123456'.",
            "subledger.code: No value matching owner …, code '…'.",
        ),
        ("Cannot query field `trialTo` on type `Employee`", "Cannot query field `trialTo` on type `Employee`"),
        ("Cannot query field `shoeSize` on type `Employee`", "Cannot query field `…` on type `Employee`"),
        ("Invalid value 'no' for phone", "Invalid value '…' for phone"),
        ("Ola Nordmann already has phone +47 912 34 567", "… already has phone …"),
        ('The email "ola@example.com" is used', 'The email "…" is used'),
        ("", ""),
        ("Bad format for API Token", "Bad format for API Token"),
        ("Error parsing query: Unterminated string", "Error parsing query: Unterminated string"),
        ("Your query timed out.", "Your query timed out."),
        ("updateContacts: Access denied.", "updateContacts: Access denied."),
        ("Unauthorized", "Unauthorized"),
        ("Value 'P1' is used. The value must be unique", "Value '…' is used. The value must be unique"),
        ("name Long An Field", "name …"),
        ("employee An Long", "employee …"),
        ("Long already has phone", "… already has phone"),
        ("name: No", "name: …"),
        ("ACCESS denied for BAD", "… denied for …"),
        ("code: value 'P1' 'P2' is used", "code: value '…' is used"),
        ("value 42, 'P1' is used", "value … is used"),
        ("code 'P1', 'Kari O'Brien' and \"x\" not unique", "code '…' and \"…\" not unique"),
        ("Kari's phone is used", "… phone is used"),
        ("phone of 'Kari is used", "phone of … is used"),
        ("The value doesn't match `phone`", "The value doesn't match `phone`"),
        ("phone must be at most 50 characters", "phone must be at most 50 characters"),
        ("phone: maximum length is 30.", "phone: maximum length is 30."),
        ("phone: '9123' is longer than 4000 characters", "phone: '…' is longer than 4000 characters"),
        ("code must have between 1 and 20 digits", "code must have between 1 and 20 digits"),
        ("code must have 1 to 20 characters", "code must have 1 to 20 characters"),
        ("value must be between 0 and 100", "value must be between 0 and 100"),
        ("value must not exceed 100, is 120", "value must not exceed 100, is …"),
        ("value must be greater than 0", "value must be greater than 0"),
        ("code 50 must be at most 50 characters", "code … must be at most … characters"),
        ("code '50' must be at most 50 characters", "code '…' must be at most … characters"),
        ("employee is greater than 12", "employee is greater than …"),
        ("value must be at most 1234", "value must be at most …"),
        ("value must be at most 12.03.1980", "value must be at most …"),
        ("phone must be at most 912 34 567", "phone must be at most …"),
        ("phone must be at most 007 characters", "phone must be at most … characters"),
        ("Max 12 and Min 50", "… and …"),
    ],
)
def test_names_of_the_system_stay_and_values_go(message: str, expected: str) -> None:
    assert scrubbed(message) == expected


@given(
    st.from_regex(
        r"[a-zæøå]{3,12}\.[a-z]{3,12}@[a-z]{4,12}\.example|[0-9]{3,11}|[A-ZÆØÅ][a-zæøå]{9,14}", fullmatch=True
    )
)
def test_a_value_never_stays_wherever_it_stands(value: str) -> None:
    for message in (f"{value}: refused", f"phone '{value}' is used", f'by "{value}"', f"x={value};", f"({value})"):
        assert value not in scrubbed(message)


NAMES = ("An", "Bad", "By", "Can", "Do", "Field", "In", "Long", "More", "No", "Not", "On", "Or", "Right", "The", "This")


@given(st.lists(st.sampled_from(NAMES), min_size=2))
def test_people_who_are_called_like_a_word_of_an_error_message_are_hidden(names: list[str]) -> None:
    name = " ".join(names)
    for message in (f"{name} already has phone", f"phone of {name} is used", f"name: {name}", f"Invalid value {name}."):
        assert not set(names) & set(scrubbed(message).replace(".", " ").split())


LENGTHS = (100, 200)


@pytest.mark.parametrize(
    "part", ["Bad ", "Kari Nordmann ", "'", "'`\"", ". ", " ", "…,", "a.b.c.", ",", "Bad" + " " * 90, "(", "'x' ", "é"]
)
def test_the_longer_a_text_the_less_of_it_is_looked_at(part: str) -> None:
    short, long = (scrubbed(part * (length * 1_000 // len(part))) for length in LENGTHS)
    assert len(short) <= LONGEST + 2
    assert short == long


def test_a_value_is_not_cut_into_a_word_that_may_be_shown() -> None:
    before = "phone: invalid value. " * (LONGEST // 22)
    for quoted in ("'employee of Kari'", "employeeson", "'" + "No " * LONGEST + "'"):
        told = scrubbed(f"{before}{quoted} and Kari").removeprefix(before)
        assert told.strip("…' ") in ("", "and")


@given(st.text())
def test_any_text_is_scrubbed(text: str) -> None:
    assert len(scrubbed(text)) <= LONGEST + 2


@given(st.text(alphabet="'\"`“” .,:abKari19", max_size=80) | st.text())
def test_quotation_marks_come_in_pairs(text: str) -> None:
    told = scrubbed(text)
    assert all(told.count(mark) % 2 == 0 for mark in '"`')
    assert len(re.findall(r"(?<!\w)'|'(?!\w)", told)) % 2 == 0


@given(st.lists(st.sampled_from(["phone", "'phone'", "code", "'P1'", "Kari", "must", "be", "`x`", "50"]), max_size=12))
def test_what_is_shown_stands_in_the_order_in_which_it_was_said(words: list[str]) -> None:
    kept = [word for word in scrubbed(" ".join(words)).split() if "…" not in word]
    rest = iter(words)
    assert all(word in rest for word in kept)


LIMITS = (
    "at most {} characters",
    "maximum {}",
    "between 1 and {}",
    "{} digits",
    "must not exceed {}",
    "max {} characters",
)

AROUND_A_VALUE = ("code {}", "code '{}'", 'phone "{}"', "value {} is used", "({})", "x={};", "{}: refused", "is {}.")


@given(
    st.from_regex(r"[0-9]{1,8}", fullmatch=True), st.sampled_from(AROUND_A_VALUE), st.sampled_from(LIMITS), st.data()
)
def test_no_number_that_is_told_of_somebody_stays_though_it_is_that_of_the_limit(
    value: str, around: str, limit: str, data: st.DataObject
) -> None:
    number = data.draw(st.just(value) | st.sampled_from(["7", "50", "255"]))
    parts = data.draw(st.permutations([around.format(value), f"phone must be {limit.format(number)}"]))
    shown = re.findall(r"\d+", scrubbed(", ".join(parts)))
    assert value not in shown
