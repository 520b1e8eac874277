"""A stream that is read as a whole, and emits what changed since the last sync."""

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

from connector_base.incremental.cursor import CURSOR_FIELD, ChangedRecordsCursor
from connector_base.incremental.fingerprints import RecordsState, UnknownStateError
from shared_mappings.fingerprints import fingerprint

LOGGER: Final = logging.getLogger(f"airbyte.{__name__}")


def changed_records_cursor(
    configured: ConfiguredAirbyteStream,
    primary_key: str,
    start: RecordsState,
    messages: MessageRepository,
    *,
    of_some: bool = False,
) -> ChangedRecordsCursor:
    """The cursor of an incremental sync.

    Args:
        configured: The stream as the host asks for it.
        primary_key: The field that tells records apart; a text.
        start: What is known before the first record is read.
        messages: Takes the state messages.
        of_some: Whether only some records are read, as `starting_point_of_some` says.
    """

    def emit(stream_state: Mapping[str, Any]) -> None:
        messages.emit_message(state_message(configured, stream_state))

    return ChangedRecordsCursor(start, primary_key, _selected_columns(configured), emit, of_some=of_some)


def what_counts(configured: ConfiguredAirbyteStream, filters: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of a sync: what decides which records are read, and what of them counts.

    Args:
        configured: The stream as the host asks for it, with the columns that are selected.
        filters: The connector's settings that decide which records are read, as JSON, in one form for the same choice.
    """
    columns = _selected_columns(configured)
    return {"columns": columns and sorted(columns), **filters}


def remembered(stream: str, stream_state: Mapping[str, Any]) -> RecordsState | None:
    """What the last sync left, or None to emit everything anew; with a warning when the state cannot be understood.

    Args:
        stream: The stream's name.
        stream_state: The state message's `stream_state`; empty when there is none.
    """
    try:
        return RecordsState.parse(stream_state)
    except UnknownStateError:
        LOGGER.warning(
            "What the last sync left (the state of %s) cannot be used, so everybody is read once more. Nothing is "
            "to be done.",
            stream,
        )
        return None


def starting_point(
    last: RecordsState | None, settings: Any, started_at: datetime, resync_interval: timedelta | None
) -> RecordsState:
    """What is known before the first record is read.

    A sync that sets out to emit everything starts without fingerprints. So one that is interrupted in the middle of
    that is taken up where it ended: what was emitted has a fingerprint, what was not has none.

    Args:
        last: What the last sync left; None for nothing.
        settings: What `what_counts` says. When that is not as in the last sync, everything is emitted.
        started_at: When this sync started.
        resync_interval: How long after everything was emitted everything is emitted again; None for never.
    """
    anew = _anew(last.key if last else RecordsState.new_key(), settings, started_at)
    if last is None or last.settings != anew.settings:
        return anew
    since = started_at - last.everything_since
    if resync_interval is not None and not timedelta(0) <= since < resync_interval:
        return anew
    return last


def starting_point_of_some(last: RecordsState | None, settings: Any, started_at: datetime) -> RecordsState:
    """What is known before the first record is read, where only some records are read, whatever the others have become.

    Nothing is begun: neither other settings nor the time that has passed make everything count as changed, which the
    next reading of everything does as if this one had not been. What was read has the fingerprint of its record then.

    Where nothing is known, nothing but what is read has a fingerprint at the end, and the next reading of everything
    emits all others. That is not everything there is, and it does not say so either: what it emits is not of the sync
    that the state says everything has been emitted since.

    Args:
        last: What the last sync left; None for nothing.
        settings: What `what_counts` says; not with what decides which of all records are read this time.
        started_at: When this sync started.
    """
    return last or _anew(RecordsState.new_key(), settings, started_at)


def _anew(key: bytes, settings: Any, started_at: datetime) -> RecordsState:
    return RecordsState(key, fingerprint(key, settings), started_at, {})


class ChangedRecordsStream(DefaultStream):
    """A stream that can be read incrementally, around one that can only be read as a whole.

    The CDK builds a cursor only for APIs that say when something changed.

    Args:
        stream: The stream that reads everything.
        primary_key: The field that tells records apart; a text.
        cursor: Knows what has changed; None to emit everything.
    """

    def __init__(self, stream: AbstractStream, primary_key: str, cursor: ChangedRecordsCursor | None = None) -> None:
        super().__init__(
            partition_generator=_Partitions(stream, cursor),
            name=stream.name,
            json_schema=stream.get_json_schema,
            primary_key=[primary_key],
            cursor_field=CursorField(CURSOR_FIELD),
            logger=logging.getLogger("airbyte"),  # what the CDK says is none of this connector's own words
            cursor=cursor or stream.cursor,
        )


class _Partitions(PartitionGenerator):
    """The partitions of the stream, in their order."""

    def __init__(self, stream: AbstractStream, cursor: ChangedRecordsCursor | None) -> None:
        self._stream: Final = stream
        self._cursor: Final = cursor

    def generate(self) -> Iterable[Partition]:
        if self._cursor is None:
            yield from self._stream.generate_partitions()
            return
        for partition in self._stream.generate_partitions():
            self._cursor.open_partition()
            yield _ChangedRecords(partition, self._cursor)
        self._cursor.all_listed()


class _ChangedRecords(Partition):
    """The records of a partition that changed."""

    def __init__(self, partition: Partition, cursor: ChangedRecordsCursor) -> None:
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


def _selected_columns(configured: ConfiguredAirbyteStream) -> frozenset[str] | None:
    """The columns a host has selected; None when it does not say, for all."""
    return frozenset(configured.stream.json_schema.get("properties") or ()) or None


def state_message(configured: ConfiguredAirbyteStream, stream_state: Mapping[str, Any]) -> AirbyteMessage:
    """The message that tells a host the state of a stream."""
    manager = ConnectorStateManager()
    manager.update_state_for_stream(configured.stream.name, configured.stream.namespace, stream_state)
    return manager.create_state_message(configured.stream.name, configured.stream.namespace)
