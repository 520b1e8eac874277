"""An ASGI application on a loopback port in a thread, and answers that never arrive."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from typing import TYPE_CHECKING, Any

import uvicorn
from starlette.responses import Response
from uvicorn.protocols.http.h11_impl import H11Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from starlette.types import ASGIApp, Receive, Scope, Send

    from integration_tests.sandbox.faults import Fault

_HOST = "127.0.0.1"
_TICK_SECONDS = 1  # how old the date in an answer may be
_transports: dict[tuple[Any, Any], asyncio.Transport] = {}
"""The open connections, by server and client address: what it takes to cut one."""


class _CuttableProtocol(H11Protocol):
    """HTTP/1.1 that lets the application get at its connection."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        _transports[self.server, self.client] = transport

    def connection_lost(self, exc: Exception | None) -> None:
        _transports.pop((self.server, self.client), None)
        super().connection_lost(exc)


class _Server(uvicorn.Server):
    """Says when it listens, and stops at once: uvicorn takes a fifth of a second for it, and each test stops two."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
        self.listening.set()

    async def main_loop(self) -> None:
        while not await self.on_tick(counter=0):
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), _TICK_SECONDS)

    def stop(self) -> None:
        """Stops it, from another thread."""
        self.should_exit = True
        self._loop.call_soon_threadsafe(self._stopping.set)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for listener in (*self.servers, *(sockets or ())):
            listener.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        if answering := self.server_state.tasks:
            await asyncio.wait(answering, timeout=self.config.timeout_graceful_shutdown)


def bind(port: int) -> socket.socket:
    """Return a socket that listens on this loopback port, 0 for any free one.

    Raises:
        OSError: The port is taken.
    """
    # asyncio sends small packets at once (TCP_NODELAY) only where the protocol is named: 40 ms less for each answer.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((_HOST, port))
        listener.listen(128)
    except OSError:
        listener.close()
        raise
    return listener


@contextlib.contextmanager
def serving(applications: Mapping[socket.socket, ASGIApp]) -> Iterator[list[str]]:
    """Serve applications, each in a thread, and stop them at the end.

    Args:
        applications: By the listening socket each is to serve.

    Yields:
        Their base URLs in the same order, without a slash at the end.
    """
    running = [(_Server(_config(app)), listener) for listener, app in applications.items()]
    threads = [
        threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True) for server, listener in running
    ]
    for thread in threads:
        thread.start()
    try:
        for server, _ in running:
            server.listening.wait()
        yield [f"http://{_HOST}:{listener.getsockname()[1]}" for _, listener in running]
    finally:
        for server, _ in running:
            server.stop()
        for thread in threads:
            thread.join()


def _config(app: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=_CuttableProtocol,
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="critical",
        access_log=False,
        timeout_keep_alive=60,
        timeout_graceful_shutdown=1,
    )


class CutConnection(Response):
    """No answer, or half of one: the connection is cut."""

    def __init__(self, half_of: Response | None = None) -> None:
        super().__init__()
        self.half_of = half_of

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        transport = _transports[scope["server"], scope["client"]]
        if self.half_of is None:
            transport.abort()
        else:
            await send({"type": "http.response.start", "status": 200, "headers": self.half_of.raw_headers})
            body = bytes(self.half_of.body)
            await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
            transport.close()
        while (await receive())["type"] != "http.disconnect":
            pass


async def hold(fault: Fault) -> None:
    """Wait until a stalling fault is released."""
    await asyncio.to_thread(fault.released.wait)
