"""Xledger's words may be logged; the values they quote may not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from destination_xledger.scrubbing import scrubbed


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
