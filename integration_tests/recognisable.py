"""Somebody whose every value can be recognised wherever it turns up."""

from collections.abc import Iterator
from typing import Any, Final

from integration_tests.records import Record, a_user

RECOGNISABLE: Final[Record] = {
    "givenName": "Zebedia",
    "familyName": "Quixotherium",
    "preferredName": "Zq-preferred",
    "email": "zebedia@quixotherium.example",
    "privateEmail": "private@quixotherium.example",
    "phone": "+47 987 65 432",
    "birthDate": "1987-06-05",
    "gender": "Zq-gender",
    "nationality": "Zq-nationality",
    "civilStatus": "Zq-civil-status",
    "jobTitle": "Zq-title",
    "jobDescription": "Zq-description",
    "employmentId": "Zq-4711",
    "employmentStartDate": "2011-10-09",
    "probationEndDate": "2012-04-07",
    "employmentEndDate": "2041-03-02",
    "homeAddress": {
        "line1": "Zq-street 1",
        "line2": "Zq-entrance",
        "line3": None,
        "postalCode": "Zq-99",
        "city": "Zq-city",
        "country": "NO",
    },
    "bankAccount": {"type": "national", "number": "8601 11 17947", "country": "NO", "iban": None, "bic": None},
    "identifications": [{"id": "Zq-identification", "type": "national", "country": "NO", "value": "15108695088"}],
    "supervisor": {"id": "Zq-supervisor", "email": "boss@quixotherium.example", "givenName": "Zq", "familyName": "Zq"},
    "custom": {"Zq-key": "Zq-custom"},
}

SHORTEST: Final = 5
"""Texts that are shorter may stand in a log by chance."""

OTHER_SPELLINGS: Final = ("Zq-", "quixotherium", "987 65", "98765432", "86011117947", "8601.11.17947", "151086*")
"""What is left of values when they are cut, or written in another way."""


def a_recognisable_user(number: int = 1, **changed: Any) -> Record:
    """Somebody like `a_user`, with recognisable values."""
    return a_user(number, **{**RECOGNISABLE, **changed})


def traces_in(printed: str, *others: str) -> list[str]:
    """The recognisable values, and others, that stand in what was printed."""
    return sorted(trace for trace in {*_texts(RECOGNISABLE), *OTHER_SPELLINGS, *others} if trace in printed)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
    elif isinstance(value, str) and len(value) >= SHORTEST and value != "national":
        yield value
