"""Incremental reading of `users`: which settings of the connector count for it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from airbyte_cdk.models import ConfiguredAirbyteStream
from airbyte_cdk.sources.message import MessageRepository

from connector_base.incremental.cursor import ChangedRecordsCursor
from connector_base.incremental.stream import changed_records_cursor, remembered, starting_point, what_counts

PRIMARY_KEY: Final = "id"

FILTERS: Final[Mapping[str, Any]] = {
    "company_ids": [],
    "location_ids": [],
    "team_ids": [],
    "include_deactivated": True,
}
"""The settings that decide who is read, with their defaults."""

DEFAULT_RESYNC_INTERVAL_DAYS: Final = 7


def users_cursor(
    config: Mapping[str, Any],
    configured: ConfiguredAirbyteStream,
    stream_state: Mapping[str, Any],
    started_at: datetime,
    messages: MessageRepository,
) -> ChangedRecordsCursor:
    """The cursor of an incremental sync.

    Args:
        config: The connector's configuration.
        configured: The stream as the host asks for it.
        stream_state: What the last sync left; empty when there is nothing.
        started_at: When the sync started.
        messages: Takes the state messages.
    """
    days = config.get("full_resync_interval_days", DEFAULT_RESYNC_INTERVAL_DAYS)
    start = starting_point(
        remembered(configured.stream.name, stream_state),
        what_counts(configured, filters(config)),
        started_at,
        timedelta(days=days) if days else None,
    )
    return changed_records_cursor(configured, PRIMARY_KEY, start, messages)


def filters(config: Mapping[str, Any]) -> dict[str, Any]:
    """The settings that decide who is read, in one form for the same choice."""
    chosen = {name: config.get(name, default) for name, default in FILTERS.items()}
    return {
        name: sorted({str(item).lower() for item in value}) if isinstance(value, list) else value
        for name, value in chosen.items()
    }
