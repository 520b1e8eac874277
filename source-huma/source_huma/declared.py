"""What a stream is declared to emit: the schemas in `schemas/`, and records that hold to them."""

import json
import logging
import threading
from collections.abc import Iterator, Mapping
from dataclasses import InitVar, dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

from airbyte_cdk.sources.declarative.schema.schema_loader import SchemaLoader
from airbyte_cdk.sources.declarative.transformations import RecordTransformation
from airbyte_cdk.sources.types import Config, StreamSlice, StreamState
from jsonschema import Draft7Validator

LOGGER: Final = logging.getLogger(f"airbyte.{__name__}")


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

    def __post_init__(self, parameters: Mapping[str, Any]) -> None:  # the CDK's component protocol
        self._reported: set[str] = set()
        self._lock = threading.Lock()

    def transform(
        self,
        record: dict[str, Any],
        config: Config | None = None,  # noqa: ARG002
        stream_state: StreamState | None = None,  # noqa: ARG002
        stream_slice: StreamSlice | None = None,  # noqa: ARG002
    ) -> None:
        """Drops the keys that are not declared, in place, at every depth of declared objects.

        A value of a type that is not declared is dropped as well, so that it is unknown, and warned of once.
        """
        for field in _keep_declared(record, declared_schema(self.stream)):
            with self._lock:
                reported_before = field in self._reported
                self._reported.add(field)
            if not reported_before:
                LOGGER.warning(
                    "Huma sent the field %s of the stream %s in a form this connector does not know. It is left out of "
                    "this record, and of others where it comes like this.",
                    field,
                    self.stream,
                )


def _keep_declared(value: dict[str, Any], schema: Mapping[str, Any], path: str = "") -> Iterator[str]:
    """Drops what is not declared; gives the paths of what was declared and came in another form."""
    declared = schema["properties"]
    for name in list(value):
        if name not in declared:
            del value[name]
        elif not _is_of(value[name], declared[name]["type"]):
            del value[name]
            yield f"{path}{name}"
        elif isinstance(value[name], dict):
            yield from _keep_declared(value[name], declared[name], f"{path}{name}.")


def _is_of(value: Any, types: str | list[str]) -> bool:
    return any(
        Draft7Validator.TYPE_CHECKER.is_type(value, name) for name in ([types] if isinstance(types, str) else types)
    )
