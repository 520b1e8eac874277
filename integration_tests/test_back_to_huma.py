"""From Xledger back to Huma, through both connectors: what it takes, what it writes, and that it comes to rest."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from airbyte_cdk.models import AirbyteMessage, SyncMode

from integration_tests.conftest import SUMMARY, Write, a_stream
from integration_tests.huma_people import company_of
from integration_tests.reading import read_source
from integration_tests.reading_employees import EMPLOYEES, read_employees
from integration_tests.records import records
from integration_tests.sandbox import Sandbox

SCRIPTS = Path(sys.executable).parent


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """People of whom most are in both systems, and three who are in Xledger alone, one of them closed."""
    with Sandbox.running(people=60, burst_limit=None) as running:
        running.employ(3, closed=1)
        yield running


def employees_of(sandbox: Sandbox) -> list[AirbyteMessage]:
    emitted = read_employees(sandbox, sync_mode=SyncMode.full_refresh)
    return records(emitted.records.values(), stream=EMPLOYEES)


def adding(sandbox: Sandbox) -> dict[str, Any]:
    return {"new_users": "create", "new_user_groups": [company_of(sandbox)]}


def test_everybody_in_xledger_comes_and_a_second_sync_writes_nothing(sandbox: Sandbox, write_to_huma: Write) -> None:
    before = len(sandbox.huma.users)
    codes = {employee["code"] for employee in sandbox.xledger.employees()}
    for user in [user for user in sandbox.huma.users.values() if user["active"] and user["employmentId"] in codes][:3]:
        sandbox.huma.change(user.id, birthDate=None)
    first = write_to_huma(employees_of(sandbox), **adding(sandbox))
    assert first.error is None
    assert first.summary["created"] == len(sandbox.huma.users) - before >= 2
    assert first.summary["updated"] > 0
    writes = len(sandbox.huma.writes)
    second = write_to_huma(employees_of(sandbox), **adding(sandbox))
    assert len(sandbox.huma.writes) == writes
    assert (second.summary["created"], second.summary["updated"]) == (0, 0)
    assert sandbox.huma.invited == []


def test_nobody_loses_a_value_in_either_system(sandbox: Sandbox, write_to_huma: Write) -> None:
    """By default only what was empty in Huma is filled in; and nothing is written to Xledger."""
    before = {user: dict(facts) for user, facts in sandbox.huma.users.items()}
    ledger = sandbox.xledger.employees()
    write_to_huma(employees_of(sandbox), **adding(sandbox))
    for user, facts in before.items():
        now = sandbox.huma.users[user]
        lost = [name for name, value in facts.items() if value not in (None, [], {}) and now[name] != value]
        assert lost == [], user
    assert sandbox.xledger.employees() == ledger


def test_a_sync_forward_after_it_finds_what_went_back_unchanged(
    sandbox: Sandbox, write_to_huma: Write, write: Write
) -> None:
    forward = write(records(read_source(sandbox, sync_mode=SyncMode.full_refresh).records.values()))
    assert forward.error is None
    write_to_huma(employees_of(sandbox), **adding(sandbox))
    writes = len(sandbox.xledger.writes)
    again = write(records(read_source(sandbox, sync_mode=SyncMode.full_refresh).records.values()))
    assert again.error is None
    assert [operation.root_fields for operation in sandbox.xledger.writes[writes:]] == []


@pytest.mark.slow
def test_one_command_reads_into_the_other(sandbox: Sandbox, tmp_path: Path) -> None:
    files = {
        "source": sandbox.source_xledger_config(),
        "destination": sandbox.destination_huma_config(**adding(sandbox)),
        "catalog": {"streams": [a_stream(EMPLOYEES)]},
    }
    for name, content in files.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")
    catalog = ["--catalog", str(tmp_path / "catalog.json")]
    read: list[str | Path] = [SCRIPTS / "source-xledger", "read", "--config", tmp_path / "source.json", *catalog]
    write: list[str | Path] = [
        SCRIPTS / "destination-huma",
        "write",
        "--config",
        tmp_path / "destination.json",
        *catalog,
    ]
    emitted = subprocess.run(read, capture_output=True, text=True, check=True)  # noqa: S603  our own connectors
    written = subprocess.run(write, input=emitted.stdout, capture_output=True, text=True, check=True)  # noqa: S603
    summary = next(line for line in written.stdout.splitlines() if SUMMARY in line)
    assert '\\"outcome\\": \\"succeeded\\"' in summary
    assert written.stderr == ""
    assert sandbox.huma.writes
