"""What reading Xledger's employees costs: speed beside a bare loop, requests and bytes beside the least, and memory.

`python -m benchmarks.source_xledger` prints a table. Xledger is the sandbox, in a process of its own, so that it takes
no time from whoever is measured; and so is who is measured, so that nothing of what they log is on the screen. Absolute
numbers say something about the machine; what counts are the ratios of one run.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from math import ceil
from pathlib import Path
from typing import Any

import requests
from airbyte_cdk.models import SyncMode
from rich.console import Console
from rich.table import Table

from benchmarks.elsewhere import elsewhere
from benchmarks.served import Traffic, served
from benchmarks.source_huma import Memory
from benchmarks.steps import Step, steps
from connector_base.log_redaction import redact_all_output
from huma_xledger.environment import EXECUTABLES
from integration_tests.reading_employees import EMPLOYEES, add_employees
from shared_mappings import field_table
from source_xledger.entrypoint import XledgerEntrypoint
from source_xledger.run import OWN_PACKAGES
from source_xledger.source import SourceXledger
from xledger_api.employees.requests import employees
from xledger_api.language.fitting import shown_in_records
from xledger_api.language.schema import written_down
from xledger_api.tariff import MEGABYTE, pounds, pounds_a_month

Config = dict[str, Any]
Reader = Callable[[Config], int]
"""Reads everybody, and returns how many people it read."""

LEARNING = 2
"""Requests that learn what an Xledger has."""

LEAST_SPEED = 0.6
"""The bare loop learns no schema, and makes no records."""
NIGHTS = 30


def main() -> int:
    """Measures, and prints the table. Returns 0 when everything is within its bounds."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.source_xledger", description=__doc__)
    parser.add_argument("--people", type=int, default=3_000, help="how many people to read")
    parser.add_argument("--page-size", type=int, default=1_000, help="how many to ask for in one request")
    parser.add_argument("--rounds", type=int, default=2, help="how often each reads, in turn; the best time counts")
    parser.add_argument("--crowds", type=int, nargs=2, default=[1_000, 4_000], help="how many to read for the memory")
    arguments = parser.parse_args()
    with steps(2 + len(SyncMode) * len(arguments.crowds)) as step:
        cost = _cost(step, arguments.people, arguments.page_size, arguments.rounds)
        memory = [Memory(mode, *arguments.crowds, *_peaks(step, mode, arguments.crowds)) for mode in SyncMode]
    Console().print(_table(cost, memory))
    return 0 if cost.kept and all(crowd.kept for crowd in memory) else 1


@dataclass(frozen=True)
class Cost:
    """How fast everybody was read, and what it cost.

    Attributes:
        people: How many people were read.
        page_size: How many were asked for at once.
        source: People a second that the source read.
        bare: People a second that the bare loop read.
        full: What a full refresh asked.
        idle: What an incremental sync asked in which nobody had changed.
        idle_records: How many records that one emitted.
    """

    people: int
    page_size: int
    source: float
    bare: float
    full: Traffic
    idle: Traffic
    idle_records: int

    @property
    def least(self) -> int:
        """The fewest requests that read everybody."""
        return ceil(self.people / self.page_size) + LEARNING

    @property
    def ratio(self) -> float:
        """How much of the bare loop's speed the source has."""
        return self.source / self.bare

    @property
    def is_fast(self) -> bool:
        """Whether that is as much as is promised."""
        return self.ratio >= LEAST_SPEED

    @property
    def asks_little(self) -> bool:
        """Whether no request is made beyond the fewest."""
        return self.full.requests == self.idle.requests == self.least

    @property
    def is_quiet(self) -> bool:
        """Whether nobody is emitted who has not changed."""
        return self.idle_records == 0

    @property
    def kept(self) -> bool:
        """Whether all of that is as promised."""
        return self.is_fast and self.asks_little and self.is_quiet


def _cost(step: Step, people: int, page_size: int, rounds: int) -> Cost:
    times: dict[Reader, list[float]] = {bare_loop: [], source: []}
    with served(fill=partial(add_employees, number=people)) as sandbox, elsewhere() as process:
        config = {**sandbox.xledger, "page_size": page_size}
        step(f"reading {people:,} people, {page_size:,} a request, in turn with a bare loop")
        for _ in range(rounds):
            for reader, taken in times.items():
                sandbox.asked()
                read, seconds = process.submit(_timed, reader, config).result()
                taken.append(seconds)
                assert read == people, f"{reader.__name__} read {read} of {people} people"
        full = sandbox.asked().xledger
        step(f"reading {people:,} people of whom nobody has changed")
        state = process.submit(_last_state, config).result()
        sandbox.asked()
        records = process.submit(_records_after, config, state).result()
        idle = sandbox.asked().xledger
    return Cost(people, page_size, people / min(times[source]), people / min(times[bare_loop]), full, idle, records)


def _timed(reader: Reader, config: Config) -> tuple[int, float]:
    """Reads everybody; returns how many, and in how many seconds."""
    started = time.perf_counter()
    return reader(config), time.perf_counter() - started


def _peaks(step: Step, mode: SyncMode, crowds: list[int]) -> list[int]:
    peaks = []
    for people in crowds:
        step(f"memory for {people:,} people, {mode.value.replace('_', ' ')}")
        peaks.append(_peak(people, mode))
    return peaks


def _peak(people: int, mode: SyncMode) -> int:
    """The most memory that `source-xledger read` takes, in bytes."""
    with (
        served(fill=partial(add_employees, number=people)) as sandbox,
        _arguments({**sandbox.xledger, "page_size": 500}, mode) as arguments,
    ):
        read = [sys.executable, "-m", "benchmarks.measured", str(EXECUTABLES / "source-xledger"), *arguments]
        done = subprocess.run(read, capture_output=True, text=True, check=False)  # noqa: S603  our own connector
    told = done.stdout.count('"type":"RECORD"')
    if done.returncode or told != people:
        raise RuntimeError(f"read {told} of {people} people: {done.stderr[-2000:]}")
    peak: int = json.loads(done.stderr.splitlines()[-1])["peak_memory"]
    return peak * (1 if sys.platform == "darwin" else 1024)


# ---- who is measured


def source(config: Config) -> int:
    """The connector, from its command line's arguments to its lines of output."""
    with Path(os.devnull).open("w", encoding="utf-8") as out:
        people = 0
        for line in _lines(config, SyncMode.full_refresh):
            out.write(line + "\n")
            people += '"type":"RECORD"' in line
    return people


def _last_state(config: Config) -> Any:
    """The last state of an incremental sync that is the first."""
    states = [line for line in _lines(config, SyncMode.incremental) if '"type":"STATE"' in line]
    return json.loads(states[-1])["state"]


def _records_after(config: Config, state: Any) -> int:
    """How many records an incremental sync emits."""
    return sum('"type":"RECORD"' in line for line in _lines(config, SyncMode.incremental, [state]))


def _lines(config: Config, mode: SyncMode, state: Any = None) -> Iterator[str]:
    redact_all_output(OWN_PACKAGES)
    with _arguments(config, mode, state) as arguments:
        yield from XledgerEntrypoint(SourceXledger()).run(XledgerEntrypoint.parse_args(arguments))


@contextmanager
def _arguments(config: Config, mode: SyncMode, state: Any = None) -> Iterator[list[str]]:
    stream = {"name": EMPLOYEES, "json_schema": {}, "supported_sync_modes": [mode.value for mode in SyncMode]}
    catalog = {"streams": [{"stream": stream, "sync_mode": mode.value, "destination_sync_mode": "append_dedup"}]}
    contents = {"config": config, "catalog": catalog, **({"state": state} if state else {})}
    with tempfile.TemporaryDirectory() as folder:
        arguments = ["read"]
        for option, content in contents.items():
            path = Path(folder, f"{option}.json")
            path.write_text(json.dumps(content), encoding="utf-8")
            arguments += [f"--{option}", str(path)]
        yield arguments


def bare_loop(config: Config) -> int:
    """The least that reads everybody: a request for each page, the same fields, and nothing kept."""
    schema = written_down()
    paths = shown_in_records(field_table(), schema)
    people, after, more = 0, None, True
    with requests.Session() as session:
        session.headers["Authorization"] = f"token {config['api_token']}"
        while more:
            page = employees(schema, [("everybody", paths, {"first": config["page_size"], "after": after})])
            asked = {"query": page.text, "variables": dict(page.variables)}
            answer = session.post(config["api_url"], json=asked, timeout=60).json()["data"]["everybody"]
            people += len(answer["edges"])
            after, more = answer["edges"][-1]["cursor"], answer["pageInfo"]["hasNextPage"]
    return people


# ---- the table


def _table(cost: Cost, memory: list[Memory]) -> Table:
    table = Table(title="Reading Xledger's employees", title_justify="left")
    for column in ("", "measured", "promised", ""):
        table.add_column(column, justify="right" if column else "left")
    table.add_row(f"people read, {cost.page_size:,} a request", f"{cost.people:,}")
    table.add_row("people a second, source", f"{cost.source:,.0f}")
    table.add_row("people a second, bare loop", f"{cost.bare:,.0f}")
    table.add_row("source / bare loop", f"{cost.ratio:.2f}", f"at least {LEAST_SPEED}", _kept(cost.is_fast))
    table.add_section()
    least = f"the least possible, {cost.least}"
    table.add_row("requests, everybody", f"{cost.full.requests}", least, _kept(cost.asks_little))
    table.add_row("requests, nobody changed", f"{cost.idle.requests}", least, _kept(cost.asks_little))
    table.add_row("records, nobody changed", f"{cost.idle_records}", "none", _kept(cost.is_quiet))
    table.add_row("bytes received for each person", f"{cost.idle.bytes_received / cost.people:,.0f}")
    table.add_row("pounds, beyond what is included", f"{pounds(*cost.idle):.2f}")
    table.add_row(f"pounds a month, {NIGHTS} syncs", f"{pounds_a_month(NIGHTS, *cost.idle):.2f}")
    table.add_section()
    for crowd in memory:
        mode = crowd.mode.value.replace("_", " ")
        table.add_row(f"memory for {crowd.few:,} people, {mode}", f"{crowd.few_bytes / MEGABYTE:.1f} MB")
        table.add_row(f"memory for {crowd.many:,} people, {mode}", f"{crowd.many_bytes / MEGABYTE:.1f} MB")
        measured = f"{crowd.for_each_person:,.0f}"
        table.add_row(
            f"bytes for each person more, {mode}", measured, f"at most {crowd.most_bytes:,}", _kept(crowd.kept)
        )
    return table


def _kept(kept: bool) -> str:
    return "yes" if kept else "NO"


if __name__ == "__main__":
    sys.exit(main())
