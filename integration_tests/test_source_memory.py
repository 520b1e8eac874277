"""What the source keeps of people who are waiting: a few, however many there are, and nobody for ever."""

import json
import logging
import queue
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from airbyte_cdk.models import ConfiguredAirbyteCatalogSerializer

from connector_base.protocol import concurrent_reading
from huma_xledger.environment import EXECUTABLES
from integration_tests.sandbox import Fault, Sandbox
from source_huma import SourceHuma

PEOPLE = 400
PAGE = 50
FEW = 100
CATALOG: dict[str, Any] = {
    "streams": [
        {
            "stream": {"name": "users", "json_schema": {}, "supported_sync_modes": ["full_refresh"]},
            "sync_mode": "full_refresh",
            "destination_sync_mode": "append",
        }
    ]
}


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox.running(people=PEOPLE, employees=False) as running:
        yield running


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fewer than in earnest, so that few people are enough to see it."""
    monkeypatch.setattr(concurrent_reading, "MOST_WAITING", FEW)


def test_the_list_is_not_read_far_ahead_of_the_people_on_it(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody's details are answered until the source pauses listing, or has everybody."""
    stall = sandbox.huma.faults.add(Fault.stall(path="/users/{id}", times=None))
    pages_when_answered: list[int] = []

    def answer(*_: Any) -> None:
        pages_when_answered.append(sum(request.path == "/users" for request in sandbox.huma.requests))
        sandbox.huma.faults.remove(stall)

    monkeypatch.setattr(time, "sleep", answer)
    sandbox.huma.faults.add(Fault.meanwhile(answer, path="/users", after=PEOPLE // PAGE))
    assert sum(message.record is not None for message in messages(sandbox)) == PEOPLE
    assert pages_when_answered[0] * PAGE <= FEW + 2 * PAGE


def test_no_more_than_a_few_messages_wait_for_a_slow_destination(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The first record is not taken further until there is no room for another message, or everybody is listed."""
    put, stuck, most = queue.Queue.put, threading.Event(), 0

    def noted(self: Any, item: Any, *arguments: Any, **options: Any) -> None:
        nonlocal most
        most = max(most, self.qsize())
        if self.full():
            stuck.set()
        put(self, item, *arguments, **options)

    monkeypatch.setattr(queue.Queue, "put", noted)
    sandbox.huma.faults.add(Fault.meanwhile(stuck.set, path="/users", after=PEOPLE // PAGE))
    records = 0
    for message in messages(sandbox):
        if message.record is not None:
            stuck.wait()
            records += 1
    assert records == PEOPLE
    assert most <= FEW
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == []


@pytest.mark.slow
def test_the_command_ends_when_nobody_takes_its_lines_any_more(tmp_path: Path) -> None:
    """The sandbox holds more people than messages may wait, so that threads are waiting for room."""
    with Sandbox.running(people=1200, employees=False) as sandbox:
        arguments = ["read"]
        for option, content in {"config": sandbox.source_config(), "catalog": CATALOG}.items():
            (tmp_path / option).write_text(json.dumps(content), encoding="utf-8")
            arguments += [f"--{option}", str(tmp_path / option)]
        process = subprocess.Popen(  # noqa: S603  our own connector
            [EXECUTABLES / "source-huma", *arguments], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        try:
            assert process.stdout is not None
            next(line for line in process.stdout if b'"type":"RECORD"' in line)
            process.stdout.close()
            assert process.wait(timeout=60) != 0
        finally:
            process.kill()
            process.wait()
        assert sum("/users/" in request.path for request in sandbox.huma.requests) < len(sandbox.huma.users)


def messages(sandbox: Sandbox) -> Iterator[Any]:
    config = sandbox.source_config()
    catalog = ConfiguredAirbyteCatalogSerializer.load(CATALOG)
    return SourceHuma(config, catalog).read(logging.getLogger("airbyte"), config, catalog)
