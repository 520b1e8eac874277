"""The GraphQL operations this connector sends, from the package's own documents."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLSchema,
    NameNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    build_schema,
    parse,
    print_ast,
    separate_operations,
)
from graphql.utilities import strip_ignored_characters


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation, ready to be sent.

    Attributes:
        name: Its name in the document.
        text: The operation with the fragments it uses, without what GraphQL ignores: every byte is metered.
        root_field: The field of Query or Mutation it asks for.
        writes: Whether it is a mutation.
        repeatable: Whether sending it again does no harm, whatever became of the first time. True of everything
            but adding.
    """

    name: str
    text: str
    root_field: str
    writes: bool
    repeatable: bool


@cache
def operations() -> Mapping[str, Operation]:
    """Every operation of a sync, by its name."""
    return _operations_in("operations.graphql")


@cache
def probes() -> Mapping[str, Operation]:
    """Every operation by which a check learns what the token may do, by its name. None has variables."""
    return _operations_in("probes.graphql")


def combined(single: Iterable[Operation]) -> Operation:
    """Several operations in one request, each under its own name as alias.

    Args:
        single: At least one; all of them queries or all mutations, with one root field each and without variables
            and fragments.
    """
    selections: list[FieldNode] = []
    for operation in single:
        definition, root = _definition(parse(operation.text))
        selections.append(
            FieldNode(
                alias=NameNode(value=operation.name),
                name=root.name,
                arguments=root.arguments,
                selection_set=root.selection_set,
            )
        )
    merged = OperationDefinitionNode(
        operation=definition.operation, selection_set=SelectionSetNode(selections=tuple(selections))
    )
    return _operation("Combined", DocumentNode(definitions=(merged,)))


@cache
def schema() -> GraphQLSchema:
    """The part of Xledger's schema that this connector relies on."""
    return build_schema(_read("schema.graphql"))


def _operations_in(file: str) -> Mapping[str, Operation]:
    document = parse(_read(file))
    return {name: _operation(name, separated) for name, separated in separate_operations(document).items()}


def _operation(name: str, document: DocumentNode) -> Operation:
    definition, root = _definition(document)
    return Operation(
        name=name,
        text=strip_ignored_characters(print_ast(document)),
        root_field=root.name.value,
        writes=definition.operation is OperationType.MUTATION,
        repeatable=not root.name.value.startswith("add"),
    )


def _definition(document: DocumentNode) -> tuple[OperationDefinitionNode, FieldNode]:
    """The only operation of a document, and its first root field."""
    (definition,) = (node for node in document.definitions if isinstance(node, OperationDefinitionNode))
    root = definition.selection_set.selections[0]
    if not isinstance(root, FieldNode):
        raise TypeError("the first selection of an operation is a field")
    return definition, root


def _read(name: str) -> str:
    return (files("xledger_api.language") / "graphql" / name).read_text(encoding="utf-8")
