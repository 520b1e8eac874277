"""The schemas of the streams: complete, described, and held to."""

from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft7Validator

from source_huma import SourceHuma
from source_huma.declared import KeepDeclared

Schema = dict[str, Any]

CONFIG = {"client_id": "a", "client_secret": "b"}
SCHEMAS: dict[str, Schema] = {
    stream.name: stream.json_schema
    for stream in SourceHuma(CONFIG).discover(None, CONFIG).streams  # type: ignore[arg-type]
}
NEVER_UNSET = {"users.type", "users.active", "users.changedAt", "positions.userId"}
"""What Huma or the sync always knows, ids aside."""


def properties(schema: Schema, path: str = "") -> Iterator[tuple[str, Schema]]:
    """Every property at any depth, by its path."""
    for name, inner in schema.get("properties", {}).items():
        yield f"{path}{name}", inner
        yield from properties(inner, f"{path}{name}.")
        yield from properties(inner.get("items", {}), f"{path}{name}[].")


EVERY_PROPERTY = [
    pytest.param(path, inner, id=path)
    for stream, schema in SCHEMAS.items()
    for path, inner in properties(schema, f"{stream}.")
]


def test_there_are_the_four_streams() -> None:
    assert SCHEMAS.keys() == {"users", "positions", "groups", "job_titles"}


@pytest.mark.parametrize("stream", SCHEMAS)
def test_a_schema_is_valid_and_leaves_room_for_what_comes(stream: str) -> None:
    Draft7Validator.check_schema(SCHEMAS[stream])
    assert SCHEMAS[stream]["additionalProperties"] is True
    assert "id" in SCHEMAS[stream]["required"]


@pytest.mark.parametrize(("path", "schema"), EVERY_PROPERTY)
def test_a_property_is_described_and_nullable_where_it_can_be_unset(path: str, schema: Schema) -> None:
    assert schema["description"].endswith(".")
    if path not in NEVER_UNSET and not path.endswith(".id"):
        assert "null" in schema["type"]


@pytest.mark.parametrize(("path", "schema"), EVERY_PROPERTY)
def test_dates_have_a_format(path: str, schema: Schema) -> None:
    name = path.rpartition(".")[2]
    if name.endswith("Date") or "DayOf" in name:
        assert schema["format"] == "date"
    elif name.endswith("At"):
        assert schema["format"] == "date-time"
    else:
        assert "format" not in schema


def test_what_a_schema_does_not_declare_is_dropped_at_every_depth() -> None:
    position = {"id": "p1", "note": "x", "title": {"id": "t1", "level": 3}, "status": None}
    KeepDeclared(parameters={}, stream="positions").transform(position)
    assert position == {"id": "p1", "title": {"id": "t1"}, "status": None}
    group = {"id": "g1", "users": [{"id": "u1"}]}
    KeepDeclared(parameters={}, stream="groups").transform(group)
    assert group == {"id": "g1"}


def test_a_value_of_another_type_is_unknown_and_named_once(caplog: pytest.LogCaptureFixture) -> None:
    deep: Any = "recognisable"
    for _ in range(300):
        deep = [deep]
    keep = KeepDeclared(parameters={}, stream="positions")
    for _ in range(2):
        position = {"id": "p1", "title": {"id": "t1", "name": 7}, "description": deep, "percentage": 100, "status": []}
        keep.transform(position)
        assert position == {"id": "p1", "title": {"id": "t1"}, "percentage": 100}
    title = {"id": "p1", "title": "recognisable"}
    keep.transform(title)
    assert title == {"id": "p1"}
    named = [record.getMessage().partition(" of the stream")[0] for record in caplog.records]
    assert named == [f"Huma sent the field {name}" for name in ("title.name", "description", "status", "title")]
    assert "recognisable" not in caplog.text
