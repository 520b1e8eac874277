"""Whatever is done to an inbox, in whatever order, and however often it is opened again: nothing is lost or changed."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from huma_xledger.inbox.events import OTHER, TOPICS, Event, Kept
from huma_xledger.inbox.store import NAME, Inbox

if TYPE_CHECKING:
    from collections.abc import Collection

START = datetime(2026, 11, 29, 21, 27, 16, tzinfo=timezone.utc)
USERS = [str(UUID(int=number)) for number in range(4)]
HOUR = timedelta(hours=1)

events = st.builds(Event, st.sampled_from([*sorted(TOPICS), "teams-create"]), st.sampled_from([None, *USERS]))
times = st.timedeltas(timedelta(), 3 * HOUR).map(lambda since: START + since)
some_users = st.sets(st.sampled_from(USERS))
places = st.sets(st.integers(0, 12))
"""Counted from the newest event, so that there often are such, and sometimes are not."""


class AnyOrder(RuleBasedStateMachine):
    """An inbox, and beside it what a plain list would hold."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.there: list[Kept] = []
        self.newest = 0
        self.adding: dict[str, datetime] = {}
        self.facts: dict[str, str] = {}
        self.open()

    def open(self) -> None:
        self.inbox = Inbox.opened(Path(self.folder.name) / NAME)
        # What is on the disk after a power cut is another test's; waiting for it would take all the time of this one.
        self.inbox._file.connection.execute("PRAGMA synchronous = OFF")  # noqa: SLF001

    def chosen(self, back: Collection[int]) -> set[int]:
        return {self.newest - place for place in back}

    def remove(self, gone: list[Kept]) -> list[Kept]:
        self.there = [kept for kept in self.there if kept not in gone]
        return gone

    @rule(events=st.lists(events, max_size=4), at=times)
    def take(self, events: list[Event], at: datetime) -> None:
        self.inbox.take(events, at)
        for event in events:
            self.newest += 1
            topic = event.topic if event.topic in TOPICS else OTHER
            self.there.append(Kept(self.newest, replace(event, topic=topic), at, due_at=at))

    @rule(users=some_users, back=st.integers(0, 6))
    def answered(self, users: set[str], back: int) -> None:
        up_to = self.newest - back
        gone = [kept for kept in self.there if kept.event.user in users and kept.number <= up_to]
        assert self.inbox.answered(users, up_to) == self.remove(gone)

    @rule(back=st.integers(0, 12))
    def answered_all(self, back: int) -> None:
        up_to = self.newest - back
        assert self.inbox.answered_all(up_to) == self.remove([kept for kept in self.there if kept.number <= up_to])

    @rule(back=places, problem=st.sampled_from(["It failed.", "x" * 5000]), due=st.none() | times)
    def failed(self, back: set[int], problem: str, due: datetime | None) -> None:
        numbers = self.chosen(back)
        self.inbox.failed(numbers, problem, due)
        self.there = [
            replace(kept, attempts=kept.attempts + 1, problem=problem[:1000], due_at=due)
            if kept.number in numbers and kept.due_at
            else kept
            for kept in self.there
        ]

    @rule(back=places, due=times)
    def put_off(self, back: set[int], due: datetime) -> None:
        numbers = self.chosen(back)
        self.inbox.put_off(numbers, due)
        self.there = [
            replace(kept, due_at=due) if kept.number in numbers and kept.due_at else kept for kept in self.there
        ]

    @rule(back=st.none() | places, now=times)
    def retry(self, back: set[int] | None, now: datetime) -> None:
        again = self.given_up(back)
        assert self.inbox.retry(None if back is None else self.chosen(back), now) == len(again)
        self.there = [
            replace(kept, attempts=0, problem=None, due_at=now) if kept in again else kept for kept in self.there
        ]

    @rule(back=st.none() | places)
    def drop(self, back: set[int] | None) -> None:
        gone = self.given_up(back)
        assert self.inbox.drop(None if back is None else self.chosen(back)) == len(self.remove(gone))

    def given_up(self, back: set[int] | None) -> list[Kept]:
        numbers = None if back is None else self.chosen(back)
        return [kept for kept in self.there if not kept.due_at and (numbers is None or kept.number in numbers)]

    @rule(users=some_users, since=times)
    def add(self, users: set[str], since: datetime) -> None:
        self.inbox.adding(users, since)
        self.adding = {user: at for user, at in self.adding.items() if at >= since - HOUR} | dict.fromkeys(users, since)

    @rule(users=st.none() | some_users)
    def added(self, users: set[str] | None) -> None:
        self.inbox.added(users)
        self.adding = {user: at for user, at in self.adding.items() if users is not None and user not in users}

    @rule(name=st.sampled_from(["success", "settings"]), text=st.none() | st.text(max_size=3))
    def remember(self, name: str, text: str | None) -> None:
        self.inbox.remember(name, text)
        self.facts = {known: told for known, told in self.facts.items() if known != name}
        if text is not None:
            self.facts[name] = text

    @rule()
    def reopen(self) -> None:
        self.inbox.close()
        self.open()

    @rule()
    def open_beside(self) -> None:
        """And go on with the second one."""
        first = self.inbox
        self.open()
        first.close()

    @invariant()
    def it_is_as_it_should_be(self) -> None:
        assert self.inbox.waiting() == [kept for kept in self.there if kept.due_at]
        assert self.inbox.given_up() == [kept for kept in self.there if not kept.due_at]
        assert self.inbox.newest() == self.newest
        assert self.inbox.may_be_adding() == (
            (frozenset(self.adding), max(self.adding.values())) if self.adding else None
        )
        assert [self.inbox.recalled(name) for name in ("success", "settings")] == [
            self.facts.get(name) for name in ("success", "settings")
        ]

    def teardown(self) -> None:
        self.inbox.close()
        self.folder.cleanup()


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(max_examples=settings().max_examples // 2, stateful_step_count=30)
