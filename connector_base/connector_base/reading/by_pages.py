"""A full refresh that is taken up where it ended: a list that is read page by page, and a state after each."""

import threading
from collections.abc import Callable, Mapping, MutableMapping
from typing import Any, Final

from airbyte_cdk.sources.streams import NO_CURSOR_STATE_KEY
from airbyte_cdk.sources.streams.concurrent.cursor import Cursor
from airbyte_cdk.sources.streams.concurrent.partitions.partition import Partition
from airbyte_cdk.sources.types import Record

DONE: Final[Mapping[str, Any]] = {NO_CURSOR_STATE_KEY: True}
"""The state that a full refresh leaves which has come to its end: the next one begins from the beginning."""


class PagesCursor(Cursor):
    """Says in state messages how far a list has been read and emitted.

    Called by the thread that reads: when the generator of records goes on after a page, all that was on it is in the
    queue of messages, and the state is put behind it.

    Args:
        start: The `stream_state` from which the list is read; empty for the beginning.
        emit: Takes a `stream_state` and puts it behind the records that were emitted so far.
    """

    def __init__(self, start: Mapping[str, Any], emit: Callable[[Mapping[str, Any]], None]) -> None:
        self._state: Mapping[str, Any] = start
        self._emit: Final = emit
        self._lock: Final = threading.Lock()

    @property
    def state(self) -> MutableMapping[str, Any]:
        """The `stream_state` that covers what was emitted so far."""
        with self._lock:
            return dict(self._state)

    def page_was_emitted(self, state: Mapping[str, Any]) -> None:
        """Notes that a page was emitted, and where the list goes on."""
        with self._lock:
            self._state = state
            self._emit(state)

    def observe(self, record: Record) -> None:
        """Part of the CDK's protocol; a record alone says nothing of how far the list was read."""

    def close_partition(self, partition: Partition) -> None:  # noqa: ARG002
        """Notes that the list was read to its end."""
        with self._lock:
            self._state = DONE

    def should_be_synced(self, record: Record) -> bool:  # noqa: ARG002
        """Whether a record is to be emitted: every one is."""
        return True

    def ensure_at_least_one_state_emitted(self) -> None:
        """Ends the stream with its state, also when nothing was emitted, or not all."""
        with self._lock:
            self._emit(self._state)
