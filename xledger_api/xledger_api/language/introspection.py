"""Learning an Xledger's schema, in two requests: its roots, and the types that the needed ones lead to.

Names of types are not a contract, so none is written here: they are found by following arguments and answers from the
roots, and travel as variables. The whole schema is never asked for: it would be megabytes, and traffic is metered.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final, NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    ListTypeNode,
    NamedTypeNode,
    NameNode,
    NonNullTypeNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    TypeNode,
    VariableDefinitionNode,
    VariableNode,
    Visitor,
    parse,
    parse_type,
    visit,
)

from xledger_api.language.operations import Operation, argument, operation_of
from xledger_api.language.schema import Root, Schema, named

Ask = Callable[[Operation], Mapping[str, Any] | None]
"""Sends an operation, and gives back its data; None when Xledger does not answer it."""

EMPLOYEES: Final = "employees"
WRITTEN: Final = ("addEmployees", "updateEmployees", "updateContacts", "updateSuppliers")
INPUTS: Final = "inputs"

_PARTS: Final = ("contacts", "subledgers")
"""Lists of what an employee has. Without one of them, its type is reached from the root for a single employee."""

_NARROWING: Final = ("filter", "objectStatus", "ownerSet")
"""The arguments that say which employees are meant."""

_PARTS_OF_PARTS: Final = ("companies", "countries", "addresses", "systemValues")

_NAME: Final = re.compile(r"[_A-Za-z][_0-9A-Za-z]*", re.ASCII)

_WRAPPING: Final = frozenset({"LIST", "NON_NULL"})
_COMPOSITE: Final = frozenset({"OBJECT", "INPUT_OBJECT", "INTERFACE", "UNION"})


class _Wanted(NamedTuple):
    """A type to learn.

    Attributes:
        name: Its name.
        levels: 1 for its own members, 2 for those of its members' types as well.
    """

    name: str
    levels: int


def learned(ask: Ask) -> Schema | None:
    """Learns the schema of an Xledger.

    Args:
        ask: Sends an operation; it is called twice at most.

    Returns:
        The schema; None when Xledger does not tell it, or tells something else.
    """
    answer = ask(_request_for_roots())
    if answer is None:
        return None
    try:
        told = [answer["__schema"][kind] or {} for kind in ("queryType", "mutationType")]
        queries, mutations = map(_roots, told)
        near = _schema(queries, mutations, _types_in(told))
        wanted = tuple(dict.fromkeys(_wanted(near)))
        types = ask(_request_for(wanted)) if wanted else {}
        return None if types is None else _schema(queries, mutations, [*_types_in(told), *types.values()])
    except (AttributeError, KeyError, TypeError, RecursionError):  # what is shaped otherwise is no schema
        return None


def _wanted(near: Schema) -> Iterator[_Wanted]:
    """The types to learn: what employees are looked up with and shown as, and what mutations take."""
    for name in (EMPLOYEES, *_PARTS, *_PARTS_OF_PARTS):
        if name in near.queries and (edge := near.at_the_end(named(near.queries[name].answer), ("edges",))):
            yield _Wanted(edge, 2)
    if not set(_PARTS) <= set(near.queries) and "employee" in near.queries:
        yield _Wanted(named(near.queries["employee"].answer), 2)
    if EMPLOYEES in near.queries:
        arguments = near.queries[EMPLOYEES].arguments
        yield from (_Wanted(named(arguments[name]), 1) for name in _NARROWING if name in arguments)
    for name in WRITTEN:
        if name in near.mutations and INPUTS in near.mutations[name].arguments:
            declared = near.mutations[name].arguments[INPUTS]
            if node := near.at_the_end(named(declared), ("node",)):
                yield _Wanted(node, 2)


# ------------------------------------------------------------------ the requests


@cache
def _document() -> DocumentNode:
    return parse((files("xledger_api.language") / "graphql" / "introspection.graphql").read_text(encoding="utf-8"))


@cache
def _request_for_roots() -> Operation:
    (definition,) = (node for node in _document().definitions if isinstance(node, OperationDefinitionNode))
    return operation_of(_with_fragments(definition))


@cache
def _request_for(wanted: tuple[_Wanted, ...]) -> Operation:
    names = {f"t{number}": each for number, each in enumerate(wanted)}
    variables = {alias: VariableNode(name=NameNode(value=alias)) for alias in names}
    fields = tuple(
        FieldNode(
            alias=NameNode(value=alias),
            name=NameNode(value="__type"),
            arguments=(argument("name", variables[alias]),),
            selection_set=SelectionSetNode(
                selections=(FragmentSpreadNode(name=NameNode(value=f"Has{each.levels}"), directives=()),)
            ),
        )
        for alias, each in names.items()
    )
    definition = OperationDefinitionNode(
        operation=OperationType.QUERY,
        variable_definitions=tuple(
            VariableDefinitionNode(variable=variable, type=parse_type("String!")) for variable in variables.values()
        ),
        selection_set=SelectionSetNode(selections=fields),
    )
    return operation_of(_with_fragments(definition), {alias: each.name for alias, each in names.items()})


def _with_fragments(definition: OperationDefinitionNode) -> DocumentNode:
    """An operation with the fragments that it uses, those within fragments included."""
    known = {node.name.value: node for node in _document().definitions if isinstance(node, FragmentDefinitionNode)}
    used: dict[str, FragmentDefinitionNode] = {}
    following = _spread_in(definition)
    while following:
        name = following.pop()
        if name not in used:
            used[name] = known[name]
            following |= _spread_in(known[name])
    return DocumentNode(definitions=(definition, *used.values()))


def _spread_in(definition: OperationDefinitionNode | FragmentDefinitionNode) -> set[str]:
    names: set[str] = set()

    class Spreads(Visitor):
        def enter_fragment_spread(self, node: FragmentSpreadNode, *_: object) -> None:
            names.add(node.name.value)

    visit(definition, Spreads())
    return names


# ------------------------------------------------------------------ the answers


def _roots(told: Mapping[str, Any]) -> Mapping[str, Root]:
    """The roots; without those, and their arguments, that are wrapped deeper than anybody of ours needs."""
    fields = {field["name"]: field for field in told.get("fields") or ()}
    answers = _types(fields.values())
    return {name: Root(_types(fields[name]["args"]), answer) for name, answer in answers.items()}


def _types_in(told: Collection[Mapping[str, Any]]) -> list[Any]:
    """The types of arguments and answers of roots, as they were told."""
    fields = [field for each in told for field in each.get("fields") or ()]
    return [field["type"] for field in fields] + [argument["type"] for field in fields for argument in field["args"]]


def _schema(queries: Mapping[str, Root], mutations: Mapping[str, Root], types: Collection[Any]) -> Schema:
    members: dict[str, Mapping[str, TypeNode]] = {}
    choices: dict[str, frozenset[str]] = {}
    composite: set[str] = set()
    following = list(types)
    while following:
        told = following.pop()
        if told is None:
            continue
        following.append(told.get("ofType"))
        if told["kind"] in _COMPOSITE:
            composite.add(told["name"])
        if fields := told.get("fields") or told.get("inputFields"):
            members[told["name"]] = _types(fields)
            following += [field["type"] for field in fields]
        if values := told.get("enumValues"):
            choices[told["name"]] = frozenset(_name(value) for value in values)
    return Schema(queries, mutations, members, choices, frozenset(composite), learned=True)


def _types(declared: Iterable[Mapping[str, Any]]) -> dict[str, TypeNode]:
    types = {each["name"]: _type(each["type"]) for each in declared}
    return {name: declared for name, declared in types.items() if declared is not None}


def _type(told: Mapping[str, Any]) -> TypeNode | None:
    """A type as documents write it; None when it is wrapped deeper than was asked for."""
    kind = told["kind"]
    if kind not in _WRAPPING:
        return NamedTypeNode(name=NameNode(value=_name(told)))
    inner = _type(told["ofType"]) if told.get("ofType") else None
    if inner is None:
        return None
    return ListTypeNode(type=inner) if kind == "LIST" else NonNullTypeNode(type=inner)  # type: ignore[arg-type]


def _name(told: Mapping[str, Any]) -> str:
    """The name of a type or a choice, which goes into documents and variables.

    Raises:
        TypeError: When it is none.
    """
    name = told["name"]
    if not (isinstance(name, str) and _NAME.fullmatch(name)):
        raise TypeError("a name that is none")
    return name
