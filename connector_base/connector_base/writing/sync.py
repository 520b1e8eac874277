"""A sync: records into batches of people, and state messages on once what came before them is settled."""

import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from airbyte_cdk.models import AirbyteMessage, AirbyteRecordMessage, DestinationSyncMode

from connector_base.people.batches import Batch
from connector_base.people.claims import Claims
from connector_base.people.host_changes import Nulls, told_fields
from connector_base.people.person import InvalidRecord, Person
from connector_base.people.streams import StreamReader
from connector_base.protocol.attendance import Attendance
from connector_base.protocol.checkpoints import Checkpoints
from connector_base.protocol.messages import forgets
from connector_base.protocol.stream_keys import StreamKey
from connector_base.protocol.sync_modes import refused_sync_mode
from connector_base.reporting.outcomes import Outcomes
from connector_base.settings.modes import Mode
from connector_base.storage.seen_decisions import SeenDecisions
from connector_base.systems import System
from connector_base.writing.only_there import Others
from shared_mappings import About, Fate, FieldChange

logger = logging.getLogger(f"airbyte.{__name__}")

Subject = Person | InvalidRecord


class Writer(Protocol):
    """Writes people to a system, and tells what became of them."""

    def write(self, people: Sequence[Person]) -> None:
        """Writes a batch. When it returns, everybody in it is written, skipped, rejected, or in doubt.

        Args:
            people: The batch; nobody is in it twice, and there may be nobody.

        Raises:
            AirbyteTracedException: When the sync cannot go on. Part of the batch may be written by then; writing
                the batch again does no harm.
        """

    @property
    def is_in_doubt(self) -> bool:
        """Whether it is not known yet of somebody what became of them."""

    def end(self) -> None:
        """Settles what is in doubt, when everybody has come.

        Raises:
            AirbyteTracedException: When what was refused is nobody's fault among those who were.
        """

    def cut_short(self) -> tuple[int, list[list[FieldChange]]]:
        """How many were added of whom nobody was told, and what was written of each of the others, when a sync ends."""


class Decided(Protocol):
    """Those about whom an administrator took decisions."""

    def came(self, subject: Subject) -> None:
        """Notes that somebody came."""

    def about_nobody(self, *, everybody_came: bool) -> frozenset[About]:
        """The decisions that are about people who are not there, as far as that was seen.

        Args:
            everybody_came: Whether whoever did not come is not in the system that is read.
        """


@dataclass(frozen=True, slots=True)
class Sync:
    """What happens to messages as they come.

    Attributes:
        mode: A preview passes no state on but one in which nothing is remembered: what was only looked at has not
            been synced.
        system: What is written to.
        readers: Makes a stream's records people, by what tells the stream from others.
        attendance: Knows whether everybody came, and not only those who have changed.
        claims: Remembers who came.
        writer: Writes people.
        outcomes: Takes what became of them.
        batch: Collects people until it is worth writing them.
        decided: Knows whom decisions are about.
        overwritten: A stream that is to be overwritten, for which nobody may come; None when there is none. What it
            leads to is that a state is forgotten, and no other state is passed on either.
        others: Those who are there and nobody who came; None where nobody is told of them.
        seen: Remembers what became of decisions; None where nothing does.
        checkpoints: Holds state messages back.
        positions: How many records of each stream came, the invalid ones included.
        nulls: Watches whether a host has left null out.
    """

    mode: Mode
    system: System
    readers: Mapping[StreamKey, StreamReader]
    attendance: Attendance
    claims: Claims
    writer: Writer
    outcomes: Outcomes
    batch: Batch
    decided: Decided
    overwritten: StreamKey | None = None
    others: Others | None = None
    seen: SeenDecisions | None = None
    checkpoints: Checkpoints = field(default_factory=Checkpoints)
    positions: Counter[StreamKey] = field(default_factory=Counter)
    nulls: Nulls = field(default_factory=Nulls)

    def run(self, messages: Iterable[AirbyteMessage]) -> Iterator[AirbyteMessage]:
        """Writes the people who come, and yields the state messages that may be passed on.

        A batch is written before the next one is begun. The clock is looked at when a message comes.

        Args:
            messages: The messages, as they come.

        Raises:
            AirbyteTracedException: When the sync cannot go on.
        """
        try:
            yield from self._write(messages)
        except BaseException:
            self.outcomes.cut_short(*self.writer.cut_short())
            raise
        if self.positions:  # to clear a stream, nobody comes
            self._tell_of_those_who_did_not_come()
        with self.outcomes.summary.succeeding():
            self.outcomes.report.publish()
        if self.seen is not None:
            self.seen.remember(self.outcomes.summary.decisions)
        yield from self._release()

    def _write(self, messages: Iterable[AirbyteMessage]) -> Iterator[AirbyteMessage]:
        """Writes everybody who comes, and settles what is in doubt."""
        for message in messages:
            self._take(message)
            if self.batch.is_due:
                self._write_batch()
                self.outcomes.report.keep()
            settled = not self.batch and not self.writer.is_in_doubt
            if self.checkpoints.waiting and settled:
                self.outcomes.report.keep()  # a person is settled once the administrator finds what became of them
                yield from self._release()
        self._write_batch()
        self.writer.end()

    def _write_batch(self) -> None:
        people = self.batch.take()
        self.nulls.refuse_if_lost((person.whole for person in people if person.whole), self.system)
        self.writer.write(people)

    def _tell_of_those_who_did_not_come(self) -> None:
        """Tells a report whether that is anybody, and who is only there; counts decisions about nobody."""
        if broken_off := self.attendance.broken_off:
            logger.warning(
                "The source did not come to the end of the stream %s. Who came is in this run; of those who did not, "
                "nothing is told. Its own log says why it broke off.",
                ", ".join(sorted(map(str, broken_off))),
            )
        everybody_came = self.attendance.is_complete
        self.outcomes.report.came(everybody=everybody_came)
        strangers = self.decided.about_nobody(everybody_came=everybody_came)
        self.outcomes.summary.decided(dict.fromkeys(strangers, Fate.UNKNOWN))
        if self.others is not None:
            self.others.tell(self.outcomes.report, everybody_came=everybody_came)

    def _release(self) -> list[AirbyteMessage]:
        self.checkpoints.rejected(self.outcomes.rejected)
        self.outcomes.rejected.clear()
        return self.checkpoints.release()

    def _take(self, message: AirbyteMessage) -> None:
        if message.record is not None:
            self._take_record(message.record)
        elif message.trace is not None:
            self.attendance.trace_came(message.trace)
        elif message.state is not None:
            self.attendance.state_came(message.state)
            is_synced = self.mode is Mode.SYNC and self.overwritten is None
            if is_synced or forgets(message.state):
                self.checkpoints.state(message)

    def _take_record(self, record: AirbyteRecordMessage) -> None:
        if self.overwritten is not None:
            raise refused_sync_mode(DestinationSyncMode.overwrite.value, str(self.overwritten), self.system)
        stream = StreamKey.named(record.stream, record.namespace)
        self.positions[stream] += 1
        self.attendance.record_came(stream, record.data)
        read = self.readers[stream].read(record.data, self.positions[stream], told_fields(record))
        person = replace(read, came=self.checkpoints.record(stream))
        self.outcomes.summary.received += 1
        self.claims.came(person)
        self.decided.came(person)
        if isinstance(person, Person):
            earlier = self.outcomes.to_be_merged.pop(person.identity, None)
            self.batch.add(person.after(earlier) if earlier else person)
        else:
            self.outcomes.invalid(person)
