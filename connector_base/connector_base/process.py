"""A command as a process: its host may end it at any time, from the first moment on.

Nothing but Python's own is imported here: what a connector stands on takes seconds to load, and in a container, where
the connector is the first process, the kernel drops a signal that nobody has asked for yet.
"""

import gc
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final, NoReturn

ENDED_BY_HOST: Final = 128 + signal.SIGTERM
"""The exit code of a process that was told to end, by which hosts know that it was they."""


INTERRUPTED: Final = 128 + signal.SIGINT
"""The exit code of a process that somebody at the keyboard ended."""


class EndedByHostError(BaseException):
    """The host wants the process to end. Nothing that handles errors handles this."""


def run_as_process(load: Callable[[], Callable[[], object]]) -> None:
    """Runs a command until it is done, the host sends SIGTERM, or somebody presses Ctrl-C, which ends in a word.

    While the command is loaded there is nothing to clean up, and the process ends at once. From then on whatever it is
    at is broken off as by an error, so that files are removed and reports are left, and then the process ends without
    waiting for threads, which may be waiting themselves.

    Args:
        load: Imports the command and returns it.
    """
    if sys.stdout is None:
        sys.exit("There is no standard output to write messages to.")
    try:
        _run(load)
    except KeyboardInterrupt:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        _drop_what_nobody_reads()
        print("Interrupted.", file=sys.stderr, flush=True)
        os._exit(INTERRUPTED)


@contextmanager
def loading() -> Iterator[None]:
    """Has Python not look, again and again, through what is loaded in the block for something to throw away.

    All of it stays until the process ends. The looking takes a fifth of a connector's start, and a third of a host's.
    """
    looks = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if looks:
            gc.enable()


def _run(load: Callable[[], Callable[[], object]]) -> None:
    signal.signal(signal.SIGTERM, _end)
    with loading():
        command = load()
    told = False

    def unwind(_: int, __: FrameType | None) -> None:
        nonlocal told
        told = True
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # what is left to be done is not broken off again
        raise EndedByHostError

    signal.signal(signal.SIGTERM, unwind)
    try:
        command()
    finally:
        if told:  # whatever has become of the error on its way
            _end()
        signal.signal(signal.SIGTERM, _end)
        _drop_what_nobody_reads()


def _drop_what_nobody_reads() -> None:
    """Drops the rest of the output where its reader has gone: Python would try again at the end, and tell of it."""
    try:
        sys.stdout.flush()
    except (OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.close(nowhere)


def _end(_: int = signal.SIGTERM, __: FrameType | None = None) -> NoReturn:
    """Dies of the signal, which shells show as 143, and PyAirbyte, which ends whatever has told it enough, expects.

    From the first process of a container the kernel keeps even that: it says itself what others see of the rest.
    """
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.raise_signal(signal.SIGTERM)
    os._exit(ENDED_BY_HOST)
