"""Who comes back after leaving, and codes that come back to somebody else."""

from collections.abc import Mapping
from typing import Any

import pytest

from integration_tests.conftest import Write, a_stream
from integration_tests.records import a_user, as_employee, records, without
from integration_tests.sandbox import Sandbox

CLOSED = {"dateTo": "2020-01-01", "employmentTo": "2020-01-01"}
LEFT = {"employmentTo": "2020-01-01"}


def known(sandbox: Sandbox, **values: Any) -> None:
    """The first user as an employee."""
    sandbox.xledger.add_employee(**as_employee(a_user(1), **values))


def birthday(sandbox: Sandbox) -> str:
    found: str = sandbox.xledger.employee("E1")["contact"]["birthday"]
    return found


def test_somebody_active_whose_employee_is_closed_is_written_and_warned_of_by_the_name_of_the_field(
    write: Write, sandbox: Sandbox
) -> None:
    known(sandbox, **CLOSED)
    written = write(records([a_user(1)]))
    assert (written.summary["updated"], written.summary["warnings"]) == (1, {"employee_is_closed": 1})
    assert sandbox.xledger.employee("E1")["dateTo"] == "2020-01-01"
    (line,) = [line for line in written.log if "(employee_is_closed)" in line]
    assert a_user(1)["id"] in line
    assert "Closed in Xledger, active in Huma (employee_is_closed). " in line
    assert "(Date to)" in line
    assert "2020" not in line


@pytest.mark.parametrize(("values", "active"), [(CLOSED, False), (LEFT, True), ({"dateTo": "2999-12-31"}, True)])
def test_nobody_else_is_warned_of(values: Mapping[str, str], write: Write, sandbox: Sandbox, *, active: bool) -> None:
    known(sandbox, **values)
    assert write(records([a_user(1, active=active)])).summary["warnings"] == {}


def test_whoever_nobody_says_to_be_active_is_not_warned_of(write: Write, sandbox: Sandbox) -> None:
    known(sandbox, **CLOSED)
    assert write(records([without(a_user(1), "active")])).summary["warnings"] == {}
    stream = a_stream("staff", destination_object="employee")
    assert write(records([{"code": "E1"}], "staff"), catalog=stream).summary["warnings"] == {}


def test_without_the_day_that_closes_employees_the_rest_is_written_and_that_is_said(
    write: Write, sandbox: Sandbox
) -> None:
    sandbox.xledger.lacks = frozenset({"Employee.dateTo"})
    known(sandbox, **CLOSED)
    written = write(records([a_user(1)]))
    assert (written.summary["updated"], written.summary["warnings"]) == (1, {})
    assert any("employee_is_closed" in line and "Employee.dateTo" in line for line in written.log)


@pytest.mark.parametrize("values", [CLOSED, LEFT, {"dateTo": "2020-01-01"}])
@pytest.mark.parametrize(
    ("field", "changed"),
    [
        ("birthDate", {"birthDate": "1971-03-04"}),
        (
            "identifications",
            {"identifications": [{"id": "1", "type": "national", "country": "NO", "value": "01010750160"}]},
        ),
    ],
)
def test_a_code_that_comes_back_with_another_birthday_or_number_is_somebody_elses(
    values: Mapping[str, str], field: str, changed: Mapping[str, Any], write: Write, sandbox: Sandbox
) -> None:
    known(sandbox, **values)
    written = write(records([a_user(1, **changed)]))
    assert written.summary["rejected"] == {"code_conflict": 1}
    assert sandbox.xledger.writes == []
    (line,) = [line for line in written.log if "was rejected (code_conflict)" in line]
    assert field in line


def test_a_code_of_which_nothing_agrees_is_somebody_elses_although_the_employee_has_not_left(
    write: Write, sandbox: Sandbox
) -> None:
    known(sandbox)
    another = a_user(1, givenName="Ola", familyName="Hansen", email="ola@example.com", birthDate="1971-03-04")
    assert write(records([another])).summary["rejected"] == {"code_conflict": 1}
    assert sandbox.xledger.writes == []


@pytest.mark.parametrize(
    ("values", "changed"),
    [
        ({}, {}),
        (CLOSED, {"active": False}),
        (LEFT, {"employmentEndDate": "2020-01-01"}),
    ],
)
def test_a_birthday_that_was_corrected_is_written(
    values: Mapping[str, str], changed: Mapping[str, Any], write: Write, sandbox: Sandbox
) -> None:
    known(sandbox, **values)
    assert write(records([a_user(1, birthDate="1971-03-04", **changed)])).summary["rejected"] == {}
    assert birthday(sandbox) == "1971-03-04"
