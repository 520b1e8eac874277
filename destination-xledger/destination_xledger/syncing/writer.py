"""Writes people to Xledger, a batch at a time: matched, planned, added, updated."""

from collections.abc import Sequence
from dataclasses import dataclass

from destination_xledger.config import Mode
from destination_xledger.people.person import Person, Planned
from destination_xledger.reporting.outcomes import Outcomes
from destination_xledger.syncing.additions import Additions
from destination_xledger.syncing.matcher import Matcher
from destination_xledger.syncing.updates import Updates
from shared_mappings import Action, Employee, FieldTable, Policies, plan


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes people, and tells what became of them.

    Attributes:
        matcher: Finds people and plans.
        additions: Adds employees.
        updates: Updates employees.
        outcomes: Takes what became of people.
        table: The field table.
        policies: What the administrator decided.
        mode: Whether anything is written.
    """

    matcher: Matcher
    additions: Additions
    updates: Updates
    outcomes: Outcomes
    table: FieldTable
    policies: Policies
    mode: Mode

    def write(self, people: Sequence[Person]) -> None:
        """Writes a batch. When it returns, everybody in it is written, skipped or rejected.

        Args:
            people: The batch; nobody is in it twice.

        Raises:
            AirbyteTracedException: When the sync cannot go on. Part of the batch may be written by then; writing
                the batch again does no harm.
        """
        if not people:
            return
        planned = self.matcher.plans(people)
        written = () if self.mode is Mode.PREVIEW else (Action.CREATE, Action.UPDATE)
        for item in planned:
            if item.plan.action not in written:
                self.outcomes.carried_out(item)
        self._carry_out([item for item in planned if item.plan.action in written])

    def _carry_out(self, items: Sequence[Planned]) -> None:
        added = self.additions.add([item for item in items if item.plan.action is Action.CREATE])
        completions = {item.identity: self._completion(item, employee) for item, employee in added}
        updated = [item for item in items if item.plan.action is Action.UPDATE]
        refused = self.updates.update([*updated, *completions.values()])
        for item, _ in added:
            self.outcomes.created(item, completions[item.identity].plan, refused.get(item.identity))
        for item in updated:
            if item.identity in refused:
                self.outcomes.partly_refused(item, refused[item.identity])
            else:
                self.outcomes.carried_out(item)

    def _completion(self, item: Planned, employee: Employee) -> Planned:
        """What remains to be written of somebody who was added: planned against what came back."""
        self.matcher.claims.take(item.person, employee)
        remaining = plan(item.person.desired, employee, self.policies, self.table, creating=True)
        return Planned(item.person, employee, remaining)
