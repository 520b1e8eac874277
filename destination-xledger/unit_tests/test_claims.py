"""Nobody is taken for two, and no more is remembered of people than that takes."""

from dataclasses import replace

from destination_xledger.people.person import Person
from destination_xledger.syncing.claims import Claims
from shared_mappings import Employee, Options, desired_from_user, field_table

TABLE = field_table()


def somebody(identity: str, employment_id: str | None = "E1") -> Person:
    record = {"id": identity, "employmentId": employment_id}
    return Person(identity, f"users {identity}", desired_from_user(record, TABLE, Options()), record)


def an_employee(code: str | None = "E1") -> Employee:
    return Employee.from_node({"dbId": 11, "code": code, "contact": {"dbId": 12}, "subledger": {"dbId": 13}}, TABLE)


def test_an_employee_is_for_the_first_person_who_is_taken_for_them() -> None:
    claims = Claims()
    assert claims.employee(somebody("1"), an_employee()) is None
    assert claims.employee(somebody("2"), an_employee()) == "users 1"
    assert claims.employee(somebody("1"), an_employee()) is None


def test_whoever_was_first_is_named_by_their_label_whatever_it_is() -> None:
    claims = Claims()
    for position, identity in enumerate(("E1", "record", "3", " "), start=1):
        first = replace(somebody(identity), label=f"staff record {position}")
        employee = replace(an_employee(), db_ids={"updateEmployees": str(position)})
        claims.employee(first, employee)
        assert claims.employee(somebody("else"), employee) == f"staff record {position}"


def test_a_new_code_is_for_the_first_person_who_gets_it() -> None:
    claims = Claims()
    assert claims.code(somebody("1")) is None
    assert claims.code(somebody("2", " E1 ")) == "users 1"
    assert claims.code(somebody("3", "E3")) is None


def test_a_code_that_an_employee_loses_is_not_given_away() -> None:
    claims = Claims()
    assert claims.employee(somebody("1", "E9"), an_employee("E1")) is None
    assert claims.code(somebody("2", "E1")) == "users 1"


def test_whoever_fails_to_get_an_employee_takes_no_code_from_them() -> None:
    claims = Claims()
    assert claims.employee(somebody("1", "E1"), an_employee("E1")) is None
    assert claims.employee(somebody("2", "E2"), an_employee("E1")) == "users 1"
    assert claims.code(somebody("1", "E1")) is None


def test_of_somebody_who_was_added_only_the_employee_is_remembered() -> None:
    claims = Claims()
    claims.code(somebody("1"))
    claims.added(somebody("1"), an_employee())
    assert claims.employee(somebody("2"), an_employee()) == "users 1"
    assert claims.code(somebody("2")) is None


def test_who_was_taken_for_an_employee_can_be_asked_without_taking_anybody() -> None:
    claims = Claims()
    assert claims.taken_for(["11"], somebody("1")) is None
    claims.employee(somebody("2"), an_employee())
    assert claims.taken_for(["10", "11"], somebody("1")) == "users 2"
    assert claims.taken_for(["11"], somebody("2")) is None


def test_a_code_that_xledger_shows_is_not_remembered() -> None:
    claims = Claims()
    claims.code(somebody("1"))
    claims.written(somebody("1"))
    assert claims.code(somebody("2")) is None


def test_a_code_is_kept_for_whoever_gets_it_when_somebody_else_is_written() -> None:
    claims = Claims()
    claims.code(somebody("1"))
    claims.written(somebody("2"))
    assert claims.code(somebody("2")) == "users 1"
