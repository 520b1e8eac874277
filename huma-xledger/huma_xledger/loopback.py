"""On this machine alone: the socket that is listened on, and the server behind it."""

import socket
from collections.abc import Callable
from typing import Final

import uvicorn
from starlette.types import ASGIApp

HOST: Final = "127.0.0.1"

_SECONDS_TO_END: Final = 2
"""What is being answered may take so long when the server ends."""


class PortTakenError(Exception):
    """The port that is asked for cannot be listened on; the message is a sentence."""


def listener(port: int) -> socket.socket:
    """A socket that listens on this machine.

    Args:
        port: The port; 0 for any that is free.

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
            f"Port {port} of this machine cannot be listened on ({error.strerror}). Name another one with --port, or "
            "leave it out: a free one is found."
        ) from None
    return listening


class Server(uvicorn.Server):
    """Serves until a signal comes or `should_exit` is set, and writes no line about anything."""

    def __init__(self, app: ASGIApp, ending: Callable[[], object]) -> None:
        """`ending` is called in the loop before connections are closed: whoever waits for an answer gets one."""
        super().__init__(
            uvicorn.Config(
                app,
                http="h11",
                ws="none",
                lifespan="off",
                log_config=None,
                log_level="critical",
                access_log=False,
                proxy_headers=False,
                server_header=False,
                timeout_graceful_shutdown=_SECONDS_TO_END,
            )
        )
        self._ending = ending

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Ends as uvicorn does, once nobody waits."""
        self._ending()
        await super().shutdown(sockets)
