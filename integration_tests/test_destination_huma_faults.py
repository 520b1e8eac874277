"""Whatever goes wrong on the way to Huma: nobody twice, nothing lost, nobody told to be done who is not."""

from collections.abc import Callable
from typing import Any

import pytest
from airbyte_cdk.models import AirbyteMessage, FailureType

from destination_huma.syncing import sync
from integration_tests.conftest import Write
from integration_tests.huma_people import an_employee, as_user, company_of, hire
from integration_tests.records import records, state
from integration_tests.sandbox import Fault, Sandbox
from integration_tests.sandbox.huma_dialects import HUMA_DIALECTS


def employees(*numbers: int, **changed: Any) -> list[AirbyteMessage]:
    return records([an_employee(number, **changed) for number in numbers], stream="employees")


def adding(sandbox: Sandbox) -> dict[str, Any]:
    return {"new_users": "create", "new_user_groups": [company_of(sandbox)]}


def as_they_should_be(sandbox: Sandbox, number: int) -> None:
    """Holds somebody who was added to what Xledger has of them: there once, whole, and not invited."""
    wanted = as_user(an_employee(number))
    (user,) = [user for user in sandbox.huma.users.values() if user["email"] == wanted["email"]]
    for name in ("employmentId", "givenName", "familyName", "phone", "birthDate", "gender"):
        assert user[name] == wanted[name]
    assert user["homeAddress"]["line1"] == wanted["homeAddress"]["line1"]
    assert user["bankAccount"]["number"] == wanted["bankAccount"]["number"]
    assert sandbox.huma.invited == []


# ------------------------------------------------------------------ answers that get lost


LOST: dict[str, Callable[..., Fault]] = {
    "lost": Fault.lost_answer,
    "cut": lambda **when: Fault.lost_answer(partial=True, **when),
    "502": lambda **when: Fault.error_after(502, **when),
}


@pytest.mark.parametrize("lost", LOST.values(), ids=LOST)
def test_a_lost_answer_to_an_addition_adds_nobody_twice(
    write_to_huma: Write, sandbox: Sandbox, lost: Callable[..., Fault]
) -> None:
    sandbox.huma.faults.add(lost(path="/users", method="POST", times=1))
    came = write_to_huma(employees(1), **adding(sandbox))
    assert sandbox.huma.counts()["POST /users"] == 1
    assert came.summary["created"] == 1
    as_they_should_be(sandbox, 1)
    assert "was added although Huma did not say so" in came.text


@pytest.mark.parametrize("lost", LOST.values(), ids=LOST)
def test_a_lost_answer_to_a_change_is_sent_again(
    write_to_huma: Write, sandbox: Sandbox, lost: Callable[..., Fault]
) -> None:
    user = hire(sandbox, 1, phone=None)
    sandbox.huma.faults.add(lost(path="/users/{id}", method="PATCH", times=1))
    came = write_to_huma(employees(1))
    assert came.summary["updated"] == 1
    assert sandbox.huma.users[user]["phone"] == "+47 900 00 001"


def test_an_addition_that_was_never_carried_out_is_sent_again(write_to_huma: Write, sandbox: Sandbox) -> None:
    sandbox.huma.faults.add(Fault.server_error(503, path="/users", method="POST", times=1))
    came = write_to_huma(employees(1), **adding(sandbox))
    assert came.summary["created"] == 1
    as_they_should_be(sandbox, 1)


def test_an_addition_that_is_carried_out_late_after_all_adds_nobody_twice(
    write_to_huma: Write, sandbox: Sandbox
) -> None:
    """The first one comes through after it was looked for, and so the second one is refused."""

    def the_first_one_comes() -> None:
        names = {"email": "kari1@example.com", "givenName": "Kari", "familyName": "Nordmann1"}
        sandbox.huma.hire(**{**dict.fromkeys(as_user(an_employee(1))), **names})

    sandbox.huma.faults.add(Fault.dropped_connection(path="/users", method="POST", times=1))
    sandbox.huma.faults.add(Fault.meanwhile(the_first_one_comes, path="/users", method="POST", after=1, times=1))
    came = write_to_huma(employees(1), **adding(sandbox))
    assert sandbox.huma.counts()["POST /users"] == 2
    assert (came.summary["created"], came.summary["rejected"]) == (1, {})
    as_they_should_be(sandbox, 1)


def test_an_addition_without_any_answer_ends_the_sync_and_the_next_one_goes_on(
    write_to_huma: Write, sandbox: Sandbox
) -> None:
    fault = sandbox.huma.faults.add(Fault.server_error(503, path="/users", method="POST", times=None))
    came = write_to_huma([*employees(1), state(1, "employees")], **adding(sandbox))
    assert came.error is not None
    assert came.error.failure_type is FailureType.transient_error
    assert (came.states, came.summary["created"], came.summary["outcome"]) == ([], 0, "failed")
    sandbox.huma.faults.remove(fault)
    assert write_to_huma([*employees(1), state(1, "employees")], **adding(sandbox)).states == [1]
    as_they_should_be(sandbox, 1)


def test_somebody_whom_the_list_does_not_show_yet_is_not_added_again(write_to_huma: Write, sandbox: Sandbox) -> None:
    """The second addition is refused, because the address is taken by the first one."""
    sandbox.huma.dialect = HUMA_DIALECTS["new_users_unlisted"]
    sandbox.huma.faults.add(Fault.lost_answer(path="/users", method="POST", times=1))
    came = write_to_huma(employees(1), **adding(sandbox))
    assert len([user for user in sandbox.huma.users.values() if user["email"] == "kari1@example.com"]) == 1
    assert came.summary["rejected"] == {"refused_by_huma": 1}


# ------------------------------------------------------------------ what passes


PASSING: dict[str, Callable[..., Fault]] = {
    "429": lambda **when: Fault.too_many_requests(retry_after=1, **when),
    "500": lambda **when: Fault.server_error(500, **when),
    "maintenance": Fault.maintenance_page,
    "not_json": Fault.not_json,
    "dropped": Fault.dropped_connection,
}


@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING)
@pytest.mark.parametrize(
    ("path", "method"),
    [("/users", "GET"), ("/users/{id}", "GET"), ("/users/{id}", "PATCH"), ("/job-titles", "GET")],
)
def test_what_passes_is_waited_out(
    write_to_huma: Write, sandbox: Sandbox, fault: Callable[..., Fault], path: str, method: str
) -> None:
    user = hire(sandbox, 1, phone=None)
    sandbox.huma.faults.add(fault(path=path, method=method, times=2))
    came = write_to_huma([*employees(1), state(1, "employees")])
    assert came.error is None
    assert came.states == [1]
    assert came.summary["retries"] >= 1
    assert sandbox.huma.users[user]["phone"] == "+47 900 00 001"


def test_a_token_that_expires_is_renewed(write_to_huma: Write, sandbox: Sandbox) -> None:
    for number in range(1, 5):
        hire(sandbox, number, phone=None)
    sandbox.huma.faults.add(Fault.meanwhile(sandbox.huma.expire_tokens, method="PATCH", times=3))
    came = write_to_huma(employees(1, 2, 3, 4))
    assert came.summary["updated"] == 4


def test_a_huma_that_goes_away_ends_the_sync_as_something_that_passes(write_to_huma: Write, sandbox: Sandbox) -> None:
    for number in range(1, 30):
        hire(sandbox, number, phone=None)
    sandbox.huma.faults.add(Fault.server_error(503, method="PATCH", after=5, times=None))
    came = write_to_huma([*employees(*range(1, 30)), state(1, "employees")])
    assert came.error is not None
    assert came.error.failure_type is FailureType.transient_error
    assert came.states == []
    with_phone = [user for user in sandbox.huma.users.values() if user["phone"]]
    assert came.summary["updated"] == len(with_phone) == 5
    sandbox.huma.faults.clear()
    came = write_to_huma([*employees(*range(1, 30)), state(1, "employees")])
    assert came.states == [1]
    assert all(user["phone"] for user in sandbox.huma.users.values())


def test_a_key_that_is_refused_midway_ends_the_sync_as_something_to_configure(
    write_to_huma: Write, sandbox: Sandbox
) -> None:
    hire(sandbox, 1, phone=None)

    def take_the_key_away() -> None:
        sandbox.huma.client_secret = "another-secret"
        sandbox.huma.expire_tokens()

    sandbox.huma.faults.add(Fault.meanwhile(take_the_key_away, method="PATCH", times=1))
    came = write_to_huma([*employees(1), state(1, "employees")])
    assert came.error is not None
    assert came.error.failure_type is FailureType.config_error
    assert came.states == []


def test_half_a_directory_is_none(write_to_huma: Write, sandbox: Sandbox) -> None:
    """Whoever was not read would be added a second time."""
    users = [hire(sandbox, number) for number in range(1, 6)]
    sandbox.huma.faults.add(Fault.server_error(500, path=f"/users/{users[3]}", method="GET", times=None))
    came = write_to_huma([*employees(1, 2, 3, 4, 5), state(1, "employees")], **adding(sandbox))
    assert came.error is not None
    assert came.states == []
    assert sandbox.huma.writes == []


def test_a_key_that_may_not_list_job_titles_writes_everything_else(write_to_huma: Write, sandbox: Sandbox) -> None:
    hire(sandbox, 1, phone=None, jobTitle=None)
    sandbox.huma.faults.add(Fault.no_right("/job-titles"))
    came = write_to_huma(employees(1))
    assert came.summary["updated"] == 1
    assert came.summary["warnings"] == {"locked_field": 1}
    assert "In this sync nobody's job title is written." in came.text


def test_job_titles_that_cannot_be_had_end_the_sync_as_something_that_passes(
    write_to_huma: Write, sandbox: Sandbox
) -> None:
    hire(sandbox, 1, phone=None)
    sandbox.huma.faults.add(Fault.server_error(500, path="/job-titles", times=None))
    came = write_to_huma([*employees(1), state(1, "employees")])
    assert came.error is not None
    assert came.error.failure_type is FailureType.transient_error
    assert (came.states, sandbox.huma.writes) == ([], [])


def test_a_key_that_huma_refuses_every_change_ends_the_sync(write_to_huma: Write, sandbox: Sandbox) -> None:
    """Though what Huma shows says that everything may be edited."""
    for number in range(1, 20):
        hire(sandbox, number, phone=None)
    sandbox.huma.faults.add(Fault.no_right("/users/{id}", "PATCH"))
    came = write_to_huma([*employees(*range(1, 20)), state(1, "employees")])
    assert came.error is not None
    assert came.error.failure_type is FailureType.config_error
    assert "write nothing of anybody" in str(came.error.message)
    assert came.states == []


# ------------------------------------------------------------------ states


def test_a_state_is_passed_on_once_everything_before_it_is_written(
    write_to_huma: Write, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sync, "BATCH", 10)
    for number in range(1, 26):
        hire(sandbox, number, **({"phone": None} if number % 5 == 0 else {}))
    messages: list[AirbyteMessage] = []
    for number in range(1, 26):
        messages += employees(number)
        if number % 6 == 0:
            messages.append(state(number, "employees"))
    came = write_to_huma(messages)
    assert came.states == [6, 12, 18, 24]
    assert came.covered == [6, 6, 6, 6]
    assert came.summary["updated"] == 5


def test_a_state_tells_how_many_of_its_records_were_rejected(write_to_huma: Write, sandbox: Sandbox) -> None:
    hire(sandbox, 1)
    hire(sandbox, 2, employmentId="7")
    came = write_to_huma([*employees(1, 2), state(1, "employees")])
    assert (came.covered, came.rejected) == ([2], [1])


# ------------------------------------------------------------------ eight at once


def test_no_more_than_eight_requests_are_under_way_at_a_time(write_to_huma: Write, sandbox: Sandbox) -> None:
    for number in range(1, 41):
        hire(sandbox, number, phone=None)
    sandbox.huma.latency = 0.01
    came = write_to_huma(employees(*range(1, 41)))
    assert came.summary["updated"] == 40
    assert 1 < sandbox.huma.most_under_way <= 8


def test_the_position_of_somebody_is_written_before_the_employment_id(write_to_huma: Write, sandbox: Sandbox) -> None:
    hire(sandbox, 1, employmentId=None, probationEndDate=None)
    write_to_huma(employees(1))
    assert [write.route for write in sandbox.huma.writes] == ["/users/{id}/positions/{position}", "/users/{id}"]
