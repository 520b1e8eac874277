"""What reading tells of an employee besides the values: whether they have left."""

from datetime import date
from typing import Any

import pytest

from shared_mappings import Employee, field_table

TODAY = date(2026, 1, 15)


@pytest.mark.parametrize(
    ("node", "closed", "left"),
    [
        pytest.param({}, False, False, id="nothing is shown"),
        pytest.param({"dateTo": None, "employmentTo": None}, False, False, id="no day"),
        pytest.param({"dateTo": "2026-01-14"}, True, True, id="closed yesterday"),
        pytest.param({"dateTo": "2026-01-15"}, False, False, id="the last day is today"),
        pytest.param({"dateTo": "2026-01-14T00:00:00"}, True, True, id="with a time"),
        pytest.param({"employmentTo": "2026-01-14"}, False, True, id="ended and not closed"),
        pytest.param({"dateTo": "9999-12-31", "employmentTo": "9999-12-31"}, False, False, id="no end"),
        pytest.param({"dateTo": "1753-01-01", "employmentTo": "0001-01-01"}, False, False, id="what stands for no day"),
        pytest.param({"dateTo": "", "employmentTo": "soon"}, False, False, id="what is no day"),
        pytest.param({"dateTo": 20200101}, False, False, id="what is no text"),
    ],
)
def test_whoever_is_closed_or_has_left_by_a_day_that_has_passed_has_left(
    node: dict[str, Any], *, closed: bool, left: bool
) -> None:
    employee = Employee.from_node({"dbId": 11, **node}, field_table(), today=TODAY)
    assert (employee.closed, employee.left) == (closed, left)
