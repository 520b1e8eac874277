"""Who is told what came of webhooks: of each rejection, and of each giving up, while nobody's change waits for it."""

import json
import logging
import queue
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from connector_base.telling import telling
from connector_base.telling.message import Message
from connector_base.telling.sending import Became
from huma_xledger.bringing.runs import Ending, Ran
from huma_xledger.bringing.told import APART, Telling
from huma_xledger.connection_file import NAME, ConnectionFile
from huma_xledger.inbox.events import Event, Kept
from integration_tests.scripted_connectors import a_summary
from integration_tests.scripted_runs import START, user

WITHIN = 30.0
LINE = f"users {user(7)} was rejected (missing_key). There is no employment ID."


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Message]:
    """What was sent."""
    messages: list[Message] = []

    def send(message: Message, addresses: Sequence[str]) -> list[Became]:
        messages.append(message)
        return [Became.TOLD] * len(addresses)

    monkeypatch.setattr(telling, "send", send)
    return messages


def tells(folder: Path, notify: str | None = "json://example.com") -> Telling:
    content = {"source-huma": {}, **({} if notify is None else {"notify": notify})}
    (folder / NAME).write_text(json.dumps(content), encoding="utf-8")
    return Telling(ConnectionFile.read(folder), folder)


def given_up(telling: Telling, *users: int) -> None:
    telling.given_up([Kept(number, Event("users-update", user(number)), START) for number in users], "Xledger is away.")


def test_who_was_rejected_is_told_by_id_and_not_again_for_the_same_reason(tmp_path: Path, sent: list[Message]) -> None:
    rejected = a_summary(received=1, rejected={"missing_key": 1})
    telling = tells(tmp_path)
    for _ in range(2):
        telling.rejected(Ran(Ending.DONE, summary=rejected, log=(LINE,)))
    telling.close(WITHIN)
    (message,) = sent
    assert user(7) in message.body


def test_many_who_are_rejected_one_by_one_are_told_of_together(tmp_path: Path, sent: list[Message]) -> None:
    telling, place = tells(tmp_path), "The report of this sync is in /reports/one."
    for number in (1, 2, 3, 3, *range(4, 1000)):
        line = f"users {user(number)} was rejected (missing_key). There is no employment ID."
        summary = a_summary(received=2, updated=1, rejected={"missing_key": 1})
        telling.rejected(Ran(Ending.DONE, summary=summary, log=(line, place)))
    telling.close(WITHIN)
    first, others = sent
    assert user(1) in first.body
    assert "/reports/one" in first.body
    assert user(2) in others.body
    assert "998" in others.subject + others.body, "each once"
    assert "/reports/one" not in others.body


def test_whoever_is_rejected_a_quarter_of_an_hour_later_is_told_of_without_waiting_for_an_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: queue.SimpleQueue[str] = queue.SimpleQueue()

    def send(message: Message, addresses: Sequence[str]) -> list[Became]:
        told.put(message.body)
        return [Became.TOLD] * len(addresses)

    monkeypatch.setattr(telling, "send", send)
    moments = iter([0.0, APART, 2 * APART])
    (tmp_path / NAME).write_text(json.dumps({"source-huma": {}, "notify": "json://example.com"}), encoding="utf-8")
    tells_them = Telling(ConnectionFile.read(tmp_path), tmp_path, lambda: next(moments))
    for number in (7, 8):
        line = LINE.replace(user(7), user(number))
        tells_them.rejected(Ran(Ending.DONE, summary=a_summary(rejected={"missing_key": 1}), log=(line,)))
        assert user(number) in told.get(timeout=WITHIN)
    tells_them.close(WITHIN)


def test_who_was_given_up_on_is_told_with_what_to_do(tmp_path: Path, sent: list[Message]) -> None:
    telling = tells(tmp_path)
    given_up(telling, 7)
    given_up(telling, 8, 9)
    telling.close(WITHIN)
    first, second = sent
    assert user(7) in first.body
    assert f"huma-xledger events {tmp_path}" in first.body
    assert user(8) in second.body
    assert user(9) in second.body


def test_nobody_is_told_where_nobody_wants_to_know(tmp_path: Path, sent: list[Message]) -> None:
    telling = tells(tmp_path, None)
    given_up(telling, 7)
    telling.close(WITHIN)
    assert sent == []


def test_nobody_waits_while_somebody_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    goes_on, begun = threading.Event(), threading.Event()

    def send(_: Message, addresses: Sequence[str]) -> list[Became]:
        begun.set()
        goes_on.wait(WITHIN)
        return [Became.TOLD] * len(addresses)

    monkeypatch.setattr(telling, "send", send)
    told = tells(tmp_path)
    given_up(told, 7)
    given_up(told, 8)
    assert begun.wait(WITHIN)
    goes_on.set()
    told.close(WITHIN)


def test_what_is_in_the_way_is_logged_and_ends_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    became: Iterator[Became | Exception] = iter((Became.NOT_REACHED, ValueError("Kari Nordmann"), Became.TOLD))

    def send(_: Message, addresses: Sequence[str]) -> list[Became]:
        one = next(became)
        if isinstance(one, Exception):
            raise one
        return [one] * len(addresses)

    monkeypatch.setattr(telling, "send", send)
    told = tells(tmp_path)
    with caplog.at_level(logging.WARNING):
        for number in (7, 8, 9):
            given_up(told, number)
        told.close(WITHIN)
    first, second = (record.getMessage() for record in caplog.records)
    assert first.startswith("The first address under notify in ")
    assert second == "Somebody was not told of something (ValueError)."
    assert next(became, None) is None
