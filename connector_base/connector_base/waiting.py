"""Who waits says so: a host that shows no line for a minute looks as if it hung, and somebody stops the sync."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final
from urllib.parse import urlsplit

import requests

from connector_base.reaching import TrustingAdapter

logger = logging.getLogger(f"airbyte.{__name__}")

SILENCE: Final = 8.0
"""Seconds that something may take before it is said what is waited for: nobody is left without a line for ten."""


class Watch:
    """Says of what takes long what it is, while it still lasts.

    Args:
        clock: Seconds on a clock that never goes back.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock: Final = clock
        self._changed: Final = threading.Condition()
        self._waits: Final[dict[object, tuple[float, str]]] = {}
        self._thread: threading.Thread | None = None

    @contextmanager
    def over(self, what: str) -> Iterator[None]:
        """Says so when the block takes longer than a few seconds.

        Args:
            what: What is waited for, as a whole sentence.
        """
        wait = object()
        with self._changed:
            self._waits[wait] = (self._clock() + SILENCE, what)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="watch", daemon=True)
                self._thread.start()
            elif len(self._waits) == 1:
                self._changed.notify()
        try:
            yield
        finally:
            with self._changed:
                self._waits.pop(wait, None)

    def tell(self) -> float | None:
        """Says what is waited for too long by now, each once; what somebody else is saying has been said on return.

        Returns:
            Seconds until there may be more to say; None when nothing is waited for.
        """
        with self._changed:
            now = self._clock()
            late = {wait: what for wait, (due, what) in self._waits.items() if due <= now}
            for wait in late:
                del self._waits[wait]
            rest = min((due - now for due, _ in self._waits.values()), default=None)
            for what in dict.fromkeys(late.values()):
                logger.info(what)
        return rest

    def _run(self) -> None:
        while True:
            rest = self.tell()
            with self._changed:
                if rest is not None or not self._waits:
                    self._changed.wait(rest)


WATCH: Final = Watch()
"""The watch of this process: one thread, whatever is waited for."""


RESTED: Final = 30.0
"""Seconds after which a connection is not used again that nothing went through. What stands on the way may have dropped
it without a word, and nothing would come back until an answer is waited for no longer."""


class WatchedAdapter(TrustingAdapter):
    """Sends requests, and says whose answer is waited for when it takes long.

    Several sessions may have it: their connections are then the same, and outlast each of them.

    Args:
        connections: How many connections to a host are kept open.
        clock: Seconds on a clock that never goes back.
    """

    def __init__(self, connections: int, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(pool_connections=connections, pool_maxsize=connections)
        self._clock: Final = clock
        self._lock: Final = threading.Lock()
        self._last_used = clock()

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:
        """Sends a request, and takes the answer as a whole; the arguments are those of requests."""
        host = urlsplit(str(request.url)).hostname
        self._begin()
        with WATCH.over(f"Still waiting for {host} to answer a request. The sync goes on when it does."):
            response = super().send(request, *args, **options)
            if not options.get("stream"):
                _ = response.content
        self._last_used = self._clock()
        return response

    def _begin(self) -> None:
        """Lets go of connections that have rested too long. Whoever sends at the same time finds that done."""
        with self._lock:
            if self._clock() - self._last_used > RESTED:
                self.close()
            self._last_used = self._clock()


def watch_answers(session: requests.Session, adapter: WatchedAdapter) -> None:
    """Has a session say whose answer it waits for.

    Args:
        session: The session. Adapters that it has are replaced.
        adapter: Sends its requests.
    """
    for scheme in ("https://", "http://"):
        session.mount(scheme, adapter)
