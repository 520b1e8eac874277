"""A review, served until somebody ends it."""

import os
import socket
import sys
import threading
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from huma_xledger.loopback import HOST, PortTakenError, Server, listener
from huma_xledger.serving.application import application
from huma_xledger.serving.engine import Engine
from huma_xledger.serving.keys import Keys, Known, keep, known
from huma_xledger.serving.news import News

_KNOWN: Final = "served.json"
"""What the file is called, in the folder of a connection's states, that lets windows go on that are open."""


@contextmanager
def listening(port: int | None, states: Path) -> Iterator[socket.socket]:
    """Listens, so that whoever is told the address afterwards finds somebody there.

    Args:
        port: Where; None for where the last review of this connection was, or else anywhere.
        states: The folder with the states of the connection.

    Raises:
        OSError: When what is known of the last review is there and cannot be read.
        PortTakenError: When the port is not to be had.
    """
    with _listener(port, known(states / _KNOWN).port) as listens:
        yield listens


def serve(engine: Engine, listens: socket.socket, states: Path, name: str, tell: Callable[[str, str], object]) -> None:
    """Serves a review until a signal comes, which then does what it would have done.

    Args:
        engine: The review.
        listens: What `listening` gave.
        states: The folder with the states of the connection.
        name: What the connection is called, for people.
        tell: Takes two addresses: one that is good for as long as this runs, and one that is good once.

    Raises:
        OSError: When it cannot be kept what lets windows go on after a restart.
    """
    port: int = listens.getsockname()[1]
    of = Known(known(states / _KNOWN).secret, port)
    keep(states / _KNOWN, of)
    keys, news = Keys(of), News(engine)
    server = Server(application(engine, news, keys, port, name), news.end)
    tell(*(f"http://{HOST}:{port}/?token={token}" for token in (keys.token, keys.ticket)))
    server.run(sockets=[listens])


def open_in_a_browser(address: str) -> None:
    """Opens an address in the browser of whoever sits here; does nothing where nobody can see one.

    Without a screen, what is found is a browser in the terminal, which shows no such page and keeps the terminal.
    """
    has_screen = sys.platform in {"darwin", "win32"} or any(map(os.environ.get, ("DISPLAY", "WAYLAND_DISPLAY")))
    if has_screen or os.environ.get("BROWSER"):
        threading.Thread(target=_open, args=(address,), daemon=True).start()


def _open(address: str) -> None:
    with suppress(webbrowser.Error):  # the address was printed as well
        webbrowser.open(address)


def _listener(port: int | None, last: int) -> socket.socket:
    if port is not None:
        return listener(port)
    try:
        return listener(last)
    except PortTakenError:
        return listener(0)
