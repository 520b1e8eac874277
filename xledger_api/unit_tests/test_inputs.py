"""From changes to input nodes: the changed values alone, and every text as it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_mappings import MISSING, FieldChange, Route, State, field_table
from xledger_api.employees.inputs import InputNode, creation_node, routes_for, update_node
from xledger_api.employees.system_values import SystemValues

TABLE = field_table()


def change(target: str, after: str | None) -> FieldChange:
    return FieldChange("a field", target, None, after)


def node(*changes: FieldChange, by: int = 0, system_values: SystemValues | None = None) -> InputNode:
    """The node of an update, each change by the route at a position."""
    known = system_values or SystemValues()
    return update_node("12", [(each, routes_for(each, TABLE, known)[by]) for each in changes], TABLE, known)


def test_an_id_goes_out_as_a_number() -> None:
    assert node(change("employee.contact.phone", "1")) == {"dbId": 12, "phone": "1"}


def test_only_the_changed_lines_of_an_address_are_sent() -> None:
    changes = [change("employee.contact.address.place", "Oslo"), change("employee.contact.address.country.code", "NO")]
    assert node(*changes) == {"dbId": 12, "address": {"place": "Oslo", "country": "NO"}}


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
