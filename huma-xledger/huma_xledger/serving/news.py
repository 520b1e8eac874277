"""Where a review is, for as many windows as want to hear of it."""

import asyncio
import contextlib
import threading
from typing import Final

from huma_xledger.reviewing.status import Status
from huma_xledger.serving.engine import Engine

_SECONDS: Final = 3600.0
"""After so long without news an engine is asked again."""


class News:
    """Has one thread wait for the engine, however many wait. It is to be asked in one loop."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._last: Status | None = None
        self._next = asyncio.Event()
        self._over = False

    async def after(self, seen: int, seconds: float) -> Status:
        """Where the review is, as soon as that is not what was seen any more.

        Args:
            seen: The version of the status that was seen.
            seconds: After so many seconds it is told anyway, and at once where the server ends.
        """
        if self._last is None:
            self._last = self._engine.status()
            loop = asyncio.get_running_loop()
            threading.Thread(target=self._listen, args=(self._last.version, loop), daemon=True).start()
        if self._last.version == seen and not self._over:
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._next.wait(), seconds)
        return self._last

    def end(self) -> None:
        """Lets everybody go who waits."""
        self._over = True
        self._next.set()

    def _listen(self, seen: int, loop: asyncio.AbstractEventLoop) -> None:
        while not loop.is_closed():
            status = self._engine.wait(seen, _SECONDS)
            if status.version == seen:
                continue
            seen = status.version
            try:
                loop.call_soon_threadsafe(self._tell, status)
            except RuntimeError:
                return  # the loop is closed: nobody asks any more

    def _tell(self, status: Status) -> None:
        self._last = status
        self._next.set()
        if not self._over:
            self._next = asyncio.Event()
