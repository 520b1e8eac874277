"""Worlds by the dozen on one sandbox, and syncs of them in this process, on a clock of their own."""

import json
import logging
import re
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from airbyte_cdk.models import AirbyteMessage, ConfiguredAirbyteCatalogSerializer, Type
from airbyte_cdk.sources.streams.call_rate import APIBudget
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from destination_xledger.config import Config
from destination_xledger.destination import DestinationXledger
from integration_tests.conftest import SUMMARY, a_stream
from integration_tests.fuzzing.between import Clock, Interference, KilledError, interfering
from integration_tests.fuzzing.populations import GENDER_CODES, Entry, User, as_object
from integration_tests.left_pages import page_of
from integration_tests.records import Record, records, state
from integration_tests.sandbox import Fault, Sandbox
from integration_tests.sandbox.dialects import dialect_named
from integration_tests.sandbox.running import TODAY
from integration_tests.sandbox.xledger import Operation
from integration_tests.sandbox.xledger_store import CONTACTS, EMPLOYEES, SUBLEDGERS, XledgerStore
from xledger_api.sending.client import XledgerClient

Values = Mapping[str, Any]
"""An employee as somebody who opens Xledger sees them: values by their paths, dbIds and times included."""

Picture = Mapping[int, Values]
"""Every employee of an Xledger, by dbId."""

_REJECTED: Final = re.compile(r"(.+?) was rejected \((\w+)\)\.")


class Arena:
    """One sandbox that serves world after world.

    Attributes:
        sandbox: The sandbox. Its Xledger is that of the world that was entered last.
        clock: The time in that world.
    """

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.clock = Clock()
        self._destinations: dict[str, DestinationXledger] = {}

    @classmethod
    @contextmanager
    def open(cls) -> Iterator["Arena"]:
        """An arena, until the end of the block."""
        with Sandbox.running(people=0, burst_limit=None) as sandbox:
            yield cls(sandbox)

    def destination(self, dialect: str) -> DestinationXledger:
        """The destination as a process that has learned the schema of a dialect."""
        if dialect not in self._destinations:
            self._destinations[dialect] = self.new_destination()
        return self._destinations[dialect]

    def new_destination(self) -> DestinationXledger:
        """The destination as a process that has just begun."""
        return DestinationXledger(self._connect, self._seconds)

    def _connect(self, settings: Config) -> XledgerClient:
        return XledgerClient(
            settings.api_url,
            settings.api_token.get_secret_value(),
            budget=APIBudget(policies=[]),
            sleep=self._sleep,
            now=self._now,
            clock=self._seconds,
        )

    def _sleep(self, seconds: float) -> None:
        self.clock.sleep(seconds)

    def _seconds(self) -> float:
        return self.clock.seconds

    def _now(self) -> datetime:
        return self.clock.now()


@dataclass(frozen=True)
class Run:
    """What came of a sync.

    Attributes:
        sent: The records that were sent.
        settings: The settings beside those that reach Xledger.
        ignores_case: Whether Xledger's filters do.
        before: Xledger before it.
        after: Xledger after it.
        states: Numbers of the states that were passed on.
        summary: The summary.
        told: Everything that was said, at every level, and how it ended.
        rejected: The codes by which each record was rejected, by its label.
        error: How it ended when it did not succeed.
        killed: Whether the process was killed.
        operations: The requests.
        report: The files of the report, by name.
    """

    sent: Sequence[Record]
    settings: Mapping[str, Any]
    ignores_case: bool
    before: Picture
    after: Picture
    states: Sequence[int]
    summary: Mapping[str, Any]
    told: str
    rejected: Mapping[str, Counter[str]]
    error: AirbyteTracedException | None
    killed: bool
    operations: Sequence[Operation]
    report: Mapping[str, Sequence[Any]]

    @property
    def went_well(self) -> bool:
        """Whether it came to its end."""
        return self.error is None and not self.killed

    @property
    def writes(self) -> list[Operation]:
        """What was sent to be written."""
        return [operation for operation in self.operations if operation.kind == "mutation" and operation.inputs]


@dataclass(frozen=True)
class Beginning:
    """An Xledger before the first sync.

    Attributes:
        there: The employees.
        dialect: How it speaks.
    """

    there: Sequence[Entry] = ()
    dialect: str = "contract"


@dataclass
class World:
    """An Xledger with employees in it, and what a host syncs to it.

    Attributes:
        arena: Where it is served.
        dialect: How its Xledger speaks.
        object_stream: Whether people come in the destination's own terms.
        store: Its rows.
    """

    arena: Arena
    dialect: str = "contract"
    object_stream: bool = False
    store: XledgerStore = field(default_factory=lambda: XledgerStore(TODAY))
    clock: Clock = field(default_factory=Clock)

    @classmethod
    def of(cls, arena: Arena, beginning: Beginning, *, object_stream: bool = False) -> "World":
        """A world before its first sync."""
        world = cls(arena, beginning.dialect, object_stream)
        with world._entered():
            before: dict[str, Any] | None = None
            for entry in beginning.there:
                db_id = arena.sandbox.xledger.add_employee(**entry.values)
                employee = world.store.tables[EMPLOYEES][db_id]
                if entry.shares and before:
                    _share(world.store, employee, before, entry.shares)
                before = employee
        return world

    def picture(self) -> Picture:
        """Xledger as it stands."""
        with self._entered():
            xledger = self.arena.sandbox.xledger
            numbers = self.store.social_security_numbers
            return {
                employee["dbId"]: {**_flat(employee), "socialSec": numbers.get(employee["dbId"])}
                for employee in xledger.employees()
            }

    def sync(
        self,
        people: Sequence[User],
        *,
        faults: Sequence[Fault] = (),
        interferences: Sequence[Interference] = (),
        states_after: Sequence[int] = (),
        afresh: bool = False,
        reports: bool = False,
        **settings: Any,
    ) -> Run:
        """Syncs people.

        Args:
            people: Who comes, in this order.
            faults: What goes wrong in Xledger.
            interferences: What goes wrong on the way there.
            states_after: After how many records a state comes, each of which has that number.
            afresh: Whether the process has just begun, and learns the schema anew.
            reports: Whether to leave the report.
            settings: Of the destination.
        """
        sent = [as_object(user.record) if self.object_stream else user.record for user in people]
        before = self.picture()
        with self._entered(), tempfile.TemporaryDirectory() as folder, _listening() as told:
            xledger = self.arena.sandbox.xledger
            for fault in faults:
                xledger.faults.add(fault)
            destination = self.arena.new_destination() if afresh else self.arena.destination(self.dialect)
            config = self.arena.sandbox.destination_config(
                **{"mode": "sync", "gender_codes": [*GENDER_CODES], **settings},
                **({"object_storage_config": {"storage_type": "Local", "path": folder}} if reports else {}),
            )
            states: list[int] = []
            error, killed = None, False
            try:
                with interfering(list(interferences), self.clock):
                    messages = _messages(sent, states_after, "employee" if self.object_stream else "users")
                    for message in destination.write(config, _catalog(object_stream=self.object_stream), messages):
                        assert message.type is Type.STATE
                        states.append(message.state.stream.stream_state.number)  # type: ignore[union-attr]
            except AirbyteTracedException as caught:
                error = caught
                told.append(f"{caught.message} {caught.internal_message} {caught!r} {caught}")
            except KilledError:
                killed = True
            self.clock.sleep(1000)  # whatever is still under way comes to its end
            operations = list(xledger.operations)
            report = _report(Path(folder))
        summaries = [line.removeprefix(SUMMARY) for line in told if line.startswith(SUMMARY)]
        return Run(
            sent,
            settings,
            dialect_named(self.dialect).filters_ignore_case,
            before,
            self.picture(),
            states,
            json.loads(summaries[-1]) if summaries else {},
            "\n".join(told).replace(folder, "the folder"),  # whose name is anything
            _rejected(told),
            error,
            killed,
            operations,
            report,
        )

    def change(self, db_id: int, path: str, value: Any) -> None:
        """Lets somebody change an employee in Xledger."""
        with self._entered():
            self.arena.sandbox.xledger.change(db_id, path, value)

    @contextmanager
    def _entered(self) -> Iterator[None]:
        """Serves this world until the end of the block."""
        xledger = self.arena.sandbox.xledger
        xledger.store, xledger.dialect = self.store, dialect_named(self.dialect)
        xledger.operations.clear()
        self.arena.clock = self.clock
        try:
            yield
        finally:
            xledger.faults.clear()


def _share(store: XledgerStore, employee: dict[str, Any], other: dict[str, Any], child: str) -> None:
    """Lets an employee have the contact or the subledger of another one."""
    table = {"contact": CONTACTS, "subledger": SUBLEDGERS}[child]
    if employee[child] is not other[child]:
        del store.tables[table][employee[child]["dbId"]]
        employee[child] = other[child]


def _flat(row: Mapping[str, Any], path: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in row.items():
        if isinstance(value, Mapping):
            flat |= _flat(value, f"{path}{key}.")
        else:
            flat[f"{path}{key}"] = value
    return flat


def _messages(sent: Sequence[Record], states_after: Sequence[int], stream: str) -> Iterator[AirbyteMessage]:
    for position, record in enumerate(sent, start=1):
        yield from records([record], stream)
        if position in states_after:
            yield state(position, stream)


def _catalog(*, object_stream: bool) -> Any:
    stream = a_stream("employee", destination_object="employee") if object_stream else a_stream()
    return ConfiguredAirbyteCatalogSerializer.load({"streams": [stream]})


class _Ear(logging.Handler):
    """Hears all that is logged, but for what the sandbox and the tools of the tests say."""

    def __init__(self, told: list[str]) -> None:
        super().__init__()
        self.told = told

    def emit(self, record: logging.LogRecord) -> None:
        if not record.name.startswith(("integration_tests", "asyncio", "hypothesis")):
            self.told.append(self.format(record))


@contextmanager
def _listening() -> Iterator[list[str]]:
    """Everything that is logged until the end of the block, at every level; nobody else hears it meanwhile."""
    told: list[str] = []
    root, ours = logging.getLogger(), logging.getLogger("airbyte")
    before = [(logger, logger.level, logger.propagate, logger.handlers[:]) for logger in (root, ours)]
    root.handlers[:], ours.handlers[:] = [_Ear(told)], []
    root.setLevel(logging.DEBUG)
    ours.setLevel(logging.DEBUG)
    ours.propagate = True
    try:
        yield told
    finally:
        for logger, level, propagate, handlers in before:
            logger.setLevel(level)
            logger.propagate, logger.handlers[:] = propagate, handlers


def _rejected(told: Sequence[str]) -> dict[str, Counter[str]]:
    found: dict[str, Counter[str]] = {}
    for line in told:
        if match := _REJECTED.match(line):
            found.setdefault(match[1], Counter())[match[2]] += 1
    return found


def _report(folder: Path) -> dict[str, list[Any]]:
    """The lines of each file, and what each page tells of people."""
    lines = {
        path.name: [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        for path in folder.rglob("*.jsonl")
    }
    return lines | {path.name: page_of(path.read_text("utf-8")).people for path in folder.rglob("*.html")}
