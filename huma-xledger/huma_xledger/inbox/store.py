"""The inbox: what Huma told, in a file of SQLite, until it is in Xledger. Safe for several threads and processes."""

import fcntl
import json
import os
import secrets
import sqlite3
import threading
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Final

from huma_xledger.inbox.events import OTHER, TOPICS, USER_ID, Event, Kept
from huma_xledger.inbox.together import Together

NAME: Final = "inbox.sqlite"
"""What the file is called, in the folder of a connection's states."""

VERSION: Final = 1
"""Of the file."""

_OURS: Final = 0x48583131
"""By which SQLite knows whose file it is."""

_PATIENCE: Final = 5.0
"""How many seconds another process may have the file to itself; each has it for some milliseconds."""

_LONGEST_PROBLEM: Final = 1000
"""How many characters are kept of why something failed."""

_TRIED: Final = 8192
"""How many bytes are written to see whether something can be: more than an event takes, wherever it comes to stand."""

_SHOWN_BY_THEN: Final = timedelta(hours=1)
"""An employee who was added is in Xledger's answers after five minutes, or never."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=timezone.utc)

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


@dataclass(frozen=True, slots=True)
class Spent:
    """What was asked of Xledger in a month.

    Attributes:
        requests: How many requests.
        bytes_sent: How much was sent to it.
        bytes_received: How much came from it.
    """

    requests: int = 0
    bytes_sent: int = 0
    bytes_received: int = 0


class Inbox:
    """What Huma told. Whatever is written is on the disk when the call returns.

    Every method raises `InboxError` when the file cannot be read or written: nothing is changed then, except that what
    was to be taken may be there all the same when the disk failed in the end. All times have a zone.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        """For `opened`."""
        self._path = path
        self._connection = connection
        self._lock = threading.RLock()
        self._file = _identity(path)
        self._taking: Together[Sequence[tuple[Any, ...]], str | None] = Together(self._taken)

    @classmethod
    def opened(cls, path: Path) -> "Inbox":
        """Opens an inbox, which is made where there is none. Only its owner can read it.

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
            self._connection.close()

    def take(self, events: Sequence[Event], came_at: datetime) -> None:
        """Keeps events, which are due at once. They are on the disk when it returns.

        Threads that call it at the same time share the waiting for the disk.

        Args:
            events: What came in one webhook, in its order. A topic that is not known is kept as `other`.
            came_at: When it came.

        Raises:
            InboxError: When they cannot be kept.
            ValueError: When a user is not a UUID in lower case: an address of somebody never gets into the file.
        """
        came = _number(came_at)
        rows = [(_topic(event.topic), _id(event.user), came, came) for event in events]
        problem = self._taking.done(rows) if rows else None
        if problem is not None:
            raise InboxError(problem)

    def waiting(self) -> list[Kept]:
        """The events that wait to be brought, those that are not due yet included, in the order in which they came."""
        return self._events("due_at IS NOT NULL")

    def given_up(self) -> list[Kept]:
        """The events that were given up on, in the order in which they came."""
        return self._events("due_at IS NULL")

    def newest(self) -> int:
        """The number of the newest event that ever came; 0 before the first."""
        with self._reading() as connection:
            row = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'event'").fetchone()
        return int(row[0]) if row else 0

    def answered(self, users: Collection[str], up_to: int) -> list[Kept]:
        """Removes the events of users who were brought, those that were given up on included.

        Args:
            users: Their ids.
            up_to: The number of the newest event that was there when the run began; what came later stays.

        Returns:
            The events that were removed, in the order in which they came.
        """
        return self._removed(
            "user IN (SELECT value FROM json_each(?)) AND number <= ?", (json.dumps(sorted(users)), up_to)
        )

    def answered_all(self, up_to: int) -> list[Kept]:
        """Removes all events, after everybody was brought: those that name nobody, and those given up on, included.

        Args:
            up_to: As in `answered`.

        Returns:
            The events that were removed, in the order in which they came.
        """
        return self._removed("number <= ?", (up_to,))

    def failed(self, numbers: Collection[int], problem: str, due_at: datetime | None) -> None:
        """Notes an attempt in vain. Events that wait no longer are passed over.

        Args:
            numbers: Of the events.
            problem: Why, in a sentence without a value.
            due_at: When they are to be tried next; None gives up on them.
        """
        due = None if due_at is None else _number(due_at)
        kept = problem[:_LONGEST_PROBLEM].encode(errors="replace").decode()  # SQLite has no half characters
        with self._writing() as connection:
            connection.execute(
                "UPDATE event SET attempts = attempts + 1, problem = ?, due_at = ? "
                "WHERE due_at IS NOT NULL AND number IN (SELECT value FROM json_each(?))",
                (kept, due, json.dumps(sorted(numbers))),
            )

    def put_off(self, numbers: Collection[int], due_at: datetime) -> None:
        """Lets events wait, which counts as no attempt. Events that wait no longer are passed over.

        Args:
            numbers: Of the events.
            due_at: Until when.
        """
        with self._writing() as connection:
            connection.execute(
                "UPDATE event SET due_at = ? WHERE due_at IS NOT NULL AND number IN (SELECT value FROM json_each(?))",
                (_number(due_at), json.dumps(sorted(numbers))),
            )

    def retry(self, numbers: Collection[int] | None, now: datetime) -> int:
        """Lets events that were given up on wait again, as if they had never been tried.

        Args:
            numbers: Of the events; None for all.
            now: When they are due.

        Returns:
            How many were.
        """
        which, chosen = _given_up(numbers)
        with self._writing() as connection:
            return connection.execute(
                f"UPDATE event SET attempts = 0, problem = NULL, due_at = ? WHERE {which}",  # noqa: S608  no value
                (_number(now), *chosen),
            ).rowcount

    def drop(self, numbers: Collection[int] | None) -> int:
        """Removes events that were given up on.

        Args:
            numbers: Of the events; None for all.

        Returns:
            How many were.
        """
        which, chosen = _given_up(numbers)
        return len(self._removed(which, chosen))

    def remember(self, name: str, text: str | None) -> None:
        """Keeps a small fact, as when a sync last went well.

        Args:
            name: What it is called.
            text: The fact, which holds nothing of a person; None forgets it.
        """
        with self._writing() as connection:
            if text is None:
                connection.execute("DELETE FROM fact WHERE name = ?", (name,))
            else:
                connection.execute("INSERT OR REPLACE INTO fact VALUES (?, ?)", (name, text))

    def recalled(self, name: str) -> str | None:
        """The fact of that name; None where there is none."""
        with self._reading() as connection:
            row = connection.execute("SELECT text FROM fact WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row else None

    def adding(self, users: Collection[str], since: datetime) -> None:
        """Notes that employees are about to be added, which must not be repeated before it is known what came of it.

        What was noted more than an hour before is forgotten: whoever was added then is seen by now.

        Args:
            users: For whom.
            since: When.
        """
        at = _number(since)
        with self._writing() as connection:
            connection.execute("DELETE FROM adding WHERE since < ?", (_number(since - _SHOWN_BY_THEN),))
            connection.executemany("INSERT OR REPLACE INTO adding VALUES (?, ?)", [(user, at) for user in users])

    def added(self, users: Collection[str] | None) -> None:
        """Takes away what was noted of users: it is known what came of it.

        Args:
            users: Who were brought; None for everybody.
        """
        with self._writing() as connection:
            if users is None:
                connection.execute("DELETE FROM adding")
            else:
                connection.executemany("DELETE FROM adding WHERE user = ?", [(user,) for user in users])

    def may_be_adding(self) -> tuple[frozenset[str], datetime] | None:
        """For whom employees may have been added without its being known; None where that is nobody.

        Returns:
            The users, and when the last of them was about to be added.
        """
        with self._reading() as connection:
            rows = connection.execute("SELECT user, since FROM adding").fetchall()
        return (frozenset(user for user, _ in rows), _time(max(since for _, since in rows))) if rows else None

    def spent(self, month: str, requests: int, bytes_sent: int, bytes_received: int) -> None:
        """Adds to what was asked of Xledger in a month.

        Args:
            month: As `2026-11`.
            requests: How many requests more.
            bytes_sent: How much more was sent to it.
            bytes_received: How much more came from it.
        """
        with self._writing() as connection:
            connection.execute("INSERT OR IGNORE INTO spent VALUES (?, 0, 0, 0)", (month,))
            connection.execute(
                "UPDATE spent SET requests = requests + ?, bytes_sent = bytes_sent + ?, "
                "bytes_received = bytes_received + ? WHERE month = ?",
                (requests, bytes_sent, bytes_received, month),
            )

    def spent_in(self, month: str) -> Spent:
        """What was asked of Xledger in a month, as `2026-11`."""
        with self._reading() as connection:
            row = connection.execute(
                "SELECT requests, bytes_sent, bytes_received FROM spent WHERE month = ?", (month,)
            ).fetchone()
        return Spent(*row) if row else Spent()

    def is_writable(self) -> bool:
        """Whether something can be kept, which is tried, on the disk."""
        try:
            self.remember("tried", secrets.token_hex(_TRIED))
        except InboxError:
            return False
        return True

    def _taken(self, several: Sequence[Sequence[tuple[Any, ...]]]) -> str | None:
        """Keeps the events of several webhooks at once. Returns why they could not be kept; None when they were."""
        try:
            with self._writing() as connection:
                for rows in several:
                    connection.executemany("INSERT INTO event (topic, user, came_at, due_at) VALUES (?, ?, ?, ?)", rows)
        except InboxError as error:
            return str(error)
        return None

    def _events(self, which: str) -> list[Kept]:
        with self._reading() as connection:
            return _selected(connection, which)

    def _removed(self, which: str, chosen: tuple[Any, ...]) -> list[Kept]:
        with self._writing() as connection:
            removed = _selected(connection, which, chosen)
            connection.execute(f"DELETE FROM event WHERE {which}", chosen)  # noqa: S608  no value is in it
        return removed

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with self._lock, _told(self._path):
            self._check_file()
            yield self._connection

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """All that is written in the block, or nothing of it."""
        with self._reading() as connection:
            connection.execute("BEGIN IMMEDIATE")  # nobody else writes between what it reads and what it writes
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):  # why it could not be written is what counts
                    connection.rollback()
                raise

    def _check_file(self) -> None:
        """SQLite would go on with a file that somebody has removed or replaced, and nobody would ever see it again."""
        if _identity(self._path) != self._file:
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


def _selected(connection: sqlite3.Connection, which: str, chosen: tuple[Any, ...] = ()) -> list[Kept]:
    rows = connection.execute(
        f"SELECT number, topic, user, came_at, attempts, due_at, problem FROM event WHERE {which} ORDER BY number",  # noqa: S608  no value is in it
        chosen,
    )
    return [
        Kept(number, Event(topic, user), _time(came), attempts, None if due is None else _time(due), problem)
        for number, topic, user, came, attempts, due, problem in rows
    ]


def _given_up(numbers: Collection[int] | None) -> tuple[str, tuple[Any, ...]]:
    if numbers is None:
        return "due_at IS NULL", ()
    return "due_at IS NULL AND number IN (SELECT value FROM json_each(?))", (json.dumps(sorted(numbers)),)


def _topic(topic: str) -> str:
    return topic if topic in TOPICS else OTHER


def _id(user: str | None) -> str | None:
    if user is not None and not USER_ID.fullmatch(user):
        raise ValueError("The user of an event is a UUID in lower case.")
    return user


def _number(time: datetime) -> int:
    if time.tzinfo is None:
        raise ValueError("A time without a zone says nothing.")
    return (time - _EPOCH) // timedelta(microseconds=1)


def _time(number: int) -> datetime:
    return _EPOCH + timedelta(microseconds=number)
