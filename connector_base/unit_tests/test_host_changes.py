"""What a host did to a record is told by field, and records whose keys it wrote anew end a sync."""

import pytest
from airbyte_cdk.models import AirbyteRecordMessage
from airbyte_cdk.utils.traced_exception import AirbyteTracedException
from airbyte_protocol_dataclasses.models import AirbyteRecordMessageMeta

from connector_base.people.host_changes import (
    Nulls,
    any_case,
    any_spelling,
    changed_keys,
    refuse_rewritten_keys,
    rewritten_keys,
    told_fields,
)
from connector_base.systems import System
from shared_mappings import users_schema

DECLARED = users_schema()["properties"]
RECORD = {"id": "u1", "employmentId": "1001", "email": "kari@example.com"}
BOOKS = System("the books", "a ledger", nulls_would="unset values in the books")


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("phone", "phone"),
        ("$.phone", "phone"),
        ("homeAddress.city", "homeAddress"),
        ("$.homeAddress.city", "homeAddress"),
        ("/homeAddress/city", "homeAddress"),
        ("$['homeAddress']['city']", "homeAddress"),
        ('homeAddress["city"]', "homeAddress"),
        ("identifications[0].value", "identifications"),
        ("bankAccount[0]", "bankAccount"),
        ("Phone", "phone"),
        ("data.phone", "phone"),
        ("$.data.phone", "phone"),
        ("_airbyte_data.phone", "phone"),
        ("users.phone", "phone"),
        ("birth_date", "birthDate"),
        ("HOME_ADDRESS", "homeAddress"),
        ("homeAddress.phone", "homeAddress"),
    ],
)
def test_a_field_that_a_host_changed_is_known_by_any_path_to_it(path: str, key: str) -> None:
    assert changed_keys([path], RECORD, DECLARED) == {key}


def test_a_record_that_no_host_changed_is_as_it_is() -> None:
    assert told_fields(AirbyteRecordMessage("users", {}, 0)) == ()
    assert told_fields(AirbyteRecordMessage("users", {}, 0, meta=AirbyteRecordMessageMeta())) == ()


def test_a_change_that_names_nothing_may_be_of_anything() -> None:
    assert changed_keys(["column 5"], RECORD, DECLARED) is None
    assert changed_keys(["email", "shoeSize"], {**RECORD, "shoeSize": 1}, DECLARED) == {"email"}


def test_a_key_in_another_spelling_is_a_rewritten_one_where_the_record_has_none_of_its_own() -> None:
    snake = {"id": "u1", "given_name": None, "employmentId": "1001"}
    assert rewritten_keys(snake, DECLARED, any_spelling, beside_others=True) == {"given_name": "givenName"}
    assert rewritten_keys(snake, DECLARED, any_spelling, beside_others=False) == {}
    assert rewritten_keys({"givenname": None}, DECLARED, any_case, beside_others=False) == {"givenname": "givenName"}


def test_rewritten_records_end_the_sync_in_words_that_fit_what_is_written_to() -> None:
    with pytest.raises(AirbyteTracedException, match="which would unset values in the books") as raised:
        refuse_rewritten_keys("users", {"given_name": "Kari"}, {"given_name": "givenName"}, BOOKS)
    assert "givenName is spelled another way" in str(raised.value)
    assert "Kari" not in str(raised.value)
    refuse_rewritten_keys("users", RECORD, {}, BOOKS)


@pytest.mark.parametrize("columns", ["_airbyte_", "_dlt_", "_sdc_"])
def test_the_columns_of_a_host_end_the_sync_whichever_host_it_is(columns: str) -> None:
    for key in (f"{columns}id", f"{columns}id".upper()):
        with pytest.raises(AirbyteTracedException, match=f"keys that begin with {columns}"):
            refuse_rewritten_keys("users", {**RECORD, key: "1"}, {}, BOOKS)


@pytest.mark.parametrize("between", ["__", ".", "_"])
def test_objects_that_a_host_has_taken_apart_are_rewritten_keys(between: str) -> None:
    flat = {**RECORD, f"bankAccount{between}number": "1", f"homeAddress{between}city": None}
    rewritten = rewritten_keys(flat, DECLARED, any_spelling, beside_others=True)
    assert set(rewritten.values()) == {"bankAccount", "homeAddress"}
    kept = {**flat, "bankAccount": None, "homeAddress": None}
    assert rewritten_keys(kept, DECLARED, any_spelling, beside_others=True) == {}
    assert rewritten_keys(flat, DECLARED, any_case, beside_others=False) == {}


def test_objects_that_a_host_has_made_text_of_end_the_sync() -> None:
    for key, text in (("bankAccount", '{"number": "1"}'), ("identifications", ' [{"value": "1"}]')):
        with pytest.raises(AirbyteTracedException, match=f"{key} is text") as raised:
            refuse_rewritten_keys(
                "users", {**RECORD, key: text}, {}, BOOKS, frozenset({"bankAccount", "identifications"})
            )
        assert "number" not in str(raised.value)
    for key, value in (("bankAccount", "1"), ("bankAccount", None), ("jobTitle", "{head}")):
        refuse_rewritten_keys("users", {**RECORD, key: value}, {}, BOOKS, frozenset({"bankAccount", "identifications"}))


def test_people_of_whom_nobody_has_a_null_though_their_keys_differ_end_the_sync() -> None:
    without_nulls = [{**RECORD, "id": str(number)} for number in range(19)]
    differs = {**RECORD, "phone": "1"}
    with pytest.raises(AirbyteTracedException, match="nobody's record holds null") as raised:
        Nulls().refuse_if_lost([*without_nulls, differs], BOOKS)
    assert "stays in the books" in str(raised.value)
    Nulls().refuse_if_lost([*without_nulls, RECORD], BOOKS)
    Nulls().refuse_if_lost([*without_nulls, differs, {**RECORD, "phone": None}], BOOKS)
    Nulls().refuse_if_lost([*without_nulls[:18], differs], BOOKS)
    Nulls().refuse_if_lost([{}] * 30, BOOKS)


def test_nulls_are_missed_however_few_people_are_written_together() -> None:
    without_nulls = [{**RECORD, "id": str(number), **({"phone": "1"} if number % 2 else {})} for number in range(20)]
    nulls = Nulls()
    for number in range(0, 18, 2):
        nulls.refuse_if_lost(without_nulls[number : number + 2], BOOKS)
    with pytest.raises(AirbyteTracedException, match="of 20 people, nobody's record holds null"):
        nulls.refuse_if_lost(without_nulls[18:], BOOKS)
    nulls = Nulls()
    nulls.refuse_if_lost([{**RECORD, "phone": None}], BOOKS)
    nulls.refuse_if_lost(without_nulls, BOOKS)
