"""From changes to input nodes: the changed values alone, and every text as it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_mappings import MISSING, Employee, FieldChange, Route, State, field_table
from xledger_api.employees.inputs import InputNode, can_be_whole, creation_node, routes_for, update_node
from xledger_api.employees.system_values import SystemValues

TABLE = field_table()

NOBODY = Employee({}, dict.fromkeys(TABLE.place_keys))


def living_at(part: str = "contact", **lines: State) -> Employee:
    """An employee with some lines of an address, the others empty."""
    address = {f"employee.{part}.address.{key}": value for key, value in lines.items() if key != "country"}
    country = {f"employee.{part}.address.country.code": lines.get("country")}
    return Employee({}, {**NOBODY.values, **address, **country})


def change(target: str, after: str | None) -> FieldChange:
    return FieldChange("a field", target, None, after)


def node(
    *changes: FieldChange, by: int = 0, system_values: SystemValues | None = None, employee: Employee = NOBODY
) -> InputNode:
    """The node of an update, each change by the route at a position."""
    known = system_values or SystemValues()
    changed = [(each, routes_for(each, TABLE, known)[by]) for each in changes]
    return update_node("12", changed, employee, TABLE, known)


def test_an_id_goes_out_as_a_number() -> None:
    assert node(change("employee.contact.phone", "1")) == {"dbId": 12, "phone": "1"}


def test_a_new_address_is_sent_without_the_lines_that_are_empty() -> None:
    changes = [change("employee.contact.address.place", "Oslo"), change("employee.contact.address.country.code", "NO")]
    assert node(*changes) == {"dbId": 12, "address": {"place": "Oslo", "country": "NO"}}


def test_an_address_is_sent_whole_with_the_lines_that_stay_as_they_were_read() -> None:
    employee = living_at(streetAddress=" Storgata 1 ", place="Oslo", country="NO", state="Oslo")
    assert node(change("employee.contact.address.place", "Bergen"), employee=employee) == {
        "dbId": 12,
        "address": {"streetAddress": " Storgata 1 ", "place": "Bergen", "country": "NO", "state": "Oslo"},
    }


def test_one_place_is_sent_without_the_address_of_the_other() -> None:
    employee = living_at("subledger", streetAddress="Storgata 1", place="Oslo")
    changed = [change("employee.contact.address.place", "Bergen"), change("employee.contact.phone", "1")]
    assert node(*changed, employee=employee) == {"dbId": 12, "phone": "1", "address": {"place": "Bergen"}}


def test_outside_an_object_a_line_is_sent_alone() -> None:
    employee = living_at("subledger", streetAddress="Storgata 1", place="Oslo", country="NO")
    changed = change("employee.subledger.address.place", "Bergen")
    assert node(changed, by=1, employee=employee) == {"dbId": 12, "place": "Bergen"}


@pytest.mark.parametrize(
    ("lines", "route", "whole"),
    [
        ({"streetAddress": "Storgata 1", "zipCode": None}, "updateSuppliers.address.place", True),
        ({"streetAddress": "Storgata 1", "zipCode": MISSING}, "updateSuppliers.address.place", False),
        ({"streetAddress": "Storgata 1", "zipCode": MISSING}, "updateSuppliers.place", True),
        ({"streetAddress": "Storgata 1", "zipCode": MISSING}, "updateSuppliers.country.code", True),
        ({"streetAddress": None, "zipCode": MISSING}, "updateSuppliers.address.place", True),
    ],
)
def test_where_a_line_of_an_address_is_unknown_no_other_is_sent_in_its_place(
    lines: dict[str, State], route: str, *, whole: bool
) -> None:
    line = "country.code" if "country" in route else "place"
    employee = living_at("subledger", **lines)
    told = can_be_whole(Route.model_validate(route), f"employee.subledger.address.{line}", employee, TABLE)
    assert told is whole


def test_a_flat_country_is_a_reference() -> None:
    nodes = node(change("employee.subledger.address.country.code", "NO"), by=2)
    assert nodes == {"dbId": 12, "country": {"code": "NO"}}


def test_a_reference_is_unset_as_a_whole() -> None:
    assert node(change("employee.contact.gender", None)) == {"dbId": 12, "gender": None}


def test_an_unset_value_is_an_explicit_null() -> None:
    assert node(change("employee.contact.phone", None)) == {"dbId": 12, "phone": None}


def test_a_gender_that_nobody_was_read_with_is_written_by_its_code() -> None:
    assert node(change("employee.contact.gender", "M")) == {"dbId": 12, "gender": {"code": "M"}}


@pytest.mark.parametrize(
    ("read", "written"),
    [
        ({"dbSubId": 2, "code": "M", "name": "MALE"}, {"dbSubId": 2}),
        ({"dbSubId": None, "code": "M", "name": "MALE"}, {"code": "M"}),
        ({"dbSubId": 7, "code": None, "name": "m"}, {"dbSubId": 7}),
        ({"code": "m"}, {"code": "m"}),
    ],
)
def test_a_gender_is_written_by_what_it_was_read_with(read: dict[str, object], written: dict[str, object]) -> None:
    known = SystemValues.of(["M", "F"])
    known.called(read)
    assert node(change("employee.contact.gender", "M"), system_values=known) == {"dbId": 12, "gender": written}


def test_a_gender_has_no_route_when_those_that_were_read_have_no_codes() -> None:
    known = SystemValues.of(["M", "F"])
    known.called({"dbSubId": 2, "code": None, "name": "F"})
    assert routes_for(change("employee.contact.gender", "M"), TABLE, known) == ()
    assert routes_for(change("employee.contact.gender", "F"), TABLE, known) != ()


def test_a_gender_whose_code_xledger_does_not_know_is_not_guessed_again() -> None:
    known = SystemValues.of(["M", "F"])
    known.is_no_code("M")
    assert routes_for(change("employee.contact.gender", "M"), TABLE, known) == ()
    known.called({"dbSubId": 1, "code": "1", "name": "M"})
    assert routes_for(change("employee.contact.gender", "M"), TABLE, known) != ()


@pytest.mark.parametrize(
    ("read", "called"),
    [
        ({"dbSubId": 1, "code": "M", "name": "Male"}, "M"),
        ({"dbSubId": 1, "code": "1", "name": "male"}, "Male"),
        ({"dbSubId": 1, "code": None, "name": " MALE "}, "Male"),
        ({"dbSubId": 3, "code": "X", "name": "Other"}, "X"),
        ({"dbSubId": 3, "code": None, "name": "Other"}, "Other"),
        ({"dbSubId": 3, "code": None, "name": None}, MISSING),
    ],
)
def test_a_gender_is_called_what_the_settings_call_its_code_or_its_name(read: dict[str, object], called: State) -> None:
    settings = ["M"] if called == "M" else ["Male"]
    assert SystemValues.of(settings).called(read) == called


def test_a_route_in_the_table_is_a_mutation_and_a_path() -> None:
    (route,) = TABLE.targets["employee.contact.address.zipCode"].routes
    assert route == Route(mutation="updateContacts", path=("address", "zipCode"))
    assert str(route) == "updateContacts.address.zipCode"


def test_creation_gets_what_it_takes_and_nothing_else() -> None:
    changes = [
        change("employee.code", "1"),
        change("employee.contact.email", "x"),
        change("employee.trialTo", "y"),
        change("employee.contact.phone", "1"),
        change("employee.subledger.phone", "2"),
    ]
    assert creation_node(changes, TABLE) == {"code": "1", "trialTo": "y", "phone": "1", "phoneSubledger": "2"}


@given(st.text())
def test_any_text_is_in_the_variables_unchanged(text: str) -> None:
    assert creation_node([change("employee.contact.lastName", text)], TABLE) == {"lastName": text}
    assert node(change("employee.contact.address.streetAddress", text))["address"] == {"streetAddress": text}
