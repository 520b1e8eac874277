"""What Xledger charges."""

import pytest

from xledger_api.tariff import MEGABYTE, pounds, pounds_a_month, pounds_beyond


@pytest.mark.parametrize(
    ("requests", "sent", "received", "expected"),
    [
        (5_000, 1_000 * MEGABYTE, 1_000 * MEGABYTE, 0.0),
        (5_001, 0, 0, 0.01),
        (0, 1_010 * MEGABYTE, 0, 1.0),
        (0, 0, 1_010 * MEGABYTE, 1.0),
        (0, 1_500 * MEGABYTE, 400 * MEGABYTE, 50.0),
    ],
)
def test_what_a_month_includes_costs_nothing_in_each_direction(
    requests: int, sent: int, received: int, expected: float
) -> None:
    assert pounds_beyond(requests, sent, received) == pytest.approx(expected)


def test_a_month_of_equal_syncs_is_charged_as_the_sum_of_them() -> None:
    assert pounds_a_month(30, 200, MEGABYTE, MEGABYTE) == pytest.approx(10.0)


def test_what_is_included_no_more_is_charged_in_full() -> None:
    assert pounds(100, MEGABYTE, MEGABYTE) == pytest.approx(1.2)
