"""A sandbox in a process of its own, so that it takes no time from whoever is measured."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any, NamedTuple

from benchmarks.elsewhere import PROCESSES
from integration_tests.sandbox import Sandbox

Fill = Callable[[Sandbox], object]
"""Has more people in a sandbox."""


class Traffic(NamedTuple):
    """What an Xledger was asked.

    Attributes:
        requests: How many requests came.
        bytes_sent: Bytes of their bodies.
        bytes_received: Bytes of the answers' bodies.
    """

    requests: int
    bytes_sent: int
    bytes_received: int


@dataclass(frozen=True, slots=True)
class Asked:
    """What both systems of a sandbox were asked.

    Attributes:
        huma: How many requests of each kind, such as "PATCH /users/{id}".
        xledger: The traffic.
    """

    huma: Counter[str]
    xledger: Traffic


@dataclass(frozen=True, slots=True)
class Served:
    """A sandbox, seen from outside its process.

    Attributes:
        huma: A config for source-huma that reads it.
        xledger: A config for source-xledger that reads it.
        pipe: Leads to its process.
    """

    huma: dict[str, Any]
    xledger: dict[str, Any]
    pipe: Connection

    def asked(self) -> Asked:
        """What it was asked since this was last called."""
        self.pipe.send("asked")
        since: Asked = self.pipe.recv()
        return since


@contextmanager
def served(people: int = 0, latency: float = 0, fill: Fill | None = None) -> Iterator[Served]:
    """Serves a sandbox until the end of the block.

    Args:
        people: How many people there are in its Huma. Its Xledger is empty.
        latency: How long Huma takes for each answer, in seconds.
        fill: Called in the other process before anything is measured; None for nobody more.
    """
    ours, theirs = PROCESSES.Pipe()
    process = PROCESSES.Process(target=_serve, args=(people, latency, fill, theirs), daemon=True)
    process.start()
    try:
        huma, xledger = ours.recv()
        yield Served(huma, xledger, ours)
    finally:
        ours.close()
        process.join()


def _serve(people: int, latency: float, fill: Fill | None, pipe: Connection) -> None:
    """Serves a sandbox and counts what it is asked, until the other end of the pipe is closed."""
    with Sandbox.running(people=people, employees=False) as sandbox:
        if fill is not None:
            fill(sandbox)
        sandbox.huma.latency = latency
        pipe.send((sandbox.source_config(), sandbox.source_xledger_config()))
        while True:
            try:
                pipe.recv()
            except EOFError:
                return
            pipe.send(_asked(sandbox))


def _asked(sandbox: Sandbox) -> Asked:
    """What a sandbox was asked so far, which it forgets."""
    of_huma, of_xledger = sandbox.huma.counts(), list(sandbox.xledger.operations)
    sandbox.huma.requests.clear()
    sandbox.xledger.operations.clear()
    sizes = (sum(done.request_bytes for done in of_xledger), sum(done.response_bytes for done in of_xledger))
    return Asked(of_huma, Traffic(len(of_xledger), *sizes))
