"""The `schedule` of a connection as Airbyte takes it: a cron expression of Quartz, in UTC. Without I/O.

Airbyte's API takes no intervals, and nothing more often than hourly. A cron expression waits for its time; an interval,
which only Airbyte's pages can set, runs the first sync at once.
"""

import re
from typing import Final

from huma_xledger.bringing.timetable import ScheduleError, Timetable, days_by_name

_INTERVAL: Final = re.compile(r"([0-9]+)\s*([mhd])")
_MINUTES: Final = {"m": 1, "h": 60, "d": 24 * 60}
_HOUR, _DAY = 60, 24

_NUMBERS: Final = re.compile(r"[0-9*,/-]+")
"""What both a crontab and Quartz take in the same way: lists, ranges and steps."""

_MONTHS: Final = re.compile(r"[0-9*,/-]+|[A-Z]{3}([,-][A-Z]{3})*")
"""The same, or months by their names."""

_EVERY_SO_OFTEN: Final = (
    "Airbyte takes no such interval for a schedule: it must be 1h, 2h, 3h, 4h, 6h, 8h, 12h or 1d, or the line of a "
    "crontab"
)

_TOO_OFTEN: Final = (
    "Airbyte's schedule is hourly at most: the first field of the line, the minute, must be one number from 0 to 59"
)

_NOT_THERE: Final = (
    "Airbyte's schedules know numbers, names of months and days, and * , - / between them, and it has something else"
)


def quartz(schedule: str) -> str:
    """A schedule as Airbyte takes it.

    Args:
        schedule: An interval, or the line of a crontab.

    Raises:
        ScheduleError: When it is neither, or none that Airbyte takes.
    """
    Timetable.of(schedule)
    if found := _INTERVAL.fullmatch(schedule):
        hours, rest = divmod(int(found[1]) * _MINUTES[found[2]], _HOUR)
        if rest or not hours or _DAY % hours:
            raise ScheduleError(_EVERY_SO_OFTEN)
        return "0 0 0 * * ?" if hours == _DAY else f"0 0 0/{hours} * * ?"
    minute, hour, day, month, weekday = schedule.upper().split()
    if not minute.isdecimal():
        raise ScheduleError(_TOO_OFTEN)
    if not (_NUMBERS.fullmatch(hour) and _NUMBERS.fullmatch(day) and _MONTHS.fullmatch(month)):
        raise ScheduleError(_NOT_THERE)
    days = "?" if weekday == "*" else days_by_name(weekday.lower()).upper()
    return f"0 {int(minute)} {hour} {'?' if days != '?' else day} {month} {days}"
