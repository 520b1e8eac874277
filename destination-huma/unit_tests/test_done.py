"""What is noted of what was written, however a sync ends."""

from collections.abc import Iterable
from typing import Any

import pytest

from connector_base.failures import config_error, transient_error
from connector_base.people.person import Person
from connector_base.reporting.report import NoReport
from destination_huma.settings.field_policies import BACK
from destination_huma.syncing.done import Done
from shared_mappings import FieldChange, Options, desired_from_employee

PHONE = FieldChange("phone", "phone", None, "+47 900 00 001")
GENDER = FieldChange("gender", "gender", None, "F")


class Kept(NoReport):
    """Keeps what is reported."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str | None, str, bool]] = []

    def wrote(self, person: Person, there: str | None, changes: Iterable[FieldChange], *, unconfirmed: bool) -> None:
        """Keeps it."""
        self.lines += [(person.label, there, change.field, unconfirmed) for change in changes]


def somebody(number: int = 1) -> Person:
    record: dict[str, Any] = {"id": str(number), "code": f"E{number}"}
    return Person(str(number), f"employees {number}", desired_from_employee(record, BACK.table, Options()), record)


def test_what_was_written_is_reported_at_once_and_counted_until_it_is_told() -> None:
    done = Done(report := Kept())
    with done.sending(somebody(), "u", [PHONE, GENDER]) as wrote:
        wrote([PHONE])
    assert report.lines == [("employees 1", "u", "phone", False)]
    done.told(somebody(2))
    assert done.end() == (0, [[PHONE]])


def test_of_whom_it_was_told_nothing_is_counted_again() -> None:
    done = Done()
    with done.sending(somebody(), "u", [PHONE]) as wrote:
        wrote([PHONE])
    done.told(somebody())
    assert done.end() == (0, [])


def test_what_is_under_way_when_a_sync_ends_is_unconfirmed() -> None:
    done = Done(report := Kept())
    with pytest.raises(RuntimeError), done.sending(somebody(), "u", [PHONE]):
        raise RuntimeError
    assert done.end() == (0, [])
    assert report.lines == [("employees 1", "u", "phone", True)]


def test_a_request_without_an_answer_is_unconfirmed_and_one_that_was_never_sent_is_not() -> None:
    done = Done(report := Kept())
    for person, error in ((somebody(1), transient_error("Away.")), (somebody(2), config_error("No key."))):
        with pytest.raises(type(error)), done.sending(person, "u", [PHONE]):
            raise error
    done.end()
    assert report.lines == [("employees 1", "u", "phone", True)]


def test_who_was_added_counts_as_added_and_not_as_updated() -> None:
    done = Done(report := Kept())
    with done.sending(somebody(), None, [GENDER]):
        pass
    done.added(somebody(), "u", [GENDER])
    with done.sending(somebody(), "u", [PHONE]) as wrote:
        wrote([PHONE])
    assert done.end() == (1, [])
    assert [line[2:] for line in report.lines] == [("gender", False), ("phone", False)]


def test_whoever_was_refused_was_not_added() -> None:
    done = Done(report := Kept())
    with done.sending(somebody(), None, [GENDER]):
        pass
    done.not_added(somebody())
    assert done.end() == (0, [])
    assert report.lines == []


def test_nothing_is_reported_once_it_is_over() -> None:
    done = Done(report := Kept())
    with done.sending(somebody(), "u", [PHONE]) as wrote:
        done.end()
        wrote([PHONE])
    assert report.lines == [("employees 1", "u", "phone", True)]
