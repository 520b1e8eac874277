"""No value of an employee's record and no secret in anything that source-xledger prints, as a process of its own."""

import json
import signal
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from connector_base.process import ENDED_BY_HOST
from integration_tests.reading_employees import EMPLOYEES, add_employees, an_employee
from integration_tests.sandbox import Fault, Sandbox
from integration_tests.test_leaks import start

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


def read(sandbox: Sandbox, folder: Path, *options: str, **settings: Any) -> tuple[int, list[str], str]:
    """The exit code of a read, the lines that hold records, and everything else that is printed."""
    with start(
        "source-xledger", folder, sandbox.source_xledger_config(**settings), "read", *options, stream=EMPLOYEES
    ) as process:
        out, err = process.communicate()
    lines = out.splitlines()
    rest = [line for line in lines if '"type":"RECORD"' not in line]
    return process.returncode, [line for line in lines if '"type":"RECORD"' in line], "\n".join([*rest, err])


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
    fault: str, crowded: Sandbox, tmp_path: Path
) -> None:
    crowded.xledger.faults.add(FAULTS[fault]())
    code, records, printed = read(crowded, tmp_path, "--debug", page_size=5)
    assert (code == 0) is (fault in ("none", "half an answer"))
    assert (len(records) == 12) is (code == 0)
    assert '"type":"' in printed
    assert traces_in(printed, crowded) == []


@pytest.mark.parametrize("fault", ["no access", "words that quote"])
def test_a_check_shows_no_value_and_no_secret(fault: str, crowded: Sandbox, tmp_path: Path) -> None:
    broken = Fault.no_access("employees") if fault == "no access" else FAULTS[fault]()
    crowded.xledger.faults.add(broken)
    with start("source-xledger", tmp_path, crowded.source_xledger_config(), "check") as process:
        out, err = process.communicate()
    assert '"status":"FAILED"' in out
    assert traces_in(out + err, crowded) == []


def test_nulls_arrive_as_null_and_what_is_unknown_does_not_arrive(crowded: Sandbox, tmp_path: Path) -> None:
    """The CDK would leave nulls out, and with them the difference."""
    who = crowded.xledger.add_employee(code=None, email="x@example.com")
    crowded.xledger.lacks = frozenset({"Employee.trialTo"})
    _, records, _ = read(crowded, tmp_path)
    [data] = [data for line in records if (data := json.loads(line)["record"]["data"])["id"] == str(who)]
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


def test_what_a_killed_full_refresh_left_is_gone_on_with(crowded: Sandbox, tmp_path: Path) -> None:
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
    code, records, _ = read(crowded, tmp_path, "--state", str(state), page_size=5)
    assert code == 0
    emitted = [json.loads(line)["record"]["data"]["id"] for line in (*lines, *records) if '"type":"RECORD"' in line]
    assert sorted(emitted) == sorted(str(row["dbId"]) for row in crowded.xledger.employees())
