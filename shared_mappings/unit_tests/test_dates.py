"""Dates are read by one strict rule, and an instant is the day it was in Oslo."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_mappings.dates import NO_DAYS, NO_ENDS, has_passed, parse_date, stands_for_none


def read(written: str) -> date | None:
    try:
        return parse_date(written)
    except ValueError:
        return None


@pytest.mark.parametrize(
    "written",
    [
        *("2020-01-02", " 2020-01-02\n", "\ufeff2020-01-02\u200b"),
        *("2020-01-02T00:00", "2020-01-02 23:59:59", "2020-01-02t10:00:00.123456789", "2020-01-02T10:00:00,5"),
        *("2020-01-02T00:00:00Z", "2020-01-01T23:00:00Z", "2020-01-02T22:59:59z", "2020-01-02 10:00:00+00"),
        *("2020-01-02T00:00:00+01:00", "2020-01-02T05:00:00+0530", "2020-01-01T18:00-05:00"),
    ],
)
def test_a_date_is_the_day_and_an_instant_the_day_in_oslo(written: str) -> None:
    assert parse_date(written) == date(2020, 1, 2)


def test_oslos_summer_time_counts() -> None:
    assert parse_date("2020-06-30T22:00:00Z") == date(2020, 7, 1)
    assert parse_date("2020-06-30T21:59:59Z") == date(2020, 6, 30)


@pytest.mark.parametrize(
    "written",
    [
        *("2020-W01-1", "2020W011", "2020-001", "20200102", "202001", "2020-01", "2020", "1577923200", "43832"),
        *(
            "2020-01-02Tgarbage",
            "2020-01-02T",
            "2020-01-02x",
            "2020-01-02T10",
            "2020-01-02Z",
            "2020-01-021",
            "2020-01-02T10:00:00 Z",
            "x2020-01-02",
        ),
        *("2020-01-02T24:00:00", "2020-01-02T10:60", "2020-01-02T10:00:61", "2020-01-02T10:00:00+24:00"),
        *(
            "2021-02-29",
            "2020-13-01",
            "2020-00-10",
            "2020-01-00",
            "0000-01-01",
            "2020-1-2",
            "-2020-01-02",
            "+2020-01-02",
        ),
        *("02.01.2020", "01/02/2020", "2020/01/02", "2020‑01‑02", "２０２０-01-02", "٢٠٢٠-01-02", "soon", "", "T"),
        *("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59Z"),
    ],
)
def test_anything_else_is_no_date(written: str) -> None:
    assert read(written) is None


@given(st.text())
def test_any_text_is_a_date_or_none(text: str) -> None:
    assert read(text) is None or stands_for_none(text, frozenset({str(read(text))}))


@given(st.dates())
def test_every_day_of_the_calendar_is_a_date(day: date) -> None:
    assert parse_date(day.isoformat()) == parse_date(f"{day.isoformat()}T12:00:00") == day


@pytest.mark.parametrize("time", ["", "T00:00:00", " 00:00:00", "T00:00:00Z", "T00:00:00.000+00:00"])
@pytest.mark.parametrize("day", sorted(NO_DAYS))
def test_what_databases_write_for_no_date_stands_for_none(day: str, time: str) -> None:
    assert stands_for_none(f"{day}{time}", NO_DAYS)
    assert stands_for_none(f"{day}{time}", NO_ENDS)


@pytest.mark.parametrize("written", ["9999-12-31", "9999-12-31T23:59:59.9999999Z", "9999-12-30T23:00:00Z"])
def test_the_last_day_of_the_calendar_stands_for_no_end_alone(written: str) -> None:
    assert stands_for_none(written, NO_ENDS)
    assert not stands_for_none(written, NO_DAYS)


@pytest.mark.parametrize("written", ["2020-01-01", "1753-01-02", "0000-00-01", "0001-01-01x", "1753", "never", ""])
def test_nothing_else_stands_for_none(written: str) -> None:
    assert not stands_for_none(written, NO_ENDS)


@pytest.mark.parametrize(
    ("day", "passed"),
    [
        *(("2026-01-14", True), ("2026-01-14T23:59:59", True), ("2026-01-14T22:59:59Z", True)),
        *(("2026-01-15", False), ("2026-01-14T23:00:00Z", False), ("9999-12-31", False)),
        *(("0001-01-01", False), ("soon", False), ("", False), (None, False), (20200101, False)),
    ],
)
def test_a_day_has_passed_once_it_is_over_and_what_is_no_day_has_not(day: object, *, passed: bool) -> None:
    assert has_passed(day, date(2026, 1, 15)) is passed
