"""What stands between the destination and Xledger: a clock that only waiting moves, a proxy, and death."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from io import BytesIO
from typing import Any, Final
from unittest import mock

import requests
from requests.adapters import HTTPAdapter

Send = Callable[..., requests.Response]

_BEGINNING: Final = datetime(2026, 1, 15, 12, 0, tzinfo=timezone.utc)


class KilledError(BaseException):
    """The process is killed. Nothing that handles errors handles this."""


@dataclass
class Clock:
    """Time that passes by waiting alone, and what is to happen when it comes.

    Attributes:
        seconds: Since the beginning.
    """

    seconds: float = 0.0
    _due: list[tuple[float, Callable[[], object]]] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        """Lets that many seconds pass, and whatever was to happen meanwhile."""
        until = self.seconds + seconds
        while due := min((entry for entry in self._due if entry[0] <= until), key=lambda entry: entry[0], default=None):
            self._due.remove(due)
            self.seconds = due[0]
            due[1]()
        self.seconds = until

    def now(self) -> datetime:
        """The time, with its zone."""
        return _BEGINNING + timedelta(seconds=self.seconds)

    def after(self, seconds: float, action: Callable[[], object]) -> None:
        """Does something once that many seconds have passed."""
        self._due.append((self.seconds + seconds, action))


@dataclass(frozen=True)
class Death:
    """A process is killed at one of its requests.

    Attributes:
        at: The number of the request, from 1.
        carried_out: Whether Xledger carries the request out.
    """

    at: int
    carried_out: bool


@dataclass(frozen=True)
class LateProxy:
    """A proxy has no patience with a mutation, answers 504, and Xledger carries it out a while later.

    Attributes:
        root_field: The mutation.
        seconds: How much later.
        after: How many of its requests are let through first.
        times: How often it happens.
    """

    root_field: str = "addEmployees"
    seconds: float = 15.0
    after: int = 0
    times: int = 1


@dataclass(frozen=True)
class Firewall:
    """A firewall dislikes a text: 403 and a page for people.

    Attributes:
        text: What it dislikes, as it travels in JSON.
    """

    text: str


Interference = Death | LateProxy | Firewall


@contextmanager
def interfering(interferences: list[Interference], clock: Clock) -> Iterator[None]:
    """Lets things happen to the requests of this process until the end of the block."""
    send: Send = HTTPAdapter.send
    for interference in interferences:
        send = _through(interference, send, clock)
    with mock.patch.object(HTTPAdapter, "send", send):
        yield


def _through(interference: Interference, send: Send, clock: Clock) -> Send:
    match interference:
        case Death():
            return _until_death(interference, send)
        case LateProxy():
            return _through_proxy(interference, send, clock)
        case Firewall():
            return _through_firewall(interference, send)


def _until_death(death: Death, send: Send) -> Send:
    requests_so_far = 0

    def send_or_die(*arguments: Any, **keywords: Any) -> requests.Response:
        nonlocal requests_so_far
        requests_so_far += 1
        if requests_so_far < death.at:
            return send(*arguments, **keywords)
        if requests_so_far == death.at and death.carried_out:
            send(*arguments, **keywords)
        raise KilledError

    return send_or_die


def _through_proxy(proxy: LateProxy, send: Send, clock: Clock) -> Send:
    met = 0

    def send_or_wait(adapter: HTTPAdapter, request: requests.PreparedRequest, **keywords: Any) -> requests.Response:
        nonlocal met
        if proxy.root_field.encode() not in _body(request):
            return send(adapter, request, **keywords)
        met += 1

        def carry_out() -> None:
            with suppress(requests.RequestException):  # nobody waits for that answer
                send(adapter, request, **keywords)

        if not proxy.after < met <= proxy.after + proxy.times:
            return send(adapter, request, **keywords)
        clock.after(proxy.seconds, carry_out)
        return _page(request, 504)

    return send_or_wait


def _through_firewall(firewall: Firewall, send: Send) -> Send:
    def send_or_refuse(adapter: HTTPAdapter, request: requests.PreparedRequest, **keywords: Any) -> requests.Response:
        if firewall.text.encode() in _body(request):
            return _page(request, 403)
        return send(adapter, request, **keywords)

    return send_or_refuse


def _body(request: requests.PreparedRequest) -> bytes:
    return request.body if isinstance(request.body, bytes) else (request.body or "").encode()


def _page(request: requests.PreparedRequest, status: int) -> requests.Response:
    """An answer that is a page for people."""
    response = requests.Response()
    response.status_code, response.request, response.url = status, request, request.url or ""
    response.headers["Content-Type"] = "text/html"
    response.raw = BytesIO(b"<!DOCTYPE html><title>No</title><p>No.</p>")
    return response
