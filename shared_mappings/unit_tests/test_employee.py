"""What Xledger shows is read as what it means: nothing where it shows nothing, and whether somebody has left."""

from datetime import date
from typing import Any

import pytest

from shared_mappings import MISSING, Employee, field_table
from shared_mappings.states import State

TABLE = field_table()
TODAY = date(2026, 1, 15)


def read(path: str, shown: Any) -> State:
    """The value at a target of an employee who has nothing else."""
    node: dict[str, Any] = {"dbId": 11, "contact": {"dbId": "12"}, "subledger": {"dbId": "13", "company": {}}}
    *parents, key = path.split(".")
    place = node
    for parent in parents:
        place = place.setdefault(parent, {})
    place[key] = shown
    return Employee.from_node(node, TABLE).values[f"employee.{path}"]


@pytest.mark.parametrize("nothing", [None, "", " ", "\u200b", "\ufeff\u00a0", "\u3164"])
@pytest.mark.parametrize("path", ["code", "contact.firstName", "contact.address.place", "subledger.bankAccount"])
def test_text_that_shows_nothing_is_nothing(path: str, nothing: str | None) -> None:
    assert read(path, nothing) is None


@pytest.mark.parametrize(("shown", "value"), [(155, "155"), (155.0, "155"), ("0155", "0155"), (True, MISSING)])
def test_a_number_is_its_digits(shown: Any, value: State) -> None:
    assert read("contact.address.zipCode", shown) == value


@pytest.mark.parametrize("shown", ["0001-01-01", "1753-01-01T00:00:00", "0000-00-00"])
@pytest.mark.parametrize("path", ["contact.birthday", "employmentFrom", "employmentTo", "trialTo", "noticeDate"])
def test_what_databases_show_for_no_date_is_nothing(path: str, shown: str) -> None:
    assert read(path, shown) is None


def test_the_last_day_of_the_calendar_is_no_end_and_a_day_elsewhere() -> None:
    assert read("employmentTo", "9999-12-31") is None
    assert read("trialTo", "9999-12-31T00:00:00") is None
    assert read("contact.birthday", "9999-12-31") == "9999-12-31"
    assert read("contact.jobTitle", "9999-12-31") == "9999-12-31"


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
    employee = Employee.from_node({"dbId": 11, **node}, TABLE, today=TODAY)
    assert (employee.closed, employee.left) == (closed, left)
