"""What Huma has is read as what it would be in Xledger, and as it stands where it would be nothing."""

from typing import Any

import pytest

from shared_mappings import MISSING, Able, titles_by_name
from shared_mappings.states import State

from .conftest import IN_XLEDGER, RECORD, user_like


def test_somebody_in_huma_has_the_values_that_xledger_would_have() -> None:
    expected = {
        "email": "kari.nordmann@example.com",
        "employmentId": "1001",
        "givenName": "Kari",
        "familyName": "Nordmann",
        "phone": "+47 912 34 567",
        "birthDate": "1990-01-02",
        "bankAccount.number": "86011117947",
        "bankAccount.country": "NO",
        "homeAddress.line1": "Storgata 1, Oppgang B",
        "homeAddress.postalCode": "0155",
        "homeAddress.city": "Oslo",
        "homeAddress.country": "NO",
        "gender": "F",
        "jobTitle": "Engineer",
        "employmentStartDate": "2020-01-01",
        "probationEndDate": "2020-07-01",
        "terminationNoticeDate": "2025-01-01",
        "employmentEndDate": "2125-04-01",
        "identifications": "15108695088",
    }
    values = user_like(RECORD).values
    assert {place: values[place] for place in expected} == expected
    assert user_like(RECORD).formless == frozenset()


@pytest.mark.parametrize(
    ("changed", "place", "value"),
    [
        ({"gender": "rather not say"}, "gender", "rather not say"),
        ({"birthDate": "1990-02-30"}, "birthDate", "1990-02-30"),
        ({"homeAddress": {"city": "Poseidonis", "country": "Atlantis"}}, "homeAddress.country", "Atlantis"),
        ({"bankAccount": {"number": "86011117948", "country": "NO"}}, "bankAccount.number", "86011117948"),
        ({"bankAccount": {"iban": "SE00 1"}}, "bankAccount.number", "SE00 1"),
        ({"bankAccount": {"number": "1", "country": "EU"}}, "bankAccount.country", "EU"),
        ({"identifications": [{"type": "national", "value": "1", "country": "NO"}]}, "identifications", "1"),
        ({"identifications": [{"type": "national", "value": v} for v in "12"]}, "identifications", "1, 2"),
    ],
)
def test_what_has_no_form_in_xledger_is_never_empty(changed: dict[str, Any], place: str, value: str) -> None:
    user = user_like({**RECORD, **changed})
    assert user.values[place] == value
    assert user.formless == {place}


@pytest.mark.parametrize("place", user_like(RECORD).values)
def test_null_is_nothing_and_a_missing_key_is_unknown(place: str) -> None:
    field = place.partition(".")[0]
    without = {key: value for key, value in RECORD.items() if key != field}
    assert user_like({**RECORD, field: None}).values[place] is None
    assert user_like(without).values[place] is MISSING


@pytest.mark.parametrize(("changed", "value"), [({"homeAddress": {"city": "Oslo"}}, None), ({"homeAddress": {}}, None)])
def test_in_an_object_that_is_one_value_a_missing_key_is_nothing(changed: dict[str, Any], value: State) -> None:
    assert user_like({**RECORD, **changed}).values["homeAddress.line1"] is value


@pytest.mark.parametrize(("active", "left"), [(True, False), (False, True), (None, False), (MISSING, False)])
def test_whoever_is_deactivated_has_left(*, active: Any, left: bool) -> None:
    user = user_like({**RECORD, "active": active})
    assert (user.active, user.left) == (not left, left)


def test_a_name_that_several_job_titles_have_is_nobodys() -> None:
    titles = [
        ("Engineer", "1"),
        ("Head ", "2"),
        ("Head", "3"),
        ("Chief", "4"),
        ("Chief", "4"),
        ("A\u030angstr\u00f6m", "5"),
    ]
    assert titles_by_name(titles) == {"Engineer": "1", "Chief": "4", "\u00c5ngstr\u00f6m": "5"}


def test_nobody_shows_a_value_when_printed() -> None:
    printed = repr((user_like(RECORD), Able(job_titles={"Engineer": "1"})))
    assert not [value for value in IN_XLEDGER.values() if value and value not in {"NO", "F"} and value in printed]
