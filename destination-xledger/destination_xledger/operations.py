"""The GraphQL operations this connector sends, from the package's own documents."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from graphql import (
    FieldNode,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
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
    """Every operation, by its name."""
    document = parse(_read("operations.graphql"))
    result: dict[str, Operation] = {}
    for name, separated in separate_operations(document).items():
        definition = next(node for node in separated.definitions if isinstance(node, OperationDefinitionNode))
        root = definition.selection_set.selections[0]
        if not isinstance(root, FieldNode):
            raise TypeError(f"the first selection of {name} is not a field")
        result[name] = Operation(
            name=name,
            text=strip_ignored_characters(print_ast(separated)),
            root_field=root.name.value,
            writes=definition.operation is OperationType.MUTATION,
            repeatable=not root.name.value.startswith("add"),
        )
    return result


@cache
def schema() -> GraphQLSchema:
    """The part of Xledger's schema that this connector relies on."""
    return build_schema(_read("schema.graphql"))


def _read(name: str) -> str:
    return (files("destination_xledger") / "graphql" / name).read_text(encoding="utf-8")
