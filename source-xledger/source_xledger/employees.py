"""The stream `employees`: read as a whole, emitted as a whole or by what changed, and taken up where it ended."""

import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from airbyte_cdk.models import ConfiguredAirbyteStream, SyncMode
from airbyte_cdk.sources.message import MessageRepository
from airbyte_cdk.sources.streams.concurrent.abstract_stream import AbstractStream
from airbyte_cdk.sources.streams.concurrent.default_stream import DefaultStream
from airbyte_cdk.sources.streams.concurrent.partitions.partition import Partition
from airbyte_cdk.sources.streams.concurrent.partitions.partition_generator import PartitionGenerator
from airbyte_cdk.sources.types import Record

from connector_base.failures import transient_error
from connector_base.incremental.cursor import CURSOR_FIELD, ChangedRecordsCursor, changed_at
from connector_base.incremental.identity import UNKEYED
from connector_base.incremental.stream import (
    ChangedRecordsStream,
    changed_records_cursor,
    remembered,
    starting_point,
    state_message,
    what_counts,
)
from connector_base.reading.by_pages import PagesCursor
from connector_base.reading.nulls import with_nulls
from shared_mappings import employees_schema
from shared_mappings.fingerprints import fingerprint
from source_xledger.config import Config
from xledger_api.employees.listing import Mark
from xledger_api.employees.reader import Reader

EMPLOYEES: Final = "employees"
PRIMARY_KEY: Final = "id"

GOES_STALE_AFTER: Final = timedelta(days=1)
"""How long after it was begun a full refresh is taken up where it ended: it is to show everybody as of one time."""

STOPPED: Final = transient_error("The sync was stopped. Run it again: it goes on where it was.")


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a full refresh has come, as its state says it.

    Attributes:
        settings: The fingerprint of what decides who is in the list: another list has other places.
        begun_at: When the full refresh was begun.
    """

    settings: str
    begun_at: datetime

    @classmethod
    def of(cls, settings: Config, started_at: datetime) -> "Progress":
        """That of a full refresh that begins now."""
        return cls(fingerprint(UNKEYED, {"api_url": settings.api_url, **settings.filters}), started_at)

    def taken_up(self, stream_state: Mapping[str, Any]) -> "tuple[Progress, Mark | None]":
        """Where to begin, by the state that an earlier one has left: it itself, at the beginning, where that is none.

        Args:
            stream_state: The state message's `stream_state`; empty when there is none.
        """
        match stream_state:
            case {"settings": self.settings, "begunAt": str(begun), "last": str(last), "after": str() | None as after}:
                try:
                    begun_at = datetime.fromisoformat(begun)
                    fresh = timedelta(0) <= self.begun_at - begun_at < GOES_STALE_AFTER
                except (TypeError, ValueError):
                    return self, None
                if fresh:
                    return Progress(self.settings, begun_at), Mark(after, last)
        return self, None

    def at(self, mark: Mark) -> dict[str, Any]:
        """The `stream_state` of a full refresh that has come so far."""
        return {
            "settings": self.settings,
            "begunAt": self.begun_at.isoformat(),
            "last": mark.last,
            "after": mark.after,
        }


class Employees(PartitionGenerator, Partition):
    """The list of employees: one partition, since a page says where the next one is.

    Args:
        reader: Reads the list.
        started_at: When the sync started.
        stopped: Set when nobody takes the records any more.
        mark: Where to begin; None for the beginning.
        after_page: Called when a page is emitted, with how far the list was read.
    """

    def __init__(
        self,
        reader: Reader,
        started_at: datetime,
        stopped: threading.Event,
        mark: Mark | None = None,
        after_page: Callable[[Mark], None] = lambda _: None,
    ) -> None:
        self._reader: Final = reader
        self._changed_at: Final = changed_at(started_at)
        self._stopped: Final = stopped
        self._mark: Final = mark
        self._after_page: Final = after_page

    def generate(self) -> Iterator[Partition]:
        """The one partition that there is."""
        yield self

    def read(self) -> Iterable[Record]:
        """The records, page by page. Where a record is null it holds `nulls.NULL`.

        Raises:
            AirbyteTracedException: When Xledger cannot be read, or nobody takes the records any more.
        """
        for part in self._reader.parts(self._mark):
            for record in part.records:
                yield Record(with_nulls({**record, CURSOR_FIELD: self._changed_at}), EMPLOYEES)
            if self._stopped.is_set():
                raise STOPPED
            if part.mark is not None:
                self._after_page(part.mark)

    def to_slice(self) -> Mapping[str, Any]:
        """Part of the CDK's protocol: there are no parts to tell apart."""
        return {}

    def stream_name(self) -> str:
        """The stream's name."""
        return EMPLOYEES

    def __hash__(self) -> int:
        return id(self)


@dataclass(frozen=True, slots=True)
class Sync:
    """What a sync of the stream knows when it starts.

    Attributes:
        settings: The settings.
        started_at: When it started.
        stopped: Set when nobody takes the records any more.
        messages: Takes the state messages.
    """

    settings: Config
    started_at: datetime
    stopped: threading.Event
    messages: MessageRepository

    def stream(
        self, reader: Reader, configured: ConfiguredAirbyteStream, stream_state: Mapping[str, Any]
    ) -> AbstractStream:
        """The stream, as the host asks for it.

        Args:
            reader: Reads the list.
            configured: The stream in the catalog of the host.
            stream_state: What the last sync left; empty when there is nothing.
        """

        def emit(state: Mapping[str, Any]) -> None:
            self.messages.emit_message(state_message(configured, state))

        if configured.sync_mode is SyncMode.incremental:
            everybody = Employees(reader, self.started_at, self.stopped)
            return employees_stream(everybody, PagesCursor({}, emit), self._cursor(configured, stream_state))
        progress, mark = Progress.of(self.settings, self.started_at).taken_up(stream_state)
        cursor = PagesCursor(progress.at(mark) if mark else {}, emit)
        everybody = Employees(
            reader, self.started_at, self.stopped, mark, lambda mark: cursor.page_was_emitted(progress.at(mark))
        )
        return employees_stream(everybody, cursor)

    def _cursor(self, configured: ConfiguredAirbyteStream, stream_state: Mapping[str, Any]) -> ChangedRecordsCursor:
        """The cursor of an incremental sync. What a full refresh has left on its way is no state to it."""
        of_a_full_refresh = "begunAt" in stream_state
        start = starting_point(
            remembered(EMPLOYEES, {} if of_a_full_refresh else stream_state),
            what_counts(configured, self.settings.filters),
            self.started_at,
            self.settings.resync_interval,
        )
        return changed_records_cursor(configured, PRIMARY_KEY, start, self.messages)


def employees_stream(
    everybody: Employees, cursor: PagesCursor, changes: ChangedRecordsCursor | None = None
) -> AbstractStream:
    """The stream of employees.

    Args:
        everybody: The list.
        cursor: Knows how far a full refresh has come.
        changes: Knows what has changed; None to emit everything.
    """
    whole = DefaultStream(
        partition_generator=everybody,
        name=EMPLOYEES,
        json_schema=employees_schema,
        primary_key=[PRIMARY_KEY],
        cursor_field=None,
        logger=logging.getLogger("airbyte"),  # what the CDK says is none of this connector's own words
        cursor=cursor,
    )
    return ChangedRecordsStream(whole, PRIMARY_KEY, changes)
