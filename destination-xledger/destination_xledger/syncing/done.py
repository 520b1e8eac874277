"""What Xledger was seen to have carried out: kept for the report at once, and counted even if the rest is not."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from connector_base.reporting.report import NoReport, Report
from destination_xledger.people.planned import Planned
from shared_mappings import MISSING, Employee, FieldChange, FieldTable, Policy, State

Those = list[tuple[Planned, Employee]]
"""People, each with the employee they are."""


@dataclass(frozen=True, slots=True)
class Done:
    """Notes what was written, and of whom nobody was told of yet what became of them.

    Attributes:
        report: Keeps each value.
    """

    report: Report = field(default_factory=NoReport)
    _added: dict[str, None] = field(default_factory=dict)
    """Who was added, by identity."""
    _written: dict[str, list[FieldChange]] = field(default_factory=dict)
    """The changes that were written, by identity; of those who were added as well."""
    _waiting: list[list[FieldChange]] = field(default_factory=list)
    """The same of those who wait for a verdict, each."""

    def added(self, item: Planned, employee: Employee, changes: Iterable[FieldChange]) -> None:
        """Notes that somebody was added.

        Args:
            item: The person.
            employee: As they stand in Xledger now.
            changes: What was written with that.
        """
        self._added[item.identity] = None
        self.report.added(item.person, employee.db_id)
        self.report.wrote(item.person, employee.db_id, changes, unconfirmed=False)

    def wrote(self, item: Planned, employee: Employee, change: FieldChange) -> None:
        """Notes a change that is written as it was sent."""
        self._written.setdefault(item.identity, []).append(change)
        self.report.wrote(item.person, employee.db_id, [change], unconfirmed=False)

    def changed(self, item: Planned, employee: Employee, change: FieldChange, now: State) -> None:
        """Notes that Xledger shows another value than before, and not the one that was sent."""
        self.report.wrote(
            item.person, employee.db_id, [replace(change, after=None if now is MISSING else now)], unconfirmed=False
        )

    def may_have_added(self, item: Planned, changes: Iterable[FieldChange]) -> None:
        """Notes an addition whose answer got lost for good: nobody knows of an employee."""
        self.report.wrote(item.person, None, changes, unconfirmed=True)

    def may_have_written(self, item: Planned, employee: Employee, changes: Iterable[FieldChange]) -> None:
        """Notes changes whose answer got lost for good."""
        self.report.wrote(item.person, employee.db_id, changes, unconfirmed=True)

    def keep(self) -> None:
        """Leaves what was noted so far, since a process may be killed before the next answer.

        Raises:
            AirbyteTracedException: When the storage cannot be written.
        """
        self.report.keep()

    def told(self, identity: str) -> None:
        """Notes that it was told of somebody what became of them."""
        self._added.pop(identity, None)
        self._written.pop(identity, None)

    def waits(self, identity: str, settle: Callable[[], None]) -> Callable[[], None]:
        """Notes that somebody waits for a verdict, while others of the same name may come.

        Args:
            identity: Who it is.
            settle: Tells what became of them.

        Returns:
            What is to be called in its place.
        """
        written = self._written.pop(identity, [])
        self._waiting.append(written)

        def settled() -> None:
            settle()
            self._waiting[:] = [each for each in self._waiting if each is not written]

        return settled

    def untold(self) -> tuple[int, list[list[FieldChange]]]:
        """How many others were added, and what was written of each of those who were there before."""
        updated = [changes for identity, changes in self._written.items() if identity not in self._added]
        return len(self._added), [changes for changes in (*updated, *self._waiting) if changes]


def written_with(item: Planned, employee: Employee, table: FieldTable, left_out: Iterable[str]) -> list[FieldChange]:
    """What was written of somebody by adding them, as Xledger shows it.

    Args:
        item: The person, and the plan to create them.
        employee: As they came back.
        table: The field table, which says what creation takes.
        left_out: Targets that were not sent.

    Returns:
        What the places have now that the record has a value for, wherever Xledger has it from, and changes of the plan
        of which it shows nothing, if they were sent.
    """
    planned = {change.target: change for change in item.plan.changes}
    written = []
    for target, rule in table.rule_of.items():
        now, change = employee.values[target], planned.get(target)
        ours = item.person.desired.values[rule.canonical_target]
        if now is MISSING and change is not None and table.targets[target].creation and target not in left_out:
            written.append(change)
        elif isinstance(now, str) and isinstance(ours, str) and rule.rule is not Policy.READ_ONLY:
            there = change or FieldChange(rule.fields[0], target, None, now)
            written.append(there if rule.same(there.after, now) else replace(there, after=now))
    return written
