"""What an administrator is told is true of every case it is said of, and names fields alone."""

import re

import pytest

from destination_huma.reporting.explanations import EXPLANATIONS
from shared_mappings import OF_XLEDGER, FieldWarning, RejectionCode, WarningCode

REJECTIONS = [code for code in RejectionCode if code not in OF_XLEDGER]
WARNINGS = [code for code in WarningCode if code not in OF_XLEDGER]
SENTENCES = [
    *map(EXPLANATIONS.rejection, REJECTIONS),
    *(EXPLANATIONS.explained(FieldWarning(c, "x")) for c in WARNINGS),
]


@pytest.mark.parametrize("code", WARNINGS)
def test_a_warning_is_whole_sentences_whether_it_names_one_field_or_several(code: WarningCode) -> None:
    several = EXPLANATIONS.explained(FieldWarning(code, "email, phone"))
    assert several.startswith(f"Left out: email, phone ({code.value}). ")
    assert EXPLANATIONS.explained(FieldWarning(code, "email")).endswith(".")


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_person_is_called_one(sentence: str) -> None:
    assert not re.search(r"\b(has|have) its\b|\bits (e-mail|employment|key)", sentence)
    assert max(len(each.split()) for each in re.split(r"[.;:] ", sentence)) < 45


def test_what_is_wrong_with_a_value_is_corrected_where_it_comes_from() -> None:
    wrong = EXPLANATIONS.explained(FieldWarning(WarningCode.INVALID_DATE, "birthDate"))
    assert wrong == "Left out: birthDate (invalid_date). It is not a date. Correct it in Xledger."


def test_what_huma_says_comes_last() -> None:
    assert EXPLANATIONS.rejection(RejectionCode.REFUSED_BY_HUMA).endswith("Huma says:")
    assert EXPLANATIONS.said("It is so.", "No.").endswith("Huma says: No.")
    assert EXPLANATIONS.said("It is so.", "") == "It is so."
