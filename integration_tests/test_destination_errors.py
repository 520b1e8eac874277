"""Every row of Xledger's table of errors, as a sync meets it: waited out, worked around, or ended with a sentence."""

from collections.abc import Callable
from datetime import datetime, timedelta, timezone

import pytest
from airbyte_cdk.models import FailureType

from integration_tests.conftest import Write
from integration_tests.records import a_user, as_employee, records, state
from integration_tests.sandbox import Fault, Sandbox
from integration_tests.sandbox.dialects import DIALECTS, dialect_named

PEOPLE = [a_user(1), a_user(2, jobTitle="Head")]
"""Somebody new, and somebody whose job title is another one in Xledger."""

MakeFault = Callable[..., Fault]

REQUESTS = ["employees", "addEmployees", "updateContacts"]


def soon() -> datetime:
    return datetime.now(timezone.utc) + timedelta(minutes=2)


@pytest.fixture(autouse=True)
def somebody_known(sandbox: Sandbox) -> None:
    sandbox.xledger.add_employee(**as_employee(a_user(2)))


def is_written(sandbox: Sandbox) -> bool:
    new, changed = sandbox.xledger.employee("E1"), sandbox.xledger.employee("E2")
    return len(sandbox.xledger.employees()) == 2 and [
        new["contact"]["email"],
        changed["contact"]["jobTitle"],
    ] == ["kari1@example.com", "Head"]


@pytest.mark.parametrize("root_field", REQUESTS)
@pytest.mark.parametrize(
    ("fault", "waiting_for"),
    [
        (Fault.burst_limit, "more than 20 requests in 5 seconds"),
        (Fault.concurrency_limit, "too many requests at once"),
        (lambda **when: Fault.out_of_credits(soon(), **when), "the credits of the subscription are used up"),
        (Fault.too_many_requests, "more than 20 requests in 5 seconds"),
    ],
    ids=["burst limit", "too many at once", "out of credits", "too many requests"],
)
def test_what_was_not_carried_out_and_passes_is_waited_for_and_tried_again(
    fault: MakeFault, waiting_for: str, root_field: str, write: Write, sandbox: Sandbox
) -> None:
    sandbox.xledger.faults.add(fault(root_field=root_field, times=2))
    written = write([*records(PEOPLE), state(1)])
    assert (written.error, written.states) == (None, [1])
    assert written.summary["retries"] == 2
    assert sum(line.startswith("Waiting ") and waiting_for in line for line in written.log) == 2
    assert is_written(sandbox)


@pytest.mark.parametrize("root_field", ["employees", "updateContacts"])
@pytest.mark.parametrize(
    "fault",
    [Fault.maintenance_page, Fault.server_error, Fault.dropped_connection, Fault.lost_answer],
    ids=["maintenance", "server error", "dropped connection", "lost answer"],
)
def test_what_does_no_harm_twice_is_tried_again_after_whatever_passes(
    fault: MakeFault, root_field: str, write: Write, sandbox: Sandbox
) -> None:
    sandbox.xledger.faults.add(fault(root_field=root_field, times=3))
    written = write([*records(PEOPLE), state(1)])
    assert (written.error, written.states) == (None, [1])
    assert written.summary["retries"] == 3
    assert is_written(sandbox)


def test_credits_that_come_back_late_end_the_sync_with_the_time(write: Write, sandbox: Sandbox) -> None:
    late = datetime.now(timezone.utc).replace(second=0, microsecond=0) + timedelta(hours=2)
    sandbox.xledger.faults.add(Fault.out_of_credits(late, root_field="updateContacts", times=None))
    written = write([*records(PEOPLE), state(1)])
    assert written.error is not None
    assert written.error.failure_type is FailureType.transient_error
    assert f"they come back on {late.day} {late:%B %Y at %H:%M} UTC." in str(written.error)
    assert written.states == []
    assert written.summary["retries"] == 0


@pytest.mark.parametrize("root_field", ["employees", "updateContacts"])
@pytest.mark.parametrize(
    "fault", [Fault.maintenance_page, Fault.burst_limit, Fault.concurrency_limit], ids=lambda fault: fault.__name__
)
def test_what_does_not_pass_in_time_ends_the_sync_until_later(
    fault: MakeFault, root_field: str, write: Write, sandbox: Sandbox
) -> None:
    sandbox.xledger.faults.add(fault(root_field=root_field, times=None))
    written = write([*records(PEOPLE), state(1)])
    assert written.error is not None
    assert written.error.failure_type is FailureType.transient_error
    assert "try again in an hour" in str(written.error)
    assert written.states == []


@pytest.mark.parametrize("token", ["malformd", "0" * 64], ids=["malformed", "unknown"])
def test_a_token_that_is_not_accepted_is_for_the_administrator(token: str, write: Write, sandbox: Sandbox) -> None:
    written = write([*records(PEOPLE), state(1)], api_token=token)
    assert written.error is not None
    assert written.error.failure_type is FailureType.config_error
    assert "does not accept the API token" in str(written.error)
    assert token not in str(written.error)
    assert len(sandbox.xledger.operations) == 1


@pytest.mark.parametrize("token", ["malformed", "not " * 10, "0" * 64 + "\n", "token 0000"])
def test_a_token_that_cannot_be_one_is_told_before_anything_is_sent(token: str, write: Write, sandbox: Sandbox) -> None:
    written = write([*records(PEOPLE), state(1)], api_token=token)
    assert written.error is not None
    assert written.error.failure_type is FailureType.config_error
    assert "API token (api_token): it is no token of Xledger's" in str(written.error)
    assert token not in str(written.error)
    assert sandbox.xledger.operations == []


@pytest.mark.parametrize("http_400", [False, True])
@pytest.mark.parametrize(
    ("part", "told"),
    [
        ("Employee.noticeDate", "Cannot query field `noticeDate` on type `Employee`"),
        ("Employee_Filter.email_in", "email_in"),
        ("UpdateContactsInputNode.jobTitle", "jobTitle"),
        ("Mutation.updateContacts", "Cannot query field `updateContacts` on type `Mutation`"),
    ],
)
def test_a_schema_that_is_not_told_and_lacks_something_ends_the_sync_with_its_name(
    part: str, told: str, write: Write, sandbox: Sandbox, *, http_400: bool
) -> None:
    sandbox.xledger.dialect = DIALECTS["no_introspection"]
    sandbox.xledger.lacks = frozenset({part})
    if http_400:
        sandbox.xledger.faults.add(Fault.errors_with_http_400())
    written = write([*records(PEOPLE), state(1)])
    assert written.error is not None
    assert written.error.failure_type is FailureType.system_error
    assert told in str(written.error)
    assert written.states == []


@pytest.mark.parametrize("http_400", [False, True])
def test_a_refused_value_rejects_one_record_whatever_the_status_of_the_answer(
    write: Write, sandbox: Sandbox, *, http_400: bool
) -> None:
    if http_400:
        sandbox.xledger.faults.add(Fault.errors_with_http_400())
    sandbox.xledger.faults.add(Fault.refuse_value(root_field="addEmployees", path="lastName", value="Nordmann3"))
    sandbox.xledger.faults.add(Fault.refuse_value(root_field="updateContacts", path="jobTitle", value="Head"))
    written = write([*records([*PEOPLE, a_user(3), a_user(4)]), state(1)])
    assert (written.error, written.states) == (None, [1])
    assert written.summary["rejected"] == {"refused_by_xledger": 2}
    assert written.summary["created"] == 2


def test_a_gender_by_a_code_that_xledger_does_not_know_is_left_out_and_the_rest_is_written(
    write: Write, sandbox: Sandbox
) -> None:
    codes = [{"gender": "Female", "code": "F"}, {"gender": "Other", "code": "X"}]
    written = write([*records([a_user(2, gender="Other"), a_user(5)]), state(1)], gender_codes=codes)
    assert written.states == [1]
    assert (written.summary["created"], written.summary["unchanged"], written.summary["rejected"]) == (1, 1, {})
    assert written.summary["warnings"] == {"partly_written": 1}
    assert sum("Xledger knows no gender by the code" in line for line in written.log) == 1
    assert sandbox.xledger.employee("E2")["contact"]["email"] == a_user(2)["email"]
    assert sandbox.xledger.employee("E5")["contact"]["gender"]["code"] == "F"


# ------------------------------------------------------------------ what is judged before it is believed

DEADLOCK = '{"errors": [{"message": "Transaction (Process ID 61) was deadlocked."}], "data": null}'


@pytest.mark.parametrize("after", [0, 1])
def test_a_look_up_that_a_deadlock_ends_is_asked_once_more(after: int, write: Write, sandbox: Sandbox) -> None:
    sandbox.xledger.faults.add(Fault.answer(DEADLOCK, root_field="employees", after=after))
    written = write([*records(PEOPLE), state(1)], batch_size=1)
    assert (written.error, written.states) == (None, [1])
    assert is_written(sandbox)


def test_a_look_up_that_is_refused_after_others_passed_is_no_missing_access(write: Write, sandbox: Sandbox) -> None:
    sandbox.xledger.faults.add(Fault.answer(DEADLOCK, root_field="employees", after=1, times=None))
    written = write([*records(PEOPLE), state(1)], batch_size=1)
    assert written.error is not None
    assert written.error.failure_type is FailureType.transient_error
    assert written.summary["rejected"] == {}
    assert written.states == []


@pytest.mark.parametrize("mode", ["sync", "preview"])
@pytest.mark.parametrize("text", ["E3", "kari3@example.com"])
def test_a_firewall_that_dislikes_a_key_costs_nobody_but_its_owner(
    text: str, mode: str, write: Write, sandbox: Sandbox
) -> None:
    people = [a_user(number) for number in range(1, 6)]
    fault = sandbox.xledger.faults.add(Fault.firewall(f'"{text}"'))
    written = write([*records(people), state(1)], mode=mode)
    assert (written.error, written.states) == (None, [1] if mode == "sync" else [])
    assert written.summary["rejected"] == {"refused_by_xledger": 1}
    assert written.summary["created"] == 3
    assert any("such as a firewall" in line for line in written.log)
    assert not any(text in line for line in written.log)
    sandbox.xledger.faults.remove(fault)
    assert write(records(people), mode=mode).summary["rejected"] == {}


@pytest.mark.parametrize("status", [403, 406, 413])
def test_a_firewall_that_dislikes_a_value_costs_nobody_but_its_owner(
    status: int, write: Write, sandbox: Sandbox
) -> None:
    write(records([a_user(number) for number in (4, 5)]))
    sandbox.xledger.faults.add(Fault.firewall("SELECT", status))
    people = [a_user(number, jobTitle="SELECT" if number in (3, 4) else "Head") for number in range(1, 7)]
    written = write([*records(people), state(1)])
    assert (written.error, written.states) == (None, [1])
    assert written.summary["rejected"] == {"refused_by_xledger": 1}
    assert written.summary["warnings"] == {"partly_written": 1}
    titles = {row["code"]: row["contact"]["jobTitle"] for row in sandbox.xledger.employees()}
    assert titles == {"E1": "Head", "E2": "Head", "E3": None, "E4": "Engineer", "E5": "Head", "E6": "Head"}
    assert sum("Something on the way to Xledger" in line for line in written.log) >= 2


def test_a_firewall_that_lets_nothing_through_is_no_wrong_token(write: Write, sandbox: Sandbox) -> None:
    sandbox.xledger.faults.add(Fault.firewall("E1"))
    sandbox.xledger.faults.add(Fault.maintenance_page(403, root_field="employees", times=None))
    written = write([*records(PEOPLE), state(1)])
    assert written.error is not None
    assert written.error.failure_type is FailureType.config_error
    assert "does not let requests through (HTTP 403)" in str(written.error)


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (301, "does not answer like Xledger's GraphQL API (HTTP 301)"),
        (404, "does not answer like Xledger's GraphQL API (HTTP 404)"),
        (405, "does not answer like Xledger's GraphQL API (HTTP 405)"),
        (407, "A proxy on the way"),
    ],
)
def test_a_wrong_address_is_not_waited_for(status: int, sentence: str, write: Write, sandbox: Sandbox) -> None:
    sandbox.xledger.faults.add(Fault.maintenance_page(status, times=None))
    written = write([*records(PEOPLE), state(1)])
    assert written.error is not None
    assert written.error.failure_type is FailureType.config_error
    assert sentence in str(written.error)
    assert len(sandbox.xledger.operations) == 1


@pytest.mark.parametrize("status", [200, 301, 404, 503])
@pytest.mark.parametrize("root_field", ["employees", "updateContacts"])
def test_a_page_in_the_middle_of_a_sync_is_maintenance(
    root_field: str, status: int, write: Write, sandbox: Sandbox
) -> None:
    sandbox.xledger.faults.add(Fault.maintenance_page(status, root_field=root_field, times=3))
    written = write([*records(PEOPLE), state(1)])
    assert (written.error, written.states) == (None, [1])
    assert is_written(sandbox)


@pytest.mark.parametrize("status", [200, 302, 404, 405, 403])
@pytest.mark.parametrize("field", ["familyName", "jobTitle"])
def test_a_firewall_costs_nobody_but_whom_it_dislikes_whatever_it_answers(
    field: str, status: int, write: Write, sandbox: Sandbox
) -> None:
    sandbox.xledger.faults.add(Fault.firewall("SELECT", status))
    people = [a_user(number, **({field: "SELECT it"} if number == 3 else {})) for number in range(2, 7)]
    written = write([*records(people), state(1)])
    assert (written.error, written.states) == (None, [1])
    assert written.summary["retries"] < 20
    good = {row["code"] for row in sandbox.xledger.employees() if row["contact"]["jobTitle"] == "Engineer"}
    assert {"E2", "E4", "E5", "E6"} <= good


# ------------------------------------------------------------------ lists that cannot be read to their end


@pytest.mark.parametrize("dialect", ["ignores_cursors", "ignores_cursors+no_email_filter"])
def test_a_list_that_begins_anew_after_each_cursor_ends_a_sync_before_anybody_is_created(
    dialect: str, write: Write, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    sandbox.xledger.dialect = dialect_named(dialect)
    monkeypatch.setattr("xledger_api.employees.gateway.LARGEST_PAGE", 2)
    for _ in range(9):
        sandbox.xledger.add_employee(code="E7")
    written = write([*records([*PEOPLE, a_user(7)]), state(1)])
    assert written.error is not None
    assert written.error.failure_type is FailureType.system_error
    assert "the same page again and again" in str(written.error)
    assert (written.states, sandbox.xledger.writes) == ([], [])


def test_somebody_who_is_deleted_between_being_found_and_being_read_is_looked_up_anew(
    write: Write, sandbox: Sandbox
) -> None:
    gone = sandbox.xledger.add_employee(code=None, email="kari3@example.com")

    def deleted() -> None:
        sandbox.xledger.store.tables["employee"].pop(gone, None)

    sandbox.xledger.faults.add(Fault.meanwhile(deleted, root_field="employees", after=1))
    written = write([*records([*PEOPLE, a_user(3)]), state(1)])
    assert (written.error, written.states) == (None, [1])
    assert written.summary["created"] == 2
