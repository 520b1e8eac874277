"""What is sent fits the schema that it is sent to, and holds no value."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from graphql import (
    BooleanValueNode,
    EnumValueNode,
    FloatValueNode,
    IntValueNode,
    OperationDefinitionNode,
    StringValueNode,
    Visitor,
    build_schema,
    parse,
    print_schema,
    validate,
    visit,
)

from shared_mappings import field_table
from xledger_api.employees.requests import addition, employees, nothing, update
from xledger_api.language.accesses import (
    ACCESSES,
    Access,
    Probe,
    accesses_for,
    accesses_tried_by,
    is_needed,
    probes_for,
)
from xledger_api.language.fitting import fitted, shown
from xledger_api.language.operations import Operation, mutation, query
from xledger_api.language.schema import NODE, Schema, written_down

from .test_introspection import renamed
from .told import SDL, learned_from

CONTRACTS = Path(__file__).parents[3] / "shared" / "contracts"
CONTRACT = CONTRACTS / "xledger.graphql"
NOTES = CONTRACTS / "xledger-notes.md"

DIALECTS = {
    "as written down": SDL,
    "with other names": renamed(SDL),
    "with ids as in the first version": SDL.replace("dbId_in: [Int!]", "dbId_in: [Int64String!]"),
    "with a page size that must be given": SDL.replace("first: Int, last", "first: Int!, last"),
}


def sent_to(schema: Schema) -> dict[str, Operation]:
    """Every request about employees, as it is sent to a schema."""
    table = fitted(field_table(), schema)
    everything = shown(table, schema)
    one = [{"clientId": "1", "node": {"dbId": 1}}]
    following = {"filter": {"dbId_in": [1]}, "first": 2, "after": "x"}
    return {
        "look-up": employees(schema, [("byCode", everything, {"first": 2, "filter": {"code_in": ["1"]}})]),
        "next page": employees(schema, [("byDbId", everything, following)]),
        "addition": addition(table, schema, [{"clientId": "1", "node": {"code": "1"}}]),
        **{name: update(name, (), table, schema, one) for name in table.mutations},
        "by another route": update("updateEmployees", ["employee.contact.phone"], table, schema, one),
        **{f"{name} of nothing": nothing(name, schema) for name in ("addEmployees", *table.mutations)},
        "all reads": query(schema, *(probe.call() for probe in probes_for(ACCESSES) if not probe.writes)),
        "all writes": mutation(schema, *(probe.call() for probe in probes_for(ACCESSES) if probe.writes)),
    }


SENT = sent_to(written_down())


built = cache(build_schema)


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("name", SENT)
def test_an_operation_fits_the_schema_it_is_made_for(name: str, dialect: str) -> None:
    schema = built(DIALECTS[dialect])
    assert validate(schema, parse(sent_to(learned_from(DIALECTS[dialect]))[name].text)) == []


@pytest.mark.parametrize("name", SENT)
def test_every_value_travels_in_variables(name: str) -> None:
    literals: list[str] = []

    class Literals(Visitor):
        def enter(self, node: object, *_: object) -> None:
            if isinstance(node, (StringValueNode, IntValueNode, FloatValueNode, BooleanValueNode, EnumValueNode)):
                literals.append(str(node))

    visit(parse(SENT[name].text), Literals())
    assert literals == []


def test_only_adding_somebody_must_not_be_repeated() -> None:
    assert [name for name, operation in SENT.items() if not operation.repeatable] == ["addition"]


def selected(operation: Operation) -> dict[str, Any]:
    """What an operation selects, as nested mappings."""

    def tree(node: Any) -> dict[str, Any]:
        return {each.name.value: tree(each) for each in node.selection_set.selections} if node.selection_set else {}

    (definition,) = parse(operation.text).definitions
    return tree(definition.selection_set.selections[0])  # type: ignore[attr-defined]


def at(tree: Mapping[str, Any], *keys: str) -> Mapping[str, Any] | None:
    for key in keys:
        tree = tree.get(key)  # type: ignore[assignment]
        if tree is None:
            return None
    return tree


@pytest.mark.parametrize("name", ["look-up", "addition"])
def test_every_target_and_every_db_id_that_is_needed_is_read(name: str) -> None:
    node = at(selected(SENT[name]), *NODE)
    assert node is not None
    table = field_table()
    needed = [*table.target_keys.values(), *table.db_id_keys.values()]
    assert [keys for keys in needed if at(node, *keys) is None] == []


@pytest.mark.parametrize("name", ["updateEmployees", "updateContacts", "updateSuppliers"])
def test_an_update_shows_all_that_its_object_has(name: str) -> None:
    table = field_table()
    node = at(selected(SENT[name]), *NODE)
    assert node is not None
    home = len(table.db_id_keys[name]) - 1
    own = [keys[home:] for target, keys in table.target_keys.items() if table.homes[target] == name]
    assert [keys for keys in own if at(node, *keys) is None] == []
    assert name != "updateEmployees" or "contact" not in node


def test_an_update_by_another_route_shows_the_place_where_the_value_should_get_to() -> None:
    assert at(selected(SENT["by another route"]), *NODE, "contact", "phone") is not None


def test_employees_are_looked_up_whatever_their_status_and_in_the_entities_below() -> None:
    variables = SENT["look-up"].variables
    assert variables["byCode_objectStatus"] == "ALL"
    assert variables["byCode_ownerSet"] == "LOWER"


def test_a_look_up_needs_the_accesses_to_all_that_it_reads() -> None:
    assert {access.name for access in accesses_for(SENT["look-up"])} == {
        "Human Resources Employee",
        "Common Address",
        "Contact",
        "Country",
        "Company",
        "Subledger",
        "System Value",
    }


@pytest.mark.parametrize("name", ["addition", *field_table().mutations])
def test_every_mutation_has_an_access_and_a_probe(name: str) -> None:
    operation = SENT[name]
    assert accesses_for(operation)
    assert Probe(operation.root_field) in probes_for(ACCESSES)


def test_every_probe_is_for_an_access() -> None:
    assert all(accesses_tried_by(probe) for probe in probes_for(ACCESSES))


@pytest.mark.parametrize("access", ACCESSES, ids=lambda access: access.name)
def test_a_probe_for_reading_reads_what_the_access_opens(access: Access) -> None:
    operation = query(written_down(), access.reads.call())
    assert access.opens == () or access in accesses_for(operation)


def test_only_what_a_sync_does_is_needed() -> None:
    assert [probe.root for probe in probes_for(ACCESSES) if not is_needed(probe)] == [
        "objectValues",
        "suppliers",
        "banks",
    ]


def test_a_probe_fits_a_schema_that_has_what_it_asks_for() -> None:
    schema = learned_from(lacking=("Contact.gender", "Query.banks"))
    assert [(probe.root, probe.path) for probe in probes_for(ACCESSES) if not probe.fits(schema)] == [
        ("contacts", ("gender", "dbId")),
        ("banks", ("dbId",)),
    ]


@pytest.mark.parametrize("name", [*(f"{name} of nothing" for name in field_table().mutations), "all writes"])
def test_a_probe_can_never_write(name: str) -> None:
    (definition,) = parse(SENT[name].text).definitions
    assert isinstance(definition, OperationDefinitionNode)
    assert not definition.variable_definitions
    for root in definition.selection_set.selections:
        (argument,) = root.arguments  # type: ignore[attr-defined]
        assert (argument.name.value, argument.value.values) == ("inputs", ())


@pytest.mark.skipif(not NOTES.exists(), reason="the contract is not part of the project")
def test_the_accesses_are_those_that_administrators_are_asked_for() -> None:
    listed = NOTES.read_text(encoding="utf-8").split("asks its admin to grant\n")[1].split(".\n")[0]
    asked_for = {" ".join(access.split()) for access in listed.split("·")}
    assert {access.words.replace(":", "") for access in ACCESSES} == asked_for


@pytest.mark.skipif(not CONTRACT.exists(), reason="the contract is not part of the project")
def test_what_is_written_down_is_the_contract() -> None:
    assert print_schema(build_schema(SDL)) == print_schema(build_schema(CONTRACT.read_text(encoding="utf-8")))
