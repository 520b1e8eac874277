"""A sync: records into batches of people, and state messages on once what came before them is settled."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from airbyte_cdk.models import (
    AirbyteMessage,
    AirbyteRecordMessage,
    ConfiguredAirbyteCatalog,
    DestinationSyncMode,
)

from connector_base.people.batches import Batch
from connector_base.people.claims import Claims
from connector_base.people.host_changes import told_fields
from connector_base.people.person import Person
from connector_base.people.streams import StreamReader, stream_readers
from connector_base.protocol.checkpoints import Checkpoints
from connector_base.protocol.generations import everybody_comes, overwritten
from connector_base.protocol.messages import forgets
from connector_base.protocol.stream_keys import StreamKey
from connector_base.protocol.sync_modes import refused_sync_mode
from connector_base.reporting.outcomes import Outcomes
from connector_base.settings.modes import Mode
from connector_base.storage.decisions import read_decisions
from destination_xledger.config import Config
from destination_xledger.people.streams import carried
from destination_xledger.syncing.additions import Additions
from destination_xledger.syncing.done import Done
from destination_xledger.syncing.mass_unset import UnsetGuard
from destination_xledger.syncing.matcher import Matcher
from destination_xledger.syncing.refusals import Refusals
from destination_xledger.syncing.routes import Routes
from destination_xledger.syncing.updates import Updates
from destination_xledger.syncing.writer import Writer
from destination_xledger.xledger import XLEDGER
from shared_mappings import NO_DECISIONS, DecisionCounts, Decisions, field_table
from xledger_api.employees.gateway import Gateway, Schemas
from xledger_api.employees.system_values import SystemValues
from xledger_api.sending.client import XledgerClient


@dataclass(frozen=True, slots=True)
class Sync:
    """What happens to messages as they come.

    Attributes:
        mode: A preview passes no state on but one in which nothing is remembered: what was only looked at has not
            been synced.
        readers: Makes a stream's records people, by what tells the stream from others.
        claims: Remembers who came.
        writer: Writes people.
        outcomes: Takes what became of them.
        batch: Collects people until it is worth writing them.
        overwritten: A stream that is to be overwritten, for which nobody may come; None when there is none.
        about_everybody: Decisions that are about nobody if the person does not come; none where not everybody comes.
        checkpoints: Holds state messages back.
        positions: How many records of each stream came, the invalid ones included.
        decided_about: Who came of those that `about_everybody` is about, by id.
    """

    mode: Mode
    readers: Mapping[StreamKey, StreamReader]
    claims: Claims
    writer: Writer
    outcomes: Outcomes
    batch: Batch
    overwritten: StreamKey | None = None
    about_everybody: Decisions = NO_DECISIONS
    checkpoints: Checkpoints = field(default_factory=Checkpoints)
    positions: Counter[StreamKey] = field(default_factory=Counter)
    decided_about: set[str] = field(default_factory=set)

    @classmethod
    def of(
        cls,
        settings: Config,
        catalog: ConfiguredAirbyteCatalog,
        client: XledgerClient,
        outcomes: Outcomes,
        now: Callable[[], float],
        schemas: Schemas,
    ) -> "Sync":
        """A sync as an administrator set it up.

        Args:
            settings: The settings.
            catalog: The streams that come.
            client: Talks to Xledger.
            outcomes: Takes what became of people.
            now: Seconds on a clock that never goes back.
            schemas: What was learned in this process before.

        Raises:
            AirbyteTracedException: A config error for a stream or a sync mode that cannot be written, or for decisions
                that cannot be understood.
        """
        table = field_table()
        decisions = read_decisions(settings.decisions, settings.object_storage_config)
        readers = stream_readers(catalog, carried(table, settings.options, decisions))
        gateway = Gateway(client, table, SystemValues.of(settings.options.gender_codes.values()), schemas)
        routes = Routes(gateway)
        refusals = Refusals(gateway)
        claims = Claims()
        done = Done(outcomes.report)
        writer = Writer(
            Matcher(
                gateway,
                routes,
                settings.policies,
                settings.match_on,
                settings.renumber_employees,
                claims,
                foresees=settings.mode is Mode.PREVIEW,
            ),
            Additions(gateway, refusals, outcomes, client.sleep, now, done),
            Updates(gateway, routes, refusals, done),
            refusals,
            outcomes,
            settings.mode,
            UnsetGuard(table, settings.allow_mass_unset),
            done,
        )
        batch = Batch(settings.batch_size, now)
        about = decisions if everybody_comes(catalog) else NO_DECISIONS
        return cls(settings.mode, readers, claims, writer, outcomes, batch, overwritten(catalog), about)

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
            self.outcomes.cut_short(*self.writer.done.untold())
            raise
        self._count_decisions_about_nobody()
        with self.outcomes.summary.succeeding():
            self.outcomes.report.publish()
        yield from self._release()

    def _write(self, messages: Iterable[AirbyteMessage]) -> Iterator[AirbyteMessage]:
        """Writes everybody who comes, and settles what is in doubt."""
        for message in messages:
            self._take(message)
            if self.batch.is_due:
                self.writer.write(self.batch.take())
                self.outcomes.report.keep()
            settled = not self.batch and not self.writer.refusals.in_doubt
            if self.checkpoints.waiting and settled:
                self.outcomes.report.keep()  # a person is settled once the administrator finds what became of them
                yield from self._release()
        self.writer.write(self.batch.take())
        self.writer.refusals.end()

    def _count_decisions_about_nobody(self) -> None:
        """Counts decisions about people who are not there, if somebody is: to clear a stream, nobody comes."""
        if self.positions:
            unknown = self.about_everybody.about_nobody(users=self.decided_about)
            self.outcomes.summary.decided(DecisionCounts(unknown=unknown))

    def _release(self) -> list[AirbyteMessage]:
        self.checkpoints.rejected(self.outcomes.rejected)
        self.outcomes.rejected.clear()
        return self.checkpoints.release()

    def _take(self, message: AirbyteMessage) -> None:
        if message.record is not None:
            self._take_record(message.record)
        elif message.state is not None and (self.mode is Mode.SYNC or forgets(message.state)):
            self.checkpoints.state(message)

    def _take_record(self, record: AirbyteRecordMessage) -> None:
        if self.overwritten is not None:
            raise refused_sync_mode(DestinationSyncMode.overwrite.value, str(self.overwritten), XLEDGER)
        stream = StreamKey.named(record.stream, record.namespace)
        self.positions[stream] += 1
        read = self.readers[stream].read(record.data, self.positions[stream], told_fields(record))
        person = replace(read, came=self.checkpoints.record(stream))
        self.outcomes.summary.received += 1
        self.claims.came(person)
        self.decided_about.update(self.about_everybody.users & {person.identity})
        if isinstance(person, Person):
            earlier = self.outcomes.to_be_merged.pop(person.identity, None)
            self.batch.add(person.after(earlier) if earlier else person)
        else:
            self.outcomes.invalid(person)
