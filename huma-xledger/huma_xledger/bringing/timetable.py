"""When everybody is synced: every so often, or as the line of a crontab says, in this machine's time zone."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone, tzinfo
from typing import Final

from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from huma_xledger.connection_file import SCHEDULE, ConnectionFile

_INTERVAL: Final = re.compile(r"([1-9][0-9]{0,3})\s*([mhd])")
_UNITS: Final = {"m": "minutes", "h": "hours", "d": "days"}

_FIELDS: Final = 5
"""Of the line of a crontab: minute, hour, day, month, day of the week."""

_DAYS: Final = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
"""The days of the week as a crontab counts them, from 0; 7 is Sunday once more."""

_PART: Final = re.compile(r"(?:\*|(?P<first>[a-z]{3}|[0-7])(?:-(?P<last>[a-z]{3}|[0-7]))?)(?:/(?P<step>[1-7]))?")

_SHAPES: Final = 'it must be an interval as 15m, 6h or 1d, or the five fields of a crontab\'s line as "0 5 * * *"'


class ScheduleError(Exception):
    """A schedule that is none; the message says why, without quoting it."""


@dataclass(frozen=True, slots=True)
class Timetable:
    """When everybody is synced."""

    _trigger: BaseTrigger

    @classmethod
    def of(cls, text: str, zone: tzinfo | None = None) -> "Timetable":
        """The timetable of a schedule.

        Args:
            text: An interval, or the line of a crontab.
            zone: The time zone of the line; None for this machine's.

        Raises:
            ScheduleError: When it is neither, or names a time that never comes.
        """
        if found := _INTERVAL.fullmatch(text):
            return cls(IntervalTrigger(**{_UNITS[found[2]]: int(found[1])}, timezone=timezone.utc))
        fields = text.lower().split()
        if len(fields) != _FIELDS:
            raise ScheduleError(_SHAPES)
        minute, hour, day, month, weekday = fields
        if day != "*" and weekday != "*":
            raise ScheduleError(
                "it names both a day of the month and a day of the week, which programs take in different ways: leave "
                "one of them at *"
            )
        try:
            trigger = CronTrigger(
                minute=minute, hour=hour, day=day, month=month, day_of_week=days_by_name(weekday), timezone=zone
            )
        except (ValueError, KeyError):
            raise ScheduleError(_SHAPES) from None
        timetable = cls(trigger)
        if timetable._next(datetime.now(timezone.utc)) is None:
            raise ScheduleError("it names a time that never comes")
        return timetable

    def next_after(self, moment: datetime) -> datetime:
        """When everybody is to be synced the next time, if they were synced at a moment; in UTC.

        It may have passed: however many times were missed, they are made good by one sync.

        Args:
            moment: The moment, with its zone.
        """
        found = self._next(moment)
        return found if found is not None else moment + timedelta(days=1)  # a year that no calendar has

    def _next(self, moment: datetime) -> datetime | None:
        found: datetime | None = self._trigger.get_next_fire_time(moment, moment)
        return found and found.astimezone(timezone.utc)


def timetable_of(file: ConnectionFile) -> Timetable | None:
    """The timetable of a connection; None where it has none.

    Raises:
        ConnectionFileError: When its schedule is none.
    """
    text = file.schedule
    if text is None:
        return None
    try:
        return Timetable.of(text)
    except ScheduleError as error:
        raise file.mistaken(SCHEDULE, str(error)) from None


def days_by_name(field: str) -> str:
    """The days of the week by their names: others count them from Monday, or from 1, and a crontab from Sunday.

    Args:
        field: The last field of a crontab's line.

    Raises:
        ScheduleError: When there are none in it.
    """
    return field if field == "*" else ",".join(dict.fromkeys(day for part in field.split(",") for day in _days(part)))


def _days(part: str) -> Iterator[str]:
    found = _PART.fullmatch(part)
    if found is None:
        raise ScheduleError(_SHAPES)
    if found["first"] is None:
        first, last = 0, 6
    else:
        first = _day(found["first"])
        last = _day(found["last"]) if found["last"] else 6 if found["step"] else first
    if last < first == 0 or last == 0 < first:
        last += 7  # until Sunday
    if last < first:
        raise ScheduleError(_SHAPES)
    return (_DAYS[day % 7] for day in range(first, last + 1, int(found["step"] or 1)))


def _day(text: str) -> int:
    if text.isdigit():
        return int(text)
    if text not in _DAYS:
        raise ScheduleError(_SHAPES)
    return _DAYS.index(text)
