"""What becomes of what Huma told: who is brought when, what comes of each ending, and what a kill leaves."""

import logging
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from huma_xledger.bringing.held import MAY_APPEAR, everybody_begins
from huma_xledger.bringing.runs import Ending, Ran
from huma_xledger.bringing.told import given_up
from huma_xledger.bringing.worker import BUSY, LOOK, TROUBLED, Worker
from huma_xledger.inbox.events import Event, Kept
from huma_xledger.inbox.file import InboxError
from huma_xledger.inbox.pauses import PAUSES
from integration_tests.scripted_connectors import a_summary
from integration_tests.scripted_runs import EVERYBODY, START, Bringing, KilledError, bringing, user

WHY = "Xledger answers with an error of its own."


@pytest.fixture
def some(tmp_path: Path) -> Iterator[Bringing]:
    """A worker without a schedule."""
    with bringing(tmp_path) as made:
        yield made


@pytest.fixture
def daily(tmp_path: Path) -> Iterator[Bringing]:
    """A worker that syncs everybody once a day, and has just done so."""
    with bringing(tmp_path, "1d") as made:
        made.works()
        assert made.asked() == [EVERYBODY]
        yield made


def fails(ending: Ending = Ending.PASSING) -> Ran:
    return Ran(ending, WHY)


def of(*users: int) -> tuple[str, ...]:
    return tuple(map(user, users))


# ------------------------------------------------------------------ who is brought, and in which order


def test_what_comes_about_one_person_within_a_second_is_brought_once_a_second_after_it_came(some: Bringing) -> None:
    some.comes(7)
    some.works(0.5)
    some.comes(7, 7)
    some.works()
    assert some.asked() == []
    some.works(0.5)
    assert some.asked() == [of(7)]
    assert some.waiting == []


def test_a_burst_of_a_thousand_is_brought_in_as_few_batches_as_there_are(tmp_path: Path) -> None:
    with bringing(tmp_path) as made:
        for hundred in range(10):
            made.comes(*range(100 * hundred, 100 * (hundred + 1)))
            made.works(0.2)
        made.works(20)
        asked = made.asked()
        assert [len(users) for users in asked] == [500, 500]
        assert sorted(who for users in asked for who in users) == sorted(of(*range(1000)))
        assert made.waiting == []


def test_what_comes_during_a_run_is_not_answered_by_it(some: Bringing) -> None:
    some.comes(7)
    some.runs.meanwhile = lambda: some.comes(7) if len(some.runs.asked) == 1 else None
    some.works(5)
    assert some.asked() == [of(7), of(7)]
    assert some.waiting == []


def test_a_webhook_that_names_nobody_has_everybody_brought_and_that_answers_all_that_came_before(
    some: Bringing,
) -> None:
    some.comes(7, None)
    some.runs.meanwhile = lambda: some.comes(8) if len(some.runs.asked) == 1 else None
    some.works(1)
    assert some.asked() == [EVERYBODY]
    assert [kept.event.user for kept in some.waiting] == [user(8)]


def test_who_is_brought_has_nothing_left_that_was_given_up_on_whatever_its_number(some: Bringing) -> None:
    some.comes(7, 7)
    some.inbox.failed([1, 2], WHY, None)
    some.inbox.retry([1], some.clock())
    some.works(1)
    assert some.asked() == [of(7)]
    assert some.inbox.given_up() == []


def test_one_webhook_after_the_other_that_names_nobody_has_everybody_brought_only_every_so_often(
    some: Bringing,
) -> None:
    for _ in range(58):
        some.comes(None)
        some.works(60)
    assert some.asked() == [EVERYBODY] * 4
    some.comes(7)
    some.works(1)
    assert some.asked() == [of(7)]


def test_a_run_that_had_to_bring_everybody_answers_all(some: Bringing) -> None:
    some.runs.comes_to = lambda _: Ran(Ending.DONE, summary=a_summary(), everybody=True)
    some.comes(*range(3))
    with_others = Bringing(some.path, batch_size=1, runs=some.runs)
    with_others.works(5)
    assert some.asked() == [of(0)]
    assert some.waiting == []


def test_what_was_brought_is_counted_measured_and_paid_for(some: Bringing) -> None:
    cost = a_summary(received=1, updated=1, requests=4, bytes_sent=100, bytes_received=2000)
    some.runs.comes_to = lambda _: Ran(Ending.DONE, summary=cost, huma_requests=1)
    some.runs.meanwhile = lambda: some.clock.goes_on(0.4)
    some.comes(7)
    some.works(1)
    text = some.meters.text().decode()
    for line in (
        'huma_xledger_events_total{became="brought"} 1.0',
        "huma_xledger_webhook_to_ledger_seconds_sum 1.4",
        'huma_xledger_requests_total{system="huma"} 1.0',
        'huma_xledger_requests_total{system="xledger"} 4.0',
        'huma_xledger_run_seconds_count{ending="done",of="some"} 1.0',
    ):
        assert line in text
    spent = some.inbox.spent_in("2026-11")
    assert (spent.requests, spent.bytes_sent, spent.bytes_received) == (4, 100, 2000)


def test_it_is_warmed_up_once_before_it_waits_and_that_is_paid_for(some: Bringing) -> None:
    cost = {"requests": 2, "bytes_sent": 100, "bytes_received": 2000}
    some.runs.warming_up = Ran(Ending.DONE, summary=cost, huma_requests=1)
    some.works(10)
    some.comes(7)
    some.works(10)
    assert some.runs.warmed_up == [0]
    assert some.asked() == [of(7)]
    assert 'huma_xledger_requests_total{system="huma"} 1.0' in some.meters.text().decode()
    assert some.inbox.spent_in("2026-11").requests == 2
    assert some.worker.condition().last_success == START + timedelta(seconds=11), "that brought nobody"


def test_it_is_warmed_up_after_whatever_is_due_and_after_each_sync_of_everybody(daily: Bringing) -> None:
    assert daily.runs.warmed_up == [1]
    daily.works(100_000)
    assert daily.asked() == [EVERYBODY]
    assert daily.runs.warmed_up == [1, 1]


def test_what_fails_while_it_is_warmed_up_is_not_told(some: Bringing, caplog: pytest.LogCaptureFixture) -> None:
    some.runs.warming_up = ValueError("Kari Nordmann")
    with caplog.at_level(logging.INFO):
        some.works(10)
    assert caplog.records == []
    some.comes(7)
    some.works(1)
    assert some.asked() == [of(7)]
    assert some.waiting == []


# ------------------------------------------------------------------ what comes of each ending


@pytest.mark.parametrize("ending", [Ending.PASSING, Ending.CONFIG])
def test_who_failed_together_for_nobodys_reason_is_tried_together_with_growing_pauses_and_then_given_up_on(
    ending: Ending, some: Bringing
) -> None:
    some.runs.comes_to = lambda _: fails(ending)
    some.comes(7, 8)
    some.works(1)
    assert some.asked() == [of(7, 8)]
    for pause in PAUSES:
        assert {kept.due_at for kept in some.waiting} == {some.clock() + pause}
        assert {kept.problem for kept in some.waiting} == {WHY}
        assert some.heard.of_given_up == []
        some.works(pause.total_seconds())
        assert some.asked() == [of(7, 8)]
    assert some.waiting == []
    assert [kept.event.user for kept in some.inbox.given_up()] == [user(7), user(8)]
    ((events, problem),) = some.heard.of_given_up
    assert [kept.event.user for kept in events] == [user(7), user(8)]
    assert problem == WHY
    some.works(100_000)
    assert some.asked() == []
    assert len(some.heard.of_given_up) == 1


def test_who_failed_together_for_a_reason_that_may_be_one_persons_is_tried_alone_and_only_that_one_fails(
    some: Bringing,
) -> None:
    some.runs.comes_to = lambda users: fails(Ending.UNFORESEEN) if user(8) in users else None
    some.comes(7, 8, 9)
    some.works(4)
    assert some.asked() == [of(7, 8, 9), of(7), of(8), of(9)]
    assert [(kept.event.user, kept.attempts) for kept in some.waiting] == [(user(8), 1)]
    some.comes(8, 9)
    some.works(1)
    assert set(some.asked()) == {of(8), of(9)}


def test_who_alone_could_not_be_read_is_tried_again_and_given_up_on_alone_and_all_others_are_answered(
    some: Bringing,
) -> None:
    def without_some(users: Sequence[str]) -> Ran:
        unread = {user(8): WHY, user(9): "Huma does not show them."}
        return Ran(
            Ending.CONFIG, "Both.", a_summary(updated=1), unread={who: unread[who] for who in users if who in unread}
        )

    some.runs.comes_to = without_some
    some.comes(*range(6, 11))
    some.works(1)
    assert some.asked() == [of(*range(6, 11))]
    assert [(kept.event.user, kept.attempts, kept.problem) for kept in some.waiting] == [
        (user(8), 1, WHY),
        (user(9), 1, "Huma does not show them."),
    ]
    assert some.worker.condition().last_success == some.clock()
    for pause in PAUSES:
        some.works(pause.total_seconds())
        assert some.asked() == [of(8, 9)]
    assert [kept.event.user for kept in some.inbox.given_up()] == [user(8), user(9)]


def test_where_nobody_could_be_read_nobody_counts_as_brought(some: Bringing) -> None:
    some.runs.comes_to = lambda users: Ran(Ending.PASSING, WHY, unread=dict.fromkeys(users, WHY))
    some.comes(7, 8)
    some.works(1)
    assert [kept.attempts for kept in some.waiting] == [1, 1]
    assert some.worker.condition().last_success is None
    some.asked()
    some.works(PAUSES[0].total_seconds())
    assert some.asked() == [of(7, 8)]


def test_others_are_not_kept_waiting_by_those_who_are_tried_alone(some: Bringing) -> None:
    some.runs.comes_to = lambda users: fails(Ending.UNFORESEEN) if len(users) == 5 else None
    some.runs.meanwhile = lambda: some.clock.goes_on(0.5)
    some.comes(*range(5))
    some.works(1)
    some.asked()
    some.comes(5, 6)
    some.works(20)
    asked = some.asked()
    assert asked.index(of(5, 6)) <= 3
    assert some.waiting == []


def test_an_exception_nobody_foresaw_ends_a_run_and_not_the_worker_and_is_told_without_its_words(
    some: Bringing, caplog: pytest.LogCaptureFixture
) -> None:
    some.runs.comes_to = lambda _: ValueError("Kari Nordmann")
    some.comes(7)
    with caplog.at_level(logging.INFO):
        some.works(1)
    (kept,) = some.waiting
    assert kept.attempts == 1
    assert kept.problem is not None
    assert "ValueError" in kept.problem
    assert "Kari" not in kept.problem
    assert not any("Kari" in record.getMessage() for record in caplog.records)
    some.runs.comes_to = lambda _: None
    some.works(5)
    assert some.waiting == []


def test_another_sync_that_runs_is_nobodys_failure(some: Bringing) -> None:
    some.runs.comes_to = lambda _: Ran(Ending.BUSY, "Another sync runs.")
    some.comes(7)
    some.works(61)
    assert 10 <= len(some.asked()) <= 15
    assert [kept.attempts for kept in some.waiting] == [0]
    some.runs.comes_to = lambda _: None
    some.works(BUSY.total_seconds())
    assert some.waiting == []


def test_a_later_change_that_is_brought_answers_the_earlier_ones_too_even_one_that_was_given_up_on(
    some: Bringing,
) -> None:
    some.runs.comes_to = lambda _: fails()
    some.comes(7)
    some.works(10_000)
    assert len(some.inbox.given_up()) == 1
    some.comes(7, 8)
    some.works(1)
    some.comes(7)
    some.runs.comes_to = lambda users: fails() if user(8) in users else None
    some.asked()
    some.works(1)
    assert some.asked() == [of(7)]
    assert some.inbox.given_up() == []
    assert [kept.event.user for kept in some.waiting] == [user(8)]


def test_a_change_that_is_new_is_not_given_up_on_with_an_old_one(some: Bringing) -> None:
    some.runs.comes_to = lambda _: fails()
    some.comes(7)
    some.works(sum(PAUSES[:-1], timedelta()).total_seconds() + 2)
    (old,) = some.waiting
    assert old.attempts == len(PAUSES)
    some.comes(7)
    some.works(1)
    assert [kept.attempts for kept in some.waiting] == [len(PAUSES), 1]


def test_what_somebody_has_tried_again_is_tried(some: Bringing) -> None:
    some.runs.comes_to = lambda _: fails()
    some.comes(7)
    some.works(10_000)
    some.asked()
    some.inbox.retry(None, some.clock())
    some.runs.comes_to = lambda _: None
    some.works(1)
    assert some.asked() == [of(7)]


def test_somebody_is_told_of_a_rejection_and_of_all_at_once_who_are_given_up_on(some: Bringing) -> None:
    rejected = Ran(Ending.DONE, summary=a_summary(received=1, rejected={"missing_key": 1}))
    some.runs.comes_to = lambda users: rejected if users == of(7) else None
    some.comes(7)
    some.works(1)
    some.comes(8)
    some.works(1)
    assert some.heard.of_rejected == [rejected]
    some.runs.comes_to = lambda _: fails(Ending.UNFORESEEN)
    some.comes(*range(10))
    some.works(10_000)
    assert [len(events) for events, _ in some.heard.of_given_up] == [10]


@pytest.fixture
def not_told(some: Bringing, monkeypatch: pytest.MonkeyPatch) -> Bringing:
    """A worker that was killed when it had given up on somebody, before it was told."""
    some.runs.comes_to = lambda _: fails()
    some.comes(7)
    with monkeypatch.context() as patched:

        def killed(*_: object) -> None:
            raise KilledError

        patched.setattr(type(some.heard), "given_up", killed)
        with suppress(KilledError):
            some.works(10_000)
    assert len(some.inbox.given_up()) == 1
    return some


def test_a_kill_before_it_was_told_who_was_given_up_on_leaves_it_to_be_told(not_told: Bringing) -> None:
    for _ in range(2):
        not_told.restarts()
        not_told.works()
        ((events, problem),) = not_told.heard.of_given_up
        assert [kept.event.user for kept in events] == [user(7)]
        assert problem == WHY


def test_who_was_brought_before_it_was_told_that_they_were_given_up_on_is_not_told_of(not_told: Bringing) -> None:
    not_told.runs.comes_to = lambda _: None
    not_told.comes(7)
    not_told.clock.goes_on(1)
    not_told.restarts()
    not_told.works(1)
    assert not_told.heard.of_given_up == []
    assert not_told.inbox.given_up() == []


def test_an_inbox_that_fails_within_a_run_is_nobodys_failure(some: Bringing) -> None:
    some.runs.comes_to = lambda _: InboxError("The inbox cannot be written.")
    some.comes(7, 8)
    with pytest.raises(InboxError):
        some.works(1)
    assert [kept.attempts for kept in some.waiting] == [0, 0]


def test_what_is_said_of_those_who_were_given_up_on_names_them_by_id_and_says_what_to_do() -> None:
    events = [Kept(number, Event("users-update", user(number % 30)), START) for number in range(40)]
    sentence = given_up(events, WHY, Path("/srv/fjord"))
    assert sentence.startswith("40 changes that Huma told of, about 30 people (")
    assert user(24) in sentence
    assert user(25) not in sentence
    assert "and 5 more)" in sentence
    assert "huma-xledger events /srv/fjord" in sentence
    assert WHY in sentence
    assert "naming nobody" in given_up([Kept(1, Event("users-export", None), START)], WHY, Path())


# ------------------------------------------------------------------ everybody, by the timetable


def test_everybody_is_brought_at_the_start_where_they_never_were_and_then_as_the_timetable_says(
    tmp_path: Path,
) -> None:
    with bringing(tmp_path, "6h") as made:
        made.works(24 * 3600)
        assert made.asked() == [EVERYBODY] * 5


def test_a_restart_brings_everybody_only_if_the_time_has_come_and_however_many_were_missed_only_once(
    daily: Bringing,
) -> None:
    daily.clock.goes_on(23 * 3600)
    daily.restarts()
    daily.works()
    assert daily.asked() == []
    daily.clock.goes_on(5 * 24 * 3600)
    daily.restarts()
    daily.works(3600)
    assert daily.asked() == [EVERYBODY]


def test_a_clock_that_was_ahead_keeps_no_webhook_that_names_nobody_waiting(some: Bringing) -> None:
    year = 365 * 24 * 3600
    some.clock.goes_on(year)
    some.comes(None)
    some.works(1)
    some.clock.goes_on(-year)
    assert some.asked() == [EVERYBODY]
    some.comes(None)
    some.works(3600)
    assert some.asked() == [EVERYBODY]


def test_a_clock_that_was_ahead_has_everybody_wait_no_longer_than_the_timetable(daily: Bringing) -> None:
    year, day = 365 * 24 * 3600, 24 * 3600
    daily.clock.goes_on(year)
    daily.works()
    daily.clock.goes_on(-year)
    assert daily.asked() == [EVERYBODY]
    daily.works(day)
    assert daily.asked() == [EVERYBODY]


def test_neither_webhooks_nor_the_timetable_ever_wait_for_each_other_for_long(tmp_path: Path) -> None:
    """Something comes all the time, a sync of everybody takes longer than the pause between two of them."""
    with bringing(tmp_path, "1m") as made:

        def meanwhile() -> None:
            made.clock.goes_on(90 if made.runs.asked[-1] == EVERYBODY else 2)
            made.comes(7)

        made.runs.meanwhile = meanwhile
        made.comes(7)
        for _ in range(12):
            made.clock.goes_on(1)
            made.worker.turn()
        assert made.asked() == [EVERYBODY, of(7)] * 6


@pytest.mark.parametrize("ending", [Ending.PASSING, Ending.CONFIG, Ending.UNFORESEEN])
def test_a_sync_of_everybody_that_fails_is_tried_again_with_growing_pauses(ending: Ending, tmp_path: Path) -> None:
    with bringing(tmp_path, "1d") as made:
        times: list[datetime] = []
        made.runs.meanwhile = lambda: times.append(made.clock())
        made.runs.comes_to = lambda _: fails(ending)
        made.works(3 * 3600)
        pauses = [after - before for before, after in pairwise(times)]
        assert pauses[: len(PAUSES) + 1] == [*PAUSES, PAUSES[-1]]
        made.runs.comes_to = lambda _: None
        made.works(3600)
        made.asked()
        made.works(20 * 3600)
        assert made.asked() == []


def test_a_failure_never_has_everybody_wait_longer_than_the_timetable(tmp_path: Path) -> None:
    with bringing(tmp_path, "15m") as made:
        times: list[datetime] = []
        made.runs.meanwhile = lambda: times.append(made.clock())
        made.runs.comes_to = lambda _: fails()
        made.works(4 * 3600)
        assert max(after - before for before, after in pairwise(times)) == timedelta(minutes=15)


def test_who_was_rejected_in_a_sync_of_everybody_is_logged_by_id(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    lines = [f"users {user(number)} was rejected (missing_key). There is no employment ID." for number in range(60)]
    with bringing(tmp_path, "1d") as made, caplog.at_level(logging.WARNING):
        summary = a_summary(rejected={"missing_key": 60})
        made.runs.comes_to = lambda _: Ran(Ending.DONE, summary=summary, log=("Said.", *lines), everybody=True)
        made.works()
        assert made.heard.of_rejected == [], "The sync tells of it by itself."
    told = [record.getMessage() for record in caplog.records]
    assert told[:50] == lines[:50]
    assert len(told) == 51
    assert told[50].startswith("... and 10 more like these.")


def test_that_nobody_could_be_told_of_a_sync_of_everybody_is_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with bringing(tmp_path, "1d") as made:
        made.runs.comes_to = lambda _: replace(fails(), untold=("The first address cannot be reached.",))
        made.works()
    assert "The first address cannot be reached." in caplog.text


def test_a_busy_connection_has_everybody_wait_a_moment(tmp_path: Path) -> None:
    with bringing(tmp_path, "1d") as made:
        made.runs.comes_to = lambda _: Ran(Ending.BUSY, "Another sync runs.") if len(made.runs.asked) < 3 else None
        made.works(60)
        assert made.asked() == [EVERYBODY] * 3


# ------------------------------------------------------------------ what the log says


@pytest.mark.parametrize(
    ("people", "ran", "said"),
    [
        ((7,), {"updated": 1, "requests": 3}, f"User {user(7)} was brought in 0.0 seconds: 1 updated (3 requests to"),
        ((7,), {"unchanged": 1, "requests": 1}, f"User {user(7)} was looked at in 0.0 seconds: 1 unchanged (1 request"),
        ((7,), {"rejected": {"code": 1}}, f"User {user(7)} was looked at in 0.0 seconds: 1 rejected (0 requests to"),
        ((7,), {}, f"User {user(7)} was looked at in 0.0 seconds: nothing to bring (0 requests to"),
        ((7, 8), {"created": 1, "updated": 1}, "2 people were brought in 0.0 seconds: 1 created, 1 updated"),
        ((7, 8), {"updated": 1, "skipped": {"code": 1}}, "2 people were looked at in 0.0 seconds: 1 updated, 1 skip"),
    ],
)
def test_nobody_is_said_to_be_brought_who_needed_nothing_or_was_rejected(
    some: Bringing, caplog: pytest.LogCaptureFixture, people: Sequence[int], ran: dict[str, Any], said: str
) -> None:
    some.runs.comes_to = lambda _: Ran(Ending.DONE, summary=a_summary(**ran))
    some.comes(*people)
    with caplog.at_level(logging.INFO):
        some.works(1)
    assert said in caplog.text


@pytest.mark.parametrize(
    ("people", "said"),
    [((7,), f"User {user(7)} was not brought. {WHY} Tried again in 5"), ((7, 8), f"2 people were not brought. {WHY}")],
)
def test_who_was_not_brought_is_said_with_why_and_when_it_is_tried_again(
    some: Bringing, caplog: pytest.LogCaptureFixture, people: Sequence[int], said: str
) -> None:
    some.runs.comes_to = lambda _: fails()
    some.comes(*people)
    some.works(1)
    assert said in caplog.text


def test_a_sync_of_everybody_is_said_to_begin_and_when_the_next_one_is(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO), bringing(tmp_path, "1d") as made:
        made.works()
        begins, _, is_next = (record.getMessage() for record in caplog.records)
        assert begins.startswith("A sync of everybody who has changed begins.")
        assert is_next == "Everybody who has changed is synced next at 2026-11-30 12:00:00 UTC."
        caplog.clear()
        made.restarts()
        assert [record.getMessage() for record in caplog.records] == [is_next]


def test_it_is_said_once_when_everybody_is_synced_next_however_often_that_is_done_before(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO), bringing(tmp_path, "0 5 1 1 *") as made:
        made.works()
        made.runs.comes_to = lambda _: Ran(Ending.DONE, everybody=True)
        made.comes(7)
        made.works(1)
        assert len(made.asked()) == 2
    assert caplog.text.count("is synced next at") == 1


def test_a_sync_of_everybody_that_failed_is_said_to_and_when_it_is_tried_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO), bringing(tmp_path, "1d") as made:
        made.runs.comes_to = lambda _: fails()
        made.works(20)
    assert f"The sync of everybody failed. {WHY}" in caplog.text
    assert "Everybody who has changed is synced next at 2026-11-29 12:00:20 UTC." in caplog.text


def test_however_long_a_connection_is_busy_one_line_says_so(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO), bringing(tmp_path, "1d") as made:
        made.runs.comes_to = lambda _: Ran(Ending.BUSY, "Another sync runs.")
        made.comes(7)
        made.works(3600)
    assert len(made.asked()) > 100
    assert [record.getMessage() for record in caplog.records] == [
        "A sync of everybody who has changed begins. Whom Huma names meanwhile waits for its end.",
        "Another sync runs. This is tried again every 5 seconds, until it is done.",
    ]


# ------------------------------------------------------------------ a kill, at every step


def test_who_may_have_been_added_by_a_killed_run_waits_until_they_would_be_seen_and_nobody_else_does(
    daily: Bringing,
) -> None:
    daily.comes(7, 8)
    daily.inbox.adding(of(7), daily.clock())
    daily.clock.goes_on(100)
    daily.restarts()
    daily.comes(7)
    daily.works(MAY_APPEAR.total_seconds() - 100.1)
    assert daily.asked() == [of(8)]
    daily.works(1)
    assert daily.asked() == [of(7)]


def test_nor_is_everybody_brought_before_those_who_may_have_been_added_would_be_seen(tmp_path: Path) -> None:
    with bringing(tmp_path, "1d") as made:
        made.inbox.adding(of(7), made.clock())
        made.comes(None)
        made.works(MAY_APPEAR.total_seconds() - 0.1)
        assert made.asked() == []
        made.works(1)
        assert made.asked() == [EVERYBODY]


def test_nobody_is_brought_for_a_while_after_a_sync_of_everybody_that_was_killed_on_its_way(
    daily: Bringing, caplog: pytest.LogCaptureFixture
) -> None:
    everybody_begins(daily.inbox)
    daily.clock.goes_on(1000)
    daily.restarts()
    assert "nobody is brought before 12:21:40 UTC" in caplog.text
    daily.comes(7, None)
    daily.works(100)
    daily.restarts()
    daily.works(MAY_APPEAR.total_seconds() - 100.1)
    assert daily.asked() == []
    daily.works(1)
    assert EVERYBODY in daily.asked()
    daily.clock.goes_on(1000)
    daily.restarts()
    daily.comes(7)
    daily.works(1)
    assert daily.asked() == [of(7)]


STEPS = ("newest", "waiting", "may_be_adding", "answered", "answered_all", "remember", "spent", "failed", "put_off")


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", [*STEPS, "some", "everybody"])
def test_a_kill_at_any_step_loses_nothing_and_what_is_left_is_brought_in_order(
    step: str, when: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All that a kill leaves is the file of the inbox: everything else is made anew."""
    told = {7: 0, 8: 0}
    brought = dict(told)
    with bringing(tmp_path, "12h") as made:

        def comes_to(users: Sequence[str]) -> Ran | None:
            match len(made.runs.asked) % 4:
                case 1:
                    return fails()
                case 2:
                    return Ran(Ending.BUSY, "Another sync runs.")
            brought.update({who: count for who, count in told.items() if not users or user(who) in users})
            return None

        made.runs.comes_to = comes_to
        for count in range(1, 6):
            told = dict.fromkeys(told, count)
            made.comes(*told, *([None] if count == 3 else []))
            with monkeypatch.context() as patched:
                place = made.runs if step in {"some", "everybody"} else made.inbox
                carried_out = getattr(place, step)

                def killed(*args: object, carried_out: object = carried_out) -> None:
                    if when == "after":
                        carried_out(*args)  # type: ignore[operator]
                    raise KilledError

                patched.setattr(type(place), step, lambda _, *args, killed=killed: killed(*args))
                with suppress(KilledError):
                    made.works(20)
            made.clock.goes_on(1)
            made.restarts()
        made.works(2000)
        assert made.waiting == []
        assert made.inbox.given_up() == []
    assert brought == told


# ------------------------------------------------------------------ how things are


def test_how_things_are_outlasts_a_restart(daily: Bringing) -> None:
    daily.runs.comes_to = lambda _: fails()
    daily.comes(7)
    daily.works(2)
    daily.restarts()
    condition = daily.worker.condition()
    assert condition.last_success == START
    assert condition.oldest_waiting == START
    assert (condition.waiting, condition.given_up) == (1, 0)
    daily.works(10_000)
    assert (daily.worker.condition().waiting, daily.worker.condition().given_up) == (0, 1)


@pytest.fixture
def running(some: Bringing) -> Iterator[Worker]:
    """A worker in its own thread, by the real clock."""
    worker = Worker(some.runs, some.inbox, some.meters, some.heard, None, 500)
    worker.start()
    yield worker
    worker.close(30)


def test_a_worker_wakes_up_when_something_comes_and_ends_when_it_is_to(running: Worker, some: Bringing) -> None:
    done = threading.Event()
    some.runs.meanwhile = done.set
    assert running.condition().works
    some.comes(7)  # by a clock that is behind: it is due already
    running.arrived()
    assert done.wait(30)
    assert running.close(30)
    assert not running.condition().works
    assert some.waiting == []


def test_a_run_that_does_not_end_is_stopped_and_what_it_was_to_do_is_no_failure(
    running: Worker, some: Bringing
) -> None:
    begun, stopped = threading.Event(), threading.Event()

    def meanwhile() -> None:
        begun.set()
        stopped.wait(30)

    some.runs.meanwhile = meanwhile
    some.runs.stop = stopped.set  # type: ignore[method-assign]
    some.runs.comes_to = lambda _: fails()
    some.comes(7)
    running.arrived()
    assert begun.wait(30)
    assert running.close(0)
    assert [kept.attempts for kept in some.waiting] == [0]


def test_an_inbox_that_cannot_be_read_is_told_and_makes_the_worker_unwell_until_it_can(
    some: Bringing, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_: object) -> list[Kept]:
        raise InboxError("The inbox cannot be read.")

    with monkeypatch.context() as patched:
        patched.setattr(type(some.inbox), "waiting", broken)
        some.worker._turn_or_trouble()  # noqa: SLF001
        assert not some.worker._is_well  # noqa: SLF001
        assert some.worker._pause(None) == TROUBLED  # noqa: SLF001
    assert [record.getMessage() for record in caplog.records] == ["The inbox cannot be read."]
    some.worker._turn_or_trouble()  # noqa: SLF001
    assert some.worker._is_well  # noqa: SLF001
    assert some.worker._pause(None) == LOOK  # noqa: SLF001
    assert some.worker._pause(START + timedelta(hours=1)) == LOOK  # noqa: SLF001
    assert some.worker._pause(START + timedelta(seconds=0.3)) == timedelta(seconds=0.3)  # noqa: SLF001
    assert some.worker._pause(START - timedelta(hours=1)) == timedelta()  # noqa: SLF001
