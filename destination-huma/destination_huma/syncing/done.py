"""What Huma was seen to have carried out: kept for the report at once, and counted even if the rest is not."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock

from airbyte_cdk.models import FailureType

from connector_base.failures import ConnectorError
from connector_base.people.person import Person
from connector_base.reporting.report import NoReport, Report
from shared_mappings import FieldChange

Wrote = Callable[[Iterable[FieldChange]], None]
"""Takes what of a request was carried out."""


@dataclass(slots=True)
class Done:
    """Notes what was written, and of whom it was not told yet what became of them. Called by several threads at once.

    Attributes:
        report: Keeps each value.
    """

    report: Report = field(default_factory=NoReport)
    _added: set[str] = field(default_factory=set)
    """Who was added, by identity."""
    _written: dict[str, list[FieldChange]] = field(default_factory=dict, repr=False)
    """The changes that were written, by identity; of those who were added as well."""
    _under_way: dict[str, tuple[Person, str | None, Sequence[FieldChange]]] = field(default_factory=dict, repr=False)
    """Requests that were sent and are not answered: whom they are about, which user that is, and what they change."""
    _over: bool = False
    """Whether nobody takes anything any more."""
    _lock: Lock = field(default_factory=Lock, repr=False)

    @contextmanager
    def sending(self, person: Person, user_id: str | None, changes: Sequence[FieldChange]) -> Iterator[Wrote]:
        """Notes that a request is under way while the block lasts, and what was carried out of it.

        Where the block ends without saying so, nobody knows, unless it ends for a reason to which nothing is sent.

        Args:
            person: Whom it is about.
            user_id: Which user that is; None for somebody who is being added.
            changes: What is sent.
        """
        with self._lock:
            self._under_way[person.identity] = (person, user_id, changes)
        try:
            yield lambda written: self._wrote(person, user_id, list(written))
        except ConnectorError as error:
            if error.failure_type is FailureType.config_error:
                self._settle(person)
            raise

    def added(self, person: Person, user_id: str, changes: Sequence[FieldChange]) -> None:
        """Notes that somebody was added.

        Args:
            person: The person.
            user_id: Which user they are now.
            changes: What was written with that.
        """
        with self._lock:
            self._under_way.pop(person.identity, None)
            self._added.add(person.identity)
            if not self._over:
                self.report.added(person, user_id)
            self._report(person, user_id, changes)

    def not_added(self, person: Person) -> None:
        """Notes that Huma refused to add somebody."""
        self._settle(person)

    def told(self, person: Person) -> None:
        """Notes that it was told of somebody what became of them."""
        with self._lock:
            self._added.discard(person.identity)
            self._written.pop(person.identity, None)

    def keep(self) -> None:
        """Leaves what is known so far, while nobody notes anything.

        Raises:
            AirbyteTracedException: When the storage cannot be written.
        """
        with self._lock:
            self.report.keep()

    def end(self) -> tuple[int, list[list[FieldChange]]]:
        """Ends it when a sync is cut short: what is still under way may be written or not.

        Returns:
            How many others were added, and what was written of each of those who were there before.
        """
        with self._lock:
            for person, user_id, changes in self._under_way.values():
                self._report(person, user_id, changes, unconfirmed=True)
            self._over = True
            updated = [changes for identity, changes in self._written.items() if identity not in self._added]
            return len(self._added), [changes for changes in updated if changes]

    def _settle(self, person: Person) -> None:
        with self._lock:
            self._under_way.pop(person.identity, None)

    def _wrote(self, person: Person, user_id: str | None, written: Sequence[FieldChange]) -> None:
        with self._lock:
            self._under_way.pop(person.identity, None)
            self._written.setdefault(person.identity, []).extend(written)
            self._report(person, user_id, written)

    def _report(
        self, person: Person, user_id: str | None, changes: Sequence[FieldChange], *, unconfirmed: bool = False
    ) -> None:
        if not self._over:
            self.report.wrote(person, user_id, changes, unconfirmed=unconfirmed)
