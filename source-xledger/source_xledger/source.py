"""The source: the verbs of the protocol.

It reads through the CDK's concurrent source, and not through a manifest: the CDK's own HTTP client, with which a
manifest asks, writes bodies into its errors and its debug log, and knows no schema that is learned. Limits, pauses and
errors of Xledger are those of `xledger_api`.
"""

import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timezone
from functools import partial
from queue import Queue
from typing import TYPE_CHECKING, Any, Final

from airbyte_cdk.models import (
    AirbyteCatalog,
    AirbyteConnectionStatus,
    AirbyteMessage,
    AirbyteStateMessage,
    ConfiguredAirbyteCatalog,
    ConnectorSpecification,
)
from airbyte_cdk.sources import Source
from airbyte_cdk.sources.concurrent_source.concurrent_source import ConcurrentSource
from airbyte_cdk.sources.connector_state_manager import ConnectorStateManager
from airbyte_cdk.sources.message import InMemoryMessageRepository
from airbyte_cdk.sources.message.concurrent_repository import ConcurrentMessageRepository
from airbyte_cdk.sources.utils.slice_logger import DebugSliceLogger
from airbyte_cdk.utils import AirbyteTracedException

from connector_base.failures import config_error
from connector_base.findings import Finding, concluded, findings_of
from connector_base.protocol.concurrent_reading import MOST_WAITING, BoundedSource, without_logs
from connector_base.reading.by_pages import PagesCursor
from connector_base.reading.handed import ReadsWhatIsHanded
from connector_base.settings.settings import entered
from shared_mappings import field_table
from source_xledger.config import Config, connection_specification, parse_config
from source_xledger.employees import EMPLOYEES, STOPPED, Employees, Sync, employees_stream
from xledger_api.employees.reader import Reader
from xledger_api.language.accesses import READING
from xledger_api.language.fitting import lacks_of_records
from xledger_api.probing import Use, probe_xledger
from xledger_api.sending.client import XledgerClient

if TYPE_CHECKING:
    from airbyte_cdk.sources.streams.concurrent.partitions.types import QueueItem


DOCUMENTATION: Final = "https://huma-xledger.example/source-xledger/docs/xledger"

Sleep = Callable[[float], None]
"""Waits that many seconds."""

Connect = Callable[[Config, Sleep], XledgerClient]
"""Makes the client for the Xledger of the settings, which waits as it is told."""


def connect_to(settings: Config, sleep: Sleep) -> XledgerClient:
    """A client for the Xledger of the settings."""
    return XledgerClient(settings.api_url, settings.api_token.get_secret_value(), sleep=sleep)


class SourceXledger(ReadsWhatIsHanded, Source):
    """Reads employees from Xledger.

    Args:
        connect: Makes the client.
    """

    def __init__(self, connect: Connect = connect_to) -> None:
        self._connect: Final = connect

    def configure(self, config: Mapping[str, Any], temp_dir: str) -> Mapping[str, Any]:  # noqa: ARG002
        """Takes a configuration. The CDK would keep it in a file, secrets and all."""
        return entered(config)

    def spec(self, logger: logging.Logger) -> ConnectorSpecification:  # noqa: ARG002
        """The settings a connection needs."""
        return ConnectorSpecification(
            documentationUrl=DOCUMENTATION, connectionSpecification=connection_specification()
        )

    def check(self, logger: logging.Logger, config: Mapping[str, Any]) -> AirbyteConnectionStatus:  # noqa: ARG002
        """Whether employees can be read: every problem in one answer. Four requests when all is well.

        What Xledger does not show is named in warnings in the log.
        """
        return concluded(findings_of(self._findings(config)))

    def discover(self, logger: logging.Logger, config: Mapping[str, Any]) -> AirbyteCatalog:  # noqa: ARG002
        """The streams that there are: the same whatever an Xledger shows."""
        settings = parse_config(config)
        everybody = Employees(self._reader(settings, _wait), datetime.now(timezone.utc), threading.Event())
        stream = employees_stream(everybody, PagesCursor({}, lambda _: None))
        return AirbyteCatalog(streams=[stream.as_airbyte_stream()])

    def read(
        self,
        logger: logging.Logger,  # noqa: ARG002
        config: Mapping[str, Any],
        catalog: ConfiguredAirbyteCatalog,
        state: list[AirbyteStateMessage] | None = None,
    ) -> Iterator[AirbyteMessage]:
        """Reads the configured streams.

        Yields:
            Records, states, and what the host should know on the way.

        Raises:
            ConnectorError: The failure, when the stream failed, or a stream is asked for that there is not.
        """
        settings = parse_config(config)
        stopped = threading.Event()
        queue: Queue[QueueItem] = Queue(MOST_WAITING)
        messages = ConcurrentMessageRepository(queue, InMemoryMessageRepository())
        sync = Sync(settings, datetime.now(timezone.utc), stopped, messages)
        reader = self._reader(settings, partial(_wait, stopped=stopped))
        states = ConnectorStateManager(state)
        streams = [
            sync.stream(reader, configured, states.get_stream_state(EMPLOYEES, configured.stream.namespace))
            for configured in catalog.streams
            if _is_there(configured.stream.name)
        ]
        # One thread: a page says where the next one is. What the CDK says is none of this connector's own words.
        reading = BoundedSource.in_place_of(
            ConcurrentSource.create(1, 1, logging.getLogger("airbyte"), DebugSliceLogger(), messages, queue)
        )
        try:
            yield from without_logs(reading.read(streams))
        except AirbyteTracedException as error:
            raise reading.first_failure or error from None
        finally:
            stopped.set()
            reading.let_threads_end()

    def _reader(self, settings: Config, sleep: Sleep) -> Reader:
        client = self._connect(settings, sleep)
        return Reader(client, field_table(), settings.page_size, settings.include_closed)

    def _findings(self, config: Mapping[str, Any]) -> Iterator[Finding]:
        use = Use(READING, partial(lacks_of_records, field_table()), lambda _: True)
        yield from probe_xledger(self._connect(parse_config(config), _wait), use)


def _is_there(stream: str) -> bool:
    """Whether there is a stream.

    Raises:
        ConnectorError: A config error, when there is not.
    """
    if stream != EMPLOYEES:
        raise config_error(
            "The connection asks for a stream that this source does not have: it has employees, and no other. Select "
            "that in the settings of the connection, after its list of streams has been read anew."
        )
    return True


def _wait(seconds: float, stopped: threading.Event | None = None) -> None:
    """Waits, unless nobody takes the records any more.

    Raises:
        ConnectorError: When nobody does.
    """
    if (stopped or threading.Event()).wait(seconds):
        raise STOPPED
