"""On this machine alone: the socket that is listened on, and the server behind it."""

import asyncio
import socket
from collections.abc import Callable
from typing import Final

import h11
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

HOST: Final = "127.0.0.1"

SECONDS_TO_END: Final = 2
"""What is being answered may take so long when the server ends."""

SECONDS_FOR_HEADERS: Final = 10.0
"""Whoever connects and has not asked for anything by then is hung up on."""


class PortTakenError(Exception):
    """The port that is asked for cannot be listened on; the message is a sentence."""


_ANOTHER_PORT: Final = "Name another one with --port, or leave it out: a free one is found."


def listener(port: int, otherwise: str = _ANOTHER_PORT) -> socket.socket:
    """A socket that listens on this machine.

    Args:
        port: The port; 0 for any that is free.
        otherwise: What to do where it is not to be had, as a sentence.

    Raises:
        PortTakenError: When it is not to be had.
    """
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a new start need not wait for old connections
        listening.bind((HOST, port))
        listening.listen()
    except OSError as error:
        listening.close()
        raise PortTakenError(
            f"Port {port} of this machine cannot be listened on ({error.strerror}). {otherwise}"
        ) from None
    return listening


class _Protocol(H11Protocol):
    """HTTP as uvicorn speaks it, but for two things.

    - Whoever connects and asks for nothing, or letter by letter, does not stay: each takes a file, and those are few.
    - What is no HTTP is refused without a word.
    """

    _hangs_up: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._wait()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.conn.their_state is not h11.IDLE or self.conn.trailing_data[0]:
            self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._wait_no_longer()

    def send_400_response(self, msg: str) -> None:
        del msg
        if self.conn.our_state in {h11.IDLE, h11.SEND_RESPONSE}:
            headers = [*self.server_state.default_headers, (b"connection", b"close"), (b"content-length", b"0")]
            for event in (h11.Response(status_code=403, headers=headers, reason=b"Forbidden"), h11.EndOfMessage()):
                self.transport.write(self.conn.send(event))
        self.transport.close()

    def _wait(self) -> None:
        """Waits for all of a request's headers, or for what comes after an answer; not while one is answered."""
        if self.conn.our_state in {h11.SEND_RESPONSE, h11.SEND_BODY}:
            self._wait_no_longer()
        elif self._hangs_up is None:
            self._hangs_up = self.loop.call_later(SECONDS_FOR_HEADERS, self.transport.close)

    def _wait_no_longer(self) -> None:
        if self._hangs_up is not None:
            self._hangs_up.cancel()
            self._hangs_up = None


class Server(uvicorn.Server):
    """Serves until a signal comes or `should_exit` is set, and writes no line about anything."""

    def __init__(self, app: ASGIApp, ending: Callable[[], object] = lambda: None, keep_alive: int = 5) -> None:
        """What is served, and how.

        Args:
            app: Answers requests.
            ending: Is called in the loop before connections are closed: whoever waits for an answer is to get one.
            keep_alive: Seconds after which a connection is closed on which nothing is asked any more.
        """
        super().__init__(
            uvicorn.Config(
                app,
                http=_Protocol,
                ws="none",
                lifespan="off",
                log_config=None,
                log_level="critical",
                access_log=False,
                proxy_headers=False,
                server_header=False,
                timeout_keep_alive=keep_alive,
                timeout_graceful_shutdown=SECONDS_TO_END,
            )
        )
        self._ending = ending

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Ends as uvicorn does, once nobody waits."""
        self._ending()
        await super().shutdown(sockets)
