"""A preview tells of each place in Xledger what would be written, and why not where it would not be."""

from operator import attrgetter
from typing import Any

import pytest

from connector_base.people.person import Person, Planned
from connector_base.reporting.report_entries import plan_entry
from connector_base.reporting.sides import Sides
from shared_mappings import (
    Employee,
    Options,
    Plan,
    Policies,
    Policy,
    RejectionCode,
    SkipReason,
    desired_from_employee,
    desired_from_user,
    field_table,
    plan_for_xledger,
    to_xledger,
)

TABLE = field_table()
SIDES = Sides(
    to_xledger(TABLE), "user", "employee", attrgetter("db_id"), lambda person, _: person.whole, lambda *_: None
)
NODE: dict[str, Any] = {
    "dbId": 11,
    "code": "E1",
    "contact": {"dbId": 12, "phone": "+47 912 34 567", "jobTitle": None, "address": None, "email": "kari@example.com"},
    "subledger": {"dbId": 13, "phone": "+47 912 34 567", "email": "kari@example.com", "company": {"country": None}},
}
PHONE, TITLE = "employee.contact.phone", "employee.contact.jobTitle"
BIRTHDAY, EMAIL = "employee.contact.birthday", "employee.contact.email"

UNTITLED = {"jobTitle": None, "employmentStartDate": "2020-01-01"}
"""Somebody with a position, and without a title in it."""


def entry(record: dict[str, Any], node: dict[str, Any] | None = None, **policies: Policy) -> dict[str, Any]:
    desired = desired_from_user({"id": "1", "employmentId": "E1", **record}, TABLE, Options())
    employee = Employee.from_node(node, TABLE) if node else None
    decided = Policies(policies)
    item = Planned(
        Person("1", "users 1", desired, record), employee, plan_for_xledger(desired, employee, decided, TABLE)
    )
    return plan_entry(item, decided, SIDES)


def place(target: str, *args: Any, **policies: Policy) -> dict[str, Any]:
    (found,) = (place for place in entry(*args, **policies)["fields"] if place["target"] == target)
    return {key: value for key, value in found.items() if key not in ("field", "target")}


@pytest.mark.parametrize(
    ("record", "policies", "target", "expected"),
    [
        ({"jobTitle": "Head"}, {}, TITLE, {"source": "Head", "xledger": None, "write": "Head"}),
        ({"phone": None}, {}, PHONE, {"source": None, "xledger": "+47 912 34 567", "write": None}),
        (UNTITLED, {}, TITLE, {"source": None, "xledger": None, "not_written": "same"}),
        (
            {"phone": "91234567"},
            {},
            PHONE,
            {"source": "91234567", "xledger": "+47 912 34 567", "not_written": "same"},
        ),
        ({}, {}, PHONE, {"xledger": "+47 912 34 567", "not_written": "unknown"}),
        (
            {"phone": "99999999"},
            {"phone": Policy.FILL_EMPTY},
            PHONE,
            {"source": "99999999", "xledger": "+47 912 34 567", "not_written": "conflict", "policy": "fill_empty"},
        ),
        (
            {"email": None},
            {},
            EMAIL,
            {"source": None, "xledger": "kari@example.com", "not_written": "policy", "policy": "no_unset"},
        ),
        (
            {"jobTitle": "Head"},
            {"jobTitle": Policy.CREATE_ONLY},
            TITLE,
            {"source": "Head", "xledger": None, "not_written": "policy", "policy": "create_only"},
        ),
        (
            {"birthDate": "1990-02-30"},
            {},
            BIRTHDAY,
            {"source": "1990-02-30", "not_written": "invalid_date"},
        ),
    ],
)
def test_a_place_says_what_becomes_of_it(
    record: dict[str, Any], policies: dict[str, Policy], target: str, expected: dict[str, Any]
) -> None:
    assert place(target, record, NODE, **policies) == expected


def test_a_place_that_xledger_does_not_show_is_not_taken_for_empty() -> None:
    without_contact = {**NODE, "contact": None}
    assert place(TITLE, {"jobTitle": "Head"}, without_contact) == {"source": "Head", "not_written": "partly_written"}
    assert place(TITLE, UNTITLED, without_contact) == {"source": None, "not_written": "same"}
    assert place(TITLE, {"jobTitle": "Head"}, without_contact, jobTitle=Policy.READ_ONLY) == {
        "source": "Head",
        "not_written": "policy",
        "policy": "read_only",
    }


def test_a_value_of_several_parts_that_was_left_out_is_shown_with_its_parts() -> None:
    account = {"type": "national", "number": "86011117948", "country": "NO"}
    shown = place("employee.subledger.bankAccount", {"bankAccount": account}, NODE)
    assert shown["not_written"] == "invalid_bank_account"
    assert shown["source"]["number"] == "86011117948"


def test_every_place_is_told_of_and_those_of_a_creation_only_then() -> None:
    every = [target for rule in TABLE.rules for target in rule.targets]
    record = {"givenName": "Kari", "familyName": "Nordmann"}
    assert [place["target"] for place in entry(record)["fields"]] == every
    assert [place["target"] for place in entry(record, NODE)["fields"]] == [
        target for target in every if not TABLE.targets[target].only_at_creation
    ]


@pytest.mark.parametrize(
    ("decided", "employee", "expected", "place"),
    [
        (
            Plan.skip(SkipReason.DEACTIVATED),
            Employee.from_node(NODE, TABLE),
            {"action": "skip", "reason": "deactivated", "employee": "11"},
            {"source": "Head", "xledger": None},
        ),
        (
            Plan.reject(RejectionCode.AMBIGUOUS_MATCH),
            None,
            {"action": "reject", "reason": "ambiguous_match"},
            {"source": "Head"},
        ),
    ],
)
def test_of_somebody_left_out_the_values_are_told_and_one_reason(
    decided: Plan, employee: Employee | None, expected: dict[str, Any], place: dict[str, Any]
) -> None:
    record = {"code": "E1", "jobTitle": "Head"}
    person = Person("E1", "staff record 1", desired_from_employee(record, TABLE, Options()), record)
    shown = plan_entry(Planned(person, employee, decided), Policies(), SIDES)
    fields = {each["target"]: each for each in shown.pop("fields")}
    assert shown == {"id": None, "person": "staff record 1", "name": None, "employmentId": "E1", **expected}
    assert fields[TITLE] == {"field": "jobTitle", "target": TITLE, **place}
