"""Whether everybody came whom a source has, or only those who have changed.

A catalog says so of a full refresh. Of an incremental sync the last state does, where the source keeps fingerprints:
the first one, and one that is due after a while, emit everything. Then `changedAt` of every record, which is when the
sync began, is `everybodySince` of the state, which is when the sync began that last set out to emit everything. A sync
that fails on the way ends with a state too, which does not say that everything was read (`readWhole`); see
`connector_base.incremental`.

In both, a source tells of each stream that it begins, and that it is complete. Not every host passes that on: Airbyte
does not, to a connector that somebody added by its image. Where the beginning came and not the end, the source broke
off.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from airbyte_cdk.models import (
    AirbyteStateMessage,
    AirbyteStreamStatus,
    AirbyteTraceMessage,
    ConfiguredAirbyteCatalog,
    SyncMode,
)

from connector_base.protocol.any_text import loads
from connector_base.protocol.messages import HostsStateMessage
from connector_base.protocol.stream_keys import StreamKey

EMITTED_AT: Final = "changedAt"
EVERYTHING_SINCE: Final = "everybodySince"
READ_WHOLE: Final = "readWhole"


@dataclass(slots=True)
class Attendance:
    """Who came, as far as it tells whether that is everybody.

    Attributes:
        incremental: The streams that may bring only those who have changed.
    """

    incremental: frozenset[StreamKey]
    _emitted: dict[StreamKey, set[Any]] = field(default_factory=dict, init=False)
    _states: dict[StreamKey, HostsStateMessage] = field(default_factory=dict, init=False, repr=False)
    _ended: dict[StreamKey, bool] = field(default_factory=dict, init=False)
    """Of each stream that the source has told of, whether it is complete."""

    @classmethod
    def of(cls, catalog: ConfiguredAirbyteCatalog) -> "Attendance":
        """Nobody has come yet.

        Args:
            catalog: The streams that come.
        """
        modes = {StreamKey.of(configured.stream): configured.sync_mode for configured in catalog.streams}
        return cls(frozenset(stream for stream, mode in modes.items() if mode is not SyncMode.full_refresh))

    def record_came(self, stream: StreamKey, record: Mapping[str, Any]) -> None:
        """Notes that a record came."""
        if stream in self.incremental:
            self._emitted.setdefault(stream, set()).add(record.get(EMITTED_AT))

    def state_came(self, state: AirbyteStateMessage) -> None:
        """Notes that a state came, which tells of its stream in place of any before it."""
        if isinstance(state, HostsStateMessage) and state.stream is not None:
            self._states[StreamKey.of(state.stream.stream_descriptor)] = state

    def trace_came(self, trace: AirbyteTraceMessage) -> None:
        """Notes what a source tells of a stream: that it begins, goes on, or is at its end."""
        if trace.stream_status is not None:
            stream = StreamKey.of(trace.stream_status.stream_descriptor)
            self._ended[stream] = trace.stream_status.status is AirbyteStreamStatus.COMPLETE

    @property
    def broken_off(self) -> list[StreamKey]:
        """The streams that the source has begun and not brought to their end."""
        return [stream for stream, is_ended in self._ended.items() if not is_ended]

    @property
    def is_complete(self) -> bool:
        """Whether everybody came, to be asked once there are no more messages. False where nobody can tell."""
        if self.broken_off:
            return False
        return all(self._began(stream) == self._emitted_at(stream) is not None for stream in self.incremental)

    def _emitted_at(self, stream: StreamKey) -> datetime | None:
        """When the sync began that emitted all records of a stream; None where they are not all of one sync."""
        emitted = self._emitted.get(stream, set())
        return _moment(next(iter(emitted))) if len(emitted) == 1 else None

    def _began(self, stream: StreamKey) -> datetime | None:
        """When the sync began that last set out to emit everything, by the state that came last.

        None where that state does not say that everything was read.
        """
        state = self._states.get(stream)
        return _moment(_everything_since(state)) if state else None


def _everything_since(state: HostsStateMessage) -> Any:
    match loads(state.content["stream"].encode()):
        case {"stream_state": {**stream_state}} if stream_state.get(READ_WHOLE) is True:
            return stream_state.get(EVERYTHING_SINCE)
    return None


def _moment(text: Any) -> datetime | None:
    """A moment from its text; None where it is none, or has no zone."""
    if not isinstance(text, str):
        return None
    try:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return None
    return moment if moment.tzinfo else None
