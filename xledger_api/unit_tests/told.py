"""A schema that answers introspection, as an Xledger would."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from graphql import GraphQLEnumType, GraphQLSchema, build_schema, execute_sync, parse, validate

from xledger_api.language.introspection import learned
from xledger_api.language.operations import Operation
from xledger_api.language.schema import Schema

SDL = (files("xledger_api.language") / "graphql" / "schema.graphql").read_text(encoding="utf-8")
"""The schema as it is written down."""


class Telling:
    """Answers what is asked of a schema, and remembers it.

    Attributes:
        asked: The operations.
    """

    def __init__(self, sdl: str) -> None:
        self.schema: GraphQLSchema = build_schema(sdl, assume_valid_sdl=True)
        self.asked: list[Operation] = []

    def __call__(self, operation: Operation) -> Mapping[str, Any] | None:
        self.asked.append(operation)
        document = parse(operation.text)
        assert validate(self.schema, document) == []
        answer = execute_sync(self.schema, document, variable_values=dict(operation.variables))
        assert answer.errors is None
        return answer.data


@cache
def learned_from(sdl: str = SDL, *, lacking: tuple[str, ...] = ()) -> Schema:
    """What is learned of a schema that lacks some members of types, such as `Employee.trialTo`."""
    telling = Telling(sdl)
    for part in lacking:
        type_name, _, member = part.partition(".")
        declared: Any = telling.schema.type_map[type_name]
        del (declared.values if isinstance(declared, GraphQLEnumType) else declared.fields)[member]
    schema = learned(telling)
    assert schema is not None
    return schema
