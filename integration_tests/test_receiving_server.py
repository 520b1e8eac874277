"""What takes webhooks, as a server: who is hung up on, what is no HTTP, and a thousand webhooks at once."""

import http.client
import re
import socket
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from huma_xledger import loopback
from huma_xledger.inbox.events import Event
from huma_xledger.inbox.store import NAME, Inbox
from huma_xledger.listen_settings import PATH
from huma_xledger.loopback import listener
from huma_xledger.receiving import application as receiving
from huma_xledger.receiving.application import MOST_BYTES
from integration_tests.webhook_listener import Listening, a_body, served, signed

TIMEOUT = 10
AN_INSTANT = 0.01
ONE, TWO = "0f8fad5b-d9cb-469f-a165-70867728950e", "7c9e6679-7425-40de-944b-e07fc1f90ae7"
REFUSED = b"HTTP/1.1 403 Forbidden\r\ndate: \r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
TAKEN = b"HTTP/1.1 200 OK\r\ndate: \r\ncontent-length: 0\r\n\r\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Listening, int]]:
    inbox = Inbox.opened(tmp_path_factory.mktemp("inbox") / NAME)
    listening = Listening(inbox)
    with served(listening) as port:
        yield listening, port
    inbox.close()


@pytest.fixture
def port(server: tuple[Listening, int]) -> int:
    return server[1]


@pytest.fixture
def listening(server: tuple[Listening, int]) -> Listening:
    """With nothing in its inbox."""
    listening, _ = server
    listening.inbox.answered_all(listening.inbox.newest())
    return listening


def head(*lines: bytes, first: bytes = b"POST /webhooks/huma HTTP/1.1") -> bytes:
    return b"\r\n".join((first, b"Host: huma.example", *lines, b"", b""))


def webhook(body: bytes, *lines: bytes) -> bytes:
    """All of a webhook, signed as Huma signs it."""
    own = (name + b": " + value for name, value in signed(body))
    return head(*own, b"Content-Length: %d" % len(body), *lines) + body


def chunked(*parts: bytes) -> bytes:
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (*parts, b""))


def told(port: int, sent: bytes) -> bytes:
    """All that is answered until the connection is closed, without the time."""
    with socket.create_connection(("127.0.0.1", port), TIMEOUT) as connection:
        connection.sendall(sent)
        with connection.makefile("rb") as answers:
            return re.sub(rb"(?<=date: )[^\r]+", b"", answers.read())


def test_it_is_served_on_this_machine_alone() -> None:
    with listener(0) as listens:
        assert listens.getsockname()[0] == "127.0.0.1"


def test_a_thousand_webhooks_at_once_are_all_taken(listening: Listening, port: int) -> None:
    users = [str(uuid.uuid4()) for _ in range(1_000)]

    def send(some: list[str]) -> list[int]:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)
        statuses = []
        for user in some:
            body = a_body(user)
            connection.request("POST", PATH, body, {name.decode(): value.decode() for name, value in signed(body)})
            with connection.getresponse() as answer:
                answer.read()
                statuses.append(answer.status)
        connection.close()
        return statuses

    with ThreadPoolExecutor(100) as threads:
        answered = [*threads.map(send, (users[at::100] for at in range(100)))]
    assert answered == [[200] * 10] * 100
    assert sorted(str(event.user) for event in listening.kept()) == sorted(users)


def test_a_connection_goes_on_after_a_webhook_and_ends_with_a_refusal(listening: Listening, port: int) -> None:
    both = webhook(a_body(ONE)) + webhook(a_body(TWO))
    assert told(port, both + head(first=b"GET / HTTP/1.1") + webhook(a_body(ONE))) == TAKEN * 2 + REFUSED
    assert listening.kept() == [Event("users-update", ONE), Event("users-update", TWO)]


@pytest.mark.parametrize("path", [b"/healthz", b"/metrics"])
def test_nobody_but_huma_keeps_a_connection(port: int, path: bytes) -> None:
    """There are few, and whoever may ask how things are need not be Huma."""
    asked = head(first=b"GET " + path + b" HTTP/1.1")
    assert told(port, asked + asked).count(b"HTTP/1.1 200 OK\r\n") == 1


@pytest.mark.parametrize("host", [b"huma.example", b"127.0.0.1", b"localhost:1", b"", b"[::1]"])
def test_any_host_will_do(listening: Listening, port: int, host: bytes) -> None:
    """It stands behind a proxy, which has a name of its own."""
    sent = webhook(a_body(ONE), b"Connection: close").replace(b"huma.example", host, 1)
    assert told(port, sent).startswith(b"HTTP/1.1 200 OK\r\n")
    assert listening.kept() == [Event("users-update", ONE)]


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        head(b"X: " + b"x" * 100_000),
        head(b"Content-Length: x"),
        head(b"Content-Length: -1"),
        head(b"Content-Length: 1", b"Content-Length: 2"),
        head(b"Transfer-Encoding: gzip, chunked"),
        head(b"Transfer-Encoding: chunked") + b"x\r\n",
        head(b"Transfer-Encoding: chunked") + b"1\r\nxx\r\n0\r\n\r\n",
        head(b"Upgrade: websocket", b"Connection: Upgrade", first=b"GET /webhooks/huma HTTP/1.1"),
        head(b"Content-Length: 1000000000000"),
        head(first=b"GET http://huma.example/healthz HTTP/1.1"),
        head(first=b"CONNECT huma.example:443 HTTP/1.1"),
        head(first=b"HEAD /healthz HTTP/1.1"),
        head(b"Content-Length: 0"),
    ],
    ids=lambda sent: repr(sent.replace(b"Host: huma.example\r\n", b"")[:60]),
)
def test_what_is_no_http_is_refused_as_everything_is(listening: Listening, port: int, sent: bytes) -> None:
    assert told(port, sent) == REFUSED
    assert listening.kept() == []


@pytest.mark.parametrize("length", [0, 5, len(chunked(a_body(ONE))), 10_000])
def test_no_request_is_hidden_in_another_one(listening: Listening, port: int, length: int) -> None:
    """A proxy that goes by the one, and a server that goes by the other, do not agree where a request ends."""
    hidden = webhook(a_body(TWO))
    both = head(b"Content-Length: %d" % length, b"Transfer-Encoding: chunked")
    own = b"".join(b"%s: %s\r\n" % header for header in signed(a_body(ONE)))
    sent = both.replace(b"Host:", own + b"Host:", 1) + chunked(a_body(ONE)) + hidden
    assert told(port, sent) == REFUSED
    assert listening.kept() == []


def test_chunks_alone_are_a_body_as_any_other(listening: Listening, port: int) -> None:
    body = a_body(ONE)
    own = [name + b": " + value for name, value in signed(body)]
    sent = head(*own, b"Transfer-Encoding: chunked", b"Connection: close")
    assert b"200 OK" in told(port, sent + chunked(body[:10], body[10:]))
    assert listening.kept() == [Event("users-update", ONE)]


@pytest.mark.parametrize("announced", [True, False])
def test_a_body_that_is_too_large_is_read_no_further(listening: Listening, port: int, announced: bool) -> None:
    """Whoever sends on meanwhile may not get to read the answer; the next one is taken all the same."""
    line = b"Content-Length: %d" % (MOST_BYTES * 50) if announced else b"Transfer-Encoding: chunked"
    part = b" " * MOST_BYTES
    sent = head(line) + (part if announced else chunked(part)[: -len(chunked())]) * 50
    with socket.create_connection(("127.0.0.1", port), TIMEOUT) as connection, pytest.raises(ConnectionError):
        connection.sendall(sent)
    assert told(port, webhook(a_body(ONE), b"Connection: close")).startswith(b"HTTP/1.1 200 OK\r\n")
    assert listening.kept() == [Event("users-update", ONE)]


def test_a_body_that_does_not_come_is_not_waited_for(
    listening: Listening, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiving, "SECONDS_FOR_BODY", AN_INSTANT)
    assert told(port, webhook(a_body(ONE))[:-1]) == REFUSED
    assert listening.kept() == []


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"POST /webhooks/huma HTTP/1.1\r\nHost: a\r\nX: ",
        webhook(a_body(ONE)) + b"POST",
    ],
    ids=["nothing", "half", "half of the next one"],
)
def test_whoever_asks_for_nothing_is_hung_up_on(
    listening: Listening, port: int, sent: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert listening.kept() == []
    monkeypatch.setattr(loopback, "SECONDS_FOR_HEADERS", AN_INSTANT)
    with suppress(ConnectionError):  # it may be hung up on before all of it is there
        assert b"403" not in told(port, sent)


def test_what_nobody_foresaw_is_answered_and_nothing_is_printed(
    listening: Listening, port: int, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def takes(*_: object) -> None:
        raise RuntimeError(ONE)

    monkeypatch.setattr(listening.inbox, "take", takes)
    answer = told(port, webhook(a_body(ONE), b"Connection: close"))
    assert answer.startswith(b"HTTP/1.1 503 Service Unavailable\r\n")
    assert b"content-length: 0\r\n" in answer
    assert ONE not in "".join(capfd.readouterr())


def test_a_client_that_is_gone_leaves_nothing_behind(listening: Listening, port: int) -> None:
    for cut in range(1, 300, 20):
        with socket.create_connection(("127.0.0.1", port), TIMEOUT) as connection:
            connection.sendall(webhook(a_body(ONE))[:-cut])
    assert told(port, webhook(a_body(TWO), b"Connection: close")).startswith(b"HTTP/1.1 200 OK\r\n")
    assert listening.kept() == [Event("users-update", TWO)]
