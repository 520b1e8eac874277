"""The file of an inbox: SQLite, for its owner alone, and what is wrong with it in a sentence."""

import fcntl
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, Final

VERSION: Final = 1
"""Of the file."""

_OURS: Final = 0x48583131
"""By which SQLite knows whose file it is."""

_PATIENCE: Final = 5.0
"""How many seconds another process may have the file to itself; each has it for some milliseconds."""

_SCHEMA: Final = """
CREATE TABLE event (
    number INTEGER PRIMARY KEY AUTOINCREMENT,  -- which is never given twice
    topic TEXT NOT NULL,
    user TEXT,
    came_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    due_at INTEGER,
    problem TEXT
);
CREATE INDEX event_of_user ON event (user);
CREATE TABLE fact (name TEXT PRIMARY KEY, text TEXT NOT NULL);
CREATE TABLE adding (user TEXT PRIMARY KEY, since INTEGER NOT NULL);
CREATE TABLE spent (
    month TEXT PRIMARY KEY, requests INTEGER NOT NULL, bytes_sent INTEGER NOT NULL, bytes_received INTEGER NOT NULL
);
"""
"""Times are microseconds since 1970, in UTC."""

_WHY: Final = (
    ("database or disk is full", "its disk is full. Make room there."),
    ("readonly database", "it is read-only. Give the user that this runs as permission there."),
    ("unable to open database file", "it cannot be opened. Check the permissions of it and of its folder."),
    ("locked", "another process keeps it to itself. See what else has it open, and end that."),
    ("disk I/O error", "its disk fails, or is full. Make room there, or see what is wrong with the disk."),
    ("closed database", "it is closed, since this program is ending."),
)
"""What SQLite says when something cannot be read or written, and what that means."""

_BROKEN: Final = ("file is not a database", "malformed", "no such table", "no such column")
"""What SQLite says of a file that is no inbox."""


class InboxError(Exception):
    """The inbox cannot be read or written; the message is a sentence without a value."""


class InboxFile:
    """An open file. Safe for several threads and processes; whatever is asked of it raises `InboxError` when it fails.

    Attributes:
        connection: To SQLite. For one thread at a time: see `reading` and `writing`.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        """For `opened`."""
        self.connection: Final = connection
        self._path: Final = path
        self._lock: Final = threading.RLock()
        self._opened: Final = _identity(path)

    @classmethod
    def opened(cls, path: Path) -> "InboxFile":
        """Opens a file, which is made where there is none.

        Args:
            path: The file.

        Raises:
            InboxError: When it cannot be made or read, is something else or broken, or of a later version.
        """
        try:
            folder = os.open(path.parent, os.O_RDONLY)
            try:
                fcntl.flock(folder, fcntl.LOCK_EX)  # until it is whole: others may be about to open it, too
                _make_private(path)
                with _told(path):
                    connection = _connected(path)
                os.fsync(folder)
                return cls(path, connection)
            finally:
                os.close(folder)
        except OSError as error:
            raise InboxError(
                f"{path} cannot be written: {error.strerror}. Events are kept there until they are in Xledger: give "
                "the user that this runs as permission and room."
            ) from None

    def close(self) -> None:
        """Closes it. Whatever is asked of it afterwards raises `InboxError`."""
        with self._lock, _told(self._path):
            self.connection.close()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """What is read in the block, while no other thread reads or writes."""
        with self._lock, _told(self._path):
            self._check_that_it_is_there()
            yield self.connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """All that is written in the block, or nothing of it."""
        with self.reading() as connection:
            connection.execute("BEGIN IMMEDIATE")  # nobody else writes between what it reads and what it writes
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):  # why it could not be written is what counts
                    connection.rollback()
                raise

    def _check_that_it_is_there(self) -> None:
        """SQLite would go on with a file that somebody has removed or replaced, and nobody would ever see it again."""
        if _identity(self._path) != self._opened:
            raise InboxError(
                f"{self._path} was removed or replaced while it was open. End this program and start it again: it "
                "makes a new one, and a sync of everybody brings whatever the other one held."
            )


def _make_private(path: Path) -> None:
    """Makes the file where there is none, for its owner alone; what SQLite puts beside it is then the same."""
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    for file in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
        with suppress(FileNotFoundError):  # they come and go
            file.chmod(0o600)


def _connected(path: Path) -> sqlite3.Connection:
    """Opens a file that is there; an empty one becomes an inbox."""
    connection = sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None, check_same_thread=False)
    try:
        ours = _is_ours(connection, path)
        connection.execute("PRAGMA synchronous = FULL")
        if not ours:
            connection.executescript(
                f"BEGIN IMMEDIATE; {_SCHEMA} PRAGMA application_id = {_OURS}; PRAGMA user_version = {VERSION}; COMMIT;"
            )
    except BaseException:
        connection.close()
        raise
    return connection


def _is_ours(connection: sqlite3.Connection, path: Path) -> bool:
    """Whether a file is an inbox that can be used; False when there is nothing in it yet."""
    ours = bool(_asked(connection, "application_id") == _OURS)
    if not ours and _asked(connection, "schema_version"):  # it has tables
        raise _no_inbox(path)
    if _asked(connection, "user_version") > VERSION:
        raise InboxError(f"{path} is of a later version of huma-xledger, and not understood. Update huma-xledger.")
    if _asked(connection, "quick_check(1)") != "ok":
        raise _no_inbox(path)
    if _asked(connection, "journal_mode = WAL") != "wal":
        raise InboxError(
            f"{path} cannot be used by several processes at once where it is. Start this in a folder on a disk of this "
            "machine."
        )
    return ours


def _asked(connection: sqlite3.Connection, pragma: str) -> Any:
    with closing(connection.execute(f"PRAGMA {pragma}")) as rows:
        return rows.fetchone()[0]


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Tells in a sentence what SQLite has to say."""
    try:
        yield
    except sqlite3.Error as error:
        said = str(error)
        if any(words in said for words in _BROKEN):
            raise _no_inbox(path) from None
        why = next((why for words, why in _WHY if words in said), None)
        if why is None and not isinstance(error, sqlite3.OperationalError):
            raise  # that is a mistake of ours
        raise InboxError(
            f"{path}, where events are kept until they are in Xledger, is of no use: {why or f'SQLite says {said}.'}"
        ) from None


def _no_inbox(path: Path) -> InboxError:
    return InboxError(
        f"{path} is no inbox of huma-xledger, or is broken. Move it away, with what stands beside it under the same "
        "name: the next start makes a new one, and a sync of everybody brings whatever it held."
    )


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
