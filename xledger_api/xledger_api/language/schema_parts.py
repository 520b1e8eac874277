"""Which parts of Xledger's schema this connector relies on, and which of them Xledger has. No I/O.

Much of the schema was written down without having been seen, and Xledger may change it. What is relied on follows from
the operations and from the field table, so there is no second list to keep.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, Final, cast

from graphql import (
    ArgumentNode,
    EnumValueNode,
    FieldNode,
    GraphQLInputObjectType,
    GraphQLSchema,
    IntrospectionQuery,
    NamedTypeNode,
    Node,
    ObjectFieldNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    build_client_schema,
    get_introspection_query,
    get_named_type,
    is_specified_scalar_type,
    parse,
    visit,
)
from graphql.utilities import strip_ignored_characters

from shared_mappings import FieldTable
from xledger_api.language.operations import Operation, schema

Part = tuple[str, ...]
"""A type; a type and its field, input field or enum value; or a type, its field and an argument of that."""

INTROSPECTION: Final = Operation(
    "Schema",
    strip_ignored_characters(get_introspection_query(descriptions=False)),
    root_field="__schema",
    writes=False,
    repeatable=True,
)
"""The request that asks for the whole schema."""


@cache
def parts_of(operation: Operation) -> frozenset[Part]:
    """The parts that an operation's text relies on."""
    types = TypeInfo(schema())
    found = _Found(types)
    visit(parse(operation.text), TypeInfoVisitor(types, found))
    return frozenset(found.parts)


def parts_written(table: FieldTable) -> frozenset[Part]:
    """The parts of the inputs that planned changes are written to, which travel in variables."""
    paths: dict[str, set[str]] = defaultdict(set)
    for rule in table.rules:
        if rule.creation:
            paths["addEmployees"].add(rule.creation)
    for target in table.targets.values():
        if target.mutation and target.input:
            paths[target.mutation] |= {"dbId", target.input}
    mutations = schema().mutation_type
    if mutations is None:
        raise TypeError("the schema has no mutations")
    parts: set[Part] = set()
    for mutation, inputs in paths.items():
        wrapper = get_named_type(mutations.fields[mutation].args["inputs"].type)
        for path in ("clientId", *(f"node.{key}" for key in inputs)):
            parts |= _on_the_way(wrapper, path.split("."))
    return frozenset(parts)


def types_of(parts: Iterable[Part]) -> frozenset[str]:
    """The names of the types that parts belong to."""
    return frozenset(part[0] for part in parts)


def declared(by: GraphQLSchema) -> frozenset[Part]:
    """Every part that a schema declares."""
    parts: set[Part] = set()
    for name, declaration in by.type_map.items():
        members = getattr(declaration, "fields", None) or getattr(declaration, "values", {})
        parts |= {(name,), *((name, member) for member in members)}
        for member, content in members.items():
            parts |= {(name, member, argument) for argument in getattr(content, "args", ())}
    return frozenset(parts)


def told(answer: Mapping[str, Any]) -> GraphQLSchema | None:
    """The schema that an answer to the introspection tells of; None when it tells of none that hangs together."""
    try:
        return build_client_schema(cast("IntrospectionQuery", answer))
    except Exception:  # noqa: BLE001  whatever is wrong with it, and the library has many words for that
        return None


def missing(wanted: Iterable[Part], there: frozenset[Part]) -> list[str]:
    """What is wanted and not there, in words and in order; of a type or field that is missing, not its parts too."""
    return [
        spelled(part) for part in sorted(set(wanted)) if part not in there and (len(part) == 1 or part[:-1] in there)
    ]


def spelled(part: Part) -> str:
    """A part as developers write it: `Employee`, `Employee.trialTo`, `Query.employees(filter)`."""
    type_name, *members = part
    match members:
        case [member, argument]:
            return f"{type_name}.{member}({argument})"
        case [member]:
            return f"{type_name}.{member}"
        case _:
            return type_name


class _Found(Visitor):
    """Collects the parts that a document relies on."""

    def __init__(self, types: TypeInfo) -> None:
        super().__init__()
        self.types = types
        self.parts: set[Part] = set()

    def enter_field(self, node: FieldNode, *_: object) -> None:
        self._add(self.types.get_parent_type(), node.name.value)

    def enter_argument(self, node: ArgumentNode, _key: object, _parent: object, _path: object, way: list[Node]) -> None:
        if isinstance(way[-1], FieldNode):
            self._add(self.types.get_parent_type(), way[-1].name.value, node.name.value)

    def enter_object_field(self, node: ObjectFieldNode, *_: object) -> None:
        self._add(self.types.get_parent_input_type(), node.name.value)

    def enter_enum_value(self, node: EnumValueNode, *_: object) -> None:
        self._add(self.types.get_input_type(), node.value)

    def enter_named_type(self, node: NamedTypeNode, *_: object) -> None:
        self._add(schema().type_map[node.name.value])

    def _add(self, parent: Any, *members: str) -> None:
        named = get_named_type(parent)
        if not is_specified_scalar_type(named):
            self.parts |= {(named.name, *members[:end]) for end in range(len(members) + 1)}


def _on_the_way(named: Any, path: Iterable[str]) -> set[Part]:
    """The parts that a path into an input object passes."""
    parts: set[Part] = set()
    for key in path:
        if not isinstance(named, GraphQLInputObjectType):
            raise TypeError(f"{named} has no {key}")
        parts |= {(named.name,), (named.name, key)}
        named = get_named_type(named.fields[key].type)
    return parts
