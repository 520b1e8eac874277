"""The process that runs the connectors of a review. It takes a task from its input and tells how far it is.

It is a process of its own since PyAirbyte takes seconds to load, redirects what its process prints, and cannot be ended
from within. It ends when its input does, be it that whoever started it was killed: the connectors end with it, and only
then may another sync of the connection begin.
"""

import os
import signal
import sys
import threading
from contextlib import suppress

from huma_xledger.ending import ended_by_signal
from huma_xledger.reviewing.messages import MESSAGE, TASK, Message, Moved, as_line
from huma_xledger.reviewing.status import At


def main() -> None:
    """Takes a task, works on it, and tells how far it is, a line each."""
    os.umask(0o077)
    task = TASK.validate_json(sys.stdin.buffer.readline())
    told = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # whatever else is printed goes nowhere
    one_at_a_time = threading.Lock()

    def tell(message: Message) -> None:
        with one_at_a_time, suppress(OSError):  # who does not listen any more is about to end this
            told.write(as_line(MESSAGE, message))
            told.flush()

    with ended_by_signal():
        threading.Thread(target=_end_with_input, daemon=True).start()
        tell(Moved(task.to[0], at=At.CHECKING))
        from huma_xledger.reviewing.work import work  # noqa: PLC0415  PyAirbyte takes seconds to load

        work(task, tell)


def _end_with_input() -> None:
    """Waits until the input ends, and ends the process then as a signal would."""
    while os.read(sys.stdin.fileno(), 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
