"""What bringing employees to Huma costs: requests beside the fewest there could be, speed beside a bare loop, memory.

`python -m benchmarks.destination_huma` prints two tables. Huma is the sandbox, in a process of its own, and so is the
destination. Counts are the same everywhere; the speed is the ratio of one run.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from math import ceil
from pathlib import Path
from typing import Any

import requests
from rich.console import Console
from rich.table import Table

from benchmarks.elsewhere import elsewhere
from benchmarks.promises import Promise, at_most, table_of_promises
from benchmarks.runs import summary_of
from benchmarks.served import Served, served
from benchmarks.source_huma import LATENCY, PAGE, bare_loop
from benchmarks.steps import Step, steps
from huma_xledger.environment import EXECUTABLES
from integration_tests.conftest import a_stream
from integration_tests.huma_people import an_employee, hire
from integration_tests.sandbox import Sandbox
from xledger_api.tariff import MEGABYTE

STEPS = 5
IN_FLIGHT = 8

A_HANDFUL = 10
"""The token, the job titles, and the pages that show that a list has ended."""

EACH_WRITTEN = 3
"""Requests for somebody who is written, on average: half of them lack a value in their position too. They are read
afresh just before, each object by a request of its own, and so they are written."""

LEAST_SPEED = 0.6
MOST_BYTES = 8_000
"""What each person in Huma more may take: everybody is kept as they stand there."""

EMPLOYEES = "employees"


@dataclass(frozen=True, slots=True)
class Run:
    """What came of a sync, and what it took.

    Attributes:
        summary: The destination's own summary.
        asked: How many requests of each kind Huma was sent.
        seconds: How long it took, starting included.
        peak_memory: The most memory the destination's process had, in bytes.
    """

    summary: Mapping[str, Any]
    asked: Counter[str]
    seconds: float
    peak_memory: int

    @property
    def requests(self) -> int:
        """Every request, the one for a token included."""
        return self.asked.total()

    @property
    def writes(self) -> int:
        """Those that write."""
        return sum(count for kind, count in self.asked.items() if kind.startswith(("PATCH", "PUT")))


def main() -> int:
    """Runs the benchmarks. Returns 0 when everything is within its bounds."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.destination_huma", description=__doc__)
    parser.add_argument("--people", type=int, default=1_000, help="how many people to compare")
    parser.add_argument("--written", type=int, default=100, help="how many of them lack something in Huma")
    parser.add_argument("--few", type=int, default=200, help="how many to compare the memory with")
    arguments = parser.parse_args()
    count, written, few_count = arguments.people, arguments.written, arguments.few
    if not max(written, few_count) < count:
        parser.error("--written and --few have to be less than --people.")
    with tempfile.TemporaryDirectory() as name, steps(STEPS) as step:
        runs, bare_seconds = _many(step, Path(name), count, written)
        few = _few(step, Path(name), few_count)
    promises = [
        *_costs(runs, count, written),
        _speed(runs, bare_seconds),
        _memory((few_count, few), (count, runs["unchanged"])),
    ]
    console = Console()
    console.print(_table_of_costs(runs, count, written))
    console.print(table_of_promises(promises))
    return 0 if all(promise.kept for promise in promises) else 1


def _hire(sandbox: Sandbox, count: int, lacking: int) -> None:
    """Has so many people in Huma, some of whom, here and there, lack a phone number; half of these a job title too."""
    lack = {(position * count) // lacking + 1: position for position in range(lacking)}
    for number in range(1, count + 1):
        phone, title = number in lack, lack.get(number, 1) % 2 == 0
        hire(sandbox, number, **({"phone": None} if phone else {}), **({"jobTitle": None} if title else {}))


def _many(step: Step, folder: Path, count: int, written: int) -> tuple[dict[str, Run], float]:
    """The syncs of a connection, one after the other, and the seconds that a bare loop takes for what they write."""
    everybody = range(1, count + 1)
    with served(0, LATENCY, partial(_hire, count=count, lacking=written)) as sandbox, elsewhere() as process:
        step("nobody, to see what starting takes")
        runs = {"nobody": _sync(sandbox, (), folder)}
        step(f"{count:,} people, of whom {written:,} lack something in Huma")
        runs["written"] = _sync(sandbox, everybody, folder)
        step(f"the same {count:,} people, when nothing differs")
        runs["unchanged"] = _sync(sandbox, everybody, folder)
        step("the same in a bare loop")
        config = {**sandbox.huma, "num_workers": IN_FLIGHT}
        bare_seconds = process.submit(_bare_seconds, config, written).result()
    expected = {"written": {"updated": written}, "unchanged": {"unchanged": count}}
    for kind, counts in expected.items():
        if not counts.items() <= runs[kind].summary.items():
            raise RuntimeError(f"not {counts} but {runs[kind].summary}")
    return runs, bare_seconds


def _few(step: Step, folder: Path, count: int) -> Run:
    """A sync of so few people that everybody in Huma takes next to nothing."""
    step(f"{count:,} people, for the memory")
    with served(fill=partial(_hire, count=count, lacking=0)) as sandbox:
        return _sync(sandbox, range(1, count + 1), folder)


def _sync(sandbox: Served, numbers: Iterable[int], folder: Path) -> Run:
    """Brings employees to a Huma, by the destination in a process of its own.

    Raises:
        RuntimeError: The sync failed.
    """
    with (folder / "messages.jsonl").open("w", encoding="utf-8") as file:
        for number in numbers:
            record = {"stream": EMPLOYEES, "data": an_employee(number), "emitted_at": 1768464000000}
            file.write(json.dumps({"type": "RECORD", "record": record}) + "\n")
    config = {**sandbox.huma, "authority_confirmed": True, "mode": "sync"}
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    (folder / "catalog.json").write_text(json.dumps({"streams": [a_stream(EMPLOYEES)]}), encoding="utf-8")
    verb = ["write", "--config", str(folder / "config.json"), "--catalog", str(folder / "catalog.json")]
    sandbox.asked()
    started = time.perf_counter()
    with (folder / "messages.jsonl").open("rb") as messages:
        done = subprocess.run(  # noqa: S603  our own connector
            [sys.executable, "-m", "benchmarks.measured", str(EXECUTABLES / "destination-huma"), *verb],
            stdin=messages,
            capture_output=True,
            text=True,
            check=False,
        )
    seconds = time.perf_counter() - started
    if done.returncode:
        raise RuntimeError(done.stdout[-2000:] + done.stderr[-2000:])
    took = json.loads(done.stderr.splitlines()[-1])
    return Run(
        summary=summary_of(done.stdout),
        asked=sandbox.asked().huma,
        seconds=seconds,
        peak_memory=took["peak_memory"] * (1 if sys.platform == "darwin" else 1024),
    )


def _bare_seconds(config: dict[str, Any], written: int) -> float:
    """How long the fewest requests take: those that read everybody, and one for each object that is written."""
    started = time.perf_counter()
    bare_loop(config)
    read = time.perf_counter() - started
    api, keys = config["api_url"], {key: config[key] for key in ("client_id", "client_secret")}
    with requests.Session() as session, ThreadPoolExecutor(IN_FLIGHT) as pool:
        session.mount("http://", requests.adapters.HTTPAdapter(pool_maxsize=IN_FLIGHT))
        token = session.post(f"{api}/auth/oauth/token", data={"grant_type": "client_credentials", **keys}, timeout=60)
        session.headers["Authorization"] = f"Bearer {token.json()['access_token']}"

        def write(number_and_user: tuple[int, str]) -> None:
            number, user = number_and_user
            for body in ({"phone": f"+47 911 {number:05d}"}, {"preferredName": "Kari"})[: 1 + number % 2]:
                session.patch(f"{api}/users/{user}", json=body, timeout=60).raise_for_status()

        users = [
            item["id"]
            for offset in range(0, written, PAGE)
            for item in session.get(f"{api}/users", params={"limit": PAGE, "offset": offset}, timeout=60).json()[
                "items"
            ]
        ]
        started = time.perf_counter()
        list(pool.map(write, enumerate(users[:written])))
        return read + time.perf_counter() - started


def _costs(runs: Mapping[str, Run], count: int, written: int) -> list[Promise]:
    nobody, some, unchanged = runs["nobody"], runs["written"], runs["unchanged"]
    beyond = unchanged.requests - count - ceil(count / PAGE)
    objects = written + ceil(written / 2)
    return [
        at_most("requests when nobody comes", nobody.requests, 0),
        at_most(f"requests beyond N + N/{PAGE} to see who is in Huma", beyond, A_HANDFUL),
        at_most("requests that write, when nothing differs", unchanged.writes, 0),
        at_most(f"requests that write {objects} objects of {written} people", some.writes, objects),
        at_most(
            f"requests more for {written} people who are written, read afresh and written",
            some.requests - unchanged.requests,
            EACH_WRITTEN * written,
        ),
    ]


def _speed(runs: Mapping[str, Run], bare_seconds: float) -> Promise:
    seconds = runs["written"].seconds - runs["nobody"].seconds
    ratio = bare_seconds / seconds
    what = (
        f"speed, in that of a bare loop of the fewest requests, {IN_FLIGHT} in flight at {LATENCY * 1000:.0f} ms each"
    )
    return Promise(what, f"{ratio:.2f} ({seconds:.1f} s)", f"at least {LEAST_SPEED}", ratio >= LEAST_SPEED)


def _memory(few: tuple[int, Run], many: tuple[int, Run]) -> Promise:
    """What grows is what is kept of everybody in Huma."""
    (few_count, least), (count, most) = few, many
    each = (most.peak_memory - least.peak_memory) / (count - few_count)
    measured = f"{each:,.0f} ({least.peak_memory / MEGABYTE:.0f} and {most.peak_memory / MEGABYTE:.0f} MB)"
    what = f"bytes of memory for each person in Huma more, from {few_count:,} to {count:,}"
    return Promise(what, measured, f"at most {MOST_BYTES:,}", each <= MOST_BYTES)


def _table_of_costs(runs: Mapping[str, Run], count: int, written: int) -> Table:
    table = Table(title="What a sync to Huma costs", title_justify="left")
    for column in ("", "requests", "of them writing", "the fewest there could be", "seconds"):
        table.add_column(column, justify="right" if column else "left")
    reading = count + ceil(count / PAGE)
    rows = {
        "nobody": ("nobody came", 0),
        "unchanged": (f"{count:,} compared", reading),
        "written": (f"{count:,} compared, {written:,} of them written", reading + written + ceil(written / 2)),
    }
    for kind, (title, fewest) in rows.items():
        run = runs[kind]
        table.add_row(title, f"{run.requests:,}", f"{run.writes:,}", f"{fewest:,}", f"{run.seconds:.1f}")
    return table


if __name__ == "__main__":
    sys.exit(main())
