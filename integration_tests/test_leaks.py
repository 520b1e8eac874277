"""No value of a person's record and no secret in anything a connector prints, as a process of its own."""

import json
import os
import signal
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from huma_xledger.environment import EXECUTABLES
from integration_tests.conftest import SUMMARY, a_stream
from integration_tests.recognisable import RECOGNISABLE, a_recognisable_user, traces_in
from integration_tests.records import without
from integration_tests.sandbox import Fault, Sandbox

pytestmark = pytest.mark.slow


def lines(*users: Mapping[str, Any]) -> str:
    messages = [{"type": "RECORD", "record": {"stream": "users", "data": user, "emitted_at": 0}} for user in users]
    return "".join(json.dumps(message) + "\n" for message in messages)


@pytest.fixture
def crowded() -> Iterator[Sandbox]:
    """A sandbox where somebody with recognisable values is on both sides."""
    with Sandbox.running(people=3, burst_limit=None) as sandbox:
        sandbox.xledger.add_employee(code="Zq-4711", email="zebedia@quixotherium.example", phone="+47 987 65 000")
        yield sandbox


def start(
    connector: str, folder: Path, config: Mapping[str, Any], *arguments: str, stream: str = "users"
) -> subprocess.Popen[str]:
    """A connector that runs."""
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    (folder / "catalog.json").write_text(json.dumps({"streams": [a_stream(stream)]}), encoding="utf-8")
    verb = [*arguments, "--config", str(folder / "config.json")]
    if not {"check", "discover"} & set(verb):
        verb += ["--catalog", str(folder / "catalog.json")]
    return subprocess.Popen(  # noqa: S603  our own connector
        [EXECUTABLES / connector, *verb],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "LOG_LEVEL": "debug"},
    )


def run(connector: str, folder: Path, config: Mapping[str, Any], *arguments: str, given: str = "") -> str:
    """Everything that a connector prints, records excepted."""
    with start(connector, folder, config, *arguments) as process:
        out, err = process.communicate(given)
    return "\n".join([line for line in out.splitlines() if '"type":"RECORD"' not in line] + ([err] if err else []))


NEW = a_recognisable_user(2, employmentId="Zq-4712", email="zq@quixotherium.example")

STATE = '{"type":"STATE","state":{"type":"STREAM","stream":{"stream_descriptor":{"name":"users"},"stream_state":{}}}}\n'


def test_the_destination_shows_no_value_and_no_secret(crowded: Sandbox, tmp_path: Path) -> None:
    crowded.xledger.faults.add(Fault.refuse_value(root_field="addEmployees", path="lastName", value="Quixotherium"))
    given = lines(NEW, a_recognisable_user())
    printed = run("destination-xledger", tmp_path, crowded.destination_config(), "write", given=given)
    assert "SYNC SUMMARY" in printed.splitlines()[-1]
    assert "refused_by_xledger" in printed
    assert traces_in(printed, crowded.xledger.token) == []


def test_the_destination_does_not_know_of_more_to_show(crowded: Sandbox, tmp_path: Path) -> None:
    printed = run("destination-xledger", tmp_path, crowded.destination_config(), "write", "--debug", given=lines(NEW))
    assert "unrecognized arguments: --debug" in printed
    assert traces_in(printed, crowded.xledger.token) == []
    assert crowded.xledger.operations == []


@pytest.mark.parametrize("ended", [True, False], ids=["the host ends it", "nobody listens"])
def test_a_destination_that_is_cut_short_shows_no_value_and_no_secret(
    ended: bool, crowded: Sandbox, tmp_path: Path
) -> None:
    stalled = crowded.xledger.faults.add(Fault.stall(root_field="addEmployees"))
    with start("destination-xledger", tmp_path, crowded.destination_config(), "write") as process:
        assert process.stdin
        assert process.stdout
        assert process.stderr
        process.stdin.write(lines(NEW) + STATE)
        process.stdin.close()
        assert stalled.reached.wait(60)
        printed = ""
        if ended:
            process.send_signal(signal.SIGTERM)
            printed = process.stdout.read()
        process.stdout.close()
        stalled.release()
        printed += process.stderr.read()
    assert process.returncode != 0
    assert (SUMMARY in printed) is ended
    assert traces_in(printed, crowded.xledger.token) == []


@pytest.mark.parametrize(
    ("verb", "fault"),
    [
        (("read", "--debug"), Fault.not_json(path="/users/{id}")),
        (("check",), Fault.server_error(404, path="/users")),
    ],
)
def test_the_source_shows_no_value_and_no_secret(
    verb: tuple[str, ...], fault: Fault, crowded: Sandbox, tmp_path: Path
) -> None:
    for user in list(crowded.huma.users):
        crowded.huma.change(user, **without(RECOGNISABLE, "email", "phone"))
    crowded.huma.faults.add(fault)
    printed = run("source-huma", tmp_path, crowded.source_config(), *verb)
    assert '"type":"' in printed
    assert traces_in(printed, crowded.huma.client_secret) == []
