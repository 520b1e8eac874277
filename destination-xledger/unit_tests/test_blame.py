"""Whose fault a refusal is follows from what it says."""

import json
from typing import Any

import pytest

from destination_xledger.syncing.blame import is_about_the_object, is_theirs, quotes, suspect
from xledger_api.sending.answers import Failure, Problem, interpret

KARI = {"dbId": 12, "phone": "+47 912 34 567", "jobTitle": "Head", "address": {"place": "Oslo", "country": "NO"}}
OLA = {"dbId": 13, "phone": "+47 900 00 000", "jobTitle": "Head", "address": {"place": "Oslo", "country": "XX"}}
BOTH = {"kari": KARI, "ola": OLA}


def failure(message: str, **more: Any) -> Failure:
    """What an answer of Xledger's with one error becomes."""
    answer = interpret(200, json.dumps({"errors": [{"message": message, **more}], "data": None}))
    assert isinstance(answer, Failure)
    return answer


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("contact.phone: Invalid value '+47 912 34 567'.", "kari"),
        ("contact.address.country.code: No value matching owner 42, code 'XX'.", "ola"),
        ('The country "XX" is not known.', "ola"),
        ("The phone number +47 900 00 000 is taken.", "ola"),
        ("inputs.1.node.dbId: Subledger 13 is not a supplier.", None),
        ("Object '13' is locked.", "ola"),
        ("Input kari: something is wrong.", "kari"),
        ("contact.jobTitle: Invalid value 'Head'.", None),
        ("Something went wrong.", None),
        ("Country NO is fine, XX is not.", None),
    ],
)
def test_whoever_alone_has_a_value_that_is_quoted_is_suspected(message: str, expected: str | None) -> None:
    assert suspect(failure(message), BOTH) == expected


def test_the_longest_value_tells_when_several_are_quoted() -> None:
    inputs = {"a": {"lastName": "Berg"}, "b": {"lastName": "Berg Olsen"}}
    assert suspect(failure("lastName: Invalid value 'Berg Olsen'."), inputs) == "b"


@pytest.mark.parametrize(
    ("text", "value", "expected"),
    [
        ("Invalid value 'O'Brien'.", "O'Brien", True),
        ("Invalid value “Åse”.", "Åse", True),
        ("the code P123456 is taken", "P123456", True),
        ("the code P1234567 is taken", "P123456", False),
        ("owner 42", "42", False),
        ("owner '42'", "42", True),
        ("a value", " ", False),
        ("anything", "", False),
    ],
)
def test_a_text_quotes_a_value_between_marks_or_standing_alone(text: str, value: str, expected: bool) -> None:
    assert quotes(text, value) is expected


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (failure("contact.phone: Invalid value.", extensions={"code": "INVALID_VALUE"}), True),
        (failure("contact.phone: It is not allowed."), True),
        (failure("contact.address.country: It is not allowed."), True),
        (failure("It is not allowed: '+47 912 34 567'."), True),
        (failure("A value is wrong.", extensions={"code": "INVALID_VALUE"}), True),
        (failure("It is not allowed."), False),
        (failure("contact.shoeSize: It is not allowed."), False),
        (failure("contact.dbId: No value matching owner 42, dbId '12'."), False),
        (failure("inputs.0.node.dbId: Contact 12 is not one."), False),
        (failure("It is not allowed.", path=["updateContacts"]), False),
        (failure("It is not allowed.", path=["updateContacts", "inputs", 0, "node", "phone"]), True),
    ],
)
def test_a_refusal_is_somebodys_own_when_it_is_about_one_of_their_values(told: Failure, expected: bool) -> None:
    assert is_theirs(told, KARI) is expected


def test_a_refusal_of_the_object_is_told_from_one_of_a_value() -> None:
    assert is_about_the_object(failure("subledger.dbId: No value matching owner 42, dbId '13'."))
    assert not is_about_the_object(failure("subledger.phone: No value matching owner 42, dbId '13'."))
    assert failure("subledger.phone: No value matching owner 42, dbId '13'.").problem is Problem.VALUE_REFUSED
