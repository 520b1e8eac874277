"""What is promised holds whatever dialect Xledger speaks, as far as the dialect lets it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from integration_tests.conftest import Write
from integration_tests.records import Record, a_user, as_employee, records, state, without
from integration_tests.sandbox import Fault, Sandbox
from integration_tests.sandbox.dialects import DIALECTS
from integration_tests.sandbox.xledger_store import SUBSIDIARY

Employee = Mapping[str, Any]

PASSING = {"dbId", "contactDbId", "createdAt", "modifiedAt", "ownerDbId"}
"""What differs between any two runs."""


@dataclass(frozen=True)
class Limits:
    """What a dialect keeps from being written, and what an administrator sets because of it.

    Attributes:
        unwritten: Paths in an employee that nothing can write.
        stays: Whether what is to be unset stays.
        settings: What is set.
    """

    unwritten: tuple[str, ...] = ()
    stays: bool = False
    settings: Mapping[str, Any] = field(default_factory=dict)


def genders(male: str, female: str) -> Limits:
    """Genders that Xledger knows by other codes, or only by their names."""
    return Limits(settings={"gender_codes": [{"gender": "Male", "code": male}, {"gender": "Female", "code": female}]})


LIMITS: Mapping[str, Limits] = {
    "no_supplier_updates": Limits(("subledger.description", "subledger.address", "subledger.email")),
    "ignores_null": Limits(stays=True),
    "genders_by_name": genders("MALE", "FEMALE"),
    "genders_by_number": genders("1", "2"),
}


@pytest.fixture(params=sorted(DIALECTS))
def dialect(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def limits(dialect: str) -> Limits:
    return LIMITS.get(dialect, Limits())


@pytest.fixture
def sandbox(dialect: str) -> Iterator[Sandbox]:
    """An Xledger that speaks the dialect, with somebody of each gender in it, and somebody in an entity below."""
    with Sandbox.running(people=0, burst_limit=None, dialect=dialect) as running:
        for number, gender in ((901, "M"), (902, "F")):
            running.xledger.add_employee(**as_employee(a_user(number), gender=gender))
        yield running


def people() -> list[Record]:
    return [a_user(number, gender="Male" if number % 2 else "Female") for number in range(1, 13)]


def everybody() -> list[Record]:
    """Those who are there as well: so Xledger's genders are known before anybody is written."""
    return [a_user(901, gender="Male"), a_user(902), *people()]


def settled(employee: Employee) -> dict[str, Any]:
    """An employee without what differs between any two runs."""
    return {
        key: settled(value) if isinstance(value, Mapping) else value
        for key, value in employee.items()
        if key not in PASSING
    }


def at(employee: Employee, path: str) -> Any:
    found: Any = employee
    for key in path.split("."):
        found = found[key]
    return found


EXPECTED = {
    "code": "E2",
    "employmentFrom": "2020-01-01",
    "trialTo": "2020-07-01",
    "contact.firstName": "Kari",
    "contact.lastName": "Nordmann2",
    "contact.email": "kari2@example.com",
    "contact.phone": "+47 900 00 002",
    "contact.birthday": "1990-01-02",
    "contact.jobTitle": "Engineer",
    "contact.gender.dbSubId": 2,
    "contact.address.streetAddress": "Storgata 2",
    "contact.address.country.code": "NO",
    "subledger.description": "Kari Nordmann2",
    "subledger.email": "kari2@example.com",
    "subledger.phone": "+47 900 00 002",
    "subledger.bankAccount": "86011117947",
    "subledger.address.streetAddress": "Storgata 2",
    "subledger.address.zipCode": "0155",
    "subledger.address.place": "Oslo",
    "subledger.address.country.code": "NO",
}


def is_unwritten(path: str, limits: Limits) -> bool:
    return any(path.startswith(unwritten) for unwritten in limits.unwritten)


def test_new_people_get_every_value_that_can_be_written(write: Write, sandbox: Sandbox, limits: Limits) -> None:
    written = write(records(everybody()), **limits.settings)
    assert (written.error, written.summary["created"], written.summary["rejected"]) == (None, 12, {})
    employee = sandbox.xledger.employee("E2")
    missing = {
        path for path, value in EXPECTED.items() if not is_unwritten(path, limits) and at(employee, path) != value
    }
    assert missing == set()
    assert written.summary["warnings"] == ({"partly_written": 12} if limits.unwritten else {})


def test_a_second_sync_of_the_same_people_changes_nothing(write: Write, sandbox: Sandbox, limits: Limits) -> None:
    write(records(everybody()), **limits.settings)
    before, sent = sandbox.xledger.employees(), len(sandbox.xledger.writes)
    written = write(records(everybody()), **limits.settings)
    assert written.summary["unchanged"] == 14
    assert [settled(each) for each in sandbox.xledger.employees()] == [settled(each) for each in before]
    assert limits.unwritten or len(sandbox.xledger.writes) == sent


def test_changes_reach_xledger_and_what_is_unknown_stays(write: Write, sandbox: Sandbox, limits: Limits) -> None:
    write(records(everybody()), **limits.settings)
    changed = without(a_user(2, jobTitle="Head", phone=None, terminationNoticeDate="2026-02-01"), "birthDate", "email")
    written = write(records([changed]), **limits.settings)
    assert (written.error, written.summary["updated"]) == (None, 1)
    employee = sandbox.xledger.employee("E2")
    assert at(employee, "contact.jobTitle") == "Head"
    phone = "+47 900 00 002" if limits.stays else None
    assert (at(employee, "contact.phone"), at(employee, "subledger.phone")) == (phone, phone)
    assert at(employee, "noticeDate") == "2026-02-01"
    assert at(employee, "contact.birthday") == "1990-01-02"
    assert at(employee, "contact.email") == "kari2@example.com"


def test_a_changed_gender_and_address_and_e_mail_reach_xledger(write: Write, sandbox: Sandbox, limits: Limits) -> None:
    write(records(everybody()), **limits.settings)
    address = {**a_user(2)["homeAddress"], "line1": "Lillegata 1", "country": "SE"}
    moved = a_user(2, gender="Male", homeAddress=address, email="new@example.com")
    write(records([a_user(901, gender="Male"), moved]), **limits.settings)
    employee = sandbox.xledger.employee("E2")
    assert at(employee, "contact.gender.dbSubId") == 1
    assert at(employee, "contact.email") == "new@example.com"
    for place in ("contact", "subledger"):
        if not is_unwritten(f"{place}.address", limits):
            assert at(employee, f"{place}.address.streetAddress") == "Lillegata 1"
            assert at(employee, f"{place}.address.country.code") == "SE"


def test_nobody_is_there_twice(write: Write, sandbox: Sandbox, limits: Limits) -> None:
    xledger = sandbox.xledger
    xledger.add_employee(**as_employee(a_user(1), code=None))
    xledger.add_employee(**as_employee(a_user(2), dateTo="2020-01-01"))
    xledger.add_employee(**as_employee(a_user(3), owner=SUBSIDIARY))
    written = write(records(everybody()), batch_size=3, **limits.settings)
    assert (written.error, written.summary["created"], written.summary["rejected"]) == (None, 9, {})
    codes = [employee["code"] for employee in xledger.employees()]
    assert sorted(codes) == sorted(f"E{number}" for number in (*range(1, 13), 901, 902))


def test_a_refused_value_rejects_one_person_and_everybody_else_is_written(
    write: Write, sandbox: Sandbox, limits: Limits
) -> None:
    for quoted, name in ((True, "Quoted"), (False, "Unquoted")):
        sandbox.xledger.faults.add(
            Fault.refuse_value(root_field="addEmployees", path="lastName", value=name, quoted=quoted)
        )
    refused = [a_user(20, familyName="Quoted"), a_user(21, familyName="Unquoted")]
    written = write([*records([*everybody()[:7], *refused, *everybody()[7:]]), state(1)], **limits.settings)
    assert (written.error, written.states) == (None, [1])
    assert written.summary["rejected"] == {"refused_by_xledger": 2}
    assert written.summary["created"] == 12
    assert len(sandbox.xledger.employees()) == 14


def test_a_lost_answer_adds_nobody_twice(write: Write, sandbox: Sandbox, limits: Limits) -> None:
    sandbox.xledger.faults.add(Fault.lost_answer(root_field="addEmployees"))
    written = write(records(everybody()), **limits.settings)
    assert written.error is None
    assert len(sandbox.xledger.employees()) == 14


def test_a_preview_says_what_a_sync_then_does_and_writes_nothing(
    write: Write, sandbox: Sandbox, limits: Limits
) -> None:
    preview = write(records(everybody()), mode="preview", **limits.settings)
    assert sandbox.xledger.writes == []
    written = write(records(everybody()), **limits.settings)
    for count in ("created", "updated", "unchanged", "rejected", "skipped"):
        assert preview.summary[count] == written.summary[count]


def test_learning_takes_two_requests_and_every_id_goes_out_as_a_number(
    write: Write, sandbox: Sandbox, limits: Limits
) -> None:
    write(records([*everybody(), a_user(2, jobTitle="Head")]), batch_size=5, **limits.settings)
    asked = [done for done in sandbox.xledger.operations if {"__schema", "__type"} & {*done.root_fields}]
    assert len(asked) <= 2

    def ids(value: Any) -> Iterator[Any]:
        if isinstance(value, Mapping):
            for key, each in value.items():
                if key in {"dbId", "dbSubId"}:
                    yield each
                elif key == "dbId_in":
                    yield from each
                else:
                    yield from ids(each)
        elif isinstance(value, list):
            for each in value:
                yield from ids(each)

    sent = [each for done in sandbox.xledger.operations for each in ids(done.variables)]
    assert sent
    assert {type(each) for each in sent} == {int}
