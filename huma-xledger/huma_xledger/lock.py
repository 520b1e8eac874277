"""One sync of a connection at a time: two would add the same people, each before the other one is done."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

ANOTHER_SYNC: Final = (
    "Another sync of this connection is still running, so this one does nothing. If that happens often, start them "
    "further apart."
)


class AlreadyRunningError(Exception):
    """Another process holds the lock; the message is a sentence."""


class LockFileError(Exception):
    """The file that stands for the lock cannot be written; the message is a sentence."""


@contextmanager
def held(
    path: Path, *, refusal: str = ANOTHER_SYNC, before_waiting: Callable[[], object] | None = None
) -> Iterator[None]:
    """Holds a lock, which is free again when the block ends or the process is gone, whatever ends it.

    Args:
        path: The file that stands for the lock. It stays, and says nothing by being there.
        refusal: What is said when another process holds it.
        before_waiting: What is done before it is waited for, when another process holds it; None never waits.

    Raises:
        AlreadyRunningError: When another process holds it, and it is not waited for.
        LockFileError: When the file cannot be written.
    """
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise LockFileError(
            f"{path} cannot be written: {error.strerror}. It keeps a second sync of this connection from starting: "
            "give the user that this runs as permission there."
        ) from None
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if before_waiting is None:
                raise AlreadyRunningError(refusal) from None
            before_waiting()
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
