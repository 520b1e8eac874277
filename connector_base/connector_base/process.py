"""A command as a process: its host may end it at any time, from the first moment on.

Nothing but Python's own is imported here: what a connector stands on takes seconds to load, and in a container, where
the connector is the first process, the kernel drops a signal that nobody has asked for yet.
"""

import gc
import os
import select
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final, NoReturn

ENDED_BY_HOST: Final = 128 + signal.SIGTERM
"""The exit code of a process that was told to end, by which hosts know that it was they."""


INTERRUPTED: Final = 128 + signal.SIGINT
"""The exit code of a process that somebody at the keyboard ended."""

_FOR_S3: Final = "boto3"

_STANDARD_OUTPUT: Final = 1


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
    """Loads what is imported in the block without two things that take more than half of the time, and are of no use.

    Python looks through what is loaded for something to throw away, again and again, while all of it stays until the
    process ends. And the CDK's serialisers parse the source of each class of the protocol's messages for words about
    its attributes, which would stand in a JSON schema that nobody asks for: here there is no source, as where a program
    comes without it.
    """
    looks = gc.isenabled()
    gc.disable()
    import inspect  # noqa: PLC0415  the host is heard by now

    read = inspect.getsource
    inspect.getsource = _no_source  # type: ignore[assignment]
    try:
        yield
    finally:
        inspect.getsource = read
        gc.freeze()
        if looks:
            gc.enable()


@contextmanager
def ended_with_its_reader() -> Iterator[None]:
    """Ends the block as the host's signal would once nobody reads standard output any more.

    In Airbyte's pods no signal reaches a connector: the first process there is a shell, and what it ends is another
    shell. What the connector has is the time between the end of whoever reads its messages and its own, at most ten
    seconds later, which comes without a word: enough to leave a report. Waiting for it costs nothing, and a file, to
    which nobody listens, is never gone.
    """
    if sys.platform == "win32":  # where a pipe cannot be waited for like that
        yield
        return
    over, one_at_a_time = False, threading.Lock()

    def wait() -> None:
        output = select.poll()
        output.register(_STANDARD_OUTPUT, 0)
        found = output.poll()  # only what comes unasked: that the reader is gone, or that there never was an output
        with one_at_a_time:
            if not over and any(event & (select.POLLERR | select.POLLHUP) for _, event in found):
                signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGTERM)

    threading.Thread(target=wait, name="reader", daemon=True).start()
    try:
        yield
    finally:
        with one_at_a_time:
            over = True


@contextmanager
def ended_by_a_broken_pipe() -> Iterator[None]:
    """Ends what is written in the block as the host's signal would, where nobody reads it.

    Whoever waits for the reader's end sends that signal in the same moment. It is to come before the error of writing
    has broken off anything, and not while a report is left on account of it, which the signal would break off.
    """
    try:
        yield
    except BrokenPipeError:
        signal.raise_signal(signal.SIGTERM)
        raise


@contextmanager
def connector_loading() -> Iterator[None]:
    """Loads a connector like that, and without the library for S3, which whoever puts reports there loads afterwards.

    What the CDK keeps answers with takes whatever it finds to keep them in, that library among it, and does without
    what it does not find. PyAirbyte cannot do without: a host loads it otherwise.
    """
    missing = _FOR_S3 not in sys.modules
    if missing:
        sys.modules[_FOR_S3] = None  # type: ignore[assignment]  # as Python keeps a library that is not there
    try:
        with loading():
            yield
    finally:
        if missing:
            del sys.modules[_FOR_S3]


def _no_source(_: object) -> NoReturn:
    """What Python says of a class whose source it does not find."""
    raise OSError("source code not available")


def _run(load: Callable[[], Callable[[], object]]) -> None:
    signal.signal(signal.SIGTERM, _end)
    with connector_loading():
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
        os.dup2(nowhere, _STANDARD_OUTPUT)
        os.close(nowhere)


def _end(_: int = signal.SIGTERM, __: FrameType | None = None) -> NoReturn:
    """Dies of the signal, which shells show as 143, and PyAirbyte, which ends whatever has told it enough, expects.

    From the first process of a container the kernel keeps even that: it says itself what others see of the rest.
    """
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.raise_signal(signal.SIGTERM)
    os._exit(ENDED_BY_HOST)
