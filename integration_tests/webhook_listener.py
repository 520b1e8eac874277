"""What takes webhooks, asked by a test: within its process, or as a server of this machine's."""

import asyncio
import hmac
import json
import threading
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

from starlette.types import ASGIApp, Message

from huma_xledger.bringing.condition import Condition
from huma_xledger.inbox.events import Event
from huma_xledger.inbox.store import Inbox
from huma_xledger.listen_settings import PATH, ListenSettings
from huma_xledger.loopback import Server, listener
from huma_xledger.metering import Meters
from huma_xledger.receiving.application import KEEP_ALIVE, application

SECRET, TOKEN = "the secret of Huma's webhooks", "the-token-of-Humas-webhooks"
SETTINGS = ListenSettings(SECRET, TOKEN)
NOON = datetime(2026, 11, 29, 12, tzinfo=timezone.utc)

Headers = Sequence[tuple[bytes, bytes]]


@dataclass(frozen=True)
class Answer:
    """An answer to a request.

    Attributes:
        status: The code.
        headers: As they were sent.
        body: All of it.
    """

    status: int
    headers: Headers
    body: bytes


def a_body(*users: str, topic: str = "users-update") -> bytes:
    """A webhook, as Huma's help describes one."""
    named = [{"id": user, "email": "kari.nordmann@fjord.example"} for user in users]
    return json.dumps({"topic": topic, "users": named}).encode()


def signed(body: bytes, secret: str = SECRET, token: str | None = TOKEN) -> list[tuple[bytes, bytes]]:
    """The headers that Huma sends with a body."""
    headers = [
        (b"huma-topic", b"users-update"),
        (b"huma-hmac-sha256", hmac.digest(secret.encode(), body, "sha256").hex().encode()),
    ]
    return headers if token is None else [*headers, (b"authorization", f"Bearer {token}".encode())]


@dataclass
class Listening:
    """What takes webhooks, and keeps them in an inbox.

    Attributes:
        inbox: The inbox.
        settings: What makes a webhook Huma's.
        condition: How far what was told is brought.
        now: The time. A test has it pass.
        arrivals: How often it was said that something arrived.
    """

    inbox: Inbox
    settings: ListenSettings = SETTINGS
    condition: Condition = field(default_factory=lambda: Condition(True, None, None, 0, 0))
    now: datetime = NOON
    arrivals: int = 0
    meters: Meters = field(default_factory=Meters)
    app: ASGIApp = field(init=False)

    def __post_init__(self) -> None:
        self.app = application(
            self.inbox, self.settings, self.meters, lambda: self.condition, self._arrived, lambda: self.now
        )

    def _arrived(self) -> None:
        self.arrivals += 1

    def passes(self, **time: float) -> None:
        """Has time pass."""
        self.now += timedelta(**time)

    def kept(self) -> list[Event]:
        """What is in the inbox."""
        return [kept.event for kept in self.inbox.waiting()]

    def post(self, body: bytes, headers: Headers | None = None) -> Answer:
        """Sends a webhook, signed as Huma signs it unless other headers are given."""
        return self.ask("POST", PATH, signed(body) if headers is None else headers, [body])

    def get(self, path: str) -> Answer:
        """Asks for a path."""
        return self.ask("GET", path)

    def ask(self, method: str, path: str, headers: Headers = (), parts: Iterable[bytes] = (b"",)) -> Answer:
        """Asks for anything; the body comes in parts, and the client is gone after them if there are none."""
        left = [
            *({"type": "http.request", "body": part, "more_body": True} for part in parts),
        ]
        if left:
            left[-1]["more_body"] = False
        else:
            left = [{"type": "http.disconnect"}]

        async def receive() -> Message:
            return left.pop(0) if left else await _never()

        return self.ask_with(method, path, headers, receive)

    def ask_with(self, method: str, path: str, headers: Headers, receive: Callable[[], Awaitable[Message]]) -> Answer:
        """Asks for anything; what comes next of the request is what `receive` gives."""
        sent: list[Message] = []

        async def send(message: Message) -> None:
            sent.append(message)

        scope = {"type": "http", "method": method, "path": path, "query_string": b"", "headers": list(headers)}
        try:
            asyncio.run(_done(self.app(scope, receive, send)))
        except RuntimeError:  # what nobody foresaw is answered, and told to the server as well
            if not sent:
                raise
        start, *bodies = sent
        return Answer(start["status"], start["headers"], b"".join(part.get("body", b"") for part in bodies))


async def _done(asked: Awaitable[None]) -> None:
    await asked


async def _never() -> Any:
    await asyncio.Event().wait()


@contextmanager
def served(listening: Listening) -> Iterator[int]:
    """Serves it to the end of the block, in a thread; gives the port."""
    with listener(0) as listens:
        server = Server(listening.app, keep_alive=KEEP_ALIVE)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listens]})
        thread.start()
        try:
            yield listens.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join()
