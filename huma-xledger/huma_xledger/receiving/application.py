"""What takes Huma's webhooks: an event is kept before it is answered, and whoever is not Huma is told nothing.

Every refusal is the same to whoever is refused, and ends the connection, so that nothing that follows on it is taken
for a request; nobody but Huma keeps one. Nothing that is in a request is logged: only how many were refused, and why.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.middleware.errors import ServerErrorMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from connector_base.failures import types_and_places
from huma_xledger.bringing.condition import Condition
from huma_xledger.inbox.file import InboxError
from huma_xledger.inbox.store import Inbox
from huma_xledger.listen_settings import PATH, ListenSettings
from huma_xledger.metering import CONTENT_TYPE, Meters
from huma_xledger.receiving.body import NotUnderstoodError, Understood, understood
from huma_xledger.receiving.health import Health, health
from huma_xledger.receiving.notices import EVERY, Notices, Refusal
from huma_xledger.receiving.signature import SIGNATURE, genuine

MOST_BYTES: Final = 1 << 20
"""Of a body."""

SECONDS_FOR_BODY: Final = 10.0
"""A body that takes longer is Huma's no more: a proxy in front has all of it before it passes any of it on."""

KEEP_ALIVE: Final = 180
"""Seconds. A proxy that keeps a connection for less never sends a webhook on one that is about to be closed here."""

_LITTLE: Final = 64 << 10
"""Bytes. What has no more waits for nobody."""

_LARGE_ONES: Final = 64
"""So many bodies that have more are held at a time. The others are read when one of these is done."""

_ASKED_EVERY: Final = timedelta(seconds=5)
"""So long it counts that the inbox can be written, or cannot: asking writes to the disk."""

_ENDS: Final = {"Connection": "close"}
_FRESH: Final = {**_ENDS, "Cache-Control": "no-store"}

logger = logging.getLogger(f"airbyte.{__name__}")


class _RefusedError(Exception):
    def __init__(self, why: Refusal) -> None:
        super().__init__(why)
        self.why: Final = why


def application(
    inbox: Inbox,
    settings: ListenSettings,
    meters: Meters,
    condition: Callable[[], Condition],
    arrived: Callable[[], object],
    now: Callable[[], datetime],
) -> ASGIApp:
    """The server of webhooks.

    Args:
        inbox: Where events are kept.
        settings: What makes a webhook Huma's.
        meters: Where it is counted what becomes of them.
        condition: How far what was told is brought. May raise `InboxError`.
        arrived: Called when an event is kept.
        now: The time, in UTC.

    Raises:
        ValueError: When there is no secret: anybody could sign.
    """
    if not settings.secret:
        raise ValueError("Webhooks are not taken without a secret, since anybody could send one.")
    receiving = _Receiving(inbox, settings, meters, condition, arrived, now)
    return ServerErrorMiddleware(receiving, handler=receiving.unforeseen)


@dataclass(eq=False, slots=True)
class _Receiving:
    """What `application` makes, from what it is given."""

    inbox: Inbox
    settings: ListenSettings
    meters: Meters
    condition: Callable[[], Condition]
    arrived: Callable[[], object]
    now: Callable[[], datetime]
    _notices: Notices = field(default_factory=Notices, init=False)
    _large: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_LARGE_ONES), init=False)
    _asked: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)
    """Whoever asks how things are never takes more than one thread from those that keep events."""
    _later: asyncio.TimerHandle | None = field(default=None, init=False)
    _writable: tuple[datetime, bool] | None = field(default=None, init=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return  # nothing else is served, and closes by itself
        request = Request(scope, receive)
        match scope["method"], scope["path"]:
            case "POST", path if path == PATH:
                response = await self._webhook(request)
            case "GET", "/healthz":
                response = await self._health()
            case "GET", "/metrics":
                response = await self._metrics()
            case _:
                response = self._refuse("elsewhere")
        self._say()
        await response(scope, receive, send)

    async def unforeseen(self, _: Request, error: Exception) -> Response:
        """The answer when something failed that nobody thought of: the event is not kept, as far as anybody knows."""
        self._notices.add("unforeseen", "; ".join(types_and_places(error)))
        self._say()
        return Response(status_code=503)

    async def _webhook(self, request: Request) -> Response:
        """Keeps what a webhook says."""
        came_at = self.now()
        try:
            async with AsyncExitStack() as place:
                body = await self._body(request, place)
                self._ask_for_huma(request, body)
                what = await run_in_threadpool(self._keep, body, came_at)
        except _RefusedError as refused:
            return self._refuse(refused.why)
        except NotUnderstoodError:
            return self._refuse("not_understood")
        except InboxError as error:
            self._notices.add("unkept", str(error))
            self.meters.answered("unkept")
            return Response(status_code=503)
        if what.events:
            self.arrived()
        if what.ignored:
            self._notices.add("ignored")
        self.meters.answered("taken")
        self.meters.ignored(what.ignored)
        self.meters.became("nothing_to_do", what.passed_over)
        return Response(status_code=200)

    async def _body(self, request: Request, place: AsyncExitStack) -> bytes:
        """The body as it came, read within bounds.

        Args:
            request: The request.
            place: Gets the place among large bodies that this one takes, if it is one.

        Raises:
            _RefusedError: When it is too large, takes too long, does not come to its end, or may have two of them.
        """
        if "content-length" in request.headers and "transfer-encoding" in request.headers:
            raise _RefusedError("ambiguous")
        if _says_too_much(request.headers.get("content-length", "0")):
            raise _RefusedError("too_large")
        try:
            return await asyncio.wait_for(self._gathered(request, place), SECONDS_FOR_BODY)
        except asyncio.TimeoutError:
            raise _RefusedError("too_slow") from None
        except ClientDisconnect:
            raise _RefusedError("cut_off") from None

    async def _gathered(self, request: Request, place: AsyncExitStack) -> bytes:
        content, is_large = bytearray(), False
        async for part in request.stream():
            if len(content) + len(part) > MOST_BYTES:
                raise _RefusedError("too_large")
            if not is_large and len(content) + len(part) > _LITTLE:
                await place.enter_async_context(self._large)
                is_large = True
            content += part
        return bytes(content)

    def _ask_for_huma(self, request: Request, body: bytes) -> None:
        """Raises _RefusedError when a request is not Huma's."""
        headers = request.headers
        of = genuine(self.settings, body, headers.getlist(SIGNATURE), headers.getlist("authorization"))
        if not of.signed:
            raise _RefusedError("unsigned")
        if not of.by_secret:
            raise _RefusedError("signature")
        if not of.by_token:
            raise _RefusedError("token")

    def _keep(self, body: bytes, came_at: datetime) -> Understood:
        what = understood(body)
        if what.events:
            self.inbox.take(what.events, came_at)
        return what

    def _refuse(self, why: Refusal) -> Response:
        self._notices.add(why)
        self.meters.answered("refused")
        self.meters.refused(why)
        return Response(status_code=403, headers=_ENDS)

    def _say(self) -> None:
        """Says what there is to be said, now or once it is time: nobody else may ask for anything until then."""
        if (line := self._notices.line(self.now())) is not None:
            logger.warning(line)
        elif self._notices.is_waiting and self._later is None:
            self._later = asyncio.get_running_loop().call_later(EVERY.total_seconds(), self._say_later)

    def _say_later(self) -> None:
        self._later = None
        self._say()

    async def _health(self) -> Response:
        async with self._asked:
            found = await run_in_threadpool(self._looked_at)
        return JSONResponse(asdict(found), 200 if found.is_well else 503, _FRESH)

    def _looked_at(self) -> Health:
        now = self.now()
        if self._writable is None or not timedelta(0) <= now - self._writable[0] < _ASKED_EVERY:
            self._writable = now, self.inbox.is_writable()
        try:
            condition = self.condition()
        except InboxError:
            condition = None
        return health(condition, is_writable=self._writable[1], now=now)

    async def _metrics(self) -> Response:
        async with self._asked:
            try:
                text = await run_in_threadpool(self._measured)
            except InboxError:
                return Response(status_code=503)  # rather none than such as are not so any more
        return Response(text, headers={**_FRESH, "Content-Type": CONTENT_TYPE})

    def _measured(self) -> bytes:
        now, condition = self.now(), self.condition()
        oldest = condition.oldest_waiting
        spent = self.inbox.spent_in(f"{now:%Y-%m}")
        waited = (now - oldest).total_seconds() if oldest is not None else 0.0
        self.meters.waits(condition.waiting, condition.given_up, waited)
        self.meters.this_month(spent.requests, spent.bytes_sent, spent.bytes_received)
        return self.meters.text()


def _says_too_much(length: str) -> bool:
    """Whether a body is said to have more bytes than are read. What is no number is told by what comes."""
    return length.isdecimal() and (len(length) > len(str(MOST_BYTES)) or int(length) > MOST_BYTES)
