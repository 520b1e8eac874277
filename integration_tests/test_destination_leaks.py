"""No value of a person's record and no secret in anything the destination prints, on any path an error can take.

Everything runs with LOG_LEVEL=debug, in this process and set up as the command sets up its own.
"""

import io
import json
import logging
import sys
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import boto3
import pytest
import requests
from airbyte_cdk.logger import init_logger
from airbyte_cdk.models import Type
from airbyte_cdk.utils.traced_exception import AirbyteTracedException
from botocore.config import Config as S3Config

from connector_base.storage import s3_bucket
from destination_xledger.destination import DestinationXledger
from integration_tests.conftest import SUMMARY, a_stream, connect_at_once
from integration_tests.object_storage import serving_s3
from integration_tests.printed import Printed, captured, lines
from integration_tests.recognisable import RECOGNISABLE, a_recognisable_user, traces_in
from integration_tests.records import Record
from integration_tests.sandbox import Fault, Sandbox

KNOWN = a_recognisable_user(1)
NEW = a_recognisable_user(2, employmentId="Zq-4712", email="new@quixotherium.example")
LEAVER = a_recognisable_user(3, employmentId="Zq-4713", email="leaver@quixotherium.example", active=False)

GENDERS = [{"gender": "Zq-gender", "code": "F"}]

SECRETS = {"access_key_id": "AKIAZQ3456789EXAMPLE", "secret_access_key": "zq-secret-access-key"}
BUCKET = "xledger-reports"

QUOTATION = json.dumps(RECOGNISABLE, ensure_ascii=False)
"""Words in which Xledger may answer that hold everything there is to know."""


Run = Callable[..., Printed]


@pytest.fixture(scope="module")
def served() -> Iterator[Sandbox]:
    with Sandbox.running(people=0, burst_limit=None) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(served: Sandbox) -> Iterator[Sandbox]:
    """An Xledger with one employee, who is the recognisable person with other values."""
    served.xledger.add_employee(
        code=RECOGNISABLE["employmentId"],
        email=RECOGNISABLE["email"],
        phone="+47 987 65 000",
        firstName="Zq-first",
        lastName="Zq-last",
        jobTitle="Zq-old-title",
        bankAccount="86011117948",
        address={"streetAddress": "Zq-old-street", "zipCode": "Zq-01", "place": "Zq-place", "country": "NO"},
    )
    yield served
    served.xledger.faults.clear()
    served.xledger.lacks = frozenset()
    for table in served.xledger.store.tables.values():
        table.clear()


@pytest.fixture
def run(
    sandbox: Sandbox,
    the_process: None,  # noqa: ARG001  nothing runs without it
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> Run:
    """Runs a verb, `write` when none is named."""

    def printed(
        given: bytes = b"", verb: str = "write", *, stream: Mapping[str, Any] | None = None, **config: Any
    ) -> Printed:
        (tmp_path / "config.json").write_text(json.dumps(sandbox.destination_config(**config)), encoding="utf-8")
        (tmp_path / "catalog.json").write_text(json.dumps({"streams": [stream or a_stream()]}), encoding="utf-8")
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given)))
        files = ["--config", str(tmp_path / "config.json")]
        if verb == "write":
            files += ["--catalog", str(tmp_path / "catalog.json")]
        return captured(capfd, lambda: DestinationXledger(connect_at_once).run([verb, *files]))

    return printed


def assert_nothing_leaks(printed: Printed, sandbox: Sandbox) -> None:
    assert traces_in(printed.text, sandbox.xledger.token, *SECRETS.values()) == []


# ------------------------------------------------------------------ what Xledger answers


def graphql(message: str = QUOTATION, **more: Any) -> str:
    return json.dumps({"errors": [{"message": message, **more}], "data": None})


def coded(code: str, **extensions: Any) -> str:
    return graphql(code=f"BAD_REQUEST.{code}", extensions={"quoted": QUOTATION, **extensions})


ANSWERS: Mapping[str, tuple[str, int]] = {
    "burst limit": (coded("BURST_RATE_LIMIT_REACHED"), 200),
    "concurrency limit": (coded("CONCURRENCY_LIMIT_REACHED"), 200),
    "out of credits, with a time that is none": (coded("INSUFFICIENT_CREDITS", resetAt=QUOTATION), 200),
    "out of credits until late": (coded("INSUFFICIENT_CREDITS", resetAt="2999-01-01T00:00:00+00:00"), 200),
    "slow query": (graphql(f"Your query timed out. {QUOTATION}"), 200),
    "token malformed": (graphql(f"Bad format for API Token {QUOTATION}"), 200),
    "unknown token": (graphql(), 401),
    "no such field": (graphql(f"Cannot query field `{QUOTATION}` on type `Zq-type`"), 200),
    "arguments that do not fit": (graphql(extensions={"code": "ARGUMENTS_OF_CORRECT_TYPE"}), 200),
    "the same with HTTP 400": (graphql(extensions={"code": "ARGUMENTS_OF_CORRECT_TYPE"}), 400),
    "text spliced into a query": (graphql(f"Error parsing query: Unterminated string {QUOTATION}"), 200),
    "value refused": (graphql(extensions={"code": "INVALID_VALUE", "value": QUOTATION}), 200),
    "value refused with HTTP 400": (graphql(extensions={"code": "INVALID_VALUE", "value": QUOTATION}), 400),
    "no such reference": (graphql("subledger.code: No value matching owner 42365431, code 'Zq-4711'."), 200),
    "words that nobody has seen": (graphql(), 200),
    "several errors": (json.dumps({"errors": [{"message": QUOTATION}, QUOTATION, 5, None]}), 200),
    "errors that are none": (json.dumps({"errors": QUOTATION}), 200),
    "a code that is none": (json.dumps({"errors": [{"message": {"Zq-1": QUOTATION}, "code": [QUOTATION]}]}), 200),
    "forbidden": (QUOTATION, 403),
    "too many requests": (QUOTATION, 429),
    "server error": (QUOTATION, 500),
    "maintenance": (f"<html>{QUOTATION}</html>", 503),
    "a page": (f"<html>{QUOTATION}</html>", 200),
    "a text": (QUOTATION, 404),
    "half a body": (graphql()[:-20], 200),
    "data that is none": (json.dumps({"data": QUOTATION}), 200),
    "data of another shape": (
        json.dumps({"data": dict.fromkeys(("byCode", "byEmail", "addEmployees", "updateContacts"), QUOTATION)}),
        200,
    ),
    "employees of another shape": (
        json.dumps(
            {
                "data": {
                    alias: {"edges": [{"cursor": "Zq-1", "node": RECOGNISABLE}], "pageInfo": {"hasNextPage": False}}
                    for alias in ("byCode", "byEmail")
                }
                | {
                    mutation: {"edges": [{"clientId": QUOTATION, "node": RECOGNISABLE}]}
                    for mutation in ("addEmployees", "updateContacts")
                }
            }
        ),
        200,
    ),
}
"""Every row of Xledger's table of errors and more that may come, quoting everything."""

REQUESTS = ["employees", "addEmployees", "updateContacts"]


@pytest.mark.parametrize("root_field", REQUESTS)
@pytest.mark.parametrize("answer", ANSWERS)
def test_whatever_xledger_answers_and_quotes(answer: str, root_field: str, run: Run, sandbox: Sandbox) -> None:
    body, status = ANSWERS[answer]
    fault = sandbox.xledger.faults.add(Fault.answer(body, status, root_field=root_field, times=None))
    printed = run(lines(KNOWN, NEW), gender_codes=GENDERS)
    assert fault.reached.is_set()
    assert_nothing_leaks(printed, sandbox)
    assert printed.log[-1].startswith(SUMMARY)
    told = [message.trace.error for message in printed.messages if message.type is Type.TRACE]
    assert len(told) == printed.ended_with
    assert told or any("rejected" in line or "refused" in line for line in printed.log)


def test_who_is_only_in_xledger_is_told_in_the_report_alone(run: Run, sandbox: Sandbox, tmp_path: Path) -> None:
    storage = {"storage_type": "Local", "path": str(tmp_path)}
    printed = run(lines(NEW), gender_codes=GENDERS, mode="preview", object_storage_config=storage)
    assert_nothing_leaks(printed, sandbox)
    (report,) = tmp_path.glob("*/only_in_xledger.jsonl")
    assert RECOGNISABLE["email"] in report.read_text(encoding="utf-8")
    assert report.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("answer", ANSWERS)
def test_whatever_xledger_answers_and_quotes_when_everybody_is_listed_ends_no_preview(
    answer: str, run: Run, sandbox: Sandbox, tmp_path: Path
) -> None:
    body, status = ANSWERS[answer]
    fault = sandbox.xledger.faults.add(Fault.answer(body, status, root_field="employees", after=1, times=None))
    storage = {"storage_type": "Local", "path": str(tmp_path / "reports")}
    printed = run(lines(KNOWN), gender_codes=GENDERS, mode="preview", object_storage_config=storage)
    assert fault.reached.is_set()
    assert_nothing_leaks(printed, sandbox)
    assert printed.ended_with == 0
    assert sum("Who is only in Xledger is missing from the report" in line for line in printed.log) == 1


@pytest.mark.parametrize("answer", ANSWERS)
def test_whatever_xledger_answers_and_quotes_to_a_check(answer: str, run: Run, sandbox: Sandbox) -> None:
    body, status = ANSWERS[answer]
    sandbox.xledger.faults.add(Fault.answer(body, status, times=None))
    printed = run(verb="check")
    assert_nothing_leaks(printed, sandbox)
    assert printed.messages[-1].type is Type.CONNECTION_STATUS


def test_all_that_a_check_finds_to_be_wrong(run: Run, sandbox: Sandbox) -> None:
    for broken in (Fault.no_access("updateContacts"), Fault.no_introspection()):
        sandbox.xledger.faults.add(broken)
    printed = run(verb="check", batch_size=0)
    assert "There are 2 problems" in printed.text
    assert_nothing_leaks(printed, sandbox)


def test_whatever_a_discovery_says_it_asks_xledger_nothing(run: Run, sandbox: Sandbox) -> None:
    before = len(sandbox.xledger.operations)
    printed = run(verb="discover")
    assert printed.messages[-1].type is Type.DESTINATION_CATALOG
    assert_nothing_leaks(printed, sandbox)
    assert len(sandbox.xledger.operations) == before


# ------------------------------------------------------------------ everything else that goes wrong in a sync


def nothing(_: Sandbox) -> None:
    pass


def faults(*given: Fault) -> Callable[[Sandbox], None]:
    def add(sandbox: Sandbox) -> None:
        for fault in given:
            sandbox.xledger.faults.add(fault)

    return add


def lacking(*parts: str) -> Callable[[Sandbox], None]:
    def take(sandbox: Sandbox) -> None:
        sandbox.xledger.lacks = frozenset(parts)

    return take


def soon() -> datetime:
    return datetime.now(timezone.utc) + timedelta(minutes=2)


def another_with_the_same_code(sandbox: Sandbox) -> None:
    sandbox.xledger.add_employee(code="Zq-4711", email="zq@quixotherium.example")


def wiped_meanwhile(sandbox: Sandbox) -> None:
    (employee,) = sandbox.xledger.employees()

    def wipe() -> None:
        sandbox.xledger.change(employee["dbId"], "contact.email", None)

    sandbox.xledger.faults.add(Fault.meanwhile(wipe, root_field="updateContacts"))


def capital_letters_matter(sandbox: Sandbox) -> None:
    (employee,) = sandbox.xledger.employees()
    sandbox.xledger.change(employee["dbId"], "contact.email", "ZEBEDIA@quixotherium.example")


@dataclass(frozen=True)
class Situation:
    """Something that goes wrong.

    Attributes:
        tells: What the log or the error then says, so that it did go wrong in that way.
        given: What comes in.
        arranged: What is done to Xledger before.
        config: Settings beside those for the sandbox.
        stream: The stream in the catalog.
    """

    tells: str
    given: bytes = lines(KNOWN, NEW)
    arranged: Callable[[Sandbox], object] = nothing
    config: Mapping[str, Any] = field(default_factory=lambda: {"gender_codes": GENDERS})
    stream: Mapping[str, Any] | None = None


def refused(root_field: str, path: str, value: str) -> Callable[[Sandbox], None]:
    return faults(Fault.refuse_value(root_field=root_field, path=path, value=value))


UPDATED = {**KNOWN, "phone": None, "homeAddress": None}
EMPLOYEE = {
    "code": "Zq-4711",
    "email": "zebedia@quixotherium.example",
    "firstName": "Zebedia",
    "lastName": "Quixotherium",
    "phone": "+47 987 65 432",
    "birthday": "1987-06-05",
    "bankAccount": "86011117940",
}

SITUATIONS: Mapping[str, Situation] = {
    "nothing": Situation('"created": 1, "updated": 1'),
    "too many requests for a while": Situation("Waiting ", arranged=faults(Fault.burst_limit(times=2))),
    "too many at once for a while": Situation("Waiting 1 seconds", arranged=faults(Fault.concurrency_limit(times=2))),
    "out of credits for a while": Situation(
        "the credits of the subscription are used up",
        arranged=lambda sandbox: sandbox.xledger.faults.add(Fault.out_of_credits(soon())),
    ),
    "maintenance for a while": Situation("Xledger is not available", arranged=faults(Fault.maintenance_page(times=3))),
    "a connection that drops": Situation(
        "the connection to 127.0.0.1 was lost", arranged=faults(Fault.dropped_connection(times=2))
    ),
    "nobody is there": Situation(
        "does not answer at its API address", arranged=faults(Fault.dropped_connection(times=None))
    ),
    "a slow query": Situation('"created": 1', arranged=faults(Fault.query_timed_out(over=3, root_field="employees"))),
    "queries that are always slow": Situation(
        "too long to find a single employee", arranged=faults(Fault.query_timed_out(root_field="employees", times=None))
    ),
    "a slow update": Situation('"updated": 1', arranged=faults(Fault.query_timed_out(root_field="updateContacts"))),
    "updates that are always slow": Situation(
        "Xledger", arranged=faults(Fault.query_timed_out(root_field="updateContacts", times=None))
    ),
    "additions that are always slow": Situation(
        "Xledger", arranged=faults(Fault.query_timed_out(root_field="addEmployees", times=None))
    ),
    "a lost answer": Situation("people were added", arranged=faults(Fault.lost_answer(root_field="addEmployees"))),
    "half an answer": Situation(
        "people were added", arranged=faults(Fault.lost_answer(root_field="addEmployees", partial=True))
    ),
    "answers that keep getting lost": Situation(
        "times in a row", arranged=faults(Fault.dropped_connection(root_field="addEmployees", times=None))
    ),
    "a malformed token": Situation("does not accept the API token", config={"api_token": "zqsecret"}),
    "an unknown token": Situation("does not accept the API token", config={"api_token": "zqsecret" * 8}),
    "a missing access": Situation("Access denied", arranged=faults(Fault.no_access("updateContacts"))),
    "a missing access for adding": Situation("Access denied", arranged=faults(Fault.no_access("addEmployees"))),
    "a missing access for reading": Situation("Access denied", arranged=faults(Fault.unreadable("Contact"))),
    "a field that is gone": Situation("noticeDate", arranged=lacking("Employee.noticeDate")),
    "an input that is gone": Situation("jobTitle", arranged=lacking("UpdateContactsInputNode.jobTitle")),
    "a mutation that is gone": Situation("updateContacts", arranged=lacking("Mutation.updateContacts")),
    "a refused update": Situation(
        '"partly_written": 1', lines(KNOWN), refused("updateContacts", "lastName", "Quixotherium")
    ),
    "a refused addition": Situation(
        '"refused_by_xledger": 1', lines(NEW), refused("addEmployees", "lastName", "Quixotherium")
    ),
    "a refused batch": Situation(
        '"created": 2',
        lines(
            *(a_recognisable_user(n, employmentId=f"Zq-{n}", email=f"zq{n}@quixotherium.example") for n in (4, 5, 6))
        ),
        refused("addEmployees", "code", "Zq-5"),
    ),
    "a reference that leads nowhere": Situation(
        "knows no gender by the code", config={"gender_codes": [{"gender": "Zq-gender", "code": "Zq-g"}]}
    ),
    "partly written": Situation("partly_written", lines(NEW), refused("updateContacts", "jobTitle", "Zq-title")),
    "a contact that is wiped": Situation("Xledger unset", lines(KNOWN), wiped_meanwhile),
    "a search that minds capital letters": Situation(
        "differs there only in capital letters", lines(KNOWN), capital_letters_matter
    ),
    "an ambiguous match": Situation('"ambiguous_match": 1', lines(KNOWN), another_with_the_same_code),
    "two people with one key": Situation('"duplicate_key": 1', lines(KNOWN, {**NEW, "employmentId": "Zq-4711"})),
    "nobody without a key": Situation('"missing_key": 1', lines({**NEW, "employmentId": None})),
    "records that do not fit": Situation(
        '"invalid_record": 4',
        lines(
            {**KNOWN, "active": "Zq-active"},
            {**KNOWN, "id": ["Zq-id of zebedia@quixotherium.example"]},
            {**KNOWN, "homeAddress": "Zq-street", "custom": {"Zq-key": {"Zq-inner": 1}}},
            {**KNOWN, "identifications": [{"Zq-key": "Zq-value", "type": "national", "value": ["15108695088"]}]},
        ),
    ),
    "values that are none": Situation(
        "invalid_bank_account",
        lines(
            {
                **KNOWN,
                "birthDate": "Zq-1987",
                "bankAccount": {"number": "86011117940", "country": "NO"},
                "identifications": [{"id": "Zq-1", "type": "national", "country": "NO", "value": "15108695080"}],
            }
        ),
        config={},
    ),
    "somebody who left": Situation('"deactivated": 1', lines(LEAVER)),
    "values that are unset": Situation('"fields_unset": {"phone": 1}', lines(UPDATED)),
    "employees of another source": Situation(
        '"invalid_record": 1',
        lines(EMPLOYEE, {**EMPLOYEE, "active": "Zq-active"}),
        stream=a_stream(destination_object="employee"),
    ),
    "a preview": Situation('"mode": "preview"', config={"mode": "preview"}),
    "a line that is no message": Situation("Line 2 of the input", lines(KNOWN) + f"{QUOTATION}\n".encode()),
    "a line that is no JSON": Situation("Line 1 of the input", b"Zq-line of Zebedia\n"),
    "half a line": Situation("Line 2 of the input", lines(KNOWN, NEW)[:-50]),
    "a line that is no UTF-8": Situation("Line 1 of the input", lines(KNOWN).replace(b"Zebedia", b"Zebedia\xff")),
    "a message that is none": Situation("Line 1 of the input", b'{"type":"RECORD","record":"Zebedia"}\n'),
    "a record of another stream": Situation("not in the catalog", lines(KNOWN, stream="others")),
    "a sync mode that is refused": Situation("The sync mode overwrite", stream=a_stream(mode="overwrite")),
    "a stream that is refused": Situation("nothing this destination can write", stream=a_stream(name="groups")),
    "settings that are not known": Situation(
        "There is no setting zq_mode", config={"zq_mode": "Zq-mode", "custom": RECOGNISABLE}
    ),
    "settings that cannot work": Situation(
        "The configuration cannot work",
        config={"mode": "Zq-mode", "batch_size": "Zq-size", "api_url": "http://Zq-user:Zq-secret@xledger.test"},
    ),
}


@pytest.mark.parametrize("name", SITUATIONS)
def test_whatever_goes_wrong_in_a_sync(name: str, run: Run, sandbox: Sandbox) -> None:
    situation = SITUATIONS[name]
    situation.arranged(sandbox)
    printed = run(situation.given, stream=situation.stream, **situation.config)
    assert situation.tells in printed.text.replace('\\"', '"')
    assert_nothing_leaks(printed, sandbox)
    assert traces_in(printed.text, str(situation.config.get("api_token", "no token of its own"))) == []
    assert printed.log[-1:] == [] if name.startswith("settings") else printed.log[-1].startswith(SUMMARY)


@pytest.mark.parametrize(
    ("file", "content", "tells"),
    [
        ("config", QUOTATION[:-1], "is not JSON"),
        ("config", json.dumps([QUOTATION]), "does not hold a JSON object"),
        ("config", QUOTATION, "The configuration cannot work"),
        ("config", None, "cannot be read"),
        ("catalog", QUOTATION[:-1], "is not JSON"),
        ("catalog", QUOTATION, "is not a configured catalog"),
        ("catalog", json.dumps({"streams": [{"stream": QUOTATION}]}), "is not a configured catalog"),
        ("catalog", json.dumps({"streams": [a_stream(mode="overwrite_dedup")]}), "The sync mode overwrite_dedup"),
        ("catalog", None, "cannot be read"),
    ],
)
def test_whatever_is_wrong_with_the_files_of_the_command_line(
    file: str,
    content: str | None,
    tells: str,
    *,
    sandbox: Sandbox,
    the_process: None,  # noqa: ARG001  its logging
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    given: dict[str, str | None] = {
        "config": json.dumps(sandbox.destination_config()),
        "catalog": json.dumps({"streams": [a_stream()]}),
        file: content,
    }
    command = ["write"]
    for name, text in given.items():
        command += [f"--{name}", str(tmp_path / name)]
        if text is not None:
            (tmp_path / name).write_text(text, encoding="utf-8")
    printed = captured(capfd, lambda: DestinationXledger(connect_at_once).run(command))
    assert_nothing_leaks(printed, sandbox)
    (error,) = [message.trace.error for message in printed.messages]
    assert tells in error.message
    assert (error.failure_type.value, printed.ended_with) == ("config_error", 1)


# ------------------------------------------------------------------ storage


class Storages:
    """What can be wrong with the storage, by name; each is put in place when it is asked for."""

    def __init__(self, tmp_path: Path, s3_address: str, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = tmp_path / "reports"
        self.s3_address = s3_address
        self.monkeypatch = monkeypatch

    def local(self, sandbox: Sandbox) -> Record:
        """A folder, and nothing is wrong with it."""
        del sandbox
        return {"storage_type": "Local", "path": str(self.folder)}

    def no_folder(self, sandbox: Sandbox) -> Record:
        """A file in its place."""
        self.folder.touch()
        return self.local(sandbox)

    def folder_that_goes(self, sandbox: Sandbox) -> Record:
        """A file takes its place during the sync."""

        def replace_the_folder() -> None:
            self.folder.rmdir()
            self.folder.touch()

        sandbox.xledger.faults.add(Fault.meanwhile(replace_the_folder))
        return self.local(sandbox)

    def s3(self, sandbox: Sandbox) -> Record:
        """A bucket, and nothing is wrong with it."""
        del sandbox
        session = boto3.Session(aws_access_key_id="a", aws_secret_access_key="b", region_name="us-east-1")
        address = S3Config(s3={"addressing_style": "path"})
        session.client("s3", endpoint_url=self.s3_address, config=address).create_bucket(Bucket=BUCKET)
        return {"storage_type": "S3", "s3_bucket_name": BUCKET, "s3_endpoint": self.s3_address, **SECRETS}

    def s3_by_a_role(self, sandbox: Sandbox) -> Record:
        """The same, with a role to assume and the token that comes of it."""
        self.monkeypatch.setattr(s3_bucket, "ROLES_ARE_ASSUMED_AT", self.s3_address)
        role = {"role_arn": "arn:aws:iam::123456789012:role/reports", "s3_bucket_region": "us-east-1"}
        return {**self.s3(sandbox), **role}

    def unknown_key(self, sandbox: Sandbox) -> Record:
        """A service that does not know the access key, and quotes it."""
        storage = self.s3(sandbox)
        self._authenticate(0)
        return storage

    def wrong_secret(self, sandbox: Sandbox) -> Record:
        """A service that knows the access key by another secret."""
        session = boto3.Session(aws_access_key_id="a", aws_secret_access_key="b", region_name="us-east-1")
        iam = session.client("iam", endpoint_url=self.s3_address)
        iam.create_user(UserName="reports")
        key = iam.create_access_key(UserName="reports")["AccessKey"]["AccessKeyId"]
        return {**self.unknown_key(sandbox), "access_key_id": key}

    def no_bucket(self, sandbox: Sandbox) -> Record:
        """No such bucket."""
        return {**self.s3(sandbox), "s3_bucket_name": "zq-bucket"}

    def nobody(self, sandbox: Sandbox) -> Record:
        """No service at the address."""
        return {**self.s3(sandbox), "s3_endpoint": "http://127.0.0.1:1"}

    def bucket_that_goes(self, sandbox: Sandbox) -> Record:
        """The service forgets the bucket during the sync."""
        storage = self.s3(sandbox)
        sandbox.xledger.faults.add(Fault.meanwhile(self.reset))
        return storage

    def reset(self) -> None:
        self._authenticate("inf")
        requests.post(f"{self.s3_address}/moto-api/reset", timeout=10)

    def _authenticate(self, after: float | str) -> None:
        requests.post(f"{self.s3_address}/moto-api/reset-auth", data=str(after), timeout=10)


@pytest.fixture(scope="module")
def s3_address() -> Iterator[str]:
    with serving_s3() as address:
        yield address


@pytest.fixture
def storages(tmp_path: Path, s3_address: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Storages]:
    given = Storages(tmp_path, s3_address, monkeypatch)
    yield given
    given.reset()


@pytest.mark.parametrize(
    ("storage", "verb", "mode", "tells"),
    [
        (Storages.local, "write", "sync", "The report of this sync is in /"),
        (Storages.local, "write", "preview", "The report of this preview is in /"),
        (Storages.no_folder, "write", "sync", "cannot be written (Not a directory)"),
        (Storages.no_folder, "check", "sync", "cannot be written (Not a directory)"),
        (Storages.folder_that_goes, "write", "preview", "cannot be written (Not a directory)"),
        (Storages.s3, "write", "preview", "The report of this preview is in s3://"),
        (Storages.s3_by_a_role, "write", "sync", "The report of this sync is in s3://"),
        (Storages.s3, "check", "sync", "SUCCEEDED"),
        (Storages.unknown_key, "check", "sync", "cannot be written (InvalidAccessKeyId)"),
        (Storages.wrong_secret, "write", "sync", "cannot be written (SignatureDoesNotMatch)"),
        (Storages.no_bucket, "check", "sync", "cannot be written (NoSuchBucket)"),
        (Storages.nobody, "write", "sync", "no connection to http://127.0.0.1:1 came about"),
        (Storages.bucket_that_goes, "write", "preview", "cannot be written (NoSuchBucket)"),
    ],
    ids=lambda value: getattr(value, "__name__", str(value).partition("(")[2] or value),
)
def test_whatever_goes_wrong_with_the_storage(
    storage: Callable[[Storages, Sandbox], Record],
    verb: str,
    mode: str,
    tells: str,
    *,
    storages: Storages,
    run: Run,
    sandbox: Sandbox,
) -> None:
    refused("addEmployees", "lastName", RECOGNISABLE["familyName"])(sandbox)
    configured = storage(storages, sandbox)
    people = lines(KNOWN, NEW, {**KNOWN, "active": "Zq-active"}, {**NEW, "employmentId": None})
    printed = run(people, verb, mode=mode, object_storage_config=configured)
    assert tells in printed.text
    assert_nothing_leaks(printed, sandbox)
    assert traces_in(printed.text, configured.get("access_key_id", "no key"), "SessionToken") == []
    assert verb == "check" or printed.log[-1].startswith(SUMMARY)


# ------------------------------------------------------------------ what nobody foresaw


def fail_with_values(*_: Any, **__: Any) -> Any:
    try:
        int(QUOTATION)
    except ValueError as error:
        raise KeyError(QUOTATION) from error


@pytest.mark.parametrize(
    "place",
    [
        "destination_xledger.config.Config.model_validate",
        "connector_base.writing.destination.read_messages",
        "destination_xledger.people.streams.desired_from_user",
        "connector_base.validation.RecordValidator.faults",
        "xledger_api.employees.gateway.Gateway.look_up",
        "xledger_api.sending.client.interpret",
        "connector_base.reporting.report.rejected_entry",
        "connector_base.reporting.report.left_entries",
        "connector_base.reporting.report.not_written",
        "connector_base.reporting.report.page",
        "connector_base.reporting.outcomes.Explanations.explained",
    ],
)
def test_an_error_that_nobody_foresaw(
    place: str, run: Run, sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(place, fail_with_values)
    storage = {"storage_type": "Local", "path": str(tmp_path / "reports")}
    printed = run(lines(KNOWN, {**NEW, "employmentId": None, "gender": "Zq"}), object_storage_config=storage)
    assert printed.ended_with == 1
    assert_nothing_leaks(printed, sandbox)
    (error,) = [message.trace.error for message in printed.messages if message.type is Type.TRACE]
    assert error.message.startswith("The connector failed unexpectedly (KeyError).")
    assert "test_destination_leaks.py" in error.internal_message


def test_an_error_in_the_words_of_the_cdk(run: Run, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise AirbyteTracedException(QUOTATION, QUOTATION)

    for place in ("xledger_api.employees.gateway.Gateway.look_up", "xledger_api.probing.schema_of"):
        monkeypatch.setattr(place, fail)
    for verb in ("write", "check"):
        printed = run(lines(KNOWN), verb)
        assert printed.ended_with == 1
        assert "failed unexpectedly (AirbyteTracedException)" in printed.text
        assert_nothing_leaks(printed, sandbox)


@pytest.mark.parametrize("logger", [None, "airbyte", "urllib3.connectionpool", "s3transfer.tasks"])
def test_what_a_library_logs_of_what_it_was_handed(
    logger: str | None, run: Run, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def chatter(*_: Any, **__: Any) -> tuple[()]:
        try:
            fail_with_values()
        except KeyError as error:
            for level in (logging.DEBUG, logging.INFO, logging.ERROR):
                said = logging.getLogger(logger)
                said.log(level, "It said %s", QUOTATION, exc_info=error, extra={"body": QUOTATION})
                said.log(level, QUOTATION, stack_info=True)
                said.log(level, error)
        return ()

    monkeypatch.setattr("connector_base.reporting.outcomes.Summary.carried_out", chatter)
    printed = run(lines(KNOWN))
    assert sum("[left out] (test_destination_leaks.py:" in line for line in printed.log) == 9
    assert_nothing_leaks(printed, sandbox)


def test_warnings_and_what_fails_where_no_code_can_catch_it(
    the_process: None,  # noqa: ARG001  its hooks
    capfd: pytest.CaptureFixture[str],
) -> None:
    class Unpleasant:
        def __del__(self) -> None:
            fail_with_values()

    def everything() -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            hook = warnings.showwarning
            warnings.warn(QUOTATION, UserWarning, stacklevel=1)
            assert warnings.showwarning is hook
        thread = threading.Thread(target=fail_with_values)
        thread.start()
        thread.join()
        Unpleasant()
        try:
            fail_with_values()
        except KeyError as error:
            sys.excepthook(KeyError, error, error.__traceback__)

    printed = captured(capfd, everything)
    assert traces_in(printed.text) == []
    assert [message.type for message in printed.messages] == [Type.LOG, Type.LOG, Type.LOG, Type.TRACE]
    warning, thread, unpleasant = printed.log
    assert "(UserWarning at" in warning
    assert thread == "A thread failed."
    assert unpleasant == "Something failed where no code can catch it."
    places = [message.log.stack_trace for message in printed.messages[1:3]]
    assert all("KeyError" in place and "ValueError" in place and "fail_with_values" in place for place in places)


def test_an_interruption_is_told_as_one_and_no_more(
    run: Run, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: Any, **__: Any) -> None:
        try:
            fail_with_values()
        except KeyError as error:
            raise KeyboardInterrupt from error

    monkeypatch.setattr("xledger_api.employees.gateway.Gateway.look_up", interrupted)
    with pytest.raises(KeyboardInterrupt) as raised:
        run(lines(KNOWN))
    sys.excepthook(KeyboardInterrupt, raised.value, raised.tb)
    out, err = capfd.readouterr()
    assert err == "Interrupted.\n"
    assert SUMMARY in out.splitlines()[-1]
    assert traces_in(out) == []


def test_the_cdk_may_set_up_logging_again(the_process: None, capfd: pytest.CaptureFixture[str]) -> None:  # noqa: ARG001
    init_logger("airbyte")
    printed = captured(capfd, lambda: logging.getLogger("airbyte").error("%s", QUOTATION))
    assert len(printed.log) == 1
    assert traces_in(printed.text) == []
