"""A sync to Huma, as an administrator set it up."""

from collections.abc import Callable
from datetime import date
from typing import Final

from airbyte_cdk.models import ConfiguredAirbyteCatalog

from connector_base.people.batches import Batch
from connector_base.people.claims import Claims
from connector_base.people.streams import stream_readers
from connector_base.protocol.attendance import Attendance
from connector_base.protocol.generations import overwritten
from connector_base.reporting.outcomes import Outcomes
from connector_base.storage.decisions import read_decisions
from connector_base.storage.seen_decisions import SeenDecisions
from connector_base.writing.only_there import others
from connector_base.writing.sync import Sync
from destination_huma.config import Config
from destination_huma.connection import Connection
from destination_huma.huma import HUMA
from destination_huma.people.decided import DecidedPeople
from destination_huma.people.streams import carried
from destination_huma.settings.field_policies import BACK
from destination_huma.syncing.beginning import Beginning
from destination_huma.syncing.done import Done
from destination_huma.syncing.writer import Writer

BATCH: Final = 100
"""How many people are planned and written before a state is passed on, and before the next ones are looked at."""


def sync_to_huma(  # noqa: PLR0913  each of them is of its own kind
    settings: Config,
    catalog: ConfiguredAirbyteCatalog,
    connection: Connection,
    outcomes: Outcomes,
    *,
    today: date,
    now: Callable[[], float],
    sleep: Callable[[float], None],
) -> Sync:
    """What happens to messages as they come.

    Args:
        settings: The settings.
        catalog: The streams that come.
        connection: Reaches Huma.
        outcomes: Takes what became of people.
        today: The day it is.
        now: Seconds on a clock that never goes back.
        sleep: Waits that many seconds.

    Raises:
        AirbyteTracedException: A config error for a stream or a sync mode that cannot be written, or for decisions that
            cannot be understood.
    """
    decisions = read_decisions(settings.decisions, settings.object_storage_config)
    outcomes.report.begins(decisions)
    readers = stream_readers(catalog, carried(BACK.table, settings.options, today))
    claims, done = Claims(of_those_who_left=False), Done(outcomes.report)
    beginning = Beginning(settings, connection, decisions, claims, done, sleep)
    writer = Writer(beginning.begin, outcomes, settings.mode, done)
    return Sync(
        settings.mode,
        HUMA,
        readers,
        Attendance.of(catalog),
        claims,
        writer,
        outcomes,
        Batch(BATCH, now),
        DecidedPeople(decisions, writer.users),
        overwritten(catalog),
        others(settings, HUMA, writer.only_there),
        SeenDecisions(decisions, settings.object_storage_config),
    )
