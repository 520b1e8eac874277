"""No value of a person's record and no secret in anything a connector prints, whatever goes wrong."""

import json
import os
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from integration_tests.conftest import a_stream
from integration_tests.host.environment import EXECUTABLES
from integration_tests.records import Record, a_user, without
from integration_tests.sandbox import Fault, Sandbox

RECOGNISABLE: Record = {
    "givenName": "Zebedia",
    "familyName": "Quixotherium",
    "email": "zebedia@quixotherium.example",
    "phone": "+47 987 65 432",
    "birthDate": "1987-06-05",
    "gender": "Zq-gender",
    "jobTitle": "Zq-title",
    "employmentId": "Zq-4711",
    "homeAddress": {
        "line1": "Zq-street 1",
        "line2": None,
        "line3": None,
        "postalCode": "Zq-99",
        "city": "Zq-city",
        "country": "NO",
    },
}

TRACES = ("Zebedia", "Quixotherium", "quixotherium", "987 65", "1987-06-05", "Zq-", "151086", "8601", "15108695088")


def lines(*users: Mapping[str, Any]) -> str:
    messages = [{"type": "RECORD", "record": {"stream": "users", "data": user, "emitted_at": 0}} for user in users]
    return "".join(json.dumps(message) + "\n" for message in messages)


@pytest.fixture
def crowded() -> Iterator[Sandbox]:
    """A sandbox where somebody with recognisable values is on both sides."""
    with Sandbox.running(people=3, burst_limit=None) as sandbox:
        sandbox.xledger.add_employee(code="Zq-4711", email="zebedia@quixotherium.example", phone="+47 987 65 000")
        yield sandbox


def run(connector: str, folder: Path, config: Mapping[str, Any], *arguments: str, given: str = "") -> str:
    """Everything that a connector prints, records excepted."""
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    (folder / "catalog.json").write_text(json.dumps({"streams": [a_stream()]}), encoding="utf-8")
    verb = [*arguments, "--config", str(folder / "config.json")]
    if not {"check", "discover"} & set(verb):
        verb += ["--catalog", str(folder / "catalog.json")]
    done = subprocess.run(  # noqa: S603  our own connector
        [EXECUTABLES / connector, *verb],
        input=given,
        capture_output=True,
        text=True,
        env={**os.environ, "LOG_LEVEL": "debug"},
        check=False,
    )
    return "\n".join([line for line in done.stdout.splitlines() if '"type":"RECORD"' not in line] + [done.stderr])


Break = Callable[[Sandbox], object]

WRONG: Mapping[str, tuple[Break, str]] = {
    "nothing": (lambda _: None, lines(a_user(1, **RECOGNISABLE))),
    "a refused value": (
        lambda s: s.xledger.faults.add(
            Fault.refuse_value(root_field="updateContacts", path="lastName", value="Quixotherium")
        ),
        lines(a_user(1, **RECOGNISABLE)),
    ),
    "a refused addition": (
        lambda s: s.xledger.faults.add(
            Fault.refuse_value(root_field="addEmployees", path="lastName", value="Quixotherium")
        ),
        lines(a_user(1, **{**RECOGNISABLE, "employmentId": "Zq-4712", "email": "zq@quixotherium.example"})),
    ),
    "a missing access": (
        lambda s: s.xledger.faults.add(Fault.no_access("updateContacts")),
        lines(a_user(1, **RECOGNISABLE)),
    ),
    "a record that does not fit": (lambda _: None, lines({**a_user(1, **RECOGNISABLE), "active": "Zq-active"})),
    "an ambiguous match": (
        lambda s: s.xledger.add_employee(code="Zq-4711"),
        lines(a_user(1, **RECOGNISABLE)),
    ),
    "a line that is no message": (lambda _: None, "Zq-line of Zebedia\n"),
    "invalid values": (
        lambda _: None,
        lines(
            a_user(
                1, **{**RECOGNISABLE, "birthDate": "Zq-1987", "bankAccount": {"number": "86011117940", "country": "NO"}}
            )
        ),
    ),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_the_destination_shows_no_value_and_no_secret(wrong: str, crowded: Sandbox, tmp_path: Path) -> None:
    break_it, given = WRONG[wrong]
    break_it(crowded)
    printed = run("destination-xledger", tmp_path, crowded.destination_config(), "write", given=given)
    assert "SYNC SUMMARY" in printed
    assert [trace for trace in (*TRACES, crowded.xledger.token) if trace in printed] == []


def test_the_destinations_check_shows_no_value_and_no_secret(crowded: Sandbox, tmp_path: Path) -> None:
    crowded.xledger.faults.add(Fault.no_access("updateContacts"))
    crowded.xledger.faults.add(Fault.no_introspection())
    printed = run("destination-xledger", tmp_path, crowded.destination_config(batch_size=0), "check")
    assert "There are 2 problems" in printed
    assert [trace for trace in (*TRACES, crowded.xledger.token) if trace in printed] == []


def test_the_command_discovers(crowded: Sandbox, tmp_path: Path) -> None:
    printed = run("destination-xledger", tmp_path, crowded.destination_config(), "discover")
    assert '"type":"DESTINATION_CATALOG"' in printed
    assert crowded.xledger.token not in printed
    assert crowded.xledger.operations == []


@pytest.mark.parametrize(
    ("verb", "fault"),
    [
        (("read",), None),
        (("read", "--debug"), None),
        (("read", "--debug"), Fault.not_json(path="/users/{id}")),
        (("check",), Fault.server_error(404, path="/users")),
    ],
)
def test_the_source_shows_no_value_and_no_secret(
    verb: tuple[str, ...], fault: Fault | None, crowded: Sandbox, tmp_path: Path
) -> None:
    for user in list(crowded.huma.users):
        crowded.huma.change(user, **without(RECOGNISABLE, "email", "phone"))
    if fault:
        crowded.huma.faults.add(fault)
    printed = run("source-huma", tmp_path, crowded.source_config(), *verb)
    assert '"type":"' in printed
    assert [trace for trace in (*TRACES, crowded.huma.client_secret) if trace in printed] == []
