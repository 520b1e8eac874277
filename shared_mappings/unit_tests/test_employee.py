"""What Xledger shows is read as what it means: nothing where it shows nothing."""

from typing import Any

import pytest

from shared_mappings import MISSING, Employee, field_table
from shared_mappings.states import State

TABLE = field_table()


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
