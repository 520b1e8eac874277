"""Writes people to Huma, a batch at a time: matched, planned, read afresh, written, eight at once."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from connector_base.pages.contents import OnlyThere
from connector_base.people.person import Person
from connector_base.reporting.outcomes import Outcomes
from connector_base.settings.modes import Mode
from destination_huma.people.planned import Planned
from destination_huma.syncing.additions import Additions
from destination_huma.syncing.crew import all_at_once
from destination_huma.syncing.done import Done
from destination_huma.syncing.matcher import Matcher
from destination_huma.syncing.only_there import only_in_huma
from destination_huma.syncing.updates import Ended, Updates
from shared_mappings import Action, FieldChange


@dataclass(frozen=True, slots=True)
class Begun:
    """What writes people, once Huma has been read.

    Attributes:
        matcher: Finds people and plans.
        additions: Adds people.
        updates: Updates users.
    """

    matcher: Matcher
    additions: Additions
    updates: Updates


@dataclass(slots=True)
class Writer:
    """Writes people, and tells what became of them.

    Attributes:
        begin: Reads what has to be known of Huma; called when it is needed, and never when nobody comes.
        outcomes: Takes what became of people.
        mode: Whether anything is written.
        done: What was written, and nobody was told of.
    """

    begin: Callable[[], Begun]
    outcomes: Outcomes
    mode: Mode
    done: Done
    _begun: Begun | None = None

    def write(self, people: Sequence[Person]) -> None:
        """Writes a batch. When it returns, everybody in it is written, skipped or rejected.

        A preview looks just as closely at those it would update, and writes nothing.

        Args:
            people: The batch; nobody is in it twice, and there may be nobody.

        Raises:
            ConnectorError: When the sync cannot go on. Part of the batch may be written by then; writing the batch
                again does no harm.
        """
        if not people:
            return
        begun, carried_out = self._start(), {Action.UPDATE}
        if self.mode is Mode.SYNC:
            carried_out.add(Action.CREATE)
        planned = begun.matcher.plans(people)
        for item in planned:
            if item.plan.action not in carried_out:
                self.outcomes.carried_out(item)
        items = [item for item in planned if item.plan.action in carried_out]
        all_at_once(items, lambda item: self._carry_out(item, begun), self._tell, self.done.keep)

    @property
    def is_in_doubt(self) -> bool:
        """Nobody ever is: what Huma refuses is judged at once."""
        return False

    def end(self) -> None:
        """There is nothing to be settled."""

    def cut_short(self) -> tuple[int, list[list[FieldChange]]]:
        """How many were added of whom nobody was told, and what was written of each of the others, when a sync ends."""
        return self.done.end()

    def users(self) -> Collection[str] | None:
        """The ids of everybody in Huma; None as long as nobody has looked."""
        return None if self._begun is None else frozenset(self._begun.matcher.everybody)

    def only_there(self) -> Iterable[OnlyThere]:
        """Those in Huma whom nobody who came is or could be, when everybody has come.

        Raises:
            ConnectorError: When Huma cannot be read, which nobody has done as long as nobody came who could be written.
        """
        matcher = self._start().matcher
        return only_in_huma(matcher.everybody, matcher.claims)

    def _start(self) -> Begun:
        """What writes people; Huma is read for it once."""
        if self._begun is None:
            self._begun = self.begin()
        return self._begun

    def _carry_out(self, item: Planned, begun: Begun) -> Ended:
        """Carries out a plan; called by several threads at once."""
        if item.there is not None:
            ended = begun.updates.update(item, item.there.user_id)
            if ended.item.plan.action is not Action.CREATE or self.mode is Mode.PREVIEW:
                return ended
            item = ended.item  # the user was deleted meanwhile
        return begun.additions.add(item)

    def _tell(self, _: Planned, ended: Ended) -> None:
        item, refusal = ended.item, ended.refusal
        if ended.creation is not None:
            # What could not be known of somebody who was not there is told by the plan for what remained.
            added = replace(ended.creation, plan=replace(ended.creation.plan, warnings=()))
            self.outcomes.created(added, item, refusal)
        elif refusal is None:
            self.outcomes.carried_out(item)
        elif item.plan.action is Action.CREATE:
            self.outcomes.refused(item.person, refusal)
        elif set(item.plan.changes) - set(refusal.unwritten):
            self.outcomes.partly_written(item, refusal)
        else:
            self.outcomes.partly_refused(item, refusal)
        self.done.told(item.person)
