"""Incremental reading of `users`: which settings of the connector count for it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from airbyte_cdk.models import ConfiguredAirbyteStream
from airbyte_cdk.sources.message import MessageRepository

from connector_base.incremental.cursor import ChangedRecordsCursor
from connector_base.incremental.stream import (
    changed_records_cursor,
    remembered,
    starting_point,
    starting_point_of_some,
    what_counts,
)
from source_huma.named_users import named_users

PRIMARY_KEY: Final = "id"

FILTERS: Final[Mapping[str, Any]] = {
    "company_ids": [],
    "location_ids": [],
    "team_ids": [],
    "include_deactivated": True,
}
"""The settings that decide who is read, with their defaults. Whom `user_ids` names is no matter of who is meant: what
was emitted of them, and of all others, counts in every sync."""

DEFAULT_RESYNC_INTERVAL_DAYS: Final = 7


def users_cursor(
    config: Mapping[str, Any],
    configured: ConfiguredAirbyteStream,
    stream_state: Mapping[str, Any],
    started_at: datetime,
    messages: MessageRepository,
) -> ChangedRecordsCursor:
    """The cursor of an incremental sync, which leaves everybody's fingerprint alone but for those whom it reads.

    Args:
        config: The connector's configuration.
        configured: The stream as the host asks for it.
        stream_state: What the last sync left; empty when there is nothing.
        started_at: When the sync started.
        messages: Takes the state messages.
    """
    last = remembered(configured.stream.name, stream_state)
    settings = what_counts(configured, filters(config))
    if named_users(config):
        start = starting_point_of_some(last, settings, started_at)
        return changed_records_cursor(configured, PRIMARY_KEY, start, messages, of_some=True)
    days = config.get("full_resync_interval_days", DEFAULT_RESYNC_INTERVAL_DAYS)
    start = starting_point(last, settings, started_at, timedelta(days=days) if days else None)
    return changed_records_cursor(configured, PRIMARY_KEY, start, messages)


def filters(config: Mapping[str, Any]) -> dict[str, Any]:
    """The settings that decide who is read, in one form for the same choice."""
    chosen = {name: config.get(name, default) for name, default in FILTERS.items()}
    return {
        name: sorted({str(item).lower() for item in value}) if isinstance(value, list) else value
        for name, value in chosen.items()
    }
