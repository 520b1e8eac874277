"""The verbs of the Airbyte protocol, for whatever destination writes people."""

import argparse
import logging
import sys
from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from datetime import datetime, timezone
from importlib.metadata import version
from typing import Any, ClassVar, Protocol

from airbyte_cdk.destinations import Destination
from airbyte_cdk.models import (
    AirbyteConnectionStatus,
    AirbyteMessage,
    ConfiguredAirbyteCatalog,
    ConnectorSpecification,
    Status,
    Type,
)
from airbyte_protocol_dataclasses.models import DestinationCatalog

from connector_base.findings import Finding, concluded
from connector_base.log_redaction import report_error
from connector_base.process import EndedByHostError, ended_by_a_broken_pipe, ended_with_its_reader
from connector_base.protocol.command_files import read_object
from connector_base.protocol.generations import everybody_again, told_at_the_start
from connector_base.protocol.messages import DestinationCatalogMessage, as_line, print_line, read_messages
from connector_base.protocol.stream_keys import StreamKey
from connector_base.protocol.sync_modes import OFFERED, read_catalog
from connector_base.reporting.explanations import Explanations
from connector_base.reporting.frames import Maker
from connector_base.reporting.outcomes import Outcomes
from connector_base.reporting.report import ReportSettings, reporting
from connector_base.reporting.sides import Sides
from connector_base.reporting.summary import Summary
from connector_base.settings.masked_secrets import mask_secrets
from connector_base.settings.modes import Mode
from connector_base.systems import System
from connector_base.telling.setting import NotifySettings, mask_addresses
from connector_base.traffic import Traffic
from connector_base.writing.sync import Sync
from connector_base.writing.told_result import Result, telling_the_result

logger = logging.getLogger(f"airbyte.{__name__}")

DISCOVER, WRITE = "discover", "write"


class TellingSettings(ReportSettings, NotifySettings, Protocol):
    """The settings that decide what is told of a sync, and to whom."""


class PeopleDestination(Destination):
    """Writes people to a system.

    Running a command is written anew, because the CDK's way echoes input lines it cannot parse and skips them, quotes
    config values and the texts of foreign errors, and does not flush state messages.

    Attributes:
        system: What is written to.
        distribution: The name of the package that is installed.
        documentation: The address of the page for its users.
        sides: How reports name the two systems.
        explanations: What is said of what is not written.
        always_a_page: Whether each report has a page, and not only those of runs in which somebody was rejected.
    """

    VALID_CMDS = Destination.VALID_CMDS | {DISCOVER}

    system: ClassVar[System]
    distribution: ClassVar[str]
    documentation: ClassVar[str]
    sides: ClassVar[Sides]
    explanations: ClassVar[Explanations]
    always_a_page: bool = True

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
            parsed = self.parse_args(args)
            is_writing = parsed.command == WRITE
            with ended_with_its_reader() if is_writing else nullcontext():
                for message in self.run_cmd(parsed):
                    with ended_by_a_broken_pipe() if is_writing else nullcontext():
                        print_line(as_line(message))
        except Exception as error:  # noqa: BLE001  nothing of a foreign error's text may get out
            report_error(error)
            sys.exit(1)

    def run_cmd(self, parsed_args: argparse.Namespace) -> Iterator[AirbyteMessage]:
        """Runs a parsed command line.

        Raises:
            AirbyteTracedException: When the command cannot be carried out.
        """
        specification = self.spec()
        if parsed_args.command == "spec":
            yield AirbyteMessage(type=Type.SPEC, spec=specification)
            return
        config = read_object("config", parsed_args.config)
        mask_secrets(specification.connectionSpecification, config)
        mask_addresses(config)
        if parsed_args.command == "check":
            yield AirbyteMessage(type=Type.CONNECTION_STATUS, connectionStatus=self.check(logger, config))
        elif parsed_args.command == DISCOVER:
            yield DestinationCatalogMessage(type=Type.DESTINATION_CATALOG, destination_catalog=self.discover())
        else:
            catalog = read_catalog(parsed_args.catalog, self.system)
            streams = {StreamKey.of(configured.stream) for configured in catalog.streams}
            yield from self.write(config, catalog, read_messages(sys.stdin.buffer, streams))

    def spec(self, *_: Any, **__: Any) -> ConnectorSpecification:
        """The settings a connection needs.

        It says no version of the protocol: Airbyte compares nothing but the first number of it, and that is 0 for
        whoever says none.
        """
        return ConnectorSpecification(
            documentationUrl=self.documentation,
            connectionSpecification=dict(self.settings_form()),
            supportsIncremental=True,
            supported_destination_sync_modes=list(OFFERED),
        )

    def check(self, logger: logging.Logger, config: Mapping[str, Any]) -> AirbyteConnectionStatus:
        """Whether a sync can work: every problem in one answer. Writes nothing."""
        status = concluded(self.findings(config))
        if status.status is Status.SUCCEEDED:
            logger.info(
                "Changed settings reach those who change from now on. For the others, have everybody sent again: %s.",
                everybody_again(self.system),
            )
        return status

    @property
    def maker(self) -> Maker:
        """How a report names this connector, and who it is in it."""
        name = self.distribution.removeprefix("huma-xledger-")
        return Maker(f"{name} {version(self.distribution)}", f"{self.documentation}-reference", self.sides)

    @contextmanager
    def telling(
        self,
        settings: TellingSettings,
        traffic: Traffic,
        now: Callable[[], datetime] = lambda: datetime.now(timezone.utc),
    ) -> Iterator[Outcomes]:
        """What takes what becomes of people: told in the log, summed up in its last line, left as a report, and sent.

        Args:
            settings: Whether anything is written, where the report goes, and who is told the result.
            traffic: What it costs.
            now: The current time, with its zone.

        Raises:
            AirbyteTracedException: When the storage cannot be written.
        """
        summary = Summary(settings.mode.value)

        def summed_up() -> str:
            return summary.as_json(traffic)

        result = Result(self.sides.direction.written, summary, summed_up)
        with (
            _told_in_the_log(settings.mode, self.system, summed_up),
            telling_the_result(result, settings, now),
            reporting(settings, self.maker, summed_up, now, always_a_page=self.always_a_page) as report,
        ):
            result.place = report.place
            yield Outcomes(summary, report, self.explanations)

    def synced(
        self, sync: Sync, catalog: ConfiguredAirbyteCatalog, messages: Iterable[AirbyteMessage]
    ) -> Iterator[AirbyteMessage]:
        """Runs a sync, and yields the state messages that may be passed on.

        Args:
            sync: The sync.
            catalog: The streams that come.
            messages: The messages, with records of these streams only.

        Raises:
            AirbyteTracedException: When the sync cannot go on.
        """
        for sentence in told_at_the_start(catalog, self.system):
            logger.info(sentence)
        yield from sync.run(messages)

    @abstractmethod
    def findings(self, config: Mapping[str, Any]) -> Sequence[Finding]:
        """What keeps a sync from working, or should be known before one."""

    @abstractmethod
    def settings_form(self) -> Mapping[str, Any]:
        """The JSON Schema of the settings, as hosts draw a form from it."""

    @abstractmethod
    def discover(self, *_: Any, **__: Any) -> DestinationCatalog:
        """What can be written, and how. The same whatever the config says."""


@contextmanager
def _told_in_the_log(mode: Mode, system: System, summed_up: Callable[[], str]) -> Iterator[None]:
    """Tells what a sync is before the block, and what it has done as the last line after it, however it ends.

    Args:
        mode: Whether anything is written.
        system: What is written to.
        summed_up: Gives the summary, a JSON object.
    """
    if mode is Mode.PREVIEW:
        logger.info("This is a preview: it plans and reports, and writes nothing to %s.", system.name)
    try:
        yield
    except (EndedByHostError, GeneratorExit):  # it said so, or takes no more messages
        logger.warning(ended_by_host(mode))
        raise
    finally:
        if mode is Mode.PREVIEW:
            logger.info(
                "This was a preview: nothing was written to %s. The next sync looks at the same people again; to have "
                "them written, choose sync under Mode (mode).",
                system.name,
            )
        logger.info("SYNC SUMMARY %s", summed_up())


def ended_by_host(mode: Mode) -> str:
    """What is told when a host ends a sync that is not done."""
    if mode is Mode.PREVIEW:
        return "The host ended this preview before it was done."
    return (
        "The host ended this sync before it was done. What was written stays written, and the next sync goes on from "
        "there."
    )
