"""Who is brought from Xledger to Huma, and what the next sync to Xledger does to them: nothing gets lost."""

from collections.abc import Callable
from typing import Any

import pytest

from integration_tests.conftest import Write, Written
from integration_tests.huma_people import company_of
from integration_tests.reading import read_source
from integration_tests.reading_employees import EMPLOYEES, an_employee, read_employees
from integration_tests.records import Record, records
from integration_tests.sandbox import Fault, Sandbox
from integration_tests.sandbox.huma_rights import END_OF_EMPLOYMENT, Rights

Sync = Callable[..., Written]

MORE_THAN_RETRIES = 99


@pytest.fixture
def to_huma(sandbox: Sandbox, write_to_huma: Write) -> Sync:
    """Writes everybody in Xledger to Huma, where who is missing is added."""

    def run(**config: Any) -> Written:
        employees = read_employees(sandbox).records.values()
        settings = {"new_users": "create", "new_user_groups": [company_of(sandbox)], **config}
        return write_to_huma(records(employees, EMPLOYEES), **settings)

    return run


@pytest.fixture
def to_xledger(sandbox: Sandbox, write: Write) -> Sync:
    """Writes everybody in Huma to Xledger."""

    def run(**config: Any) -> Written:
        return write(records(read_source(sandbox).records.values()), **config)

    return run


def employ(sandbox: Sandbox, **changed: Any) -> list[Record]:
    """Has somebody in Xledger, who is as given; returns everybody there."""
    sandbox.xledger.add_employee(**an_employee(1, **changed))
    return sandbox.xledger.employees()


HARD_TO_TAKE: dict[str, Record] = {
    "nothing": {},
    "an IBAN without its BIC": {"bankAccount": "SE4550000000058398257466", "company_country": "SE"},
    "an account of nobody": {"bankAccount": "12345678901"},
    "more digits than Huma takes": {"phone": "1" * 260},
    "every date": {"trialTo": "2020-06-01", "noticeDate": "2026-01-01", "employmentTo": "2027-01-01"},
    "more lines than Huma has": {"address": {"streetAddress": "Storgata 1, 2. etg, c/o Hansen, oppgang B"}},
}


@pytest.mark.parametrize("changed", HARD_TO_TAKE.values(), ids=HARD_TO_TAKE.keys())
def test_what_huma_can_never_take_stays_in_xledger(
    changed: Record, sandbox: Sandbox, to_huma: Sync, to_xledger: Sync
) -> None:
    before = employ(sandbox, **changed)
    assert to_huma().summary["created"] == 1
    assert to_xledger().summary["fields_unset"] == {}
    assert sandbox.xledger.employees() == before


@pytest.mark.parametrize("field", ["phone", "birthDate", "bankAccount", "gender", "homeAddress"])
def test_what_huma_refuses_stays_in_xledger(field: str, sandbox: Sandbox, to_huma: Sync, to_xledger: Sync) -> None:
    before = employ(sandbox)
    sandbox.huma.faults.add(Fault.refuse_field(field, path="/users/{id}", method="PATCH"))
    assert to_huma().summary["created"] == 1
    to_xledger()
    assert sandbox.xledger.employees() == before


RIGHTS = {
    "no end of an employment": Rights(unseen=END_OF_EMPLOYMENT),
    "no start of an employment": Rights(unseen=frozenset({"employmentStartDate"})),
    "no phone": Rights(unseen=frozenset({"phone"})),
    "no right to write what is of the person": Rights(unwritable=frozenset({"bankAccount", "phone", "birthDate"})),
}


@pytest.mark.parametrize("rights", RIGHTS.values(), ids=RIGHTS.keys())
def test_what_the_key_may_not_see_or_write_stays_in_xledger(
    rights: Rights, sandbox: Sandbox, to_huma: Sync, to_xledger: Sync
) -> None:
    before = employ(sandbox)
    sandbox.huma.rights = rights
    assert to_huma().summary["created"] == 1
    to_xledger()
    assert sandbox.xledger.employees() == before
    sandbox.huma.rights = Rights()
    to_xledger()
    assert sandbox.xledger.employees() == before


@pytest.mark.parametrize("code", ["E1", None])
def test_between_an_addition_and_the_rest_nothing_is_unset_in_xledger(
    code: str | None, sandbox: Sandbox, to_huma: Sync, to_xledger: Sync
) -> None:
    before = employ(sandbox, code=code)
    sandbox.huma.faults.add(Fault.server_error(500, path="/users/{id}", method="PATCH", times=MORE_THAN_RETRIES))
    assert to_huma().error is not None
    assert len(sandbox.huma.users) == 1
    for renumber_employees in (False, True):
        to_xledger(renumber_employees=renumber_employees)
        assert sandbox.xledger.employees() == before
    sandbox.huma.faults.clear()
    assert to_huma().summary["updated"] == 1
    assert to_xledger().summary["unchanged"] == 1
    assert sandbox.xledger.employees() == before


def test_a_phone_number_of_the_subledger_alone_is_not_lost(sandbox: Sandbox, to_huma: Sync, to_xledger: Sync) -> None:
    employee = {key: value for key, value in an_employee(1).items() if key != "phone"}
    sandbox.xledger.add_employee(**employee, subledger={"phone": "+47 900 00 001"})
    to_huma()
    to_xledger()
    assert sandbox.xledger.employee("E1")["subledger"]["phone"] == "+47 900 00 001"
    before = len(sandbox.huma.writes), len(sandbox.xledger.writes)
    to_huma()
    to_xledger()
    assert (len(sandbox.huma.writes), len(sandbox.xledger.writes)) == before
