"""What is used of a record is what the table draws on, no deeper, whatever the record holds beside it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_mappings import (
    employee_schema,
    field_table,
    used_of_employee,
    used_of_employees,
    used_of_user,
    used_of_users,
    user_schema,
    what_is_used,
)

USERS, EMPLOYEE = used_of_users(field_table()), used_of_employee(field_table())
EMPLOYEES, USER = used_of_employees(field_table()), used_of_user(field_table())

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)


def depth(value: Any) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if inner is None else 1 + max(map(depth, inner), default=0)


def test_what_the_table_draws_on_is_used_and_nothing_else() -> None:
    used = USERS["properties"]
    assert {"id", "active", "phone", "homeAddress", "identifications"} < used.keys()
    assert used.keys().isdisjoint({"custom", "supervisor", "companies", "changedAt"})
    assert used["identifications"]["items"]["properties"].keys() == {"type", "country", "value"}
    assert used["bankAccount"]["properties"].keys() == {"number", "country", "iban"}
    assert EMPLOYEE["properties"].keys() == employee_schema()["properties"].keys()


def test_of_the_stream_of_employees_it_is_used_as_well_whose_a_record_is_and_whether_they_are_closed() -> None:
    assert EMPLOYEES["properties"].keys() == EMPLOYEE["properties"].keys() | {"id", "closed"}
    assert EMPLOYEES["required"] == ["id"]
    assert what_is_used({"id": 11, "closed": True, "modifiedAt": "2026-01-02T03:04:05"}, EMPLOYEES) == {
        "id": "11",
        "closed": True,
    }


def test_of_a_user_in_humas_own_terms_the_bic_is_used_as_well_and_no_id() -> None:
    assert USER["properties"].keys() == user_schema()["properties"].keys() <= USERS["properties"].keys() - {"id"}
    assert USER["required"] == []
    assert USER["properties"]["bankAccount"]["properties"].keys() == {"number", "country", "iban", "bic"}
    passport = {"type": "passport", "value": "1"}
    assert what_is_used({"identifications": [passport], "active": None}, USER) == {"identifications": []}


@given(record=st.dictionaries(st.sampled_from([*USERS["properties"], "custom"]), ANYTHING))
def test_what_is_used_is_never_deeper_than_the_schema_and_the_same_when_taken_again(record: dict[str, Any]) -> None:
    used = what_is_used(record, USERS)
    assert depth(used) <= 3
    assert what_is_used(used, USERS) == used
    assert used.keys() == record.keys() - {"custom"} - ({"active"} if record.get("active", True) is None else set())


@pytest.mark.parametrize("null", ["phone", "homeAddress", "identifications", "employmentId"])
def test_null_and_missing_stay_apart(null: str) -> None:
    assert what_is_used({null: None}, USERS) == {null: None}
    assert what_is_used({"homeAddress": {"city": None}}, USERS) == {"homeAddress": {"city": None}}


def test_active_is_not_there_where_it_is_null() -> None:
    assert what_is_used({"active": None}, USERS) == what_is_used({"active": None}, EMPLOYEE) == {}
    assert what_is_used({"active": False}, USERS) == {"active": False}


@pytest.mark.parametrize(
    ("number", "kept"),
    [(417, "417"), (417.0, "417"), (-0.0, "0"), (2**70, str(2**70)), (417.5, 417.5), (2.0**53, 2.0**53), (True, True)],
)
def test_a_whole_number_is_text_only_where_one_is_meant(number: float, kept: object) -> None:
    record = {"employmentId": number, "phone": number, "homeAddress": {"postalCode": number, "city": number}}
    assert what_is_used(record, USERS) == {
        "employmentId": kept,
        "phone": number,
        "homeAddress": {"postalCode": kept, "city": number},
    }
