"""Xledger's words may be logged; the values they quote may not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xledger_api.sending.scrubbing import LONGEST, scrubbed


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
    ],
)
def test_names_of_the_schema_stay_and_values_go(message: str, expected: str) -> None:
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
