"""Xledger's words may be logged, with the names of its schema; the values they quote may not."""

import pytest

from xledger_api.sending.scrubbing import scrubbed


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (
            "subledger.code: No value matching owner 42365431, code 'P123456'.",
            "subledger.code: No value matching owner …, code '…'.",
        ),
        ("Cannot query field `trialTo` on type `Employee`", "Cannot query field `trialTo` on type `Employee`"),
        ("Cannot query field `shoeSize` on type `Employee`", "Cannot query field `…` on type `Employee`"),
        ("Ola Nordmann already has phone +47 912 34 567", "… already has phone …"),
        ("updateContacts: Access denied.", "updateContacts: Access denied."),
    ],
)
def test_names_of_the_schema_stay_and_values_go(message: str, expected: str) -> None:
    assert scrubbed(message) == expected
