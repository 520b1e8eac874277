"""What is relied on of Xledger's schema follows from what is sent, and whatever of it is missing is named."""

from typing import Any

import pytest
from graphql import graphql_sync

from shared_mappings import field_table
from xledger_api.language.operations import operations, probes, schema
from xledger_api.language.schema_parts import (
    INTROSPECTION,
    Part,
    declared,
    missing,
    parts_of,
    parts_written,
    spelled,
    told,
    types_of,
)

TABLE = field_table()
USED = parts_written(TABLE).union(*(parts_of(operation) for operation in operations().values()))
THERE = declared(schema())


def without(part: Part) -> frozenset[Part]:
    """Our schema as if it lacked a part, and what is inside it."""
    return frozenset(other for other in THERE if other[: len(part)] != part)


def test_the_schema_has_all_that_is_used() -> None:
    assert missing(USED, THERE) == []


@pytest.mark.parametrize("part", sorted(USED), ids=spelled)
def test_whatever_is_used_and_missing_is_named_once(part: Part) -> None:
    assert missing(USED, without(part)) == [spelled(part)]


@pytest.mark.parametrize(
    "part",
    [
        ("Query", "employees"),
        ("Query", "employees", "objectStatus"),
        ("ObjectStatus", "ALL"),
        ("EmployeesFilter", "code_in"),
        ("EmployeesFilter", "email_in"),
        ("EmployeesFilter", "dbId_in"),
        ("Employee", "trialTo"),
        ("PageInfo", "hasNextPage"),
        ("Subledger", "company"),
        ("Country", "code"),
        ("EmployeesMutatedEdge", "clientId"),
        ("AddEmployeesInput", "node"),
        ("Int64String",),
    ],
    ids=spelled,
)
def test_what_operations_say_is_used(part: Part) -> None:
    assert part in USED


@pytest.mark.parametrize(
    "part",
    [
        ("AddEmployeesInputNode", "socialSec"),
        ("UpdateEmployeesInputNode", "dbId"),
        ("UpdateContactsInputNode", "gender"),
        ("SystemValueRef", "code"),
        ("AddressInput", "country"),
        ("UpdateSuppliersInput", "clientId"),
    ],
    ids=spelled,
)
def test_inputs_that_travel_in_variables_are_used(part: Part) -> None:
    assert part in USED


@pytest.mark.parametrize("path", sorted({target.input for target in TABLE.targets.values() if target.input}))
def test_what_the_field_table_writes_is_used(path: str) -> None:
    assert path.rsplit(".", maxsplit=1)[-1] in {part[1] for part in parts_written(TABLE) if len(part) > 1}


@pytest.mark.parametrize("part", [("AddressInput", "state"), ("Query", "addresses"), ("EmployeesFilter", "email")])
def test_what_is_never_sent_is_not_used(part: Part) -> None:
    assert part not in USED
    assert part in THERE


def test_directives_and_built_in_scalars_are_nobodys_schema() -> None:
    assert types_of(USED) <= set(schema().type_map)
    assert not types_of(USED) & {"String", "Int", "Boolean"}
    assert not any("if" in part for part in USED)


def test_of_a_missing_type_its_fields_are_not_named_too() -> None:
    assert missing(USED, without(("Address",))) == ["Address"]


def test_probes_rely_on_no_list_that_nobody_has_seen() -> None:
    relied_on = frozenset[Part]().union(*(parts_of(probe) for probe in probes().values()))
    assert not relied_on & {("Query", "addresses"), ("Query", "systemValues")}


def test_the_answer_to_an_introspection_tells_all_that_a_schema_declares() -> None:
    answer = graphql_sync(schema(), INTROSPECTION.text)
    assert answer.errors is None
    whole = told(answer.data or {})
    assert whole is not None
    assert declared(whole) == THERE


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"__schema": None},
        {"__schema": {}},
        {"__schema": {"queryType": {"name": "Query"}, "types": [], "directives": []}},
        {"__schema": {"queryType": {"name": "Query"}, "types": [None], "directives": []}},
        {"__schema": {"queryType": {"name": "Query"}, "types": {"Kari": 1}}},
        {"__schema": "Kari"},
        {"Query": None},
    ],
)
def test_an_answer_that_is_no_schema_tells_nothing(answer: Any) -> None:
    assert told(answer) is None
