"""What reading Huma's people costs: speed beside a bare loop, requests, and memory.

`python -m benchmarks.source_huma` prints two tables. Huma is the sandbox, in a process of its own, so that it takes no
time from whoever is measured; and so is who is measured, so that nothing of what they log is on the screen. Absolute
numbers say something about the machine; what counts are the ratios of one run.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import requests
from airbyte_cdk.models import ConfiguredAirbyteCatalogSerializer, SyncMode
from airbyte_cdk.sources.connector_state_manager import ConnectorStateManager
from airbyte_cdk.sources.message import InMemoryMessageRepository
from airbyte_cdk.sources.types import Record, StreamSlice
from rich.console import Console
from rich.table import Table

from benchmarks.elsewhere import elsewhere
from benchmarks.served import served
from benchmarks.steps import Step, steps
from connector_base.log_redaction import redact_all_output
from huma_xledger.environment import EXECUTABLES
from source_huma.changed_users import users_cursor
from source_huma.entrypoint import HumaEntrypoint
from source_huma.run import OWN_PACKAGES
from source_huma.source import SourceHuma
from xledger_api.tariff import MEGABYTE

Config = dict[str, Any]
Reader = Callable[[Config], int]
"""Reads everybody, with the requests in flight that `num_workers` allows, and returns how many people it read."""

LATENCY = 0.05
PAGE = 50
USERS_IN_STATE = 50_000

LEAST_SPEED = 0.9
MOST_BYTES = {SyncMode.full_refresh: 500, SyncMode.incremental: 1000}
"""What each person more may take: the ids of who was seen, and for an incremental sync the fingerprints, together with
the text of one state on its way out."""
MOST_BYTES_OF_STATE, MOST_SECONDS_OF_STATE = 4_000_000, 1.0


def main() -> int:
    """Measures, and prints the table. Returns 0 when everything is within its bounds."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.source_huma", description=__doc__)
    parser.add_argument("--people", type=int, default=150, help="how many people to read for each request in flight")
    parser.add_argument("--workers", type=int, nargs="+", default=[8, 16], help="how many requests in flight")
    parser.add_argument("--rounds", type=int, default=1, help="how often each reads, in turn; the best time counts")
    parser.add_argument("--crowds", type=int, nargs=2, default=[1000, 5000], help="how many to read for the memory")
    arguments = parser.parse_args()
    with steps(len(arguments.workers) + len(SyncMode) * len(arguments.crowds) + 1) as step:
        speeds = []
        for workers in arguments.workers:
            step(f"reading {arguments.people * workers:,} people, {workers} at a time, in turn with a bare loop")
            speeds.append(_speed(arguments.people * workers, workers, arguments.rounds))
        memory = [Memory(mode, *arguments.crowds, *_peaks(step, mode, arguments.crowds)) for mode in SyncMode]
        step(f"writing and reading the state of {USERS_IN_STATE:,} people")
        state = _state(USERS_IN_STATE)
    console = Console()
    console.print(_table_of_speeds(speeds))
    console.print(_table_of_sizes(memory, state))
    kept = [
        *(speed.kept for speed in speeds),
        *(crowd.kept for crowd in memory),
        state.is_small,
        state.is_fast,
    ]
    return 0 if all(kept) else 1


@dataclass(frozen=True)
class Speed:
    """How fast everybody was read, with so many requests in flight.

    Attributes:
        people: How many people were read, service users not counted.
        workers: Requests in flight.
        source: People a second that the source read.
        bare: People a second that the bare loop read.
        requests: Requests the source made.
    """

    people: int
    workers: int
    source: float
    bare: float
    requests: int

    @property
    def ratio(self) -> float:
        """How much of the bare loop's speed the source has."""
        return self.source / self.bare

    @property
    def kept(self) -> bool:
        """Whether that is as much as is promised."""
        return self.ratio >= LEAST_SPEED


@dataclass(frozen=True)
class Memory:
    """The most memory the source took, in bytes, for few and for many people."""

    mode: SyncMode
    few: int
    many: int
    few_bytes: int
    many_bytes: int

    @property
    def for_each_person(self) -> float:
        """Bytes that one person more takes."""
        return (self.many_bytes - self.few_bytes) / (self.many - self.few)

    @property
    def most_bytes(self) -> int:
        """How many bytes that may be."""
        return MOST_BYTES[self.mode]

    @property
    def kept(self) -> bool:
        """Whether that is as little as is promised."""
        return self.for_each_person <= self.most_bytes


@dataclass(frozen=True)
class State:
    """What a state costs: the bytes of its message, and the seconds to write and read it."""

    users: int
    size: int
    seconds: float

    @property
    def is_small(self) -> bool:
        """Whether it is as small as is promised."""
        return self.size < MOST_BYTES_OF_STATE

    @property
    def is_fast(self) -> bool:
        """Whether it is written and read as fast as is promised."""
        return self.seconds <= MOST_SECONDS_OF_STATE


def _speed(people: int, workers: int, rounds: int) -> Speed:
    times: dict[Reader, list[float]] = {bare_loop: [], source: []}
    with served(people, LATENCY) as sandbox, elsewhere() as process:
        config = {**sandbox.huma, "num_workers": workers}
        for _ in range(rounds):
            for reader, taken in times.items():
                sandbox.asked()
                read, seconds = process.submit(_timed, reader, config).result()
                taken.append(seconds)
                assert read == people, f"{reader.__name__} read {read} of {people} people"
        made = sandbox.asked().huma.total()
    return Speed(
        people=people,
        workers=workers,
        source=people / min(times[source]),
        bare=people / min(times[bare_loop]),
        requests=made,
    )


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
    """The most memory that `source-huma read` takes, in bytes."""
    with served(people) as sandbox, _arguments(sandbox.huma, mode) as arguments:
        read = [sys.executable, "-m", "benchmarks.measured", str(EXECUTABLES / "source-huma"), *arguments]
        done = subprocess.run(read, capture_output=True, text=True, check=False)  # noqa: S603  our own connector
    told = done.stdout.count('"type":"RECORD"')
    if done.returncode or told != people:
        raise RuntimeError(f"read {told} of {people} people: {done.stderr[-2000:]}")
    peak: int = json.loads(done.stderr.splitlines()[-1])["peak_memory"]
    return peak * (1 if sys.platform == "darwin" else 1024)


def _state(users: int) -> State:
    """Writes the state of an incremental sync into a file as a host does, and makes the next sync start from it."""
    [configured] = ConfiguredAirbyteCatalogSerializer.load(_catalog(SyncMode.incremental)).streams
    started_at, messages = datetime.now(timezone.utc), InMemoryMessageRepository()
    cursor = users_cursor({}, configured, {}, started_at, messages)
    for number in range(users):
        cursor.observe(Record({"id": str(uuid.UUID(int=number))}, "users", StreamSlice(partition={}, cursor_slice={})))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "state.json")
        started = time.perf_counter()
        cursor.ensure_at_least_one_state_emitted()
        *_, last = messages.consume_queue()
        message = HumaEntrypoint.airbyte_message_to_string(last)
        path.write_text(json.dumps([json.loads(message)["state"]]), encoding="utf-8")
        states = ConnectorStateManager(SourceHuma.read_state(str(path)))
        again = users_cursor({}, configured, states.get_stream_state("users", None), started_at, messages)
        seconds = time.perf_counter() - started
    if again.state != cursor.state:
        raise RuntimeError("the state did not come back as it was left")
    return State(users, len(message.encode()), seconds)


# ---- who is measured


def source(config: Config) -> int:
    """The connector, from its command line's arguments to its lines of output."""
    redact_all_output(OWN_PACKAGES)
    with (
        _arguments(config, SyncMode.full_refresh) as arguments,
        Path(os.devnull).open("w", encoding="utf-8") as out,
    ):
        entrypoint = HumaEntrypoint(SourceHuma(config, SourceHuma.read_catalog(arguments[-1])))
        people = 0
        for line in entrypoint.run(HumaEntrypoint.parse_args(arguments)):
            out.write(line + "\n")
            people += '"type":"RECORD"' in line
    return people


@contextmanager
def _arguments(config: Config, mode: SyncMode) -> Iterator[list[str]]:
    with tempfile.TemporaryDirectory() as folder:
        arguments = ["read"]
        for option, content in {"config": config, "catalog": _catalog(mode)}.items():
            path = Path(folder, f"{option}.json")
            path.write_text(json.dumps(content), encoding="utf-8")
            arguments += [f"--{option}", str(path)]
        yield arguments


def _catalog(mode: SyncMode) -> Config:
    users = {"name": "users", "json_schema": {}, "supported_sync_modes": [mode.value for mode in SyncMode]}
    return {"streams": [{"stream": users, "sync_mode": mode.value, "destination_sync_mode": "append_dedup"}]}


def bare_loop(config: Config) -> int:
    """The least that reads everybody: threads and requests, and nothing kept."""
    workers, api = config["num_workers"], config["api_url"]
    slots = threading.BoundedSemaphore(workers)
    with requests.Session() as session, ThreadPoolExecutor(workers) as pool:
        session.mount("http://", requests.adapters.HTTPAdapter(pool_maxsize=workers))

        def get(path: str, **query: Any) -> Any:
            with slots:
                answer = session.get(f"{api}{path}", params=query, timeout=60)
            answer.raise_for_status()
            return answer.json()

        def listed() -> Iterator[str]:
            for active in ("true", "false"):
                offset = 0
                items: list[Any] = [{}] * PAGE
                while len(items) == PAGE:
                    items = get("/users", limit=PAGE, offset=offset, isActive=active)["items"]
                    yield from (item["id"] for item in items if item["type"] == "user")
                    offset += PAGE

        keys = {key: config[key] for key in ("client_id", "client_secret")}
        token = session.post(f"{api}/auth/oauth/token", data={"grant_type": "client_credentials", **keys}, timeout=60)
        session.headers["Authorization"] = f"Bearer {token.json()['access_token']}"
        details = [pool.submit(lambda user: bool(get(f"/users/{user}")["id"]), user) for user in listed()]
        return sum(detail.result() for detail in details)


# ---- the tables


def _table_of_speeds(speeds: list[Speed]) -> Table:
    table = Table(title="Reading Huma's people", title_justify="left")
    for column in ("", *(f"{speed.workers} in flight" for speed in speeds), "promised", ""):
        table.add_column(column, justify="right" if column else "left")
    rows: dict[str, Callable[[Speed], str]] = {
        f"people read, at {LATENCY * 1000:.0f} ms a request": lambda speed: f"{speed.people:,}",
        "people a second, source": lambda speed: f"{speed.source:.1f}",
        "people a second, bare loop": lambda speed: f"{speed.bare:.1f}",
        "source / bare loop": lambda speed: f"{speed.ratio:.2f}",
        "requests": lambda speed: f"{speed.requests:,}",
        f"requests beyond N + N/{PAGE}": lambda speed: f"{speed.requests - speed.people - speed.people // PAGE}",
    }
    promised = {"source / bare loop": f"at least {LEAST_SPEED}", f"requests beyond N + N/{PAGE}": "a handful"}
    for title, number in rows.items():
        kept = _kept(all(speed.kept for speed in speeds)) if title == "source / bare loop" else ""
        table.add_row(title, *(number(speed) for speed in speeds), promised.get(title, ""), kept)
    return table


def _table_of_sizes(memory: list[Memory], state: State) -> Table:
    table = Table(title="What it takes, in a process of its own", title_justify="left")
    for column in ("", "measured", "promised", ""):
        table.add_column(column, justify="right" if column else "left")
    for crowd in memory:
        mode = crowd.mode.value.replace("_", " ")
        table.add_row(f"memory for {crowd.few:,} people, {mode}", f"{crowd.few_bytes / MEGABYTE:.1f} MB")
        table.add_row(f"memory for {crowd.many:,} people, {mode}", f"{crowd.many_bytes / MEGABYTE:.1f} MB")
        promised = f"at most {crowd.most_bytes:,}"
        table.add_row(
            f"bytes for each person more, {mode}", f"{crowd.for_each_person:,.0f}", promised, _kept(crowd.kept)
        )
    table.add_section()
    most = f"less than {MOST_BYTES_OF_STATE / MEGABYTE:.0f} MB"
    table.add_row(f"state of {state.users:,} people", f"{state.size / MEGABYTE:.1f} MB", most, _kept(state.is_small))
    most = f"at most {MOST_SECONDS_OF_STATE:.0f} s"
    table.add_row("writing and reading it", f"{state.seconds:.2f} s", most, _kept(state.is_fast))
    return table


def _kept(kept: bool) -> str:
    return "yes" if kept else "NO"


if __name__ == "__main__":
    sys.exit(main())
