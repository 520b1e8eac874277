"""State messages on their way through: each is passed on once what came before it is written, never sooner."""

from collections import Counter
from dataclasses import dataclass, field

from airbyte_cdk.models import AirbyteMessage, AirbyteStateStats

from connector_base.protocol.stream_keys import StreamKey


@dataclass(slots=True)
class Checkpoints:
    """Holds state messages back.

    Attributes:
        records: Records of each stream that came since its last state message.
        waiting: State messages that came and were not passed on, in their order.
    """

    records: Counter[StreamKey] = field(default_factory=Counter)
    waiting: list[AirbyteMessage] = field(default_factory=list)

    def record(self, stream: StreamKey) -> None:
        """Notes a record, so that its state message can say how many it covers."""
        self.records[stream] += 1

    def state(self, message: AirbyteMessage) -> None:
        """Takes a state message, and stamps it with the number of records it covers."""
        if message.state is not None:
            stream = StreamKey.of(message.state.stream.stream_descriptor) if message.state.stream else None
            covered = sum(self.records.values()) if stream is None else self.records[stream]
            message.state.destinationStats = AirbyteStateStats(recordCount=float(covered))
            if stream is None:
                self.records.clear()
            else:
                del self.records[stream]
        self.waiting.append(message)

    def release(self) -> list[AirbyteMessage]:
        """The state messages that waited, in their order. To be called when everything before them is written."""
        released, self.waiting = self.waiting, []
        return released
