"""The command: messages on standard output, each at once; errors without values and with exit code 1."""

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from airbyte_cdk.models import Status
from requests_mock import Mocker

from destination_xledger.destination import DestinationXledger

from .conftest import TOKEN, URL

SECRET_VALUE = "Kari-Nordmann-15108695088"


@pytest.fixture
def files(tmp_path: Path, config: dict[str, Any]) -> list[str]:
    catalog = {
        "streams": [
            {
                "stream": {"name": "users", "json_schema": {}, "supported_sync_modes": ["full_refresh"]},
                "sync_mode": "full_refresh",
                "destination_sync_mode": "append_dedup",
            }
        ]
    }
    (tmp_path / "config.json").write_text(json.dumps(config))
    (tmp_path / "catalog.json").write_text(json.dumps(catalog))
    return ["--config", str(tmp_path / "config.json"), "--catalog", str(tmp_path / "catalog.json")]


@pytest.fixture
def stdin(monkeypatch: pytest.MonkeyPatch) -> Any:
    def given(*lines: str) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO("".join(lines).encode()), encoding="ascii"))

    return given


def printed(capfd: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capfd.readouterr().out.splitlines() if line.startswith("{")]


def errors(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [message["trace"]["error"] for message in messages if message["type"] == "TRACE"]


def record(**data: Any) -> str:
    return json.dumps({"type": "RECORD", "record": {"stream": "users", "data": data, "emitted_at": 0}}) + "\n"


def test_spec_tells_the_settings_and_the_sync_modes(capfd: pytest.CaptureFixture[str]) -> None:
    DestinationXledger().run(["spec"])
    (message,) = printed(capfd)
    assert message["spec"]["supported_destination_sync_modes"] == ["append_dedup", "append"]
    assert message["spec"]["supportsIncremental"] is True
    assert next(iter(message["spec"]["connectionSpecification"]["properties"])) == "mode"


def test_check_tells_its_status_and_its_warnings(
    files: list[str], capfd: pytest.CaptureFixture[str], requests_mock: Mocker, caplog: pytest.LogCaptureFixture
) -> None:
    requests_mock.post(URL, json={"data": {}})
    DestinationXledger().run(["check", *files[:2]])
    assert [record.levelname for record in caplog.records if record.levelname != "INFO"] == ["WARNING"]
    assert "does not tell its schema" in caplog.text
    assert "have everybody sent again: in Airbyte" in caplog.text
    status = printed(capfd)[-1]
    assert status["connectionStatus"] == {"status": Status.SUCCEEDED.value}


def test_check_fails_with_a_sentence(
    files: list[str], capfd: pytest.CaptureFixture[str], requests_mock: Mocker
) -> None:
    requests_mock.post(URL, status_code=401)
    DestinationXledger().run(["check", *files[:2]])
    (status,) = printed(capfd)
    assert status["connectionStatus"]["status"] == Status.FAILED.value
    assert "does not accept the API token" in status["connectionStatus"]["message"]


def test_check_does_not_touch_xledger_when_a_setting_cannot_work(
    tmp_path: Path, config: dict[str, Any], capfd: pytest.CaptureFixture[str], requests_mock: Mocker
) -> None:
    path = tmp_path / "config.json"
    path.write_text(json.dumps({**config, "api_url": "http://xledger.test/graphql", "authority_confirmed": False}))
    DestinationXledger().run(["check", "--config", str(path)])
    assert "api_url" in printed(capfd)[-1]["connectionStatus"]["message"]
    assert not requests_mock.called


def test_a_line_that_is_no_message_ends_the_sync_without_showing_it(
    files: list[str], stdin: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    stdin(f"{SECRET_VALUE}\n")
    with pytest.raises(SystemExit) as ended:
        DestinationXledger().run(["write", *files])
    assert ended.value.code == 1
    output = capfd.readouterr().out
    assert "Line 1 of the input" in output
    assert SECRET_VALUE not in output


def test_a_record_of_an_unknown_stream_ends_the_sync(
    files: list[str], stdin: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    stdin('{"type":"RECORD","record":{"stream":"other","data":{},"emitted_at":0}}\n')
    with pytest.raises(SystemExit):
        DestinationXledger().run(["write", *files])
    assert "Line 1 of the input is a record of a stream that is not in" in errors(printed(capfd))[0]["message"]


def test_something_unforeseen_is_told_by_type_and_place_without_its_text(
    files: list[str],
    stdin: Any,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        try:
            raise ValueError(SECRET_VALUE)
        except ValueError as error:
            raise KeyError(SECRET_VALUE) from error

    monkeypatch.setattr("xledger_api.employees.gateway.Gateway.look_up", fail)
    stdin(record(id="1", employmentId="1"))
    with pytest.raises(SystemExit) as ended:
        DestinationXledger().run(["write", *files])
    assert ended.value.code == 1
    output = capfd.readouterr()
    assert SECRET_VALUE not in output.out + output.err
    (error,) = errors([json.loads(line) for line in output.out.splitlines() if line.startswith("{")])
    assert error["failure_type"] == "system_error"
    assert "KeyError" in error["message"]
    assert "test_command.py" in error["internal_message"]


def test_the_summary_is_told_even_when_a_sync_fails(
    files: list[str], stdin: Any, capfd: pytest.CaptureFixture[str], requests_mock: Mocker, caplog: Any
) -> None:
    requests_mock.post(URL, status_code=401)
    stdin(record(id="1", employmentId="1"))
    with caplog.at_level("INFO"), pytest.raises(SystemExit):
        DestinationXledger().run(["write", *files])
    assert caplog.records[-1].getMessage().startswith("SYNC SUMMARY {")
    assert TOKEN not in capfd.readouterr().out


def test_state_is_printed_as_it_came_with_what_the_host_added(
    files: list[str], stdin: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    stream_state = {"cursor": "2026-01-15", "nested": {"fingerprints": {"a": "b", "c": None}}}
    state = {
        "type": "STREAM",
        "stream": {"stream_descriptor": {"name": "users"}, "stream_state": stream_state},
        "sourceStats": {"recordCount": 0.0},
        "id": 42,
    }
    stdin(json.dumps({"type": "STATE", "state": state}) + "\n")
    DestinationXledger().run(["write", *files])
    (message,) = (message for message in printed(capfd) if message["type"] == "STATE")
    assert message["state"]["stream"]["stream_state"] == stream_state
    assert message["state"]["sourceStats"] == {"recordCount": 0.0}
    assert message["state"]["destinationStats"] == {"recordCount": 0.0}
    assert message["state"]["id"] == 42
