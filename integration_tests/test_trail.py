"""What a sync leaves of what it wrote, and of what it did not: every value, with what was there before."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from requests import Response
from requests.adapters import HTTPAdapter

from integration_tests.conftest import Write, Written
from integration_tests.records import Record, a_user, as_employee, records, state
from integration_tests.sandbox import Fault, Sandbox

SWEDISH = {"type": "international", "iban": "SE45 5000 0000 0583 9825 7466", "number": None, "country": None}
OF_SOMEBODY_NEW = 24
"""Places in which somebody made by `a_user` has a value in the end, and that are written."""

KEYS = {"user", "employee", "field", "target", "before", "after", "at"}

Line = dict[str, Any]


def left(folder: Path, name: str) -> list[Line]:
    """The lines of a file of the last sync that left a report."""
    path = max(folder.glob(f"*/{name}.jsonl"), key=lambda each: each.stat().st_mtime_ns)
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def written(folder: Path) -> dict[tuple[str, str], list[tuple[Any, Any]]]:
    """What was there before and after, by employee and target, in order."""
    found: dict[tuple[str, str], list[tuple[Any, Any]]] = {}
    for line in left(folder, "changes"):
        found.setdefault((line["employee"], line["target"]), []).append((line["before"], line["after"]))
    return found


def counts(of: Written) -> dict[str, Any]:
    """The numbers of a summary that a preview foresees."""
    foreseen = ("created", "updated", "unchanged", "skipped", "rejected", "warnings", "conflicts", "fields_changed")
    return {key: of.summary[key] for key in foreseen}


# ------------------------------------------------------------------ what was written


def test_each_value_that_was_overwritten_is_told_with_what_was_there_before(
    write: Write, sandbox: Sandbox, folder: Path, local: Record
) -> None:
    before = as_employee(a_user(1), phone="+47 911 11 111", jobTitle=None)
    db_id = str(sandbox.xledger.add_employee(**before))
    summary = write(records([a_user(1, birthDate=None)]), object_storage_config=local).summary
    assert written(folder) == {
        (db_id, "employee.contact.phone"): [("+47 911 11 111", "+47 900 00 001")],
        (db_id, "employee.subledger.phone"): [("+47 911 11 111", "+47 900 00 001")],
        (db_id, "employee.contact.jobTitle"): [(None, "Engineer")],
        (db_id, "employee.contact.birthday"): [("1990-01-02", None)],
    }
    lines = left(folder, "changes")
    assert all(line.keys() == KEYS and line["user"] == a_user(1)["id"] for line in lines)
    assert all(line["at"].endswith("Z") and "T" in line["at"] for line in lines)
    assert {line["field"] for line in lines} == summary["fields_changed"].keys() | summary["fields_unset"].keys()


def test_of_somebody_new_every_value_is_told_that_xledger_has_in_the_end(
    write: Write, sandbox: Sandbox, folder: Path, local: Record
) -> None:
    write(records([a_user(1)]), object_storage_config=local)
    employee = {"employee": sandbox.xledger.employee("E1")}
    told = written(folder)
    assert {db_id for db_id, _ in told} == {str(employee["employee"]["dbId"])}
    assert all(steps[0][0] is None for steps in told.values())
    for (_, target), steps in told.items():
        value: Any = employee
        for key in target.split("."):
            value = value[key]
        value = value["code"] if isinstance(value, dict) else value
        assert target == "employee.socialSecurityMasked" or steps[-1][1] == value, target
    assert len(told) == OF_SOMEBODY_NEW


def test_before_each_request_everything_is_left_that_was_written_until_then(
    write: Write, sandbox: Sandbox, folder: Path, local: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(records([a_user(1)]))
    before = len(sandbox.xledger.writes)
    seen = []
    send = HTTPAdapter.send

    def look_and_send(*arguments: Any, **keywords: Any) -> Response:
        left_there = [line for path in folder.rglob("changes*.jsonl") for line in path.read_text().splitlines()]
        seen.append((len(sandbox.xledger.writes) - before, len(left_there)))
        return send(*arguments, **keywords)

    monkeypatch.setattr(HTTPAdapter, "send", look_and_send)
    changed = {**a_user(1), "jobTitle": "Head", "bankAccount": None, "employmentEndDate": "2027-01-31"}
    new = a_user(2, jobTitle=None)
    write(records([changed, new]), object_storage_config=local)
    assert len({writes for writes, _ in seen}) > 3
    steps = [(now[0] > last[0], now[1] > last[1]) for last, now in pairwise(seen)]
    assert [step for step in steps if step not in {(True, True), (False, False)}] == []


def test_what_was_refused_is_not_told_as_written(write: Write, sandbox: Sandbox, folder: Path, local: Record) -> None:
    write(records([a_user(1)]))
    sandbox.xledger.faults.add(Fault.refuse_value(root_field="updateContacts", path="phone", value="+47 900 00 999"))
    write(records([a_user(1, phone="+47 900 00 999", jobTitle="Head")]), object_storage_config=local)
    targets = {target for _, target in written(folder)}
    assert targets == {"employee.contact.jobTitle", "employee.subledger.phone"}


def test_what_is_accepted_and_not_carried_out_is_not_told_as_written(
    write: Write, sandbox: Sandbox, folder: Path, local: Record
) -> None:
    write(records([a_user(1)]))
    (db_id,) = (employee["dbId"] for employee in sandbox.xledger.employees())
    shown = {"clientId": a_user(1)["id"], "node": {**sandbox.xledger.employee("E1")["contact"]}}
    answer = json.dumps({"data": {"updateContacts": {"edges": [shown]}}})
    sandbox.xledger.faults.add(Fault.answer(answer, root_field="updateContacts", times=None))
    write(records([a_user(1, jobTitle="Head")]), object_storage_config=local)
    assert left(folder, "changes") == []
    assert sandbox.xledger.employee("E1")["dbId"] == db_id


def test_whoever_was_added_although_the_answer_got_lost_is_told_of(
    write: Write, sandbox: Sandbox, folder: Path, local: Record
) -> None:
    sandbox.xledger.faults.add(Fault.lost_answer(root_field="addEmployees"))
    write(records([a_user(1)]), object_storage_config=local)
    assert len(written(folder)) == OF_SOMEBODY_NEW
    assert not any("unconfirmed" in line for line in left(folder, "changes"))


def test_what_may_have_been_written_when_answers_got_lost_for_good_is_told_as_unconfirmed(
    write: Write, sandbox: Sandbox, folder: Path, local: Record
) -> None:
    write(records([a_user(1)]))
    sandbox.xledger.faults.add(Fault.lost_answer(root_field="updateContacts", times=None))
    failed = write(records([a_user(1, jobTitle="Head")]), object_storage_config=local)
    assert failed.error is not None
    (line,) = left(folder, "changes")
    assert sandbox.xledger.employee("E1")["contact"]["jobTitle"] == "Head"
    assert (line["before"], line["after"], line["unconfirmed"]) == ("Engineer", "Head", True)
    assert failed.summary["updated"] == 0


def test_whoever_may_have_been_added_when_nobody_can_look_any_more_is_told_as_unconfirmed(
    write: Write, sandbox: Sandbox, folder: Path, local: Record
) -> None:
    sandbox.xledger.faults.add(Fault.lost_answer(root_field="addEmployees"))
    refusal = '{"errors": [{"message": "Bad format for API Token"}]}'
    sandbox.xledger.faults.add(Fault.answer(refusal, 401, root_field="employees", after=1, times=None))
    failed = write(records([a_user(1)]), object_storage_config=local)
    assert failed.error is not None
    lines = left(folder, "changes")
    assert {"employee.code", "employee.contact.lastName"} <= {line["target"] for line in lines}
    assert all(line["unconfirmed"] and line["employee"] is None and line["before"] is None for line in lines)
    assert failed.summary["created"] == 0


def test_a_preview_leaves_no_changes_and_says_that_it_is_one(write: Write, folder: Path, local: Record) -> None:
    log = write(records([a_user(1)]), mode="preview", object_storage_config=local).log
    assert [path.name for path in folder.glob("*/changes.jsonl")] == []
    ours = [line for line in log if "preview" in line]
    assert ours[0].startswith("This is a preview: ")
    assert log.index(ours[0]) == 0 or not any("Xledger" in line for line in log[: log.index(ours[0])])
    assert any(line.startswith("The report of this preview is in ") for line in ours)
    assert log[-2].startswith("This was a preview: nothing was written")


# ------------------------------------------------------------------ what was not


def left_out(number: int) -> Record:
    return a_user(number, bankAccount={"type": "national", "number": "86011117948", "country": "NO"})


def test_whoever_a_value_was_left_out_of_is_among_the_rejected(write: Write, folder: Path, local: Record) -> None:
    write(records([left_out(1), a_user(2)]), object_storage_config=local)
    (line,) = left(folder, "rejected")
    assert (line["id"], line["name"], line["employmentId"]) == (a_user(1)["id"], "Kari Nordmann1", "E1")
    assert line["code"] == "invalid_bank_account"
    assert "check digits" in line["reason"]
    assert line["record"]["bankAccount"]["number"] == "86011117948"


def test_the_conflicts_of_a_preview_are_those_of_the_sync_also_of_whom_it_creates(
    write: Write, sandbox: Sandbox, folder: Path, local: Record
) -> None:
    sandbox.xledger.add_employee(**as_employee(a_user(1), phone="+47 911 11 111"))
    people = [
        a_user(1),
        a_user(2, bankAccount=SWEDISH),
        {**left_out(3), "gender": "rather not say"},
        a_user(4, active=False),
        a_user(5, employmentId=None),
    ]
    policies = [{"field": "phone", "policy": "fill_empty"}]
    preview = write(records(people), mode="preview", field_policies=policies, object_storage_config=local)
    foreseen = left(folder, "conflicts")
    sync = write([*records(people), state(1)], field_policies=policies, object_storage_config=local)
    assert counts(preview) == counts(sync)
    assert sync.summary["conflicts"] == {"phone": 1, "bankAccount.country": 1}
    now = left(folder, "conflicts")
    assert [{**line, "employee": None} for line in foreseen] == [{**line, "employee": None} for line in now]
    assert all("employee" in line for line in now)
    (country,) = (line for line in now if line["field"] == "bankAccount.country")
    assert (country["source"], country["xledger"], country["policy"]) == ("SE", "NO", "read_only")
    assert (country["user"], country["name"], country["employmentId"]) == (a_user(2)["id"], "Kari Nordmann2", "E2")


def test_a_preview_that_is_not_told_what_new_employees_have_goes_on_and_says_so(write: Write, sandbox: Sandbox) -> None:
    refused = json.dumps({"errors": [{"message": "Token is not allowed to query company"}], "data": None})
    sandbox.xledger.faults.add(Fault.answer(refused, root_field="viewer", times=None))
    preview = write(records([a_user(1, bankAccount=SWEDISH)]), mode="preview")
    assert (preview.error, preview.summary["created"]) == (None, 1)
    assert any("does not tell what employee.subledger.company.country.code" in line for line in preview.log)


# ------------------------------------------------------------------ a sync that fails


def test_a_failed_sync_counts_what_was_written_of_people_who_are_in_doubt(
    write: Write, sandbox: Sandbox, folder: Path, local: Record
) -> None:
    people = [a_user(number) for number in range(1, 4)]
    write(records(people))
    words = json.dumps({"errors": [{"message": "Something is wrong."}], "data": None})
    # Each is refused twice, and nobody passes; a mutation with nothing in it does.
    for refused in ({"times": 2}, {"after": 1, "times": None}):
        sandbox.xledger.faults.add(Fault.answer(words, root_field="updateContacts", **refused))
    changed = [{**person, "bankAccount": None, "jobTitle": "Head"} for person in people]
    failed = write(records(changed), batch_size=1, object_storage_config=local)
    assert failed.error is not None
    assert {target for _, target in written(folder)} == {"employee.subledger.bankAccount"}
    accounts = [employee["subledger"]["bankAccount"] for employee in sandbox.xledger.employees()]
    assert accounts == [None, None, None]
    assert (failed.summary["updated"], failed.summary["fields_unset"]) == (3, {"bankAccount": 3})


def test_the_report_of_a_failed_sync_tells_of_the_batches_before(
    write: Write, sandbox: Sandbox, folder: Path, local: Record
) -> None:
    sandbox.xledger.faults.add(Fault.dropped_connection(root_field="addEmployees", after=1, times=None))
    failed = write(records([a_user(number) for number in range(1, 5)]), batch_size=2, object_storage_config=local)
    assert failed.error is not None
    assert failed.summary["created"] == 2
    assert len({line["employee"] for line in left(folder, "changes")}) == 2
