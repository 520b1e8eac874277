"""Huma's webhooks, as its help describes them: who is told of what happens, and what became of it."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
import threading
from collections import deque
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import requests

from integration_tests.sandbox.happenings import SECONDS, Happenings
from integration_tests.sandbox.webhook_dialects import DESCRIBED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from integration_tests.sandbox.webhook_dialects import WebhookDialect

    Json = dict[str, Any]

TOPIC_HEADER = "huma-topic"
SIGNATURE_HEADER = "huma-hmac-sha256"

CREATED, UPDATED, DELETED, EXPORTED = (f"users-{what}" for what in ("create", "update", "delete", "export"))
"""The topics that the help names."""

_LOOPBACK = frozenset({"127.0.0.1", "localhost"})


@dataclass(frozen=True, slots=True)
class Webhook:
    """What an administrator has registered.

    Attributes:
        url: Where it goes.
        secret: What it is signed with; None for no signature.
        token: What it has as a bearer token; None for none.

    Raises:
        ValueError: It goes elsewhere than to this machine: a sandbox sends nothing anywhere else.
    """

    url: str
    secret: str | None = field(default=None, repr=False)
    token: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme not in {"http", "https"} or parts.hostname not in _LOOPBACK or not parts.port:
            raise ValueError(f"{self.url} is not on this machine, as http://127.0.0.1:8710/webhooks/huma is")


@dataclass(frozen=True, slots=True, eq=False)
class Delivery:
    """A webhook that has come to somebody, or to nobody.

    Attributes:
        webhook: What was registered.
        topic: What it is about.
        users: The ids of whom it is about.
        body: What it says.
        signature: The header that signs it; None where nothing does.
        status: The HTTP status of the answer; None where there was none.
    """

    webhook: Webhook
    topic: str
    users: tuple[str, ...]
    body: bytes = field(repr=False)
    signature: str | None = field(repr=False)
    status: int | None = None


class Webhooks:
    """Tells those who are registered what happens, from threads of its own. With nobody registered it does nothing.

    Attributes:
        registered: Who is told.
        dialect: How they are told; one of `WEBHOOK_DIALECTS`.
        at_once: How many are under way at once, at most; with one, each waits for the answer to the one before it.
        delivered: What has come of those that were sent, in the order in which they were answered.
        happenings: Wakes up whoever waits for an answer.
    """

    def __init__(self) -> None:
        self.registered: list[Webhook] = []
        self.dialect: WebhookDialect = DESCRIBED
        self.at_once = 1
        self.delivered: list[Delivery] = []
        self.happenings = Happenings()
        self._condition = threading.Condition()
        self._held: list[tuple[str, Sequence[Json] | None, Json]] = []
        self._to_send: deque[tuple[Delivery, int]] = deque()
        self._under_way = 0
        self._threads: list[threading.Thread] = []
        self._closed = False

    def register(self, url: str, *, secret: str | None = None, token: str | None = None) -> Webhook:
        """Have somebody told from now on.

        Args:
            url: Where they are, on this machine.
            secret: What is signed with.
            token: What is sent as a bearer token.

        Raises:
            ValueError: That is not on this machine.
        """
        webhook = Webhook(url, secret, token)
        self.registered.append(webhook)
        return webhook

    def tell(self, topic: str, users: Iterable[Mapping[str, Any]] | None, **beside: Any) -> None:
        """Tell everybody of something; it comes as the dialect has it.

        Args:
            topic: What it is.
            users: Whom it happened to, each with id, e-mail address and what has changed; None for a body that has no
                list of users.
            **beside: What stands in the body beside them.
        """
        people = None if users is None else [dict(user) for user in users]
        if self.dialect.lost or not self.registered:
            return
        with self._condition:
            self._held += ((topic, part, beside) for part in _parts(people, self.dialect.people_in_a_body))
            self._let_go(self.dialect.waits_for)

    def release(self) -> None:
        """Let what waits for later ones wait no more."""
        with self._condition:
            self._let_go(0)

    def send_again(self, delivery: Delivery) -> None:
        """Send what was sent before, to the letter: as something on the way would that does not know it has come."""
        with self._condition:
            self._send(delivery)

    def answers(self, seconds: float = SECONDS) -> list[Delivery]:
        """Return what has come of all that were sent, once each of them is answered.

        Raises:
            TimeoutError: One is not, by then.
        """
        self.happenings.wait_for(self._has_settled, "the answer to a webhook", seconds)
        return list(self.delivered)

    def close(self) -> None:
        """Send nothing more."""
        with self._condition:
            self._closed = True
            self._to_send.clear()
            self._condition.notify_all()
        for thread in self._threads:
            thread.join(SECONDS)

    def _has_settled(self) -> bool:
        with self._condition:
            return not (self._to_send or self._under_way)

    def _let_go(self, waiting: int) -> None:
        """Send what has waited, until no more than so many wait."""
        if len(self._held) <= waiting:
            return
        count = len(self._held) if self.dialect.newest_first else len(self._held) - waiting
        going, self._held = self._held[:count], self._held[count:]
        for entry in reversed(going) if self.dialect.newest_first else going:
            for webhook in self.registered:
                delivery = self._made(webhook, *entry)
                for _ in range(self.dialect.copies):
                    self._send(delivery)

    def _made(self, webhook: Webhook, topic: str, people: Sequence[Json] | None, beside: Json) -> Delivery:
        content = {"topic": topic, **({} if people is None else {"users": people}), **beside}
        body = json.dumps(content, ensure_ascii=False, indent=self.dialect.indent).encode("utf-8", "backslashreplace")
        signature = None
        if webhook.secret is not None:
            signature = self.dialect.signature(hmac.new(webhook.secret.encode(), body, hashlib.sha256).digest())
        return Delivery(webhook, topic, tuple(person["id"] for person in people or ()), body, signature)

    def _send(self, delivery: Delivery) -> None:
        self._to_send.append((delivery, self.dialect.tries))
        if len(self._threads) < self.at_once:
            thread = threading.Thread(target=self._deliver, name="webhooks of the sandbox", daemon=True)
            self._threads.append(thread)
            thread.start()
        self._condition.notify()

    def _deliver(self) -> None:
        with requests.Session() as session:
            session.trust_env = False  # no proxy stands between what is on this machine
            while True:
                with self._condition:
                    self._condition.wait_for(lambda: self._closed or (self._to_send and self._under_way < self.at_once))
                    if self._closed:
                        return
                    delivery, tries = self._to_send.popleft()
                    self._under_way += 1
                for attempt in range(tries):
                    status = _posted(session, delivery)
                    if status == requests.codes.ok or attempt == tries - 1:
                        break
                with self._condition:
                    self._under_way -= 1
                    self.delivered.append(replace(delivery, status=status))
                    self._condition.notify()
                self.happenings.tell()


def _posted(session: requests.Session, delivery: Delivery) -> int | None:
    """Send a webhook. Return the status of the answer; None where there is none."""
    headers = {"Content-Type": "application/json", TOPIC_HEADER: delivery.topic}
    if delivery.signature is not None:
        headers[SIGNATURE_HEADER] = delivery.signature
    if delivery.webhook.token is not None:
        headers["Authorization"] = f"Bearer {delivery.webhook.token}"
    try:
        return session.post(delivery.webhook.url, delivery.body, headers=headers, timeout=SECONDS).status_code
    except requests.RequestException:
        return None


def _parts(people: Sequence[Json] | None, size: int) -> Iterator[Sequence[Json] | None]:
    """Return the people of each body; one body where there is nobody, or no list."""
    if not people:
        yield people
        return
    left = iter(people)
    while part := list(itertools.islice(left, size)):
        yield part
