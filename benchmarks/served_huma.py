"""A Huma in a process of its own, so that it takes no time from whoever is measured."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Any

from benchmarks.elsewhere import PROCESSES
from integration_tests.sandbox import Sandbox

Fill = Callable[[Sandbox], object]
"""Has more people in the sandbox's Huma."""


class ServedHuma:
    """A Huma, seen from outside its process.

    Attributes:
        config: A config for source-huma that reads it.
        company: The id of a company in it.
    """

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self.config: dict[str, Any]
        self.company: str
        self.config, self.company = pipe.recv()

    def requests_since_last_asked(self) -> Counter[str]:
        """How many requests of each kind there were, such as "PATCH /users/{id}", since this was last asked."""
        self._pipe.send("requests")
        made: Counter[str] = self._pipe.recv()
        return made


@contextmanager
def served_huma(people: int, latency: float = 0, fill: Fill | None = None) -> Iterator[ServedHuma]:
    """Serves a Huma until the end of the block.

    Args:
        people: How many people there are in it.
        latency: How long it takes for each answer, in seconds.
        fill: Called in the other process before anything is served; None for nobody more.
    """
    ours, theirs = PROCESSES.Pipe()
    process = PROCESSES.Process(target=_serve, args=(people, latency, fill, theirs), daemon=True)
    process.start()
    try:
        yield ServedHuma(ours)
    finally:
        ours.close()
        process.join()


def _serve(people: int, latency: float, fill: Fill | None, pipe: Connection) -> None:
    """Serves a Huma and counts its requests, until the other end of the pipe is closed."""
    with Sandbox.running(people=people, employees=False) as sandbox:
        if fill is not None:
            fill(sandbox)
        sandbox.huma.latency = latency
        pipe.send((sandbox.source_config(), sandbox.huma.organisation.companies[0].id))
        while True:
            try:
                pipe.recv()
            except EOFError:
                return
            pipe.send(sandbox.huma.counts())
            sandbox.huma.requests.clear()
