"""The contract's schema in the words of a dialect."""

from __future__ import annotations

import functools
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graphql import (
    REMOVE,
    DocumentNode,
    EnumValueDefinitionNode,
    FieldDefinitionNode,
    InputObjectTypeDefinitionNode,
    InputValueDefinitionNode,
    NamedTypeNode,
    NameNode,
    Node,
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
    TypeDefinitionNode,
    TypeExtensionNode,
    Visitor,
    parse,
    parse_type,
    visit,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from integration_tests.sandbox.dialects import Dialect

CONTRACT = (files("xledger_api.language") / "graphql" / "schema.graphql").read_text(encoding="utf-8")
"""The schema of the contract: what is publicly known of Xledger's, with nothing of the connector's in it. There is one
copy. It lies with the connector, which needs it where an Xledger does not tell its own."""

_BEYOND = (Path(__file__).parent / "xledger_beyond_contract.graphql").read_text(encoding="utf-8")

_UNKNOWN = frozenset({"Address.state"})
"""Members that are there in the dialects that show them, and in no other."""

_TYPES = (TypeDefinitionNode, TypeExtensionNode)
_MEMBERS = (FieldDefinitionNode, InputValueDefinitionNode, EnumValueDefinitionNode)


def document_of(dialect: Dialect, lacks: frozenset[str]) -> DocumentNode:
    """Return the schema of a dialect.

    Args:
        dialect: How it differs from the contract.
        lacks: Members of types that are left out on top of that, in the contract's names.

    Raises:
        KeyError: The contract has no such member.
    """
    document = _without(_contract(), dialect.lacks | lacks | (_UNKNOWN - dialect.shows))
    document = _with_types(document, dict(dialect.member_types))
    return _renamed(document, own_names(dialect))


@functools.cache
def own_names(dialect: Dialect) -> Mapping[str, str]:
    """Return what a dialect calls the types of the contract."""
    others = dict(dialect.type_names)
    names = [node.name.value for node in _contract().definitions if isinstance(node, TypeDefinitionNode)]
    return {name: others.get(name, name) + dialect.type_suffix for name in names}


@functools.cache
def contract_names(dialect: Dialect) -> Mapping[str, str]:
    """Return what the contract calls the types of a dialect."""
    return {own: name for name, own in own_names(dialect).items()}


def check_members(paths: Collection[str]) -> None:
    """See to it that the contract has these members of types, or arguments: "Employee.code", "Query.employees.first".

    Raises:
        KeyError: It has not.
    """
    for path in paths:
        if path not in _members():
            raise KeyError(path)


@functools.cache
def members_of(type_name: str) -> Mapping[str, str]:
    """Return the members of a type or an input of the contract, each with the name of its own type.

    Raises:
        KeyError: The contract has no such type.
    """
    types: dict[str, Mapping[str, str]] = {
        node.name.value: {member.name.value: _named(member.type) for member in node.fields or ()}
        for node in parse(CONTRACT).definitions
        if isinstance(node, (ObjectTypeDefinitionNode, InputObjectTypeDefinitionNode))
    }
    return types[type_name]


def _named(kind: Any) -> str:
    """The name of a type, whether it may be null or is that of a list's entries."""
    return str(kind.name.value) if isinstance(kind, NamedTypeNode) else _named(kind.type)


@functools.cache
def _contract() -> DocumentNode:
    return parse(f"{CONTRACT}\n{_BEYOND}")


@functools.cache
def _members() -> frozenset[str]:
    found: set[str] = set()

    class Members(Visitor):
        def enter(self, node: Node, _key: object, _parent: object, _path: object, ancestors: Sequence[object]) -> None:
            if isinstance(node, _MEMBERS):
                found.add(_path_of(node, ancestors))

    visit(_contract(), Members())
    return frozenset(found)


def _path_of(member: Any, ancestors: Sequence[object]) -> str:
    owners = [owner for owner in ancestors if isinstance(owner, (*_TYPES, *_MEMBERS))]
    return ".".join(node.name.value for node in (*owners, member))


def _without(document: DocumentNode, paths: frozenset[str]) -> DocumentNode:
    """Leave members out."""
    check_members(paths)

    class Without(Visitor):
        def enter(self, node: Node, _key: object, _parent: object, _path: object, ancestors: Sequence[object]) -> Any:
            return REMOVE if isinstance(node, _MEMBERS) and _path_of(node, ancestors) in paths else None

        def leave_object_type_extension(self, node: ObjectTypeExtensionNode, *_: object) -> Any:
            # Text cannot say that a type is extended by nothing.
            return None if node.fields else REMOVE

    return visit(document, Without()) if paths else document


def _with_types(document: DocumentNode, types: Mapping[str, str]) -> DocumentNode:
    """Give members another type."""
    check_members(types)

    class WithTypes(Visitor):
        def enter(self, _node: Node, key: object, parent: object, _path: object, ancestors: Sequence[object]) -> Any:
            named = key == "type" and isinstance(parent, _MEMBERS) and types.get(_path_of(parent, ancestors))
            return parse_type(named) if named else None

    return visit(document, WithTypes()) if types else document


def _renamed(document: DocumentNode, names: Mapping[str, str]) -> DocumentNode:
    """Call types otherwise, wherever their names stand; those without another name keep theirs."""

    class Renamed(Visitor):
        def enter_name(self, node: NameNode, _key: object, parent: object, *_: object) -> NameNode | None:
            own = names.get(node.value) if isinstance(parent, (*_TYPES, NamedTypeNode)) else None
            return NameNode(value=own) if own else None

    renamed: DocumentNode = visit(document, Renamed())
    return renamed
