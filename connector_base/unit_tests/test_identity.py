"""What a connector tells of the account behind it and of its settings."""

import json
import logging
from typing import Any

import pytest

from connector_base.incremental.identity import IDENTITY, tell_identity


def told(caplog: pytest.LogCaptureFixture, account: Any, settings: Any = None) -> dict[str, Any]:
    caplog.clear()
    with caplog.at_level(logging.INFO, "airbyte"):
        tell_identity(account, settings)
    (line,) = caplog.messages
    content: dict[str, Any] = json.loads(line.removeprefix(IDENTITY))
    return content


def test_the_same_account_is_told_alike_and_another_one_otherwise(caplog: pytest.LogCaptureFixture) -> None:
    assert told(caplog, {"a": 1, "b": 2}) == told(caplog, {"b": 2, "a": 1})
    assert told(caplog, "one")["account"] != told(caplog, "another")["account"]


def test_what_is_not_known_is_told_as_null(caplog: pytest.LogCaptureFixture) -> None:
    assert told(caplog, None) == {"account": None, "settings": None}


def test_no_value_of_a_setting_is_told(caplog: pytest.LogCaptureFixture) -> None:
    assert "Kvinne" not in json.dumps(told(caplog, "Kvinne", {"gender_codes": {"Kvinne": "K"}}))
