"""What a sync costs in requests and bytes, which is what Xledger charges for. The benchmarks show it for 10,000."""

from collections.abc import Iterator
from math import ceil
from typing import Any

import pytest
from airbyte_cdk.models import AirbyteMessage, ConfiguredAirbyteCatalogSerializer
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from connector_base.failures import system_error
from destination_xledger.destination import DestinationXledger
from integration_tests.conftest import Write, a_stream, connect_at_once
from integration_tests.records import Record, a_user, as_employee, records, state
from integration_tests.sandbox import Fault, Sandbox
from integration_tests.sandbox.dialects import DIALECTS

PEOPLE = 200
BATCH = 100
BATCHES = ceil(PEOPLE / BATCH)


LEARNING = 2
"""Requests that it takes to learn Xledger's schema, once a process."""


def look_ups(sandbox: Sandbox) -> int:
    return sum("employees" in done.root_fields for done in sandbox.xledger.operations)


def mutations(sandbox: Sandbox) -> list[str]:
    return [field for write in sandbox.xledger.writes for field in write.root_fields]


def people(**changed: Any) -> Iterator[Record]:
    return (a_user(number, **changed) for number in range(1, PEOPLE + 1))


@pytest.fixture
def filled(sandbox: Sandbox) -> Sandbox:
    """Everybody is in Xledger as they are in Huma."""
    for user in people():
        sandbox.xledger.add_employee(**as_employee(user))
    return sandbox


@pytest.fixture
def small(sandbox: Sandbox) -> Sandbox:
    """The same, with a few people."""
    for number in range(1, 12):
        sandbox.xledger.add_employee(**as_employee(a_user(number)))
    return sandbox


@pytest.mark.parametrize("probation", [None, "2026-07-01"])
def test_new_people_cost_a_look_up_and_three_mutations_for_each_batch(
    probation: str | None, write: Write, sandbox: Sandbox
) -> None:
    written = write(records(people(probationEndDate=probation)), batch_size=BATCH)
    assert written.summary["created"] == PEOPLE
    assert look_ups(sandbox) == BATCHES
    alone = ["updateSuppliers", "updateContacts"]
    assert sorted(mutations(sandbox)) == sorted(["addEmployees", *alone] * BATCHES + alone)
    assert written.summary["requests"] == LEARNING + 4 * BATCHES + len(alone)


def test_where_creation_takes_less_what_it_does_not_take_costs_one_mutation_more(
    write: Write, sandbox: Sandbox
) -> None:
    sandbox.xledger.dialect = DIALECTS["lean_creation"]
    write(records(people(probationEndDate="2026-07-01")), batch_size=BATCH)
    assert len(mutations(sandbox)) == 4 * BATCHES + 3


def test_what_was_learned_holds_for_the_process_until_a_sync_fails(sandbox: Sandbox) -> None:
    destination = DestinationXledger(connect_at_once)
    catalog = ConfiguredAirbyteCatalogSerializer.load({"streams": [a_stream()]})

    def times_asked() -> int:
        list(destination.write(sandbox.destination_config(), catalog, records([a_user(1)])))
        return sum("__schema" in done.root_fields for done in sandbox.xledger.operations)

    assert [times_asked(), times_asked()] == [1, 1]
    sandbox.xledger.faults.add(Fault.not_json(root_field="employees", times=None))
    with pytest.raises(AirbyteTracedException):
        times_asked()
    sandbox.xledger.faults.clear()
    assert times_asked() == 2


def test_a_sync_of_nobody_asks_xledger_nothing(write: Write, sandbox: Sandbox) -> None:
    written = write([state(1)])
    assert written.states == [1]
    assert sandbox.xledger.operations == []


def test_employees_are_listed_once_and_only_when_somebody_is_not_found_by_code(write: Write, filled: Sandbox) -> None:
    filled.xledger.dialect = DIALECTS["no_email_filter"]
    written = write(records(people()), batch_size=20)
    assert look_ups(filled) == PEOPLE / 20
    written = write(records([*people(), *(a_user(number) for number in range(5001, 5042))]), batch_size=20)
    assert written.summary["created"] == 41
    (listing,) = (done for done in filled.xledger.operations if "everybody_first" in done.variables)
    assert listing.variables["everybody_first"] == 10_000
    assert "everybody_filter" not in listing.variables


@pytest.mark.parametrize(
    ("bad", "quoted", "most"), [((1, 2, 3), False, 54), ((17, 200, 390), True, 12), ((17, 200, 390), False, 54)]
)
@pytest.mark.parametrize(
    ("known", "field", "root_field", "path"),
    [
        (False, "familyName", "addEmployees", "lastName"),
        (False, "jobTitle", "updateContacts", "jobTitle"),
        (True, "jobTitle", "updateContacts", "jobTitle"),
    ],
)
def test_three_bad_of_400_cost_a_few_requests_more(  # noqa: PLR0917  each is a column of the table above
    known: bool,
    field: str,
    root_field: str,
    path: str,
    bad: tuple[int, int, int],
    quoted: bool,
    most: int,
    write: Write,
    sandbox: Sandbox,
) -> None:
    def everybody() -> list[Record]:
        return [a_user(number, **{field: f"Refused {number}"}) for number in range(1, 401)]

    if known:
        for number in range(1, 401):
            sandbox.xledger.add_employee(**as_employee(a_user(number)))
    for number in bad:
        value = f"Refused {number}"
        sandbox.xledger.faults.add(Fault.refuse_value(root_field=root_field, path=path, value=value, quoted=quoted))
    undisturbed = LEARNING + 1 + (2 if known else 5)
    written = write(records(everybody()))
    assert sum(written.summary["rejected"].values()) + written.summary["warnings"].get("partly_written", 0) == 3
    assert written.summary["requests"] - undisturbed <= most


def test_unchanged_people_cost_a_look_up_for_each_batch_and_less_than_a_kilobyte_down_each(
    write: Write, filled: Sandbox
) -> None:
    written = write(records(people()), batch_size=BATCH)
    assert written.summary["unchanged"] == PEOPLE
    assert look_ups(filled) == BATCHES
    assert written.summary["requests"] == LEARNING + BATCHES
    assert mutations(filled) == []
    learning = write(records([a_user(1)])).summary["bytes_received"]
    assert written.summary["bytes_received"] - learning < 1024 * (PEOPLE - 1)


def test_a_preview_costs_one_request_more_that_tells_who_is_only_in_xledger(
    write: Write, filled: Sandbox, local: dict[str, Any]
) -> None:
    for number in range(PEOPLE + 1, 2 * PEOPLE + 1):
        filled.xledger.add_employee(**as_employee(a_user(number)))
    written = write(records(people()), batch_size=BATCH, mode="preview", object_storage_config=local)
    assert written.summary["requests"] == LEARNING + BATCHES + 1
    *_, listing = filled.xledger.operations
    assert listing.variables["everybody_first"] == 10_000
    assert listing.response_bytes < 250 * 2 * PEOPLE


def test_a_few_changed_people_in_a_batch_cost_a_mutation_of_each_kind_and_the_first_one_each_alone(
    write: Write, filled: Sandbox
) -> None:
    changed = {"jobTitle": "Head", "bankAccount": None, "probationEndDate": None}
    everybody = [{**user, **(changed if number % 20 == 0 else {})} for number, user in enumerate(people())]
    written = write(records(everybody), batch_size=BATCH)
    assert written.summary["updated"] == PEOPLE / 20
    assert look_ups(filled) == BATCHES
    kinds = ["updateEmployees", "updateSuppliers", "updateContacts"]
    assert mutations(filled) == [kind for kind in kinds for _ in range(2)] + kinds * (BATCHES - 1)
    assert [done.inputs for done in filled.xledger.writes][:2] == [1, BATCH / 20 - 1]


def test_no_mutation_takes_more_than_a_batch(write: Write, sandbox: Sandbox) -> None:
    for number in range(1, 25):
        sandbox.xledger.add_employee(**as_employee(a_user(number)))
    people = [a_user(number, jobTitle="Head") for number in range(1, 25)]
    written = write(records([*people, *(a_user(number) for number in range(25, 30))]), batch_size=8)
    assert (written.summary["created"], written.summary["updated"]) == (5, 24)
    assert max(write.inputs for write in sandbox.xledger.writes) == 8


def test_no_plan_waits_for_another_batch(write: Write, small: Sandbox) -> None:
    def messages() -> Iterator[AirbyteMessage]:
        yield from [*records([a_user(1, jobTitle="Head"), a_user(2)]), state(1)]
        yield from [*records([a_user(3), a_user(4)]), state(2)]
        raise system_error("the source has died")

    written = write(messages(), batch_size=2)
    assert [done.kind for done in small.xledger.operations[LEARNING:]] == ["query", "mutation", "query"]
    assert written.states == [1, 2]


def test_somebody_who_comes_again_is_planned_against_what_was_written_of_them_before(
    write: Write, small: Sandbox
) -> None:
    titles = ["Head", "Engineer"]
    messages = [records([a_user(1, jobTitle=title), a_user(2)])[position] for title in titles for position in (0, 1)]
    written = write(messages, batch_size=2)
    assert small.xledger.employee("E1")["contact"]["jobTitle"] == "Engineer"
    assert written.summary["updated"] == 2


def test_a_changed_key_is_written_before_anybody_else_is_looked_up(write: Write, small: Sandbox) -> None:
    moved = a_user(1, email="new@example.com")
    successor = a_user(9000, email="kari1@example.com")
    written = write(records([moved, a_user(2), successor, a_user(3)]), batch_size=2)
    assert written.summary["rejected"] == {}
    assert (written.summary["created"], written.summary["updated"]) == (1, 1)
    assert small.xledger.employee("E1")["contact"]["email"] == "new@example.com"


def test_a_code_that_is_gained_is_written_before_anybody_else_is_looked_up(write: Write, small: Sandbox) -> None:
    small.xledger.add_employee(**as_employee(a_user(20)) | {"code": None})
    written = write(records([a_user(20), a_user(2), a_user(3), a_user(4)]), batch_size=2)
    assert written.summary["fields_changed"] == {"employmentId": 1}
    assert mutations(small) == ["updateEmployees"]
    assert [done.kind for done in small.xledger.operations][-2:] == ["mutation", "query"]
