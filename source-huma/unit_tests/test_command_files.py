"""A file that cannot be read is the administrator's to mend: a sentence names it, and nothing in it."""

import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Printed = Callable[..., list[str]]

MARK = "recognisable"

CATALOG: dict[str, Any] = {
    "streams": [
        {
            "stream": {"name": "users", "json_schema": {}, "supported_sync_modes": ["full_refresh"]},
            "sync_mode": "full_refresh",
            "destination_sync_mode": "append",
        }
    ]
}

BROKEN = {
    "is not there": (None, "cannot be read (No such file or directory)"),
    "is cut": (f'{{"client_secret": "{MARK}'.encode(), "is not JSON"),
    "is empty": (b"", "is not JSON"),
    "is text": (MARK.encode(), "is not JSON"),
    "is in another encoding": (f'{{"client_secret": "{MARK}\xe6"}}'.encode("latin-1"), "is not JSON"),
    "is nested endlessly": (b"[" * 100_000, "is not JSON"),
}


def error_of(lines: list[str]) -> dict[str, Any]:
    """The one error that is told of, and no value in any line."""
    assert MARK not in "".join(lines)
    (error,) = [message["trace"]["error"] for message in map(json.loads, lines) if message["type"] == "TRACE"]
    told: dict[str, Any] = error
    return told


@pytest.mark.parametrize("broken", BROKEN)
@pytest.mark.parametrize("what", ["config", "catalog", "state"])
def test_a_file_that_cannot_be_read_is_named_in_a_sentence(
    what: str, broken: str, printed: Printed, tmp_path: Path
) -> None:
    content, sentence = BROKEN[broken]
    path = tmp_path / "broken.json"
    if content is not None:
        path.write_bytes(content)
    error = error_of(printed("read", **{what: path}))
    assert error["failure_type"] == "config_error"
    assert error["message"].startswith(f"The {what} file {path} {sentence}")


@pytest.mark.parametrize("what", ["config", "catalog"])
@pytest.mark.parametrize("content", ["[]", "null", f'"{MARK}"', "1"])
def test_a_file_without_an_object_is_named_in_a_sentence(
    what: str, content: str, printed: Printed, tmp_path: Path
) -> None:
    path = tmp_path / "broken.json"
    path.write_text(content)
    error = error_of(printed("read", **{what: path}))
    assert error["failure_type"] == "config_error"
    assert error["message"].startswith(f"The {what} file {path} does not hold a JSON object")


def test_a_catalog_that_is_none_is_told_by_the_place(printed: Printed, tmp_path: Path) -> None:
    path = tmp_path / "catalog.json"
    path.write_text(json.dumps({"streams": [{**CATALOG["streams"][0], "sync_mode": MARK}]}))
    error = error_of(printed("read", catalog=path))
    assert error["failure_type"] == "config_error"
    assert f"The catalog file {path} is not a configured catalog: streams/0/sync_mode does not fit" in error["message"]


@pytest.mark.parametrize("what", ["config", "catalog", "state"])
def test_a_file_may_begin_with_a_byte_order_mark(
    what: str, huma: Any, printed: Printed, config: dict[str, Any], tmp_path: Path
) -> None:
    huma.add("u1")
    contents = {"config": config, "catalog": CATALOG, "state": []}
    path = tmp_path / "marked.json"
    path.write_text(json.dumps(contents[what]), encoding="utf-8-sig")
    lines = printed("read", **{what: path})
    assert sum('"type":"RECORD"' in line for line in lines) == 1
    assert not [line for line in lines if '"TRACE"' in line and '"ERROR"' in line]


def test_how_a_stream_is_written_is_none_of_a_sources_business(huma: Any, printed: Printed, tmp_path: Path) -> None:
    huma.add("u1")
    path = tmp_path / "catalog.json"
    path.write_text(json.dumps({"streams": [{**CATALOG["streams"][0], "destination_sync_mode": "upsert"}], "new": 1}))
    lines = printed("read", catalog=path)
    assert sum('"type":"RECORD"' in line for line in lines) == 1


def test_without_a_folder_for_temporary_files_a_sentence_says_what_to_do(
    printed: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nowhere() -> str:
        raise FileNotFoundError(2, "No usable temporary directory found in ['/tmp']")

    with monkeypatch.context() as patch:  # pytest wants a folder itself
        patch.setattr(tempfile, "gettempdir", nowhere)
        lines = printed("read")
    error = error_of(lines)
    assert error["failure_type"] == "config_error"
    assert "TMPDIR" in error["message"]


def test_half_a_character_leaves_as_one_that_any_host_can_read(huma: Any, printed: Printed) -> None:
    huma.add("u1", givenName={"value": "Ida \ud83d \\ud83d", "editable": True})
    (line,) = [line for line in printed("read") if '"type":"RECORD"' in line]
    assert json.loads(line)["record"]["data"]["givenName"] == "Ida \ufffd \\ud83d"
    json.loads(line)["record"]["data"]["givenName"].encode()


def test_null_for_an_optional_setting_is_its_default(huma: Any, printed: Printed, config: dict[str, Any]) -> None:
    huma.add("u1")
    huma.add("u2", active=False)
    optional = ("company_ids", "location_ids", "team_ids", "include_deactivated", "num_workers")
    lines = printed("read", **dict.fromkeys(optional))
    assert sum('"type":"RECORD"' in line for line in lines) == 2
    assert not [line for line in lines if '"TRACE"' in line and '"ERROR"' in line]
    del config["client_secret"]
    assert "client_secret) is missing" in printed("check", client_secret=None)[-1]
