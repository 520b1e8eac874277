"""Writes people to Xledger, a batch at a time: match, plan, add, update."""

from collections.abc import Sequence
from dataclasses import dataclass

from destination_xledger.additions import Additions
from destination_xledger.config import Mode
from destination_xledger.matcher import Matcher, Planned
from destination_xledger.outcomes import Outcomes
from destination_xledger.people import Person
from destination_xledger.updates import Updates
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
        if self.mode is Mode.PREVIEW:
            for item in planned:
                self.outcomes.carried_out(item)
            return
        created = self.additions.add([item for item in planned if item.plan.action is Action.CREATE])
        completions = [self._completion(item, employee) for item, employee in created]
        refused = self.updates.update([*(item for item in planned if item.plan.action is Action.UPDATE), *completions])
        for item in planned:
            if item.plan.action is Action.UPDATE and item.identity in refused:
                self.outcomes.refused(item.person, refused[item.identity])
            elif item.plan.action is not Action.CREATE:
                self.outcomes.carried_out(item)
        for (item, _), completion in zip(created, completions, strict=True):
            self.outcomes.created(item, completion.plan, refused.get(item.identity))

    def _completion(self, item: Planned, employee: Employee) -> Planned:
        """What remains to be written of somebody who was added: planned against what came back."""
        self.matcher.claim(item.person, employee)
        remaining = plan(item.person.desired, employee, self.policies, self.table, creating=True)
        return Planned(item.person, employee, remaining)
