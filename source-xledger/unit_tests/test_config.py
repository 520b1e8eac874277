"""The configuration: the form an administrator sees, and what is refused."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from airbyte_cdk.models import FailureType
from jsonschema import Draft7Validator

from connector_base.failures import ConnectorError
from source_xledger.config import Config, connection_specification, parse_config

GOLDEN = Path(__file__).parent / "spec.json"

CANNOT_WORK = "The configuration cannot work. "

Printed = Callable[..., list[str]]


def problem(config: Any) -> str:
    with pytest.raises(ConnectorError) as refused:
        parse_config(config)
    assert refused.value.failure_type is FailureType.config_error
    return str(refused.value.message)


def test_the_spec_is_the_one_administrators_know(printed: Printed) -> None:
    [message] = [found for found in map(json.loads, printed("spec")) if found["type"] == "SPEC"]
    known = json.loads(GOLDEN.read_text(encoding="utf-8"))
    assert message["spec"] == known, "If the change is meant, `make golden` writes it down."


def test_a_token_is_all_that_is_needed(config: dict[str, Any]) -> None:
    settings = parse_config({"api_token": config["api_token"]})
    assert settings.api_url == "https://www.xledger.net/graphql"
    assert (settings.include_closed, settings.page_size) == (True, 1_000)
    assert settings.resync_interval == timedelta(days=7)
    assert parse_config({**config, "full_resync_interval_days": 0}).resync_interval is None


def test_a_form_is_drawn_from_the_specification_token_first() -> None:
    form = connection_specification()
    Draft7Validator.check_schema(form)
    assert [name for name, _ in sorted(form["properties"].items(), key=lambda each: each[1]["order"])] == [
        *("api_token", "include_closed", "full_resync_interval_days", "page_size", "api_url"),
    ]
    assert form["required"] == ["api_token"]
    assert form["properties"]["api_token"]["airbyte_secret"] is True
    assert "additionalProperties" not in form
    assert "$ref" not in json.dumps(form)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"api_token": None}, "API token (api_token) is missing: enter it."),
        ({"api_token": ""}, "API token (api_token) is empty: enter it."),
        ({"api_token": "QUJD"}, "API token (api_token) is shorter than 8 characters"),
        ({"api_token": "QUJDQUJDQUJD\n"}, "API token (api_token): it is no token of Xledger's"),
        ({"api_token": "QUJDQUJD QUJD"}, "API token (api_token): it is no token of Xledger's"),
        ({"include_closed": "yes"}, "Include closed employees (include_closed) must be on or off (true or false)."),
        ({"page_size": 0}, "Employees a request (page_size) must be 1 to 10000."),
        ({"page_size": 10_001}, "Employees a request (page_size) must be 1 to 10000."),
        ({"page_size": "many"}, "Employees a request (page_size) must be a whole number."),
        ({"full_resync_interval_days": -1}, "Days between full syncs (full_resync_interval_days) must be 0 to 365."),
        ({"api_url": "http://xledger.example/graphql"}, "API address (api_url): the address must begin with https://"),
        ({"page_sise": 5}, "There is no setting page_sise: Employees a request (page_size) was probably meant."),
    ],
)
def test_a_setting_that_cannot_work_is_named_in_a_sentence(
    config: dict[str, Any], change: dict[str, Any], sentence: str
) -> None:
    told = problem({**config, **change})
    assert told.startswith(CANNOT_WORK + sentence)


def test_every_setting_that_cannot_work_is_named_at_once_and_no_value(config: dict[str, Any]) -> None:
    told = problem({**config, "api_token": "recognisable secret", "page_size": 123_456, "include_closed": "maybe"})
    assert all(title in told for title in ("API token", "Employees a request", "Include closed employees"))
    assert not any(value in told for value in ("recognisable", "123456", "maybe"))


def test_the_config_of_another_connector_is_told_by_the_settings_that_there_are(config: dict[str, Any]) -> None:
    told = problem({"client_id": "one", "client_secret": "two"})
    assert "API token (api_token)" in told
    assert config["api_token"] not in told


def test_null_stands_for_the_default_and_keys_of_the_host_are_passed_over(config: dict[str, Any]) -> None:
    settings = parse_config({**config, "page_size": None, "include_closed": None, "__injected": {"by": "a host"}})
    assert (settings.page_size, settings.include_closed) == (1_000, True)


def test_the_token_is_not_shown(config: dict[str, Any]) -> None:
    assert config["api_token"] not in repr(Config.model_validate(config))


@pytest.mark.parametrize("verb", ["check", "discover", "read"])
def test_a_configuration_that_cannot_work_ends_every_verb_with_its_sentences(verb: str, printed: Printed) -> None:
    lines = printed(verb, page_size=0)
    assert "(page_size) must be 1 to 10000." in lines[-1]
    if verb == "check":
        assert json.loads(lines[-1])["connectionStatus"]["status"] == "FAILED"
    else:
        assert json.loads(lines[-1])["trace"]["error"]["failure_type"] == "config_error"
