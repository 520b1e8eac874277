"""State messages on their way through: each is passed on once what came before it is written, never sooner."""

from collections import Counter, defaultdict, deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from airbyte_cdk.models import AirbyteMessage

from connector_base.protocol.messages import CoveredRecords
from connector_base.protocol.stream_keys import StreamKey


class Came(NamedTuple):
    """When a record came.

    Attributes:
        stream: In which stream.
        number: Its place among the records of all streams, from 1.
    """

    stream: StreamKey
    number: int


@dataclass(slots=True)
class _Waiting:
    """A state message that waits.

    Attributes:
        message: The message.
        stream: Whose state it is; None for everybody's.
        last: The number of the last record before it.
        covered: What it says of the records that it covers.
    """

    message: AirbyteMessage
    stream: StreamKey | None
    last: int
    covered: CoveredRecords


@dataclass(slots=True)
class Checkpoints:
    """Holds state messages back.

    Attributes:
        records: Records of each stream that came since its last state message.
        came: Records that came at all.
        waiting: State messages that came and were not passed on, in their order.
    """

    records: Counter[StreamKey] = field(default_factory=Counter)
    came: int = 0
    waiting: list[_Waiting] = field(default_factory=list)
    _rejected: dict[StreamKey, deque[int]] = field(default_factory=lambda: defaultdict(deque))
    """Numbers of the records that were rejected and that no state has told of, of each stream in their order."""

    def record(self, stream: StreamKey) -> Came:
        """Notes a record, so that its state message can say how many it covers."""
        self.records[stream] += 1
        self.came += 1
        return Came(stream, self.came)

    def rejected(self, records: Iterable[Came]) -> None:
        """Notes records that are not written, so that their state message can say how many there are."""
        for record in sorted(records):
            self._rejected[record.stream].append(record.number)

    def state(self, message: AirbyteMessage) -> None:
        """Takes a state message, and stamps it with the number of records it covers."""
        if message.state is None:
            return
        stream = StreamKey.of(message.state.stream.stream_descriptor) if message.state.stream else None
        number = sum(self.records.values()) if stream is None else self.records[stream]
        message.state.destinationStats = covered = CoveredRecords(float(number))
        if stream is None:
            self.records.clear()
        else:
            del self.records[stream]
        self.waiting.append(_Waiting(message, stream, self.came, covered))

    def release(self) -> list[AirbyteMessage]:
        """The state messages that waited, in their order, stamped with the number of records that were rejected.

        To be called when everything before them is written or rejected.
        """
        released, self.waiting = self.waiting, []
        for state in released:
            state.covered.rejectedRecordCount = float(self._rejected_before(state))
        return [state.message for state in released]

    def _rejected_before(self, state: _Waiting) -> int:
        """How many rejected records a state covers; no other state tells of them."""
        streams = tuple(self._rejected) if state.stream is None else (state.stream,)
        found = 0
        for numbers in (self._rejected[stream] for stream in streams):
            while numbers and numbers[0] <= state.last:
                numbers.popleft()
                found += 1
        return found
