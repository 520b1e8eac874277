"""Which stream carries what, and what is said of records that do not fit."""

from typing import Any

import pytest
from airbyte_cdk.models import (
    AirbyteRecordMessage,
    ConfiguredAirbyteCatalog,
    ConfiguredAirbyteCatalogSerializer,
    FailureType,
    SyncMode,
)
from airbyte_cdk.utils.traced_exception import AirbyteTracedException
from airbyte_protocol_dataclasses.models import (
    AirbyteRecordMessageMeta,
    AirbyteRecordMessageMetaChange,
    Change,
    Reason,
)

from connector_base.people.host_changes import told_fields
from connector_base.people.person import InvalidRecord, Person
from connector_base.people.streams import StreamReader, stream_readers
from connector_base.protocol.stream_keys import StreamKey
from destination_xledger.people.streams import carried
from shared_mappings import MISSING, Options, WarningCode, field_table

from .conftest import Catalog

CARRIED = carried(field_table(), Options())

USER = {"id": "00000000-0000-4000-8000-000000000001", "employmentId": "1001", "email": "kari@example.com"}


def reader(catalog: Any) -> StreamReader:
    (only,) = stream_readers(catalog, CARRIED).values()
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
    numbers = {"employmentId": 417, "homeAddress": {"postalCode": 155.0}}
    person = reader(catalog()).read({**USER, **numbers}, 1)
    assert isinstance(person, Person)
    assert person.code == "417"
    assert person.desired.values["employee.contact.address.zipCode"] == "155"
    for wrong in (
        {"employmentId": True},
        {"givenName": 417},
        {"homeAddress": {"city": 155}},
        {"bankAccount": {"number": 86011117947}},
    ):
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
        ({"phone": 47912}, "phone must be a text, or null"),
        ({"homeAddress": {"city": ["Oslo"]}}, "homeAddress.city must be a text, or null"),
        ({"active": "Kari"}, "active must be true or false"),
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


def nested(depth: int) -> Any:
    value: Any = "deep"
    for _ in range(depth):
        value = [value]
    return value


ACCOUNT = {"number": "86011117947", "country": "NO"}
NATIONAL = {"type": "national", "country": "NO", "value": "15108695088"}

UNUSED: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"custom": {"skills": ["welding", {"since": 2020}]}}, {}),
    ({"custom": [1, 2]}, {}),
    ({"custom": nested(900)}, {}),
    ({"supervisor": "Ola"}, {}),
    ({"companies": [{"name": "without an id"}, None]}, {}),
    ({"changedAt": None, "type": None, "deactivatedAt": 1700000000}, {}),
    ({"firstDayOfWork": "80 %", "custom": 7}, {}),
    ({"bankAccount": {**ACCOUNT, "bic": 7, "code": nested(900)}}, {"bankAccount": ACCOUNT}),
    ({"homeAddress": {"line1": "Storgata 1", "floor": nested(900)}}, {"homeAddress": {"line1": "Storgata 1"}}),
    (
        {"identifications": [{"id": 7, **NATIONAL}, {"type": "passport", "country": "NO", "value": "C1"}]},
        {"identifications": [NATIONAL]},
    ),
]
"""Records with something that nobody uses, and what is mapped of them besides."""


@pytest.mark.parametrize(("unused", "mapped"), UNUSED)
def test_what_nobody_uses_rejects_nobody_and_is_kept_nowhere(
    unused: dict[str, Any], mapped: dict[str, Any], catalog: Catalog
) -> None:
    person = reader(catalog()).read({**USER, **unused}, 1)
    assert isinstance(person, Person)
    assert person.record == {**USER, **mapped}
    invalid = reader(catalog()).read({**USER, **unused, "active": "yes"}, 1)
    assert isinstance(invalid, InvalidRecord)
    assert invalid.record == {**USER, **mapped, "active": "yes"}


def test_somebody_whose_record_does_not_fit_is_known_by_name_and_employment_id(catalog: Catalog) -> None:
    invalid = reader(catalog()).read({**USER, "givenName": "Kari", "familyName": "Berg", "active": "yes"}, 1)
    assert isinstance(invalid, InvalidRecord)
    assert (invalid.name, invalid.employment_id) == ("Kari Berg", USER["employmentId"])


@pytest.mark.parametrize("extra", [{"id": nested(900)}, {"id": None}, {"_links": [{}]}, {"department": nested(900)}])
def test_what_nobody_uses_of_an_employee_rejects_nobody_either(extra: dict[str, Any], catalog: Catalog) -> None:
    assert staff(catalog, {"code": "A1", **extra}).identity == "code:A1"


@pytest.mark.parametrize("value", [nested(900), {"a": nested(900)}, [], {}, 7, True])
@pytest.mark.parametrize("key", ["phone", "bankAccount", "identifications", "active"])
def test_a_value_of_another_kind_where_one_is_used_is_a_fault_however_deep_it_is(
    key: str, value: Any, catalog: Catalog
) -> None:
    read = reader(catalog()).read({**USER, key: value}, 1)
    allowed = (key, value) == ("active", True) or (key == "identifications" and isinstance(value, list))
    expected = allowed or (key == "bankAccount" and isinstance(value, dict))
    assert isinstance(read, Person if expected else InvalidRecord)


@pytest.mark.parametrize(("number", "text"), [(417, "417"), (417.0, "417"), (0, "0"), (10**15, "1000000000000000")])
def test_a_whole_number_is_the_text_of_its_digits_where_a_key_or_a_zip_code_is_meant(
    number: float, text: str, catalog: Catalog
) -> None:
    user = reader(catalog()).read(
        {**USER, "id": number, "employmentId": number, "homeAddress": {"postalCode": number}}, 1
    )
    assert isinstance(user, Person)
    assert (user.identity, user.label, user.code) == (text, f"users {text}", text)
    assert user.desired.values["employee.contact.address.zipCode"] == text
    employee = staff(catalog, {"code": number, "address": {"zipCode": number}})
    assert (employee.identity, employee.desired.employment_id) == (f"code:{text}", text)
    assert employee.desired.values["employee.contact.address.zipCode"] == text


@pytest.mark.parametrize("number", [417.5, 1e22, True, [417]])
def test_what_has_no_digits_of_its_own_is_no_key(number: Any, catalog: Catalog) -> None:
    invalid = reader(catalog()).read({**USER, "employmentId": number}, 1)
    assert isinstance(invalid, InvalidRecord)
    assert invalid.faults == ("employmentId must be a text, or null",)


def test_active_is_unknown_where_it_is_null(catalog: Catalog) -> None:
    user = reader(catalog()).read({**USER, "active": None}, 1)
    assert isinstance(user, Person)
    assert user.desired.active
    left, unknown = staff(catalog, {"code": "A1", "active": False}), staff(catalog, {"code": "A1", "active": None})
    assert not unknown.after(left).desired.active


# ------------------------------------------------------------------ two records of one employee


NAMES = {"code": "A1", "firstName": "Kari", "lastName": "Nordmann", "phone": "900 00 001"}
ACCOUNTS = {"code": " A1 ", "bankAccount": "8601 11 17947", "bankAccountCountry": "NO"}


def test_two_records_of_an_employee_are_merged_key_by_key(catalog: Catalog) -> None:
    names, accounts = staff(catalog, NAMES), staff(catalog, ACCOUNTS)
    for merged in (accounts.after(names), names.after(accounts)):
        assert merged.desired.values["employee.contact.firstName"] == "Kari"
        assert merged.desired.values["employee.subledger.description"] == "Kari Nordmann"
        assert merged.desired.values["employee.subledger.bankAccount"] == "86011117947"
        assert merged.record.keys() == NAMES.keys() | ACCOUNTS.keys()


def test_of_a_key_that_both_have_the_later_one_counts_and_null_is_a_value(catalog: Catalog) -> None:
    merged = staff(catalog, {"code": "A1", "phone": None, "firstName": "Karin"}).after(staff(catalog, NAMES))
    assert merged.desired.values["employee.contact.phone"] is None
    assert merged.desired.values["employee.contact.firstName"] == "Karin"
    assert merged.desired.values["employee.contact.lastName"] == "Nordmann"


def test_an_address_is_one_value_in_a_merger_too(catalog: Catalog) -> None:
    before = staff(catalog, {"code": "A1", "address": {"streetAddress": "Storgata 1", "place": "Oslo"}})
    merged = staff(catalog, {"code": "A1", "address": {"place": "Bergen"}}).after(before)
    assert merged.desired.values["employee.contact.address.streetAddress"] is None
    assert merged.desired.values["employee.contact.address.place"] == "Bergen"


def test_of_a_user_the_later_record_counts_alone(catalog: Catalog) -> None:
    users = reader(catalog())
    earlier, later = users.read({**USER, "phone": "900 00 001"}, 1), users.read(USER, 2)
    assert isinstance(earlier, Person)
    assert isinstance(later, Person)
    assert later.after(earlier) == later


def test_somebody_is_created_if_one_of_the_streams_creates(catalog: Catalog) -> None:
    creates = staff(catalog, NAMES)
    updates = reader(catalog("accounts", "update", "employee")).read(ACCOUNTS, 1)
    assert isinstance(updates, Person)
    assert not updates.after(creates).update_only
    assert not creates.after(updates).update_only
    assert updates.after(updates).update_only


# ------------------------------------------------------------------ what a host changes on the way


def changed(*fields: str, data: dict[str, Any] | None = None) -> AirbyteRecordMessage:
    """A record of which a host has changed fields."""
    changes = [
        AirbyteRecordMessageMetaChange(field, Change.TRUNCATED, Reason.PLATFORM_FIELD_SIZE_LIMITATION)
        for field in fields
    ]
    return AirbyteRecordMessage("users", data or {**USER}, 0, meta=AirbyteRecordMessageMeta(changes=changes))


@pytest.mark.parametrize("path", ["", "$", " ", "$.", "column 5"])
def test_a_change_that_names_no_field_makes_a_record_invalid(path: str, catalog: Catalog) -> None:
    invalid = reader(catalog()).read(USER, 1, told_fields(changed("phone", path)))
    assert isinstance(invalid, InvalidRecord)
    assert (invalid.code, invalid.address, invalid.label) == ("", "", "users record 1")


WHOLE = {
    **USER,
    "givenName": "Kari",
    "familyName": "Nordm",
    "phone": None,
    "homeAddress": {"line1": "Storgata 1", "line2": None, "line3": None, "postalCode": "0155", "city": None},
    "bankAccount": {"number": "8601", "country": "NO"},
    "custom": {"motto": "x"},
}


@pytest.mark.parametrize(
    ("path", "unknown", "field"),
    [
        ("phone", ["employee.contact.phone"], "phone"),
        ("familyName", ["employee.contact.lastName", "employee.subledger.description"], "familyName"),
        (
            "homeAddress.city",
            ["employee.contact.address.place", "employee.contact.address.streetAddress"],
            "homeAddress",
        ),
        ("bankAccount.number", ["employee.subledger.bankAccount"], "bankAccount"),
        ("email", ["employee.contact.email"], "email"),
        ("employmentId", ["employee.code"], "employmentId"),
        ("active", [], "active"),
    ],
)
def test_what_a_host_changed_is_unknown_as_a_whole_and_a_warning_each(
    path: str, unknown: list[str], field: str, catalog: Catalog
) -> None:
    person = reader(catalog()).read({**WHOLE, "active": False}, 1, told_fields(changed(path)))
    assert isinstance(person, Person)
    assert all(person.desired.values[target] is MISSING for target in unknown)
    warned = [each.field for each in person.desired.warnings if each.code is WarningCode.CHANGED_BY_HOST]
    assert warned == [field]
    assert person.desired.active == (path == "active")


def test_nobody_is_warned_of_a_change_to_what_nobody_uses(catalog: Catalog) -> None:
    person = reader(catalog()).read(
        {**USER, "custom": {}, "shoeSize": None}, 1, told_fields(changed("custom.motto", "shoeSize"))
    )
    assert isinstance(person, Person)
    assert person.desired.warnings == ()


def test_a_key_that_a_host_changed_says_of_nobody_who_they_are(catalog: Catalog) -> None:
    user = reader(catalog()).read(USER, 7, ["id"])
    assert isinstance(user, InvalidRecord)
    assert (user.identity, user.label) == ("at:users record 7", "users record 7")
    assert user.faults[-1] == "id: changed by the host"
    employees = reader(catalog("staff", destination_object="employee"))
    employee = employees.read({"code": "A", "email": "kari@example.com"}, 7, ["code"])
    assert isinstance(employee, Person)
    assert (employee.identity, employee.code) == ("email:kari@example.com", "")


def test_what_a_host_changed_is_as_it_was_before_in_a_merger(catalog: Catalog) -> None:
    employees = reader(catalog("staff", destination_object="employee"))
    before = staff(catalog, NAMES)
    cut = employees.read({"code": "A1", "phone": "900", "jobTitle": "Eng"}, 8, ["phone", "jobTitle"])
    assert isinstance(cut, Person)
    merged = cut.after(before)
    assert merged.desired.values["employee.contact.phone"] == "900 00 001"
    assert merged.desired.values["employee.contact.jobTitle"] is MISSING
    whole = staff(catalog, {"code": "A1", "phone": "900 00 002", "jobTitle": "Engineer"}).after(merged)
    assert whole.desired.warnings == ()


HOST_KEPT: list[tuple[str | None, dict[str, Any]]] = [
    (None, {"id": "1", "givenname": "Kari", "phone": None}),
    (None, {"id": "1", "employmentid": "1001", "email": None, "custom": None}),
    (None, {"ID": "1", "EMAIL": "kari@example.com"}),
    (None, {"id": "1", "given_name": "Kari", "employmentId": "1001"}),
    (None, {"id": "1", "phone": None, "_airbyte_raw_id": "x"}),
    (None, {**USER, "_airbyte_extracted_at": "2026-01-01", "_airbyte_meta": {}}),
    ("employee", {"code": "A1", "firstname": "Kari", "phone": None}),
    ("employee", {"CODE": "A1", "PHONE": None}),
    ("employee", {"code": "A1", "phone": None, "_airbyte_raw_id": "x"}),
]


@pytest.mark.parametrize(("carries", "record"), HOST_KEPT)
def test_records_that_a_host_has_kept_in_a_table_stop_the_sync_with_what_to_do(
    carries: str | None, record: dict[str, Any], catalog: Catalog
) -> None:
    with pytest.raises(AirbyteTracedException, match="cache=False") as raised:
        reader(catalog("users" if carries is None else "staff", destination_object=carries)).read(record, 1)
    assert raised.value.failure_type is FailureType.config_error
    assert "Kari" not in str(raised.value)


AS_SENT: list[tuple[str | None, dict[str, Any]]] = [
    (None, {"id": "1"}),
    (None, {"id": "1", "custom": {"givenname": "x", "_airbyte_raw_id": "y"}, "shoeSize": 43, "shoe_size": 43}),
    (None, {**USER, "givenName": "Kari", "givenname": "Kari"}),
    ("employee", {"code": "A1", "givenname": "Kari", "department": "x", "employee_id": 7, "_links": []}),
    ("employee", {"code": "A1", "firstName": "Kari", "firstname": "Kari", "lastname": "x", "custom": {}}),
    ("employee", {"code": "A1", "first_name": "Kari"}),
    ("employee", {"code": "A1", "phone": None}),
]


@pytest.mark.parametrize(("carries", "record"), AS_SENT)
def test_keys_that_nobody_declared_may_be_called_anything(
    carries: str | None, record: dict[str, Any], catalog: Catalog
) -> None:
    name = "users" if carries is None else "staff"
    assert isinstance(reader(catalog(name, destination_object=carries)).read(record, 1), Person)


# ------------------------------------------------------------------ streams


def in_namespaces(*streams: tuple[str, str | None, str, str | None]) -> ConfiguredAirbyteCatalog:
    """A catalog of streams: name, namespace, sync mode and what they carry."""
    return ConfiguredAirbyteCatalogSerializer.load(
        {
            "streams": [
                {
                    "stream": {
                        "name": name,
                        "namespace": namespace,
                        "json_schema": {},
                        "supported_sync_modes": ["full_refresh"],
                    },
                    "sync_mode": "full_refresh",
                    "destination_sync_mode": mode,
                    "destination_object_name": carries,
                }
                for name, namespace, mode, carries in streams
            ]
        }
    )


def test_two_streams_of_one_name_are_two() -> None:
    streams = in_namespaces(("users", None, "append", None), ("users", "payroll", "update", "employee"))
    readers = stream_readers(streams, CARRIED)
    humas, payrolls = readers[StreamKey("users")], readers[StreamKey("users", "payroll")]
    assert (humas.kind.has_ids, humas.update_only) == (True, False)
    assert (payrolls.kind.has_ids, payrolls.update_only) == (False, True)
    employee = payrolls.read({"id": 7, "code": "A1"}, 3)
    assert isinstance(employee, Person)
    assert (employee.identity, employee.label) == ("code:A1", "payroll.users record 3")


def test_a_refused_stream_is_named_with_its_namespace() -> None:
    for broken in (("users", "hr", "soft_delete", None), ("groups", "hr", "append", None)):
        with pytest.raises(AirbyteTracedException, match=rf"hr\.{broken[0]}"):
            stream_readers(in_namespaces(broken), CARRIED)


def test_a_stream_that_is_there_twice_is_refused() -> None:
    streams = in_namespaces(("users", None, "append", None), ("users", None, "update", "employee"))
    with pytest.raises(AirbyteTracedException, match="users is selected twice in the connection"):
        stream_readers(streams, CARRIED)


@pytest.mark.parametrize("mode", ["overwrite", "soft_delete"])
def test_a_ledger_is_not_overwritten(mode: str, catalog: Catalog) -> None:
    refused = catalog(mode=mode)
    refused.streams[0].sync_mode = SyncMode.incremental
    with pytest.raises(AirbyteTracedException, match=f"{mode} of the stream users is refused") as raised:
        reader(refused)
    assert raised.value.failure_type is FailureType.config_error


def test_update_never_creates(catalog: Catalog) -> None:
    assert reader(catalog(mode="update")).update_only
    assert not reader(catalog(mode="append")).update_only


def test_a_stream_of_something_else_is_refused(catalog: Catalog) -> None:
    with pytest.raises(AirbyteTracedException, match="groups is nothing this destination can write"):
        reader(catalog("groups"))


@pytest.mark.parametrize(
    "entries",
    [
        [{"type": "passport", "value": [1]}],
        [{"type": "passport", "value": 123456, "country": {}}],
        [None],
        [[]],
        [{"type": ["national"], "value": {}}],
    ],
)
def test_an_identification_that_nobody_looks_at_rejects_nobody(entries: Any, catalog: Catalog) -> None:
    assert isinstance(reader(catalog()).read({**USER, "identifications": entries}, 1), Person)


@pytest.mark.parametrize("blank", ["", " "])
def test_two_people_with_a_blank_id_are_two(blank: str, catalog: Catalog) -> None:
    users = reader(catalog())
    one, other = (users.read({**USER, "id": blank}, position) for position in (1, 2))
    assert one.identity != other.identity
