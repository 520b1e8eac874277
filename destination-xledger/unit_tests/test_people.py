"""Which stream carries what, and what is said of records that do not fit."""

from typing import Any

import pytest
from airbyte_cdk.models import FailureType
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from destination_xledger.people.person import InvalidRecord, Person
from destination_xledger.people.streams import StreamReader, stream_readers
from shared_mappings import Options, field_table

from .conftest import Catalog

USER = {"id": "00000000-0000-4000-8000-000000000001", "employmentId": "1001", "email": "kari@example.com"}


def reader(catalog: Any) -> StreamReader:
    (only,) = stream_readers(catalog, field_table(), Options()).values()
    return only


def staff(catalog: Catalog, record: dict[str, Any]) -> Person:
    """The seventh record of a stream of employees."""
    person = reader(catalog("staff", destination_object="employee")).read(record, 7)
    assert isinstance(person, Person)
    return person


def test_a_user_is_known_and_named_by_its_id(catalog: Catalog) -> None:
    person = reader(catalog()).read(USER, 7)
    assert isinstance(person, Person)
    assert (person.identity, person.label) == (USER["id"], f"users {USER['id']}")


def test_an_employee_is_known_by_its_code_and_named_by_its_position(catalog: Catalog) -> None:
    person = staff(catalog, {"code": "1001", "email": "kari@example.com"})
    assert (person.identity, person.label) == ("code:1001", "staff record 7")


def test_an_employee_without_a_code_is_known_by_the_address_and_without_either_by_its_place(catalog: Catalog) -> None:
    assert staff(catalog, {"code": None, "email": "kari@example.com"}).identity == "email:kari@example.com"
    assert staff(catalog, {"firstName": "Kari"}).identity == "at:staff record 7"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"code": "A1"}, {"code": " A1 "}),
        ({"code": "A1"}, {"code": "\ufeffA\u200b1\u00a0"}),
        ({"code": "\u00c51"}, {"code": "A\u030a1"}),
        ({"code": "417"}, {"code": 417}),
        ({"code": "417"}, {"code": 417.0}),
        ({"email": "Kari@Example.com"}, {"email": "kari@example.com"}),
        ({"email": "kari@bl\u00e5b\u00e6r.no"}, {"email": "kari@xn--blbr-roah.no"}),
    ],
)
def test_an_employee_is_the_same_however_the_key_is_spelled(
    one: dict[str, Any], other: dict[str, Any], catalog: Catalog
) -> None:
    assert staff(catalog, one).identity == staff(catalog, other).identity


def test_a_number_is_taken_where_a_text_of_digits_belongs_and_nowhere_else(catalog: Catalog) -> None:
    """Hosts and spreadsheets make numbers of codes."""
    numbers = {"employmentId": 417, "homeAddress": {"postalCode": 155.0}, "bankAccount": {"number": 86011117947}}
    person = reader(catalog()).read({**USER, **numbers}, 1)
    assert isinstance(person, Person)
    assert person.code == "417"
    assert person.desired.values["employee.contact.address.zipCode"] == "155"
    for wrong in ({"employmentId": True}, {"givenName": 417}, {"homeAddress": {"city": 155}}):
        assert isinstance(reader(catalog()).read({**USER, **wrong}, 1), InvalidRecord)


def test_an_id_that_employees_do_not_have_is_neither_used_nor_shown(catalog: Catalog) -> None:
    person = staff(catalog, {"id": "15108695088", "code": "A1"})
    assert (person.identity, person.label) == ("code:A1", "staff record 7")
    invalid = reader(catalog("staff", destination_object="employee")).read({"id": "15108695088", "phone": 1}, 7)
    assert isinstance(invalid, InvalidRecord)
    assert invalid.label == "staff record 7"


@pytest.mark.parametrize(
    "known_by", ["code:A1", "A1", "email:kari@example.com", "kari@example.com", "at:staff record 7", "staff record 7"]
)
def test_no_id_of_a_user_is_the_key_of_an_employee(known_by: str, catalog: Catalog) -> None:
    user = reader(catalog()).read({"id": known_by}, 7)
    assert isinstance(user, Person)
    for record in ({"code": "A1"}, {"email": "kari@example.com"}, {}):
        assert user.identity != staff(catalog, record).identity


@pytest.mark.parametrize("identity", ["kari@example.com", "Kari Nordmann", "x" * 65, ""])
def test_an_id_that_looks_like_a_value_is_not_shown(identity: str, catalog: Catalog) -> None:
    person = reader(catalog()).read({**USER, "id": identity}, 7)
    assert isinstance(person, Person | InvalidRecord)
    assert person.label == "users record 7"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"phone": 47912}, 'phone: type ["string", "null"]'),
        ({"homeAddress": {"city": ["Oslo"]}}, 'homeAddress.city: type ["string", "null"]'),
        ({"active": "Kari"}, 'active: type "boolean"'),
    ],
)
def test_a_fault_is_a_path_and_a_rule(change: dict[str, Any], expected: str, catalog: Catalog) -> None:
    invalid = reader(catalog()).read({**USER, **change}, 1)
    assert isinstance(invalid, InvalidRecord)
    assert invalid.faults == (expected,)


def test_all_faults_are_told_and_no_value(catalog: Catalog) -> None:
    invalid = reader(catalog()).read({**USER, "phone": 47912, "active": "Kari", "email": {"x": "Kari"}}, 1)
    assert isinstance(invalid, InvalidRecord)
    assert len(invalid.faults) == 3
    assert "Kari" not in repr(invalid)
    assert "47912" not in repr(invalid)


def test_a_key_of_the_organisations_own_is_not_shown(catalog: Catalog) -> None:
    invalid = reader(catalog()).read({**USER, "custom": {"has cancer": {"yes": True}}}, 1)
    assert isinstance(invalid, InvalidRecord)
    assert invalid.faults[0].startswith("custom.…: ")
    assert "cancer" not in repr(invalid)


@pytest.mark.parametrize("mode", ["overwrite", "soft_delete"])
def test_a_ledger_is_not_overwritten(mode: str, catalog: Catalog) -> None:
    with pytest.raises(AirbyteTracedException, match=f"{mode} of the stream users is refused") as raised:
        reader(catalog(mode=mode))
    assert raised.value.failure_type is FailureType.config_error


def test_update_never_creates(catalog: Catalog) -> None:
    assert reader(catalog(mode="update")).update_only
    assert not reader(catalog(mode="append")).update_only


def test_a_stream_of_something_else_is_refused(catalog: Catalog) -> None:
    with pytest.raises(AirbyteTracedException, match="groups is nothing this destination can write"):
        reader(catalog("groups"))
