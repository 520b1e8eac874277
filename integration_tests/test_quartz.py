"""The schedule of a connection as Airbyte takes it: hourly at most, in whole parts of a day, or as a crontab says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huma_xledger.bringing.timetable import ScheduleError
from huma_xledger.setting_up.quartz import quartz
from integration_tests.airbyte_workspace import is_hourly_at_most


@pytest.mark.parametrize(
    ("schedule", "expression"),
    [
        ("1h", "0 0 0/1 * * ?"),
        ("60m", "0 0 0/1 * * ?"),
        ("6h", "0 0 0/6 * * ?"),
        ("12 h", "0 0 0/12 * * ?"),
        ("1d", "0 0 0 * * ?"),
        ("24h", "0 0 0 * * ?"),
        ("0 5 * * *", "0 0 5 * * ?"),
        ("05 6-18 * * mon-fri", "0 5 6-18 ? * MON,TUE,WED,THU,FRI"),
        ("0 */4 * * *", "0 0 */4 * * ?"),
        ("30 5 1,15 * *", "0 30 5 1,15 * ?"),
        ("0 5 * jan-mar *", "0 0 5 * JAN-MAR ?"),
        ("0 5 * * 0", "0 0 5 ? * SUN"),
        ("0 5 * * 1-5/2", "0 0 5 ? * MON,WED,FRI"),
    ],
)
def test_a_schedule_is_what_airbyte_takes_for_it(schedule: str, expression: str) -> None:
    assert quartz(schedule) == expression
    assert is_hourly_at_most(expression)


@pytest.mark.parametrize(
    ("schedule", "why"),
    [
        ("15m", "takes no such interval"),
        ("90m", "takes no such interval"),
        ("5h", "takes no such interval"),
        ("2d", "takes no such interval"),
        ("*/15 * * * *", "hourly at most"),
        ("* * * * *", "hourly at most"),
        ("0,30 5 * * *", "hourly at most"),
        ("0 5 last * *", "it has something else"),
        ("0 5 1 * mon", "both a day of the month"),
        ("x", "an interval as 15m"),
    ],
)
def test_what_airbyte_does_not_take_is_said_in_words(schedule: str, why: str) -> None:
    with pytest.raises(ScheduleError, match=why):
        quartz(schedule)


@given(
    st.text(alphabet="0123456789*/,- mhdonwetu", max_size=16)
    | st.from_regex(r"([0-9]{1,2}|\*|\*/[0-9]) ([0-9]|\*)( \*){3}")
)
def test_whatever_is_entered_is_refused_or_is_something_that_airbyte_takes(schedule: str) -> None:
    try:
        expression = quartz(schedule)
    except ScheduleError:
        return
    assert is_hourly_at_most(expression)
