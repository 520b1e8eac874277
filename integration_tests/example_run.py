"""The run that the pages show: 100 people in a sandbox, first previewed and then synced."""

import json
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from airbyte_cdk.models import ConfiguredAirbyteCatalogSerializer, SyncMode

from destination_xledger.destination import DestinationXledger
from integration_tests.conftest import a_stream, connect_at_once
from integration_tests.reading import read_source
from integration_tests.records import Record, records
from integration_tests.sample_reports import left_by
from integration_tests.sandbox import Sandbox

PEOPLE: Final = 100

SELECTED: Final = (
    *("id", "type", "active", "deactivatedAt", "givenName", "familyName", "email", "phone", "birthDate", "gender"),
    *("homeAddress", "bankAccount", "identifications", "employmentId", "jobTitle", "employmentStartDate"),
    *("employmentEndDate", "probationEndDate", "terminationNoticeDate"),
)
"""The columns that are selected in the connection: a field that is added does not change the pictures."""

Line = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Report:
    """What a run left in its storage.

    Attributes:
        summary: The summary.
        lines: The lines of each file that has lines, by its name.
        page: The name of the page.
    """

    summary: Mapping[str, Any]
    lines: Mapping[str, list[Line]]
    page: str


@dataclass(frozen=True, slots=True)
class ExampleRun:
    """A preview, and the sync after it.

    Attributes:
        preview: What the preview left.
        sync: What the sync left.
    """

    preview: Report
    sync: Report


def example_run() -> ExampleRun:
    """Runs both connectors in this process. The same every time: people come in the order of their ids."""
    with Sandbox.running(people=PEOPLE, burst_limit=None) as sandbox, silence():
        read = read_source(sandbox, sync_mode=SyncMode.full_refresh)
        everybody = sorted(read.records.items())
        people = [{key: record[key] for key in SELECTED if key in record} for _, record in everybody]
        return ExampleRun(_run(sandbox, people, "preview"), _run(sandbox, people, "sync"))


@contextmanager
def silence() -> Iterator[None]:
    """Nobody listens to what the connectors log."""
    logging.disable()
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)


def _run(sandbox: Sandbox, people: list[Record], mode: str) -> Report:
    catalog = ConfiguredAirbyteCatalogSerializer.load({"streams": [a_stream()]})

    def run(storage: Mapping[str, str]) -> None:
        config = sandbox.destination_config(mode=mode, object_storage_config=storage)
        list(DestinationXledger(connect_at_once).write(config, catalog, records(people)))

    left = dict(left_by(run))
    summary = json.loads(left.pop("summary.json"))
    (page,) = (name for name in left if name.endswith(".html"))
    lines = {name: text.split("\n")[:-1] for name, text in left.items() if name.endswith(".jsonl")}
    return Report(summary, {name: [json.loads(line) for line in found] for name, found in lines.items()}, page)
