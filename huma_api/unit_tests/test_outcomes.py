"""Huma's words of a refusal may be logged; the values they quote may not."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from huma_api.writing.outcomes import LONGEST_WORDS, Refused, refused

SENT = {"phone": "+47 912 34 567", "homeAddress": {"city": "Oslo"}, "titleId": "t1"}


def answered(body: Any, status: int = 400, sent: Mapping[str, Any] = SENT) -> Refused:
    """What Huma's answer means."""
    response = requests.Response()
    response.status_code, response._content = status, json.dumps(body).encode()
    return refused(response, sent)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"errorCode": "field:invalid-format", "errorMessage": "Invalid field Format"}, "Invalid field Format"),
        ({"errorCode": "object:not-found", "errorMessage": "Object not found"}, "Object not found"),
        ({"errorMessage": "phone '+47 912 34 567' is used by Kari Nordmann"}, "phone '…' is used by …"),
        ({"errorMessage": "city must be at most 255 characters"}, "city must be at most 255 characters"),
        ({"errorMessage": "shoeSize is required"}, "… is required"),
        ({"message": "Not allowed"}, "Not allowed"),
        ({"errorMessage": "The profile is locked"}, "The profile is locked"),
        ({"errorMessage": "The value is in use already"}, "The value is in use already"),
        ({"errorMessage": "  ", "error": "invalid"}, "invalid"),
        ({"errorMessage": {"a": 1}}, ""),
        ({}, ""),
    ],
)
def test_its_words_are_told_without_the_values(said: Any, words: str) -> None:
    assert answered(said).words == words


@pytest.mark.parametrize(
    ("fields", "about"),
    [(["phone", "city", "Kari", 1, {}], {"phone", "city"}), ([], set()), (None, set()), ("phone", set())],
)
def test_of_what_it_names_the_keys_that_were_sent_are_known(fields: Any, about: set[str]) -> None:
    assert answered({"errorCode": "field:invalid-format", "fields": fields}).about == about


def test_its_words_are_kept_as_they_came_for_the_storage() -> None:
    assert answered({"errorMessage": "Kari has it"}).original == "Kari has it"
    assert len(answered({"errorMessage": "Kari" * LONGEST_WORDS}).original) == LONGEST_WORDS


VALUES = st.from_regex(r"[A-ZÆØÅ][a-zæøå]{9,14}|[0-9]{5,11}|[a-zæøå]{6,12}@[a-z]{4,12}\.example", fullmatch=True)


@given(VALUES, st.sampled_from(["errorMessage", "message", "error_description", "errorCode", "error"]))
def test_a_value_never_stays_wherever_it_is_quoted(value: str, place: str) -> None:
    for words in (f"{value}: refused", f"phone '{value}' is used", f"invalid {value}.", value):
        outcome = answered({place: words, "fields": [value, f"phone.{value}"], "interpolations": {"type": value}})
        assert value not in repr(outcome)


KEYS = st.sampled_from(["errorCode", "errorMessage", "fields", "interpolations", "type"])
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(KEYS, inner),
)


@given(ANYTHING, st.integers(400, 499))
def test_any_answer_means_something(body: Any, status: int) -> None:
    assert answered(body, status).status == status
