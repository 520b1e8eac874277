"""What is wrong with a config or a catalog file is told by its name and the place in it, and never quoted."""

import json
from pathlib import Path
from typing import Any

import pytest
from airbyte_cdk.models import DestinationSyncMode, FailureType
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from connector_base.protocol.command_files import read_json, read_object
from connector_base.protocol.sync_modes import read_catalog, refused_sync_mode
from connector_base.systems import System

BOOKS = System("the books", "a ledger", "unset values")

MARK = "Kari-Nordmann"

STREAM: dict[str, Any] = {
    "stream": {"name": "users", "json_schema": {}, "supported_sync_modes": ["full_refresh"]},
    "sync_mode": "full_refresh",
    "destination_sync_mode": "append_dedup",
}


def written(folder: Path, content: bytes | str | dict[str, Any]) -> str:
    path = folder / "file.json"
    text = json.dumps(content) if isinstance(content, dict) else content
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return str(path)


def test_an_object_is_read_with_or_without_a_byte_order_mark(tmp_path: Path) -> None:
    assert read_object("config", written(tmp_path, '{"æ": null}')) == {"æ": None}
    assert read_object("config", written(tmp_path, '\ufeff{"æ": 1}')) == {"æ": 1}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (f'{{"api_token": "{MARK}"', "is not JSON"),
        (MARK, "is not JSON"),
        ("", "is not JSON"),
        (f'{{"api_token": "{MARK}\xff"}}'.encode("latin-1"), "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        (f'["{MARK}"]', "does not hold a JSON object"),
        (f'"{MARK}"', "does not hold a JSON object"),
        ("null", "does not hold a JSON object"),
    ],
    ids=lambda value: str(value)[:20],
)
@pytest.mark.parametrize("what", ["config", "catalog"])
def test_a_file_without_an_object_in_it(what: str, content: bytes | str, sentence: str, tmp_path: Path) -> None:
    path = written(tmp_path, content)
    with pytest.raises(AirbyteTracedException, match=f"The {what} file {path} {sentence}") as raised:
        read_object(what, path)
    assert raised.value.failure_type is FailureType.config_error
    assert MARK not in str(raised.value)


@pytest.mark.parametrize(("name", "reason"), [("nothing.json", "No such file or directory"), ("", "Is a directory")])
def test_a_file_that_cannot_be_read(name: str, reason: str, tmp_path: Path) -> None:
    with pytest.raises(AirbyteTracedException, match=rf"cannot be read \({reason}\)") as raised:
        read_object("config", str(tmp_path / name))
    assert raised.value.failure_type is FailureType.config_error


def test_a_file_in_another_encoding_of_unicode_is_read_too(tmp_path: Path) -> None:
    assert read_object("config", written(tmp_path, '{"æ": 1}'.encode("utf-16"))) == {"æ": 1}


def test_a_list_is_read_where_one_may_stand(tmp_path: Path) -> None:
    assert read_json("state", written(tmp_path, "\ufeff[]")) == []


def test_a_catalog_is_read_with_what_a_host_adds(tmp_path: Path) -> None:
    catalog = read_catalog(written(tmp_path, {"streams": [{**STREAM, "sync_id": 3, "new": {}}], "new": 1}), BOOKS)
    assert [stream.destination_sync_mode for stream in catalog.streams] == [DestinationSyncMode.append_dedup]


@pytest.mark.parametrize("mode", ["overwrite_dedup", "truncate"])
def test_a_sync_mode_that_the_protocol_does_not_know_is_refused_like_overwrite(mode: str, tmp_path: Path) -> None:
    with pytest.raises(AirbyteTracedException) as raised:
        read_catalog(written(tmp_path, {"streams": [STREAM, {**STREAM, "destination_sync_mode": mode}]}), BOOKS)
    assert str(raised.value) == str(refused_sync_mode(mode, "users", BOOKS))
    assert raised.value.failure_type is FailureType.config_error


@pytest.mark.parametrize(
    ("content", "place"),
    [
        ({}, "streams"),
        ({"streams": MARK}, "streams"),
        ({"streams": [MARK]}, "streams/0"),
        ({"streams": [{}]}, "streams/0/stream"),
        ({"streams": [STREAM, {**STREAM, "sync_mode": MARK}]}, "streams/1/sync_mode"),
        ({"streams": [{**STREAM, "stream": {"name": MARK}}]}, "streams/0/stream/json_schema"),
        ({"streams": [{**STREAM, "destination_sync_mode": [MARK]}]}, "streams/0/destination_sync_mode"),
        ({"streams": [{**STREAM, "destination_sync_mode": f"{MARK} was here"}]}, "streams/0/destination_sync_mode"),
        ({"streams": [{**STREAM, "destination_sync_mode": None}]}, "streams/0/destination_sync_mode"),
        ({"streams": [{**STREAM, "stream": 5, "destination_sync_mode": "truncate"}]}, "streams/0/stream"),
    ],
)
def test_what_is_no_configured_catalog_is_refused_by_its_place(
    content: dict[str, Any], place: str, tmp_path: Path
) -> None:
    with pytest.raises(AirbyteTracedException, match="is not a configured catalog") as raised:
        read_catalog(written(tmp_path, content), BOOKS)
    assert place in str(raised.value)
    assert MARK not in str(raised.value)
    assert raised.value.failure_type is FailureType.config_error
