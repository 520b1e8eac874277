"""A connection between Huma and Xledger, run by PyAirbyte in one direction."""

import contextlib
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, cast

from huma_xledger import checking
from huma_xledger.belonging import ASKED_FOR, Belonging, everybody_because, first_to
from huma_xledger.checking import Checked
from huma_xledger.direction import TO_XLEDGER, Direction
from huma_xledger.environment import EXECUTABLES, PRIVATE, private_temporary
from huma_xledger.pyairbyte import AirbyteMessage, AirbyteStreamStatus, airbyte, see_messages
from huma_xledger.report import PREVIEW, SUMMARY, summary_in
from huma_xledger.screen import Bar, one_bar
from huma_xledger.state_file import StateFile, StateFileError
from huma_xledger.states_of_sync import StatesOfSync
from huma_xledger.watching import NOBODY, Watcher

if TYPE_CHECKING:
    from airbyte.caches.base import CacheBase


@dataclass(frozen=True, slots=True)
class SyncResult:
    """What a sync came to.

    Attributes:
        summary: The destination's summary; empty when it did not get so far as to sum up.
        log: Every line that the connectors logged.
        everybody_because: Why everybody was sent, as a sentence; None when only those were who changed.
        warnings: What the connectors warned of that is about no single person, each once, with the name of the
            connector before it.
        direction: From where to where it went.
    """

    summary: Mapping[str, Any]
    log: tuple[str, ...]
    everybody_because: str | None = None
    warnings: tuple[str, ...] = ()
    direction: Direction = TO_XLEDGER

    @property
    def about_people(self) -> tuple[str, ...]:
        """What the destination said about single people."""
        return tuple(line for line in self.log if _is_about_somebody(line, self.direction))


class CheckFailedError(Exception):
    """A connector cannot work with its config; the message is the connector's own sentence."""


class SyncFailedError(Exception):
    """A sync broke off; the message is the sentence of the connector that failed.

    Attributes:
        result: What was done before.
    """

    def __init__(self, sentence: str, result: SyncResult) -> None:
        super().__init__(sentence)
        self.result: Final = result


def _is_about_somebody(line: str, direction: Direction) -> bool:
    """Whether the destination says something of a single person: it begins with the stream that they came by."""
    return line.startswith(f"{direction.stream} ")


def _loggers(direction: Direction) -> dict[str, logging.Logger]:
    """Where PyAirbyte puts what each connector logs."""
    return {name: logging.getLogger(f"airbyte.{name}") for name in direction.connectors}


class _Listener(logging.Handler):
    """Hears what the connectors log.

    Attributes:
        direction: From where to where they sync.
        lines: All of it.
        warnings: What they warn of, except of single people, with the name of the connector before it.
        errors: With which error each ended that did, as PyAirbyte logs nothing else as an error.
    """

    def __init__(self, direction: Direction, bar: Bar) -> None:
        super().__init__()
        self.direction: Final = direction
        self.lines: list[str] = []
        self.warnings: dict[str, None] = {}
        self.errors: dict[str, str] = {}
        self._bar = bar

    def listen(self) -> None:
        """Listens to both connectors. PyAirbyte drops all listeners of a connector's log when it makes a connector."""
        for logger in _loggers(self.direction).values():
            logger.addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        line = record.getMessage()
        self.lines.append(line)
        name = record.name.rpartition(".")[2]
        if record.levelno == logging.WARNING and not _is_about_somebody(line, self.direction):
            self.warnings[f"{name}: {line}"] = None
        if record.levelno >= logging.ERROR:
            self.errors[name] = line
        elif not line.startswith(SUMMARY):
            self._bar.show(line)

    def result(self, everybody_because: str | None) -> SyncResult:
        """What the sync came to so far."""
        return SyncResult(
            summary_in(self.lines), tuple(self.lines), everybody_because, tuple(self.warnings), self.direction
        )


@dataclass(slots=True)
class Connection:
    """Both connectors as local executables, with their configs.

    Attributes:
        source_config: Config of the connector that reads.
        destination_config: Config of the connector that writes.
        state: Where the state is kept between syncs; None keeps none.
        direction: Which connectors they are.
        watcher: Is told how far a sync is.
        is_alone: Whether every other sync of this connection is kept from starting.
    """

    source_config: Mapping[str, Any] = field(repr=False)
    destination_config: Mapping[str, Any] = field(repr=False)
    state: StateFile | None = None
    direction: Direction = TO_XLEDGER
    watcher: Watcher = NOBODY
    is_alone: bool = False
    _checked: Mapping[str, Checked] | None = field(default=None, init=False, repr=False)

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Keeps every other sync of this connection from starting, in either direction. A sync does so by itself.

        Raises:
            AlreadyRunningError: When one is running.
            LockFileError: When the file that stands for that cannot be written.
        """
        if self.is_alone or self.state is None:
            yield
            return
        with self.state.held():
            self.is_alone = True
            try:
                yield
            finally:
                self.is_alone = False

    def check(self) -> tuple[str, ...]:
        """Runs `check` of both connectors. A sync that keeps a state does so by itself, unless it was done before.

        Returns:
            What they warn of although a sync can work.

        Raises:
            CheckFailedError: With the sentences of those that cannot work.
        """
        configs = (self.source_config, self.destination_config)
        checked = check(dict(zip(self.direction.connectors, configs, strict=True)), self.watcher)
        problems = [f"{name}: {result.problem}" for name, result in checked.items() if result.problem is not None]
        if problems:
            raise CheckFailedError("\n".join(problems))
        self._checked = checked
        return warnings_of(checked)

    @property
    def accounts(self) -> tuple[str | None, str | None]:
        """The accounts that the connectors reached when they were checked, as fingerprints: the source's first.

        None where a connector does not say, or was not checked.
        """
        checked = self._checked or {}
        source, destination = (
            found.identity.account if (found := checked.get(name)) and found.identity else None
            for name in self.direction.connectors
        )
        return source, destination

    def everybody_because(self, *, full_refresh: bool = False) -> str | None:
        """Why the next sync is going to send everybody, as a sentence; None when only those are who changed.

        Args:
            full_refresh: Whether that was asked for.

        Raises:
            CheckFailedError: When a connector cannot work with its config.
            StateFileError: When the state that was kept cannot be read.
        """
        kept = self.state.kept() if self.state else None
        if kept is None:
            return first_to(self.direction.written)
        if full_refresh:
            return ASKED_FOR
        return everybody_because(kept.belongs_to, self._belongs_to(), self.direction)

    def sync(self, *, full_refresh: bool = False) -> SyncResult:
        """Reads one system's people and writes them to the other: those who changed, or all, if there is a reason.

        Args:
            full_refresh: Whether to read as if there were no state.

        Raises:
            AlreadyRunningError: When another sync of this connection is running.
            CheckFailedError: When a connector cannot work with its config.
            LockFileError: When the file that keeps another sync from starting cannot be written.
            StateFileError: When the state that was kept cannot be read, or the next one cannot be written.
            SyncFailedError: When one of the connectors fails, with what was done before.
        """
        with self.alone():
            because = self.everybody_because(full_refresh=full_refresh)
            states = self._states(everybody=because is not None)
            if self.state is not None and because is not None:
                self.state.forget_settings()  # if this one breaks off, the old state does not tell whom it has reached
            self.watcher.begins(because)
            with _running(self.direction) as listener:
                try:
                    source, destination = self._source(), self._destination()
                    see_messages(source, self._see_source)
                    see_messages(destination, self._see)
                    listener.listen()
                    destination.write(
                        source,
                        streams=[self.direction.stream],
                        cache=False,
                        state_cache=cast("CacheBase", states) if states else False,
                    )
                except StateFileError:
                    raise
                except Exception as error:  # noqa: BLE001  what PyAirbyte and its libraries say may quote values
                    raise SyncFailedError(_why(listener, error), listener.result(because)) from None
            result = listener.result(because)
            if self.state is not None and result.summary.get("mode") == PREVIEW:
                self.state.forget_settings()
        return result

    def _see_source(self, message: AirbyteMessage) -> None:
        """Tells the watcher who was read, and what was logged."""
        if message.record is not None:
            self.watcher.reads()
        elif message.trace is not None and message.trace.stream_status is not None:
            if message.trace.stream_status.status is AirbyteStreamStatus.COMPLETE:
                self.watcher.has_read()
        else:
            self._see(message)

    def _see(self, message: AirbyteMessage) -> None:
        """Tells the watcher what was logged, but for what machines read, and what is about a single person."""
        line = message.log.message if message.log is not None else ""
        if line and not line.startswith((SUMMARY, checking.IDENTITY)) and not _is_about_somebody(line, self.direction):
            self.watcher.says(line)

    def _states(self, *, everybody: bool) -> StatesOfSync | None:
        """The state to start from, and where the next one goes."""
        if self.state is None:
            return None
        kept = None if everybody else self.state.kept()
        return StatesOfSync(self.state, self._belongs_to(), kept.states if kept else ())

    def _belongs_to(self) -> Belonging:
        """To whom the state of a sync belongs, by what the connectors say when they are checked."""
        if self._checked is None:
            self.check()
        checked = self._checked or {}
        source, destination = map(checked.get, self.direction.connectors)
        return Belonging.of(
            source.identity if source else None,
            self.source_config,
            destination.identity if destination else None,
            self.destination_config,
        )

    def _source(self) -> airbyte.Source:
        name = self.direction.source
        return airbyte.get_source(name, config=dict(self.source_config), local_executable=EXECUTABLES / name)

    def _destination(self) -> airbyte.Destination:
        name = self.direction.destination
        return airbyte.get_destination(name, config=dict(self.destination_config), local_executable=EXECUTABLES / name)


def check(configs: Mapping[str, Mapping[str, Any]], watcher: Watcher = NOBODY) -> dict[str, Checked]:
    """Runs `check` of connectors, all at once, with a bar meanwhile.

    Args:
        configs: Their configs, by their names.
        watcher: Is told what they log meanwhile.

    Returns:
        What each said, by its name.
    """
    executables = {EXECUTABLES / name: config for name, config in configs.items()}
    with one_bar("Checking") as bar:

        def show(line: str) -> None:
            bar.show(line)
            watcher.says(line)

        return checking.check(executables, private_temporary(), show)


def warnings_of(checked: Mapping[str, Checked]) -> tuple[str, ...]:
    """What connectors warn of although they can work, with the name of each before it."""
    return tuple(f"{name}: {warning}" for name, result in checked.items() for warning in result.warnings)


def _why(listener: _Listener, error: Exception) -> str:
    """Why a sync broke off: in the words of the connectors if they have any, the source first."""
    told = [f"{name}: {listener.errors[name]}" for name in listener.direction.connectors if name in listener.errors]
    if told:
        return "\n".join(told)
    return (
        f"The sync broke off ({type(error).__name__}), and neither connector says why: it was ended from outside, or "
        f"the machine lacks memory or room. What they logged is in {PRIVATE / 'logs'}."
    )


@contextlib.contextmanager
def _running(direction: Direction) -> Iterator[_Listener]:
    """A listener for what connectors log, and the end of the log files, which PyAirbyte leaves open.

    Nothing of what is said meanwhile stays on the screen: PyAirbyte tells of executables, log files and progress at
    length, what the connectors log is in the files, and how the sync ends is told when it has ended.
    """
    with one_bar("Syncing") as bar:
        listener = _Listener(direction, bar)
        try:
            yield listener
        finally:
            for logger in _loggers(direction).values():
                for handler in list(logger.handlers):
                    logger.removeHandler(handler)
                    handler.close()
