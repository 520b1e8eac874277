"""How a process ends that somebody wants to end: such that the connectors end too."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class EndedBySignalError(BaseException):
    """Whoever started this wants it to end."""


@contextmanager
def ended_by_signal() -> Iterator[None]:
    """Ends the block when SIGTERM comes, such that the connectors end too, and then the process, which says so."""
    told = False

    def end(_: int, __: FrameType | None) -> None:
        nonlocal told
        told = True
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        raise EndedBySignalError

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        if told:  # the signal, or as the first process of a container, which cannot die of one, the exit code for it
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            signal.raise_signal(signal.SIGTERM)
            os._exit(128 + signal.SIGTERM)
        signal.signal(signal.SIGTERM, before)
