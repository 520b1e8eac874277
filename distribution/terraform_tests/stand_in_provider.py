"""A provider for Airbyte that has the schema of the real one and asks nobody for anything.

It is for `terraform validate`, and for a plan of what would be made. It is a program of its own, which Terraform runs
in an environment that has `tf`.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import yaml
from tf.gen import tfplugin_pb2 as wire
from tf.runner import run_provider
from tf.schema import Schema
from tf.types import Unknown

SCHEMA: Final = yaml.safe_load((Path(__file__).parent / "provider_schema.yaml").read_text(encoding="utf-8"))
NESTED: Final = {"single": wire.Schema.Object.SINGLE, "list": wire.Schema.Object.LIST}

Described = Mapping[str, Any]


class AsItCame:
    """The type of a value that is passed on as it came."""

    def encode(self, value: Any) -> Any:
        return value

    decode = encode

    def semantically_equal(self, one: Any, other: Any) -> bool:
        return bool(one == other)


class Attribute:
    """An attribute as `tf` takes one, and nested ones too, which `tf` does not know.

    Attributes:
        name: Its name.
        described: What the schema says of it.
    """

    type = AsItCame()
    requires_replace = False
    default = Unknown

    def __init__(self, name: str, described: Described) -> None:
        self.name = name
        self.described = described
        self.computed = described.get("computed", False)
        self.optional = described.get("optional", False)
        self.required = described.get("required", False)

    def to_pb(self) -> Any:
        """The attribute on the wire."""
        flags = {flag: True for flag in ("required", "optional", "computed", "sensitive") if self.described.get(flag)}
        for kind, nesting in NESTED.items():
            if kind in self.described:
                inner = [Attribute(name, below).to_pb() for name, below in self.described[kind].items()]
                return wire.Schema.Attribute(
                    name=self.name, nested_type=wire.Schema.Object(attributes=inner, nesting=nesting), **flags
                )
        return wire.Schema.Attribute(name=self.name, type=json.dumps(self.described["type"]).encode(), **flags)


def schema_of(described: Described) -> Any:
    """The schema that some attributes make up."""
    return Schema(attributes=[Attribute(name, attribute) for name, attribute in described.items()], version=0)


def not_offered(value: Any, described: Described, path: str) -> Iterator[str]:
    """What stands where only some words may, and is none of them: a sentence each. What is not known yet is no word."""
    offered = described.get("one_of")
    if offered and isinstance(value, str) and value not in offered:
        yield f"{path} must be one of {offered}, and is {value!r}."
    for inner in (described[kind] for kind in NESTED if kind in described):
        for item in value if isinstance(value, list) else [value]:
            for name, below in inner.items() if isinstance(item, Mapping) else ():
                yield from not_offered(item.get(name), below, f"{path}.{name}")


def resource(name: str, described: Described) -> type:
    """A kind of resource that can be validated and planned, and never made."""

    class Resource:
        def __init__(self, _: Any) -> None:
            pass

        @classmethod
        def get_name(cls) -> str:
            return name

        @classmethod
        def get_schema(cls) -> Any:
            return schema_of(described)

        def validate(self, diagnostics: Any, kind: str, config: Mapping[str, Any]) -> None:
            for attribute, said in described.items():
                for sentence in not_offered(config.get(attribute), said, f"{kind}.{attribute}"):
                    diagnostics.add_error("What is not offered", sentence)

    return Resource


class Provider:
    """What `tf` asks a provider for."""

    def get_model_prefix(self) -> str:
        return "airbyte_"

    def full_name(self) -> str:
        return "airbytehq/airbyte"

    def get_provider_schema(self, _: Any) -> Any:
        return schema_of(SCHEMA["provider"])

    def validate_config(self, *_: Any) -> None:
        """Nothing is wrong with a configuration that the schema takes."""

    def configure_provider(self, *_: Any) -> None:
        """Nobody is asked for anything."""

    def get_data_sources(self) -> list[type]:
        return []

    def get_resources(self) -> list[type]:
        return [resource(name, described) for name, described in SCHEMA["resources"].items()]

    def get_functions(self) -> list[type]:
        return []

    def new_resource(self, kind: type) -> Any:
        return kind(self)


if __name__ == "__main__":
    run_provider(Provider())
