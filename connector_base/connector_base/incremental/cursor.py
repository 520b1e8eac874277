"""The cursor of a stream that is read as a whole: which records changed, and which were emitted."""

import threading
from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from airbyte_cdk.sources.streams.concurrent.cursor import Cursor
from airbyte_cdk.sources.streams.concurrent.partitions.partition import Partition
from airbyte_cdk.sources.types import Record

from connector_base.incremental.fingerprints import RecordsState
from shared_mappings.fingerprints import fingerprint

CURSOR_FIELD: Final = "changedAt"
"""When the sync started that emitted the record. It is no part of what makes a record another one."""


def changed_at(started_at: datetime) -> str:
    """What the cursor field of each record holds that a sync emits.

    Args:
        started_at: When the sync started, in UTC.
    """
    return started_at.isoformat(timespec="microseconds").replace("+00:00", "Z")


READ_WHOLE: Final = "readWhole"
"""What the last state of a sync says that has read everything; without it, part is missing. The next sync goes without
it: what it is to emit is told by the fingerprints."""

RECORDS_BETWEEN_STATES: Final = 500
SHARE_BETWEEN_STATES: Final = 10
"""A state message is emitted after so many records, or after a tenth of all where that is more: it names them all, and
the state messages of a large organisation would else cost more than its records."""


class ChangedRecordsCursor(Cursor):
    """Knows which records changed, and says in state messages which of them were emitted.

    A state message covers the records in front of it and no others, for a record is noted only once it is in the
    queue of messages. Records that have not been read yet keep the entry they had. Only when everything was read do
    those disappear that were not seen: they are no longer there.

    Called by the threads that read.

    Args:
        start: What is known before the first record is read.
        primary_key: The field that tells records apart; a text.
        columns: The columns that count; None for all.
        emit: Takes a `stream_state` and puts it behind the records that were emitted so far.
        of_some: Whether only some records are read. Then those that were not seen may be there, and no state says that
            everything was read.
    """

    def __init__(
        self,
        start: RecordsState,
        primary_key: str,
        columns: frozenset[str] | None,
        emit: Callable[[Mapping[str, Any]], None],
        *,
        of_some: bool = False,
    ) -> None:
        self._start: Final = start
        self._primary_key: Final = primary_key
        self._columns: Final = columns
        self._emit: Final = emit
        self._of_some: Final = of_some
        self._lock: Final = threading.Lock()
        self._fingerprints: Final = dict(start.fingerprints)
        self._not_seen: Final = set(start.fingerprints)
        self._since_last_state = 0
        self._open_partitions = 0
        self._all_listed = False

    @property
    def state(self) -> MutableMapping[str, Any]:
        """The `stream_state` that covers what was emitted so far."""
        with self._lock:
            return self._stream_state()

    def should_be_synced(self, record: Record) -> bool:
        """Whether the record is new or has changed, and is to be emitted."""
        key = record.data[self._primary_key]
        with self._lock:
            self._not_seen.discard(key)
            last = self._fingerprints.get(key)
        return last != self._fingerprint(record)

    def observe(self, record: Record) -> None:
        """Notes that a record was emitted."""
        current = self._fingerprint(record)
        with self._lock:
            self._fingerprints[record.data[self._primary_key]] = current
            self._since_last_state += 1
            if self._since_last_state >= max(RECORDS_BETWEEN_STATES, len(self._fingerprints) // SHARE_BETWEEN_STATES):
                self._emit_state()

    def open_partition(self) -> None:
        """Notes that a partition will be read."""
        with self._lock:
            self._open_partitions += 1

    def close_partition(self, partition: Partition) -> None:  # noqa: ARG002
        """Notes that a partition was read without a failure."""
        with self._lock:
            self._open_partitions -= 1

    def all_listed(self) -> None:
        """Notes that there is nothing beyond the partitions that were opened."""
        with self._lock:
            self._all_listed = True

    def ensure_at_least_one_state_emitted(self) -> None:
        """Ends the stream with its state, also when nothing was emitted."""
        with self._lock:
            if self._is_whole:
                for key in self._not_seen:
                    del self._fingerprints[key]
                self._not_seen.clear()
            self._emit_state()

    def _fingerprint(self, record: Record) -> str:
        counted = {
            name: value
            for name, value in record.data.items()
            if name != CURSOR_FIELD and (self._columns is None or name in self._columns)
        }
        return fingerprint(self._start.key, counted)

    def _stream_state(self) -> dict[str, Any]:
        state = replace(self._start, fingerprints=dict(self._fingerprints)).as_stream_state()
        return {**state, READ_WHOLE: True} if self._is_whole else state

    @property
    def _is_whole(self) -> bool:
        """Whether everything was read, without a failure."""
        return self._all_listed and not self._open_partitions and not self._of_some

    def _emit_state(self) -> None:
        """Puts the state into the queue while no other thread can put a later one there."""
        self._since_last_state = 0
        self._emit(self._stream_state())
