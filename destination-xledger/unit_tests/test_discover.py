"""`discover` tells hosts what can be written, whether the CDK knows the verb or not."""

import argparse
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from airbyte_cdk.destinations import Destination
from airbyte_cdk.models import AirbyteMessage
from airbyte_protocol_dataclasses.models import DestinationCatalog, DestinationSyncMode
from jsonschema import Draft7Validator
from serpyco_rs import Serializer

from connector_base.protocol import messages
from connector_base.protocol.sync_modes import SYNC_MODES
from destination_xledger.destination import DestinationXledger
from shared_mappings import employee_schema


@pytest.fixture
def command(tmp_path: Path, config: dict[str, Any]) -> list[str]:
    path = tmp_path / "config.json"
    path.write_text(json.dumps(config), encoding="utf-8")
    return ["discover", "--config", str(path)]


def printed(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    (line,) = capsys.readouterr().out.splitlines()
    message: dict[str, Any] = json.loads(line)
    return message


def test_one_object_is_declared_with_each_sync_mode_that_is_accepted(
    command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    DestinationXledger().run(command)
    assert printed(capsys) == {
        "type": "DESTINATION_CATALOG",
        "destination_catalog": {
            "operations": [
                {
                    "object_name": "employee",
                    "sync_mode": mode,
                    "json_schema": employee_schema(),
                    "matching_keys": [["code"], ["email"]],
                }
                for mode in ("append_dedup", "append", "update")
            ]
        },
    }


def test_what_is_declared_can_be_read_by_the_protocol(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    DestinationXledger().run(command)
    catalog = Serializer(DestinationCatalog).load(printed(capsys)["destination_catalog"])
    assert [DestinationSyncMode(operation.sync_mode) for operation in catalog.operations] == list(SYNC_MODES)
    for operation in catalog.operations:
        Draft7Validator.check_schema(operation.json_schema)
        assert {key for keys in operation.matching_keys for key in keys} <= set(operation.json_schema["properties"])


def test_nothing_is_asked_of_xledger(command: list[str], requests_mock: Any) -> None:
    DestinationXledger().run(command)
    assert not requests_mock.called


def test_a_config_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        DestinationXledger().run(["discover"])
    assert "--config" in capsys.readouterr().err


@pytest.mark.parametrize("verb", ["spec", "check", "write"])
def test_the_other_verbs_are_parsed_by_the_cdk(verb: str, monkeypatch: pytest.MonkeyPatch) -> None:
    parsed = argparse.Namespace(command=verb)
    monkeypatch.setattr(Destination, "parse_args", lambda *_: parsed)
    assert DestinationXledger().parse_args([verb]) is parsed


def test_once_the_cdk_knows_the_verb_its_own_parser_is_used(
    command: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seen: list[list[str]] = []

    def parse_args(_: Destination, args: list[str]) -> argparse.Namespace:
        seen.append(args)
        return argparse.Namespace(command="discover", config=args[-1], state=None)

    monkeypatch.setattr(Destination, "VALID_CMDS", {"spec", "check", "discover", "write"})
    monkeypatch.setattr(Destination, "parse_args", parse_args)
    DestinationXledger().run(command)
    assert seen == [command]
    assert printed(capsys)["type"] == "DESTINATION_CATALOG"


@dataclass
class FutureMessage(AirbyteMessage):
    """The message of a CDK that has a place for the catalog."""

    destination_catalog: DestinationCatalog | None = None


def test_once_the_cdk_serialises_the_catalog_the_message_stays_the_same(
    command: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    DestinationXledger().run(command)
    today = printed(capsys)
    monkeypatch.setattr(messages, "AirbyteMessageSerializer", Serializer(FutureMessage, omit_none=True))
    DestinationXledger().run(command)
    assert printed(capsys) == today
