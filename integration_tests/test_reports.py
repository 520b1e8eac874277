"""What a sync leaves where the administrator wants it: whole files, for their owner alone, values and all."""

import json
import logging
import os
import signal
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import boto3
import pytest
from airbyte_cdk.models import ConfiguredAirbyteCatalogSerializer, FailureType, Status
from botocore.config import Config
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector_base.settings.modes import Mode
from connector_base.storage import s3_bucket
from connector_base.storage.storage import open_storage, storage_problem
from connector_base.storage.storage_config import S3Storage
from connector_base.writing.destination import ended_by_host
from destination_xledger.destination import DestinationXledger
from integration_tests.conftest import Write, a_stream
from integration_tests.decided import decisions, leave
from integration_tests.left_pages import page_of
from integration_tests.object_storage import serving_s3
from integration_tests.records import Record, a_user, records, state, without
from integration_tests.sample_reports import SETTINGS, somebody_of_each_kind
from integration_tests.sandbox import Fault, Sandbox
from integration_tests.writing_process import give, give_all, writing
from shared_mappings import field_table
from shared_mappings.normal_forms import as_text

TARGETS = field_table().targets

SYNC_FILES = {"summary.json", "rejected.jsonl", "conflicts.jsonl", "changes.jsonl", "result.html"}
BUCKET = "xledger-reports"
KEYS = {"access_key_id": "AKIA0123456789EXAMPLE", "secret_access_key": "zq-secret-access-key"}

Files = dict[str, str]
Storage = dict[str, Any]


def left_in(folder: Path) -> Files:
    """The files of the only sync that left a report in a folder."""
    (sync,) = folder.iterdir()
    return {path.name: path.read_text(encoding="utf-8") for path in sync.iterdir()}


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.split("\n")[:-1]]


def a_name(number: int) -> str:
    user = a_user(number)
    return f"{user['givenName']} {user['familyName']}"


def mapped(user: Record) -> Record:
    """What a report keeps of somebody made by `a_user`: the keys that the field table names, and no others."""
    kept = without(user, "type", "jobDescription", "custom")
    if account := user["bankAccount"]:
        kept["bankAccount"] = {key: account[key] for key in ("number", "country", "iban")}
    national = (entry for entry in user["identifications"] if entry["type"] == "national")
    kept["identifications"] = [{key: entry[key] for key in ("type", "country", "value")} for entry in national]
    return kept


@pytest.fixture(scope="module")
def s3_address() -> Iterator[str]:
    with serving_s3() as address:
        yield address


@pytest.fixture
def s3(s3_address: str) -> Iterator[Any]:
    """A client for the bucket, which is empty."""
    session = boto3.Session(aws_access_key_id="a", aws_secret_access_key="b", region_name="us-east-1")
    client = session.client("s3", endpoint_url=s3_address, config=Config(s3={"addressing_style": "path"}))
    client.create_bucket(Bucket=BUCKET)
    yield client
    for found in client.list_objects_v2(Bucket=BUCKET).get("Contents", ()):
        client.delete_object(Bucket=BUCKET, Key=found["Key"])
    client.delete_bucket(Bucket=BUCKET)


@pytest.fixture
def in_s3(s3_address: str) -> Storage:
    return {"storage_type": "S3", "s3_bucket_name": BUCKET, "s3_endpoint": s3_address, "bucket_path": "/hr/", **KEYS}


def objects(s3: Any) -> dict[str, bytes]:
    found = s3.list_objects_v2(Bucket=BUCKET).get("Contents", ())
    return {entry["Key"]: s3.get_object(Bucket=BUCKET, Key=entry["Key"])["Body"].read() for entry in found}


# ------------------------------------------------------------------ preview


def test_a_preview_tells_of_everybody_what_would_become_of_them(
    write: Write, sandbox: Sandbox, folder: Path, local: Storage
) -> None:
    people = somebody_of_each_kind(sandbox, write)
    written = write(records(people), **SETTINGS, object_storage_config=local)
    files = left_in(folder)
    assert set(files) == {
        *("summary.json", "rejected.jsonl", "conflicts.jsonl", "plan.jsonl"),
        *("only_in_xledger.jsonl", "review.html"),
    }
    assert json.loads(files["summary.json"]) == written.summary
    planned = [line for line in lines(files["plan.jsonl"]) if line.get("reason") != "invalid_record"]
    for line in planned:
        expected = {
            name for name, target in TARGETS.items() if line["action"] == "create" or not target.only_at_creation
        }
        assert {place["target"] for place in line["fields"]} == expected
    actions = [line["action"] for line in lines(files["plan.jsonl"])]
    assert actions.count("reject") == sum(written.summary["rejected"].values()) == 4
    assert written.summary["conflicts"] == {"bankAccount.country": 1, "phone": 1}


def test_what_a_preview_says_would_be_written_is_what_a_sync_then_writes(
    write: Write, sandbox: Sandbox, folder: Path, local: Storage
) -> None:
    people = [a_user(1), a_user(2, phone=None, jobTitle="Head")]
    write(records([a_user(2)]))
    write(records(people), mode="preview", object_storage_config=local)
    write(records(people))
    for line in lines(left_in(folder)["plan.jsonl"]):
        employee = {"employee": sandbox.xledger.employee(f"E{int(line['id'][-4:])}")}
        for place in line["fields"]:
            value: Any = employee
            for key in place["target"].split("."):
                value = value[key]
            if "write" in place and place["target"] != "employee.socialSecurityMasked":
                value = value["code"] if isinstance(value, dict) else value
                assert value == place["write"], place["target"]


def test_half_a_character_in_a_value_of_xledgers_ends_no_preview(
    write: Write, sandbox: Sandbox, folder: Path, local: Storage
) -> None:
    sandbox.xledger.add_employee(code="E1", email="a@example.com", contact={"jobTitle": "Sjef\ud83d"})
    assert write(records([a_user(1)]), mode="preview", object_storage_config=local).summary["updated"] == 1
    (line,) = lines(left_in(folder)["plan.jsonl"])
    assert "Sjef\ufffd" in [place.get("xledger") for place in line["fields"]]


# ------------------------------------------------------------------ sync


def test_a_sync_leaves_its_summary_and_the_records_that_were_rejected(
    write: Write, sandbox: Sandbox, folder: Path, local: Storage
) -> None:
    sandbox.xledger.faults.add(Fault.refuse_value(root_field="addEmployees", path="lastName", value="Nordmann2"))
    people = [a_user(1), a_user(2), a_user(3, employmentId=None)]
    written = write([*records(people), state(1)], object_storage_config=local)
    files = left_in(folder)
    assert set(files) == SYNC_FILES
    assert json.loads(files["summary.json"]) == written.summary
    rejected = {line["id"]: line for line in lines(files["rejected.jsonl"])}
    assert {line["code"] for line in rejected.values()} == {"missing_key", "refused_by_xledger"}
    refused = rejected[people[1]["id"]]
    assert refused["record"] == mapped(people[1])
    assert "Nordmann2" in refused["reason"]
    assert rejected[people[2]["id"]]["record"] == mapped(people[2])
    assert written.states == [1]


def test_a_page_of_a_sync_tells_who_was_added_from_who_was_there_before(
    write: Write, folder: Path, local: Storage
) -> None:
    write(records([a_user(1)]))
    write(records([a_user(1, jobTitle="Head"), a_user(2)]), object_storage_config=local)
    page = page_of(left_in(folder)["result.html"])
    assert {somebody["name"]: somebody.get("created", False) for somebody in page.people} == {
        a_name(1): False,
        a_name(2): True,
    }


def test_whoever_was_partly_written_is_among_the_rejected(
    write: Write, sandbox: Sandbox, folder: Path, local: Storage
) -> None:
    sandbox.xledger.faults.add(Fault.refuse_value(root_field="updateContacts", path="jobTitle", value="Zq-title"))
    person = a_user(1, jobTitle="Zq-title")
    written = write(records([person, a_user(2)]), object_storage_config=local)
    (line,) = lines(left_in(folder)["rejected.jsonl"])
    assert (line["code"], line["record"]) == ("partly_written", mapped(person))
    assert "Zq-title" in line["reason"]
    assert "jobTitle" in line["reason"]
    assert written.summary["created"] == 2


def test_an_update_that_was_refused_is_among_the_rejected(
    write: Write, sandbox: Sandbox, folder: Path, local: Storage
) -> None:
    write(records([a_user(1)]))
    sandbox.xledger.faults.add(Fault.refuse_value(root_field="updateContacts", path="jobTitle", value="Zq-title"))
    write(records([a_user(1, jobTitle="Zq-title")]), object_storage_config=local)
    (line,) = lines(left_in(folder)["rejected.jsonl"])
    assert line["code"] == "refused_by_xledger"
    assert "Zq-title" in line["reason"]


def test_a_sync_that_fails_leaves_what_was_done(write: Write, sandbox: Sandbox, folder: Path, local: Storage) -> None:
    sandbox.xledger.faults.add(Fault.dropped_connection(root_field="addEmployees", after=1, times=None))
    people = [a_user(1), {**a_user(2), "active": "yes"}, a_user(3), a_user(4)]
    written = write(records(people), batch_size=2, object_storage_config=local)
    assert written.error is not None
    files = left_in(folder)
    assert json.loads(files["summary.json"])["created"] == 2
    assert [line["code"] for line in lines(files["rejected.jsonl"])] == ["invalid_record"]
    assert written.log[-1].startswith("SYNC SUMMARY ")


def test_a_host_that_stops_reading_leaves_what_was_done(sandbox: Sandbox, folder: Path, local: Storage) -> None:
    catalog = ConfiguredAirbyteCatalogSerializer.load({"streams": [a_stream()]})
    config = sandbox.destination_config(batch_size=1, object_storage_config=local)
    messages = [*records([a_user(1)]), state(1), *records([a_user(2)])]
    output = DestinationXledger().write(config, catalog, messages)
    next(iter(output))
    output.close()  # type: ignore[attr-defined]
    summary = json.loads(left_in(folder)["summary.json"])
    assert (summary["created"], summary["outcome"]) == (1, "failed")


@pytest.mark.parametrize(
    ("ended_by", "files"),
    [(signal.SIGKILL, {"rejected.jsonl", "changes.jsonl"}), (signal.SIGTERM, SYNC_FILES), (None, SYNC_FILES)],
    ids=["killed", "told to end", "nobody listens"],
)
def test_whatever_ends_a_process_everything_is_left_that_its_states_cover(
    ended_by: signal.Signals | None, files: set[str], sandbox: Sandbox, folder: Path, local: Storage, tmp_path: Path
) -> None:
    said_in_the_end = ""
    config = sandbox.destination_config(object_storage_config=local, batch_size=1)
    with writing("destination-xledger", config, "users", tmp_path) as process:
        give(process, *records([{**a_user(1), "active": "yes"}, a_user(2)]), state(1))
        assert process.stdout
        next(line for line in process.stdout if '"STATE"' in line)
        if ended_by is None:
            process.stdout.close()
        else:
            process.send_signal(ended_by)
            said_in_the_end = process.stdout.read()
        process.wait(60)  # whose input has not ended
    left = left_in(folder)
    assert set(left) == files
    assert [line["code"] for line in lines(left["rejected.jsonl"])] == ["invalid_record"]
    assert {line["user"] for line in lines(left["changes.jsonl"])} == {a_user(2)["id"]}
    if ended_by is not signal.SIGKILL:
        assert process.returncode == -signal.SIGTERM
        assert json.loads(left["summary.json"])["outcome"] == "failed"
    if ended_by is signal.SIGTERM:
        told, summary = said_in_the_end.splitlines()[-2:]
        assert ended_by_host(Mode.SYNC) in told
        assert "SYNC SUMMARY" in summary


@pytest.mark.parametrize("bucket", [False, True], ids=["Local", "S3"])
def test_a_kill_in_the_middle_of_a_batch_leaves_what_xledger_had_answered_until_then(
    sandbox: Sandbox, folder: Path, local: Storage, s3: Any, in_s3: Storage, tmp_path: Path, *, bucket: bool
) -> None:
    """Two are added in a request, and are given the rest in others."""
    first, second = (
        sandbox.xledger.faults.add(Fault.stall(root_field=mutation))
        for mutation in ("updateSuppliers", "updateContacts")
    )

    def changes() -> list[dict[str, Any]]:
        in_bucket = {key.rpartition("/")[2]: content.decode() for key, content in objects(s3).items()}
        left = in_bucket if bucket else left_in(folder)
        assert set(left) == {"changes.jsonl"}
        return lines(left["changes.jsonl"])

    config = sandbox.destination_config(object_storage_config=in_s3 if bucket else local)
    with writing("destination-xledger", config, "users", tmp_path) as process:
        give_all(process, *records([a_user(1), a_user(2)]), state(1))
        assert first.reached.wait(60)
        added = changes()
        first.release()
        assert second.reached.wait(60)
        process.kill()
    second.release()
    assert {line["user"] for line in added} == {a_user(1)["id"], a_user(2)["id"]}
    assert len(changes()) > len(added)


@pytest.mark.parametrize("mode", ["preview", "sync"])
def test_files_are_for_their_owner_alone(mode: str, write: Write, folder: Path, local: Storage) -> None:
    before = os.umask(0)
    try:
        write(records([a_user(1)]), mode=mode, object_storage_config=local)
    finally:
        os.umask(before)
    assert {path.stat().st_mode & 0o777 for path in folder.rglob("*") if path.is_file()} == {0o600}
    assert {path.stat().st_mode & 0o777 for path in (folder, *folder.iterdir())} == {0o700}


def test_two_syncs_leave_two_folders(write: Write, folder: Path, local: Storage) -> None:
    for _ in range(2):
        write(records([a_user(1)]), object_storage_config=local)
    assert len(list(folder.iterdir())) == 2


def test_a_storage_that_cannot_be_written_ends_the_sync_before_xledger_is_asked_anything(
    write: Write, sandbox: Sandbox, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    storage = {"storage_type": "Local", "path": str(tmp_path / "file")}
    written = write([*records([a_user(1)]), state(1)], object_storage_config=storage)
    assert written.error is not None
    assert written.error.failure_type is FailureType.config_error
    assert sandbox.xledger.operations == []
    assert written.states == []


def test_no_state_of_rejected_records_is_passed_on_when_they_could_not_be_left(
    write: Write, sandbox: Sandbox, folder: Path, local: Storage
) -> None:
    def replace_the_folder() -> None:
        folder.rmdir()
        folder.touch()

    sandbox.xledger.faults.add(Fault.meanwhile(replace_the_folder))
    written = write([*records([a_user(1), a_user(2, employmentId=None)]), state(1)], object_storage_config=local)
    assert written.error is not None
    assert written.error.failure_type is FailureType.config_error
    assert written.summary["created"] == 1
    assert written.states == []


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(min_size=1))
def test_whatever_characters_a_text_holds_it_survives(text: str, write: Write, tmp_path: Path) -> None:
    folder = tmp_path / os.urandom(8).hex()
    person = a_user(1, employmentId=None, familyName=text, custom={text: text})
    write(records([person]), mode="preview", object_storage_config={"storage_type": "Local", "path": str(folder)})
    files = left_in(folder)
    (rejected,) = lines(files["rejected.jsonl"])
    assert rejected["record"] == mapped(person)
    (planned,) = lines(files["plan.jsonl"])
    (name,) = (place for place in planned["fields"] if place["field"] == "familyName")
    assert name["source"] == as_text(text)


# ------------------------------------------------------------------ S3


def test_a_report_goes_to_a_bucket(write: Write, s3: Any, in_s3: Storage) -> None:
    written = write(records([a_user(1), a_user(2, jobTitle="Sjefsingeniør")]), object_storage_config=in_s3)
    assert written.error is None
    found = objects(s3)
    assert {key.split("/")[0] for key in found} == {"hr"}
    assert len({key.split("/")[1] for key in found}) == 1
    by_name = {key.split("/")[2]: content for key, content in found.items()}
    assert set(by_name) == SYNC_FILES
    assert json.loads(by_name["summary.json"]) == written.summary


def test_decisions_are_read_from_the_bucket_and_none_are_when_there_is_no_file(
    write: Write, s3: Any, in_s3: Storage
) -> None:
    assert write(records([a_user(1)]), object_storage_config=in_s3).summary["created"] == 1
    s3.put_object(Bucket=BUCKET, Key="hr/decisions.json", Body=decisions(leave(a_user(2))).encode())
    written = write(records([a_user(2)]), object_storage_config=in_s3)
    assert written.summary["decisions"]["applied"] == written.summary["skipped"]["not_in_xledger"] == 1
    assert f"1 decision was found in s3://{BUCKET}/hr/decisions.json." in written.log
    seen = json.loads(objects(s3)["hr/decisions.seen.json"])
    assert (seen["lapsed"], seen["unknown"], seen["unseen"]) == ([], [], [])
    s3.put_object(Bucket=BUCKET, Key="hr/decisions.json", Body=b"Kari")
    broken = write(records([a_user(3)]), object_storage_config=in_s3).error
    assert broken is not None
    assert broken.failure_type is FailureType.config_error


def test_a_large_file_arrives_whole(write: Write, s3: Any, in_s3: Storage) -> None:
    long = "å" * 2_000_000
    people = [a_user(number, employmentId=None, jobTitle=long) for number in range(1, 6)]
    write(records(people), object_storage_config=in_s3)
    (rejected,) = (content for key, content in objects(s3).items() if key.endswith("rejected.jsonl"))
    assert [line["record"] for line in lines(rejected.decode())] == [mapped(person) for person in people]
    assert s3.list_multipart_uploads(Bucket=BUCKET).get("Uploads", []) == []


class BreaksOff(BytesIO):
    """Content that ends in an error half-way."""

    def read(self, size: int | None = -1, /) -> bytes:
        if self.tell() > 10_000_000:
            raise OSError(5, "Input/output error")
        return super().read(size)


def test_a_file_that_breaks_off_on_its_way_is_not_in_the_bucket(s3: Any, in_s3: Storage) -> None:
    storage = open_storage(S3Storage.model_validate(in_s3))
    assert storage is not None
    with pytest.raises(OSError, match="Input/output error"):
        storage.put("sync/rejected.jsonl", BreaksOff(bytes(30_000_000)))
    assert objects(s3) == {}
    assert s3.list_multipart_uploads(Bucket=BUCKET).get("Uploads", []) == []


def test_a_role_is_assumed_before_writing(
    s3: Any, s3_address: str, in_s3: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(s3_bucket, "ROLES_ARE_ASSUMED_AT", s3_address)
    config = {**in_s3, "role_arn": "arn:aws:iam::123456789012:role/reports", "s3_bucket_region": "us-east-1"}
    assert storage_problem(S3Storage.model_validate(config)) is None
    monkeypatch.setattr(s3_bucket, "ROLES_ARE_ASSUMED_AT", "http://127.0.0.1:1")
    problem = storage_problem(S3Storage.model_validate(config))
    assert problem is not None
    assert "no connection" in problem
    assert objects(s3) == {}


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        (
            {"s3_bucket_name": "other-bucket"},
            "other-bucket for reports and rejected records cannot be written (NoSuchB",
        ),
        ({"s3_bucket_name": "No Bucket/At All"}, "Correct S3 bucket name (s3_bucket_name)"),
        ({"s3_endpoint": "http://127.0.0.1:1"}, "Correct S3 endpoint (s3_endpoint), or try again later"),
    ],
)
def test_check_says_why_a_bucket_cannot_be_written(
    changed: Storage, sentence: str, sandbox: Sandbox, s3: Any, in_s3: Storage
) -> None:
    config = sandbox.destination_config(object_storage_config={**in_s3, **changed})
    status = DestinationXledger().check(logging.getLogger("airbyte"), config)
    assert status.status is Status.FAILED
    assert sentence in str(status.message)
    assert [key for key in KEYS.values() if key in str(status.message)] == []
    assert objects(s3) == {}


def test_check_leaves_nothing_behind(sandbox: Sandbox, s3: Any, in_s3: Storage) -> None:
    config = sandbox.destination_config(object_storage_config=in_s3)
    assert DestinationXledger().check(logging.getLogger("airbyte"), config).status is Status.SUCCEEDED
    assert objects(s3) == {}
