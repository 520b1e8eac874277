"""What the source keeps of people who are waiting: a few, however many there are."""

import logging
import queue
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from airbyte_cdk.models import SyncMode
from airbyte_cdk.test.catalog_builder import CatalogBuilder

from integration_tests.sandbox import Fault, Sandbox
from source_huma import SourceHuma, source

PEOPLE = 400
PAGE = 50
FEW = 100


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox.running(people=PEOPLE, employees=False) as running:
        yield running


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fewer than in earnest, so that few people are enough to see it."""
    monkeypatch.setattr(source, "MOST_WAITING_TO_BE_READ", FEW)
    monkeypatch.setattr(source, "MOST_WAITING_TO_BE_PRINTED", FEW)


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
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
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


def messages(sandbox: Sandbox) -> Iterator[Any]:
    config = sandbox.source_config()
    catalog = CatalogBuilder().with_stream("users", SyncMode.full_refresh).build()
    return SourceHuma(config, catalog).read(logging.getLogger("airbyte"), config, catalog)
