"""Who is brought next, and when: what holds of it, whatever came, whenever, and however often it failed."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huma_xledger.bringing.gathering import FAR_AHEAD, FEW, LONGEST, SOON, Batch, Later, gathered, of_nobody
from huma_xledger.inbox.events import Event, Kept

NOW = datetime(2026, 11, 29, 12, 0, tzinfo=timezone.utc)
BATCH = 50
"""How many people are brought at a time here."""


def user(number: int) -> str:
    return str(UUID(int=number))


def came(number: int, who: int | None, ago: float, **how: object) -> Kept:
    """An event that came so many seconds ago."""
    at = NOW - timedelta(seconds=ago)
    kept = Kept(number, Event("users-update", None if who is None else user(who)), at, due_at=at)
    return replace(kept, **how)  # type: ignore[arg-type]


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


@st.composite
def inboxes(draw: st.DrawFn) -> Sequence[Kept]:
    """What may wait: new, tried in vain, and put off; a few, or a burst."""
    most = draw(st.sampled_from([3, FEW, 2 * FEW, 3 * BATCH]))
    agos = sorted(draw(st.lists(st.floats(0, 30), max_size=3 * BATCH)), reverse=True)
    waiting = []
    for number, ago in enumerate(agos, 1):
        kept = came(number, draw(st.none() | st.integers(1, most)), ago)
        if draw(st.integers(0, 4)) == 0:
            due = after(draw(st.sampled_from([-20.0, -0.5, 0.0, 5.0, 300.0, 3600.0])))
            kept = replace(kept, attempts=draw(st.integers(0, 6)), due_at=max(due, kept.came_at))
        waiting.append(kept)
    return waiting


def is_over(kept: Kept) -> bool:
    """Whether neither a pause nor the second after it came keeps an event from being tried."""
    assert kept.due_at is not None
    return kept.due_at <= NOW and (kept.attempts > 0 or kept.came_at + SOON <= NOW)


def people(waiting: Sequence[Kept]) -> set[str]:
    return {kept.event.user for kept in waiting if kept.event.user is not None}


@given(inboxes(), st.sets(st.integers(1, 40)), st.booleans())
def test_everybody_in_a_batch_is_there_once_because_something_about_them_may_be_tried(
    waiting: Sequence[Kept], alone: set[int], alone_next: bool
) -> None:
    batch = gathered(waiting, NOW, BATCH, alone={user(of) for of in alone}, alone_next=alone_next)
    if isinstance(batch, Later):
        return
    assert 0 < len(batch.users) <= BATCH
    assert len(set(batch.users)) == len(batch.users)
    tried = {kept.number: kept for kept in waiting if kept.number in batch.numbers}
    assert len(tried) == len(batch.numbers)
    assert {kept.event.user for kept in tried.values()} == set(batch.users)
    assert any(map(is_over, tried.values()))
    for kept in tried.values():
        assert kept.due_at is not None
        assert is_over(kept) or (kept.attempts == 0 and kept.due_at <= kept.came_at + SOON), "It is in a pause."
    if {user(of) for of in alone} & set(batch.users):
        assert len(batch.users) == 1


@given(inboxes())
def test_a_batch_answers_nothing_that_was_not_there(waiting: Sequence[Kept]) -> None:
    batch = gathered(waiting, NOW, BATCH)
    assert isinstance(batch, Later) or batch.up_to == waiting[-1].number


@given(inboxes())
def test_nobody_waits_longer_than_a_burst_may_take(waiting: Sequence[Kept]) -> None:
    """And whoever waits is looked at again, at a time that is to come."""
    found = gathered(waiting, NOW, BATCH)
    if isinstance(found, Batch):
        return
    named = [kept for kept in waiting if kept.event.user is not None]
    assert (found.at is None) == (not named)
    assert found.at is None or NOW < found.at <= NOW + FAR_AHEAD
    for kept in named:
        assert kept.due_at is not None
        begun = kept.came_at if kept.attempts == 0 and kept.due_at == kept.came_at else kept.due_at - SOON
        assert begun + LONGEST > NOW


@given(inboxes())
def test_looking_again_when_it_says_so_never_has_to_be_done_more_than_twice_if_nothing_comes(
    waiting: Sequence[Kept],
) -> None:
    now = NOW
    for _ in range(3):
        found = gathered(waiting, now, BATCH)
        if isinstance(found, Batch) or found.at is None:
            return
        now = found.at
    pytest.fail("Nobody is brought.")


@given(inboxes())
def test_one_batch_after_the_other_brings_everybody_of_whom_anything_is_due_each_once(waiting: Sequence[Kept]) -> None:
    """What was brought is answered, and nothing else comes."""
    left, brought, now = list(waiting), list[str](), NOW
    for _ in range(4 * len(waiting) + 1):
        found = gathered(left, now, BATCH)
        if isinstance(found, Batch):
            brought += found.users
            left = [kept for kept in left if kept.event.user not in found.users or kept.number > found.up_to]
        elif found.at is None:
            break
        else:
            now = found.at
    assert sorted(brought) == sorted(people(waiting))
    assert people(left) == set()


@given(inboxes(), st.sets(st.integers(1, 40), min_size=1))
def test_who_is_held_is_in_no_batch_whatever_comes_about_them_and_is_looked_at_when_that_is_over(
    waiting: Sequence[Kept], held: set[int]
) -> None:
    until = after(200)
    of = {user(number): until for number in held}
    found = gathered(waiting, NOW, BATCH, held=of)
    if isinstance(found, Batch):
        assert not set(found.users) & set(of)
    elif people(waiting) & set(of):
        assert found.at is not None
        assert found.at <= until
    others = [kept for kept in waiting if kept.event.user not in of]
    without = gathered(others, NOW, BATCH)
    assert isinstance(found, Batch) == isinstance(without, Batch)
    assert not isinstance(found, Batch) or not isinstance(without, Batch) or found.users == without.users
    assert gathered(waiting, until, BATCH, held=of) == gathered(waiting, until, BATCH)


@given(inboxes())
def test_an_event_that_names_nobody_is_for_a_sync_of_everybody_and_for_no_batch_of_people(
    waiting: Sequence[Kept],
) -> None:
    unnamed = {kept.number: kept for kept in waiting if kept.event.user is None}
    found, batch = of_nobody(waiting, NOW), gathered(waiting, NOW, BATCH)
    assert not isinstance(batch, Batch) or not set(unnamed) & set(batch.numbers)
    assert isinstance(found, Batch) == any(map(is_over, unnamed.values()))
    if isinstance(found, Batch):
        assert found.users == ()
        assert set(found.numbers) <= set(unnamed)
        assert found.up_to == waiting[-1].number
    else:
        assert (found.at is None) == (not unnamed)


# ------------------------------------------------------------------ cases


def test_an_event_waits_a_second_for_others_about_the_same_person() -> None:
    one = came(1, 7, 0.4)
    assert gathered([one], NOW, BATCH) == Later(after(0.6))
    waiting = [came(1, 7, 1.0), came(2, 7, 0.3)]
    assert gathered(waiting, NOW, BATCH) == Batch((user(7),), (1, 2), up_to=2)


def test_a_few_go_with_the_first_of_them_that_is_due() -> None:
    waiting = [came(1, 8, 1.0), came(2, 7, 0.9), came(3, 9, 0.1)]
    assert gathered(waiting, NOW, BATCH) == Batch((user(8), user(7), user(9)), (1, 2, 3), up_to=3)


@pytest.mark.parametrize(
    ("oldest", "newest", "number", "found"),
    [
        (1.0, 0.0, FEW, "goes"),
        (1.0, 0.0, FEW + 1, 1.0),
        (5.0, 0.25, FEW + 1, 0.75),
        (5.0, 1.0, FEW + 1, "goes"),
        (9.5, 0.0, FEW + 1, 0.5),
        (10.0, 0.0, FEW + 1, "goes"),
        (1.0, 0.0, BATCH, "goes"),
        (1.0, 0.0, BATCH + 1, "goes"),
        (0.5, 0.0, BATCH + 1, 0.5),
    ],
)
def test_a_burst_is_gathered_until_nothing_comes_or_a_batch_is_full_or_the_first_has_waited_long_enough(
    oldest: float, newest: float, number: int, found: str | float
) -> None:
    agos = [oldest, *[newest] * (number - 1)]
    batch = gathered([came(who, who, ago) for who, ago in enumerate(agos, 1)], NOW, BATCH)
    if isinstance(found, float):
        assert batch == Later(after(found))
    else:
        assert isinstance(batch, Batch)
        assert batch.users == tuple(map(user, range(1, min(number, BATCH) + 1)))


def test_a_change_about_somebody_who_failed_is_tried_at_once_and_what_is_in_a_pause_is_not_counted_as_tried() -> None:
    failed = came(1, 7, 60, attempts=3, due_at=after(200))
    assert gathered([failed], NOW, BATCH) == Later(after(200))
    assert gathered([failed, came(2, 7, 2)], NOW, BATCH) == Batch((user(7),), (2,), up_to=2)


def test_who_is_tried_alone_takes_turns_with_the_others() -> None:
    waiting = [came(1, 7, 9), came(2, 8, 8), came(3, 9, 2), came(4, 10, 2)]
    alone = {user(7), user(8)}
    both = gathered(waiting, NOW, BATCH, alone=alone)
    assert both == Batch((user(9), user(10)), (3, 4), up_to=4)
    assert gathered(waiting, NOW, BATCH, alone=alone, alone_next=True) == Batch((user(7),), (1,), up_to=4)
    assert gathered(waiting[:2], NOW, BATCH, alone=alone) == Batch((user(7),), (1,), up_to=2)


def test_a_time_far_ahead_was_written_by_a_clock_that_went_wrong_and_is_not_waited_for() -> None:
    wrong = came(1, 7, -7200)
    assert gathered([wrong], NOW, BATCH) == Batch((user(7),), (1,), up_to=1)


def test_what_came_by_a_clock_that_was_ahead_is_due_and_does_not_wait_for_that_time() -> None:
    waiting = [came(1, 7, ago=-600.0)]
    assert gathered(waiting, NOW, BATCH) == Batch((user(7),), (1,), 1)
