"""The verbs of the Airbyte protocol: spec, check, discover and write."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime, timezone
from typing import Any

from airbyte_cdk.models import AirbyteMessage, ConfiguredAirbyteCatalog
from airbyte_protocol_dataclasses.models import DestinationCatalog

from connector_base.findings import Finding
from connector_base.writing.destination import PeopleDestination
from destination_huma.checking.check import check
from destination_huma.checking.probe import Connect
from destination_huma.config import connection_specification, parse_config
from destination_huma.connection import Connection
from destination_huma.discovery import destination_catalog
from destination_huma.huma import HUMA
from destination_huma.reporting.explanations import EXPLANATIONS
from destination_huma.reporting.sides import SIDES
from destination_huma.syncing.crew import IN_FLIGHT
from destination_huma.syncing.sync import sync_to_huma
from huma_api.asking.sync_run import SyncRun


class DestinationHuma(PeopleDestination):
    """Brings what an ERP knows of its employees to the people in Huma.

    Attributes:
        connect: Makes the connection.
        now: Seconds on a clock that never goes back.
        sleep: Waits that many seconds.
        today: The day it is.
    """

    system = HUMA
    distribution = "huma-xledger-destination-huma"
    documentation = "https://huma-xledger.example/destination-huma/docs/huma"
    sides = SIDES
    explanations = EXPLANATIONS

    def __init__(
        self,
        connect: Connect = Connection.of,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        today: Callable[[], date] = lambda: datetime.now(timezone.utc).date(),
    ) -> None:
        super().__init__()
        self.connect = connect
        self.now = now
        self.sleep = sleep
        self.today = today

    def settings_form(self) -> Mapping[str, Any]:
        """The JSON Schema of the settings, as hosts draw a form from it."""
        return connection_specification()

    def findings(self, config: Mapping[str, Any]) -> list[Finding]:
        """What keeps a sync from working, or should be known before one."""
        return check(config, self.connect)

    def discover(self, *_: Any, **__: Any) -> DestinationCatalog:
        """What can be written, and how. The same whatever the config says."""
        return destination_catalog()

    def write(
        self,
        config: Mapping[str, Any],
        configured_catalog: ConfiguredAirbyteCatalog,
        input_messages: Iterable[AirbyteMessage],
    ) -> Iterator[AirbyteMessage]:
        """Writes people, and passes each state message on once everything before it is written or rejected.

        Args:
            config: The settings.
            configured_catalog: The streams that come.
            input_messages: The messages, with records of these streams only.

        Raises:
            AirbyteTracedException: When the sync cannot go on.
        """
        settings = parse_config(config)
        connection = self.connect(settings, SyncRun(workers=IN_FLIGHT))
        with self.telling(settings, connection.run.traffic) as outcomes:
            sync = sync_to_huma(
                settings,
                configured_catalog,
                connection,
                outcomes,
                today=self.today(),
                now=self.now,
                sleep=self.sleep,
            )
            yield from self.synced(sync, configured_catalog, input_messages)
