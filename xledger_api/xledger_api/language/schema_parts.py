"""Which parts of Xledger's schema this connector relies on, and which of them Xledger has. No I/O.

Much of the schema was written down without having been seen, and Xledger may change it. What is relied on follows from
the operations and from the field table, so there is no second list to keep.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, Final

from graphql import (
    ArgumentNode,
    EnumValueNode,
    FieldNode,
    GraphQLInputObjectType,
    NamedTypeNode,
    Node,
    ObjectFieldNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    get_named_type,
    graphql_sync,
    is_specified_scalar_type,
    parse,
    visit,
)

from shared_mappings import FieldTable
from xledger_api.language.operations import Operation, schema

Part = tuple[str, ...]
"""A type; a type and its field, input field or enum value; or a type, its field and an argument of that."""

_DECLARATION: Final = """
fragment Declaration on __Type {
  fields(includeDeprecated: true) { name args { name } }
  inputFields { name }
  enumValues(includeDeprecated: true) { name }
}"""


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


def declared(types: Iterable[str]) -> frozenset[Part]:
    """Every part of these types that the connector's own copy of the schema declares."""
    result = graphql_sync(schema(), introspection(types).text)
    return available(result.data or {})


def introspection(types: Iterable[str]) -> Operation:
    """The one request that asks what these types have. Deprecated fields still work, so they are asked for too."""
    aliases = " ".join(f'{name}: __type(name: "{name}") {{ ...Declaration }}' for name in sorted(types))
    text = f"query Schema {{ {aliases} }}{_DECLARATION}"
    return Operation("Schema", " ".join(text.split()), root_field="__type", writes=False, repeatable=True)


def available(answer: Mapping[str, Any]) -> frozenset[Part]:
    """The parts that the answer to an introspection tells of; types that are not there are null in it."""
    parts: set[Part] = set()
    for name, declaration in answer.items():
        if not isinstance(declaration, Mapping):
            continue
        parts.add((name,))
        for kind in ("fields", "inputFields", "enumValues"):
            for member in declaration.get(kind) or ():
                parts.add((name, member["name"]))
                parts |= {(name, member["name"], argument["name"]) for argument in member.get("args") or ()}
    return frozenset(parts)


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
