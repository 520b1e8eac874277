"""Killed at any request and run again from the last state it let through: nobody twice, nothing lost."""

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass
from itertools import count
from multiprocessing.connection import Connection
from typing import Any
from unittest import mock

import pytest
from airbyte_cdk.models import AirbyteMessage, ConfiguredAirbyteCatalogSerializer
from requests import Response
from requests.adapters import HTTPAdapter

from destination_xledger.destination import DestinationXledger
from integration_tests.conftest import Write, a_stream, connect_at_once
from integration_tests.records import a_user, as_employee, records, state, without
from integration_tests.sandbox import Fault, Sandbox
from shared_mappings import Policy, field_table, to_xledger

Employee = dict[str, Any]

BATCH_SIZE = 3

PEOPLE = [
    a_user(1),
    a_user(2, probationEndDate=None),
    a_user(3, jobTitle="Head", phone=None, homeAddress=None),
    a_user(5, familyName="Refused"),
    a_user(6),
    a_user(7, employmentId="E1"),
    a_user(8),
    a_user(9, jobTitle="Refused"),
    a_user(11, email="somebody.new@example.com"),
    a_user(8, jobTitle="Director", gender=None),
    a_user(12, birthDate="1990-02-30"),
    a_user(13, jobTitle="Head"),
    a_user(14),
    a_user(15),
    a_user(16),
    a_user(17, bankAccount=None),
    a_user(18),
    a_user(13, jobTitle="Director"),
    a_user(18, gender="Refused"),
    a_user(4, probationEndDate="2026-03-01"),
    a_user(21),
    a_user(22),
    a_user(10, probationEndDate="2026-04-01"),
    a_user(20),
    without(a_user(23), "email"),
    a_user(24),
    a_user(10, probationEndDate="2026-05-01"),
    a_user(25),
]
"""People to create, with and without a probation end date; to update (3, 6, 11); two with one employment ID (1, 7), the
same one twice (8), one who is refused (5), and one of whom a part is (9). Then a few who are changed among others who
are not (13 to 18), one of them twice. In the end those whose address stands with an employee who has no code (4, 10),
or has the code of somebody who comes before and gives the address away (21 and 20), or who comes later and keeps it (23
and 22)."""

STATES_AFTER = (8, 10, 12, 15, 18, 19, 22, 24, 26, 28)
"""How many records come before each state. Two people with one key (1, 7) come in one stretch: who came before the
state that a sync starts from is known to nobody."""

PASSING = {"dbId", "contactDbId", "createdAt", "modifiedAt"}
"""What differs between any two runs."""


PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload([__name__])
"""A process that is forked from one that has everything loaded begins at once."""


@dataclass(frozen=True)
class Death:
    """When a process is killed.

    Attributes:
        at: Number of the request, from 1.
        carried_out: Whether Xledger carries the request out; the process never sees the answer.
    """

    at: int
    carried_out: bool

    def comes_between(self, send: Callable[..., Response]) -> Callable[..., Response]:
        """Sends requests as before, until death comes."""
        requests = count(1)

        def send_or_die(*arguments: Any, **keywords: Any) -> Response:
            number = next(requests)
            if number == self.at and not self.carried_out:
                os.kill(os.getpid(), signal.SIGKILL)
            response = send(*arguments, **keywords)
            if number == self.at:
                os.kill(os.getpid(), signal.SIGKILL)
            return response

        return send_or_die


def fill(sandbox: Sandbox) -> None:
    """Puts people into an Xledger, as it is before the sync, in place of those who are there."""
    xledger = sandbox.xledger
    for table in xledger.store.tables.values():
        table.clear()
    xledger.store.social_security_numbers.clear()
    xledger.faults.clear()
    xledger.add_employee(code="E3", email="kari3@example.com", phone="+47 900 00 003", jobTitle="Engineer")
    xledger.add_employee(code=None, email="kari4@example.com", firstName="Kari", trialTo="2025-01-01")
    xledger.add_employee(code="E6", email="kari6@example.com", dateTo="2020-01-01", employmentTo="2020-01-01")
    xledger.add_employee(code=None, email="kari10@example.com")
    xledger.add_employee(code="E11", email="kari11@example.com")
    xledger.add_employee(**as_employee(a_user(21), email="kari20@example.com"))
    xledger.add_employee(**as_employee(a_user(23), email="kari22@example.com"))
    xledger.add_employee(code="bystander", email="bystander@example.com", jobTitle="Left alone")
    for number in range(13, 19):
        xledger.add_employee(**as_employee(a_user(number)))
    xledger.faults.add(Fault.refuse_value(root_field="addEmployees", path="lastName", value="Refused"))
    xledger.faults.add(Fault.refuse_value(root_field="updateContacts", path="jobTitle", value="Refused"))


def sent_since(reached: int) -> list[AirbyteMessage]:
    """What the source sends when it goes on from a state; 0 for the beginning."""
    messages: list[AirbyteMessage] = []
    for position, user in enumerate(PEOPLE, start=1):
        if position > reached:
            messages += [*records([user]), *([state(position)] if position in STATES_AFTER else [])]
    return messages


Policies = list[dict[str, str]]

AS_THEY_COME: Policies = []

CREATE_ONLY: Policies = [
    {"field": field, "policy": Policy.CREATE_ONLY.value}
    for field in field_table().fields
    if to_xledger(field_table()).own_rule(field) is not Policy.READ_ONLY
]


def states_of(config: Mapping[str, Any], since: int = 0) -> Iterator[int]:
    """Syncs from a state, and yields each state as it is let through."""
    catalog = ConfiguredAirbyteCatalogSerializer.load({"streams": [a_stream()]})
    for message in DestinationXledger(connect_at_once).write(config, catalog, sent_since(since)):
        yield message.state.stream.stream_state.number  # type: ignore[union-attr]


@dataclass(frozen=True)
class Moment:
    """What is left of a sync that is killed: what it did in Xledger, and what its host knows of it.

    Attributes:
        tables: The rows of Xledger.
        social_security_numbers: What these do not show.
        reached: The last state that was let through; 0 for none.
    """

    tables: dict[str, dict[int, dict[str, Any]]]
    social_security_numbers: dict[int, str]
    reached: int

    @classmethod
    def now(cls, sandbox: Sandbox, reached: int) -> "Moment":
        """The moment that a sandbox is in."""
        store = sandbox.xledger.store
        return cls(*deepcopy((store.tables, store.social_security_numbers)), reached)

    def come_back(self, sandbox: Sandbox) -> None:
        """Makes Xledger what it was."""
        store = sandbox.xledger.store
        store.tables, store.social_security_numbers = deepcopy((self.tables, self.social_security_numbers))


def moments_of(sandbox: Sandbox, config: Mapping[str, Any]) -> list[Moment]:
    """Syncs to the end. Whenever the sync were killed before or after one of its requests, one of these is left."""
    moments = [Moment.now(sandbox, reached=0)]
    send = HTTPAdapter.send

    def pass_by(reached: int) -> None:
        if (moment := Moment.now(sandbox, reached)) != moments[-1]:
            moments.append(moment)

    def send_and_look(*arguments: Any, **keywords: Any) -> Response:
        response = send(*arguments, **keywords)
        pass_by(moments[-1].reached)
        return response

    with mock.patch.object(HTTPAdapter, "send", send_and_look):
        for reached in states_of(config):
            pass_by(reached)
    return moments


def sync(config: Mapping[str, Any], death: Death, told: Connection) -> None:
    """Syncs until death comes, and tells each state that is let through."""
    HTTPAdapter.send = death.comes_between(HTTPAdapter.send)  # type: ignore[method-assign]
    for reached in states_of(config):
        told.send(reached)


def killed(config: Mapping[str, Any], death: Death) -> int:
    """Syncs in a process of its own; returns the last state that was let through."""
    ours, theirs = PROCESSES.Pipe(duplex=False)
    process = PROCESSES.Process(target=sync, args=(config, death, theirs))
    process.start()
    theirs.close()
    reached = 0
    with suppress(EOFError):
        while True:
            reached = ours.recv()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    return reached


def seen(sandbox: Sandbox) -> list[Employee]:
    """Every employee as somebody who opens Xledger sees them, without what differs between any two runs."""
    found = [
        {**_lasting(employee), "social security number": sandbox.xledger.social_security_number(employee["dbId"])}
        for employee in sandbox.xledger.employees()
    ]
    return sorted(found, key=lambda employee: str(employee["code"]))


def _lasting(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _lasting(part) for key, part in value.items() if key not in PASSING}
    return value


def test_the_undisturbed_run_has_something_of_everything(sandbox: Sandbox, write: Write) -> None:
    fill(sandbox)
    summary = write(sent_since(0), batch_size=BATCH_SIZE).summary
    assert (summary["created"], summary["updated"]) == (8, 11)
    assert summary["rejected"] == {"code_conflict": 1, "duplicate_key": 1, "refused_by_xledger": 1}
    warned = ("employee_is_closed", "invalid_date", "partly_written", "unmapped_gender")
    assert summary["warnings"] == dict.fromkeys(warned, 1)
    codes = "E1 E10 E11 E12 E13 E14 E15 E16 E17 E18 E2 E20 E21 E23 E24 E25 E3 E4 E6 E8 E9 bystander"
    assert [employee["code"] for employee in seen(sandbox)] == codes.split()


@pytest.mark.parametrize("policies", [AS_THEY_COME, CREATE_ONLY], ids=["as they come", "create only"])
def test_killed_at_any_request_and_run_again_the_result_is_that_of_an_undisturbed_run(
    sandbox: Sandbox, policies: Policies
) -> None:
    config = sandbox.destination_config(batch_size=BATCH_SIZE, field_policies=policies)
    fill(sandbox)
    moments = moments_of(sandbox, config)
    undisturbed = seen(sandbox)
    assert {moment.reached for moment in moments} == {0, *STATES_AFTER}
    assert len(moments) > len(PEOPLE) / BATCH_SIZE + len(STATES_AFTER)
    for number, moment in enumerate(moments):
        moment.come_back(sandbox)
        assert [*states_of(config, moment.reached)] == [after for after in STATES_AFTER if after > moment.reached]
        assert seen(sandbox) == undisturbed, f"killed at moment {number} of {len(moments)}"


@pytest.mark.slow
@pytest.mark.parametrize("carried_out", [False, True], ids=["before", "after"])
def test_a_process_that_is_killed_leaves_what_it_had_done_and_let_through(
    sandbox: Sandbox, *, carried_out: bool
) -> None:
    config = sandbox.destination_config(batch_size=BATCH_SIZE)
    fill(sandbox)
    before = len(sandbox.xledger.operations)
    moments = moments_of(sandbox, config)
    requests = len(sandbox.xledger.operations) - before
    undisturbed, left = seen(sandbox), []
    for moment in moments:
        moment.come_back(sandbox)
        left.append((seen(sandbox), moment.reached))
    fill(sandbox)
    reached = killed(config, Death(requests // 2, carried_out))
    assert (seen(sandbox), reached) in left[1:-1]
    assert [*states_of(config, reached)] == [after for after in STATES_AFTER if after > reached]
    assert seen(sandbox) == undisturbed
