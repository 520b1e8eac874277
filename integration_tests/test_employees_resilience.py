"""source-xledger against an Xledger that fails: what it rides out, when it stops, and what it says."""

import logging
import socket
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from airbyte_cdk.models import AirbyteStreamStatus, FailureType, Status, SyncMode

from integration_tests.reading_employees import (
    ReadEmployees,
    add_employees,
    patient_source,
    read_employees,
    reading_employees,
    sandbox_with,
)
from integration_tests.sandbox import Fault, Sandbox
from integration_tests.sandbox.faults import When
from xledger_api.language.accesses import ACCESSES, READING

EMPLOYEES = 25
PAGE = 10

sandbox = sandbox_with(EMPLOYEES)
read = reading_employees(SyncMode.full_refresh)

SOON = datetime.now(timezone.utc) + timedelta(minutes=2)

PASSING: list[Any] = [
    pytest.param(lambda when: Fault.burst_limit(**when), id="burst limit"),
    pytest.param(lambda when: Fault.concurrency_limit(**when), id="concurrency limit"),
    pytest.param(lambda when: Fault.out_of_credits(SOON, **when), id="out of credits"),
    pytest.param(lambda when: Fault.server_error(503, **when), id="503"),
    pytest.param(lambda when: Fault.server_error(529, **when), id="529"),
    pytest.param(lambda when: Fault.maintenance_page(**when), id="maintenance page"),
    pytest.param(lambda when: Fault.not_json(**when), id="half an answer"),
    pytest.param(lambda when: Fault.dropped_connection(**when), id="dropped connection"),
    pytest.param(lambda when: Fault.lost_answer(**when), id="lost answer"),
]
"""What passes when one waits a little."""

Make = Callable[[When], Fault]


def ids(sandbox: Sandbox) -> list[str]:
    return sorted(str(row["dbId"]) for row in sandbox.xledger.employees())


def sizes_asked(sandbox: Sandbox) -> list[int]:
    asked = (operation.variables.get("everybody_first") for operation in sandbox.xledger.operations)
    return [size for size in asked if size is not None]


Check = Callable[..., tuple[Status, str]]


@pytest.fixture
def check(sandbox: Sandbox) -> Check:
    def check_connection(**settings: Any) -> tuple[Status, str]:
        config = sandbox.source_xledger_config(**settings)
        result = patient_source().check(logging.getLogger("airbyte"), config)
        return result.status, result.message or ""

    return check_connection


# ---- what passes


@pytest.mark.parametrize("make", PASSING)
@pytest.mark.parametrize("root_field", ["__schema", "employees"])
def test_what_passes_is_ridden_out_and_everybody_read_once(
    sandbox: Sandbox, read: ReadEmployees, make: Make, root_field: str
) -> None:
    after = 0 if root_field == "__schema" else 1
    fault = sandbox.xledger.faults.add(make(When(root_field=root_field, after=after, times=2)))
    everybody = read(page_size=PAGE)
    assert fault not in sandbox.xledger.faults.waiting
    assert sorted(everybody.ids) == ids(sandbox)
    assert everybody.status is AirbyteStreamStatus.COMPLETE


@pytest.mark.parametrize("make", PASSING)
def test_what_does_not_pass_is_given_up_on_as_transient_and_with_advice(
    sandbox: Sandbox, read: ReadEmployees, make: Make
) -> None:
    sandbox.xledger.faults.add(make(When(root_field="employees", after=1, times=None)))
    everybody = read(page_size=PAGE)
    assert (everybody.status, len(everybody.ids)) == (AirbyteStreamStatus.INCOMPLETE, PAGE)
    [(kind, sentence)] = everybody.errors
    assert kind is FailureType.transient_error
    assert "ry again" in sentence


# ---- a page that is too slow


def test_a_page_that_takes_too_long_is_asked_for_in_smaller_ones_from_where_it_was(
    sandbox: Sandbox, read: ReadEmployees
) -> None:
    sandbox.xledger.faults.add(Fault.query_timed_out(root_field="employees"))
    everybody = read()
    assert sizes_asked(sandbox) == [1_000, 100]
    assert sorted(everybody.ids) == ids(sandbox)


def test_nothing_is_read_again_for_a_page_in_the_middle_that_takes_too_long() -> None:
    with Sandbox.running(people=0, burst_limit=None) as many:
        add_employees(many, 320)
        many.xledger.faults.add(Fault.query_timed_out(root_field="employees", after=1))
        everybody = read_employees(many, sync_mode=SyncMode.full_refresh, page_size=150)
        assert sizes_asked(many) == [150, 151, 101, 101]
        assert len(everybody.ids) == len(set(everybody.ids)) == 320


def test_employees_that_always_take_too_long_are_given_up_on(sandbox: Sandbox, read: ReadEmployees) -> None:
    sandbox.xledger.faults.add(Fault.query_timed_out(root_field="employees", times=None))
    everybody = read()
    assert sizes_asked(sandbox) == [1_000, 100]
    [(kind, sentence)] = everybody.errors
    assert kind is FailureType.transient_error
    assert "too long to list its employees" in sentence


# ---- what does not pass


@pytest.mark.parametrize("access", READING, ids=lambda access: access.name)
def test_a_missing_access_ends_a_sync_as_a_matter_of_configuration_and_is_named_for_reading(
    sandbox: Sandbox, read: ReadEmployees, access: Any
) -> None:
    types = {"employees": "Employee", "contact": "Contact", "subledger": "Subledger", "address": "Address"}
    types |= {"country": "Country", "company": "Company", "gender": "SystemValue"}
    sandbox.xledger.faults.add(Fault.unreadable(types[access.opens[0]]))
    everybody = read()
    [(kind, sentence)] = everybody.errors
    assert kind is FailureType.config_error
    assert f'"{access.name}: read"' in sentence
    assert "read/write" not in sentence
    assert everybody.ids == []


def test_a_token_that_is_not_accepted_ends_a_sync_as_a_matter_of_configuration(
    sandbox: Sandbox, read: ReadEmployees
) -> None:
    [(kind, sentence)] = read(api_token="c2FuZGJveC10b2tlbi1vZi1ub2JvZHk").errors
    assert kind is FailureType.config_error
    assert "does not accept the API token" in sentence
    assert sandbox.xledger.operations


def test_an_xledger_without_a_list_of_employees_ends_a_sync_as_a_matter_for_developers(
    sandbox: Sandbox, read: ReadEmployees
) -> None:
    sandbox.xledger.lacks = frozenset({"Query.employees"})
    [(kind, sentence)] = read().errors
    assert kind is FailureType.system_error
    assert "has no employees" in sentence


def test_a_reader_does_not_mind_an_xledger_that_nothing_can_be_written_to(
    sandbox: Sandbox, read: ReadEmployees, check: Check
) -> None:
    sandbox.xledger.lacks = frozenset(
        f"Mutation.{name}" for name in ("addEmployees", "updateEmployees", "updateContacts")
    )
    everybody = read()
    assert (len(everybody.ids), everybody.warnings) == (EMPLOYEES, [])
    assert check() == (Status.SUCCEEDED, "")


# ---- check


def test_check_takes_four_requests_and_writes_nothing(sandbox: Sandbox, check: Check) -> None:
    assert check() == (Status.SUCCEEDED, "")
    assert len(sandbox.xledger.operations) == 4
    assert not [operation for operation in sandbox.xledger.operations if operation.kind == "mutation"]


def test_check_asks_for_no_access_that_reading_does_not_take(sandbox: Sandbox, check: Check) -> None:
    for access in ACCESSES:
        for probe in (*access.writes, *(() if access.opens else (access.reads,))):
            sandbox.xledger.faults.add(Fault.no_access(probe.root))
    assert check() == (Status.SUCCEEDED, "")


@pytest.mark.parametrize("access", READING, ids=lambda access: access.name)
def test_check_names_the_access_that_is_missing_for_reading_and_no_other(
    sandbox: Sandbox, check: Check, access: Any
) -> None:
    root = access.reads.root
    types = {"address": "Address", "gender": "SystemValue"}
    fault = Fault.unreadable(types[access.opens[0]]) if access.opens[0] in types else Fault.no_access(root)
    sandbox.xledger.faults.add(fault)
    status, sentence = check()
    assert status is Status.FAILED
    assert f'"{access.name}: read"' in sentence
    assert "read/write" not in sentence
    assert "API tokens" in sentence


def test_check_says_that_the_token_is_wrong(check: Check) -> None:
    status, sentence = check(api_token="c2FuZGJveC10b2tlbi1vZi1ub2JvZHk")
    assert status is Status.FAILED
    assert "does not accept the API token" in sentence


def test_check_says_that_there_is_maintenance(sandbox: Sandbox, check: Check) -> None:
    sandbox.xledger.faults.add(Fault.maintenance_page(times=None))
    status, sentence = check()
    assert status is Status.FAILED
    assert "maintenance window" in sentence


def test_check_says_that_nobody_answers_at_the_address(check: Check) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        status, sentence = check(api_url=f"http://127.0.0.1:{free.getsockname()[1]}")
    assert status is Status.FAILED
    assert "does not answer at its API address" in sentence


@pytest.mark.parametrize("lacks", ["Query.employees", "Employee.dbId"])
def test_check_finds_that_nothing_can_be_read(sandbox: Sandbox, check: Check, lacks: str) -> None:
    sandbox.xledger.lacks = frozenset({lacks})
    status, sentence = check()
    assert status is Status.FAILED
    assert "Nothing works without it" in sentence


def test_check_names_what_this_xledger_does_not_show(
    sandbox: Sandbox, check: Check, caplog: pytest.LogCaptureFixture
) -> None:
    sandbox.xledger.lacks = frozenset({"Contact.birthday", "Employee.trialTo"})
    assert check() == (Status.SUCCEEDED, "")
    warnings = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert [warning.partition(" cannot be read")[0] for warning in warnings] == ["birthday", "trialTo"]


def test_check_tells_whose_state_a_host_keeps(sandbox: Sandbox, check: Check, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        check()
        check(page_size=5)
    told = [line for record in caplog.records if (line := record.getMessage()).startswith("CONNECTION IDENTITY ")]
    assert len(told) == 2
    assert len(set(told)) == 1
    assert '"settings": null' in told[0]
    assert sandbox.xledger.url not in told[0]
