"""A connection from Huma to Xledger, run by PyAirbyte."""

import contextlib
import json
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, cast

import airbyte
from airbyte.exceptions import AirbyteConnectorCheckFailedError

from huma_xledger.environment import EXECUTABLES
from huma_xledger.screen import Bar, one_bar

if TYPE_CHECKING:
    from airbyte.caches.base import CacheBase

    from huma_xledger.state_file import StateFile

USERS: Final = "users"
SUMMARY: Final = "SYNC SUMMARY "
SOURCE: Final = "source-huma"
DESTINATION: Final = "destination-xledger"


@dataclass(frozen=True, slots=True)
class SyncResult:
    """What a sync came to.

    Attributes:
        summary: The destination's summary.
        log: Every line that the connectors logged.
    """

    summary: Mapping[str, Any]
    log: tuple[str, ...]

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the destination said about single people."""
        return tuple(line for line in self.log if line.startswith(f"{USERS} "))


class CheckFailedError(Exception):
    """A connector cannot work with its config; the message is the connector's own sentence."""


_LOGGERS: Final = tuple(logging.getLogger(f"airbyte.{name}") for name in (SOURCE, DESTINATION))
"""Where PyAirbyte puts what each connector logs."""


class _Listener(logging.Handler):
    def __init__(self, bar: Bar) -> None:
        super().__init__()
        self.lines: list[str] = []
        self._bar = bar

    def listen(self) -> None:
        """Listens to both connectors. PyAirbyte drops all listeners of a connector's log when it makes a connector."""
        for logger in _LOGGERS:
            logger.addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        line = record.getMessage()
        self.lines.append(line)
        if record.levelno >= logging.ERROR:
            self._bar.keep(line)
        elif not line.startswith(SUMMARY):
            self._bar.show(line)


@dataclass(slots=True)
class Connection:
    """Both connectors as local executables, with their configs.

    Attributes:
        source_config: Config of `source-huma`.
        destination_config: Config of `destination-xledger`.
        state: Where the state is kept between syncs; None keeps none.
    """

    source_config: Mapping[str, Any] = field(repr=False)
    destination_config: Mapping[str, Any] = field(repr=False)
    state: "StateFile | None" = None
    _alone: bool = field(default=False, init=False, repr=False)

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Keeps every other sync of this connection from starting. A sync does so by itself.

        Raises:
            AlreadyRunningError: When one is running.
        """
        if self._alone or self.state is None:
            yield
            return
        with self.state.held():
            self._alone = True
            try:
                yield
            finally:
                self._alone = False

    def check(self) -> None:
        """Runs `check` of both connectors.

        Raises:
            CheckFailedError: With the sentence of the connector that failed.
        """
        with _running("Checking") as listener:
            connectors = (self._source(), self._destination())
            listener.listen()
            for connector in connectors:
                try:
                    connector.check()
                except AirbyteConnectorCheckFailedError as error:
                    reason = (error.context or {}).get("failure_reason") or error.get_message()
                    raise CheckFailedError(f"{connector.name}: {reason}") from None

    def sync(self, *, full_refresh: bool = False) -> SyncResult:
        """Reads Huma's people and writes them to Xledger.

        Args:
            full_refresh: Whether to read as if there were no state.

        Raises:
            AlreadyRunningError: When another sync of this connection is running.
            StateFileError: When the state that was kept cannot be read.
            airbyte.exceptions.AirbyteError: When one of the connectors fails.
        """
        with self.alone(), _running("Syncing") as listener:
            source, destination = self._source(), self._destination()
            listener.listen()
            destination.write(
                source,
                streams=[USERS],
                cache=False,
                state_cache=cast("CacheBase", self.state) if self.state else False,
                force_full_refresh=full_refresh,
            )
        summaries = [line.removeprefix(SUMMARY) for line in listener.lines if line.startswith(SUMMARY)]
        return SyncResult(json.loads(summaries[-1]), tuple(listener.lines))

    def _source(self) -> airbyte.Source:
        return airbyte.get_source(SOURCE, config=dict(self.source_config), local_executable=EXECUTABLES / SOURCE)

    def _destination(self) -> airbyte.Destination:
        return airbyte.get_destination(
            DESTINATION, config=dict(self.destination_config), local_executable=EXECUTABLES / DESTINATION
        )


@contextlib.contextmanager
def _running(doing: str) -> Iterator[_Listener]:
    """A listener for what connectors log, and the end of the log files, which PyAirbyte leaves open.

    Of all that is said meanwhile, only the connectors' errors stay on the screen: PyAirbyte tells of executables, log
    files and progress at length, and what the connectors log is in the files.
    """
    with one_bar(doing) as bar:
        listener = _Listener(bar)
        try:
            yield listener
        finally:
            for logger in _LOGGERS:
                for handler in list(logger.handlers):
                    logger.removeHandler(handler)
                    handler.close()
