"""What takes webhooks: what is kept before it is answered, what is refused, and what whoever is refused is told."""

import asyncio
import json
import logging
import threading
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families
from starlette.types import Message

from huma_xledger.bringing.condition import Condition
from huma_xledger.inbox.events import OTHER, Event
from huma_xledger.inbox.file import InboxError
from huma_xledger.inbox.store import NAME, Inbox
from huma_xledger.listen_settings import PATH, ListenSettings
from huma_xledger.receiving import application as receiving
from huma_xledger.receiving.application import MOST_BYTES, application
from huma_xledger.receiving.notices import EVERY
from integration_tests.webhook_listener import (
    NOON,
    SECRET,
    TOKEN,
    Answer,
    Headers,
    Listening,
    a_body,
    signed,
)

ONE, TWO = "0f8fad5b-d9cb-469f-a165-70867728950e", "7c9e6679-7425-40de-944b-e07fc1f90ae7"
BODY = a_body(ONE)
REFUSED = Answer(403, [(b"connection", b"close"), (b"content-length", b"0")], b"")
TAKEN = Answer(200, [(b"content-length", b"0")], b"")
UNKEPT = Answer(503, [(b"content-length", b"0")], b"")
VALUE = "kari.nordmann@fjord.example"


@pytest.fixture
def inbox(tmp_path: Path) -> Iterator[Inbox]:
    inbox = Inbox.opened(tmp_path / NAME)
    yield inbox
    inbox.close()


@pytest.fixture
def listening(inbox: Inbox) -> Listening:
    return Listening(inbox)


def count(listening: Listening, name: str, **labels: str) -> float | None:
    return listening.meters.registry.get_sample_value(f"huma_xledger_{name}", labels)


def without(headers: Headers, name: bytes) -> list[tuple[bytes, bytes]]:
    return [header for header in headers if header[0] != name]


def changed(name: bytes, *values: bytes) -> list[tuple[bytes, bytes]]:
    return [*without(signed(BODY), name), *((name, value) for value in values)]


def test_a_webhook_is_kept_and_answered_in_no_words(listening: Listening) -> None:
    assert listening.post(a_body(ONE, TWO, ONE)) == TAKEN
    assert listening.kept() == [Event("users-update", ONE), Event("users-update", TWO)]
    assert listening.arrivals == 1
    assert [kept.came_at for kept in listening.inbox.waiting()] == [NOON, NOON]


def test_it_is_kept_before_it_is_answered_and_told_of_once_it_is_kept(
    listening: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    take = listening.inbox.take

    def takes(events: Sequence[Event], came_at: Any) -> None:
        take(events, came_at)
        order.append("kept")

    monkeypatch.setattr(listening.inbox, "take", takes)
    app = application(
        listening.inbox,
        listening.settings,
        listening.meters,
        lambda: listening.condition,
        lambda: order.append("told"),
        lambda: NOON,
    )

    async def send(message: Message) -> None:
        order.append(message["type"])

    async def receive() -> Message:
        return {"type": "http.request", "body": BODY}

    async def one() -> None:
        await app({"type": "http", "method": "POST", "path": PATH, "headers": signed(BODY)}, receive, send)

    asyncio.run(one())
    assert order == ["kept", "told", "http.response.start", "http.response.body"]


def test_the_loop_is_not_held_up_while_an_event_is_kept(listening: Listening, monkeypatch: pytest.MonkeyPatch) -> None:
    threads: list[threading.Thread] = []
    monkeypatch.setattr(listening.inbox, "take", lambda *_: threads.append(threading.current_thread()))
    listening.post(BODY)
    assert threads != [threading.main_thread()]
    assert len(threads) == 1


def test_nothing_of_a_webhook_is_kept_but_topic_and_id(listening: Listening, tmp_path: Path) -> None:
    listening.post(BODY)
    listening.inbox.close()
    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert ONE.encode() in stored
    assert VALUE.encode() not in stored
    assert b"kari" not in stored


@pytest.mark.parametrize(
    ("content", "events"),
    [
        ({"topic": "users-delete", "users": [{"id": ONE}]}, []),
        ({"topic": "absences-create", "absences": []}, []),
        ({"topic": "users-update", "users": []}, [Event("users-update", None)]),
        ({"topic": "teams-update", "users": [{"id": ONE}]}, [Event(OTHER, ONE)]),
    ],
)
def test_whatever_is_humas_is_taken(listening: Listening, content: dict[str, Any], events: list[Event]) -> None:
    assert listening.post(json.dumps(content).encode()) == TAKEN
    assert listening.kept() == events
    assert listening.arrivals == len(events)


def test_what_counts_is_the_topic_that_is_signed(listening: Listening) -> None:
    headers = [*without(signed(BODY), b"huma-topic"), (b"huma-topic", b"users-delete")]
    assert listening.post(BODY, headers) == TAKEN
    assert listening.kept() == [Event("users-update", ONE)]


def test_a_body_may_come_in_parts_and_be_as_large_as_is_allowed(listening: Listening) -> None:
    body = BODY + b" " * (MOST_BYTES - len(BODY))
    parts = [body[start : start + 65_536] for start in range(0, MOST_BYTES, 65_536)]
    assert listening.ask("POST", PATH, signed(body), parts) == TAKEN
    assert listening.ask("POST", PATH, signed(BODY), [bytes([byte]) for byte in BODY] + [b""]) == TAKEN


def test_a_token_is_asked_for_only_where_one_is_set(inbox: Inbox) -> None:
    listening = Listening(inbox, ListenSettings(SECRET))
    assert listening.post(BODY, signed(BODY, token=None)) == TAKEN
    assert listening.post(BODY, signed(BODY, token="anything")) == TAKEN


def test_no_webhook_is_taken_without_a_secret(inbox: Inbox) -> None:
    with pytest.raises(ValueError, match="without a secret"):
        Listening(inbox, ListenSettings(""))


@pytest.mark.parametrize("method", ["HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "CONNECT", "post", "get", ""])
def test_whatever_else_is_asked_for_is_refused_alike(listening: Listening, method: str) -> None:
    for path in ("/", PATH, f"{PATH}/", "/webhooks", "/healthz", "/metrics", "/docs", "*", "", "//healthz", "/é"):
        assert listening.ask(method, path, signed(BODY), [BODY]) == REFUSED
    for path in ("/", PATH, f"{PATH}/", "/healthz/", "/metrics/", "/HEALTHZ"):
        assert listening.get(path) == REFUSED
    for path in ("/", f"{PATH}/", "/healthz", "/metrics"):
        assert listening.ask("POST", path, signed(BODY), [BODY]) == REFUSED
    assert listening.kept() == []


OF_NO_USE = b'["users"]'

REFUSALS: list[tuple[str, str, Headers, list[bytes]]] = [
    ("unsigned", "no signature", without(signed(BODY), b"huma-hmac-sha256"), [BODY]),
    ("unsigned", "an empty one", changed(b"huma-hmac-sha256", b""), [BODY]),
    ("unsigned", "two of them", [*signed(BODY), *signed(BODY)[1:2]], [BODY]),
    ("unsigned", "none that is one", changed(b"huma-hmac-sha256", b"\xff\xfe"), [BODY]),
    ("signature", "another one", changed(b"huma-hmac-sha256", b"0" * 64), [BODY]),
    ("signature", "that of another body", signed(a_body(TWO)), [BODY]),
    ("signature", "that of another secret", signed(BODY, "another"), [BODY]),
    ("signature", "that of half the body", signed(BODY), [BODY[:-1]]),
    ("token", "no token", signed(BODY, token=None), [BODY]),
    ("token", "another token", signed(BODY, token=TOKEN + "x"), [BODY]),
    ("token", "two tokens", [*signed(BODY), *signed(BODY)[2:]], [BODY]),
    ("too_large", "more than is read", signed(b" " * (MOST_BYTES + 1)), [b" " * 65_536] * 16 + [b" "]),
    ("too_large", "more than is read, it says", [*signed(BODY), (b"content-length", b"1048577")], [BODY]),
    ("too_large", "an endless number", [*signed(BODY), (b"content-length", b"9" * 5_000)], [BODY]),
    (
        "ambiguous",
        "both",
        [*signed(BODY), (b"content-length", b"9"), (b"transfer-encoding", b"chunked")],
        [BODY],
    ),
    ("cut_off", "half a request", signed(BODY), []),
    ("not_understood", "no object", signed(OF_NO_USE), [OF_NO_USE]),
]


@pytest.mark.parametrize(("why", "what", "headers", "parts"), REFUSALS, ids=[row[1] for row in REFUSALS])
def test_every_refusal_is_the_same_and_only_the_log_and_the_meters_tell_why(
    listening: Listening, why: str, what: str, headers: Headers, parts: list[bytes], caplog: pytest.LogCaptureFixture
) -> None:
    assert listening.ask("POST", PATH, headers, parts) == REFUSED, what
    assert (listening.kept(), listening.arrivals) == ([], 0)
    assert count(listening, "webhooks_refused_total", reason=why) == 1
    assert count(listening, "webhooks_total", answer="refused") == 1
    (line,) = caplog.messages
    assert "1 " in line


def test_a_length_that_is_a_lie_is_not_believed(listening: Listening) -> None:
    """A server in front of it sees to it. What says nothing true is read as it comes."""
    for length in (b"0", b"7", b"-1", b"\xb2", b"x"):
        assert listening.post(BODY, [*signed(BODY), (b"content-length", length)]) == TAKEN


def test_who_sends_too_slowly_is_refused(listening: Listening, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiving, "SECONDS_FOR_BODY", 0.0)
    assert listening.ask_with("POST", PATH, signed(BODY), _one_part_and_no_more()) == REFUSED
    assert count(listening, "webhooks_refused_total", reason="too_slow") == 1


def _one_part_and_no_more() -> Callable[[], Awaitable[Message]]:
    parts = iter([{"type": "http.request", "body": BODY, "more_body": True}])

    async def receive() -> Message:
        for part in parts:
            return part
        await asyncio.Event().wait()
        raise AssertionError

    return receive


def test_large_bodies_wait_for_each_other_and_small_ones_for_nobody(
    listening: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or else as many as there are connections would be held in memory at once."""
    monkeypatch.setattr(receiving, "_LARGE_ONES", 2)
    listening = Listening(listening.inbox)
    large = BODY + b" " * 100_000
    held, most, go_on = 0, 0, asyncio.Event()
    answers: list[int] = []

    async def ask(body: bytes, waits: bool) -> None:
        parts = [body[:70_000], body[70_000:]]

        async def receive() -> Message:
            nonlocal held, most
            part = parts.pop(0)
            if waits and not parts:
                held += 1
                most = max(most, held)
                await go_on.wait()
                held -= 1
            return {"type": "http.request", "body": part, "more_body": bool(parts)}

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                answers.append(message["status"])

        scope = {"type": "http", "method": "POST", "path": PATH, "headers": signed(body)}
        await listening.app(scope, receive, send)

    async def all_of_them() -> None:
        tasks = [asyncio.create_task(ask(large, True)) for _ in range(5)]
        await ask(BODY, False)
        assert answers == [200]
        go_on.set()
        await asyncio.gather(*tasks)

    asyncio.run(all_of_them())
    assert answers == [200] * 6
    assert most == 2


def test_what_cannot_be_kept_is_not_said_to_be(
    listening: Listening, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def takes(*_: object) -> None:
        raise InboxError("The disk is full.")

    monkeypatch.setattr(listening.inbox, "take", takes)
    assert listening.post(BODY) == UNKEPT
    assert listening.arrivals == 0
    assert count(listening, "webhooks_total", answer="unkept") == 1
    assert "The disk is full." in caplog.text


def test_what_nobody_foresaw_tells_no_value(
    listening: Listening, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def takes(*_: object) -> None:
        raise RuntimeError(VALUE)

    monkeypatch.setattr(listening.inbox, "take", takes)
    assert listening.post(BODY) == UNKEPT
    assert "RuntimeError" in caplog.text
    assert VALUE not in caplog.text


def test_refusals_are_logged_once_a_minute_and_not_forgotten(
    listening: Listening, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(5):
        listening.get("/")
    assert len(caplog.messages) == 1
    listening.passes(seconds=EVERY.total_seconds())
    listening.get("/healthz")
    assert len(caplog.messages) == 2
    assert "4 for something else" in caplog.messages[1]


def test_what_was_refused_is_logged_although_nothing_is_asked_for_any_more(
    listening: Listening, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []

    def passes(_: object, seconds: float, then: Callable[[], None]) -> None:
        waited.append(seconds)
        listening.passes(seconds=seconds)
        then()

    listening.get("/")
    with monkeypatch.context() as patched:
        patched.setattr(asyncio.BaseEventLoop, "call_later", passes)
        listening.get("/")
    assert waited == [EVERY.total_seconds()]
    assert len(caplog.messages) == 2


def test_an_id_that_is_none_is_counted_and_told_of_by_number(
    listening: Listening, caplog: pytest.LogCaptureFixture
) -> None:
    assert listening.post(a_body(ONE, VALUE)) == TAKEN
    assert listening.kept() == [Event("users-update", ONE)]
    assert count(listening, "webhook_ids_ignored_total") == 1
    assert VALUE not in caplog.text


def test_health_is_told_to_whoever_asks(listening: Listening) -> None:
    answer = listening.get("/healthz")
    assert answer.status == 200
    assert json.loads(answer.body)["status"] == "ok"
    listening.condition = Condition(True, NOON, NOON - timedelta(minutes=21), 3, 1)
    answer = listening.get("/healthz")
    assert answer.status == 503
    assert json.loads(answer.body) == {
        "status": "failing",
        "inbox": "writable",
        "works": True,
        "last_success": "2026-11-29T12:00:00+00:00",
        "oldest_waiting": "2026-11-29T11:39:00+00:00",
        "waiting": 3,
        "given_up": 1,
        "why": json.loads(answer.body)["why"],
    }
    assert len(json.loads(answer.body)["why"]) == 2


def test_whether_it_can_be_written_is_tried_at_most_once_in_a_few_seconds(
    listening: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[bool] = []

    def is_writable() -> bool:
        tried.append(len(tried) % 2 == 0)
        return tried[-1]

    monkeypatch.setattr(listening.inbox, "is_writable", is_writable)
    assert [listening.get("/healthz").status for _ in range(3)] == [200] * 3
    assert len(tried) == 1
    listening.passes(seconds=5)
    assert listening.get("/healthz").status == 503
    assert len(tried) == 2


def test_an_inbox_that_cannot_be_read_is_not_well_and_measures_nothing(inbox: Inbox) -> None:
    listening = Listening(inbox)

    def condition() -> Condition:
        raise InboxError("It is gone.")

    listening.app = application(
        inbox, listening.settings, listening.meters, condition, lambda: None, lambda: listening.now
    )
    assert listening.get("/healthz").status == 503
    assert listening.get("/metrics") == UNKEPT


def test_metrics_are_as_prometheus_reads_them_and_as_fresh_as_they_are_asked_for(listening: Listening) -> None:
    listening.post(BODY)
    listening.inbox.spent("2026-11", 6_000, 1, 2)
    listening.inbox.spent("2026-10", 9_000, 0, 0)
    listening.condition = Condition(True, None, NOON - timedelta(seconds=90), 7, 2)
    answer = listening.get("/metrics")
    assert (answer.status, dict(answer.headers)[b"content-type"].partition(b";")[0]) == (200, b"text/plain")
    samples = {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.body.decode())
        for sample in family.samples
    }
    assert samples["huma_xledger_webhooks_total", "taken"] == 1
    assert samples[("huma_xledger_events_waiting",)] == 7
    assert samples[("huma_xledger_events_given_up",)] == 2
    assert samples[("huma_xledger_oldest_event_seconds",)] == 90
    assert samples[("huma_xledger_xledger_requests_this_month",)] == 6_000
    assert samples[("huma_xledger_xledger_pounds_this_month",)] == 10
    listening.condition = Condition(True, None, None, 0, 0)
    assert b"huma_xledger_oldest_event_seconds 0.0\n" in listening.get("/metrics").body
    assert ONE.encode() not in answer.body


NAMES = st.sampled_from(
    [b"huma-hmac-sha256", b"authorization", b"content-length", b"transfer-encoding", b"huma-topic", b"host", b"x"]
)
VALUES = st.one_of(
    st.binary(max_size=100),
    st.sampled_from(
        [SECRET.encode(), TOKEN.encode(), f"Bearer {TOKEN}".encode(), VALUE.encode(), b"0" * 64, b"chunked"]
    ),
)
PATHS = st.sampled_from([PATH, PATH, PATH, "/healthz", "/metrics", "/"]) | st.text(max_size=20)
METHODS = st.sampled_from(["POST", "POST", "GET", "HEAD"]) | st.text(max_size=5)
BODIES = st.binary(max_size=200) | st.sampled_from([BODY, VALUE.encode(), OF_NO_USE])


@given(st.lists(st.tuples(NAMES, VALUES), max_size=6), METHODS, PATHS, st.lists(BODIES, max_size=3))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_whatever_comes_that_is_not_signed_is_refused_alike_and_nothing_of_it_is_told(
    listening: Listening,
    caplog: pytest.LogCaptureFixture,
    headers: list[tuple[bytes, bytes]],
    method: str,
    path: str,
    parts: list[bytes],
) -> None:
    caplog.set_level(logging.DEBUG)
    answer = listening.ask(method, path, headers, parts)
    if method == "GET" and path in {"/healthz", "/metrics"}:
        assert answer.status == 200
    else:
        assert answer == REFUSED
    assert listening.kept() == []
    for secret in (SECRET, TOKEN, VALUE, ONE):
        assert secret not in caplog.text


@given(st.binary(max_size=200) | st.sampled_from([BODY, a_body(), a_body(VALUE)]))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_whatever_is_signed_is_taken_or_refused_and_nothing_of_it_is_told(
    listening: Listening, caplog: pytest.LogCaptureFixture, body: bytes
) -> None:
    caplog.set_level(logging.DEBUG)
    listening.passes(minutes=1)
    assert listening.post(body) in (TAKEN, REFUSED)
    for secret in (SECRET, TOKEN, VALUE, ONE):
        assert secret not in caplog.text
