"""Writes people to Xledger, a batch at a time: matched, planned, added, updated."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from destination_xledger.config import Mode
from destination_xledger.people.person import Person, Planned
from destination_xledger.reporting.outcomes import Outcomes
from destination_xledger.syncing.additions import Additions
from destination_xledger.syncing.matcher import Matcher
from destination_xledger.syncing.updates import Left, Updates
from shared_mappings import Action, FieldWarning, WarningCode


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes people, and tells what became of them.

    Attributes:
        matcher: Finds people and plans.
        additions: Adds employees.
        updates: Updates employees.
        outcomes: Takes what became of people.
        mode: Whether anything is written.
    """

    matcher: Matcher
    additions: Additions
    updates: Updates
    outcomes: Outcomes
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
        looked_up = self.additions.now()
        planned = self.matcher.plans(people)
        written = () if self.mode is Mode.PREVIEW else (Action.CREATE, Action.UPDATE)
        for item in planned:
            if item.plan.action not in written:
                self.outcomes.carried_out(item)
        self._carry_out([item for item in planned if item.plan.action in written], looked_up)

    def _carry_out(self, items: Sequence[Planned], looked_up: float) -> None:
        additions = self.additions.add([item for item in items if item.plan.action is Action.CREATE], looked_up)
        completions = {
            item.identity: self.matcher.completion(item.person, employee) for item, employee in additions.added
        }
        met = [self.matcher.met(item.person, employee) for item, employee in additions.met]
        for item in completions.values():
            if item.plan.action is Action.REJECT:
                self.outcomes.carried_out(item)
        for item in met:
            if item.plan.action is not Action.UPDATE:
                self.outcomes.carried_out(item)
        added = [item for item, _ in additions.added if completions[item.identity].plan.action is not Action.REJECT]
        updated = [item for item in (*items, *met) if item.plan.action is Action.UPDATE]
        left = self.updates.update([*updated, *(completions[item.identity] for item in added)])
        for item in added:
            of_them = left.get(item.identity, Left())
            completion = _without(completions[item.identity], of_them)
            self.outcomes.created(item, completion.plan, of_them.refusal)
        for item in updated:
            of_them = left.get(item.identity, Left())
            written = _without(item, of_them)
            if of_them.refusal:
                self.outcomes.partly_refused(written, of_them.refusal)
            else:
                self.outcomes.carried_out(written)


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
