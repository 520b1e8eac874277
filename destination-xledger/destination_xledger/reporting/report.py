"""The files that a sync leaves in the storage an administrator configured."""

import logging
import os
import secrets
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO
from typing import BinaryIO, Final, Protocol

from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from connector_base.failures import config_error
from connector_base.protocol.any_text import dumps
from connector_base.storage.storage import Storage, open_storage, probe
from connector_base.storage.temporary import temporary_folder
from destination_xledger.config import Config, Mode
from destination_xledger.people.person import InvalidRecord, Person, Planned
from destination_xledger.reporting.report_entries import Entry, invalid_entry, plan_entry, rejected_entry
from shared_mappings import FieldTable, Policies

logger = logging.getLogger(f"airbyte.{__name__}")

SUMMARY: Final = "summary.json"
REJECTED: Final = "rejected.jsonl"
PLAN: Final = "plan.jsonl"

ALWAYS_LEFT: Final = 1 << 20
"""Bytes up to which the rejected records are left anew with each state. A larger file has to double first, so that it
does not travel whole with each of them."""


class Report(Protocol):
    """Takes what became of people while a sync runs, and leaves it when the sync ends."""

    def rejected(self, subject: Person | InvalidRecord, code: str, reason: str) -> None:
        """A record was not written, or not wholly. The reason may quote values."""

    def planned(self, item: Planned) -> None:
        """It was decided what is to be done about a person."""

    def invalid(self, invalid: InvalidRecord) -> None:
        """A record does not fit its schema, so that nothing can be decided about the person."""

    def keep_rejected(self) -> bool:
        """Leaves the records that were rejected so far, so that they outlast the process, whatever ends it.

        Returns:
            Whether all of them are left; otherwise later, or with the report.

        Raises:
            AirbyteTracedException: When the storage cannot be written.
        """

    def publish(self) -> None:
        """Leaves the report; only the first time counts that is not cut short from outside.

        Raises:
            AirbyteTracedException: When the storage cannot be written.
        """


class NoReport:
    """Nothing is kept."""

    def rejected(self, subject: Person | InvalidRecord, code: str, reason: str) -> None:
        """Forgets it."""

    def planned(self, item: Planned) -> None:
        """Forgets it."""

    def invalid(self, invalid: InvalidRecord) -> None:
        """Forgets it."""

    def keep_rejected(self) -> bool:
        """Leaves nothing, and is done with it."""
        return True

    def publish(self) -> None:
        """Leaves nothing."""


@dataclass(slots=True)
class StoredReport:
    """Collects a report on disk, in files without a name that are gone with the process, whatever ends it.

    Attributes:
        storage: Where the report goes.
        folder: The folder of this sync.
        summary: Gives the summary as it stands.
        policies: What the administrator decided.
        table: The field table.
        spools: What was collected so far, by the name it will have.
    """

    storage: Storage
    folder: str
    summary: Callable[[], str]
    policies: Policies
    table: FieldTable
    spools: dict[str, BinaryIO] = field(repr=False)
    _kept: int = 0
    """Bytes of rejected records that were left."""
    _published: bool = False

    def rejected(self, subject: Person | InvalidRecord, code: str, reason: str) -> None:
        """Keeps the record, and why."""
        self._append(REJECTED, lambda: rejected_entry(subject, code, reason))

    def planned(self, item: Planned) -> None:
        """Keeps the plan, in a preview."""
        self._append(PLAN, lambda: plan_entry(item, self.policies, self.table))

    def invalid(self, invalid: InvalidRecord) -> None:
        """Keeps that there is no plan, in a preview."""
        self._append(PLAN, lambda: invalid_entry(invalid))

    def keep_rejected(self) -> bool:
        """Leaves the file of rejected records as it stands, unless it has hardly grown."""
        size = self.spools[REJECTED].tell()
        if size != self._kept and (size <= ALWAYS_LEFT or size >= 2 * self._kept):
            self._leave(REJECTED)
            self._kept = size
        return size == self._kept

    def publish(self) -> None:
        """Leaves the report, the summary last: where there is one, the report is whole."""
        if self._published:
            return
        try:
            for name in self.spools:
                self._leave(name)
            self.storage.put(f"{self.folder}/{SUMMARY}", BytesIO(self.summary().encode() + b"\n"))
        except Exception:
            self._published = True  # the storage has said why it does not take the report; a host may end us earlier
            raise
        self._published = True
        logger.info("The report of this sync is in %s.", self.storage.place(self.folder))

    def _leave(self, name: str) -> None:
        """Leaves a file as it stands. The storage gets a handle of its own: libraries close what they have sent."""
        spool = self.spools[name]
        with _explained():
            spool.seek(0)
            with os.fdopen(os.dup(spool.fileno()), "rb") as content:
                self.storage.put(f"{self.folder}/{name}", content)
            spool.seek(0, os.SEEK_END)

    def _append(self, name: str, entry: Callable[[], Entry]) -> None:
        if name in self.spools:
            with _explained():
                self.spools[name].write(dumps(entry()) + b"\n")


@contextmanager
def reporting(settings: Config, table: FieldTable, summary: Callable[[], str], started: datetime) -> Iterator[Report]:
    """A report, left at the latest when the block ends, however it ends.

    Args:
        settings: Where the report goes, and what is in it.
        table: The field table.
        summary: Gives the summary as it stands.
        started: When the sync started, in UTC.

    Raises:
        AirbyteTracedException: When the storage cannot be written: before the block, or after it when it succeeded.
            When the block failed, its own error is raised and this one is logged.
    """
    storage = open_storage(settings.object_storage_config)
    if storage is None:
        yield NoReport()
        return
    probe(storage)
    names = (REJECTED, PLAN) if settings.mode is Mode.PREVIEW else (REJECTED,)
    with ExitStack() as stack:
        with _explained():
            spools: dict[str, BinaryIO] = {name: stack.enter_context(tempfile.TemporaryFile()) for name in names}
        report = StoredReport(storage, folder_name(started), summary, settings.policies, table, spools)
        try:
            yield report
        except BaseException:
            _publish_what_is_known(report)
            raise
        report.publish()


def folder_name(started: datetime) -> str:
    """The folder of a sync: they sort by time, and two that start in the same second do not meet."""
    return f"{started:%Y-%m-%dT%H-%M-%SZ}-{secrets.token_hex(4)}"


def _publish_what_is_known(report: Report) -> None:
    try:
        report.publish()
    except AirbyteTracedException as error:
        logger.warning("The report of this sync could not be left. %s", error.message)


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise config_error(
            f"The report cannot be collected in {temporary_folder()} ({error.strerror or type(error).__name__}). "
            "Make room there, or name another folder in the environment variable TMPDIR."
        ) from None
