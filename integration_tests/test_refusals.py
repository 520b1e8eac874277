"""A refusal is judged before it is believed: nobody is blamed for what others did, or what passes by itself."""

import json
from pathlib import Path
from typing import Any

import pytest
from airbyte_cdk.models import FailureType

from integration_tests.conftest import Write
from integration_tests.records import a_user, records, state
from integration_tests.sandbox import Fault, Sandbox

DEADLOCK = json.dumps({"errors": [{"message": "Transaction was deadlocked on lock resources."}], "data": None})


def kept(folder: Path) -> list[dict[str, Any]]:
    """The rejected records that a sync left."""
    (path,) = folder.glob("*/rejected.jsonl")
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def refusing(sandbox: Sandbox, root_field: str, path: str, *values: str, quoted: bool = True) -> None:
    for value in values:
        fault = Fault.refuse_value(root_field=root_field, path=path, value=value, quoted=quoted)
        sandbox.xledger.faults.add(fault)


@pytest.mark.parametrize("root_field", ["addEmployees", "updateSuppliers", "updateContacts"])
def test_an_error_that_passes_by_itself_rejects_nobody(root_field: str, write: Write, sandbox: Sandbox) -> None:
    sandbox.xledger.faults.add(Fault.answer(DEADLOCK, root_field=root_field))
    written = write([*records([a_user(number) for number in range(1, 4)]), state(1)])
    assert (written.error, written.states) == (None, [1])
    assert (written.summary["created"], written.summary["rejected"], written.summary["warnings"]) == (3, {}, {})


@pytest.mark.parametrize("root_field", ["addEmployees", "updateSuppliers"])
@pytest.mark.parametrize("batch_size", [1, 7, 500])
def test_when_nobody_passes_nobody_is_rejected_and_no_state_is_passed_on(
    batch_size: int, root_field: str, write: Write, sandbox: Sandbox
) -> None:
    sandbox.xledger.faults.add(Fault.answer(DEADLOCK, root_field=root_field, times=None))
    if root_field == "updateSuppliers":
        write(records([a_user(number) for number in range(1, 9)]))
        sandbox.xledger.faults.clear()
        sandbox.xledger.faults.add(Fault.answer(DEADLOCK, root_field=root_field, times=None))
    people = [a_user(number, bankAccount=None) for number in range(1, 9)]
    written = write([*records(people), state(1)], batch_size=batch_size)
    assert written.error is not None
    assert written.error.failure_type is FailureType.transient_error
    assert written.states == []
    assert written.summary["rejected"] == {}


@pytest.mark.parametrize("batch_size", [1, 10, 500])
@pytest.mark.parametrize(
    ("root_field", "path", "field"),
    [("addEmployees", "code", "employmentId"), ("updateContacts", "jobTitle", "jobTitle")],
)
def test_people_after_many_who_are_refused_are_written(
    root_field: str, path: str, field: str, batch_size: int, write: Write, sandbox: Sandbox
) -> None:
    bad = [f"Bad {number}" for number in range(1, 25)]
    refusing(sandbox, root_field, path, *bad, quoted=False)
    people = [a_user(number, **({field: bad[number - 1]} if number < 25 else {})) for number in range(1, 40)]
    written = write([*records(people), state(1)], batch_size=batch_size)
    assert (written.error, written.states) == (None, [1])
    good = {f"E{number}" for number in range(25, 40)}
    assert good <= {row["code"] for row in sandbox.xledger.employees() if row["contact"]["jobTitle"] == "Engineer"}
    rejected = written.summary["rejected"].get("refused_by_xledger", 0)
    assert rejected + written.summary["warnings"].get("partly_written", 0) == 24


def test_a_refused_line_costs_nobody_the_rest(write: Write, sandbox: Sandbox, tmp_path: Path) -> None:
    write(records([a_user(number) for number in range(1, 201)]))
    refusing(sandbox, "updateSuppliers", "address.country", "SE")
    people = [a_user(number, phone=f"+47 911 00 {number:03d}") for number in range(1, 201)]
    for person in people:
        person["homeAddress"] = {**person["homeAddress"], "country": "SE"}
    before = len(sandbox.xledger.operations)
    written = write(
        [*records(people), state(1)], object_storage_config={"storage_type": "Local", "path": str(tmp_path)}
    )
    assert (written.error, written.states) == (None, [1])
    assert written.summary["updated"] == 200
    assert written.summary["warnings"] == {"partly_written": 200}
    assert written.summary["fields_changed"] == {"phone": 200}
    assert all(row["subledger"]["phone"].startswith("+47 911") for row in sandbox.xledger.employees())
    assert len(sandbox.xledger.operations) - before <= 12
    assert [line["code"] for line in kept(tmp_path)] == ["partly_written"] * 200


def test_nothing_is_written_of_somebody_whose_code_is_refused(write: Write, sandbox: Sandbox) -> None:
    sandbox.xledger.add_employee(code=None, contact={"email": "kari1@example.com", "firstName": "Berit"})
    refusing(sandbox, "updateEmployees", "code", "E1")
    written = write(records([a_user(1), a_user(2)]))
    assert (written.summary["created"], written.summary["rejected"]) == (1, {"refused_by_xledger": 1})
    (berit,) = (row for row in sandbox.xledger.employees() if row["code"] is None)
    assert berit["contact"]["firstName"] == "Berit"
    assert berit["contact"]["lastName"] is None
    assert berit["subledger"]["bankAccount"] is None


@pytest.mark.parametrize("field", ["jobTitle", "homeAddress", "bankAccount", "phone"])
def test_what_is_only_written_while_creating_is_written_once_it_is_corrected(
    field: str, write: Write, sandbox: Sandbox
) -> None:
    only_new = [
        {"field": name, "policy": "create_only"} for name in ("jobTitle", "homeAddress", "bankAccount", "phone")
    ]
    right = a_user(1)
    refused = {
        "jobTitle": ("updateContacts", "jobTitle", "Wrong"),
        "homeAddress": ("updateSuppliers", "address.place", "Wrong"),
        "bankAccount": ("updateSuppliers", "bankAccount", "86011117947"),
        "phone": ("updateSuppliers", "phone", "+47 900 00 001"),
    }[field]
    wrong: dict[str, Any] = {
        "jobTitle": "Wrong",
        "homeAddress": {**right["homeAddress"], "city": "Wrong"},
        "bankAccount": right["bankAccount"],
        "phone": "+47 900 00 001",
    }
    refusing(sandbox, *refused)
    write(records([a_user(1, **{field: wrong[field]}), a_user(2)]), field_policies=only_new)
    sandbox.xledger.faults.clear()
    write(records([a_user(1)]), field_policies=only_new)
    again = write(records([a_user(1)]))
    assert again.summary["unchanged"] == 1
