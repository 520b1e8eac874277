"""What an administrator is told is true of every case it is said of, and names fields alone."""

import re

import pytest

from destination_xledger.reporting.explanations import EXPLANATIONS
from shared_mappings import (
    OF_HUMA,
    FieldWarning,
    Options,
    RejectionCode,
    WarningCode,
    desired_from_user,
    field_table,
)

REJECTIONS = [code for code in RejectionCode if code not in OF_HUMA]
WARNINGS = [code for code in WarningCode if code not in OF_HUMA]
SENTENCES = [
    *map(EXPLANATIONS.rejection, REJECTIONS),
    *(EXPLANATIONS.explained(FieldWarning(c, "x")) for c in WARNINGS),
]
REFUSED = EXPLANATIONS.rejection(RejectionCode.REFUSED_BY_XLEDGER)


@pytest.mark.parametrize("code", [code for code in WARNINGS if code is not WarningCode.EMPLOYEE_IS_CLOSED])
def test_a_warning_is_whole_sentences_whether_it_names_one_field_or_several(code: WarningCode) -> None:
    several = EXPLANATIONS.explained(FieldWarning(code, "email, phone"))
    assert several.startswith(f"Left out: email, phone ({code.value}). ")
    assert EXPLANATIONS.explained(FieldWarning(code, "email")).endswith(".")


def test_where_nothing_was_left_out_a_warning_says_what_is_so_and_what_to_do() -> None:
    assert EXPLANATIONS.explained(FieldWarning(WarningCode.EMPLOYEE_IS_CLOSED, "dateTo")) == (
        "Closed in Xledger, active in Huma (employee_is_closed). If the person is back, clear the end date (Date "
        "to) of the employee in Xledger; no sync reopens anybody."
    )


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_person_is_called_one(sentence: str) -> None:
    assert not re.search(r"\b(has|have) its\b|\bits (e-mail|employment|key)", sentence)
    assert max(len(each.split()) for each in re.split(r"[.;:] ", sentence)) < 45


@pytest.mark.parametrize("number", ["86011117948", "8601111794", "860111179471", "Kari"])
def test_a_bank_account_is_not_said_to_have_a_wrong_check_digit_when_it_has_none(number: str) -> None:
    record = {"bankAccount": {"number": number, "country": "NO", "iban": None}}
    (warning,) = desired_from_user(record, field_table(), Options()).warnings
    assert EXPLANATIONS.explained(warning) == (
        "Left out: bankAccount (invalid_bank_account). It is not a valid account number: its length, its characters or "
        "its check digits are wrong. Correct it in Huma."
    )


@pytest.mark.parametrize("sentence", [f"{REFUSED} No.", EXPLANATIONS.said("It is so.", "No.")])
def test_what_xledger_refuses_is_not_said_to_be_a_value_when_nobody_knows_why(sentence: str) -> None:
    assert "refused a value" not in sentence
    assert "If it complains of a value" in sentence
    assert sentence.endswith("Xledger says: No.")
