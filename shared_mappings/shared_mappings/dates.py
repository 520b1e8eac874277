"""Dates as they come in a record and from Xledger, read by one strict rule, the same on every Python."""

import re
from datetime import date, datetime, timedelta, timezone
from importlib.resources import files
from typing import Any, Final
from zoneinfo import ZoneInfo

import tzdata

from shared_mappings.normal_forms import normalised_key


def _oslo() -> ZoneInfo:
    """Oslo's time, by the library's history and not by that of the machine, which may be another or none."""
    with (files(tzdata) / "zoneinfo" / "Europe" / "Oslo").open("rb") as history:
        return ZoneInfo.from_file(history, "Europe/Oslo")


_PLACE: Final = _oslo()
"""Where the day is counted of an instant that has a zone: Huma and Xledger are Norwegian, and date by this clock."""

_ISO: Final = re.compile(
    r"(?P<day>(\d{4})-(\d\d)-(\d\d))"
    r"(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,]\d+)?)?(?P<zone>Z|[+-]\d\d(?::?\d\d)?)?)?",
    re.ASCII | re.IGNORECASE,
)

_EARLIEST: Final = "1753-01-01"
"""The first day that some databases know. They write it for no date, or what stands before it, in whatever zone."""

NO_DAYS: Final = frozenset({"0000-00-00", "0001-01-01", _EARLIEST})
"""What databases write for no date."""

NO_ENDS: Final = NO_DAYS | {"9999-12-31"}
"""What they write for no end."""


def parse_date(value: str) -> date:
    """The day in an ISO date, `YYYY-MM-DD`, or in a date and a time; that of an instant with a zone in Oslo.

    Raises:
        ValueError: When it is none.
    """
    found = _matched(value)
    year, month, day, hour, minute, second = (int(digits or 0) for digits in found.group(2, 3, 4, 5, 6, 7))
    zone = found["zone"]
    moment = datetime(year, month, day, hour, minute, second, tzinfo=timezone(_offset(zone)) if zone else _PLACE)
    try:
        return moment.astimezone(_PLACE).date()
    except OverflowError:
        raise ValueError("no day of the calendar") from None


def stands_for_none(value: str, placeholders: frozenset[str]) -> bool:
    """Whether a date, with a time or without, is one that is written where there is none.

    Args:
        value: A date; anything else stands for nothing.
        placeholders: `NO_DAYS` or `NO_ENDS`.
    """
    found = _ISO.fullmatch(normalised_key(value))
    if found is None:
        return False
    if found["day"] in placeholders:
        return True
    try:
        day = parse_date(value).isoformat()
    except ValueError:
        return False
    return day in placeholders or day <= _EARLIEST


def has_passed(day: Any, today: date) -> bool:
    """Whether a day is over: an ISO date, with a time or without. What is no day is none that has passed."""
    try:
        return isinstance(day, str) and not stands_for_none(day, NO_DAYS) and parse_date(day) < today
    except ValueError:
        return False


def _matched(value: str) -> re.Match[str]:
    found = _ISO.fullmatch(normalised_key(value))
    if found is None:
        raise ValueError("not an ISO date")
    return found


def _offset(zone: str) -> timedelta:
    if zone in "Zz":
        return timedelta()
    hours, minutes = int(zone[1:3]), int(zone[-2:]) if len(zone) > len("+00") else 0
    offset = timedelta(hours=hours, minutes=minutes)
    return -offset if zone.startswith("-") else offset
