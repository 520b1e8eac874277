"""Writes people to Xledger, a batch at a time: matched, planned, added, updated."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from connector_base.failures import config_error
from connector_base.people.person import Person
from connector_base.reporting.outcomes import Outcomes
from connector_base.settings.modes import Mode
from destination_xledger.people.planned import Planned
from destination_xledger.syncing.additions import Additions
from destination_xledger.syncing.done import Done
from destination_xledger.syncing.mass_unset import UnsetGuard
from destination_xledger.syncing.matcher import Matcher
from destination_xledger.syncing.refusals import Refusals
from destination_xledger.syncing.unwritten import Left
from destination_xledger.syncing.updates import Updates
from shared_mappings import Action, FieldChange, FieldWarning, WarningCode

logger = logging.getLogger(f"airbyte.{__name__}")


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes people, and tells what became of them.

    Attributes:
        matcher: Finds people and plans.
        additions: Adds employees.
        updates: Updates employees.
        refusals: Judges what is refused.
        outcomes: Takes what became of people.
        mode: Whether anything is written.
        guard: Watches what is about to be unset.
        done: What additions and updates were seen to have done, and nobody was told of.
    """

    matcher: Matcher
    additions: Additions
    updates: Updates
    refusals: Refusals
    outcomes: Outcomes
    mode: Mode
    guard: UnsetGuard
    done: Done = field(default_factory=Done)

    def write(self, people: Sequence[Person]) -> None:
        """Writes a batch. When it returns, everybody in it is written, skipped, rejected, or in doubt.

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
        self._end_before_too_much_is_unset(planned)
        written = () if self.mode is Mode.PREVIEW else (Action.CREATE, Action.UPDATE)
        for item in planned:
            if item.plan.action not in written:
                self.outcomes.carried_out(item)
        self._carry_out([item for item in planned if item.plan.action in written], looked_up)

    @property
    def is_in_doubt(self) -> bool:
        """Whether it is not known yet of somebody what became of them."""
        return self.refusals.in_doubt

    def end(self) -> None:
        """Settles what is in doubt, when everybody has come.

        Raises:
            AirbyteTracedException: When what was refused is nobody's fault among those who were.
        """
        self.refusals.end()

    def cut_short(self) -> tuple[int, list[list[FieldChange]]]:
        """How many were added of whom nobody was told, and what was written of each of the others, when a sync ends."""
        return self.done.untold()

    def _end_before_too_much_is_unset(self, planned: Sequence[Planned]) -> None:
        """Ends a sync before a batch that would unset a field for too many people; a preview warns, and goes on.

        Raises:
            AirbyteTracedException: A config error.
        """
        sentences = [found.sentence for found in self.guard.watch(planned)]
        if sentences and self.mode is not Mode.PREVIEW:
            raise config_error(" ".join(sentences))
        for sentence in sentences:
            logger.warning(sentence)

    def _carry_out(self, items: Sequence[Planned], looked_up: float) -> None:
        """Carries plans out, and tells what became of each."""
        additions = self.additions.add([item for item in items if item.plan.action is Action.CREATE], looked_up)
        completions = {
            item.identity: self.matcher.completion(item.person, employee) for item, employee in additions.added
        }
        met = [self.matcher.met(item.person, employee) for item, employee in additions.met]
        settled = [item for item in completions.values() if item.plan.action is Action.REJECT]
        for item in (*settled, *(item for item in met if item.plan.action is not Action.UPDATE)):
            self.outcomes.carried_out(item)
            self.done.told(item.identity)
        rejected = {item.identity for item in settled}
        added = [item for item, _ in additions.added if item.identity not in rejected]
        updated = [item for item in (*items, *met) if item.plan.action is Action.UPDATE]
        left = self.updates.update([*updated, *(completions[item.identity] for item in added)], additions.left_out)
        for item in added:
            self._tell_created(item, completions[item.identity], left.get(item.identity, Left()))
        for item in updated:
            self._tell_updated(item, left.get(item.identity, Left()))

    def _tell_created(self, item: Planned, completion: Planned, left: Left) -> None:
        """Whoever is in Xledger was created, whatever is in doubt of the rest."""
        self.outcomes.created(item, _without(completion, left), left.refusal)
        self.done.told(item.identity)
        if left.doubts:
            self.refusals.wait_for_verdict(left.doubts, lambda: None)

    def _tell_updated(self, item: Planned, left: Left) -> None:
        if left.doubts:
            settle = self.done.waits(item.identity, lambda: self._tell_what_was_written(item, left))
            self.refusals.wait_for_verdict(left.doubts, settle)
        else:
            self._tell_what_was_written(item, left)
            self.done.told(item.identity)

    def _tell_what_was_written(self, item: Planned, left: Left) -> None:
        written = _without(item, left)
        if left.refusal is None:
            self.outcomes.carried_out(written)
        elif left.refusal.by_name and set(written.plan.changes) - set(left.refusal.unwritten):
            self.outcomes.partly_written(written, left.refusal)
        else:
            self.outcomes.partly_refused(written, left.refusal)


def _without(item: Planned, left: Left) -> Planned:
    """What is done about a person, with a warning in place of what nothing can write."""
    unwritten = (*left.unwritable, *left.without_a_way)
    if not unwritten:
        return item
    changes = tuple(change for change in item.plan.changes if change not in unwritten)
    warnings = (
        FieldWarning(WarningCode.PARTLY_WRITTEN, change.field, told=change in left.unwritable, target=change.target)
        for change in unwritten
    )
    decided = replace(
        item.plan,
        action=item.plan.action if changes else Action.UNCHANGED,
        changes=changes,
        warnings=tuple(dict.fromkeys((*item.plan.warnings, *warnings))),
    )
    return replace(item, plan=decided)
