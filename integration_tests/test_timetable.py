"""When everybody is synced: what people write for it, and the moments that it means."""

from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from huma_xledger.bringing.timetable import ScheduleError, Timetable

SUNDAY = datetime(2026, 11, 29, 21, 0, tzinfo=timezone.utc)


OSLO = ZoneInfo("Europe/Oslo")


def in_oslo(moment: datetime) -> str:
    return f"{moment.astimezone(OSLO):%a %d %H:%M}"


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("15m", timedelta(minutes=15)),
        ("6h", timedelta(hours=6)),
        ("1d", timedelta(days=1)),
        ("90 m", timedelta(hours=1.5)),
    ],
)
def test_an_interval_is_counted_from_the_last_sync(text: str, after: timedelta) -> None:
    assert Timetable.of(text).next_after(SUNDAY) == SUNDAY + after


@pytest.mark.parametrize(
    ("line", "next_time"),
    [
        ("0 5 * * *", "Mon 30 05:00"),
        ("30 22 * * *", "Sun 29 22:30"),
        ("*/15 * * * *", "Sun 29 22:15"),
        ("0 5 * * 1-5", "Mon 30 05:00"),
        ("0 5 * * MON-FRI", "Mon 30 05:00"),
        ("0 5 * * 2,4", "Tue 01 05:00"),
        ("0 5 * * 0", "Sun 06 05:00"),
        ("0 5 * * 7", "Sun 06 05:00"),
        ("0 5 * * 6-7", "Sat 05 05:00"),
        ("0 5 * * sat-sun", "Sat 05 05:00"),
        ("0 23 * * 0-6", "Sun 29 23:00"),
        ("0 5 * * */2", "Tue 01 05:00"),
        ("0 5 1 * *", "Tue 01 05:00"),
        ("0 5 * jan *", "Fri 01 05:00"),
    ],
)
def test_the_line_of_a_crontab_means_what_it_means_to_cron_in_its_time_zone(line: str, next_time: str) -> None:
    """To APScheduler itself, 0 is Monday."""
    assert in_oslo(Timetable.of(line, OSLO).next_after(SUNDAY)) == next_time


def test_the_next_time_is_never_the_time_itself() -> None:
    timetable = Timetable.of("0 5 * * *")
    five = timetable.next_after(SUNDAY)
    assert timetable.next_after(five) == five + timedelta(days=1)
    assert timetable.next_after(five - timedelta(microseconds=1)) == five


@pytest.mark.parametrize(
    "text",
    [
        *("", "6", "h", "0h", "-1h", "1.5h", "6 hours", "1w", "99999d", "@daily", "* * *", "* * * * * *"),
        *("60 5 * * *", "5-1 * * * *", "a 5 * * *", "0 5 * * 8", "0 5 * * 5-1", "0 5 * * someday", "0 5 32 * *"),
    ],
)
def test_what_is_no_schedule_is_told_with_an_example_and_not_quoted(text: str) -> None:
    with pytest.raises(ScheduleError, match="must be an interval as 15m, 6h or 1d, or the five fields of a") as raised:
        Timetable.of(text)
    assert raised.value.__suppress_context__ or raised.value.__context__ is None


def test_what_programs_take_in_different_ways_or_never_comes_is_refused() -> None:
    with pytest.raises(ScheduleError, match="both a day of the month and a day of the week"):
        Timetable.of("0 5 1 * 1")
    with pytest.raises(ScheduleError, match="a time that never comes"):
        Timetable.of("0 5 30 2 *")
