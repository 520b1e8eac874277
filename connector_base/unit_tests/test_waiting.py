"""Who waits says so before somebody takes it for hung; who does not wait says nothing."""

import logging
from pathlib import Path
from typing import Any

import pytest
import requests

from connector_base import waiting
from connector_base.reaching import unreached
from connector_base.waiting import RESTED, SILENCE, Watch, WatchedAdapter, watch_answers


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(caplog: pytest.LogCaptureFixture) -> Clock:
    caplog.set_level(logging.INFO)
    return Clock()


def test_what_takes_long_is_told_within_ten_seconds_and_once(clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    watch = Watch(clock)
    with watch.over("Still waiting for Huma."):
        assert watch.tell() == SILENCE
        assert caplog.messages == []
        clock.now = 9.9
        assert watch.tell() is None
        clock.now = 60
        watch.tell()
        assert caplog.messages == ["Still waiting for Huma."]


def test_what_does_not_take_long_is_not_told(clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    watch = Watch(clock)
    with watch.over("Still waiting for Huma."):
        clock.now = SILENCE - 0.1
    clock.now = 60
    assert watch.tell() is None
    assert caplog.messages == []


def test_several_who_wait_for_the_same_say_it_once(clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    watch = Watch(clock)
    with watch.over("Still waiting for Huma."), watch.over("Still waiting for Huma."), watch.over("And for Xledger."):
        clock.now = SILENCE
        watch.tell()
    assert caplog.messages == ["Still waiting for Huma.", "And for Xledger."]


def test_a_wait_that_fails_is_over(clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    watch = Watch(clock)
    with pytest.raises(ValueError, match="lost"), watch.over("Still waiting for Huma."):
        raise ValueError("lost")
    clock.now = 60
    watch.tell()
    assert caplog.messages == []


def test_whose_answer_is_waited_for_is_told_by_host_and_with_nothing_else_of_the_request(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched: list[str] = []
    watch = Watch(clock)

    def answer(*_: Any, **__: Any) -> requests.Response:
        watched.extend(what for _, what in watch._waits.values())
        response = requests.Response()
        response._content = b""
        return response

    monkeypatch.setattr(waiting, "WATCH", watch)
    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", answer)
    session = requests.Session()
    watch_answers(session, WatchedAdapter(connections=1))
    assert isinstance(session.get_adapter("http://x"), WatchedAdapter)
    session.get_adapter("https://x").send(requests.Request("GET", "https://x.example/users?id=recognisable").prepare())
    assert watched == ["Still waiting for x.example to answer a request. The sync goes on when it does."]


def test_a_connection_that_has_rested_too_long_is_not_used_again(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[float] = []

    def answer(*_: Any, **__: Any) -> requests.Response:
        clock.now += 2 * RESTED
        response = requests.Response()
        response._content = b""
        return response

    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", answer)
    monkeypatch.setattr(requests.adapters.HTTPAdapter, "close", lambda _: closed.append(clock.now))
    adapter = WatchedAdapter(connections=1, clock=clock)
    request = requests.Request("GET", "https://x.example").prepare()
    for rest in (RESTED, RESTED, RESTED + 1, 0):
        clock.now += rest
        adapter.send(request)
    assert closed == [9 * RESTED - 2 * RESTED + 1], "an answer that takes long is no rest"


def test_certificates_that_are_not_where_the_environment_says_are_told_as_such(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "nowhere.pem"))
    session = requests.Session()
    watch_answers(session, WatchedAdapter(connections=1))
    with pytest.raises(requests.RequestException) as raised:
        session.get("https://127.0.0.1:9")
    found = unreached(raised.value, "https://127.0.0.1:9")
    assert found.why.endswith("because the certificates to trust are not there")
    assert "REQUESTS_CA_BUNDLE" in found.remedy
