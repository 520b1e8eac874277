"""Writes people to Xledger, a batch at a time: matched, planned, added, updated."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from destination_xledger.config import Mode
from destination_xledger.people.person import Person, Planned
from destination_xledger.reporting.outcomes import Outcomes
from destination_xledger.syncing.additions import Additions
from destination_xledger.syncing.done import Done
from destination_xledger.syncing.matcher import Matcher
from destination_xledger.syncing.updates import Left, Updates
from shared_mappings import Action, Employee, FieldWarning, WarningCode


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes people, and tells what became of them.

    Attributes:
        matcher: Finds people and plans.
        additions: Adds employees.
        updates: Updates employees.
        outcomes: Takes what became of people.
        mode: Whether anything is written.
        done: What additions and updates were seen to have done.
    """

    matcher: Matcher
    additions: Additions
    updates: Updates
    outcomes: Outcomes
    mode: Mode
    done: Done = field(default_factory=Done)

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
        self.done.begin()
        told: set[str] = set()
        try:
            self._carry_out([item for item in planned if item.plan.action in written], told)
        except BaseException:
            self.outcomes.cut_short(*self.done.untold(told))
            raise

    def _carry_out(self, items: Sequence[Planned], told: set[str]) -> None:
        """Carries plans out, and notes of whom it was told what became of them."""
        added = self.additions.add([item for item in items if item.plan.action is Action.CREATE])
        completions = {item.identity: self._completion(item, employee) for item, employee in added}
        updated = [item for item in items if item.plan.action is Action.UPDATE]
        left = self.updates.update([*updated, *completions.values()])
        for item, _ in added:
            of_them = left.get(item.identity, Left())
            completion = _without(completions[item.identity], of_them)
            self.outcomes.created(item, completion.plan, of_them.refusal)
            told.add(item.identity)
        for item in updated:
            of_them = left.get(item.identity, Left())
            written = _without(item, of_them)
            if of_them.refusal:
                self.outcomes.partly_refused(written, of_them.refusal)
            else:
                self.outcomes.carried_out(written)
            told.add(item.identity)

    def _completion(self, item: Planned, employee: Employee) -> Planned:
        """What remains to be written of somebody who was added: planned against what came back."""
        self.matcher.claims.take(item.person, employee)
        return Planned(item.person, employee, self.matcher.plan(item.person, employee, creating=True))


def _without(item: Planned, left: Left) -> Planned:
    """What is done about a person, with a warning in place of what nothing can write."""
    unwritten = (*left.unwritable, *left.without_a_way)
    if not unwritten:
        return item
    changes = tuple(change for change in item.plan.changes if change not in unwritten)
    warnings = (
        FieldWarning(WarningCode.PARTLY_WRITTEN, change.field, told=change in left.unwritable) for change in unwritten
    )
    decided = replace(
        item.plan,
        action=item.plan.action if changes else Action.UNCHANGED,
        changes=changes,
        warnings=tuple(dict.fromkeys((*item.plan.warnings, *warnings))),
    )
    return replace(item, plan=decided)
