"""The field table is narrowed to what an Xledger has, and what it lacks is told by what it means."""

import pytest

from shared_mappings import field_table
from xledger_api.language.fitting import Lack, fitted, lacks, lacks_of_records, shown, shown_in_records
from xledger_api.language.schema import written_down

from .told import SDL, learned_from

TABLE = field_table()


def lacks_of(*parts: str) -> list[Lack]:
    return list(lacks(TABLE, learned_from(lacking=parts)))


def test_an_xledger_as_it_is_written_down_lacks_nothing() -> None:
    assert lacks_of() == []
    assert fitted(TABLE, learned_from()).targets == fitted(TABLE, written_down()).targets


@pytest.mark.parametrize("name", [name for name, target in TABLE.targets.items() if target.routes])
def test_every_target_has_a_route_and_is_read(name: str) -> None:
    target = fitted(TABLE, written_down()).targets[name]
    assert target.readable
    assert target.routes[0] == TABLE.targets[name].routes[0]
    assert target.creation == TABLE.targets[name].creation


def test_the_flat_address_of_a_supplier_is_a_route_of_its_own() -> None:
    table = fitted(TABLE, learned_from(lacking=("UpdateSuppliersInputNode.address",)))
    prefix = "employee.subledger.address."
    routes = {name.removeprefix(prefix): str(table.targets[name].routes[0]) for name in TABLE.targets if prefix in name}
    assert routes == {
        "streetAddress": "updateSuppliers.streetAddress",
        "zipCode": "updateSuppliers.zipCode",
        "place": "updateSuppliers.place",
        "country.code": "updateSuppliers.country.code",
    }


def test_a_nested_country_that_is_a_reference_is_written_by_its_code() -> None:
    nested = SDL.partition("input AddressInput")[2]
    sdl = SDL.replace(nested, nested.replace("country: String", "country: ObjectRef"))
    (route,) = fitted(TABLE, learned_from(sdl)).targets["employee.contact.address.country.code"].routes
    assert str(route) == "updateContacts.address.country.code"


def test_without_a_mutation_what_another_takes_goes_by_that() -> None:
    table = fitted(TABLE, learned_from(lacking=("Mutation.updateSuppliers",)))
    assert str(table.targets["employee.subledger.bankAccount"].routes[0]) == "updateEmployees.bankAccount"
    assert str(table.targets["employee.subledger.phone"].routes[0]) == "updateEmployees.phoneSubledger"
    assert table.targets["employee.subledger.description"].routes == ()


def test_creation_gets_the_keys_that_it_takes() -> None:
    table = fitted(TABLE, learned_from(lacking=("AddEmployeesInputNode.noticeDate",)))
    assert table.targets["employee.noticeDate"].creation == ()
    assert table.targets["employee.trialTo"].creation == ("trialTo",)


def test_creation_is_never_given_the_e_mail_address() -> None:
    assert [name for name, target in TABLE.targets.items() if "email" in target.creation] == []


def test_what_cannot_be_read_is_not_asked_for_and_not_written() -> None:
    schema = learned_from(lacking=("Contact.jobTitle",))
    assert not fitted(TABLE, schema).targets["employee.contact.jobTitle"].readable
    assert ("contact", "jobTitle") not in shown(TABLE, schema)


def test_a_gender_is_read_by_whatever_system_values_have() -> None:
    schema = learned_from(lacking=("SystemValue.code", "SystemValue.dbSubId"))
    assert ("contact", "gender", "name") in shown(TABLE, schema)
    assert ("contact", "gender", "code") not in shown(TABLE, schema)
    assert list(lacks(TABLE, schema)) == []


def test_a_gender_of_which_only_a_number_is_shown_cannot_be_read() -> None:
    schema = learned_from(lacking=("SystemValue.code", "SystemValue.name"))
    assert not fitted(TABLE, schema).targets["employee.contact.gender"].readable
    assert ("contact", "gender", "dbSubId") not in shown(TABLE, schema)


@pytest.mark.parametrize(
    ("part", "told"),
    [
        ("Query.employees", "Employees cannot be looked up"),
        ("Mutation.addEmployees", "Employees cannot be added"),
        ("Mutation.updateEmployees", "Employees cannot be updated"),
        ("AddEmployeesInputNode.code", "Employees cannot be added: Xledger's API has no addEmployees that takes"),
        ("UpdateEmployeesInputNode.dbId", "Employees cannot be updated: Xledger's API has no updateEmployees that"),
        ("Employee.dbId", "An employee's dbId cannot be read"),
        ("Employee.code", "An employee's code cannot be read"),
        ("Employee.contact", "An employee's contact dbId cannot be read"),
        ("Employee.subledger", "An employee's subledger dbId cannot be read"),
    ],
)
def test_what_nothing_works_without_blocks(part: str, told: str) -> None:
    blocking = [lack.sentence for lack in lacks_of(part) if lack.blocks]
    assert len(blocking) == 1
    assert blocking[0].startswith(told)


@pytest.mark.parametrize(
    ("part", "told"),
    [
        ("Employee_Filter.email_in", "People cannot be found by their e-mail address"),
        ("Employee_Filter.code_in", "Employees cannot be found by their code"),
        ("Employee_Filter.dbId_in", "Employees who are found by e-mail alone cannot be read"),
        ("ObjectStatus.ALL", "Employees who are closed in Xledger cannot be looked up"),
        ("OwnerSet.LOWER", "Employees of the entities below"),
        ("Contact.jobTitle", "jobTitle cannot be read"),
        ("UpdateContactsInputNode.jobTitle", "jobTitle cannot be written"),
        ("Contact.address", "homeAddress cannot be read"),
        ("Employee.trialTo", "probationEndDate cannot be read"),
        ("Company.country", "bankAccount.country cannot be read"),
    ],
)
def test_what_can_be_done_without_is_told_once_by_what_it_means(part: str, told: str) -> None:
    (lack,) = lacks_of(part)
    assert lack.sentence.startswith(told)
    assert not lack.blocks


@pytest.mark.parametrize("part", ["Contact.jobTitle", "Employee.trialTo", "Company.country", "Query.employees"])
def test_what_is_lacking_is_named_as_developers_write_it(part: str) -> None:
    assert part.removeprefix("Query.") in lacks_of(part)[0].sentence


def test_a_schema_that_is_not_told_is_said_not_to_be() -> None:
    (lack,) = lacks(TABLE, written_down())
    assert lack.sentence.startswith("Xledger does not tell its schema")
    assert not lack.blocks


# ------------------------------------------------------------------ for whoever only reads


def lacks_of_records_of(*parts: str) -> list[Lack]:
    return list(lacks_of_records(TABLE, learned_from(lacking=parts)))


def test_a_reader_lacks_nothing_of_an_xledger_as_it_is_written_down_or_one_that_nothing_is_written_to() -> None:
    mutations = [f"Mutation.{name}" for name in ("addEmployees", "updateEmployees", "updateSuppliers")]
    assert lacks_of_records_of() == lacks_of_records_of(*mutations) == []


@pytest.mark.parametrize("part", ["Query.employees", "Employee.dbId", "Contact.dbId", "Subledger.dbId"])
def test_a_reader_is_blocked_where_nobody_can_be_told_from_others(part: str) -> None:
    (lack,) = (lack for lack in lacks_of_records_of(part) if lack.blocks)
    assert part.partition(".")[2] in lack.sentence


@pytest.mark.parametrize(
    ("part", "properties"),
    [
        ("Employee.trialTo", "trialTo cannot be read, and so is missing"),
        ("Address.country", "address.country cannot be read, and so is missing"),
        ("Employee.dateTo", "active and closed are missing"),
        ("Employee.modifiedAt", "(modifiedAt)"),
        ("ObjectStatus.ALL", "Employees who are closed in Xledger cannot be read"),
        ("OwnerSet.LOWER", "Employees of the entities below the API token's own cannot be read"),
    ],
)
def test_a_reader_is_told_what_is_missing_from_the_records(part: str, properties: str) -> None:
    (lack,) = lacks_of_records_of(part)
    assert properties in lack.sentence
    assert not lack.blocks


def test_what_another_target_shows_is_not_missing_from_the_records() -> None:
    assert lacks_of_records_of("Contact.phone") == []
    (lack,) = lacks_of_records_of("Contact.phone", "Subledger.phone")
    assert "phone cannot be read, and so is missing" in lack.sentence


def test_no_more_is_read_for_records_than_is_in_one() -> None:
    paths = set(shown_in_records(TABLE, written_down()))
    assert paths < {*shown(TABLE, written_down()), ("modifiedAt",)}
    assert not {path for path in paths if path[0] == "subledger" and path[1] in ("description", "email", "address")}
    assert ("contact", "gender", "name") in paths
