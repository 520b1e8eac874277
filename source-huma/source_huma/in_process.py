"""Everybody in Huma, for another connector in the same process: read as any host would have them read."""

import logging
from collections.abc import Iterator, Mapping
from typing import Any, Final

from airbyte_cdk.models import (
    AirbyteStream,
    AirbyteStreamStatus,
    ConfiguredAirbyteCatalog,
    ConfiguredAirbyteStream,
    DestinationSyncMode,
    SyncMode,
)

from connector_base.failures import system_error
from connector_base.reading.nulls import NULL
from huma_api.asking.sync_run import SyncRun
from shared_mappings.record_schema import users_schema
from source_huma.source import USERS, SourceHuma

EVERYBODY: Final = ("client_id", "client_secret", "api_url")
"""The settings that whoever reads everybody has in common with this connector."""


def users(config: Mapping[str, Any], beside: SyncRun) -> Iterator[dict[str, Any]]:
    """Reads everybody through the stream `users`, as fast as the connector does. Nothing is printed or kept.

    Half a directory is none: what came before a failure is not to be used. Whoever stops early closes the iterator, so
    that the threads that read can end.

    Args:
        config: A configuration that has `client_id`, `client_secret` and `api_url`; others of its settings are not
            looked at.
        beside: The run of whoever reads. Its access tokens are used, and what reading costs is counted there; when Huma
            was given up on in one of the two, the other one still asks.

    Yields:
        The records: null is None, and what is unknown has no key.

    Raises:
        ConnectorError: The first failure, once reading has come to its end.
    """
    settings = {name: config[name] for name in EVERYBODY if name in config}
    catalog = _everybody()
    source = SourceHuma(settings, catalog, beside=beside)
    complete = False
    for message in source.read(logging.getLogger("airbyte"), settings, catalog):
        if message.record is not None:
            yield {name: None if value is NULL else value for name, value in message.record.data.items()}
        elif message.trace is not None and message.trace.stream_status is not None:
            complete = message.trace.stream_status.status is AirbyteStreamStatus.COMPLETE
    if not complete:
        raise system_error(
            "Reading everybody in Huma stopped before its end, and nothing says why. Run the sync again; if it comes "
            "back, please report this to the maintainers of the connector."
        )


def _everybody() -> ConfiguredAirbyteCatalog:
    stream = AirbyteStream(name=USERS, json_schema=dict(users_schema()), supported_sync_modes=[SyncMode.full_refresh])
    read = ConfiguredAirbyteStream(stream, SyncMode.full_refresh, DestinationSyncMode.append)
    return ConfiguredAirbyteCatalog(streams=[read])
