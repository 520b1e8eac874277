"""How things are, for whoever watches over what takes webhooks: health, notices and meters."""

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import get_args

import pytest

from huma_xledger.bringing.condition import Condition
from huma_xledger.metering import Meters
from huma_xledger.receiving.health import LONGEST, health
from huma_xledger.receiving.notices import EVERY, WORDS, Notice, Notices, Refusal

NOW = datetime(2026, 11, 29, 12, tzinfo=timezone.utc)
WELL = Condition(works=True, last_success=NOW - timedelta(hours=3), oldest_waiting=None, waiting=0, given_up=0)


def waiting(how_long: timedelta) -> Condition:
    return replace(WELL, waiting=3, oldest_waiting=NOW - how_long)


def test_all_is_well_when_events_are_kept_and_brought() -> None:
    found = health(WELL, is_writable=True, now=NOW)
    assert (found.status, found.inbox, found.works, found.why) == ("ok", "writable", True, ())
    assert found.last_success == "2026-11-29T09:00:00+00:00"
    assert (found.oldest_waiting, found.waiting, found.given_up) == (None, 0, 0)


@pytest.mark.parametrize(
    ("condition", "is_writable", "why"),
    [
        (WELL, False, "cannot be kept"),
        (replace(WELL, works=False), True, "Nobody is brought"),
        (waiting(LONGEST + timedelta(minutes=2)), True, "waited for 22 minutes"),
        (None, True, "cannot be read"),
    ],
)
def test_what_keeps_it_from_its_work_is_told(condition: Condition | None, is_writable: bool, why: str) -> None:
    found = health(condition, is_writable=is_writable, now=NOW)
    assert not found.is_well
    (sentence,) = found.why
    assert why in sentence


def test_everything_that_is_wrong_is_told_at_once() -> None:
    condition = replace(waiting(timedelta(hours=1)), works=False, given_up=1)
    assert len(health(condition, is_writable=False, now=NOW).why) == 4


@pytest.mark.parametrize("how_long", [timedelta(0), LONGEST, timedelta(minutes=-5)])
def test_an_event_may_wait_a_while(how_long: timedelta) -> None:
    assert health(waiting(how_long), is_writable=True, now=NOW).is_well


@pytest.mark.parametrize(("count", "said"), [(1, "1 event was"), (2, "2 events were")])
def test_what_was_given_up_on_is_told_and_keeps_nothing_from_working(count: int, said: str) -> None:
    found = health(replace(WELL, given_up=count), is_writable=True, now=NOW)
    assert found.is_well
    assert found.given_up == count
    assert found.why[0].startswith(said)


def test_there_are_words_for_whatever_there_is_to_notice() -> None:
    assert {*WORDS} == {*get_args(Notice)} > {*get_args(Refusal)}


def test_nothing_is_said_when_nothing_happened() -> None:
    assert Notices().line(NOW) is None


def test_a_line_is_said_at_once_and_the_next_after_a_minute_with_all_that_came_meanwhile() -> None:
    notices = Notices()
    notices.add("signature")
    assert notices.line(NOW) == f"Requests to be looked into, since this was last said: 1 {WORDS['signature']}."
    for _ in range(1_000):
        notices.add("token")
        assert notices.line(NOW + timedelta(seconds=59)) is None
    notices.add("unkept", "The disk is full.")
    line = notices.line(NOW + EVERY)
    assert line is not None
    assert f"1000 {WORDS['token']}; 1 {WORDS['unkept']} (The disk is full.)" in line
    assert notices.line(NOW + EVERY * 2) is None


def test_a_clock_that_is_set_back_silences_nothing() -> None:
    notices = Notices()
    notices.add("signature")
    assert notices.line(NOW)
    notices.add("signature")
    assert notices.line(NOW - timedelta(days=1))


def test_the_cost_of_a_month_is_told_in_requests_and_pounds_beyond_what_is_included() -> None:
    meters = Meters()
    meters.this_month(5_100, 1_010_000_000, 0)
    text = meters.text().decode()
    assert "huma_xledger_xledger_requests_this_month 5100.0\n" in text
    assert "huma_xledger_xledger_pounds_this_month 2.0\n" in text


def test_what_never_happened_is_counted_as_never() -> None:
    text = Meters().text().decode()
    for sample in (
        'webhooks_total{answer="refused"}',
        'events_total{became="given_up"}',
        'requests_total{system="xledger"}',
    ):
        assert f"huma_xledger_{sample} 0.0\n" in text
    assert "_created" not in text
