"""Nobody is taken for two, and nobody becomes somebody else who came, whatever became of them."""

from dataclasses import replace

import pytest

from connector_base.people.claims import Claims, Objects
from connector_base.people.person import InvalidRecord, Person
from shared_mappings import MISSING, FieldChange, Options, desired_from_user, field_table

TABLE = field_table()


def somebody(identity: str, employment_id: str | None = "E1", email: str | None = None) -> Person:
    record = {"id": identity, "employmentId": employment_id, "email": email}
    return Person(identity, f"users {identity}", desired_from_user(record, TABLE, Options()), record)


def an_employee(employee: int = 11, contact: int | None = 12, subledger: int | None = 13) -> Objects:
    ids = {"employee": employee, "contact": contact, "subledger": subledger}
    return {kind: None if number is None else str(number) for kind, number in ids.items()}


def test_a_key_is_for_the_first_person_who_came_with_it() -> None:
    claims = Claims()
    first, second = somebody("1", "E1", "Kari@example.com"), somebody("2", " E1 ", "kari@example.com ")
    for person in (first, second):
        claims.came(person)
    assert claims.first_with_code(second) == claims.first_with_address(second) == "users 1"
    assert claims.first_with_code(first) is claims.first_with_address(first) is None


@pytest.mark.parametrize("how", [{"active": False}, {"ended": True}])
def test_an_address_of_somebody_who_has_left_is_kept_from_others_only_where_it_still_leads_to_them(
    how: dict[str, bool],
) -> None:
    old, new = somebody("1", "OLD", "kari@example.com"), somebody("2", "NEW", "kari@example.com")
    old = replace(old, desired=replace(old.desired, **how))  # type: ignore[arg-type]
    for claims, first in ((Claims(), "users 1"), (Claims(of_those_who_left=False), None)):
        for person in (old, new):
            claims.came(person)
        assert claims.first_with_address(new) == first
        assert claims.first_with_code(somebody("3", "OLD")) == "users 1"


def test_an_address_with_which_somebody_is_added_is_theirs_unless_somebody_else_has_claimed_it() -> None:
    claims = Claims(of_those_who_left=False)
    first, second, third = (somebody(number, number, "kari@example.com") for number in ("1", "2", "3"))
    claims.take_address(first)
    claims.came(second)
    claims.take_address(second)
    assert claims.first_with_address(third) == claims.first_with_address(second) == "users 1"
    assert claims.first_with_address(first) is None


def test_an_employment_id_that_differs_in_case_alone_is_alike_for_whoever_comes_later() -> None:
    claims = Claims()
    first, second, third = somebody("1", "E1"), somebody("2", "e1"), somebody("3", "e2")
    for person in (first, second, third, somebody("4", None)):
        claims.came(person)
    assert claims.first_with_code(second) is None
    assert claims.first_with_code_alike(second) == "users 1"
    assert claims.first_with_code_alike(first) is claims.first_with_code_alike(third) is None
    assert claims.first_with_code_alike(somebody("4", None)) is None


def test_the_code_of_an_employee_who_is_renumbered_is_remembered() -> None:
    claims = Claims()
    claims.take(somebody("1", "E1"), an_employee())
    claims.loses_code(somebody("1", "E1"), "E9")
    claims.loses_code(somebody("2", "E2"), "E2")
    claims.loses_code(somebody("3", "E3"), "")
    assert claims.first_renumbered(somebody("4", "E9")) == "users 1"
    assert claims.first_renumbered(somebody("1", "E9")) is None
    assert claims.first_renumbered(somebody("4", "E2")) is claims.first_renumbered(somebody("4", None)) is None


def test_whoever_came_without_a_key_has_it_in_common_with_nobody() -> None:
    claims = Claims()
    claims.came(somebody("1", None))
    assert claims.first_with_code(somebody("2", None)) is claims.first_with_address(somebody("2", None)) is None


def test_the_keys_of_a_record_that_is_invalid_are_remembered() -> None:
    claims = Claims()
    claims.came(InvalidRecord("1", "users 1", "E1", "kari@example.com", ("phone: type",), {}))
    assert claims.first_with_code(somebody("2")) == "users 1"
    assert claims.first_with_address(somebody("2", "E2", "kari@example.com")) == "users 1"


def test_an_employee_is_for_the_first_person_who_is_taken_for_them() -> None:
    claims = Claims()
    assert claims.first_taken_for(an_employee(), somebody("1")) is None
    claims.take(somebody("1"), an_employee())
    claims.take(somebody("2"), an_employee())
    assert claims.first_taken_for(an_employee(), somebody("2")) == "users 1"
    assert claims.first_taken_for(an_employee(), somebody("1")) is None


def test_a_contact_or_a_subledger_that_two_employees_share_is_for_the_first_person() -> None:
    claims = Claims()
    claims.take(somebody("1"), an_employee(11, 12, 13))
    assert claims.first_taken_for(an_employee(21, 12, 23), somebody("2")) == "users 1"
    assert claims.first_taken_for(an_employee(21, 22, 13), somebody("2")) == "users 1"
    assert claims.first_taken_for(an_employee(21, 22, 23), somebody("2")) is None


def test_objects_of_two_kinds_with_one_number_are_two() -> None:
    claims = Claims()
    claims.take(somebody("1"), an_employee(11, 12, 13))
    assert claims.first_taken_for(an_employee(12, 13, 11), somebody("2")) is None


def test_an_employee_without_a_contact_shares_none() -> None:
    claims = Claims()
    claims.take(somebody("1"), an_employee(11, None, None))
    assert claims.first_taken_for(an_employee(21, None, None), somebody("2")) is None


def test_an_address_that_a_plan_takes_away_is_remembered_as_it_is_compared() -> None:
    claims = Claims()
    claims.loses_address("11", [FieldChange("email", "contact.email", "Kari@Example.com", "")], "contact.email")
    claims.loses_address("21", [FieldChange("email", "contact.email", None, "other@example.com")], "contact.email")
    claims.loses_address("31", [FieldChange("email", "login", "ola@example.com", None)], "contact.email")
    assert claims.addresses_lost == {"kari@example.com": {"11"}}


def test_claims_show_no_key_when_they_are_printed() -> None:
    claims = Claims()
    claims.came(somebody("1", "E1", "kari@example.com"))
    assert "E1" not in repr(claims)
    assert "kari" not in repr(claims)


def test_nobody_is_whoever_no_one_was_found_as_or_named_as() -> None:
    claims = Claims()
    claims.came(somebody("1", "E1", "kari@example.com"))
    claims.may_be({"11", "12"})
    assert not claims.nobody_is("11", "E1", "kari@example.com")
    assert not claims.nobody_is("12", None, None)
    assert claims.nobody_is("13", "E1", "kari@example.com"), "A double of somebody is nobody."


@pytest.mark.parametrize(("code", "address"), [(" e1", None), (None, "Kari@Example.com"), ("X", "kari@example.com")])
def test_whoever_has_a_key_of_somebody_unknown_could_be_them(code: str | None, address: str | None) -> None:
    claims = Claims()
    assert claims.nobody_is("11", code, address)
    claims.came(InvalidRecord("1", "users 1", "E1", "kari@example.com", (), {}))
    assert not claims.nobody_is("11", code, address)
    assert claims.nobody_is("11", "E2", MISSING)


def test_a_key_that_somebody_unknown_does_not_have_leads_nobody_to_them() -> None:
    claims = Claims()
    claims.in_doubt(somebody("1", None, None))
    assert claims.nobody_is("11", None, None)
    assert claims.nobody_is("11", MISSING, MISSING)
