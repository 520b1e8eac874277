"""A process of this program's own, which ends when whoever started it does, whatever ends that.

PyAirbyte takes seconds to load, redirects what its process prints, and cannot be ended from within: it runs in such a
process. That gets a task, a line, from its input, and tells how far it is, a line each. When its input ends, be it that
whoever started it was killed, it ends as by a signal: the connectors end first, and only then is the connection free
for another sync.
"""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress

from huma_xledger.ending import ended_by_signal

Tell = Callable[[bytes], object]
"""Takes a line with its end. Several threads call it; it raises nothing."""


def command(module: str) -> tuple[str, ...]:
    """How the process is started that runs a module of this program's.

    Args:
        module: Its name. Run as a program, it calls `be_a_child`.
    """
    return (sys.executable, "-m", module)


def started(how: Sequence[str]) -> "subprocess.Popen[bytes]":
    """Starts such a process. Nobody at the keyboard ends it: whoever started it does.

    Args:
        how: Its command.

    Raises:
        OSError: When it cannot be started.
    """
    return subprocess.Popen(  # noqa: S603  our own module
        how, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True
    )


def give(process: "subprocess.Popen[bytes]", task: bytes) -> None:
    """Hands a process its task; whether it takes it is seen by what it tells.

    Args:
        process: What `started` gave.
        task: A line, with its end.
    """
    if process.stdin is not None:
        with suppress(BrokenPipeError, ValueError):  # it has ended, or is to end before it has begun
            process.stdin.write(task)
            process.stdin.flush()


def end(process: "subprocess.Popen[bytes]") -> None:
    """Has a process end: its connectors first, which takes a moment."""
    if process.stdin is not None:
        with suppress(OSError):
            process.stdin.close()


def be_a_child(work: Callable[[bytes, Tell], object]) -> None:
    """Takes a task from the input, and works on it until it is done or the input ends.

    Args:
        work: Takes the task, and what takes lines about how far it is.
    """
    os.umask(0o077)
    task = sys.stdin.buffer.readline()
    told = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # whatever else is printed goes nowhere
    one_at_a_time = threading.Lock()

    def tell(line: bytes) -> None:
        with one_at_a_time, suppress(OSError):  # who does not listen any more is about to end this
            told.write(line)
            told.flush()

    with ended_by_signal():
        threading.Thread(target=_end_with_input, daemon=True).start()
        work(task, tell)


def _end_with_input() -> None:
    """Waits until the input ends, and ends the process then as a signal would."""
    while os.read(sys.stdin.fileno(), 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
