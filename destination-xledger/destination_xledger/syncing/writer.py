"""Writes people to Xledger: match, plan and add a batch at a time, and update when there is a batch of updates."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from destination_xledger.config import Mode
from destination_xledger.people.person import Person, Planned
from destination_xledger.reporting.outcomes import Outcomes
from destination_xledger.syncing.additions import Additions
from destination_xledger.syncing.matcher import Matcher
from destination_xledger.syncing.updates import Updates
from shared_mappings import Action, Employee, FieldTable, Policies, plan
from shared_mappings.desired import EMAIL, EMPLOYMENT_ID

KEYS: Final = frozenset({EMPLOYMENT_ID, EMAIL})
"""What people are found by. Whoever comes next must find what was written there."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody whose changes are still to be written.

    Attributes:
        item: The person, and the changes.
        creation: What was planned when they were added a moment ago; None for somebody who was there before.
    """

    item: Planned
    creation: Planned | None = None


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes people, and tells what became of them.

    Additions are made right after the look-up. Updates wait until there are as many as a mutation takes, so that a few
    changed people among many cost no more than if they had come together.

    Attributes:
        matcher: Finds people and plans.
        additions: Adds employees.
        updates: Updates employees.
        outcomes: Takes what became of people.
        table: The field table.
        policies: What the administrator decided.
        mode: Whether anything is written.
        batch_size: How many people are updated together.
        waiting: Whose changes are still to be written, by identity.
        held_back: Who is to be planned again when everybody else is written, by identity.
    """

    matcher: Matcher
    additions: Additions
    updates: Updates
    outcomes: Outcomes
    table: FieldTable
    policies: Policies
    mode: Mode
    batch_size: int
    waiting: dict[str, Waiting] = field(default_factory=dict, repr=False)
    held_back: dict[str, Person] = field(default_factory=dict, repr=False)

    def write(self, people: Sequence[Person]) -> None:
        """Writes a batch. When it returns, everybody in it is written, skipped, rejected, waiting or held back.

        Args:
            people: The batch; nobody is in it twice.

        Raises:
            AirbyteTracedException: When the sync cannot go on. Part of the batch may be written by then; writing
                the batch again does no harm.
        """
        if not people:
            return
        if any(person.identity in self.waiting for person in people):
            self.finish()
        for person in people:
            # Of somebody who comes again the later record counts.
            self.held_back.pop(person.identity, None)
        planned, held_back = self.matcher.plans(people)
        self.held_back.update((person.identity, person) for person in held_back)
        self._carry_out(planned)

    def conclude(self) -> None:
        """Writes everybody who is still to be written, in the end those who were held back.

        Raises:
            AirbyteTracedException: As `write`.
        """
        self.finish()
        people = iter(list(self.held_back.values()))
        while some := list(islice(people, self.batch_size)):
            planned, _ = self.matcher.plans(some, at_last=True)
            self._carry_out(planned)
        self.finish()
        self.held_back.clear()

    def _carry_out(self, planned: Sequence[Planned]) -> None:
        written = () if self.mode is Mode.PREVIEW else (Action.CREATE, Action.UPDATE)
        for item in planned:
            if item.plan.action not in written:
                self.outcomes.carried_out(item)
                if item.employee is not None:
                    self.matcher.claims.previewed(item.employee, item.plan.changes)
        self._begin([item for item in planned if item.plan.action in written])

    def _begin(self, items: Sequence[Planned]) -> None:
        """Adds who is new, and lets changes wait where nothing depends on them."""
        created = self.additions.add([item for item in items if item.plan.action is Action.CREATE])
        waiting = [Waiting(item) for item in items if item.plan.action is Action.UPDATE]
        waiting += [Waiting(self._completion(item, employee), item) for item, employee in created]
        self.waiting.update((each.item.identity, each) for each in waiting)
        while len(self.waiting) >= self.batch_size:
            self._update()
        if any(change.target in KEYS for each in self.waiting.values() for change in each.item.plan.changes):
            self.finish()

    def finish(self) -> None:
        """Writes the changes of everybody who waits.

        Raises:
            AirbyteTracedException: As `write`.
        """
        while self.waiting:
            self._update()

    def _update(self) -> None:
        """Writes the changes of those who have waited longest, as many as a mutation takes."""
        due = [self.waiting.pop(identity) for identity in list(islice(self.waiting, self.batch_size))]
        refused = self.updates.update([each.item for each in due])
        for each in due:
            refusal = refused.get(each.item.identity)
            if each.creation is not None:
                self.outcomes.created(each.creation, each.item.plan, refusal)
            elif refusal is not None:
                self.outcomes.partly_refused(each.item, refusal)
            else:
                self.matcher.claims.written(each.item.person)
                self.outcomes.carried_out(each.item)

    def _completion(self, item: Planned, employee: Employee) -> Planned:
        """What remains to be written of somebody who was added: planned against what came back."""
        self.matcher.claims.added(item.person, employee)
        remaining = plan(item.person.desired, employee, self.policies, self.table, creating=True)
        return Planned(item.person, employee, remaining)
