"""What destination-huma leaves: who is who in either system, what is written, and what a decision does to it."""

import base64
import json
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from airbyte_cdk.models import AirbyteMessage, FailureType

from connector_base.settings.modes import Mode
from connector_base.writing.destination import ended_by_host
from destination_huma.syncing import crew, sync
from integration_tests.conftest import Write, a_stream
from integration_tests.huma_people import an_employee, company_of, hire
from integration_tests.left_pages import page_of
from integration_tests.reading import read_source
from integration_tests.records import Record, records, state
from integration_tests.sandbox import Fault, Sandbox
from integration_tests.writing_process import give_all, writing
from shared_mappings import read_path
from shared_mappings.fingerprints import fingerprint

KEY = b"sixteen octets or more"


def employees(*numbers: int, **changed: Any) -> list[AirbyteMessage]:
    return records([an_employee(number, **changed) for number in numbers], stream="employees")


def left_in(folder: Path) -> dict[str, str]:
    """The files of the only report in a folder, or of the latest one, by name."""
    (*_, latest) = sorted(path for path in folder.iterdir() if path.is_dir())
    return {path.name: path.read_text(encoding="utf-8") for path in latest.iterdir()}


def lines(text: str) -> list[Record]:
    return [json.loads(line) for line in text.splitlines()]


# ------------------------------------------------------------------ reports


def test_a_change_tells_who_it_is_in_both_systems_and_what_was_there(
    write_to_huma: Write, sandbox: Sandbox, local: Record, folder: Path
) -> None:
    user = hire(sandbox, 1, phone="+47 911 11 111", birthDate=None)
    write_to_huma(employees(1), no_unset_fields=["phone"], object_storage_config=local)
    files = left_in(folder)
    assert set(files) == {"summary.json", "rejected.jsonl", "conflicts.jsonl", "changes.jsonl", "result.html"}
    changes = lines(files["changes.jsonl"])
    assert [{key: value for key, value in change.items() if key != "at"} for change in changes] == [
        {
            "user": user,
            "employee": "61000001",
            "field": "phone",
            "target": "phone",
            "before": "+47 911 11 111",
            "after": "+47 900 00 001",
        },
        {
            "user": user,
            "employee": "61000001",
            "field": "birthDate",
            "target": "birthDate",
            "before": None,
            "after": "1990-01-02",
        },
    ]


def test_a_conflict_tells_both_values(write_to_huma: Write, sandbox: Sandbox, local: Record, folder: Path) -> None:
    user = hire(sandbox, 1, phone="+47 911 11 111")
    write_to_huma(employees(1), object_storage_config=local)
    (conflict,) = lines(left_in(folder)["conflicts.jsonl"])
    assert conflict == {
        "user": user,
        "employee": "61000001",
        "person": "employees 61000001",
        "name": "Kari Nordmann1",
        "employmentId": "E1",
        "field": "phone",
        "target": "phone",
        "source": "+47 900 00 001",
        "huma": "+47 911 11 111",
        "policy": "fill_empty",
    }


def test_a_preview_leaves_a_plan_with_every_field(
    write_to_huma: Write, sandbox: Sandbox, local: Record, folder: Path
) -> None:
    user = hire(sandbox, 1, phone=None)
    write_to_huma(employees(1, 2), mode="preview", object_storage_config=local)
    plans = lines(left_in(folder)["plan.jsonl"])
    first, second = sorted(plans, key=lambda plan: str(plan["id"]))
    assert (first["action"], first["user"], first["id"]) == ("update", user, "61000001")
    assert {field["field"]: field["write"] for field in first["fields"] if "write" in field} == {
        "phone": "+47 900 00 001"
    }
    assert (second["action"], second["reason"]) == ("skip", "not_in_huma")


def test_a_rejected_record_is_kept_with_what_huma_said(
    write_to_huma: Write, sandbox: Sandbox, local: Record, folder: Path
) -> None:
    hire(sandbox, 1, phone=None)
    sandbox.huma.faults.add(Fault.refuse_field("phone", path="/users/{id}", method="PATCH"))
    write_to_huma(employees(1), object_storage_config=local)
    (rejected,) = lines(left_in(folder)["rejected.jsonl"])
    assert (rejected["code"], rejected["id"]) == ("refused_by_huma", "61000001")
    assert rejected["record"]["phone"] == "+47 900 00 001"


def test_of_somebody_who_was_added_every_value_is_among_the_changes(
    write_to_huma: Write, sandbox: Sandbox, local: Record, folder: Path
) -> None:
    write_to_huma(employees(1), new_users="create", new_user_groups=[company_of(sandbox)], object_storage_config=local)
    (user,) = sandbox.huma.users
    files = left_in(folder)
    changes = lines(files["changes.jsonl"])
    assert {change["user"] for change in changes} == {user}
    (added,) = page_of(files["result.html"]).people
    assert (added["user"], added["created"]) == (user, True)
    assert {change["field"] for change in changes} == {
        *("email", "givenName", "familyName", "employmentId", "phone", "birthDate"),
        *("bankAccount", "homeAddress", "gender"),
    }


def test_a_change_whose_answer_got_lost_for_good_is_told_as_such(
    write_to_huma: Write, sandbox: Sandbox, local: Record, folder: Path
) -> None:
    hire(sandbox, 1, phone=None)
    sandbox.huma.faults.add(Fault.lost_answer(path="/users/{id}", method="PATCH", times=None))
    came = write_to_huma(employees(1), object_storage_config=local)
    assert came.error is not None
    (change,) = lines(left_in(folder)["changes.jsonl"])
    assert (change["field"], change["unconfirmed"]) == ("phone", True)


@pytest.fixture
def unanswered(sandbox: Sandbox) -> Iterator[tuple[str, str, Fault]]:
    """Two people: one who can be written, and another one, whose answer does not come."""
    written, waiting = hire(sandbox, 1, phone=None), hire(sandbox, 2, phone=None)
    stall = sandbox.huma.faults.add(Fault.stall(carried_out=True, path=f"/users/{waiting}", method="PATCH"))
    yield written, waiting, stall
    stall.release()


def assert_told(folder: Path, written: str, waiting: str) -> None:
    """Of who was written it is told, and of the other one that nobody knows."""
    changes = {change["user"]: change for change in lines(left_in(folder)["changes.jsonl"])}
    assert "unconfirmed" not in changes[written]
    assert changes[waiting]["unconfirmed"] is True


@pytest.mark.slow
def test_what_was_written_is_kept_while_somebody_is_waited_for_and_outlasts_a_kill(
    unanswered: tuple[str, str, Fault], sandbox: Sandbox, local: Record, folder: Path, tmp_path: Path
) -> None:
    written, _, stall = unanswered
    config = sandbox.destination_huma_config(object_storage_config=local)
    with writing("destination-huma", config, "employees", tmp_path) as process:
        give_all(process, *employees(1, 2), state(1, "employees"))
        assert stall.reached.wait(60)
        while not list(folder.glob("*/changes.jsonl")):
            with suppress(subprocess.TimeoutExpired):
                pytest.fail(f"It ended with {process.wait(0.05)}.")
        process.kill()
    left = left_in(folder)
    assert set(left) == {"changes.jsonl"}
    assert {change["user"] for change in lines(left["changes.jsonl"])} == {written}


@pytest.mark.slow
def test_a_sync_that_its_host_ends_says_what_was_done_and_what_nobody_knows(
    unanswered: tuple[str, str, Fault], sandbox: Sandbox, local: Record, folder: Path, tmp_path: Path
) -> None:
    written, waiting, stall = unanswered
    config = sandbox.destination_huma_config(object_storage_config=local)
    with writing("destination-huma", config, "employees", tmp_path) as process:
        give_all(process, *employees(1, 2), state(1, "employees"))
        assert stall.reached.wait(60)
        process.send_signal(signal.SIGTERM)
        assert process.stdout
        said = process.stdout.read()
    assert process.returncode == -signal.SIGTERM
    assert '"STATE"' not in said
    assert SUMMARY_OF_ONE in said.replace('\\"', '"')
    assert ended_by_host(Mode.SYNC) in said
    assert_told(folder, written, waiting)


def test_a_sync_that_somebody_ends_at_the_keyboard_says_so_as_well(
    unanswered: tuple[str, str, Fault],
    write_to_huma: Write,
    local: Record,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """One is written in a batch of their own; nobody waits for the other one."""
    written, waiting, stall = unanswered
    monkeypatch.setattr(sync, "BATCH", 1)
    monkeypatch.setattr(crew, "GRACE", 0)

    def press() -> None:
        if stall.reached.wait(60):
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    threading.Thread(target=press).start()
    with pytest.raises(KeyboardInterrupt):
        write_to_huma(employees(1, 2), object_storage_config=local)
    assert SUMMARY_OF_ONE in caplog.text
    assert_told(folder, written, waiting)


SUMMARY_OF_ONE = '"created": 0, "updated": 1, "unchanged": 0'


# ------------------------------------------------------------------ decisions


def decided(sandbox: Sandbox, stands: Mapping[tuple[str, str], str] | None = None, add: tuple[str, ...] = ()) -> str:
    """Decisions about people as they stand in Huma now.

    Args:
        sandbox: The sandbox.
        stands: Whose value stands, by the user and the field.
        add: The dbIds of those who are to be added.
    """
    seen = read_source(sandbox).records if stands else {}
    fields = [
        {"user": user, "field": field, "stands": side, "seen": fingerprint(KEY, read_path(seen[user], field))}
        for (user, field), side in (stands or {}).items()
    ]
    return json.dumps(
        {
            "version": 1,
            "decidedAt": "2026-11-25T10:00:00Z",
            "key": base64.b64encode(KEY).decode(),
            "fields": fields,
            "people": [{"employee": employee, "action": "add"} for employee in add],
        }
    )


def test_a_value_that_was_decided_for_xledger_is_written(write_to_huma: Write, sandbox: Sandbox) -> None:
    user = hire(sandbox, 1, phone="+47 911 11 111", familyName="Hansen")
    hire(sandbox, 2, phone="+47 922 22 222")
    came = write_to_huma(employees(1, 2), decisions=decided(sandbox, {(user, "phone"): "xledger"}))
    assert [write.body for write in sandbox.huma.writes] == [{"phone": "+47 900 00 001"}]
    assert came.summary["conflicts"] == {"familyName": 1, "phone": 1}
    assert came.summary["decisions"] == {"applied": 1, "lapsed": 0, "unknown": 0}


def test_a_decision_never_loosens_the_rule_of_a_field(write_to_huma: Write, sandbox: Sandbox) -> None:
    user = hire(sandbox, 1, email="another@example.com")
    write_to_huma(employees(1), decisions=decided(sandbox, {(user, "email"): "xledger"}))
    assert sandbox.huma.writes == []


@pytest.mark.parametrize("side", ["huma", "later"])
def test_a_value_that_was_decided_otherwise_stays_whatever_the_settings_say(
    write_to_huma: Write, sandbox: Sandbox, side: str
) -> None:
    user = hire(sandbox, 1, phone="+47 911 11 111")
    came = write_to_huma(employees(1), no_unset_fields=["phone"], decisions=decided(sandbox, {(user, "phone"): side}))
    assert sandbox.huma.writes == []
    assert came.summary["conflicts"] == {"phone": 1}


def test_a_decision_lapses_when_huma_has_another_value(write_to_huma: Write, sandbox: Sandbox) -> None:
    user = hire(sandbox, 1, phone="+47 911 11 111")
    file = decided(sandbox, {(user, "phone"): "xledger"})
    sandbox.huma.change(user, phone="+47 933 33 333")
    came = write_to_huma(employees(1), decisions=file)
    assert sandbox.huma.writes == []
    assert came.summary["decisions"] == {"applied": 0, "lapsed": 1, "unknown": 0}


def test_a_decision_lapses_when_huma_gets_another_value_at_that_moment(write_to_huma: Write, sandbox: Sandbox) -> None:
    user = hire(sandbox, 1, phone="+47 911 11 111")
    file = decided(sandbox, {(user, "phone"): "xledger"})
    change = Fault.meanwhile(
        lambda: sandbox.huma.change(user, phone="+47 933 33 333"), path=f"/users/{user}", method="GET", after=1
    )
    sandbox.huma.faults.add(change)
    came = write_to_huma(employees(1), decisions=file)
    assert sandbox.huma.writes == []
    assert came.summary["decisions"] == {"applied": 0, "lapsed": 1, "unknown": 0}


def test_a_decision_adds_one_person_and_nobody_else(write_to_huma: Write, sandbox: Sandbox) -> None:
    came = write_to_huma(
        employees(1, 2),
        decisions=decided(sandbox, add=("61000002", "61000099")),
        new_user_groups=[company_of(sandbox)],
    )
    assert [user["employmentId"] for user in sandbox.huma.users.values()] == ["E2"]
    assert came.summary["skipped"] == {"not_in_huma": 1}
    assert came.summary["decisions"] == {"applied": 1, "lapsed": 0, "unknown": 1}


def test_the_sync_mode_update_adds_nobody_whatever_was_decided(write_to_huma: Write, sandbox: Sandbox) -> None:
    came = write_to_huma(
        employees(2),
        streams=[a_stream("employees", "update")],
        decisions=decided(sandbox, add=("61000002",)),
        new_user_groups=[company_of(sandbox)],
    )
    assert came.summary["skipped"] == {"not_in_huma": 1}
    assert sandbox.huma.writes == []


def test_decisions_that_add_people_to_no_group_end_the_sync(write_to_huma: Write, sandbox: Sandbox) -> None:
    hire(sandbox, 1, phone=None)
    came = write_to_huma(employees(1), decisions=decided(sandbox, add=("61000002",)))
    assert came.error is not None
    assert came.error.failure_type is FailureType.config_error
    assert sandbox.huma.writes == []


def test_the_file_beside_the_reports_counts(
    write_to_huma: Write, sandbox: Sandbox, local: Record, folder: Path
) -> None:
    user = hire(sandbox, 1, phone="+47 911 11 111")
    folder.mkdir()
    (folder / "decisions.json").write_text(decided(sandbox, {(user, "phone"): "xledger"}), encoding="utf-8")
    write_to_huma(employees(1), object_storage_config=local)
    assert sandbox.huma.users[user]["phone"] == "+47 900 00 001"


def test_a_file_that_cannot_be_understood_writes_nothing(
    write_to_huma: Write, sandbox: Sandbox, local: Record, folder: Path
) -> None:
    hire(sandbox, 1, phone=None)
    folder.mkdir()
    (folder / "decisions.json").write_text('{"version": 2}', encoding="utf-8")
    came = write_to_huma(employees(1), object_storage_config=local)
    assert came.error is not None
    assert came.error.failure_type is FailureType.config_error
    assert sandbox.huma.requests == []


# ------------------------------------------------------------------ what else may come in


def as_object(number: int, **changed: Any) -> Record:
    """Somebody in Huma's own terms, from any source."""
    return {
        "employmentId": f"E{number}",
        "email": f"kari{number}@example.com",
        "givenName": "Kari",
        "familyName": f"Nordmann{number}",
        "phone": f"+47 900 00 {number:03d}",
        **changed,
    }


USER = a_stream("staff", destination_object="user")


def test_any_source_can_be_mapped_onto_the_object_user(write_to_huma: Write, sandbox: Sandbox) -> None:
    user = hire(sandbox, 1, phone=None)
    came = write_to_huma(records([as_object(1)], stream="staff"), streams=[USER])
    assert came.summary["updated"] == 1
    assert sandbox.huma.users[user]["phone"] == "+47 900 00 001"


def test_records_of_one_key_are_merged(write_to_huma: Write, sandbox: Sandbox) -> None:
    user = hire(sandbox, 1, phone=None, birthDate=None)
    first = {key: value for key, value in as_object(1).items() if key != "phone"}
    people = [
        first,
        {"employmentId": "E1", "phone": "+47 900 00 001"},
        {"employmentId": "E1", "birthDate": "1990-01-02"},
    ]
    came = write_to_huma(records(people, stream="staff"), streams=[USER])
    assert (came.summary["received"], came.summary["updated"]) == (3, 1)
    assert (sandbox.huma.users[user]["phone"], sandbox.huma.users[user]["birthDate"]) == (
        "+47 900 00 001",
        "1990-01-02",
    )


def test_a_foreign_account_needs_its_bic(write_to_huma: Write, sandbox: Sandbox) -> None:
    user = hire(sandbox, 1, bankAccount=None)
    account = {"type": "international", "iban": "SE4550000000058398257466"}
    came = write_to_huma(records([as_object(1, bankAccount=account)], stream="staff"), streams=[USER])
    assert came.summary["warnings"] == {"partly_written": 1}
    whole = {**account, "bic": "ESSESESS"}
    write_to_huma(records([as_object(1, bankAccount=whole)], stream="staff"), streams=[USER])
    assert sandbox.huma.users[user]["bankAccount"]["iban"] == "SE4550000000058398257466"


@pytest.mark.parametrize(
    ("stream", "sentence"),
    [
        (a_stream("users"), "Select only Xledger's stream employees, or map the stream onto the object user."),
        (a_stream("employees", "soft_delete"), "The sync mode soft_delete of the stream employees is refused"),
    ],
)
def test_what_cannot_be_written_ends_the_sync_before_anything_is_asked(
    write_to_huma: Write, sandbox: Sandbox, stream: Record, sentence: str
) -> None:
    came = write_to_huma([], streams=[stream])
    assert came.error is not None
    assert sentence in str(came.error.message)
    assert sandbox.huma.requests == []


def test_a_record_that_does_not_fit_is_rejected_by_its_place(write_to_huma: Write, sandbox: Sandbox) -> None:
    hire(sandbox, 1, phone=None)
    people = [an_employee(1), an_employee(2, phone=["recognisable"])]
    came = write_to_huma(records(people, stream="employees"))
    assert came.summary["rejected"] == {"invalid_record": 1}
    assert came.summary["updated"] == 1
    assert "recognisable" not in "\n".join(line for line in came.log if "rejected" in line)
