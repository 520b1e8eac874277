"""The destination in a process of its own, as a host runs it, and what it took."""

import json
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.people import write_messages
from huma_xledger.environment import EXECUTABLES
from integration_tests.conftest import SUMMARY, a_stream
from integration_tests.records import Record
from integration_tests.sandbox import Sandbox


@dataclass(frozen=True, slots=True)
class Run:
    """What came of a sync, and what it took.

    Attributes:
        summary: The destination's own summary.
        look_ups: Queries that Xledger received.
        mutations: Mutations that it received.
        processor_seconds: Processor time of the destination's process, waiting not included.
        peak_memory: The most memory it had, in bytes.
    """

    summary: dict[str, Any]
    look_ups: int
    mutations: int
    processor_seconds: float
    peak_memory: int


def sync(sandbox: Sandbox, people: Iterable[Record], folder: Path) -> Run:
    """Syncs people into a sandbox's Xledger.

    Args:
        sandbox: The sandbox.
        people: What the source sends.
        folder: Where the files for the process go.

    Raises:
        RuntimeError: The sync failed.
    """
    write_messages(people, folder / "messages.jsonl")
    (folder / "config.json").write_text(json.dumps(sandbox.destination_config()), encoding="utf-8")
    (folder / "catalog.json").write_text(json.dumps({"streams": [a_stream()]}), encoding="utf-8")
    verb = ["write", "--config", str(folder / "config.json"), "--catalog", str(folder / "catalog.json")]
    before = len(sandbox.xledger.operations)
    with (folder / "messages.jsonl").open("rb") as messages:
        done = subprocess.run(  # noqa: S603  our own connector
            [sys.executable, "-m", "benchmarks.measured", str(EXECUTABLES / "destination-xledger"), *verb],
            stdin=messages,
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        raise RuntimeError(done.stdout[-2000:] + done.stderr[-2000:])
    took = json.loads(done.stderr.splitlines()[-1])
    operations = sandbox.xledger.operations[before:]
    return Run(
        summary=summary_of(done.stdout),
        look_ups=sum(operation.kind == "query" for operation in operations),
        mutations=sum(operation.kind == "mutation" for operation in operations),
        processor_seconds=took["processor_seconds"],
        peak_memory=took["peak_memory"] * (1 if sys.platform == "darwin" else 1024),
    )


def summary_of(printed: str) -> dict[str, Any]:
    """The summary in what a destination has printed."""
    logged = [json.loads(line).get("log", {}).get("message", "") for line in printed.splitlines()]
    found: dict[str, Any] = json.loads(next(line for line in logged if line.startswith(SUMMARY))[len(SUMMARY) :])
    return found
