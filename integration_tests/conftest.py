"""An empty Xledger, and the destination written to it in this process; and a browser."""

import copy
import json
import logging
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from airbyte_cdk.logger import LOGGING_CONFIG
from airbyte_cdk.models import AirbyteMessage, ConfiguredAirbyteCatalogSerializer, Type
from airbyte_cdk.sources.streams.call_rate import APIBudget
from airbyte_cdk.utils.airbyte_secrets_utils import update_secrets
from airbyte_cdk.utils.traced_exception import AirbyteTracedException
from playwright.sync_api import Browser

from connector_base.log_redaction import redact_all_output
from destination_huma.destination import DestinationHuma
from destination_xledger.config import Config
from destination_xledger.destination import DestinationXledger
from integration_tests.browser import Visits, chromium_or_reason, running_chromium
from integration_tests.sandbox import Sandbox
from xledger_api.sending.client import XledgerClient

SUMMARY = "SYNC SUMMARY "


@dataclass
class Written:
    """What came of a write.

    Attributes:
        states: Numbers of the states that were passed on.
        covered: Records that each of these states covers.
        rejected: How many of them were rejected.
        summary: The summary.
        log: What was logged.
        error: How the write ended, when it did not succeed.
    """

    states: list[int] = field(default_factory=list)
    covered: list[float] = field(default_factory=list)
    rejected: list[float] = field(default_factory=list)
    summary: dict[str, Any] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)
    error: AirbyteTracedException | None = None

    @property
    def text(self) -> str:
        """All that was logged."""
        return "\n".join(self.log)


@dataclass
class Clock:
    """A clock that waiting moves on, and nothing else but a test."""

    seconds: float = 0.0

    def now(self) -> float:
        """Seconds on it."""
        return self.seconds

    def wait(self, seconds: float) -> None:
        """Lets so many seconds pass."""
        self.seconds += seconds


Write = Callable[..., Written]


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A sandbox with nobody in its Xledger but those a test adds, and without a burst limit."""
    with Sandbox.running(people=0, burst_limit=None) as running:
        yield running


@pytest.fixture
def clock(sandbox: Sandbox) -> Clock:
    """The clock of the sandbox's Xledger. Hand it to `write` as well, and it is the destination's."""
    clock = Clock()
    sandbox.xledger.clock = clock.now
    return clock


@pytest.fixture
def write(sandbox: Sandbox, caplog: pytest.LogCaptureFixture) -> Write:
    """Writes messages to the sandbox's Xledger. Waiting takes no time."""

    def run(
        messages: Iterable[AirbyteMessage],
        *,
        catalog: Any = None,
        streams: Sequence[Any] = (),
        now: Callable[[], float] = time.monotonic,
        clock: Clock | None = None,
        **config: Any,
    ) -> Written:
        destination = (
            DestinationXledger(partial(connect_at_once, clock=clock), clock.now)
            if clock
            else DestinationXledger(connect_at_once, now)
        )
        caplog.clear()
        configured = ConfiguredAirbyteCatalogSerializer.load({"streams": [*streams] or [catalog or a_stream()]})
        with caplog.at_level(logging.DEBUG):
            return what_came_of(destination.write(sandbox.destination_config(**config), configured, messages), caplog)

    return run


@pytest.fixture
def write_to_huma(sandbox: Sandbox, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Writes messages to the sandbox's Huma, on its day. Waiting takes no time."""
    monkeypatch.setattr(time, "sleep", lambda _: None)

    def run(messages: Iterable[AirbyteMessage], *, streams: Sequence[Any] = (), **config: Any) -> Written:
        destination = DestinationHuma(sleep=lambda _: None, today=lambda: sandbox.huma.today)
        configured = ConfiguredAirbyteCatalogSerializer.load({"streams": [*streams] or [a_stream("employees")]})
        caplog.clear()
        with caplog.at_level(logging.DEBUG):
            return what_came_of(
                destination.write(sandbox.destination_huma_config(**config), configured, messages), caplog
            )

    return run


def what_came_of(states: Iterable[AirbyteMessage], caplog: pytest.LogCaptureFixture) -> Written:
    """Takes what a write passes on and logs, to its end."""
    written = Written()
    try:
        for message in states:
            assert message.type is Type.STATE
            assert message.state is not None
            assert message.state.stream is not None
            assert message.state.destinationStats is not None
            written.states.append(message.state.stream.stream_state.number)  # type: ignore[union-attr]
            written.covered.append(message.state.destinationStats.recordCount or 0)
            written.rejected.append(message.state.destinationStats.rejectedRecordCount)
    except AirbyteTracedException as error:
        written.error = error
    written.log = [record.getMessage() for record in caplog.records]
    summaries = [line.removeprefix(SUMMARY) for line in written.log if line.startswith(SUMMARY)]
    written.summary = json.loads(summaries[-1]) if summaries else {}
    return written


@pytest.fixture
def the_process(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Sets this process up as the connectors' commands do, where debug lines are wanted, and takes it back."""
    monkeypatch.setenv("LOG_LEVEL", "debug")
    for name in ("formatters", "handlers"):
        monkeypatch.setitem(LOGGING_CONFIG, name, copy.copy(LOGGING_CONFIG[name]))
    for module, hook in ((sys, "excepthook"), (sys, "unraisablehook"), (threading, "excepthook")):
        monkeypatch.setattr(module, hook, getattr(module, hook))
    monkeypatch.setattr(warnings, "showwarning", warnings.showwarning)
    loggers = [(logger, logger.level, logger.handlers[:]) for logger in map(logging.getLogger, (None, "airbyte"))]
    monkeypatch.setattr(logging.getLogger("airbyte"), "propagate", True)  # PyAirbyte's sync has it stop there
    connectors = ("destination_huma", "destination_xledger", "source_huma", "source_xledger")
    redact_all_output((*connectors, "huma_api", "xledger_api"))
    yield
    for logger, level, handlers in loggers:
        logger.setLevel(level)
        logger.handlers[:] = handlers
    update_secrets([])


def connect_at_once(settings: Config, clock: Clock | None = None) -> XledgerClient:
    """A client that is never too fast, and whose waiting takes no time, or that of a clock."""
    client = XledgerClient(
        settings.api_url,
        settings.api_token.get_secret_value(),
        budget=APIBudget(policies=[]),
        sleep=clock.wait if clock else lambda _: None,
    )
    if clock:
        client.clock = clock.now
    return client


def a_stream(name: str = "users", mode: str = "append_dedup", destination_object: str | None = None) -> dict[str, Any]:
    """A stream of a configured catalog."""
    return {
        "stream": {"name": name, "json_schema": {}, "supported_sync_modes": ["full_refresh"]},
        "sync_mode": "full_refresh",
        "destination_sync_mode": mode,
        "destination_object_name": destination_object,
    }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder for reports."""
    return tmp_path / "reports"


@pytest.fixture
def local(folder: Path) -> dict[str, Any]:
    """The setting that has reports left in the folder."""
    return {"storage_type": "Local", "path": str(folder)}


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A browser for the tests of a file."""
    with running_chromium(chromium_or_reason()) as browser:
        yield browser


@pytest.fixture
def visit(chromium: Browser) -> Iterator[Visits]:
    """Opens pages in the browser, without anything that an earlier test left in it.

    No page may ask for anything outside itself and this machine, and none may have an error.
    """
    visits = Visits(chromium)
    yield visits
    visits.close()
    assert visits.complaints == []
