"""Everybody in Huma, read in the process of another connector as a host would have them read."""

import json
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from airbyte_cdk.models import AirbyteMessage, FailureType, SyncMode
from airbyte_cdk.test import entrypoint_wrapper
from airbyte_cdk.test.catalog_builder import CatalogBuilder

from connector_base.failures import ConnectorError
from huma_api.asking.sync_run import SyncRun
from huma_api.writing.huma import Huma
from integration_tests.sandbox import Fault, Sandbox
from source_huma import SourceHuma
from source_huma.in_process import users

PEOPLE = 120


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox.running(people=PEOPLE, employees=False) as running:
        yield running


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "sleep", lambda _: None)


def by_id(records: Any) -> dict[str, Any]:
    return {record["id"]: {**record, "changedAt": None} for record in records}


def test_the_records_are_those_that_a_host_gets(sandbox: Sandbox) -> None:
    config = sandbox.destination_huma_config()
    catalog = CatalogBuilder().with_stream("users", SyncMode.full_refresh).build()
    of_the_source = sandbox.source_config()
    output = entrypoint_wrapper.read(SourceHuma(of_the_source, catalog), of_the_source, catalog)
    printed = by_id(message.record.data for message in output.records if message.record)
    read = by_id(users(config, SyncRun()))
    assert read == printed
    assert len(read) == len([user for user in sandbox.huma.users.values() if user.facts["type"] == "user"])
    assert any(value is None for record in read.values() for name, value in record.items() if name != "changedAt")


def test_it_costs_one_request_for_each_person_and_each_page(sandbox: Sandbox) -> None:
    run = SyncRun()
    huma = Huma(sandbox.destination_huma_config(), run)
    huma.job_titles()
    sandbox.huma.requests.clear()
    everybody = list(users(sandbox.destination_huma_config(), run))
    counts = sandbox.huma.counts()
    assert counts["GET /users/{id}"] == len(everybody)
    assert counts["GET /users"] == 4, "three pages of those who are active, one of the others"
    assert "POST /auth/oauth/token" not in counts, "the token is that of the run"
    assert run.traffic.requests == sum(counts.values()) + 2
    assert sandbox.huma.most_under_way <= 9


def test_after_a_failure_half_way_there_is_no_directory(sandbox: Sandbox) -> None:
    run = SyncRun(max_retries=1)
    victim = list(sandbox.huma.users)[PEOPLE // 2]
    sandbox.huma.faults.add(Fault.server_error(500, path=f"/users/{victim}", times=100))
    with pytest.raises(ConnectorError) as raised:
        list(users(sandbox.destination_huma_config(), run))
    assert raised.value.failure_type is FailureType.transient_error
    sandbox.huma.faults.clear()
    assert run.given_up_on is None, "whoever reads may still write"
    assert len(list(users(sandbox.destination_huma_config(), run))) > PEOPLE // 2


def test_a_reading_that_ends_before_its_end_is_none(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    read = SourceHuma.read

    def cut(*arguments: Any) -> Iterator[AirbyteMessage]:
        return (message for message in read(*arguments) if message.trace is None)

    monkeypatch.setattr(SourceHuma, "read", cut)
    with pytest.raises(ConnectorError, match="stopped before its end"):
        list(users(sandbox.destination_huma_config(), SyncRun()))


def test_without_a_right_to_list_users_it_is_a_config_error(sandbox: Sandbox) -> None:
    sandbox.huma.faults.add(Fault.no_right(path="/users"))
    with pytest.raises(ConnectorError, match="no right to list users") as raised:
        list(users(sandbox.destination_huma_config(), SyncRun()))
    assert raised.value.failure_type is FailureType.config_error


def test_no_message_is_printed_and_it_works_in_any_thread(sandbox: Sandbox, capfd: pytest.CaptureFixture[str]) -> None:
    found: list[Any] = []
    thread = threading.Thread(target=lambda: found.extend(users(sandbox.destination_huma_config(), SyncRun())))
    thread.start()
    thread.join()
    assert len(found) > PEOPLE // 2
    printed = capfd.readouterr()
    assert {json.loads(line)["type"] for line in printed.out.splitlines()} <= {"LOG"}, "as for any library"
    assert printed.err == ""
