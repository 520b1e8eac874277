"""source-xledger reads the employees of one Xledger into another, through the messages of the protocol."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pytest
from airbyte_cdk.models import AirbyteMessage, AirbyteRecordMessage, SyncMode, Type

from integration_tests.conftest import Write, a_stream
from integration_tests.reading import Emitted
from integration_tests.reading_employees import EMPLOYEES, an_employee, read_employees
from integration_tests.sandbox import Sandbox
from integration_tests.sandbox.dialects import DIALECTS
from shared_mappings import Employee, field_table

TABLE = field_table()

CANONICAL = [rule.canonical_target for rule in TABLE.rules]

NOT_COPIED = {"employee.socialSecurityMasked", "employee.subledger.company.country.code"}
"""What cannot be copied: Xledger shows the number masked, and the company is the other entity's own."""

GENDER = "employee.contact.gender"

PEOPLE: list[dict[str, Any]] = [
    *(an_employee(number) for number in range(1, 8)),
    an_employee(8, employmentTo="2027-12-31", trialTo="2020-07-01", noticeDate="2027-10-01"),
    an_employee(9, phone=None, address=None, gender=None, jobTitle=None, bankAccount=None, birthday=None),
    an_employee(10, address={"streetAddress": None, "zipCode": "0155", "place": "Oslo", "country": "NO"}),
    an_employee(11, dateTo="2020-01-01"),
]

CLOSED = "E11"


@pytest.fixture
def other() -> Iterator[Sandbox]:
    """The Xledger of another entity, with people."""
    with Sandbox.running(people=0, seed=8, burst_limit=None) as running:
        for person in PEOPLE:
            running.xledger.add_employee(**person)
        yield running


def messages(records: Iterable[Mapping[str, Any]]) -> list[AirbyteMessage]:
    """A record message for each."""
    return [
        AirbyteMessage(type=Type.RECORD, record=AirbyteRecordMessage(stream=EMPLOYEES, data=dict(record), emitted_at=0))
        for record in records
    ]


def copied(write: Write, emitted: Emitted, **config: Any) -> Any:
    stream = a_stream(EMPLOYEES, destination_object="employee")
    return write(messages(emitted.records.values()), catalog=stream, **config)


def values(sandbox: Sandbox, code: str) -> dict[str, Any]:
    """What an Xledger has of somebody, at the first target of each rule."""
    employee = Employee.from_node(sandbox.xledger.employee(code), TABLE)
    genders = {gender.code or gender.name: gender.letter for gender in sandbox.xledger.dialect.genders}
    found = {target: employee.values[target] for target in CANONICAL if target not in NOT_COPIED}
    return {**found, GENDER: genders.get(str(found[GENDER]), found[GENDER])}


@pytest.mark.parametrize("theirs", ["contract", "suffixed", "genders_by_name", "placeholder_dates"])
@pytest.mark.parametrize("ours", ["contract", "no_email_filter", "flat_supplier_address", "email_to_both"])
def test_employees_are_copied_and_copied_again_nothing_is_written(
    other: Sandbox, sandbox: Sandbox, write: Write, theirs: str, ours: str
) -> None:
    other.xledger.dialect, sandbox.xledger.dialect = DIALECTS[theirs], DIALECTS[ours]
    first = read_employees(other)
    written = copied(write, first)
    assert written.error is None
    assert written.summary["created"] == len(PEOPLE) - 1
    assert written.summary["skipped"] == {"deactivated": 1}
    assert written.summary["rejected"] == {}
    codes = {row["code"] for row in sandbox.xledger.employees()}
    assert codes == {person["code"] for person in PEOPLE} - {CLOSED}
    for code in codes:
        there, here = values(other, code), values(sandbox, code)
        assert {target: here[target] for target in there if not same(target, there[target], here[target])} == {}
    before = len(sandbox.xledger.writes)
    again = copied(write, read_employees(other, sync_mode=SyncMode.full_refresh))
    assert again.summary["unchanged"] == len(PEOPLE) - 1
    assert len(sandbox.xledger.writes) == before
    assert read_employees(other, first.state).ids == []


def same(target: str, there: Any, here: Any) -> bool:
    return TABLE.rule_of[target].same(there, here)


def test_a_change_in_one_xledger_reaches_the_other_alone(other: Sandbox, sandbox: Sandbox, write: Write) -> None:
    first = read_employees(other)
    copied(write, first)
    who = other.xledger.employee("E3")["dbId"]
    other.xledger.change(who, "contact.jobTitle", "Head of everything")
    second = read_employees(other, first.state)
    written = copied(write, second)
    assert written.summary["updated"] == written.summary["received"] == 1
    assert written.summary["fields_changed"] == {"jobTitle": 1}
    assert sandbox.xledger.employee("E3")["contact"]["jobTitle"] == "Head of everything"


def test_a_masked_number_is_never_written(other: Sandbox, sandbox: Sandbox, write: Write) -> None:
    copied(write, read_employees(other))
    numbers = [sandbox.xledger.social_security_number(row["dbId"]) for row in sandbox.xledger.employees()]
    assert numbers == [None] * (len(PEOPLE) - 1)
