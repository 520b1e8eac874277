"""No value of a person's record and no secret in anything destination-huma prints, on any path an error can take.

Everything runs with LOG_LEVEL=debug, in this process and set up as the command sets up its own.
"""

import io
import json
import logging
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from airbyte_cdk.models import Type
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from destination_huma.destination import DestinationHuma
from integration_tests.conftest import SUMMARY, a_stream
from integration_tests.huma_people import an_employee, company_of, hire
from integration_tests.printed import Printed, captured, lines
from integration_tests.recognisable import RECOGNISABLE, traces_in
from integration_tests.records import Record
from integration_tests.sandbox import Fault, Sandbox
from integration_tests.sandbox.huma_dialects import HUMA_DIALECTS
from integration_tests.sandbox.huma_rights import Rights

ADDRESS = {"streetAddress": "Zq-street 1, Zq-entrance", "zipCode": "Zq-99", "place": "Zq-city", "country": "NO"}


def a_recognisable_employee(number: int, **changed: Any) -> Record:
    return an_employee(
        number,
        code=f"Zq-{number}",
        email=f"zebedia{number}@quixotherium.example",
        firstName="Zebedia",
        lastName="Quixotherium",
        phone="+47 987 65 432",
        birthday="1987-06-05",
        jobTitle="Zq-title",
        address=ADDRESS,
        **changed,
    )


KNOWN = a_recognisable_employee(1)
NEW = a_recognisable_employee(2)

QUOTATION = json.dumps(RECOGNISABLE, ensure_ascii=False)
"""Words in which Huma may answer that hold everything there is to know."""

Run = Callable[..., Printed]


def employees(*records: Mapping[str, Any], stream: str = "employees") -> bytes:
    return lines(*records, stream=stream)


@pytest.fixture(scope="module")
def served() -> Iterator[Sandbox]:
    with Sandbox.running(people=0, burst_limit=None) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(served: Sandbox) -> Iterator[Sandbox]:
    """A Huma with one person, who is the recognisable one with other values and less of them."""
    huma = served.huma
    before = (huma.rights, huma.dialect, huma.client_secret)
    hire(
        served,
        1,
        employmentId="Zq-1",
        email="zebedia1@quixotherium.example",
        givenName="Zq-given",
        familyName="Quixotherium",
        phone=None,
        birthDate="1987-06-05",
        homeAddress=None,
        jobTitle=None,
        gender="Zq-gender",
    )
    yield served
    huma.faults.clear()
    huma.users.clear()
    huma.rights, huma.dialect, huma.client_secret = before


@pytest.fixture
def run(
    sandbox: Sandbox,
    the_process: None,  # noqa: ARG001  nothing runs without it
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> Run:
    """Runs a verb, `write` when none is named. People are added."""
    monkeypatch.setattr(time, "sleep", lambda _: None)

    def printed(
        given: bytes = b"", verb: str = "write", *, stream: Mapping[str, Any] | None = None, **config: Any
    ) -> Printed:
        adding = {"new_users": "create", "new_user_groups": [company_of(sandbox)]}
        settings = sandbox.destination_huma_config(**{**adding, **config})
        (tmp_path / "config.json").write_text(json.dumps(settings), encoding="utf-8")
        (tmp_path / "catalog.json").write_text(json.dumps({"streams": [stream or a_stream("employees")]}), "utf-8")
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given)))
        files = ["--config", str(tmp_path / "config.json")]
        if verb == "write":
            files += ["--catalog", str(tmp_path / "catalog.json")]
        return captured(capfd, lambda: DestinationHuma(sleep=lambda _: None).run([verb, *files]))

    return printed


def assert_nothing_leaks(printed: Printed, sandbox: Sandbox) -> None:
    assert traces_in(printed.text, sandbox.huma.client_secret) == []


# ------------------------------------------------------------------ what Huma answers


def refusal(**more: Any) -> str:
    return json.dumps({"errorCode": "field:invalid-format", "errorMessage": QUOTATION, **more})


ANSWERS: Mapping[str, tuple[str, int]] = {
    "a value is refused": (refusal(fields=["phone", "Zq-field", QUOTATION]), 400),
    "fields that are none": (refusal(fields=QUOTATION), 400),
    "a code that is a quotation": (json.dumps({"errorCode": QUOTATION, "errorMessage": [QUOTATION]}), 400),
    "taken": (refusal(errorCode="field:not-unique"), 409),
    "locked": (refusal(errorCode="user:locked"), 423),
    "no right": (json.dumps({"error": QUOTATION, "error_description": QUOTATION}), 403),
    "not found": (json.dumps({"errorCode": "object:not-found", "interpolations": {"id": QUOTATION}}), 404),
    "unprocessable": (refusal(), 422),
    "too many requests": (QUOTATION, 429),
    "server error": (QUOTATION, 500),
    "maintenance": (f"<html>{QUOTATION}</html>", 503),
    "a page": (f"<html>{QUOTATION}</html>", 200),
    "a page of a firewall": (f"<html>{QUOTATION}</html>", 403),
    "half a body": (refusal()[:-20], 200),
    "another shape": (json.dumps({"id": QUOTATION, "email": QUOTATION, "phone": [QUOTATION]}), 200),
    "a list": (json.dumps([QUOTATION]), 200),
    "token refused": (json.dumps({"error": "invalid_token", "error_description": QUOTATION}), 401),
}
"""Every kind of answer that Huma has, and more that may come, quoting everything."""

REQUESTS = [
    ("/users", "GET"),
    ("/users/{id}", "GET"),
    ("/users/{id}", "PATCH"),
    ("/users", "POST"),
    ("/job-titles", "GET"),
    ("/users/{id}/positions/{position}", "PATCH"),
    ("/auth/oauth/token", "POST"),
]


@pytest.mark.parametrize(("path", "method"), REQUESTS)
@pytest.mark.parametrize("answer", ANSWERS)
def test_whatever_huma_answers_and_quotes(answer: str, path: str, method: str, run: Run, sandbox: Sandbox) -> None:
    body, status = ANSWERS[answer]
    fault = sandbox.huma.faults.add(Fault.answer(body, status, path=path, method=method, times=None))
    printed = run(employees({**KNOWN, "jobTitle": "Controller"}, NEW))
    assert fault.reached.is_set()
    assert_nothing_leaks(printed, sandbox)
    assert printed.log[-1].startswith(SUMMARY)
    told = [message.trace.error for message in printed.messages if message.type is Type.TRACE]
    assert len(told) == printed.ended_with


@pytest.mark.parametrize("answer", ANSWERS)
def test_whatever_huma_answers_and_quotes_to_a_check(answer: str, run: Run, sandbox: Sandbox) -> None:
    body, status = ANSWERS[answer]
    sandbox.huma.faults.add(Fault.answer(body, status, times=None))
    printed = run(verb="check")
    assert_nothing_leaks(printed, sandbox)
    assert printed.messages[-1].type is Type.CONNECTION_STATUS


# ------------------------------------------------------------------ everything else that goes wrong in a sync


def nothing(_: Sandbox) -> None:
    pass


def faults(*given: Fault) -> Callable[[Sandbox], None]:
    def add(sandbox: Sandbox) -> None:
        for fault in given:
            sandbox.huma.faults.add(fault)

    return add


def speaking(dialect: str) -> Callable[[Sandbox], None]:
    def speak(sandbox: Sandbox) -> None:
        sandbox.huma.dialect = HUMA_DIALECTS[dialect]

    return speak


def with_rights(**rights: Any) -> Callable[[Sandbox], None]:
    def give(sandbox: Sandbox) -> None:
        sandbox.huma.rights = Rights(**rights)

    return give


def another_with_that_number(sandbox: Sandbox) -> None:
    hire(sandbox, 7, phone="+47 987 65 432", employmentId="7")


def in_words_that_quote(sandbox: Sandbox) -> None:
    speaking("quotes_values")(sandbox)
    another_with_that_number(sandbox)


def emptied(sandbox: Sandbox) -> None:
    (user,) = sandbox.huma.users
    wipe = Fault.meanwhile(lambda: sandbox.huma.change(user, birthDate=None), path=f"/users/{user}", method="PATCH")
    sandbox.huma.faults.add(wipe)


@dataclass(frozen=True)
class Situation:
    """Something that goes wrong.

    Attributes:
        tells: What the log or the error then says, so that it did go wrong in that way.
        given: What comes in.
        arranged: What is done to Huma before.
        config: Settings beside those for the sandbox.
        stream: The stream in the catalog.
    """

    tells: str
    given: bytes = employees(KNOWN, NEW)
    arranged: Callable[[Sandbox], object] = nothing
    config: Mapping[str, Any] = field(default_factory=dict)
    stream: Mapping[str, Any] | None = None


SITUATIONS: Mapping[str, Situation] = {
    "nothing": Situation('"updated": 1', employees(KNOWN)),
    "somebody is added": Situation('"created": 1', employees(NEW)),
    "a value that somebody else has": Situation('"partly_written": ', arranged=another_with_that_number),
    "words that quote values": Situation(
        "Huma says:",
        arranged=in_words_that_quote,
    ),
    "a lost answer to an addition": Situation(
        "was added although Huma did not say so", arranged=faults(Fault.lost_answer(path="/users", method="POST"))
    ),
    "additions that are never answered": Situation(
        "was lost", arranged=faults(Fault.dropped_connection(path="/users", method="POST", times=None))
    ),
    "a token that expires": Situation(
        '"created": 1',
        arranged=lambda sandbox: sandbox.huma.faults.add(
            Fault.meanwhile(sandbox.huma.expire_tokens, method="PATCH", times=2)
        ),
    ),
    "nobody is there": Situation("Huma cannot be reached", arranged=faults(Fault.dropped_connection(times=None))),
    "a key that may not write": Situation("write nothing of anybody", arranged=with_rights(writes=False)),
    "a key that may not add": Situation("no right to add people", arranged=with_rights(creates=False)),
    "a change that is not made": Situation("shows what was there before", arranged=speaking("ignores_changes")),
    "a value that is emptied": Situation("Huma unset birthDate of user", employees(KNOWN), emptied),
    "an unknown job title": Situation("unknown_job_title", employees(KNOWN)),
    "another employment ID": Situation('"code_conflict": 1', employees({**KNOWN, "code": "Zq-77"})),
    "two with one code": Situation('"duplicate_key": 1', employees(KNOWN, {**NEW, "code": "Zq-1"})),
    "nobody without a name": Situation('"missing_key": 1', employees({**NEW, "lastName": None})),
    "records that do not fit": Situation(
        '"invalid_record": 2',
        employees({**KNOWN, "active": "Zq-active"}, {**NEW, "address": "Zq-street"}),
    ),
    "people of another source": Situation(
        '"updated": 1',
        employees({"employmentId": "Zq-1", "phone": "+47 987 65 432"}, stream="staff"),
        stream=a_stream("staff", destination_object="user"),
    ),
    "a preview": Situation('"mode": "preview"', config={"mode": "preview"}),
    "a line that is no message": Situation("Line 2 of the input", employees(KNOWN) + f"{QUOTATION}\n".encode()),
    "half a line": Situation("Line 2 of the input", employees(KNOWN, NEW)[:-50]),
    "a sync mode that is refused": Situation("The sync mode overwrite", stream=a_stream("employees", "overwrite")),
    "decisions that are none": Situation("Decisions (decisions): it is no JSON", config={"decisions": QUOTATION[:-1]}),
    "settings that cannot work": Situation(
        "The configuration cannot work",
        config={"mode": "Zq-mode", "new_user_groups": ["Zq-group"], "api_url": "http://Zq-user:Zq-secret@huma.test"},
    ),
}


@pytest.mark.parametrize("name", SITUATIONS)
def test_whatever_goes_wrong_in_a_sync(name: str, run: Run, sandbox: Sandbox) -> None:
    situation = SITUATIONS[name]
    situation.arranged(sandbox)
    printed = run(situation.given, stream=situation.stream, **situation.config)
    assert situation.tells in printed.text.replace('\\"', '"')
    assert_nothing_leaks(printed, sandbox)


# ------------------------------------------------------------------ what nobody foresaw


def fail_with_values(*_: Any, **__: Any) -> Any:
    try:
        int(QUOTATION)
    except ValueError as error:
        raise KeyError(QUOTATION) from error


@pytest.mark.parametrize(
    "place",
    [
        "destination_huma.config.Config.model_validate",
        "connector_base.writing.destination.read_messages",
        "destination_huma.people.streams.desired_from_employee",
        "destination_huma.connection.users",
        "destination_huma.syncing.matcher.plan_for_huma",
        "destination_huma.syncing.updates.bodies_for_huma",
        "destination_huma.syncing.shown.user_record",
        "huma_api.writing.huma.Huma.create_user",
        "connector_base.reporting.report.change_entry",
        "connector_base.reporting.report.written",
        "connector_base.reporting.report.page",
        "connector_base.reporting.outcomes.Explanations.explained",
    ],
)
def test_an_error_that_nobody_foresaw(
    place: str, run: Run, sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(place, fail_with_values)
    storage = {"storage_type": "Local", "path": str(tmp_path / "reports")}
    printed = run(employees(KNOWN, NEW), object_storage_config=storage)
    assert printed.ended_with == 1
    assert_nothing_leaks(printed, sandbox)
    (error,) = [message.trace.error for message in printed.messages if message.type is Type.TRACE]
    assert error.message.startswith("The connector failed unexpectedly (KeyError).")
    assert "test_destination_huma_leaks.py" in error.internal_message


def test_an_error_in_the_words_of_the_cdk(run: Run, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise AirbyteTracedException(QUOTATION, QUOTATION)

    for place in ("huma_api.writing.huma.Huma.read_user", "huma_api.writing.huma.Huma.some_people"):
        monkeypatch.setattr(place, fail)
    for verb in ("write", "check"):
        printed = run(employees(KNOWN), verb)
        assert "failed unexpectedly (AirbyteTracedException)" in printed.text
        assert_nothing_leaks(printed, sandbox)


@pytest.mark.parametrize("logger", [None, "airbyte", "urllib3.connectionpool"])
def test_what_a_library_logs_of_what_it_was_handed(
    logger: str | None, run: Run, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def chatter(*_: Any, **__: Any) -> tuple[()]:
        try:
            fail_with_values()
        except KeyError as error:
            for level in (logging.DEBUG, logging.ERROR):
                logging.getLogger(logger).log(level, "It said %s", QUOTATION, exc_info=error)
        return ()

    monkeypatch.setattr("connector_base.reporting.outcomes.Summary.carried_out", chatter)
    printed = run(employees(KNOWN))
    assert any("[left out]" in line for line in printed.log)
    assert_nothing_leaks(printed, sandbox)
