"""The inbox: what was taken is there, whatever happens, once and in order, and nothing else is."""

import os
import random
import resource
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from functools import partial
from itertools import count
from pathlib import Path
from uuid import UUID

import pytest

from huma_xledger.inbox.events import OTHER, TOPICS, Event, Kept
from huma_xledger.inbox.file import InboxError
from huma_xledger.inbox.pauses import PAUSES, due_after
from huma_xledger.inbox.store import NAME, Inbox, Spent
from huma_xledger.inbox.together import Together

NOW = datetime(2026, 11, 29, 21, 27, 16, 123456, tzinfo=timezone.utc)
LATER = NOW + timedelta(minutes=5)
MARK = "kari.nordmann@example.com"


TAKER = """
import os, sys, threading
from datetime import datetime, timezone
from functools import partial
from itertools import count
from pathlib import Path
from uuid import UUID
from huma_xledger.inbox.events import Event
from huma_xledger.inbox.store import Inbox
inbox, first = Inbox.opened(Path(sys.argv[1])), int(sys.argv[2])
def take(first):
    for number in count(first):
        inbox.take([Event("users-update", str(UUID(int=number)))], datetime.now(timezone.utc))
        os.write(1, b"%d\\n" % number)
for thread in range(3):
    threading.Thread(target=take, args=(first + thread * 10_000,)).start()
"""
"""Three threads that say whom they have taken an event of."""


def person(number: int) -> str:
    return str(UUID(int=number))


def updated(number: int) -> Event:
    return Event("users-update", person(number))


EVERYBODY = Event("users-export", None)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / NAME


@pytest.fixture
def inbox(path: Path) -> Iterator[Inbox]:
    inbox = Inbox.opened(path)
    yield inbox
    inbox.close()


def numbers(events: Sequence[Kept]) -> list[int]:
    return [kept.number for kept in events]


def test_what_was_taken_waits_in_its_order_and_is_due_at_once(inbox: Inbox) -> None:
    inbox.take([updated(2), updated(1)], NOW)
    inbox.take([], NOW)
    inbox.take([EVERYBODY], LATER)
    assert inbox.waiting() == [
        Kept(1, updated(2), NOW, due_at=NOW),
        Kept(2, updated(1), NOW, due_at=NOW),
        Kept(3, EVERYBODY, LATER, due_at=LATER),
    ]
    assert inbox.given_up() == []


def test_a_topic_that_nobody_knows_is_kept_as_another_one(inbox: Inbox, path: Path) -> None:
    topics = [*sorted(TOPICS), f"users-{MARK}", "u" * 10_000]
    inbox.take([Event(topic, person(1)) for topic in topics], NOW)
    assert [kept.event.topic for kept in inbox.waiting()] == [*sorted(TOPICS), OTHER, OTHER]
    inbox.close()
    assert MARK.encode() not in path.read_bytes()


@pytest.mark.parametrize("user", [MARK, "", person(1).replace("-", ""), f" {person(1)}", str(UUID(int=10)).upper()])
def test_nothing_but_an_id_in_lower_case_is_ever_kept_of_a_user(inbox: Inbox, user: str) -> None:
    with pytest.raises(ValueError, match="UUID in lower case"):
        inbox.take([updated(1), Event("users-update", user)], NOW)
    assert inbox.waiting() == []


def test_a_time_without_a_zone_is_not_taken_for_one(inbox: Inbox) -> None:
    with pytest.raises(ValueError, match="zone"):
        inbox.take([updated(1)], NOW.replace(tzinfo=None))


def test_users_who_were_brought_have_no_event_left_but_those_that_came_meanwhile(inbox: Inbox) -> None:
    inbox.take([updated(1), updated(2), EVERYBODY, updated(1)], NOW)
    inbox.failed([1], "It failed.", None)
    began = inbox.newest()
    inbox.take([updated(1), updated(2)], LATER)
    assert numbers(inbox.answered({person(1), person(3)}, began)) == [1, 4]
    assert numbers(inbox.waiting()) == [2, 3, 5, 6]
    assert inbox.given_up() == []


def test_a_sync_of_everybody_answers_whatever_came_before_it(inbox: Inbox) -> None:
    inbox.take([updated(1), updated(2), EVERYBODY], NOW)
    inbox.failed([2], "It failed.", None)
    began = inbox.newest()
    inbox.take([updated(1)], LATER)
    assert numbers(inbox.answered_all(began)) == [1, 2, 3]
    assert numbers(inbox.waiting()) == [4]


def test_an_attempt_in_vain_is_counted_with_its_reason_and_the_next_one_has_its_time(inbox: Inbox) -> None:
    inbox.take([updated(1), updated(2)], NOW)
    inbox.failed([1], "It failed.", LATER)
    inbox.failed([1], "It failed again.", LATER + PAUSES[0])
    inbox.put_off([2], LATER)
    assert inbox.waiting() == [
        Kept(1, updated(1), NOW, 2, LATER + PAUSES[0], "It failed again."),
        Kept(2, updated(2), NOW, 0, LATER),
    ]


def test_what_was_given_up_on_stays_until_somebody_decides(inbox: Inbox) -> None:
    inbox.take([updated(number) for number in range(1, 5)], NOW)
    inbox.failed([1, 2, 3], "It failed.", None)
    inbox.failed([1], "Late.", LATER)
    inbox.put_off([1], LATER)
    one = Kept(1, updated(1), NOW, 1, None, "It failed.")
    assert inbox.given_up() == [one, *(replace(one, number=n, event=updated(n)) for n in (2, 3))]
    assert inbox.retry([1, 4, 99], LATER) == 1
    assert inbox.drop([2, 4, 99]) == 1
    assert inbox.waiting() == [Kept(1, updated(1), NOW, 0, LATER), Kept(4, updated(4), NOW, 0, NOW)]
    inbox.failed([4], "It failed.", None)
    assert inbox.retry(None, LATER) == 2
    assert inbox.drop(None) == 0
    assert numbers(inbox.waiting()) == [1, 3, 4]


def test_a_number_is_never_given_twice(path: Path) -> None:
    inbox = Inbox.opened(path)
    assert inbox.newest() == 0
    inbox.take([updated(1), updated(2)], NOW)
    inbox.answered_all(2)
    assert inbox.newest() == 2
    inbox.close()
    inbox = Inbox.opened(path)
    assert inbox.newest() == 2
    inbox.take([updated(1)], NOW)
    assert numbers(inbox.waiting()) == [inbox.newest()] == [3]
    inbox.close()


def test_facts_and_what_was_spent_are_there_after_a_restart(path: Path) -> None:
    inbox = Inbox.opened(path)
    inbox.remember("last success", "then")
    inbox.remember("last success", "now")
    inbox.remember("settings", "digest")
    inbox.remember("settings", None)
    inbox.spent("2026-11", 4, 3000, 200)
    inbox.spent("2026-11", 1, 10, 5)
    inbox.close()
    inbox = Inbox.opened(path)
    assert (inbox.recalled("last success"), inbox.recalled("settings")) == ("now", None)
    assert (inbox.spent_in("2026-11"), inbox.spent_in("2026-12")) == (Spent(5, 3010, 205), Spent())
    inbox.close()


def test_employees_about_to_be_added_are_known_until_it_is_known_what_came_of_it(path: Path) -> None:
    inbox = Inbox.opened(path)
    assert inbox.may_be_adding() is None
    inbox.adding([person(1), person(2)], NOW)
    inbox.adding([person(2), person(3)], LATER)
    inbox.close()
    inbox = Inbox.opened(path)
    assert inbox.may_be_adding() == (frozenset(map(person, (1, 2, 3))), LATER)
    inbox.added([person(2), person(3), person(4)])
    assert inbox.may_be_adding() == (frozenset({person(1)}), NOW)
    inbox.added(None)
    assert inbox.may_be_adding() is None
    inbox.close()


def test_employees_who_were_added_an_hour_ago_are_seen_by_now(inbox: Inbox) -> None:
    inbox.adding([person(1)], NOW)
    inbox.adding([person(2)], NOW + timedelta(minutes=59))
    assert inbox.may_be_adding() == (frozenset(map(person, (1, 2))), NOW + timedelta(minutes=59))
    inbox.adding([person(3)], NOW + timedelta(minutes=61))
    assert inbox.may_be_adding() == (frozenset(map(person, (2, 3))), NOW + timedelta(minutes=61))


def test_pauses_grow_to_an_hour_and_who_fails_after_that_is_given_up_on() -> None:
    due = [due_after(attempts, NOW) for attempts in range(1, len(PAUSES) + 2)]
    assert due == [*(NOW + pause for pause in PAUSES), None]
    assert sorted(PAUSES) == list(PAUSES)
    assert PAUSES[-1] == timedelta(hours=1)
    assert due_after(99, NOW) is None
    with pytest.raises(ValueError, match="never tried"):
        due_after(0, NOW)


def test_only_its_owner_can_read_it(path: Path) -> None:
    umask = os.umask(0)
    try:
        inbox = Inbox.opened(path)
        inbox.take([updated(1)], NOW)
        path.chmod(0o644)
        another = Inbox.opened(path)
    finally:
        os.umask(umask)
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    assert modes == {NAME: 0o600, f"{NAME}-wal": 0o600, f"{NAME}-shm": 0o600}
    another.close()
    inbox.close()


def test_what_is_taken_is_in_the_files_and_on_the_disk_before_the_call_returns(inbox: Inbox, path: Path) -> None:
    """A copy of the files is what a process leaves that is killed; that SQLite waits for the disk is its promise."""
    inbox.take([updated(1)], NOW)
    (path.parent / "copy").mkdir()
    for file in (path, path.with_name(f"{NAME}-wal")):
        (path.parent / "copy" / file.name).write_bytes(file.read_bytes())
    copy = Inbox.opened(path.parent / "copy" / NAME)
    assert copy.waiting() == inbox.waiting()
    copy.close()
    full = 2
    assert inbox._file.connection.execute("PRAGMA synchronous").fetchone() == (full,)  # noqa: SLF001  nobody else can tell


def test_what_breaks_off_in_the_middle_of_writing_leaves_nothing_and_keeps_nothing_else_from_it(inbox: Inbox) -> None:
    with pytest.raises(UnicodeEncodeError):
        inbox.remember("success", "\ud800")
    inbox.take([updated(1)], NOW)
    assert (inbox.recalled("success"), inbox.newest()) == (None, 1)


def test_a_reason_in_characters_that_are_none_is_kept_without_them(inbox: Inbox) -> None:
    inbox.take([updated(1)], NOW)
    inbox.failed([1], "It failed: \ud800.", None)
    assert inbox.given_up() == [Kept(1, updated(1), NOW, 1, None, "It failed: ?.")]


def test_those_who_come_while_one_waits_for_the_disk_share_the_next_waiting() -> None:
    went: list[Sequence[int]] = []

    def write(items: Sequence[int]) -> int:
        went.append(items)
        while len(went) == 1 and together.unfinished < 20:
            threading.Event().wait(0.001)
        return len(went)

    together = Together(write)
    outcomes: dict[int, int] = {}

    def ask(item: int) -> None:
        outcomes[item] = together.done(item)

    at_once([partial(ask, item) for item in range(20)])
    first, second = went
    assert len(first) + len(second) == 20
    assert outcomes == {**dict.fromkeys(second, 2), **dict.fromkeys(first, 1)}
    assert together.unfinished == 0


def test_who_breaks_off_in_the_middle_leaves_nobody_elses_call_undone() -> None:
    went: list[Sequence[str]] = []

    def write(items: Sequence[str]) -> str:
        went.append(items)
        while len(went) == 1 and together.unfinished < 3:
            threading.Event().wait(0.001)
        if len(went) == 2:
            raise ZeroDivisionError
        return "done"

    together = Together(write)
    outcomes: list[str] = []

    def ask(item: str) -> None:
        try:
            outcomes.append(together.done(item))
        except ZeroDivisionError:
            outcomes.append(f"{item} broke off")

    at_once([partial(ask, item) for item in "abc"])
    first, broken, again = went
    assert (len(first), len(broken), len(again)) == (1, 2, 1)
    (left,) = {*broken} - {*again}
    assert sorted(outcomes) == [f"{left} broke off", "done", "done"]
    assert together.unfinished == 0


def test_many_threads_lose_nothing_and_keep_the_order_of_each(inbox: Inbox, path: Path) -> None:
    """Half of them as in another process, which has something to remove all the time, too."""
    beside = Inbox.opened(path)

    def take(thread: int) -> None:
        mine = beside if thread % 2 else inbox
        for turn in range(10):
            mine.take([updated(thread * 100 + turn)], NOW)
            mine.drop(None)

    at_once([partial(take, thread) for thread in range(1, 17)])
    users = [UUID(kept.event.user).int for kept in inbox.waiting()]
    assert numbers(inbox.waiting()) == list(range(1, 161))
    assert all([u for u in users if u // 100 == t] == list(range(t * 100, t * 100 + 10)) for t in range(1, 17))
    beside.close()


def test_those_who_open_it_at_the_same_time_for_the_first_time_have_one_inbox(path: Path) -> None:
    inboxes: list[Inbox] = []
    at_once([lambda: inboxes.append(Inbox.opened(path))] * 8)
    for number, inbox in enumerate(inboxes, 1):
        inbox.take([updated(number)], NOW)
    assert [inbox.newest() for inbox in inboxes] == [8] * 8
    for inbox in inboxes:
        inbox.close()


def at_once(calls: Sequence[Callable[[], object]]) -> None:
    """Does all of it at the same time, and waits for it."""
    with ThreadPoolExecutor(len(calls)) as threads:
        for done in [threads.submit(call) for call in calls]:
            done.result()


def test_when_it_cannot_be_kept_everybody_who_asked_is_told(inbox: Inbox, path: Path) -> None:
    inbox.take([updated(1)], NOW)
    path.unlink()
    told: list[str] = []

    def take() -> None:
        with pytest.raises(InboxError) as error:
            inbox.take([updated(2)], NOW)
        told.append(str(error.value))

    at_once([take] * 8)
    assert len(told) == 8
    assert len({*told}) == 1


def test_a_file_that_was_removed_while_it_was_open_keeps_nothing_and_says_so(inbox: Inbox, path: Path) -> None:
    path.unlink()
    Inbox.opened(path).close()
    with pytest.raises(InboxError, match=r"was removed or replaced while it was open\. End this program"):
        inbox.take([updated(1)], NOW)
    with pytest.raises(InboxError):
        inbox.waiting()
    assert not inbox.is_writable()


def test_a_full_disk_is_told_and_loses_nothing_that_was_taken(inbox: Inbox) -> None:
    assert inbox.is_writable()
    inbox.take([updated(1)], NOW)
    leave_room(inbox, pages=2)
    with pytest.raises(
        InboxError, match=r"inbox\.sqlite, .* is of no use: its disk is full\. Make room there\."
    ) as error:
        inbox.take([updated(2)] * 1000, NOW)
    assert person(2) not in str(error.value)
    assert inbox.waiting() == [Kept(1, updated(1), NOW, due_at=NOW)]
    inbox.take([updated(3)], NOW)
    assert inbox.newest() == 2


def test_a_disk_that_takes_no_more_is_told_and_loses_nothing_that_was_taken(inbox: Inbox, path: Path) -> None:
    """Here every write fails from some moment on, of the log of changes as well."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, before[1]))
    try:
        with pytest.raises(InboxError, match=r"its disk fails, or is full\. Make room there"):
            take_on_and_on(inbox)
        assert not inbox.is_writable()
        taken = inbox.newest()
        assert numbers(inbox.waiting()) == list(range(1, taken + 1))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert taken
    inbox.take([updated(taken)], NOW)
    inbox.close()
    again = Inbox.opened(path)
    assert [kept.event for kept in again.waiting()] == [updated(number) for number in range(taken + 1)]
    again.close()


def take_on_and_on(inbox: Inbox) -> None:
    for number in count():
        inbox.take([updated(number)], NOW)


def leave_room(inbox: Inbox, pages: int) -> None:
    """Lets a file have some pages more and no others."""
    connection = inbox._file.connection  # noqa: SLF001  as a disk would
    there = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count = {there + pages}")


def test_a_file_that_only_can_be_read_is_told(inbox: Inbox) -> None:
    inbox._file.connection.execute("PRAGMA query_only = ON")  # noqa: SLF001  as for a user without the right to write
    with pytest.raises(InboxError, match=r"it is read-only\. Give the user that this runs as permission there\."):
        inbox.take([updated(1)], NOW)
    assert not inbox.is_writable()
    assert inbox.waiting() == []


def test_a_folder_that_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InboxError, match="cannot be written: Not a directory"):
        Inbox.opened(tmp_path / "file" / NAME)


def test_a_closed_inbox_says_so(path: Path) -> None:
    inbox = Inbox.opened(path)
    inbox.close()
    with pytest.raises(InboxError, match="it is closed, since this program is ending"):
        inbox.take([updated(1)], NOW)
    assert not inbox.is_writable()


@pytest.mark.parametrize("content", [b"Kari Nordmann" * 1000, b"SQLite format 3\0" + b"K" * 5000])
def test_a_file_that_is_no_inbox_is_left_as_it_is_and_told(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(InboxError, match=r"is no inbox of huma-xledger, or is broken\. Move it away") as error:
        Inbox.opened(path)
    assert "Kari" not in str(error.value)
    assert path.read_bytes() == content


def test_a_file_of_somebody_elses_is_left_as_it_is_and_told(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE event (number INTEGER)")
    connection.close()
    content = path.read_bytes()
    with pytest.raises(InboxError, match="is no inbox"):
        Inbox.opened(path)
    assert path.read_bytes() == content


def test_an_inbox_that_is_damaged_inside_is_told(path: Path) -> None:
    inbox = Inbox.opened(path)
    inbox.take([updated(number) for number in range(1, 500)], NOW)
    inbox.close()
    content = bytearray(path.read_bytes())
    content[-8192:] = os.urandom(8192)
    path.write_bytes(content)
    with pytest.raises(InboxError, match="or is broken"):
        Inbox.opened(path)


def test_an_inbox_of_a_later_version_is_left_as_it_is_and_told(path: Path) -> None:
    Inbox.opened(path).close()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 2")
    connection.close()
    content = path.read_bytes()
    with pytest.raises(InboxError, match=r"of a later version of huma-xledger, and not understood\. Update"):
        Inbox.opened(path)
    assert path.read_bytes() == content


def test_a_file_that_was_begun_and_not_filled_becomes_an_inbox(path: Path) -> None:
    path.touch()
    inbox = Inbox.opened(path)
    inbox.take([updated(1)], NOW)
    assert inbox.newest() == 1
    inbox.close()


@pytest.mark.slow
def test_processes_that_are_killed_while_they_take_events_lose_none_that_they_have_taken(path: Path) -> None:
    """Two at a time, of which neither finds an inbox at first."""
    chance = random.Random(20261129)
    taken: set[int] = set()
    for start in range(1_000_000, 5_000_000, 1_000_000):
        takers = [taker(path, start + more) for more in (0, 500_000)]
        lines: list[str] = []
        for process in takers:
            assert process.stdout
            lines += [process.stdout.readline() for _ in range(chance.randrange(1, 150))]
        for process in takers:
            process.send_signal(signal.SIGKILL)
            rest, errors = process.communicate()
            assert errors == ""
            lines += rest.splitlines()
        taken.update(map(int, lines))
        inbox = Inbox.opened(path)
        there = [UUID(kept.event.user).int for kept in inbox.waiting()]
        assert taken <= {*there}
        assert len(there) == len({*there}) == inbox.newest()
        inbox.close()
    by_thread = [[user for user in there if user // 10_000 == thread] for thread in {user // 10_000 for user in there}]
    assert len(by_thread) > 6
    assert all(users == list(range(users[0], users[0] + len(users))) for users in by_thread)


def taker(path: Path, first: int) -> subprocess.Popen[str]:
    return subprocess.Popen(  # noqa: S603  it is ended by whoever asked for it
        [sys.executable, "-c", TAKER, str(path), str(first)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
