"""A field is never unset for everybody by accident, and what Xledger does not unset is not said to be unset."""

from typing import Any

import pytest
from airbyte_cdk.models import FailureType

from integration_tests.conftest import Write
from integration_tests.records import a_user, as_employee, records, state
from integration_tests.sandbox import Sandbox
from integration_tests.sandbox.dialects import DIALECTS

EVERYBODY = range(1, 41)


def people(without: str, numbers: range = EVERYBODY, **changed: Any) -> list[Any]:
    """Users, some of whom have lost a field on their way."""
    lost = {without: None}
    return records([a_user(number, **(lost if number in numbers else {}), **changed) for number in EVERYBODY])


def employ(sandbox: Sandbox) -> None:
    for number in EVERYBODY:
        sandbox.xledger.add_employee(**as_employee(a_user(number)))


def phones(sandbox: Sandbox) -> int:
    return sum(employee["contact"]["phone"] is not None for employee in sandbox.xledger.employees())


def test_a_sync_ends_before_it_unsets_a_field_for_everybody(write: Write, sandbox: Sandbox) -> None:
    employ(sandbox)
    written = write([*people("phone", jobTitle="Head"), state(1)])
    assert written.error is not None
    assert written.error.failure_type is FailureType.config_error
    assert "phone for 40 of the 40 active people" in str(written.error)
    assert "allow_mass_unset" in str(written.error)
    assert "900 00" not in str(written.error)
    assert (sandbox.xledger.writes, written.states) == ([], [])


@pytest.mark.parametrize("size", [1, 7, 20, 39])
def test_batches_of_any_size_unset_twenty_at_most(size: int, write: Write, sandbox: Sandbox) -> None:
    employ(sandbox)
    written = write(people("phone"), batch_size=size)
    assert written.error is not None
    assert phones(sandbox) >= 20


def test_what_is_meant_can_be_allowed(write: Write, sandbox: Sandbox) -> None:
    employ(sandbox)
    written = write(people("phone"), allow_mass_unset=True)
    assert (written.error, written.summary["fields_unset"], phones(sandbox)) == (None, {"phone": 40}, 0)


def test_a_third_may_lose_a_field(write: Write, sandbox: Sandbox) -> None:
    employ(sandbox)
    assert write(people("phone", range(1, 14))).error is None
    assert phones(sandbox) == 27


def test_who_is_deactivated_does_not_count(write: Write, sandbox: Sandbox) -> None:
    employ(sandbox)
    assert write(people("phone", active=False)).error is None
    assert phones(sandbox) == 0


def test_a_preview_warns_in_the_same_words_and_goes_on(write: Write, sandbox: Sandbox) -> None:
    employ(sandbox)
    written = write(people("phone"), mode="preview", batch_size=25)
    assert written.error is None
    assert written.summary["fields_unset"] == {"phone": 40}
    assert len([line for line in written.log if "allow_mass_unset" in line]) == 1


def test_an_unset_that_is_passed_over_counts_as_not_written(write: Write, sandbox: Sandbox) -> None:
    sandbox.xledger.dialect = DIALECTS["ignores_null"]
    for number in range(1, 6):
        sandbox.xledger.add_employee(**as_employee(a_user(number)))
    unset = [a_user(number, jobTitle=None, probationEndDate=None) for number in range(1, 6)]
    written = write(records(unset))
    assert (written.error, written.summary["fields_unset"]) == (None, {})
    assert (written.summary["unchanged"], written.summary["warnings"]) == (5, {"partly_written": 5})


def test_where_null_is_passed_over_values_are_written_all_the_same(write: Write, sandbox: Sandbox) -> None:
    sandbox.xledger.dialect = DIALECTS["ignores_null"]
    for number in range(1, 11):
        sandbox.xledger.add_employee(**as_employee(a_user(number)))
    written = write(records([a_user(number, jobTitle=None if number < 6 else "Head") for number in range(1, 11)]))
    assert written.summary["fields_changed"] == {"jobTitle": 5}
    assert write(records([a_user(number, jobTitle="Head") for number in range(1, 11)])).summary["updated"] == 5
