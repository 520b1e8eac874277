"""A folder for what a process keeps for a while. What a process leaves that was killed, the next one removes."""

import atexit
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

_LOCK: Final = "lock"


def own_folder(parent: Path) -> Path:
    """Makes a folder for this process alone, which is gone when the process ends, and removes what others have left.

    A process holds a lock in its folder for as long as it lives, so that nothing is taken from one that runs beside.

    Args:
        parent: Where the folders of all processes are. Files right in it are nobody's.

    Raises:
        OSError: When the folder cannot be written.
    """
    with _held(parent / _LOCK, fcntl.LOCK_EX):  # nobody is between making a folder and holding it
        for left in parent.iterdir():
            _remove(left)
        folder = Path(tempfile.mkdtemp(dir=parent))
        held = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)  # until the process ends, whatever ends it
        fcntl.flock(held, fcntl.LOCK_EX)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _remove(left: Path) -> None:
    """Removes a file, or a folder that has a lock which nobody holds."""
    if left.name == _LOCK:
        return
    if not left.is_dir():
        left.unlink(missing_ok=True)
    elif (left / _LOCK).exists():
        try:
            with _held(left / _LOCK, fcntl.LOCK_EX | fcntl.LOCK_NB):
                shutil.rmtree(left, ignore_errors=True)
        except (BlockingIOError, FileNotFoundError):
            return  # it runs, or has just removed its own


@contextmanager
def _held(path: Path, how: int) -> Iterator[None]:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, how)
        yield
    finally:
        os.close(descriptor)
