"""No value of an employee's record and no secret in anything that source-xledger prints.

What ends a process takes one of its own. Everything else runs in this one, with LOG_LEVEL=debug and set up as the
command sets up its own.
"""

import json
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from airbyte_cdk.models import Type

from connector_base.process import ENDED_BY_HOST
from connector_base.reading.command import print_messages
from integration_tests.conftest import a_stream
from integration_tests.printed import Printed, captured
from integration_tests.reading_employees import EMPLOYEES, add_employees, an_employee, patient_source
from integration_tests.sandbox import Fault, Sandbox
from integration_tests.test_leaks import start
from source_xledger.entrypoint import XledgerEntrypoint

pytestmark = pytest.mark.slow

RECOGNISABLE: Mapping[str, Any] = an_employee(
    1,
    code="Zq-4711",
    firstName="Zebedia",
    lastName="Quixotherium",
    description="Zebedia Quixotherium",
    email="zebedia@quixotherium.example",
    phone="+47 987 65 432",
    jobTitle="Zq-title",
    address={"streetAddress": "Zq-street 1", "zipCode": "Zq-99", "place": "Zq-city", "country": "NO"},
)

TRACES = ("Zq-", "Zebedia", "uixotherium", "987 65", "98765432", "86011117947", "151086", "1990-01-02")

QUOTING = (
    '{"errors": [{"message": "Employee Zebedia Quixotherium (Zq-4711) of \\"Zq-city\\" is locked."}], "data": null}'
)


@pytest.fixture
def crowded() -> Iterator[Sandbox]:
    """A sandbox where everybody's values can be recognised."""
    with Sandbox.running(people=0, burst_limit=None) as sandbox:
        for number in range(12):
            sandbox.xledger.add_employee(**{**RECOGNISABLE, "code": f"Zq-{number}"})
        yield sandbox


Run = Callable[..., Printed]


@pytest.fixture
def run(
    crowded: Sandbox,
    the_process: None,  # noqa: ARG001  nothing runs without it
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> Run:
    """Runs a verb with its options. Waiting takes no time."""

    def printed(verb: str, *options: str, **settings: Any) -> Printed:
        (tmp_path / "config.json").write_text(json.dumps(crowded.source_xledger_config(**settings)), encoding="utf-8")
        (tmp_path / "catalog.json").write_text(json.dumps({"streams": [a_stream(EMPLOYEES)]}), encoding="utf-8")
        files = ["--config", str(tmp_path / "config.json")]
        if verb == "read":
            files += ["--catalog", str(tmp_path / "catalog.json")]

        def command() -> None:
            try:
                print_messages(XledgerEntrypoint(patient_source()), [verb, *options, *files])
            except Exception as error:  # noqa: BLE001  as Python ends a process
                sys.excepthook(type(error), error, error.__traceback__)
                sys.exit(1)

        return captured(capfd, command)

    return printed


def beside_records(printed: str) -> str:
    """Everything that is printed but for records."""
    return "\n".join(line for line in printed.splitlines() if '"type":"RECORD"' not in line)


def records_in(printed: Printed) -> list[dict[str, Any]]:
    return [message.record.data for message in printed.messages if message.type is Type.RECORD]


def traces_in(printed: str, sandbox: Sandbox) -> list[str]:
    return [trace for trace in (*TRACES, sandbox.xledger.token) if trace in printed]


FAULTS: Mapping[str, Callable[[], Fault]] = {
    "none": lambda: Fault.burst_limit(root_field="employees"),
    "half an answer": lambda: Fault.not_json(root_field="employees"),
    "words that quote": lambda: Fault.answer(QUOTING, root_field="employees", times=None),
    "nodes that nobody can read": lambda: Fault.answer(
        json.dumps(
            {
                "data": {
                    "everybody": {
                        "edges": [{"cursor": "Zq-cursor", "node": {"dbId": {"Zq-": 1}, "code": "Zq-4711"}}],
                        "pageInfo": {"hasNextPage": False},
                    }
                }
            }
        ),
        root_field="employees",
        times=None,
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_read_shows_values_in_records_alone_even_where_debug_lines_are_wanted(
    fault: str, crowded: Sandbox, run: Run
) -> None:
    crowded.xledger.faults.add(FAULTS[fault]())
    printed = run("read", "--debug", page_size=5)
    assert (printed.ended_with == 0) is (fault in ("none", "half an answer"))
    assert (len(records_in(printed)) == 12) is (printed.ended_with == 0)
    assert any(message.type is Type.LOG for message in printed.messages)
    assert traces_in(beside_records(printed.text), crowded) == []


@pytest.mark.parametrize("fault", ["no access", "words that quote"])
def test_a_check_shows_no_value_and_no_secret(fault: str, crowded: Sandbox, run: Run) -> None:
    crowded.xledger.faults.add(Fault.no_access("employees") if fault == "no access" else FAULTS[fault]())
    printed = run("check").text
    assert '"status":"FAILED"' in printed
    assert traces_in(printed, crowded) == []


def test_nulls_arrive_as_null_and_what_is_unknown_does_not_arrive(crowded: Sandbox, run: Run) -> None:
    """The CDK would leave nulls out, and with them the difference."""
    who = crowded.xledger.add_employee(code=None, email="x@example.com")
    crowded.xledger.lacks = frozenset({"Employee.trialTo"})
    [data] = [data for data in records_in(run("read")) if data["id"] == str(who)]
    assert (data["code"], data["phone"], data["address"]) == (None, None, None)
    assert "trialTo" not in data


@pytest.mark.parametrize("ended", [True, False], ids=["the host ends it", "nobody listens"])
def test_a_read_that_is_cut_short_ends_at_once_and_shows_nothing(ended: bool, tmp_path: Path) -> None:
    """There are more employees than messages may wait, and more pages than are asked for in that time."""
    with Sandbox.running(people=0, burst_limit=None) as many:
        add_employees(many, 3_000)
        config = many.source_xledger_config(page_size=100)
        with start("source-xledger", tmp_path, config, "read", stream=EMPLOYEES) as process:
            assert process.stdout
            assert process.stderr
            next(line for line in process.stdout if '"type":"RECORD"' in line)
            if ended:
                process.send_signal(signal.SIGTERM)
            process.stdout.close()
            printed = process.stderr.read()
            assert process.wait(timeout=60) in ((-signal.SIGTERM, ENDED_BY_HOST) if ended else (1, 120, 255))
        assert "Kari" not in printed
        asked = sum("everybody_first" in operation.variables for operation in many.xledger.operations)
        assert asked < 30


def test_a_read_that_waits_for_xledger_ends_when_the_host_says_so(crowded: Sandbox, tmp_path: Path) -> None:
    crowded.xledger.faults.add(Fault.maintenance_page(root_field="employees", after=1, times=None))
    config = crowded.source_xledger_config(page_size=5)
    with start("source-xledger", tmp_path, config, "read", stream=EMPLOYEES) as process:
        assert process.stdout
        next(line for line in process.stdout if "Waiting " in line)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) in (-signal.SIGTERM, ENDED_BY_HOST)


def test_what_a_killed_full_refresh_left_is_gone_on_with(crowded: Sandbox, run: Run, tmp_path: Path) -> None:
    """Killed without a word, in the middle: what it emitted and what the next one emits is everybody, once."""
    stalled = crowded.xledger.faults.add(Fault.stall(root_field="employees", after=1))
    config = crowded.source_xledger_config(page_size=5)
    lines: list[str] = []
    with start("source-xledger", tmp_path, config, "read", stream=EMPLOYEES) as process:
        assert process.stdout
        for line in process.stdout:
            lines.append(line)
            if '"type":"STATE"' in line:
                break
        assert stalled.reached.wait(60)
        process.kill()
    stalled.release()
    state = tmp_path / "state.json"
    state.write_text(json.dumps([json.loads(lines[-1])["state"]]), encoding="utf-8")
    rest = run("read", "--state", str(state), page_size=5)
    assert rest.ended_with == 0
    emitted = [json.loads(line)["record"]["data"]["id"] for line in lines if '"type":"RECORD"' in line]
    emitted += [data["id"] for data in records_in(rest)]
    assert traces_in(beside_records("".join(lines)), crowded) == []
    assert sorted(emitted) == sorted(str(row["dbId"]) for row in crowded.xledger.employees())
