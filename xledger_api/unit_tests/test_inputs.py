"""From changes to input nodes: the changed values alone, and every text as it is."""

from hypothesis import given
from hypothesis import strategies as st

from shared_mappings import Employee, FieldChange, field_table
from xledger_api.employees.inputs import creation_node, update_nodes

TABLE = field_table()
EMPLOYEE = Employee({"updateEmployees": "11", "updateContacts": "12", "updateSuppliers": "13"}, {})


def change(target: str, after: str | None) -> FieldChange:
    return FieldChange("a field", target, None, after)


def test_each_mutation_gets_its_own_db_id_and_its_own_changes() -> None:
    changes = [
        change("employee.trialTo", "2020-07-01"),
        change("employee.contact.phone", "1"),
        change("employee.subledger.phone", "1"),
    ]
    assert update_nodes(changes, EMPLOYEE, TABLE) == {
        "updateEmployees": {"dbId": "11", "trialTo": "2020-07-01"},
        "updateContacts": {"dbId": "12", "phone": "1"},
        "updateSuppliers": {"dbId": "13", "phone": "1"},
    }


def test_only_the_changed_lines_of_an_address_are_sent() -> None:
    changes = [change("employee.contact.address.place", "Oslo"), change("employee.contact.address.country.code", "NO")]
    assert update_nodes(changes, EMPLOYEE, TABLE) == {
        "updateContacts": {"dbId": "12", "address": {"place": "Oslo", "country": "NO"}}
    }


def test_a_reference_is_unset_as_a_whole() -> None:
    assert update_nodes([change("employee.contact.gender.code", None)], EMPLOYEE, TABLE) == {
        "updateContacts": {"dbId": "12", "gender": None}
    }


def test_an_unset_value_is_an_explicit_null() -> None:
    assert update_nodes([change("employee.contact.phone", None)], EMPLOYEE, TABLE) == {
        "updateContacts": {"dbId": "12", "phone": None}
    }


def test_creation_gets_what_it_takes_and_nothing_else() -> None:
    changes = [change("employee.code", "1"), change("employee.contact.email", "x"), change("employee.trialTo", "y")]
    assert creation_node(changes, TABLE) == {"code": "1"}


@given(st.text())
def test_any_text_is_in_the_variables_unchanged(text: str) -> None:
    assert creation_node([change("employee.contact.lastName", text)], TABLE) == {"lastName": text}
    nodes = update_nodes([change("employee.contact.address.streetAddress", text)], EMPLOYEE, TABLE)
    assert nodes["updateContacts"]["address"] == {"streetAddress": text}
