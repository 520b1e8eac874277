"""A schema is learned from its roots in two requests, whatever its types are called."""

import json
import re
from collections.abc import Mapping
from typing import Any

import pytest
from graphql import print_ast

from xledger_api.language.introspection import learned
from xledger_api.language.operations import Operation
from xledger_api.language.schema import Schema, written_down

from .told import SDL, Telling, learned_from

STANDARD = {"Int", "String", "ID", "Boolean", "Float"}


def renamed(sdl: str) -> str:
    """The same schema with other names for all of its types."""
    declared = set(re.findall(r"^(?:type|input|enum|scalar) (\w+)", sdl, re.MULTILINE))
    text = re.sub(r"\b(" + "|".join(declared) + r")\b(?!:)", r"\1Model", sdl)
    return f"schema {{ query: QueryModel, mutation: MutationModel }}\n{text}"


def members(schema: Schema, name: str) -> dict[str, str]:
    return {key: print_ast(declared) for key, declared in schema.members[name].items()}


def test_a_schema_is_learned_in_two_requests() -> None:
    telling = Telling(SDL)
    assert learned(telling) is not None
    assert len(telling.asked) == 2
    assert not any(operation.writes for operation in telling.asked)


def test_no_name_of_a_type_stands_in_what_is_asked() -> None:
    telling = Telling(SDL)
    learned(telling)
    ours = set(telling.schema.type_map) - STANDARD
    words = {word for operation in telling.asked for word in re.findall(r"\w+", operation.text)}
    assert {name for name in ours & words if not name.startswith("__")} == set()
    assert set(telling.asked[1].variables.values()) <= ours | STANDARD


@pytest.mark.parametrize(
    "name",
    [
        "Employee_Filter",
        "Employee",
        "Contact",
        "Subledger",
        "Company",
        "Country",
        "Address",
        "SystemValue",
        "AddEmployeesInputNode",
        "UpdateEmployeesInputNode",
        "UpdateContactsInputNode",
        "UpdateSuppliersInputNode",
        "SystemValueRef",
        "AddressInput",
        "ObjectRef",
    ],
)
def test_what_is_learned_of_a_type_is_all_that_it_has(name: str) -> None:
    assert members(learned_from(), name) == members(written_down(), name)


def test_the_values_of_enums_and_the_arguments_of_roots_are_learned() -> None:
    schema, known = learned_from(), written_down()
    assert schema.learned
    assert schema.choices == known.choices
    assert schema.queries.keys() == known.queries.keys()
    assert schema.mutations.keys() == known.mutations.keys()
    for roots, others in ((schema.queries, known.queries), (schema.mutations, known.mutations)):
        for name, root in roots.items():
            assert {key: print_ast(each) for key, each in root.arguments.items()} == {
                key: print_ast(each) for key, each in others[name].arguments.items()
            }


def test_other_names_of_types_and_roots_make_no_difference() -> None:
    schema = learned_from(renamed(SDL))
    assert members(schema, "EmployeeModel")["contact"] == "ContactModel"
    assert members(schema, "Employee_FilterModel")["dbId_in"] == "[Int!]"
    assert members(schema, "AddressInputModel")["country"] == "String"


@pytest.mark.parametrize("root", ["contacts", "subledgers"])
def test_what_an_employee_has_is_learned_from_a_single_one_where_there_is_no_list_of_it(root: str) -> None:
    schema = learned_from(lacking=(f"Query.{root}",))
    for name in ("Contact", "Subledger"):
        assert members(schema, name) == members(written_down(), name)


def test_what_no_root_leads_to_gets_the_benefit_of_the_doubt() -> None:
    roots = ("contacts", "subledgers", "suppliers", "addresses", "employee")
    schema = learned_from(lacking=tuple(f"Query.{root}" for root in roots))
    assert "Contact" not in schema.members
    assert schema.missing("Employee", ("contact", "firstName")) is None
    assert schema.missing("Employee", ("contactDbId", "firstName")) is not None


def test_a_path_that_is_broken_off_is_told_by_what_is_missing() -> None:
    schema = learned_from(lacking=("Contact.gender",))
    assert schema.missing("Employee", ("contact", "gender", "code")) == "Contact.gender"
    assert schema.missing("Employee", ("contact", "phone")) is None
    assert schema.missing("Employee", ("contact",)) == "Contact"
    assert schema.missing("Employee", ("code", "further")) == "String.further"


@pytest.mark.parametrize(
    "root",
    [
        "currencies: [Currency_Code!]!",
        "currencies: [Currency_Code]",
        "today: DateString!",
        "matrix(x: [[Int!]!]!): Int",
        "deep: [[[Int!]!]!]!",
        "anything: Anything",
    ],
)
def test_a_root_of_another_kind_keeps_nothing_from_being_learned(root: str) -> None:
    types = "type Currency_Code { code: String }\nunion Anything = Currency_Code | Employee\n"
    schema = learned_from(f"{SDL}\nextend type Query {{ {root} }}\n{types}")
    assert members(schema, "Employee") == members(written_down(), "Employee")
    assert schema.mutations.keys() == written_down().mutations.keys()


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"__schema": None},
        {"__schema": {"queryType": {"fields": [{"name": "employees"}]}, "mutationType": None}},
        {"__schema": {"queryType": {"fields": "employees"}, "mutationType": None}},
    ],
)
def test_an_answer_that_is_no_schema_tells_none(answer: Mapping[str, Any]) -> None:
    assert learned(lambda _: answer) is None


@pytest.mark.parametrize("refused", [1, 2])
def test_a_schema_that_is_not_told_is_none(refused: int) -> None:
    telling = Telling(SDL)

    def ask(operation: Operation) -> Mapping[str, Any] | None:
        answer = telling(operation)
        return None if len(telling.asked) >= refused else answer

    assert learned(ask) is None


def test_a_choice_is_spelled_as_the_schema_has_it() -> None:
    sdl = SDL.replace("CURRENT UPPER LOWER MINE ALL", "Current Upper Lower").replace("OPEN CLOSED ALL", "OPEN")
    employees = learned_from(sdl).queries["employees"]
    schema = learned_from(sdl)
    assert schema.choice(employees, "ownerSet", "LOWER") == "Lower"
    assert schema.choice(employees, "objectStatus", "ALL") is None
    assert schema.choice(employees, "colour", "RED") is None


@pytest.mark.parametrize(
    "name", [None, 5, ["Employee"], {"a": 1}, "", "Employee!", "Employee) { x }"], ids=lambda name: f"{name!r}"
)
def test_a_type_that_no_document_could_name_is_no_schema(name: Any) -> None:
    telling = Telling(SDL)

    def told(operation: Operation) -> Any:
        answer = json.loads(json.dumps(telling(operation)))
        for field in answer["__schema"]["queryType"]["fields"] if "__schema" in answer else ():
            for argument in field["args"] if field["name"] == "employees" else ():
                innermost(argument["type"])["name"] = name
        return answer

    assert learned(told) is None


@pytest.mark.parametrize("name", [None, 5, ["ALL"]])
def test_a_choice_that_no_variable_could_hold_is_no_schema(name: Any) -> None:
    telling = Telling(SDL)

    def told(operation: Operation) -> Any:
        answer = json.loads(json.dumps(telling(operation)))
        for each in answer.values() if "__schema" not in answer else ():
            for value in each.get("enumValues") or ():
                value["name"] = name
        return answer

    assert learned(told) is None


def test_types_wrapped_without_end_are_no_schema() -> None:
    deep: dict[str, Any] = {"kind": "SCALAR", "name": "Int", "ofType": None}
    for _ in range(10_000):
        deep = {"kind": "LIST", "name": None, "ofType": deep}
    fields = [{"name": "employees", "args": [{"name": "first", "type": deep}], "type": deep}]
    told = {"__schema": {"queryType": {"fields": fields}, "mutationType": None}}
    assert learned(lambda _: told) is None


def innermost(told: dict[str, Any]) -> dict[str, Any]:
    return innermost(told["ofType"]) if told.get("ofType") else told
