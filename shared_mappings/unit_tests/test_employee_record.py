"""The field table read backwards: an employee as a record of the stream `employees`."""

from typing import Any

import pytest
from jsonschema import Draft7Validator

from shared_mappings import (
    Employee,
    Options,
    desired_from_employee,
    employee_record,
    employee_schema,
    employees_schema,
    field_table,
)

TABLE = field_table()

NODE: dict[str, Any] = {
    "dbId": 61,
    "code": "E1",
    "employmentFrom": "2020-01-01",
    "employmentTo": "9999-12-31",
    "trialTo": None,
    "noticeDate": None,
    "socialSecurityMasked": "151086*****",
    "dateTo": None,
    "contact": {
        "dbId": "62",
        "firstName": "Kari",
        "lastName": "Nordmann",
        "email": "kari@example.com",
        "phone": " ",
        "birthday": "1990-01-02",
        "gender": {"dbSubId": 2, "code": None, "name": "FEMALE"},
        "jobTitle": "Engineer",
        "address": {"streetAddress": "Storgata 1", "zipCode": "0155", "place": "Oslo", "country": {"code": "NO"}},
    },
    "subledger": {
        "dbId": 63,
        "description": "Somebody Else",
        "bankAccount": "86011117947",
        "company": {"country": {"code": "SE"}},
    },
}


def record_of(node: dict[str, Any], *, shows_closed: bool = True) -> dict[str, Any]:
    return employee_record(Employee.from_node(node, TABLE), TABLE, shows_closed=shows_closed)


def with_contact(**changed: Any) -> dict[str, Any]:
    return {**NODE, "contact": {**NODE["contact"], **changed}}


def test_an_employee_is_shown_in_the_terms_of_the_object_employee() -> None:
    expected = {
        "id": "61",
        "code": "E1",
        "email": "kari@example.com",
        "active": True,
        "closed": False,
        "firstName": "Kari",
        "lastName": "Nordmann",
        "phone": None,
        "birthday": "1990-01-02",
        "gender": "FEMALE",
        "jobTitle": "Engineer",
        "socialSecurityNumber": "151086*****",
        "bankAccount": "86011117947",
        "bankAccountCountry": "SE",
        "employmentFrom": "2020-01-01",
        "employmentTo": None,
        "trialTo": None,
        "noticeDate": None,
        "address": {"streetAddress": "Storgata 1", "zipCode": "0155", "place": "Oslo", "country": "NO"},
    }
    assert {name: value for name, value in record_of(NODE).items() if name in expected} == expected


def test_every_property_is_shown_by_one_rule_but_those_that_no_first_target_holds() -> None:
    shown = [".".join(keys) for keys in TABLE.shown_as.values()]
    assert len(shown) == len(set(shown))
    assert set(TABLE.employee) - set(shown) == {"active", "address", "socialSecurityCountry"}


def test_a_rule_that_only_puts_together_what_others_show_shows_nothing() -> None:
    assert {rule.canonical_target for rule in TABLE.rules} - set(TABLE.shown_as) == {"employee.subledger.description"}


@pytest.mark.parametrize("rule", TABLE.rules, ids=lambda rule: rule.canonical_target)
def test_what_a_record_says_is_what_xledger_has(rule: Any) -> None:
    """Whoever reads the record wants what stands there: the name as a whole is put together anew."""
    desired = desired_from_employee(record_of(NODE), TABLE, Options()).values[rule.canonical_target]
    current = Employee.from_node(NODE, TABLE).values[rule.canonical_target]
    if rule.canonical_target == "employee.subledger.description":
        assert desired == "Kari Nordmann"
    elif rule.canonical_target == "employee.contact.gender":
        assert (desired, current) == ("F", "FEMALE")  # what the settings call it, and what Xledger does
    else:
        assert rule.same(desired, current)


@pytest.mark.parametrize("part", ["contact", "subledger"])
def test_what_an_object_would_hold_that_is_not_shown_is_unknown(part: str) -> None:
    record = record_of({**NODE, part: None})
    hidden = {keys[0] for target, keys in TABLE.shown_as.items() if target.startswith(f"employee.{part}.") and keys}
    assert hidden
    assert not hidden & record.keys()
    assert record.keys() == record_of(NODE).keys() - hidden


@pytest.mark.parametrize("contact", [{**NODE["contact"], "phone": None}, None], ids=["without it", "not there"])
def test_what_only_another_target_has_is_shown(contact: dict[str, Any] | None) -> None:
    subledger = {**NODE["subledger"], "phone": "+47 900 00 001"}
    assert record_of({**NODE, "contact": contact, "subledger": subledger})["phone"] == "+47 900 00 001"


def test_what_is_never_unset_comes_from_the_first_target_alone() -> None:
    subledger = {**NODE["subledger"], "email": "other@example.com", "address": NODE["contact"]["address"]}
    record = record_of({**with_contact(email=None, address=None), "subledger": subledger})
    assert (record["email"], record["address"]) == (None, None)


def test_an_address_that_xledger_does_not_have_is_null() -> None:
    assert record_of(with_contact(address=None))["address"] is None
    empty = dict.fromkeys(NODE["contact"]["address"])
    assert record_of(with_contact(address=empty))["address"] is None


def test_an_address_of_which_one_line_is_not_shown_is_unknown_as_a_whole() -> None:
    """In a record, a line that an address does not mention is empty."""
    address = {key: value for key, value in NODE["contact"]["address"].items() if key != "place"}
    assert "address" not in record_of(with_contact(address=address))


def test_who_is_closed_is_not_active() -> None:
    closed = Employee(Employee.from_node(NODE, TABLE).db_ids, Employee.from_node(NODE, TABLE).values, closed=True)
    record = employee_record(closed, TABLE, shows_closed=True)
    assert (record["active"], record["closed"]) == (False, True)


def test_whether_somebody_is_closed_is_unknown_where_xledger_does_not_show_it() -> None:
    assert not {"active", "closed"} & record_of(NODE, shows_closed=False).keys()


def test_the_stream_has_the_properties_of_the_object_and_says_whose_they_are() -> None:
    schema = employees_schema()
    assert list(schema["properties"]) == [
        "id",
        *employee_schema()["properties"],
        *("closed", "modifiedAt", "changedAt"),
    ]
    assert all(part["description"] for part in schema["properties"].values() if "properties" not in part)
    Draft7Validator.check_schema(schema)


@pytest.mark.parametrize("node", [NODE, with_contact(address=None), {**NODE, "contact": None, "subledger": None}])
def test_a_record_fits_the_schema_of_the_stream(node: dict[str, Any]) -> None:
    validator = Draft7Validator(employees_schema(), format_checker=Draft7Validator.FORMAT_CHECKER)
    validator.validate(record_of(node))
    assert record_of(node).keys() <= employees_schema()["properties"].keys()
