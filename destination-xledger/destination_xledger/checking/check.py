"""Whether a connection can work: every problem in one answer, and nothing written."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from connector_base.failures import ConnectorError
from connector_base.storage.storage import storage_problem
from destination_xledger.checking.findings import Finding
from destination_xledger.checking.probe import probe_xledger
from destination_xledger.config import Config, parse_config, storage_of, without_what_cannot_work
from xledger_api.sending.client import XledgerClient

Connect = Callable[[Config], XledgerClient]


def check(config: Any, connect: Connect) -> list[Finding]:
    """Tries out all that a sync relies on.

    A setting that cannot work does not keep the others from being tried, unless it is one that it takes to reach
    Xledger; the storage is tried even then.

    Args:
        config: The config as the host gave it.
        connect: Makes the client.

    Returns:
        What was found, problems and warnings in the order in which they were.
    """
    return list(_findings(config, connect))


def told_at_once(problems: Sequence[str]) -> str:
    """Problems as one message, numbered when there are several."""
    if len(problems) == 1:
        return problems[0]
    numbered = (f"({number}) {problem}" for number, problem in enumerate(problems, start=1))
    return f"There are {len(problems)} problems. {' '.join(numbered)}"


def _findings(config: Any, connect: Connect) -> Iterator[Finding]:
    try:
        parse_config(config)
    except ConnectorError as error:
        yield _problem(error)
    settings = without_what_cannot_work(config)
    if settings is not None:
        yield from _as_far_as_it_gets(probe_xledger(settings, connect))
    yield from _as_far_as_it_gets(_probe_storage(config))


def _probe_storage(config: Any) -> Iterator[Finding]:
    if problem := storage_problem(storage_of(config)):
        yield Finding(problem)


def _as_far_as_it_gets(probe: Iterable[Finding]) -> Iterator[Finding]:
    """What a probe finds, without regard to other probes. One that cannot go on raises a ConnectorError."""
    try:
        yield from probe
    except ConnectorError as error:
        yield _problem(error)


def _problem(error: ConnectorError) -> Finding:
    return Finding(error.message or "")
