"""The verbs of the Airbyte protocol: spec, check, discover and write."""

import argparse
import logging
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from airbyte_cdk.destinations import Destination
from airbyte_cdk.models import (
    AirbyteConnectionStatus,
    AirbyteMessage,
    ConfiguredAirbyteCatalog,
    ConnectorSpecification,
    Status,
    Type,
)
from airbyte_cdk.utils.airbyte_secrets_utils import filter_secrets
from airbyte_protocol_dataclasses.models import DestinationCatalog

from connector_base.findings import in_one_message
from connector_base.log_redaction import report_error
from connector_base.process import EndedByHostError
from connector_base.protocol.command_files import read_object
from connector_base.protocol.messages import DestinationCatalogMessage, as_line, print_line, read_messages
from connector_base.protocol.stream_keys import StreamKey
from connector_base.settings.masked_secrets import mask_secrets
from destination_xledger.catalog import read_catalog
from destination_xledger.checking.check import check
from destination_xledger.config import Config, Mode, connection_specification, parse_config
from destination_xledger.discovery import destination_catalog
from destination_xledger.people.generations import EVERYBODY_AGAIN, told_at_the_start
from destination_xledger.people.streams import SYNC_MODES
from destination_xledger.reporting.outcomes import Outcomes
from destination_xledger.reporting.report import reporting
from destination_xledger.reporting.summary import Summary
from destination_xledger.syncing.sync import Sync
from shared_mappings import field_table
from xledger_api.employees.gateway import Schemas
from xledger_api.sending.client import XledgerClient

logger = logging.getLogger(f"airbyte.{__name__}")

DISCOVER = "discover"
PREVIEW_BEGINS: Final = "This is a preview: it plans and reports, and writes nothing to Xledger."
PREVIEW_ENDS: Final = (
    "This was a preview: nothing was written to Xledger. The next sync looks at the same people again; to have them "
    "written, choose sync under Mode (mode)."
)
ENDED: Final = {
    Mode.PREVIEW: "The host ended this preview before it was done.",
    Mode.SYNC: "The host ended this sync before it was done. What was written stays written, and the next sync goes on "
    "from there.",
}
DOCUMENTATION = "https://docs.airbyte.com/integrations/destinations/xledger"


class DestinationXledger(Destination):
    """Keeps Xledger's employees in step with the people of an HR system.

    Running a command is written anew, because the CDK's way echoes input lines it cannot parse and skips them, quotes
    config values and the texts of foreign errors, and does not flush state messages.

    Attributes:
        connect: Makes the client.
        now: Seconds on a clock that never goes back.
    """

    VALID_CMDS = Destination.VALID_CMDS | {DISCOVER}

    def __init__(
        self,
        connect: Callable[[Config], XledgerClient] | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        self.connect = connect or connect_to
        self.now = now
        self._schemas = Schemas()

    def parse_args(self, args: list[str]) -> argparse.Namespace:
        """A command line, parsed by the CDK; `discover` here, for as long as the CDK does not know it."""
        if args[:1] != [DISCOVER] or DISCOVER in Destination.VALID_CMDS:
            return super().parse_args(args)
        parser = argparse.ArgumentParser()
        discover = parser.add_subparsers(dest="command").add_parser(
            DISCOVER, help="outputs the objects that can be written"
        )
        discover.add_argument("--config", required=True, help="path to the json configuration file")
        return parser.parse_args(args)

    def run(self, args: list[str]) -> None:
        """Runs a command line and prints its messages, each at once: a host may kill the process at any time."""
        try:
            for message in self.run_cmd(self.parse_args(args)):
                print_line(as_line(message))
        except Exception as error:  # noqa: BLE001  nothing of a foreign error's text may get out
            report_error(error)
            sys.exit(1)

    def run_cmd(self, parsed_args: argparse.Namespace) -> Iterator[AirbyteMessage]:
        """Runs a parsed command line.

        Raises:
            AirbyteTracedException: When the command cannot be carried out.
        """
        specification = self.spec(logger)
        if parsed_args.command == "spec":
            yield AirbyteMessage(type=Type.SPEC, spec=specification)
            return
        config = read_object("config", parsed_args.config)
        mask_secrets(specification.connectionSpecification, config)
        if parsed_args.command == "check":
            yield AirbyteMessage(type=Type.CONNECTION_STATUS, connectionStatus=self.check(logger, config))
        elif parsed_args.command == DISCOVER:
            yield DestinationCatalogMessage(
                type=Type.DESTINATION_CATALOG, destination_catalog=self.discover(logger, config)
            )
        else:
            catalog = read_catalog(parsed_args.catalog)
            streams = {StreamKey.of(configured.stream) for configured in catalog.streams}
            yield from self.write(config, catalog, read_messages(sys.stdin.buffer, streams))

    def spec(self, *_: Any, **__: Any) -> ConnectorSpecification:
        """The settings a connection needs."""
        return ConnectorSpecification(
            documentationUrl=DOCUMENTATION,
            connectionSpecification=connection_specification(),
            supportsIncremental=True,
            supported_destination_sync_modes=list(SYNC_MODES),
        )

    def check(self, logger: logging.Logger, config: Mapping[str, Any]) -> AirbyteConnectionStatus:
        """Whether a sync can work: every problem in one answer. Writes nothing."""
        findings = check(config, self.connect)
        for finding in findings:
            if not finding.blocks:
                logger.warning(finding.sentence)
        problems = [finding.sentence for finding in findings if finding.blocks]
        if problems:
            return AirbyteConnectionStatus(status=Status.FAILED, message=filter_secrets(in_one_message(problems)))
        logger.info(
            "Changed settings reach those who change from now on. For the others, have everybody sent again: %s.",
            EVERYBODY_AGAIN,
        )
        return AirbyteConnectionStatus(status=Status.SUCCEEDED)

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
        summary = Summary(settings.mode.value)

        def summed_up() -> str:
            return summary.as_json(client.traffic)

        if settings.mode is Mode.PREVIEW:
            logger.info(PREVIEW_BEGINS)
        try:
            with reporting(settings, field_table(), summed_up, client.now) as report:
                sync = Sync.of(settings, configured_catalog, client, Outcomes(summary, report), self.now, self._schemas)
                for sentence in told_at_the_start(configured_catalog):
                    logger.info(sentence)
                yield from sync.run(input_messages)
        except Exception:
            self._schemas.clear()  # it may have changed: the next sync of this process learns it anew
            raise
        except (EndedByHostError, GeneratorExit):  # it said so, or takes no more messages
            logger.warning(ENDED[settings.mode])
            raise
        finally:
            if settings.mode is Mode.PREVIEW:
                logger.info(PREVIEW_ENDS)
            logger.info("SYNC SUMMARY %s", summed_up())


def connect_to(settings: Config) -> XledgerClient:
    """A client for the Xledger of the settings."""
    return XledgerClient(settings.api_url, settings.api_token.get_secret_value())
