"""The inbox: what Huma told, in a file of SQLite, until it is in Xledger. Safe for several threads and processes."""

import json
import secrets
import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Final

from huma_xledger.inbox.events import OTHER, TOPICS, USER_ID, Event, Kept
from huma_xledger.inbox.file import InboxError, InboxFile
from huma_xledger.inbox.together import Together

NAME: Final = "inbox.sqlite"
"""What the file is called, in the folder of a connection's states."""

_LONGEST_PROBLEM: Final = 1000
"""How many characters are kept of why something failed."""

_TRIED: Final = 8192
"""How many bytes are written to see whether something can be: more than an event takes, wherever it comes to stand."""

_SHOWN_BY_THEN: Final = timedelta(hours=1)
"""An employee who was added is in Xledger's answers after five minutes, or never."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=timezone.utc)


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

    def __init__(self, file: InboxFile) -> None:
        """For `opened`."""
        self._file = file
        self._taking: Together[Sequence[tuple[Any, ...]], str | None] = Together(self._taken)

    @classmethod
    def opened(cls, path: Path) -> "Inbox":
        """Opens an inbox, which is made where there is none. Only its owner can read it.

        Args:
            path: The file.

        Raises:
            InboxError: When it cannot be made or read, is something else or broken, or of a later version.
        """
        return cls(InboxFile.opened(path))

    def close(self) -> None:
        """Closes it. Whatever is asked of it afterwards raises `InboxError`."""
        self._file.close()

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
        with self._file.reading() as connection:
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
        with self._file.writing() as connection:
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
        with self._file.writing() as connection:
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
        with self._file.writing() as connection:
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
        with self._file.writing() as connection:
            if text is None:
                connection.execute("DELETE FROM fact WHERE name = ?", (name,))
            else:
                connection.execute("INSERT OR REPLACE INTO fact VALUES (?, ?)", (name, text))

    def recalled(self, name: str) -> str | None:
        """The fact of that name; None where there is none."""
        with self._file.reading() as connection:
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
        with self._file.writing() as connection:
            connection.execute("DELETE FROM adding WHERE since < ?", (_number(since - _SHOWN_BY_THEN),))
            connection.executemany("INSERT OR REPLACE INTO adding VALUES (?, ?)", [(user, at) for user in users])

    def added(self, users: Collection[str] | None) -> None:
        """Takes away what was noted of users: it is known what came of it.

        Args:
            users: Who were brought; None for everybody.
        """
        with self._file.writing() as connection:
            if users is None:
                connection.execute("DELETE FROM adding")
            else:
                connection.executemany("DELETE FROM adding WHERE user = ?", [(user,) for user in users])

    def may_be_adding(self) -> tuple[frozenset[str], datetime] | None:
        """For whom employees may have been added without its being known; None where that is nobody.

        Returns:
            The users, and when the last of them was about to be added.
        """
        with self._file.reading() as connection:
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
        with self._file.writing() as connection:
            connection.execute("INSERT OR IGNORE INTO spent VALUES (?, 0, 0, 0)", (month,))
            connection.execute(
                "UPDATE spent SET requests = requests + ?, bytes_sent = bytes_sent + ?, "
                "bytes_received = bytes_received + ? WHERE month = ?",
                (requests, bytes_sent, bytes_received, month),
            )

    def spent_in(self, month: str) -> Spent:
        """What was asked of Xledger in a month, as `2026-11`."""
        with self._file.reading() as connection:
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
            with self._file.writing() as connection:
                for rows in several:
                    connection.executemany("INSERT INTO event (topic, user, came_at, due_at) VALUES (?, ?, ?, ?)", rows)
        except InboxError as error:
            return str(error)
        return None

    def _events(self, which: str) -> list[Kept]:
        with self._file.reading() as connection:
            return _selected(connection, which)

    def _removed(self, which: str, chosen: tuple[Any, ...]) -> list[Kept]:
        with self._file.writing() as connection:
            removed = _selected(connection, which, chosen)
            connection.execute(f"DELETE FROM event WHERE {which}", chosen)  # noqa: S608  no value is in it
        return removed


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
