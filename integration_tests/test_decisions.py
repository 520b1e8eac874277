"""What an administrator decided holds in a sync to Xledger, and what is not understood keeps all from being written."""

import json
import logging
from pathlib import Path
from typing import Any

import pytest
from airbyte_cdk.models import FailureType, Status

from connector_base.incremental.identity import IDENTITY
from connector_base.reporting.report import NoReport
from destination_xledger.destination import DestinationXledger
from integration_tests.conftest import Write, a_stream
from integration_tests.decided import add, decisions, leave, stands
from integration_tests.left_pages import page_of
from integration_tests.reading import read_source
from integration_tests.records import Record, a_user, as_employee, records, without
from integration_tests.sandbox import Sandbox
from integration_tests.without_a_host import InThisProcess
from shared_mappings import Action, Plan, RejectionCode

Storage = dict[str, Any]

INCREMENTAL = {**a_stream(), "sync_mode": "incremental"}

PHONE = "+47 911 11 111"
"""A phone number that stands in Xledger, while Huma has another one."""


def lines(folder: Path, name: str) -> list[dict[str, Any]]:
    (path,) = folder.glob(f"*/{name}.jsonl")
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def contact(sandbox: Sandbox, code: str) -> dict[str, Any]:
    return dict(sandbox.xledger.employee(code)["contact"])


def phones(sandbox: Sandbox, code: str) -> set[str | None]:
    """The phone number in both places."""
    return {sandbox.xledger.employee(code)[part]["phone"] for part in ("contact", "subledger")}


@pytest.fixture
def people(sandbox: Sandbox) -> list[Record]:
    """Four who are in Xledger with another phone number and another job title, and two who are not there."""
    found = [a_user(number) for number in range(1, 7)]
    for user in found[:4]:
        sandbox.xledger.add_employee(**as_employee(user, phone=PHONE, jobTitle="Chief"))
    return found


# ------------------------------------------------------------------ what holds


def test_each_value_is_written_or_held_back_as_was_decided(
    write: Write, sandbox: Sandbox, people: list[Record]
) -> None:
    one, two, three, _, five, six = people
    text = decisions(
        stands(one, "phone", "xledger"),
        stands(two, "phone", "later"),
        stands(three, "phone", "huma"),
        stands(five, "phone", "xledger"),
        leave(six),
    )
    written = write(records(people), decisions=text, fill_empty_fields=["phone"])
    assert [phones(sandbox, f"E{number}") for number in range(1, 5)] == [{PHONE}, {PHONE}, {three["phone"]}, {PHONE}]
    assert {contact(sandbox, f"E{number}")["jobTitle"] for number in range(1, 6)} == {"Engineer"}
    assert phones(sandbox, "E5") == {None}, "Held back also where there is nothing yet."
    assert len(sandbox.xledger.employees()) == 5
    assert written.summary["skipped"] == {"not_in_xledger": 1}
    assert written.summary["conflicts"] == {"phone": 4}
    assert written.summary["decisions"] == {"applied": 5, "lapsed": 0, "unknown": 0}
    assert "5 decisions were found under Decisions (decisions)." in written.log
    again = write(records(people), decisions=text, fill_empty_fields=["phone"])
    assert again.summary["created"] == again.summary["updated"] == 0


def test_a_value_that_changes_in_huma_after_the_decision_goes_through(
    write: Write, sandbox: Sandbox, people: list[Record]
) -> None:
    text = decisions(*(stands(user, "phone", "xledger") for user in people[:4]))
    write(records(people), decisions=text)
    changed = [{**people[0], "phone": "+47 922 22 222"}, {**people[1], "phone": None}, people[2], people[3]]
    written = write(records(changed), decisions=text)
    assert [phones(sandbox, f"E{number}") for number in range(1, 5)] == [{"+47 922 22 222"}, {None}, {PHONE}, {PHONE}]
    assert written.summary["decisions"] == {"applied": 2, "lapsed": 2, "unknown": 0}


def test_nothing_is_unset_that_was_decided_to_stand(write: Write, sandbox: Sandbox) -> None:
    user = a_user(1, phone=None, jobTitle=None)
    sandbox.xledger.add_employee(**as_employee(a_user(1)))
    written = write(records([user]), decisions=decisions(stands(user, "phone", "xledger")))
    assert phones(sandbox, "E1") == {a_user(1)["phone"]}
    assert written.summary["fields_unset"] == {"jobTitle": 1}


def test_an_address_is_held_back_whole(write: Write, sandbox: Sandbox) -> None:
    user = a_user(1)
    stood = {"streetAddress": "Lillegata 2", "zipCode": "0001", "place": "Oslo", "country": "NO"}
    sandbox.xledger.add_employee(**as_employee(user, address=stood))
    written = write(records([user]), decisions=decisions(stands(user, "homeAddress", "xledger")))
    assert written.summary["unchanged"] == 1
    assert contact(sandbox, "E1")["address"]["streetAddress"] == "Lillegata 2"


def test_a_code_that_was_decided_for_huma_is_given_to_whoever_was_found_by_email_and_to_nobody_else(
    write: Write, sandbox: Sandbox
) -> None:
    same, other, somebody_else = a_user(1), a_user(2), a_user(3, birthDate="1971-03-04")
    for user in (same, other, a_user(3)):
        sandbox.xledger.add_employee(**as_employee(user, code=f"OLD-{user['employmentId']}"))
    text = decisions(*(stands(user, "employmentId", "huma") for user in (same, somebody_else)))
    written = write(records([same, other, somebody_else]), decisions=text)
    codes = sorted(employee["code"] for employee in sandbox.xledger.employees())
    assert codes == ["E1", "OLD-E2", "OLD-E3"]
    assert written.summary["rejected"] == {"code_conflict": 2}


BY_EMAIL = {"match_on": ["email", "employmentId"]}


@pytest.mark.parametrize(
    ("there", "settings", "lifted"),
    [
        ([{"code": "OLD"}], {}, True),
        ([{"code": "OLD"}], {"fill_empty_fields": ["employmentId"]}, True),
        ([{"code": "OLD", "birthday": "1971-03-04"}], {}, False),
        ([{"code": "OLD"}, {"code": "E1", "email": "other@example.com"}], BY_EMAIL, False),
        ([{"code": "OLD"}, {"code": "e1", "email": "other@example.com"}], BY_EMAIL, False),
    ],
)
def test_a_rejection_says_that_a_decision_lifts_it_where_that_decision_does(
    there: list[Record],
    settings: Storage,
    lifted: bool,
    write: Write,
    sandbox: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    planned: list[Plan] = []
    monkeypatch.setattr(NoReport, "planned", lambda _, item: planned.append(item.plan))
    user = a_user(1)
    for employee in there:
        sandbox.xledger.add_employee(**as_employee(user, **employee))
    write(records([user]), mode="preview", **settings)
    (told,) = planned
    assert told.action is Action.REJECT
    assert told.lifted_by == ("employmentId" if lifted else None)
    written = write(records([user]), decisions=decisions(stands(user, "employmentId", "huma")), **settings)
    assert sum(written.summary["rejected"].values()) == int(not lifted)
    assert (sandbox.xledger.employees()[0]["code"] == "E1") is lifted


@pytest.mark.parametrize("code", [None, "", " "])
def test_whoever_has_no_employment_id_cannot_give_it_to_an_employee(
    code: str | None, write: Write, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Plan] = []
    monkeypatch.setattr(NoReport, "planned", lambda _, item: told.append(item.plan))
    sandbox.xledger.add_employee(**as_employee(a_user(1), code="OLD"))
    write(records([a_user(1, employmentId=code)]), mode="preview")
    assert [(plan.rejection, plan.lifted_by) for plan in told] == [(RejectionCode.CODE_CONFLICT, None)]


def test_a_preview_marks_what_a_decision_holds_back(
    write: Write, sandbox: Sandbox, people: list[Record], folder: Path, local: Storage
) -> None:
    text = decisions(stands(people[0], "phone", "xledger"), stands(people[1], "phone", "huma"))
    written = write(
        records(people[:3]),
        mode="preview",
        decisions=text,
        fill_empty_fields=["phone"],
        object_storage_config=local,
    )
    assert not sandbox.xledger.writes
    told = {
        line["id"]: next(place for place in line["fields"] if place["target"] == "employee.contact.phone")
        for line in lines(folder, "plan")
    }
    held, let_through, neither = (told[user["id"]] for user in people[:3])
    assert (held["not_written"], held["policy"], held["decided"]) == ("conflict", "fill_empty", True)
    assert let_through["write"] == people[1]["phone"]
    assert neither["not_written"] == "conflict"
    assert "decided" not in neither
    conflicts = [(line["user"], line.get("decided")) for line in lines(folder, "conflicts")]
    assert conflicts == [(people[0]["id"], True)] * 2 + [(people[2]["id"], None)] * 2
    assert written.summary["decisions"] == {"applied": 2, "lapsed": 0, "unknown": 0}


def test_what_comes_from_another_source_than_huma_is_nobody_who_was_decided_about(
    write: Write, sandbox: Sandbox
) -> None:
    sandbox.xledger.add_employee(**as_employee(a_user(1), phone=PHONE))
    record = {"id": a_user(1)["id"], "code": "E1", "phone": "+47 922 22 222"}
    text = decisions(stands({"id": record["id"], "phone": record["phone"]}, "phone", "xledger"))
    stream = a_stream("hr", destination_object="employee")
    write(records([record], "hr"), catalog=stream, decisions=text)
    assert phones(sandbox, "E1") == {"+47 922 22 222"}


# ------------------------------------------------------------------ what is counted


def test_a_decision_about_nobody_is_counted_where_everybody_comes(write: Write, people: list[Record]) -> None:
    text = decisions(
        stands(people[0], "phone", "later"), stands(a_user(77), "phone", "later"), leave(a_user(78)), add(9)
    )
    assert write(records(people), decisions=text).summary["decisions"] == {"applied": 1, "lapsed": 0, "unknown": 2}


def test_in_an_incremental_sync_whoever_does_not_come_is_not_thought_to_be_nobody(
    write: Write, people: list[Record]
) -> None:
    text = decisions(stands(people[0], "phone", "later"), stands(people[1], "phone", "later"))
    written = write(records(people[:1]), catalog=INCREMENTAL, decisions=text)
    assert written.summary["decisions"] == {"applied": 1, "lapsed": 0, "unknown": 0}


def test_where_nobody_comes_at_all_nothing_is_thought_of_anybody(write: Write) -> None:
    text = decisions(leave(a_user(1)))
    assert write([], decisions=text).summary["decisions"] == {"applied": 0, "lapsed": 0, "unknown": 0}


def test_what_was_decided_about_whoever_is_rejected_counts_nowhere(write: Write) -> None:
    user = a_user(1, employmentId=None)
    written = write(records([user]), decisions=decisions(stands(user, "phone", "xledger")))
    assert written.summary["rejected"] == {"missing_key": 1}
    assert written.summary["decisions"] == {"applied": 0, "lapsed": 0, "unknown": 0}


def test_a_value_that_does_not_come_lets_nothing_lapse(write: Write, people: list[Record]) -> None:
    text = decisions(stands(people[0], "phone", "xledger"))
    written = write(records([without(people[0], "phone")]), decisions=text)
    assert written.summary["decisions"] == {"applied": 0, "lapsed": 0, "unknown": 0}


# ------------------------------------------------------------------ where they come from


def test_the_file_beside_the_reports_counts_and_the_setting_goes_before_it(
    write: Write, sandbox: Sandbox, people: list[Record], folder: Path, local: Storage
) -> None:
    folder.mkdir()
    (folder / "decisions.json").write_text(decisions(stands(people[0], "phone", "xledger")), encoding="utf-8")
    from_the_file = write(records(people[:2]), object_storage_config=local)
    assert (phones(sandbox, "E1"), phones(sandbox, "E2")) == ({PHONE}, {people[1]["phone"]})
    assert f"1 decision was found in {folder}/decisions.json." in from_the_file.log
    write(records(people[:2]), object_storage_config=local, decisions=decisions(leave(people[5])))
    assert phones(sandbox, "E1") == {people[0]["phone"]}


@pytest.mark.parametrize("entered", ["", " \n", decisions(leave(a_user(6)))])
def test_a_page_says_where_decisions_count_that_are_saved_on_it(
    write: Write, people: list[Record], folder: Path, local: Storage, entered: str
) -> None:
    write(records(people[:1]), mode="preview", object_storage_config=local, decisions=entered)
    (path,) = folder.glob("*/review.html")
    place = page_of(path.read_text(encoding="utf-8")).frame["place"]
    assert place == (None if entered.strip() else f"{folder}/decisions.json"), "The setting counts before any file."


def test_without_a_file_nothing_is_decided_and_nothing_said(write: Write, people: list[Record], local: Storage) -> None:
    written = write(records(people), object_storage_config=local)
    assert written.error is None
    assert written.summary["decisions"] == {"applied": 0, "lapsed": 0, "unknown": 0}
    assert not [line for line in written.log if "decision" in line and not line.startswith("SYNC SUMMARY")]


BROKEN = [
    b"Kari Nordmann",
    b"",
    decisions()[:-2].encode(),
    decisions(version=2).encode(),
    decisions(stands(a_user(1), "phone", "Kari")).encode(),
    decisions(stands(a_user(1), "phone", "huma"), stands(a_user(1), "phone", "later")).encode(),
    "Kåri".encode("latin-1"),
    None,
]
"""What may stand there in place of a file; None for a folder."""


@pytest.mark.parametrize("content", BROKEN)
@pytest.mark.parametrize("mode", ["sync", "preview"])
def test_a_file_that_is_not_understood_writes_nothing(
    write: Write, sandbox: Sandbox, folder: Path, local: Storage, content: bytes | None, mode: str
) -> None:
    folder.mkdir()
    (folder / "decisions.json").mkdir() if content is None else (folder / "decisions.json").write_bytes(content)
    written = write(records([a_user(1)]), mode=mode, object_storage_config=local)
    assert written.error is not None
    assert written.error.failure_type is FailureType.config_error
    said = str(written.error.message)
    assert f"{folder}/decisions.json" in said
    assert "Kari" not in said
    assert a_user(1)["id"] not in said
    assert written.summary["requests"] == 0
    assert written.summary["outcome"] == "failed"
    assert not sandbox.xledger.writes


# ------------------------------------------------------------------ check


def checked(sandbox: Sandbox, caplog: pytest.LogCaptureFixture, **config: Any) -> tuple[Any, list[str]]:
    caplog.clear()
    with caplog.at_level(logging.INFO):
        status = DestinationXledger().check(logging.getLogger("airbyte"), sandbox.destination_config(**config))
    return status, [record.getMessage() for record in caplog.records]


def test_check_says_how_many_decisions_there_are_and_where(
    sandbox: Sandbox, caplog: pytest.LogCaptureFixture, folder: Path, local: Storage
) -> None:
    folder.mkdir()
    (folder / "decisions.json").write_text(decisions(leave(a_user(1)), leave(a_user(2))), encoding="utf-8")
    status, log = checked(sandbox, caplog, object_storage_config=local)
    assert status.status is Status.SUCCEEDED
    assert f"2 decisions were found in {folder}/decisions.json; no sync has gone by them yet." in log


@pytest.mark.parametrize("content", [decisions(leave(a_user(1))), "Kari"])
def test_check_warns_of_a_file_that_does_not_count_since_the_setting_has_other_decisions(
    sandbox: Sandbox, caplog: pytest.LogCaptureFixture, folder: Path, local: Storage, content: str
) -> None:
    folder.mkdir()
    (folder / "decisions.json").write_text(content, encoding="utf-8")
    status, log = checked(sandbox, caplog, object_storage_config=local, decisions=decisions(leave(a_user(2))))
    assert status.status is Status.SUCCEEDED
    assert [line for line in log if line.startswith(f"The decisions in {folder}/decisions.json do not count, since")]
    (folder / "decisions.json").write_text(decisions(leave(a_user(2))), encoding="utf-8")
    _, log = checked(sandbox, caplog, object_storage_config=local, decisions=decisions(leave(a_user(2))))
    assert not [line for line in log if "do not count" in line], "Of what is the same in both, both count."


def test_check_fails_over_a_file_that_is_not_understood(
    sandbox: Sandbox, caplog: pytest.LogCaptureFixture, folder: Path, local: Storage
) -> None:
    folder.mkdir()
    (folder / "decisions.json").write_text("Kari", encoding="utf-8")
    status, _ = checked(sandbox, caplog, object_storage_config=local)
    assert status.status is Status.FAILED
    assert status.message.startswith(f"The decisions in {folder}/decisions.json cannot be understood: it is no JSON")


def test_changed_decisions_are_changed_settings_to_a_host_wherever_they_are(
    sandbox: Sandbox, caplog: pytest.LogCaptureFixture, folder: Path, local: Storage
) -> None:
    def identity(**config: Any) -> str:
        (line,) = (line for line in checked(sandbox, caplog, **config)[1] if line.startswith(IDENTITY))
        return line

    without_any, one = identity(object_storage_config=local), decisions(leave(a_user(1)))
    (folder / "decisions.json").write_text(one, encoding="utf-8")
    with_one = identity(object_storage_config=local)
    assert with_one != without_any
    assert with_one == identity(decisions=one)
    assert with_one != identity(decisions=decisions(leave(a_user(2))))


# ------------------------------------------------------------------ from Huma to the ledger


def test_what_was_decided_about_people_of_huma_as_its_source_has_them_holds_until_huma_changes(
    write: Write, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    decided, other = (sandbox.huma.hire(phone=f"+47 933 33 33{number}") for number in (1, 2))
    connection = InThisProcess(sandbox, write)
    connection.sync()
    sandbox.huma.change(decided, phone="+47 944 44 441", jobTitle="Head")
    now = read_source(sandbox).records[decided]
    whose = {"phone": "xledger", "homeAddress": "later", "jobTitle": "huma"}
    connection.settings = {"decisions": decisions(*(stands(now, field, side) for field, side in whose.items()))}
    assert connection.sync().summary["decisions"] == {"applied": 3, "lapsed": 0, "unknown": 0}
    assert contact(sandbox, now["employmentId"])["phone"] == "+47 933 33 331"
    assert contact(sandbox, now["employmentId"])["jobTitle"] == "Head"
    sandbox.huma.change(decided, phone="+47 955 55 551")
    sandbox.huma.change(other, phone="+47 955 55 552")
    assert connection.sync().summary["decisions"] == {"applied": 2, "lapsed": 1, "unknown": 0}
    assert phones(sandbox, now["employmentId"]) == {"+47 955 55 551"}
