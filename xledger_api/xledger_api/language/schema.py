"""What an Xledger's schema has, as far as this connector is concerned. No I/O.

It is learned from Xledger itself (see `introspection`). Where Xledger does not tell it, it is what is written down in
`graphql/schema.graphql`, from public facts.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

from graphql import (
    EnumTypeDefinitionNode,
    InputObjectTypeDefinitionNode,
    ListTypeNode,
    NamedTypeNode,
    NonNullTypeNode,
    ObjectTypeDefinitionNode,
    TypeNode,
    parse,
)

NODE: Final = ("edges", "node")
"""The way from an answer to what it holds, of queries and of mutations alike."""


@dataclass(frozen=True, slots=True)
class Root:
    """A field of the query or the mutation type.

    Attributes:
        arguments: The type of each argument, by its name.
        answer: The type of the answer.
    """

    arguments: Mapping[str, TypeNode]
    answer: TypeNode


@dataclass(frozen=True, slots=True)
class Schema:
    """Roots, and what the types have that these lead to.

    Attributes:
        queries: What can be read, by name.
        mutations: What can be written, by name.
        members: The fields or input fields of each type with their types, by the name of the type.
        choices: The values of each enum, by its name.
        composite: Names of the types that have members, the ones that were not learned included.
        learned: Whether Xledger told it. What it did not tell is taken to be as it was written down.
    """

    queries: Mapping[str, Root]
    mutations: Mapping[str, Root]
    members: Mapping[str, Mapping[str, TypeNode]]
    choices: Mapping[str, frozenset[str]]
    composite: frozenset[str]
    learned: bool = False

    def missing(self, type_name: str, path: Sequence[str]) -> str | None:
        """What keeps a path of members from leading to a value, as `Type.member`; None where it leads to one.

        A type that was not learned is taken to have what is asked of it.
        """
        for key in path:
            members = self.members.get(type_name)
            if members is None and type_name in self.composite:
                return None
            if members is None or key not in members:
                return f"{type_name}.{key}"
            type_name = named(members[key])
        return type_name if type_name in self.composite else None

    def at_the_end(self, type_name: str, path: Iterable[str]) -> str | None:
        """The type to which a path leads; None where a member on the way is missing, or was not learned."""
        for key in path:
            member = self.members.get(type_name, {}).get(key)
            if member is None:
                return None
            type_name = named(member)
        return type_name

    def answers(self, root: Root, path: Sequence[str]) -> bool:
        """Whether a root's answer leads to a value by a path."""
        return self.missing(named(root.answer), path) is None

    def takes(self, root: Root, argument: str, path: Sequence[str]) -> bool:
        """Whether a root takes a value at a path in one of its arguments."""
        return argument in root.arguments and self.missing(named(root.arguments[argument]), path) is None

    def choice(self, root: Root, argument: str, wanted: str) -> str | None:
        """An enum's value as this schema spells it; None where the argument or the value is missing."""
        if argument not in root.arguments:
            return None
        spelled = self.choices.get(named(root.arguments[argument]))
        if spelled is None:
            return wanted
        return next((value for value in sorted(spelled) if value.casefold() == wanted.casefold()), None)


def named(declared: TypeNode) -> str:
    """The name of a type, whatever is wrapped around it."""
    while isinstance(declared, (ListTypeNode, NonNullTypeNode)):
        declared = declared.type
    if not isinstance(declared, NamedTypeNode):
        raise TypeError("a type that is neither wrapped nor named")
    return declared.name.value


@cache
def written_down() -> Schema:
    """The schema as far as it is known from public facts: what is used where Xledger does not tell its own."""
    text = (files("xledger_api.language") / "graphql" / "schema.graphql").read_text(encoding="utf-8")
    members: dict[str, dict[str, TypeNode]] = {}
    roots: dict[str, dict[str, Root]] = {}
    choices: dict[str, frozenset[str]] = {}
    for definition in parse(text).definitions:
        if isinstance(definition, (ObjectTypeDefinitionNode, InputObjectTypeDefinitionNode)):
            fields: Iterable[Any] = definition.fields or ()
            members[definition.name.value] = {field.name.value: field.type for field in fields}
        if isinstance(definition, ObjectTypeDefinitionNode):
            roots[definition.name.value] = {
                field.name.value: Root(
                    {argument.name.value: argument.type for argument in field.arguments or ()}, field.type
                )
                for field in definition.fields or ()
            }
        if isinstance(definition, EnumTypeDefinitionNode):
            choices[definition.name.value] = frozenset(value.name.value for value in definition.values or ())
    return Schema(roots["Query"], roots["Mutation"], members, choices, frozenset(members))
