"""What is sent fits Xledger's schema, and the field table speaks of nothing else."""

from pathlib import Path

import pytest
from graphql import (
    GraphQLInputObjectType,
    GraphQLObjectType,
    OperationDefinitionNode,
    Visitor,
    build_schema,
    get_named_type,
    parse,
    print_schema,
    validate,
    visit,
)

from destination_xledger.client import ACCESSES
from destination_xledger.operations import operations, schema
from shared_mappings import field_table
from shared_mappings.employee import ROOT

TABLE = field_table()
CONTRACT = Path(__file__).parents[3] / "shared" / "contracts" / "xledger.graphql"


def selected(operation: str, alias: str) -> set[str]:
    """Every path below `node` that an operation selects under an alias, fragments followed."""
    document = parse(operations()[operation].text)
    fragments = {node.name.value: node for node in document.definitions if hasattr(node, "type_condition")}
    paths: set[str] = set()

    def walk(selections: object, prefix: str) -> None:
        for selection in selections.selections:  # type: ignore[attr-defined]
            if selection.kind == "fragment_spread":
                walk(fragments[selection.name.value].selection_set, prefix)  # type: ignore[attr-defined]
                continue
            path = f"{prefix}{(selection.alias or selection.name).value}"
            paths.add(path)
            if selection.selection_set:
                walk(selection.selection_set, f"{path}.")

    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode):
            walk(definition.selection_set, "")
    start = f"{alias}.edges.node."
    return {path.removeprefix(start) for path in paths if path.startswith(start)}


def has_input(type_name: str, path: str) -> bool:
    current = schema().type_map[type_name]
    for key in path.split("."):
        if not isinstance(current, GraphQLInputObjectType) or key not in current.fields:
            return False
        current = get_named_type(current.fields[key].type)
    return True


def input_node_of(mutation: str) -> str:
    mutations = schema().mutation_type
    assert isinstance(mutations, GraphQLObjectType)
    inputs = get_named_type(mutations.fields[mutation].args["inputs"].type)
    assert isinstance(inputs, GraphQLInputObjectType)
    return get_named_type(inputs.fields["node"].type).name


@pytest.mark.parametrize("name", operations())
def test_an_operation_fits_the_schema(name: str) -> None:
    assert validate(schema(), parse(operations()[name].text)) == []


@pytest.mark.parametrize("name", operations())
def test_no_value_stands_in_the_text_of_an_operation(name: str) -> None:
    literals: list[str] = []

    class Literals(Visitor):
        def enter_string_value(self, node: object, *_: object) -> None:
            literals.append(str(node))

    visit(parse(operations()[name].text), Literals())
    assert literals == []


def test_only_adding_must_not_be_repeated() -> None:
    assert [operation.root_field for operation in operations().values() if not operation.repeatable] == ["addEmployees"]


@pytest.mark.parametrize("alias", ["byCode", "byDbId"])
def test_a_look_up_reads_every_target_and_every_db_id_that_is_needed(alias: str) -> None:
    needed = {target.removeprefix(ROOT) for target in TABLE.targets} | set(TABLE.mutations.values())
    assert needed <= selected("LookUpEmployees", alias)


def test_adding_answers_with_every_target_so_that_the_rest_can_be_planned() -> None:
    needed = {target.removeprefix(ROOT) for target in TABLE.targets} | set(TABLE.mutations.values())
    assert needed <= selected("AddEmployees", "addEmployees")


@pytest.mark.parametrize(
    ("operation", "mutation"),
    [
        (name, operation.root_field)
        for name, operation in operations().items()
        if operation.root_field in TABLE.mutations
    ],
)
def test_an_update_answers_with_the_targets_it_may_touch(operation: str, mutation: str) -> None:
    prefix = ROOT + TABLE.mutations[mutation].removesuffix("dbId")
    touched = {name.removeprefix(prefix) for name, target in TABLE.targets.items() if target.mutation == mutation}
    assert touched <= selected(operation, mutation)


@pytest.mark.parametrize("name", TABLE.targets)
def test_a_target_is_written_to_an_input_that_exists(name: str) -> None:
    target = TABLE.targets[name]
    if target.mutation and target.input:
        assert has_input(input_node_of(target.mutation), target.input)


def test_every_mutation_of_the_table_has_an_operation_and_an_access() -> None:
    assert set(TABLE.mutations) <= {operation.root_field for operation in operations().values()}
    assert {operation.root_field for operation in operations().values()} == set(ACCESSES)


@pytest.mark.parametrize("key", sorted({rule.creation for rule in TABLE.rules if rule.creation}))
def test_creation_takes_what_the_table_sends_at_creation(key: str) -> None:
    assert has_input("AddEmployeesInputNode", key)


@pytest.mark.parametrize("key", sorted(schema().type_map["AddEmployeesInputNode"].fields))  # type: ignore[attr-defined]
def test_the_table_sends_at_creation_whatever_creation_takes(key: str) -> None:
    assert key in {rule.creation for rule in TABLE.rules}


@pytest.mark.skipif(not CONTRACT.exists(), reason="the contract is not part of the project")
def test_the_schema_is_the_one_of_the_contract() -> None:
    assert print_schema(schema()) == print_schema(build_schema(CONTRACT.read_text(encoding="utf-8")))
