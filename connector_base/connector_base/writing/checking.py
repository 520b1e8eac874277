"""Whether a connection can work: every problem in one answer, and nothing written."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Protocol, TypeVar

from connector_base.failures import ConnectorError
from connector_base.findings import Finding, findings_of
from connector_base.storage.decisions import check_decisions
from connector_base.storage.storage import storage_problem
from connector_base.storage.storage_config import S3Storage, StorageConfig, storage_of
from connector_base.telling.addresses import entered_in
from connector_base.telling.setting import NOTIFY
from connector_base.telling.telling import not_understood
from shared_mappings import NO_DECISIONS, Decisions


class Checkable(Protocol):
    """The settings that are tried whichever system is written."""

    @property
    def object_storage_config(self) -> StorageConfig:
        """Where reports go."""

    @property
    def decisions(self) -> str:
        """What was decided, as it was entered."""


CheckableT = TypeVar("CheckableT", bound=Checkable)

Probe = Callable[[CheckableT, Decisions], Iterable[Finding]]
"""Tries a system out under settings and decisions, and finds what a sync could not work with."""


def findings_about(
    config: Any,
    parse: Callable[[Any], CheckableT],
    what_can_be_tried: Callable[[Any], CheckableT | None],
    probe: Probe[CheckableT],
) -> Iterator[Finding]:
    """Tries out all that a sync relies on.

    An invalid setting does not keep the others from being tried, unless reaching the system takes it; the storage is
    tried even then, and so is whether it is understood who is told the result. They are told nothing.

    Args:
        config: The config as the host gave it.
        parse: Makes it settings, or raises a config error.
        what_can_be_tried: Makes it settings with defaults in place of the invalid ones; None where those do not do.
        probe: Tries the system out.

    Returns:
        What was found, problems and warnings in the order in which they were.
    """
    try:
        parse(config)
    except ConnectorError as error:
        yield Finding.of(error)
    settings = what_can_be_tried(config)
    of_storage = list(findings_of(_probe_storage(config)))
    if settings is not None:
        decisions = NO_DECISIONS
        if not any(finding.blocks for finding in of_storage):
            try:
                decisions = check_decisions(settings.decisions, settings.object_storage_config)
            except ConnectorError as error:
                of_storage.append(Finding.of(error))
        yield from findings_of(probe(settings, decisions))
    yield from of_storage
    yield from map(Finding, not_understood(entered_in(config), NOTIFY))


def _probe_storage(config: Any) -> Iterator[Finding]:
    storage = storage_of(config)
    if isinstance(storage, S3Storage) and storage.without_meaning:
        named = ", ".join(storage.without_meaning)
        yield Finding(
            f"What is set for the reports under {named} has no meaning here, and is passed over: reports are JSON, not "
            "compressed, in a folder for each sync. Take it out of the config, or leave it.",
            blocks=False,
        )
    if problem := storage_problem(storage):
        yield Finding(problem)
