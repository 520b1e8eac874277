"""The pages of a run that is the same every time: a company of 300, previewed, and then synced."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from airbyte_cdk.models import ConfiguredAirbyteCatalogSerializer, SyncMode

from destination_xledger.destination import DestinationXledger
from integration_tests.conftest import a_stream, connect_at_once
from integration_tests.example_run import silence
from integration_tests.reading import read_source
from integration_tests.records import Record, records
from integration_tests.sample_reports import left_by
from integration_tests.sandbox import Sandbox

PEOPLE: Final = 300
ALONE: Final = 12
"""How many are in Xledger alone, a third of them closed."""

AT: Final = "2026-01-15T05:00:12Z"
BEGAN: Final = "2026-01-15T05:00:01Z"

_MOMENT: Final = re.compile(r'"(at|began)":\s*"\d{4}-\d\d-\d\dT[^"]*"')


@dataclass(frozen=True, slots=True)
class ReviewRun:
    """What a run left for people to read.

    Attributes:
        review: The page of the preview.
        result: That of the sync.
    """

    review: str
    result: str


@cache
def review_run() -> ReviewRun:
    """Runs both connectors in this process, once."""
    with Sandbox.running(people=PEOPLE, burst_limit=None) as sandbox, silence():
        sandbox.employ(ALONE, closed=ALONE // 3)
        read = read_source(sandbox, sync_mode=SyncMode.full_refresh)
        people = [record for _, record in sorted(read.records.items())]
        left = {mode: _left(sandbox, people, mode) for mode in ("preview", "sync")}
    return ReviewRun(_always_then(left["preview"]["review.html"]), _always_then(left["sync"]["result.html"]))


def _left(sandbox: Sandbox, people: list[Record], mode: str) -> Mapping[str, str]:
    catalog = ConfiguredAirbyteCatalogSerializer.load({"streams": [a_stream()]})

    def run(storage: Mapping[str, str]) -> None:
        config = sandbox.destination_config(mode=mode, object_storage_config=storage)
        list(DestinationXledger(connect_at_once).write(config, catalog, records(people)))

    return left_by(run)


def _always_then(page: str) -> str:
    """A page as if it had been made at a certain moment, whenever that was."""
    return _MOMENT.sub(lambda found: f'"{found[1]}": "{BEGAN if found[1] == "began" else AT}"', page)
