"""What is run for a review: previews that write nothing, or the syncs that were decided."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from time import monotonic
from typing import Any, Final, Literal

from connector_base.failures import ConnectorError
from connector_base.pages.page import FILES
from connector_base.storage.decisions import FILE as DECISIONS
from connector_base.storage.storage import LocalFolder, open_storage
from connector_base.storage.storage_config import STORAGE_SETTING, NoStorage, storage_of
from connector_base.telling.setting import TOLD
from huma_xledger.connection import CheckFailedError, Connection, SyncFailedError, SyncResult
from huma_xledger.connection_file import SETTING, ConnectionFile, ConnectionFileError
from huma_xledger.direction import TO_HUMA, TO_XLEDGER, Direction
from huma_xledger.environment import make_private, no_room
from huma_xledger.lock import LockFileError, held
from huma_xledger.private_file import replace_at_once
from huma_xledger.report import place_of_report
from huma_xledger.reviewing.messages import Accounts, Begun, Ended, Message, Moved, Task, Telling
from huma_xledger.reviewing.status import At, Doing, System
from huma_xledger.state_file import LOCK, StateFile, StateFileError
from huma_xledger.telling import tell as tell_result
from huma_xledger.watching import Watcher

Tell = Callable[[Message], object]
"""Takes how far the work is. Several threads call it; it raises nothing."""

DIRECTIONS: Final[Mapping[System, Direction]] = {"xledger": TO_XLEDGER, "huma": TO_HUMA}

PAGES: Final = {Doing.PREVIEW: FILES["review"], Doing.SYNC: FILES["result"]}
"""What a report calls its page."""

OFTEN: Final = 0.1
"""Seconds between two counts that are told."""

OTHER_ACCOUNTS: Final = (
    "The connection reaches another organisation in Huma or another entity in Xledger than the one that was read when "
    "this was decided, so nothing is written. Correct connection.yaml, or read again and decide anew."
)


def work(task: Task, tell: Tell) -> None:
    """Runs the directions of a task one after the other, until one of them fails: the next one builds on it.

    Waits before that until no other sync of the connection runs, and keeps others from starting meanwhile.

    Args:
        task: What is to be run.
        tell: Takes how far it is, and what each direction came to.
    """
    first = task.to[0]
    try:
        with held(Path(task.states) / LOCK, before_waiting=lambda: tell(Moved(first, at=At.LOCK))):
            for to in task.to:
                ended, result = _run(task, to, tell)
                tell(ended)
                if task.doing is Doing.SYNC:
                    _tell_others(task, ended, result, tell)
                if ended.problem is not None:
                    return
    except LockFileError as error:
        tell(Ended(first, str(error)))


def _run(task: Task, to: System, tell: Tell) -> tuple[Ended, SyncResult | None]:
    """Runs one direction, and says what it came to; None where it did not get so far as to sync."""
    tell(Moved(to, at=At.CHECKING))
    try:
        return _Run.prepared(task, to, tell).ended()
    except (CheckFailedError, ConnectionFileError, ConnectorError, StateFileError) as error:
        return Ended(to, str(error)), None
    except OSError as error:
        return Ended(to, no_room(error)), None
    except Exception as error:  # noqa: BLE001  what a foreign error says may quote values
        return Ended(to, unforeseen(error)), None


def _tell_others(task: Task, ended: Ended, result: SyncResult | None, tell: Tell) -> None:
    """Tells those who want to know what a sync came to. Whether it reaches them is told as well."""
    try:
        file = ConnectionFile.read(Path(task.folder))
        if not file.notify:
            return
        tell(Telling("sending"))
        told = tell_result(file, Path(task.states), DIRECTIONS[ended.to], result, ended.problem)
    except ConnectionFileError as error:
        tell(Telling("failed", str(error)))
        return
    tell(Telling(_TOLD[told.state.value], "\n".join(told.problems) or None))


_TOLD: Final[Mapping[str, Literal["nothing", "sent", "failed"]]] = {
    "off": "nothing",
    "nothing": "nothing",
    "sent": "sent",
    "failed": "failed",
}


def unforeseen(error: Exception) -> str:
    """What is said of an error that nobody thought of, without its own words."""
    return (
        f"The review failed unexpectedly ({type(error).__name__}). Try again: what was written stays written, and "
        "nothing is done twice. Report it if it comes back."
    )


@dataclass(frozen=True, slots=True)
class _Run:
    """One direction of a task.

    Attributes:
        task: The task.
        to: The system that is written to.
        connection: The connection, with the configs that the task is run with.
    """

    task: Task
    to: System
    connection: Connection
    watcher: "_Progress"

    @classmethod
    def prepared(cls, task: Task, to: System, tell: Tell) -> "_Run":
        """A direction with its configs.

        Raises:
            ConnectionFileError: When they are of no use.
            ConnectorError: When the decisions in the storage cannot be read.
            OSError: When there is no room for reports.
        """
        direction, file = DIRECTIONS[to], ConnectionFile.read(Path(task.folder))
        source, destination = map(file.config, direction.connectors)
        if task.decisions is not None:
            destination[SETTING] = Path(task.decisions).read_text(encoding="utf-8")
        is_preview = task.doing is Doing.PREVIEW
        if is_preview:
            destination = _for_a_preview(destination)
        if is_preview or isinstance(storage_of(destination), NoStorage):
            reports = Path(task.reports) / to
            make_private(Path(task.reports), reports)
            destination[STORAGE_SETTING] = {"storage_type": "Local", "path": str(reports.absolute())}
        destination["mode"] = task.doing.value
        state = None if is_preview else StateFile(Path(task.states) / f"{direction.destination}.json")
        watcher = _Progress(to, tell)
        connection = Connection(source, destination, state, direction, watcher, is_alone=True)
        return cls(task, to, connection, watcher)

    def ended(self) -> tuple[Ended, SyncResult | None]:
        """Checks and syncs, and says what it came to; None where it did not get so far as to sync.

        Raises:
            CheckFailedError: When a connector cannot work with its config.
            StateFileError: When the state cannot be read or written.
        """
        warnings = self.connection.check()
        self.watcher.accounts = self.connection.accounts
        if not _same(self.connection.accounts, (self.task.accounts or {}).get(self.to)):
            return Ended(self.to, OTHER_ACCOUNTS, warnings=warnings), None
        try:
            result = self.connection.sync(full_refresh=self.to not in self.task.begun)
        except SyncFailedError as error:
            return self._ended(error.result, warnings, str(error)), error.result
        return self._ended(result, warnings, None), result

    def _ended(self, result: SyncResult, warnings: tuple[str, ...], problem: str | None) -> Ended:
        told = tuple(dict.fromkeys((*warnings, *result.warnings)))
        page = None
        try:
            page = self._page(result)
        except ConnectorError as error:  # what was written stays written, whether it can be shown or not
            told = (*told, str(error))
        self.watcher.counted()
        return Ended(self.to, problem, result.summary or None, told, page)

    def _page(self, result: SyncResult) -> str | None:
        """The file with the page of the report; None when there is none. One in a bucket is brought here.

        Raises:
            ConnectorError: When the storage cannot be read.
        """
        place, storage = place_of_report(result.log), open_storage(storage_of(self.connection.destination_config))
        if place is None or storage is None:
            return None
        name = f"{PurePosixPath(place).name}/{PAGES[self.task.doing]}"
        if isinstance(storage, LocalFolder):
            path = storage.root / name
            return str(path) if path.exists() else None
        content = storage.read(name)
        if content is None:
            return None
        path = Path(self.task.reports) / f"{self.to}.html"
        make_private(path.parent)
        replace_at_once(path, content)
        return str(path.absolute())


def _for_a_preview(config: Mapping[str, Any]) -> dict[str, Any]:
    """A config with which nobody is told of anything, and in which the decisions are that stand in its storage.

    The report of a preview goes elsewhere, where the destination would not find them.

    Raises:
        ConnectorError: When they cannot be read.
    """
    found = {name: value for name, value in config.items() if name not in TOLD}  # somebody looks at it
    storage = open_storage(storage_of(found))
    if not str(found.get(SETTING, "")).strip() and storage is not None:
        content = storage.read(DECISIONS)
        if content is not None:
            found[SETTING] = content.decode(errors="replace")  # the destination says what is wrong with it
    return found


def _same(accounts: Accounts, read: Accounts | None) -> bool:
    """Whether two pairs of accounts may be the same: what one does not say is not held against it."""
    return all(
        one is None or other is None or one == other for one, other in zip(accounts, read or accounts, strict=True)
    )


class _Progress(Watcher):
    """Tells how far a direction is, and not for every single person.

    Attributes:
        accounts: The accounts that it is between, as soon as they are known.
    """

    def __init__(self, to: System, tell: Tell) -> None:
        self.accounts: Accounts = (None, None)
        self._to: System = to
        self._tell: Final = tell
        self._count = 0
        self._told_at = 0.0

    def says(self, line: str) -> None:
        self._tell(Moved(self._to, said=line))

    def begins(self, everybody_because: str | None) -> None:
        self._tell(Begun(self._to, everybody_because, self.accounts))

    def reads(self) -> None:
        self._count += 1
        if monotonic() - self._told_at >= OFTEN:
            self._told_at = monotonic()
            self._tell(Moved(self._to, count=self._count))

    def has_read(self) -> None:
        self._tell(Moved(self._to, at=At.WRITING, count=self._count))

    def counted(self) -> None:
        """Everybody has been handed over of whom anybody was."""
        self._tell(Moved(self._to, count=self._count))
