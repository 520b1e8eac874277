"""Killed at any request and run again from the last state it let through: nobody twice, nothing lost."""

import signal
from collections.abc import Iterator, Mapping
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass
from multiprocessing.connection import Connection
from threading import Lock
from typing import Any
from unittest import mock

import pytest
from airbyte_cdk.models import AirbyteMessage, ConfiguredAirbyteCatalogSerializer
from requests import Response
from requests.adapters import HTTPAdapter

from destination_huma.destination import DestinationHuma
from destination_huma.settings.field_policies import OWN
from destination_huma.syncing import sync
from integration_tests.conftest import a_stream
from integration_tests.huma_people import an_employee, as_user, company_of, hire
from integration_tests.records import Record, records, state
from integration_tests.sandbox import Sandbox
from integration_tests.test_kill_and_resume import PROCESSES, Death
from shared_mappings import Policy

BATCH = 4

PEOPLE = [
    an_employee(1),
    an_employee(2),
    an_employee(3),
    an_employee(4),
    an_employee(5),
    an_employee(6, code="E1"),
    an_employee(7),
    an_employee(8, phone="+47 900 00 020"),
    an_employee(9),
    an_employee(7),
    an_employee(10),
    an_employee(11, closed=True, active=False, email="kari12@example.com"),
    an_employee(12),
]
"""People to add (2, 4, 5, 7, 8, 9, 12), the same one twice (7), and one of whom a part is refused (8); to update (1, 3)
and to find by their address (10); two with one code (1, 6); one who has left (11) and has come back
with another code (12)."""

STATES_AFTER = (2, 6, 9, 10, 13)
"""How many records come before each state. Two people with one key come in one stretch."""


def fill(sandbox: Sandbox) -> None:
    """Puts people into a Huma, as it is before the sync, in place of those who are there."""
    huma = sandbox.huma
    huma.users.clear()
    huma.faults.clear()
    hire(sandbox, 1, phone=None, probationEndDate=None)
    hire(sandbox, 3, homeAddress=None, familyName="Hansen")
    hire(sandbox, 10, employmentId=None, jobTitle=None)
    hire(sandbox, 20)


@pytest.fixture(autouse=True)
def in_small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sync, "BATCH", BATCH)
    monkeypatch.setattr("time.sleep", lambda _: None)


def sent_since(reached: int) -> list[AirbyteMessage]:
    """What the source sends when it goes on from a state; 0 for the beginning."""
    messages: list[AirbyteMessage] = []
    for position, employee in enumerate(PEOPLE, start=1):
        if position > reached:
            messages += records([employee], stream="employees")
            messages += [state(position, "employees")] if position in STATES_AFTER else []
    return messages


Policies = list[dict[str, str]]

AS_THEY_COME: Policies = []

CREATE_ONLY: Policies = [
    {"field": field, "policy": Policy.CREATE_ONLY.value} for field, own in OWN.items() if own is not Policy.READ_ONLY
]


def states_of(config: Mapping[str, Any], since: int = 0) -> Iterator[int]:
    """Syncs from a state, and yields each state as it is let through."""
    catalog = ConfiguredAirbyteCatalogSerializer.load({"streams": [a_stream("employees")]})
    for message in DestinationHuma(sleep=lambda _: None).write(config, catalog, sent_since(since)):
        yield message.state.stream.stream_state.number  # type: ignore[union-attr]


def config_for(sandbox: Sandbox, policies: Policies) -> dict[str, Any]:
    return sandbox.destination_huma_config(
        new_users="create",
        new_user_groups=[company_of(sandbox)],
        match_on=["employmentId"],
        field_policies=policies,
    )


@dataclass(frozen=True)
class Moment:
    """What is left of a sync that is killed: what it did in Huma, and what its host knows of it.

    Attributes:
        users: The people in Huma.
        reached: The last state that was let through; 0 for none.
    """

    users: dict[str, Any]
    reached: int

    @classmethod
    def now(cls, sandbox: Sandbox, reached: int) -> "Moment":
        """The moment that a sandbox is in."""
        with sandbox.huma.lock:
            return cls(deepcopy(sandbox.huma.users), reached)

    def come_back(self, sandbox: Sandbox) -> None:
        """Makes Huma what it was."""
        sandbox.huma.users = deepcopy(self.users)


def moments_of(sandbox: Sandbox, config: Mapping[str, Any]) -> list[Moment]:
    """Syncs to the end. Whenever the sync were killed after one of its requests that write, one of these is left."""
    moments = [Moment.now(sandbox, reached=0)]
    send, lock = HTTPAdapter.send, Lock()

    def send_and_look(*arguments: Any, **keywords: Any) -> Response:
        reached = moments[-1].reached
        response = send(*arguments, **keywords)
        if arguments[1].method != "GET":
            with lock:
                moments.append(Moment.now(sandbox, reached))
        return response

    with mock.patch.object(HTTPAdapter, "send", send_and_look):
        for reached in states_of(config):
            moments += [Moment.now(sandbox, reached)]
    return moments


def seen(sandbox: Sandbox) -> list[Record]:
    """Everybody as somebody who opens Huma sees them, without the ids of those who were added."""
    people = [{key: value for key, value in user.items() if key != "id"} for user in sandbox.huma.users.values()]
    return sorted(people, key=lambda person: str(person["email"]))


@pytest.mark.parametrize("policies", [AS_THEY_COME, CREATE_ONLY], ids=["as they come", "create only"])
def test_killed_at_any_request_and_run_again_the_result_is_that_of_an_undisturbed_run(
    sandbox: Sandbox, policies: Policies
) -> None:
    fill(sandbox)
    config = config_for(sandbox, policies)
    moments = moments_of(sandbox, config)
    undisturbed = seen(sandbox)
    assert {moment.reached for moment in moments} == {0, *STATES_AFTER}
    assert len(moments) > len(PEOPLE)
    for number, moment in enumerate(moments):
        moment.come_back(sandbox)
        assert [*states_of(config, moment.reached)] == [after for after in STATES_AFTER if after > moment.reached]
        assert seen(sandbox) == undisturbed, f"killed at moment {number} of {len(moments)}"
    assert sandbox.huma.invited == []


def sync_until(config: Mapping[str, Any], death: Death, told: Connection) -> None:
    """Syncs until death comes, and tells each state that is let through."""
    sync.BATCH = BATCH  # type: ignore[misc]  # a process of its own
    HTTPAdapter.send = death.comes_between(HTTPAdapter.send)  # type: ignore[method-assign]
    for reached in states_of(config):
        told.send(reached)


def killed(config: Mapping[str, Any], death: Death) -> int:
    """Syncs in a process of its own; returns the last state that was let through."""
    ours, theirs = PROCESSES.Pipe(duplex=False)
    process = PROCESSES.Process(target=sync_until, args=(config, death, theirs))
    process.start()
    theirs.close()
    reached = 0
    with suppress(EOFError):
        while True:
            reached = ours.recv()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    return reached


@pytest.mark.slow
@pytest.mark.parametrize("carried_out", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("part", [0.5, 0.7, 0.9])
def test_a_process_that_is_killed_is_simply_run_again(sandbox: Sandbox, part: float, *, carried_out: bool) -> None:
    fill(sandbox)
    beginning = Moment.now(sandbox, reached=0)
    config = config_for(sandbox, AS_THEY_COME)
    before = len(sandbox.huma.requests)
    list(states_of(config))
    requests, undisturbed = len(sandbox.huma.requests) - before, seen(sandbox)
    beginning.come_back(sandbox)
    reached = killed(config, Death(int(requests * part), carried_out))
    assert [*states_of(config, reached)] == [after for after in STATES_AFTER if after > reached]
    assert seen(sandbox) == undisturbed
    assert sandbox.huma.invited == []


def test_the_undisturbed_run_has_something_of_everything(sandbox: Sandbox) -> None:
    fill(sandbox)
    list(states_of(config_for(sandbox, AS_THEY_COME)))
    by_address = {user["email"]: user for user in sandbox.huma.users.values()}
    assert by_address["kari1@example.com"]["probationEndDate"] == "2020-07-01"
    assert by_address["kari10@example.com"]["employmentId"] == "E10"
    assert by_address["kari7@example.com"]["employmentId"] == "E7"
    assert (by_address["kari8@example.com"]["phone"], by_address["kari8@example.com"]["employmentId"]) == (None, None)
    assert (by_address["kari12@example.com"]["employmentId"], by_address["kari12@example.com"]["familyName"]) == (
        "E12",
        "Nordmann12",
    )
    assert by_address["kari20@example.com"]["phone"] == as_user(an_employee(20))["phone"]
