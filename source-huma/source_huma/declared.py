"""What a stream is declared to emit: the schemas in `schemas/`, and records that hold to them."""

import json
from collections.abc import Mapping
from dataclasses import InitVar, dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from airbyte_cdk.sources.declarative.schema.schema_loader import SchemaLoader
from airbyte_cdk.sources.declarative.transformations import RecordTransformation
from airbyte_cdk.sources.types import Config, StreamSlice, StreamState


@cache
def declared_schema(stream: str) -> Mapping[str, Any]:
    """The JSON Schema of a stream's records. Not to be changed.

    Args:
        stream: The stream's name, which is that of a file in `schemas/`.
    """
    schema: dict[str, Any] = json.loads((files("source_huma") / "schemas" / f"{stream}.json").read_text("utf-8"))
    return schema


@dataclass
class DeclaredSchemaLoader(SchemaLoader):
    """The schema that is declared for a stream.

    Attributes:
        stream: The stream's name.
    """

    parameters: InitVar[Mapping[str, Any]]
    stream: str = ""

    def __post_init__(self, parameters: Mapping[str, Any]) -> None:
        """Part of the CDK's component protocol; this component has no use for parameters."""

    def get_json_schema(self) -> Mapping[str, Any]:
        """The JSON Schema of a record."""
        return declared_schema(self.stream)


@dataclass
class KeepDeclared(RecordTransformation):
    """Drops what the schema of a stream does not declare: a group, for one, comes with the people in it.

    Attributes:
        stream: The stream's name.
    """

    parameters: InitVar[Mapping[str, Any]]
    stream: str = ""

    def __post_init__(self, parameters: Mapping[str, Any]) -> None:
        """Part of the CDK's component protocol; this component has no use for parameters."""

    def transform(
        self,
        record: dict[str, Any],
        config: Config | None = None,  # noqa: ARG002
        stream_state: StreamState | None = None,  # noqa: ARG002
        stream_slice: StreamSlice | None = None,  # noqa: ARG002
    ) -> None:
        """Drops the keys that are not declared, in place, at every depth of declared objects."""
        _keep_declared(record, declared_schema(self.stream))


def _keep_declared(value: Any, schema: Mapping[str, Any]) -> None:
    declared = schema.get("properties")
    if declared is None or not isinstance(value, dict):
        return
    for name in list(value):
        if name in declared:
            _keep_declared(value[name], declared[name])
        else:
            del value[name]
