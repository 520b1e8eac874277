"""The GraphQL operations this connector sends, built for the schema that they are sent to. No I/O."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Final

from graphql import (
    ArgumentNode,
    DocumentNode,
    FieldNode,
    ListValueNode,
    NamedTypeNode,
    NameNode,
    OperationDefinitionNode,
    OperationType,
    SelectionNode,
    SelectionSetNode,
    TypeNode,
    ValueNode,
    VariableDefinitionNode,
    VariableNode,
    print_ast,
    visit,
)
from graphql.language import Visitor
from graphql.utilities import strip_ignored_characters

from xledger_api.language.schema import Root, Schema

Path = tuple[str, ...]
"""Keys that lead to a value in an answer."""

_WHATEVER: Final = NamedTypeNode(name=NameNode(value="String"))


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation, ready to be sent.

    Attributes:
        text: Without what GraphQL ignores: every byte is metered.
        root_field: The field of the query or mutation type it asks for, the first of several.
        writes: Whether it is a mutation.
        selected: Names of all fields in it, from which follows what the token must be allowed to read.
        variables: The values, as JSON types.
    """

    text: str
    root_field: str
    writes: bool
    selected: frozenset[str]
    variables: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def repeatable(self) -> bool:
        """Whether sending it again does no harm, whatever became of the first time: true of all but adding somebody."""
        return not (self.writes and self.root_field.startswith("add") and self.variables)

    @property
    def about_the_schema(self) -> bool:
        """Whether it asks for nothing but the schema."""
        return self.root_field.startswith("__")


@dataclass(frozen=True, slots=True)
class Call:
    """A root field to ask for.

    Attributes:
        root: Its name.
        paths: What to select of the answer.
        arguments: The values of its arguments, as JSON types. They travel in variables.
        alias: The name under which it is answered; its own where there is none.
        nothing: An argument that is given an empty list, which stands in the document: nothing can be in it.
    """

    root: str
    paths: tuple[Path, ...]
    arguments: Mapping[str, Any] = field(default_factory=dict, repr=False)
    alias: str = ""
    nothing: str = ""


def query(schema: Schema, *calls: Call) -> Operation:
    """What reads with one or several calls, each under its own alias.

    Args:
        schema: Declares the types of the arguments.
        calls: At least one.
    """
    return _operation(OperationType.QUERY, schema.queries, calls)


def mutation(schema: Schema, *calls: Call) -> Operation:
    """What writes, likewise."""
    return _operation(OperationType.MUTATION, schema.mutations, calls)


def operation_of(document: DocumentNode, variables: Mapping[str, Any] | None = None) -> Operation:
    """A document with one operation in it, as it is sent."""
    (definition,) = (node for node in document.definitions if isinstance(node, OperationDefinitionNode))
    names = _Names()
    visit(document, names)
    return Operation(
        text=strip_ignored_characters(print_ast(document)),
        root_field=names.in_order[0],
        writes=definition.operation is OperationType.MUTATION,
        selected=frozenset(names.in_order),
        variables=variables or {},
    )


class _Names(Visitor):
    """Collects the names of fields."""

    def __init__(self) -> None:
        super().__init__()
        self.in_order: list[str] = []

    def enter_field(self, node: FieldNode, *_: object) -> None:
        self.in_order.append(node.name.value)


@dataclass(frozen=True, slots=True)
class _Shape:
    """A call but for the values: what the document says of it.

    Attributes:
        root: The name of the root field.
        paths: What is selected of the answer.
        alias: The name under which it is answered; its own where there is none.
        nothing: An argument that is given an empty list.
        types: The other arguments by name, each with the type of its variable.
    """

    root: str
    paths: tuple[Path, ...]
    alias: str
    nothing: str
    types: tuple[tuple[str, TypeNode], ...]

    def variable(self, name: str) -> str:
        """The name of the variable that holds the value of an argument."""
        return f"{self.alias}_{name}" if self.alias else name


def _operation(kind: OperationType, roots: Mapping[str, Root], calls: Sequence[Call]) -> Operation:
    shapes = tuple(
        _Shape(
            call.root,
            call.paths,
            call.alias,
            call.nothing,
            tuple((name, _type_of(roots, call.root, name)) for name in call.arguments),
        )
        for call in calls
    )
    values = {
        shape.variable(name): value
        for shape, call in zip(shapes, calls, strict=True)
        for name, value in call.arguments.items()
    }
    return replace(_without_values(kind, shapes), variables=values)


@lru_cache(maxsize=256)
def _without_values(kind: OperationType, shapes: tuple[_Shape, ...]) -> Operation:
    """An operation whose variables have no values yet: a sync sends few documents, each of them often."""
    declared: list[VariableDefinitionNode] = []
    fields: list[FieldNode] = []
    for shape in shapes:
        arguments: list[ArgumentNode] = []
        for name, type_node in shape.types:
            variable = VariableNode(name=NameNode(value=shape.variable(name)))
            declared.append(VariableDefinitionNode(variable=variable, type=type_node))
            arguments.append(argument(name, variable))
        if shape.nothing:
            arguments.append(argument(shape.nothing, ListValueNode(values=())))
        fields.append(
            FieldNode(
                alias=NameNode(value=shape.alias) if shape.alias else None,
                name=NameNode(value=shape.root),
                arguments=tuple(arguments),
                selection_set=_selections(shape.paths),
            )
        )
    definition = OperationDefinitionNode(
        operation=kind,
        variable_definitions=tuple(declared),
        selection_set=SelectionSetNode(selections=tuple(fields)),
    )
    return operation_of(DocumentNode(definitions=(definition,)))


def argument(name: str, value: ValueNode) -> ArgumentNode:
    """An argument of a field, as the document writes it."""
    return ArgumentNode(name=NameNode(value=name), value=value)


def _type_of(roots: Mapping[str, Root], root: str, argument: str) -> TypeNode:
    """The type that a variable for an argument is declared with. Of what is not known, Xledger says what is wrong."""
    known = roots.get(root)
    return known.arguments.get(argument, _WHATEVER) if known else _WHATEVER


def _selections(paths: Iterable[Path]) -> SelectionSetNode | None:
    """The selections that lead along paths; None at their end."""
    following: dict[str, list[Path]] = {}
    for path in paths:
        if path:
            following.setdefault(path[0], []).append(path[1:])
    if not following:
        return None
    return SelectionSetNode(selections=tuple(_selected(following)))


def _selected(following: Mapping[str, Iterable[Path]]) -> Iterator[SelectionNode]:
    for name, rest in following.items():
        yield FieldNode(name=NameNode(value=name), selection_set=_selections(rest))
