"""What reading Huma's people costs: speed beside a bare loop, requests, and memory.

`python -m benchmarks.source_huma` prints a table. Huma is the sandbox, in a process of its own, so that it takes no
time from whoever is measured. Absolute numbers say something about the machine; what counts are the ratios of one run.
"""

import argparse
import json
import multiprocessing
import os
import resource
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import requests
from rich.console import Console
from rich.table import Table

from integration_tests.sandbox import Sandbox
from source_huma.entrypoint import HumaEntrypoint
from source_huma.log_redaction import redact_logs
from source_huma.source import SourceHuma

Config = dict[str, Any]
Reader = Callable[[Config], int]
"""Reads everybody, with the requests in flight that `num_workers` allows, and returns how many people it read."""

PROCESSES = multiprocessing.get_context("spawn")
LATENCY = 0.05
PAGE = 50


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.source_huma", description=__doc__)
    parser.add_argument("--people", type=int, default=2000, help="how many people to read for the speed")
    parser.add_argument("--workers", type=int, nargs="+", default=[8], help="how many requests in flight")
    parser.add_argument("--rounds", type=int, default=3, help="how often each reads, in turn; the best time counts")
    parser.add_argument("--crowd", type=int, default=4000, help="how many people to read for the memory")
    arguments = parser.parse_args()
    console = Console()
    with console.status("Reading ..."):
        speeds = [_speed(arguments.people, workers, arguments.rounds) for workers in arguments.workers]
        memory = _memory(arguments.crowd // 8, arguments.crowd)
    console.print(_table(speeds, memory))


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


@dataclass(frozen=True)
class Memory:
    """The most memory the source took, in bytes, for few and for many people."""

    few: int
    many: int
    few_bytes: int
    many_bytes: int

    @property
    def for_each_person(self) -> float:
        """Bytes that one person more takes."""
        return (self.many_bytes - self.few_bytes) / (self.many - self.few)


def _speed(people: int, workers: int, rounds: int) -> Speed:
    times: dict[Reader, list[float]] = {bare_loop: [], source: []}
    with _huma(people, LATENCY) as huma:
        config = {**huma.config, "num_workers": workers}
        for _ in range(rounds):
            for reader, taken in times.items():
                huma.requests_since_last_asked()
                started = time.perf_counter()
                read = reader(config)
                taken.append(time.perf_counter() - started)
                assert read == people, f"{reader.__name__} read {read} of {people} people"
        made = huma.requests_since_last_asked()
    return Speed(
        people=people,
        workers=workers,
        source=people / min(times[source]),
        bare=people / min(times[bare_loop]),
        requests=made,
    )


def _memory(few: int, many: int) -> Memory:
    return Memory(few, many, _most_memory(few), _most_memory(many))


def _most_memory(people: int) -> int:
    with _huma(people, latency=0) as huma:
        ours, theirs = PROCESSES.Pipe()
        process = PROCESSES.Process(target=_read_and_tell, args=(huma.config, theirs))
        process.start()
        most: int = ours.recv()
        process.join()
    return most


def _read_and_tell(config: Config, pipe: Connection) -> None:
    source(config)
    pipe.send(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)


# ---- who is measured


def source(config: Config) -> int:
    """The connector, from its command line's arguments to its lines of output."""
    redact_logs()
    with tempfile.TemporaryDirectory() as folder, Path(os.devnull).open("w", encoding="utf-8") as out:
        arguments = ["read"]
        for option, content in {"config": config, "catalog": _catalog()}.items():
            path = Path(folder, f"{option}.json")
            path.write_text(json.dumps(content), encoding="utf-8")
            arguments += [f"--{option}", str(path)]
        catalog = SourceHuma.read_catalog(arguments[-1])
        entrypoint = HumaEntrypoint(SourceHuma(config, catalog))
        people = 0
        for line in entrypoint.run(HumaEntrypoint.parse_args(arguments)):
            out.write(line + "\n")
            people += '"type":"RECORD"' in line
    return people


def _catalog() -> Config:
    users = {"name": "users", "json_schema": {}, "supported_sync_modes": ["full_refresh"]}
    return {"streams": [{"stream": users, "sync_mode": "full_refresh", "destination_sync_mode": "append"}]}


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


# ---- a Huma in another process


class _RemoteHuma:
    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self.config: Config = pipe.recv()

    def requests_since_last_asked(self) -> int:
        self._pipe.send("requests")
        return int(self._pipe.recv())


@contextmanager
def _huma(people: int, latency: float) -> Iterator[_RemoteHuma]:
    ours, theirs = PROCESSES.Pipe()
    process = PROCESSES.Process(target=_serve, args=(people, latency, theirs), daemon=True)
    process.start()
    try:
        yield _RemoteHuma(ours)
    finally:
        ours.close()
        process.join()


def _serve(people: int, latency: float, pipe: Connection) -> None:
    """Serve a Huma and count its requests, until the other end of the pipe is closed."""
    with Sandbox.running(people=people, employees=False) as sandbox:
        sandbox.huma.latency = latency
        pipe.send(sandbox.source_config())
        while True:
            try:
                pipe.recv()
            except EOFError:
                return
            pipe.send(len(sandbox.huma.requests))
            sandbox.huma.requests.clear()


# ---- the table


def _table(speeds: list[Speed], memory: Memory) -> Table:
    table = Table(title="Reading Huma's people", title_justify="left")
    for column in ("", *(f"{speed.workers} in flight" for speed in speeds)):
        table.add_column(column, justify="right" if column else "left")
    rows: dict[str, Callable[[Speed], str]] = {
        f"people read, at {LATENCY * 1000:.0f} ms a request": lambda speed: f"{speed.people:,}",
        "people a second, source": lambda speed: f"{speed.source:.1f}",
        "people a second, bare loop": lambda speed: f"{speed.bare:.1f}",
        "source / bare loop": lambda speed: f"{speed.ratio:.2f}",
        "requests": lambda speed: f"{speed.requests:,}",
        f"requests beyond N + N/{PAGE}": lambda speed: f"{speed.requests - speed.people - speed.people // PAGE}",
    }
    for title, number in rows.items():
        table.add_row(title, *(number(speed) for speed in speeds))
    table.add_section()
    mega = 1024 * 1024
    table.add_row(f"memory for {memory.few:,} people", f"{memory.few_bytes / mega:.1f} MB")
    table.add_row(f"memory for {memory.many:,} people", f"{memory.many_bytes / mega:.1f} MB")
    table.add_row("memory for each person more", f"{memory.for_each_person:,.0f} bytes")
    return table


if __name__ == "__main__":
    main()
