"""The files that a sync leaves in the storage an administrator configured."""

import logging
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any, Final, Protocol

from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from connector_base.pages.contents import OnlyThere, Written
from connector_base.pages.page import page
from connector_base.people.person import InvalidRecord, Person, Planned, There
from connector_base.protocol.any_text import dumps
from connector_base.reporting.carried import Carried
from connector_base.reporting.compared import Comparing
from connector_base.reporting.frames import PAGES, Maker, at, frame
from connector_base.reporting.gathered import Gathered
from connector_base.reporting.report_entries import (
    change_entry,
    invalid_entry,
    left_entries,
    only_there_entry,
    plan_entry,
    rejected_entry,
)
from connector_base.reporting.result_entries import NOTHING_PARTICULAR, Particulars, added, kept, not_written, written
from connector_base.reporting.review_entries import invalid_somebody, somebody
from connector_base.reporting.sides import Sides
from connector_base.settings.modes import Mode
from connector_base.storage.decisions import FILE as DECISIONS
from connector_base.storage.spooled_files import SpooledFiles
from connector_base.storage.storage import open_storage, probe
from connector_base.storage.storage_config import StorageConfig
from shared_mappings import Decisions, FieldChange, Policies

logger = logging.getLogger(f"airbyte.{__name__}")

SUMMARY: Final = "summary.json"
REJECTED: Final = "rejected.jsonl"
CONFLICTS: Final = "conflicts.jsonl"
CHANGES: Final = "changes.jsonl"
PLAN: Final = "plan.jsonl"

FILES: Final = {Mode.PREVIEW: (REJECTED, CONFLICTS, PLAN), Mode.SYNC: (REJECTED, CONFLICTS, CHANGES)}
"""What is left beside the summary and the page; a preview also leaves who is only there, in a file named by the
system."""

PEOPLE: Final = "people"
ONLY: Final = "only"
"""What a page is made from, which is not left itself."""

OF: Final = {Mode.PREVIEW: "preview", Mode.SYNC: "sync"}
"""What a report is of, as the log calls it."""


class ReportSettings(Protocol):
    """The settings that a report takes."""

    @property
    def mode(self) -> Mode:
        """Whether anything is written."""

    @property
    def object_storage_config(self) -> StorageConfig:
        """Where reports go."""

    @property
    def policies(self) -> Policies:
        """What the administrator decided."""

    @property
    def decisions(self) -> str:
        """What was decided for single people, as it was entered; blank where a file beside the reports counts."""


class Report(Protocol):
    """Takes what became of people while a sync runs, and leaves it when the sync ends."""

    @property
    def place(self) -> str | None:
        """Where it is left, for people; None for nowhere."""

    def begins(self, decisions: Decisions) -> None:
        """It is known what a run goes by.

        Args:
            decisions: What was decided before.
        """

    def came(self, *, everybody: bool) -> None:
        """All have come who do.

        Args:
            everybody: Whether that is everybody whom the source has, and not only those who have changed.
        """

    def rejected(
        self, subject: Person | InvalidRecord, code: str, reason: str, more: Particulars = NOTHING_PARTICULAR
    ) -> None:
        """A record was not written, or not wholly.

        Args:
            subject: Whose record it is.
            code: The code of the rejection or the warning.
            reason: Why, in sentences, which may quote values.
            more: What of that is particular.
        """

    def planned(self, item: Planned[There]) -> None:
        """It was decided what is to be done about a person."""

    def invalid(self, invalid: InvalidRecord) -> None:
        """A record does not fit its schema, so that nothing can be decided about the person."""

    def left(self, item: Planned[There]) -> None:
        """Something of a person was left as it is, although the record says otherwise: conflicts, and warnings."""

    def added(self, person: Person, there: str) -> None:
        """Somebody was added; what was written with that is told as what was written.

        Args:
            person: Who.
            there: The id that they have now.
        """

    def wrote(self, person: Person, there: str | None, changes: Iterable[FieldChange], *, unconfirmed: bool) -> None:
        """Values were written, as they are shown now.

        Args:
            person: Whose record they came with.
            there: The id of whoever has them now; None where nobody knows whether they were created.
            changes: The values.
            unconfirmed: Whether the answer got lost, so that nobody knows.
        """

    def only_there(self, others: Iterable[OnlyThere]) -> None:
        """In a preview: those who are in the system that is written to, whom nobody who came is or could be.

        At most once. Where they cannot be listed to the end, it is as if nobody had looked.

        Args:
            others: They; whatever keeps them from being listed is raised while they are.
        """

    def keep(self) -> None:
        """Leaves what is known so far, so that it outlasts the process, whatever ends it.

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

    @property
    def place(self) -> str | None:
        """Nowhere."""
        return None

    def begins(self, decisions: Decisions) -> None:
        """Forgets it."""

    def came(self, *, everybody: bool) -> None:
        """Forgets it."""

    def rejected(
        self, subject: Person | InvalidRecord, code: str, reason: str, more: Particulars = NOTHING_PARTICULAR
    ) -> None:
        """Forgets it."""

    def planned(self, item: Planned[There]) -> None:
        """Forgets it."""

    def invalid(self, invalid: InvalidRecord) -> None:
        """Forgets it."""

    def left(self, item: Planned[There]) -> None:
        """Forgets it."""

    def added(self, person: Person, there: str) -> None:
        """Forgets it."""

    def wrote(self, person: Person, there: str | None, changes: Iterable[FieldChange], *, unconfirmed: bool) -> None:
        """Forgets it."""

    def only_there(self, others: Iterable[OnlyThere]) -> None:
        """Does not look who they are."""

    def keep(self) -> None:
        """Leaves nothing."""

    def publish(self) -> None:
        """Leaves nothing."""


@dataclass(slots=True)
class StoredReport:
    """Collects a report, and leaves it in a storage.

    Attributes:
        files: The files.
        summary: Gives the summary as it stands.
        policies: What the administrator decided.
        maker: The connector, and how it names the two systems.
        mode: Whether it is of a preview.
        now: The current time, with its zone.
        began: When the run began.
        decisions_go: Where a file with decisions counts, for people; None where it is the setting that counts.
        always_a_page: Whether a page is left even where nobody was rejected.
    """

    files: SpooledFiles
    summary: Callable[[], str]
    policies: Policies
    maker: Maker
    mode: Mode
    now: Callable[[], datetime]
    began: datetime
    decisions_go: str | None = None
    always_a_page: bool = True
    _comparing: Comparing = field(init=False)
    _decided: Carried | None = None
    """What was decided before, in a preview, once that is known."""
    _gathered: Gathered = field(default_factory=Gathered)
    _whole: bool = False
    _listed: bool = False
    _anybody_rejected: bool = False
    _published: bool = False

    @property
    def place(self) -> str | None:
        """The folder."""
        return self.files.place

    @property
    def sides(self) -> Sides:
        """How it names the two systems."""
        return self.maker.sides

    def __post_init__(self) -> None:
        self._comparing = Comparing(self.sides, self.policies, None)

    def begins(self, decisions: Decisions) -> None:
        """Keeps it for the page, where something can be decided on it."""
        if self.mode is Mode.PREVIEW:
            self._decided = Carried(decisions)
            self._comparing = Comparing(self.sides, self.policies, decisions)

    def came(self, *, everybody: bool) -> None:
        """Keeps it for the page."""
        self._whole = everybody

    def rejected(
        self, subject: Person | InvalidRecord, code: str, reason: str, more: Particulars = NOTHING_PARTICULAR
    ) -> None:
        """Keeps what is mapped of the record, and why."""
        self._anybody_rejected = True
        self._append(REJECTED, rejected_entry(subject, code, reason))
        if self.mode is Mode.SYNC:
            self._gather(subject, not_written(subject, code, more, self.sides))

    def planned(self, item: Planned[There]) -> None:
        """Keeps the plan, in a preview."""
        if self.mode is Mode.PREVIEW:
            self._append(PLAN, plan_entry(item, self.policies, self.sides))
            entry = somebody(item, self._comparing)
            self._append(PEOPLE, entry)
            if self._decided:
                self._decided.notes(item, entry)

    def invalid(self, invalid: InvalidRecord) -> None:
        """Keeps that there is no plan, in a preview."""
        if self.mode is Mode.PREVIEW:
            self._append(PLAN, invalid_entry(invalid))
            self._append(PEOPLE, invalid_somebody(invalid, self.sides))

    def left(self, item: Planned[There]) -> None:
        """Keeps each value that is not written, and the one that stays."""
        for entry in left_entries(item, self.sides):
            self._append(CONFLICTS, entry)
        if self.mode is Mode.SYNC and (stayed := kept(item, self._comparing)):
            self._gather(item.person, stayed)

    def added(self, person: Person, there: str) -> None:
        """Keeps that they were not there before, for the page."""
        self._gather(person, added(person, there, self.sides))

    def wrote(self, person: Person, there: str | None, changes: Iterable[FieldChange], *, unconfirmed: bool) -> None:
        """Keeps each value, what was there before, and when."""
        moment, all_of_them = at(self.now()), list(changes)
        for change in all_of_them:
            self._append(CHANGES, change_entry(person, there, change, moment, self.sides, unconfirmed=unconfirmed))
        if all_of_them:
            self._gather(person, written(person, there, all_of_them, moment, self.sides, unconfirmed=unconfirmed))

    def only_there(self, others: Iterable[OnlyThere]) -> None:
        """Keeps them, and of whom it was decided that they are added."""
        name, to_be_added = only_in(self.sides), set()
        added = self._decided.decisions.added if self._decided else frozenset()
        with self.files.whole(name, ONLY):
            for other in others:
                self._append(name, only_there_entry(other, self.sides))
                if (employee := other.get("employee", "")) in added:
                    to_be_added.add(employee)
                self._append(ONLY, {**other, "add": True} if employee in added else other)
        if self._decided:
            self._decided.notes_to_be_added(to_be_added)
        self._listed = True

    def keep(self) -> None:
        """Leaves the files as they stand. Those of a preview can be made again, and no state waits for them."""
        if self.mode is Mode.SYNC:
            self.files.keep()

    def publish(self) -> None:
        """Leaves the report, the summary last: where there is one, the report is whole."""
        if self._published:
            return
        try:
            for entry in self._gathered.take():
                self._append(PEOPLE, entry)
            summary = self.summary()
            has_page = self.always_a_page or self._anybody_rejected
            pages = {PAGES[self.mode]: self._page(summary)} if has_page else {}
            self.files.publish(pages, SUMMARY, summary.encode() + b"\n")
        except Exception:
            self._published = True  # the storage has said why it does not take the report; a host may end us earlier
            raise
        self._published = True
        logger.info("The report of this %s is in %s.", OF[self.mode], self.files.place)

    def _page(self, summary: str) -> Iterator[bytes]:
        whole = frame(
            self.mode,
            self.maker,
            self.policies,
            summary,
            began=self.began,
            ended=self.now(),
            whole=self._whole,
            listed=self._listed,
            decided=self._decided.decided if self._decided else None,
            place=self.decisions_go if self._decided else None,
        )
        yield from page(whole, self.files.lines(PEOPLE), self.files.lines(ONLY))

    def _gather(self, subject: Person | InvalidRecord, entry: Written) -> None:
        """Keeps what became of somebody for the page."""
        if complete := self._gathered.add(subject.identity, entry):
            self._append(PEOPLE, complete)

    def _append(self, name: str, entry: Mapping[str, Any]) -> None:
        self.files.append(name, dumps(entry))


@contextmanager
def reporting(
    settings: ReportSettings,
    maker: Maker,
    summary: Callable[[], str],
    now: Callable[[], datetime],
    *,
    always_a_page: bool = True,
) -> Iterator[Report]:
    """A report, left at the latest when the block ends, however it ends.

    Args:
        settings: Where the report goes, and what is in it.
        maker: The connector, and how the report names the two systems.
        summary: Gives the summary as it stands.
        now: The current time, with its zone.
        always_a_page: Whether a page, which is almost a megabyte, is left even where nobody was rejected.

    Raises:
        AirbyteTracedException: When the storage cannot be written: before the block, or after it when it succeeded.
            When the block failed, its own error is raised and this one is logged.
    """
    storage = open_storage(settings.object_storage_config)
    if storage is None:
        yield NoReport()
        return
    probe(storage)
    began, names = now(), [*FILES[settings.mode]]
    if settings.mode is Mode.PREVIEW:
        names.append(only_in(maker.sides))
    with SpooledFiles.opened(storage, folder_name(began), names, (PEOPLE, ONLY)) as files:
        decisions_go = None if settings.decisions.strip() else storage.place(DECISIONS)
        report = StoredReport(
            files, summary, settings.policies, maker, settings.mode, now, began, decisions_go, always_a_page
        )
        try:
            yield report
        except BaseException:
            _publish_what_is_known(report)
            raise
        report.publish()


def only_in(sides: Sides) -> str:
    """The name of the file of those who are only in the system that is written to."""
    return f"only_in_{sides.theirs}.jsonl"


def folder_name(started: datetime) -> str:
    """The folder of a sync: they sort by time, and two that start in the same second do not meet."""
    return f"{started.astimezone(timezone.utc):%Y-%m-%dT%H-%M-%SZ}-{secrets.token_hex(4)}"


def _publish_what_is_known(report: Report) -> None:
    try:
        report.publish()
    except AirbyteTracedException as error:
        logger.warning("The report of this sync could not be left. %s", error.message)
