"""The verbs of the Airbyte protocol: spec, check, discover and write."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from airbyte_cdk.models import AirbyteMessage, ConfiguredAirbyteCatalog
from airbyte_protocol_dataclasses.models import DestinationCatalog

from connector_base.findings import Finding
from connector_base.writing.destination import PeopleDestination
from destination_xledger.checking.check import check
from destination_xledger.config import Config, connection_specification, parse_config
from destination_xledger.discovery import destination_catalog
from destination_xledger.reporting.explanations import EXPLANATIONS
from destination_xledger.reporting.sides import SIDES
from destination_xledger.syncing.mass_unset import CameLately
from destination_xledger.syncing.sync import Earlier, sync_to_xledger
from destination_xledger.xledger import XLEDGER
from shared_mappings import field_table
from xledger_api.employees.gateway import Gateway
from xledger_api.sending.client import XledgerClient


class DestinationXledger(PeopleDestination):
    """Keeps Xledger's employees in step with the people of an HR system.

    What one sync has learned, the next one of the same object goes by: all of them are to have the same settings.

    Attributes:
        connect: Makes the client.
        now: Seconds on a clock that never goes back.
    """

    system = XLEDGER
    distribution = "huma-xledger-destination-xledger"
    documentation = "https://huma-xledger.example/destination-xledger/docs/xledger"
    sides = SIDES
    explanations = EXPLANATIONS

    def __init__(
        self,
        connect: Callable[[Config], XledgerClient] | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        self.connect = connect or connect_to
        self.now = now
        self._earlier = Earlier(lately=CameLately(now))

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
        client = self.connect(settings)
        try:
            with self.telling(settings, client.traffic, client.now) as outcomes:
                sync = sync_to_xledger(settings, configured_catalog, client, outcomes, self.now, self._earlier)
                yield from self.synced(sync, configured_catalog, input_messages)
        except Exception:
            self._earlier.schemas.clear()  # it may have changed: the next sync of this process learns it anew
            raise

    def warm_up(self, config: Mapping[str, Any]) -> None:
        """Learns beforehand what the first sync of this object would, unless that is known.

        Args:
            config: The settings.

        Raises:
            AirbyteTracedException: When the settings cannot work, or Xledger cannot be asked: nothing is waited for.
        """
        Gateway(self.connect(parse_config(config)), field_table(), schemas=self._earlier.schemas).schema_learned(())


def connect_to(settings: Config) -> XledgerClient:
    """A client for the Xledger of the settings."""
    return XledgerClient(settings.api_url, settings.api_token.get_secret_value())
