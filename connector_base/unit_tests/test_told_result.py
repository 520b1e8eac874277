"""However a sync ends, those who want to know are told, unless its host ended it; and it ends as it would have."""

import json
import logging
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

import pytest
from pydantic import Secret

from connector_base.failures import ConnectorError, config_error
from connector_base.process import EndedByHostError
from connector_base.reporting.summary import Summary
from connector_base.storage.storage_config import LocalStorage, NoStorage, StorageConfig
from connector_base.telling import telling
from connector_base.telling.message import Message
from connector_base.telling.sending import Became
from connector_base.telling.setting import NotifyLanguage
from connector_base.traffic import Traffic
from connector_base.writing.told_result import Result, telling_the_result
from shared_mappings import RejectionCode, Side

SOMEBODY = Secret("mailto://example.com")
NOWHERE = NoStorage(storage_type="None")
NOON = datetime(2026, 11, 29, 12, tzinfo=timezone.utc)


@dataclass(frozen=True)
class Told:
    """Who is told."""

    notify: Secret[str] = SOMEBODY
    notify_language: NotifyLanguage = NotifyLanguage.ENGLISH
    object_storage_config: StorageConfig = NOWHERE


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Message]:
    messages: list[Message] = []

    def send(message: Message, addresses: list[str]) -> list[Became]:
        messages.append(message)
        return [Became.TOLD for _ in addresses]

    monkeypatch.setattr(telling, "send", send)
    return messages


@pytest.fixture
def result() -> Result:
    summary = Summary("sync")
    return Result(Side.XLEDGER, summary, lambda: summary.as_json(Traffic()))


def test_what_a_sync_came_to_is_told_as_it_stands_at_its_end(result: Result, sent: list[Message]) -> None:
    with telling_the_result(result, Told(), lambda: NOON):
        result.place = "/reports/1"
        result.summary.rejects(RejectionCode.MISSING_KEY, "users a")
    (message,) = sent
    assert "users a" in message.body
    assert "/reports/1" in message.body


def test_an_error_is_told_in_its_own_words_and_goes_on_its_way(result: Result, sent: list[Message]) -> None:
    error = config_error("The token is unknown.")
    with pytest.raises(ConnectorError) as raised, telling_the_result(result, Told(), lambda: NOON):
        raise error
    assert raised.value is error
    assert "The token is unknown." in sent[0].body


def test_of_an_error_that_nobody_foresaw_only_the_type_is_told(result: Result, sent: list[Message]) -> None:
    with pytest.raises(KeyError), telling_the_result(result, Told(), lambda: NOON):
        raise KeyError("Zq-value")
    assert "failed unexpectedly (KeyError)" in sent[0].body
    assert "Zq" not in sent[0].body


@pytest.mark.parametrize("ended", [EndedByHostError, GeneratorExit, KeyboardInterrupt])
def test_nobody_is_told_of_what_the_host_ended(ended: type[BaseException], result: Result, sent: list[Message]) -> None:
    result.summary.rejects(RejectionCode.MISSING_KEY, "users a")
    with pytest.raises(ended), telling_the_result(result, Told(), lambda: NOON):
        raise ended
    assert sent == []


def test_where_nobody_wants_to_know_the_storage_is_not_even_opened(result: Result, sent: list[Message]) -> None:
    result.summary.rejects(RejectionCode.MISSING_KEY, "users a")
    with telling_the_result(result, Told(Secret("")), lambda: NOON):
        pass
    assert sent == []


def test_a_storage_that_cannot_be_written_is_a_warning_and_no_failure(
    result: Result, sent: list[Message], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("")
    storage = LocalStorage(storage_type="Local", path=str(tmp_path / "file"))
    result.summary.rejects(RejectionCode.MISSING_KEY, "users a")
    with (
        caplog.at_level(logging.WARNING),
        telling_the_result(result, Told(object_storage_config=storage), lambda: NOON),
    ):
        pass
    assert len(sent) == 1
    assert "What was told is not remembered" in caplog.text


def test_what_was_told_outlasts_the_process(result: Result, sent: list[Message], tmp_path: Path) -> None:
    storage = LocalStorage(storage_type="Local", path=str(tmp_path))
    result.summary.rejects(RejectionCode.MISSING_KEY, "users a")
    for _ in range(2):
        with telling_the_result(result, Told(object_storage_config=storage), lambda: NOON):
            pass
    assert len(sent) == 1
    assert json.loads((tmp_path / "told.json").read_text()).keys() == {"xledger"}
