"""Whether a connection can work: every problem in one answer, and nothing written."""

from collections.abc import Iterable, Iterator
from typing import Any

from connector_base.failures import ConnectorError
from connector_base.findings import Finding
from connector_base.storage.decisions import read_decisions
from connector_base.storage.storage import storage_problem
from connector_base.storage.storage_config import S3Storage, storage_of
from destination_huma.checking.probe import Connect, probe_huma
from destination_huma.config import Config, parse_config, what_can_be_tried
from shared_mappings import NO_DECISIONS, Policy


def check(config: Any, connect: Connect) -> list[Finding]:
    """Tries out all that a sync relies on.

    An invalid setting does not keep the others from being tried, unless reaching Huma takes it; the storage is tried
    even then.

    Args:
        config: The config as the host gave it.
        connect: Makes the connection.

    Returns:
        What was found, problems and warnings in the order in which they were.
    """
    return list(_findings(config, connect))


def _findings(config: Any, connect: Connect) -> Iterator[Finding]:
    try:
        parse_config(config)
    except ConnectorError as error:
        yield _problem(error)
    settings = what_can_be_tried(config)
    of_storage = list(_findings_of(_probe_storage(config)))
    if settings is not None:
        yield from _surprises_in(settings)
        decisions = NO_DECISIONS
        if not any(finding.blocks for finding in of_storage):
            try:
                decisions = read_decisions(settings.decisions, settings.object_storage_config)
            except ConnectorError as error:
                of_storage.append(_problem(error))
        yield from _findings_of(probe_huma(settings, connect, decisions))
    yield from of_storage


def _surprises_in(settings: Config) -> Iterator[Finding]:
    """What is valid, hardly ever meant, and seen by nobody who is only told that the check has passed."""
    if not settings.gender_codes and settings.policies.fields.get("gender") is not Policy.READ_ONLY:
        yield Finding(
            f"The list {Config.titled('gender_codes')} is empty, so Huma would get Xledger's codes in place of "
            "genders. Enter the genders as they are spelled in Huma, each with its code in Xledger; or, if it is "
            f"meant, choose gender under {Config.titled('read_only_fields')}."
        )


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


def _findings_of(probe: Iterable[Finding]) -> Iterator[Finding]:
    """What a probe finds. The error with which it ends early is a finding too, so that other probes are still tried."""
    try:
        yield from probe
    except ConnectorError as error:
        yield _problem(error)


def _problem(error: ConnectorError) -> Finding:
    return Finding(error.message or "")
