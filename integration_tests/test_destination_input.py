"""What comes into the destination: several streams, records that hosts have changed, and how a sync that fails ends."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from airbyte_cdk.models import AirbyteMessage, FailureType
from airbyte_protocol_dataclasses.models import (
    AirbyteRecordMessageMeta,
    AirbyteRecordMessageMetaChange,
    Change,
    Reason,
)

from integration_tests.conftest import Write, a_stream
from integration_tests.records import Record, a_user, as_employee, records, state, without
from integration_tests.sandbox import Fault, Sandbox

NAMES: Record = {"code": "E1", "email": "kari@example.com", "firstName": "Kari", "lastName": "Nordmann"}
ACCOUNT: Record = {"code": " E1 ", "bankAccount": "8601 11 17947", "bankAccountCountry": "NO"}


def employees(*names: str, modes: Iterable[str] = ()) -> list[Any]:
    """Streams of employees."""
    chosen = dict(zip(names, modes, strict=False))
    return [a_stream(name, chosen.get(name, "append_dedup"), "employee") for name in names]


def in_namespace(namespace: str, messages: list[AirbyteMessage]) -> list[AirbyteMessage]:
    """Records and states of a stream that has a namespace."""
    for message in messages:
        if message.record:
            message.record.namespace = namespace
        elif message.state and message.state.stream:
            message.state.stream.stream_descriptor.namespace = namespace
    return messages


def changed_by_host(record: Record, *fields: str) -> list[AirbyteMessage]:
    """A record of a user of which a host has changed fields."""
    (message,) = records([record])
    assert message.record
    changes = [AirbyteRecordMessageMetaChange(each, Change.NULLED, Reason.SOURCE_RETRIEVAL_ERROR) for each in fields]
    message.record.meta = AirbyteRecordMessageMeta(changes=changes)
    return [message]


def nested(depth: int) -> Any:
    value: Any = "deep"
    for _ in range(depth):
        value = {"below": value}
    return value


# ------------------------------------------------------------------ several streams


@pytest.mark.parametrize("batch_size", [1, 500])
@pytest.mark.parametrize("names_first", [True, False])
def test_two_streams_make_one_employee_of_what_each_knows(
    names_first: bool, batch_size: int, write: Write, sandbox: Sandbox
) -> None:
    names, accounts = records([NAMES], "names"), records([ACCOUNT], "accounts")
    messages = [*names, *accounts] if names_first else [*accounts, *names]
    states = [state(1, "names"), state(2, "accounts")]
    sandbox.xledger.add_employee(code="E1", phone="+47 911 11 111")
    written = write([*messages, *states], streams=employees("names", "accounts"), batch_size=batch_size)
    employee = sandbox.xledger.employee("E1")
    assert (employee["contact"]["firstName"], employee["contact"]["lastName"]) == ("Kari", "Nordmann")
    assert employee["contact"]["email"] == "kari@example.com"
    assert employee["subledger"]["description"] == "Kari Nordmann"
    assert employee["subledger"]["bankAccount"] == "86011117947"
    assert employee["contact"]["phone"] == "+47 911 11 111"
    assert (written.states, written.summary["received"]) == ([1, 2], 2)
    assert written.summary["updated"] == (2 if batch_size == 1 else 1)


def test_somebody_new_of_two_streams_is_created_with_what_both_know(write: Write, sandbox: Sandbox) -> None:
    streams = employees("names", "accounts", modes=("append", "update"))
    written = write([*records([NAMES], "names"), *records([{**ACCOUNT, "code": "E1"}], "accounts")], streams=streams)
    assert (written.summary["created"], written.summary["rejected"]) == (1, {})
    assert sandbox.xledger.employee("E1")["subledger"]["bankAccount"] == "86011117947"
    assert sandbox.xledger.employee("E1")["contact"]["lastName"] == "Nordmann"


def test_an_invalid_record_takes_nothing_from_a_valid_one_of_the_same_employee(write: Write, sandbox: Sandbox) -> None:
    broken = {**ACCOUNT, "firstName": ["Karin"]}
    for messages in ([NAMES, broken], [broken, NAMES]):
        written = write(records(messages, "staff"), streams=employees("staff"))
        assert written.summary["rejected"] == {"invalid_record": 1}
        assert sandbox.xledger.employee("E1")["contact"]["firstName"] == "Kari"
    assert sandbox.xledger.employee("E1")["subledger"]["bankAccount"] is None


def test_two_streams_of_one_name_keep_their_own_ways(write: Write, sandbox: Sandbox) -> None:
    own = a_stream("users", "update", "employee")
    own["stream"]["namespace"] = "payroll"
    payroll = [{**NAMES, "code": "P1"}, {"phone": 7}]
    written = write(
        [
            *records([a_user(1), a_user(2)]),
            *in_namespace("payroll", [*records(payroll), state(1)]),
            state(2),
        ],
        streams=[a_stream(), own],
    )
    assert [employee["code"] for employee in sandbox.xledger.employees()] == ["E1", "E2"]
    assert written.summary["skipped"] == {"not_in_xledger": 1}
    assert (written.states, written.covered) == ([1, 2], [2, 2])
    assert any(line.startswith("payroll.users record 2 was rejected") for line in written.log)


# ------------------------------------------------------------------ what hosts change


def test_what_a_host_nulled_or_cut_is_left_alone_and_counted(write: Write, sandbox: Sandbox) -> None:
    write(records([a_user(1)]))
    before = sandbox.xledger.employee("E1")
    address = {"line1": "Stor", "line2": None, "line3": None, "postalCode": None, "city": None, "country": None}
    cut = a_user(1, phone=None, homeAddress=address, jobTitle="Head")
    written = write(changed_by_host(cut, "phone", "homeAddress.line1", "custom.motto"))
    after = sandbox.xledger.employee("E1")
    assert after["contact"] == {**before["contact"], "jobTitle": "Head", "modifiedAt": after["contact"]["modifiedAt"]}
    assert written.summary["warnings"] == {"changed_by_host": 2}
    assert written.summary["fields_changed"] == {"jobTitle": 1}
    assert written.summary["fields_unset"] == {}
    assert any("Left out: phone (changed_by_host)" in line for line in written.log)


def test_somebody_new_without_a_key_because_of_the_host_is_told_so(write: Write) -> None:
    written = write(changed_by_host(a_user(1, employmentId="E"), "employmentId"))
    assert written.summary["rejected"] == {"missing_key": 1}
    assert any("The host has changed employmentId" in line for line in written.log)


@pytest.mark.parametrize("batch_size", [1, 500])
def test_records_that_a_host_has_read_back_from_a_table_unset_nothing(
    batch_size: int, write: Write, sandbox: Sandbox
) -> None:
    write(records([a_user(1), a_user(2)]))
    writes = len(sandbox.xledger.writes)
    kept = [
        {
            **dict.fromkeys(("custom", "phone", "gender", "jobtitle", "_airbyte_raw_id")),
            **{key.lower(): value for key, value in without(a_user(number), "phone", "gender").items()},
        }
        for number in (1, 2)
    ]
    written = write([*records(kept), state(1)], batch_size=batch_size)
    assert written.error is not None
    assert written.error.failure_type is FailureType.config_error
    assert "cache=False" in (written.error.message or "")
    assert (len(sandbox.xledger.writes), written.states) == (writes, [])


def flattened(record: Record) -> Record:
    """A record whose objects a Singer target or a table has taken apart."""
    parts = {
        f"{key}__{part}": each
        for key, value in record.items()
        if isinstance(value, dict)
        for part, each in value.items()
    }
    return {**{key: value for key, value in record.items() if not isinstance(value, dict)}, **parts}


CARRIED: dict[str, Callable[[Record], Record]] = {
    "with dlt's columns": lambda record: {**record, "_dlt_id": "x", "_dlt_load_id": "1"},
    "with Singer's columns": lambda record: {**record, "_sdc_extracted_at": "2026-01-15T00:00:00Z"},
    "taken apart": flattened,
    "with objects as text": lambda record: {**record, "bankAccount": json.dumps(record["bankAccount"])},
    "without nulls": lambda record: {key: value for key, value in record.items() if value is not None},
}
"""What hosts make of records on their way, by what has become of them."""


@pytest.mark.parametrize("carried", CARRIED.values(), ids=CARRIED)
def test_records_that_a_host_has_changed_on_the_way_write_nothing(
    carried: Callable[[Record], Record], write: Write, sandbox: Sandbox
) -> None:
    people = [a_user(number, phone=None if number % 2 else "+47 900 00 000") for number in range(1, 21)]
    written = write([*records(map(carried, people)), state(1)])
    assert written.error is not None
    assert written.error.failure_type is FailureType.config_error
    assert (sandbox.xledger.writes, written.states) == ([], [])


def test_employees_of_whom_a_source_says_only_what_it_knows_need_no_nulls(write: Write) -> None:
    people = [{**NAMES, "id": f"{n}", "code": f"E{n}", "email": f"kari{n}@example.com"} for n in range(1, 21)]
    people[0]["phone"] = "+47 900 00 000"
    written = write(records(people, "staff"), streams=employees("staff"))
    assert written.summary["created"] == 20


def test_a_record_of_any_depth_ends_no_sync(write: Write, sandbox: Sandbox, tmp_path: Path) -> None:
    deep = [
        a_user(1, custom=nested(1000)),
        a_user(2, active="yes", custom=nested(1000)),
        a_user(3, phone=nested(1000)),
        a_user(4, bankAccount={"number": "86011117947", "country": "NO", "code": nested(1000)}),
        a_user(5, id=nested(1000)),
    ]
    storage = {"storage_type": "Local", "path": str(tmp_path)}
    for mode in ("preview", "sync"):
        written = write(records(deep), object_storage_config=storage, mode=mode)
        assert written.error is None
        assert (written.summary["created"], written.summary["rejected"]) == (2, {"invalid_record": 3})
    assert [employee["code"] for employee in sandbox.xledger.employees()] == ["E1", "E4"]


# ------------------------------------------------------------------ what cannot be added


@pytest.mark.parametrize(
    ("lacking", "told"),
    [
        (
            {"familyName": None},
            "This person has no family name: Xledger adds nobody without a given and a family name.",
        ),
        ({"givenName": "  "}, "This person has no given name: Xledger adds nobody without a given and a family name."),
        (
            {"givenName": None, "familyName": None},
            "This person has no given name and no family name: Xledger adds nobody",
        ),
        ({"jobTitle": None}, None),
    ],
)
def test_somebody_whom_xledger_refuses_without_a_name_is_told_of_in_a_sentence(
    lacking: Record, told: str | None, write: Write
) -> None:
    written = write(records([a_user(1, **lacking)]))
    said = [line for line in written.log if "was rejected (refused_by_xledger)" in line]
    assert [told in line for line in said] == [True] if told else said == []


# ------------------------------------------------------------------ how a sync ends


def test_a_sync_says_whether_it_succeeded(write: Write, sandbox: Sandbox) -> None:
    assert write(records([a_user(1), a_user(2, active="yes")])).summary["outcome"] == "succeeded"
    assert write(records([a_user(1)]), mode="preview").summary["outcome"] == "succeeded"
    sandbox.xledger.faults.add(Fault.dropped_connection(root_field="addEmployees", times=None))
    assert write(records([a_user(3)])).summary["outcome"] == "failed"


@pytest.mark.parametrize(
    ("fault", "done"),
    [
        (Fault.dropped_connection(root_field="updateSuppliers", times=None), (2, 0, {})),
        (Fault.dropped_connection(root_field="updateContacts", times=None), (2, 1, {"bankAccount": 1})),
        (Fault.dropped_connection(root_field="addEmployees", times=None), (0, 0, {})),
    ],
)
def test_a_sync_that_fails_counts_what_was_done_of_the_batch_it_failed_in(
    fault: Fault, done: tuple[int, int, Record], write: Write, sandbox: Sandbox, tmp_path: Path
) -> None:
    known = a_user(1)
    sandbox.xledger.add_employee(**as_employee(known))
    sandbox.xledger.faults.add(fault)
    account = {"type": "national", "number": "12345678903", "country": "NO", "iban": None, "bic": None}
    people = [a_user(1, jobTitle="Head", bankAccount=account), a_user(2), a_user(3)]
    storage = {"storage_type": "Local", "path": str(tmp_path)}
    written = write(records(people), object_storage_config=storage)
    assert written.error is not None
    assert written.summary["outcome"] == "failed"
    assert tuple(written.summary[key] for key in ("created", "updated", "fields_changed")) == done
    (left,) = tmp_path.rglob("summary.json")
    assert json.loads(left.read_text(encoding="utf-8")) == written.summary


@pytest.mark.parametrize("batch_size", [1, 500])
def test_what_came_before_somebody_could_be_created_is_written_when_they_are(
    batch_size: int, write: Write, sandbox: Sandbox
) -> None:
    accounts = {"code": "E1", "bankAccount": "86011117947", "bankAccountCountry": "NO"}
    names = {"code": "E1", "firstName": "Kari", "lastName": "Berg", "email": "kari@example.com"}
    streams = [a_stream("accounts", destination_object="employee"), a_stream("names", destination_object="employee")]
    messages = [*records([accounts], "accounts"), *records([names], "names")]
    write(messages, streams=streams, batch_size=batch_size)
    assert sandbox.xledger.employee("E1")["subledger"]["bankAccount"] == "86011117947"
