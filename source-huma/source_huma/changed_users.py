"""Incremental reading of `users`: everybody is read, and who changed since the last sync is emitted."""

import logging
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from airbyte_cdk.models import AirbyteMessage, ConfiguredAirbyteStream
from airbyte_cdk.sources.connector_state_manager import ConnectorStateManager
from airbyte_cdk.sources.message import MessageRepository
from airbyte_cdk.sources.streams.concurrent.abstract_stream import AbstractStream
from airbyte_cdk.sources.streams.concurrent.cursor import CursorField
from airbyte_cdk.sources.streams.concurrent.default_stream import DefaultStream
from airbyte_cdk.sources.streams.concurrent.partitions.partition import Partition
from airbyte_cdk.sources.streams.concurrent.partitions.partition_generator import PartitionGenerator
from airbyte_cdk.sources.types import Record

from connector_base.incremental.cursor import CURSOR_FIELD, ChangedUsersCursor
from connector_base.incremental.fingerprints import UnknownStateError, UsersState, fingerprint

LOGGER: Final = logging.getLogger("airbyte.source_huma.changed_users")

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
) -> ChangedUsersCursor:
    """The cursor of an incremental sync.

    Args:
        config: The connector's configuration.
        configured: The stream as the host asks for it.
        stream_state: What the last sync left; empty when there is nothing.
        started_at: When the sync started.
        messages: Takes the state messages.
    """
    columns = selected_columns(configured)
    days = config.get("full_resync_interval_days", DEFAULT_RESYNC_INTERVAL_DAYS)
    start = starting_point(
        remembered(stream_state),
        {"columns": columns and sorted(columns), **filters(config)},
        started_at,
        timedelta(days=days) if days else None,
    )
    return ChangedUsersCursor(start, columns, lambda state: messages.emit_message(_state_message(configured, state)))


def selected_columns(configured: ConfiguredAirbyteStream) -> frozenset[str] | None:
    """The columns a host has selected; None when it does not say, for all."""
    return frozenset(configured.stream.json_schema.get("properties") or ()) or None


def filters(config: Mapping[str, Any]) -> dict[str, Any]:
    """The settings that decide who is read, in one form for the same choice."""
    chosen = {name: config.get(name, default) for name, default in FILTERS.items()}
    return {
        name: sorted({str(item).lower() for item in value}) if isinstance(value, list) else value
        for name, value in chosen.items()
    }


def remembered(stream_state: Mapping[str, Any]) -> UsersState | None:
    """What the last sync left, or None to read everybody anew; with a warning when the state cannot be understood.

    Args:
        stream_state: The state message's `stream_state`; empty when there is none.
    """
    try:
        return UsersState.parse(stream_state)
    except UnknownStateError as error:
        LOGGER.warning(
            "The state of the stream users cannot be understood: %s. Everybody is read as if for the first time.", error
        )
        return None


def starting_point(
    last: UsersState | None, settings: Any, started_at: datetime, resync_interval: timedelta | None
) -> UsersState:
    """What is known before the first user is read.

    A sync that sets out to emit everybody starts without fingerprints. So one that is interrupted in the middle of
    that is taken up where it ended: who was emitted has a fingerprint, who was not has none.

    Args:
        last: What the last sync left; None for nothing.
        settings: Filters and columns, as JSON. When they are not those of the last sync, everybody is emitted.
        started_at: When this sync started.
        resync_interval: How long after everybody was emitted everybody is emitted again; None for never.
    """
    key = last.key if last else UsersState.new_key()
    anew = UsersState(key, fingerprint(key, settings), started_at, {})
    if last is None or last.settings != anew.settings:
        return anew
    since = started_at - last.everybody_since
    if resync_interval is not None and not timedelta(0) <= since < resync_interval:
        return anew
    return last


class UsersStream(DefaultStream):
    """The stream `users` that can be read incrementally, around the one the CDK builds from the manifest.

    The CDK builds a cursor only for APIs that say when something changed.

    Args:
        stream: The stream that reads everybody.
        cursor: Knows who has changed; None to emit everybody.
    """

    def __init__(self, stream: AbstractStream, cursor: ChangedUsersCursor | None = None) -> None:
        super().__init__(
            partition_generator=_Partitions(stream, cursor),
            name=stream.name,
            json_schema=stream.get_json_schema,
            primary_key=[PRIMARY_KEY],
            cursor_field=CursorField(CURSOR_FIELD),
            logger=LOGGER,
            cursor=cursor or stream.cursor,
        )


class _Partitions(PartitionGenerator):
    """One partition for each user, in the order in which they are listed."""

    def __init__(self, stream: AbstractStream, cursor: ChangedUsersCursor | None) -> None:
        self._stream: Final = stream
        self._cursor: Final = cursor

    def generate(self) -> Iterable[Partition]:
        if self._cursor is None:
            yield from self._stream.generate_partitions()
            return
        for partition in self._stream.generate_partitions():
            self._cursor.open_partition()
            yield _ChangedUserPartition(partition, self._cursor)
        self._cursor.all_listed()


class _ChangedUserPartition(Partition):
    """Yields nothing for a user who has not changed."""

    def __init__(self, partition: Partition, cursor: ChangedUsersCursor) -> None:
        self._partition: Final = partition
        self._cursor: Final = cursor

    def read(self) -> Iterable[Record]:
        return filter(self._cursor.should_be_synced, self._partition.read())

    def to_slice(self) -> Mapping[str, Any] | None:
        return self._partition.to_slice()

    def stream_name(self) -> str:
        return self._partition.stream_name()

    def __hash__(self) -> int:
        return hash(self._partition)


def _state_message(configured: ConfiguredAirbyteStream, stream_state: Mapping[str, Any]) -> AirbyteMessage:
    manager = ConnectorStateManager()
    manager.update_state_for_stream(configured.stream.name, configured.stream.namespace, stream_state)
    return manager.create_state_message(configured.stream.name, configured.stream.namespace)
