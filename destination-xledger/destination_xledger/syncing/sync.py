"""A sync to Xledger, as an administrator set it up."""

from collections.abc import Callable
from dataclasses import dataclass, field

from airbyte_cdk.models import ConfiguredAirbyteCatalog

from connector_base.people.batches import Batch
from connector_base.people.claims import Claims
from connector_base.people.streams import stream_readers
from connector_base.protocol.attendance import Attendance
from connector_base.protocol.generations import overwritten
from connector_base.reporting.outcomes import Outcomes
from connector_base.settings.modes import Mode
from connector_base.storage.decisions import read_decisions
from connector_base.storage.seen_decisions import SeenDecisions
from connector_base.writing.only_there import others
from connector_base.writing.sync import Sync
from destination_xledger.config import Config
from destination_xledger.people.decided import DecidedUsers
from destination_xledger.people.streams import carried
from destination_xledger.syncing.additions import Additions
from destination_xledger.syncing.done import Done
from destination_xledger.syncing.mass_unset import CameLately, UnsetGuard
from destination_xledger.syncing.matcher import Matcher
from destination_xledger.syncing.only_there import only_in_xledger
from destination_xledger.syncing.refusals import Refusals
from destination_xledger.syncing.routes import Routes
from destination_xledger.syncing.updates import Updates
from destination_xledger.syncing.writer import Writer
from destination_xledger.xledger import XLEDGER
from shared_mappings import field_table
from xledger_api.employees.gateway import Gateway, Schemas
from xledger_api.employees.system_values import SystemValues
from xledger_api.sending.client import XledgerClient


@dataclass(frozen=True, slots=True)
class Earlier:
    """What is kept of a sync for those that follow it in the same process, with the same settings.

    Attributes:
        schemas: What was learned of Xledger's schema.
        lately: Who came, and what they would have lost.
    """

    schemas: Schemas = field(default_factory=Schemas)
    lately: CameLately = field(default_factory=CameLately)


def sync_to_xledger(
    settings: Config,
    catalog: ConfiguredAirbyteCatalog,
    client: XledgerClient,
    outcomes: Outcomes,
    now: Callable[[], float],
    earlier: Earlier,
) -> Sync:
    """What happens to messages as they come.

    Args:
        settings: The settings.
        catalog: The streams that come.
        client: Talks to Xledger.
        outcomes: Takes what became of people.
        now: Seconds on a clock that never goes back.
        earlier: What is kept of the syncs before it.

    Raises:
        AirbyteTracedException: A config error for a stream or a sync mode that cannot be written, or for decisions that
            cannot be understood.
    """
    table = field_table()
    decisions = read_decisions(settings.decisions, settings.object_storage_config)
    outcomes.report.begins(decisions)
    readers = stream_readers(catalog, carried(table, settings.options, decisions))
    previews = settings.mode is Mode.PREVIEW
    gateway = Gateway(
        client, table, SystemValues.of(settings.options.gender_codes.values()), earlier.schemas, dated=previews
    )
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
            foresees=previews,
        ),
        Additions(gateway, refusals, outcomes, client.sleep, now, done),
        Updates(gateway, routes, refusals, done),
        refusals,
        outcomes,
        settings.mode,
        UnsetGuard(table, settings.allow_mass_unset, earlier.lately),
        done,
    )
    return Sync(
        settings.mode,
        XLEDGER,
        readers,
        Attendance.of(catalog),
        claims,
        writer,
        outcomes,
        Batch(settings.batch_size, now),
        DecidedUsers(decisions),
        overwritten(catalog),
        others(settings, XLEDGER, lambda: only_in_xledger(gateway, claims)),
        SeenDecisions(decisions, settings.object_storage_config),
    )
