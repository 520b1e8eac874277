"""Writing the changes of people who are in Xledger, and checking that it did what is taken for granted."""

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from airbyte_cdk.models import FailureType
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from connector_base.failures import transient_error
from destination_xledger.people.planned import Planned
from destination_xledger.syncing.blame import (
    is_about_the_object,
    is_theirs,
    quotes,
    refused_together,
)
from destination_xledger.syncing.done import Done
from destination_xledger.syncing.naming import Names
from destination_xledger.syncing.refusals import SUSPICIOUS, Refusals
from destination_xledger.syncing.routes import Routes
from destination_xledger.syncing.unwritten import Left, Unwritten, Update, Ways
from destination_xledger.syncing.verification import Seen, seen, shown_after, stopped_by, wiped
from shared_mappings import FieldChange, FieldTable, Route, State
from xledger_api.employees.gateway import Gateway
from xledger_api.sending.answers import Failure
from xledger_api.sending.client import RefusedError, TooSlowError
from xledger_api.sifting import MOST_REFUSALS, Rest, sift

logger = logging.getLogger(f"airbyte.{__name__}")

Node = Mapping[str, Any]

LeftOut = Mapping[str, Mapping[str, Failure]]
"""Why values were left out, by the identity of the person and the target."""

NOTHING_LEFT_OUT: Final[LeftOut] = MappingProxyType({})

REFUSALS_IN_DOUBT: Final = 20
"""How often parts of a batch may be refused by a mutation that nobody has passed since it refused somebody before."""


@dataclass(slots=True)
class _Progress:
    """How far a mutation has come.

    Attributes:
        updates: All that is to be sent, by the routes of the table.
        table: The field table as it was when they were made.
        refused: Whether anything was refused since: then they may not be what is to be sent any more.
        settled: Who was written or refused.
        beside: Who was refused beside others who passed: Xledger is well then, and so is the route.
        believed: Whether what is refused in words that nobody knows has been sent once more.
        names: What was named.
    """

    updates: Sequence[Update]
    table: FieldTable
    refused: bool = False
    settled: set[str] = field(default_factory=set)
    beside: set[str] = field(default_factory=set)
    believed: bool = False
    names: Names = field(default_factory=Names)

    def unsettled(self, batch: Sequence[Update]) -> list[Update]:
        """Those of a batch who are not settled yet."""
        return [update for update in batch if update.identity not in self.settled]

    def settle(self, batch: Sequence[Update]) -> None:
        """Notes that people were written or refused."""
        self.settled.update(update.identity for update in batch)


@dataclass(frozen=True, slots=True)
class Updates:
    """Updates employees, their contacts and their subledgers, with the changed values alone.

    Attributes:
        gateway: Writes employees.
        routes: Says by which mutation each value is written.
        refusals: Watches what is refused.
        done: Notes what was written as soon as that is seen.
    """

    gateway: Gateway
    routes: Routes
    refusals: Refusals
    done: Done = field(default_factory=Done)
    _works: set[tuple[str, Route]] = field(default_factory=set)
    """Routes by which a value was seen to get to a target in this sync."""
    _astray: Counter[tuple[str, Route]] = field(default_factory=Counter)
    """How many values did not get to a target by a route."""
    _in_a_row: Counter[str] = field(default_factory=Counter)
    """How many people each mutation refused one after the other, for a reason that may not be theirs."""

    @property
    def ways(self) -> Ways:
        """The ways by which changes are written at present."""
        return Ways(self.routes, self.refusals.has_passed)

    def update(self, items: Sequence[Planned], refused: LeftOut = NOTHING_LEFT_OUT) -> Mapping[str, Left]:
        """Writes people's changes, one mutation after the other.

        What one mutation refuses of a person does not keep the others from being written, but for the value that marks
        a creation as finished. Where a refusal names a value, the person's others are sent again without it. What is
        refused for a reason that is not the person's is tried by the next route.

        Args:
            items: People who are in Xledger; those without changes cost nothing.
            refused: What Xledger refused by name when they were added: it is not sent again.

        Returns:
            What was not written, by identity.

        Raises:
            AirbyteTracedException: When the sync cannot go on.
        """
        before = self.refusals.passed()
        unwritten = []
        for item in items:
            if item.there is None:
                raise ValueError("only somebody who is in Xledger can be updated")
            who = Unwritten(item, item.there, list(item.plan.changes))
            who.leave_out(refused.get(item.identity, {}))
            unwritten.append(who)
        while self._write_once(unwritten):
            pass
        passed = self.refusals.passed() - before
        left = {who.item.identity: self.ways.left(who, passed) for who in unwritten}
        for who in unwritten:
            if left[who.item.identity].without_a_way:
                _tell_which_ways_are_refused(who)
        return {identity: of_them for identity, of_them in left.items() if of_them != Left()}

    def _write_once(self, unwritten: Sequence[Unwritten]) -> bool:
        """Sends each mutation for all who have something to be written by it; tells whether anybody had."""
        anybody = False
        for mutation in self.routes.table.mutations:
            updates = [update for who in unwritten if (update := self.ways.update_of(who, mutation)) is not None]
            if updates:
                anybody = True
                self._send(mutation, updates)
        return anybody

    # ---- sending

    def _send(self, mutation: str, updates: Sequence[Update]) -> None:
        """Sends the updates of one mutation. What is written of each person, or refused, is noted with the person.

        The first of a sync goes for one person alone, who has most to lose: should a mutation wipe what it is not
        sent, that is seen before it has happened to others.
        """
        progress = _Progress(updates, self.routes.table)

        def carry_out(batch: Sequence[Update], last: bool) -> Rest[Update]:
            return self._carry_out(mutation, self._as_it_stands(mutation, batch, progress), progress, last=last)

        in_doubt = self.refusals.doubts(mutation)
        for first in sorted(updates, key=lambda update: -update.left_alone)[:SUSPICIOUS]:
            if not self.refusals.has_passed(mutation):
                sift([first], carry_out)
        sift(updates, carry_out, REFUSALS_IN_DOUBT if in_doubt else MOST_REFUSALS)

    def _as_it_stands(self, mutation: str, batch: Sequence[Update], progress: _Progress) -> list[Update]:
        """What is still to be sent of a batch: values were left out meanwhile, and routes given up."""
        unsettled = progress.unsettled(batch)
        if not progress.refused and self.routes.table is progress.table:
            return unsettled
        anew = (self.ways.update_of(update.who, mutation) for update in unsettled)
        return [update for update in anew if update is not None]

    def _carry_out(self, mutation: str, batch: Sequence[Update], progress: _Progress, *, last: bool) -> Rest[Update]:
        if not batch:
            return Rest()
        try:
            self._note(mutation, batch, self._answer(mutation, batch))
        except RefusedError as error:
            return self._after_refusal(mutation, batch, error, progress, last=last)
        except TooSlowError:
            if len(batch) > 1:
                return Rest(batch)
            self._note_that_nobody_knows(batch)
            raise transient_error(
                f"Xledger takes too long to carry out {mutation} for a single person. Try again in an hour."
            ) from None
        progress.settle(batch)
        return Rest()

    def _answer(self, mutation: str, batch: Sequence[Update]) -> Mapping[str, Node]:
        targets = {change.target for update in batch for change, _ in update.changes}
        try:
            return self.gateway.update(mutation, {update.identity: update.node for update in batch}, targets)
        except AirbyteTracedException as error:
            if error.failure_type is not FailureType.config_error:  # with which nothing was carried out
                self._note_that_nobody_knows(batch)
            raise

    def _note_that_nobody_knows(self, batch: Sequence[Update]) -> None:
        """Notes what may have been written: the sync ends without having seen an answer."""
        for update in batch:
            self.done.may_have_written(update.who.item, update.who.employee, (change for change, _ in update.changes))

    # ---- what was refused

    def _after_refusal(
        self, mutation: str, batch: Sequence[Update], error: RefusedError, progress: _Progress, *, last: bool
    ) -> Rest[Update]:
        """What is left of a batch that was refused, or in part; nothing when it is the last time, or for a single one.

        What nobody can be blamed for, or only for a value that is named, is worth sending again as it stands then.
        """
        failure, progress.refused = error.failure, True
        if self._guessed_wrong(batch, failure):
            progress.settle(batch)
            return Rest()
        written = self.gateway.carried_out(error)
        passed = [update for update in batch if update.identity in written]
        left = [update for update in batch if update.identity not in written]
        self._note(mutation, passed, written)
        progress.settle(passed)
        if passed:
            progress.beside.update(update.identity for update in left)
        if self.refusals.is_worth_once_more(error, tried=progress.believed):
            progress.believed = True
            return Rest(left, refused=True, again=True)
        nodes = {update.identity: update.node for update in left}
        if leave_out := progress.names.to_leave_out(failure, nodes, everywhere=last):
            for update in left:
                for path in leave_out.get(update.identity, ()):
                    self.ways.leave_out(update, update.fields_at(path), failure)
            return Rest(left, refused=True, again=True)
        if len(left) > 1 and not last:
            to_blame = progress.names.suspect(failure, nodes)
            return Rest(left, True, next((update for update in left if update.identity == to_blame), None))
        self._refuse(mutation, left, error, progress)
        return Rest(refused=True)

    def _guessed_wrong(self, batch: Sequence[Update], failure: Failure) -> bool:
        """Whether a refusal is about a system value that was taken for a code without having been read.

        Nobody is to blame for that: everything is written again without it.
        """
        guessed = [
            change
            for update in batch
            for change, route in update.changes
            if self.gateway.table.targets[change.target].system_value
            and change.after is not None
            and not self.gateway.system_values.knows(change.after)
            and not {*route.path}.isdisjoint(failure.path)
        ]
        wrong = [change for change in guessed if quotes(failure.original, change.after or "")] or guessed
        for change in {change.after: change for change in wrong}.values():
            self.routes.give_up_guessing(change)
        return bool(wrong)

    def _refuse(self, mutation: str, batch: Sequence[Update], error: RefusedError, progress: _Progress) -> None:
        """Notes that a person was refused alone, or that several were together."""
        progress.settle(batch)
        error = RefusedError(error.operation, refused_together(error.failure, len(batch)))
        for update in batch:
            who = update.who
            who.why[mutation] = error
            if update.identity in progress.beside or is_theirs(error.failure, update.node):
                who.refuse(change for change, _ in update.changes)
                continue
            if not is_about_the_object(error.failure):
                who.doubted.add(mutation)
            self._in_a_row[mutation] += 1
            if self._in_a_row[mutation] == SUSPICIOUS and not self.refusals.has_passed(mutation):
                self._give_up_unless_somebody_passes(mutation, error, progress)

    def _give_up_unless_somebody_passes(self, mutation: str, error: RefusedError, progress: _Progress) -> None:
        """Gives a route up for the next ones, where nobody passes on it.

        Somebody is tried as far away as can be: those who stand side by side may have the same fault.
        """
        others = self._as_it_stands(mutation, progress.unsettled(progress.updates)[-1:], progress)
        self._carry_out(mutation, others, progress, last=True)
        refused = [update for update in progress.updates if mutation in update.who.why]
        if all(_is_refused_likewise(other, mutation) for other in others):
            by_the_object = all(is_about_the_object(update.who.why[mutation].failure) for update in refused)
            self.routes.give_up(mutation, error.failure.words, entirely=by_the_object)

    # ---- what came back

    def _note(self, mutation: str, updates: Sequence[Update], answer: Mapping[str, Node]) -> None:
        """Notes what was written of each person, by what Xledger shows.

        Raises:
            AirbyteTracedException: When a value that was not sent is gone, or the report cannot be kept.
        """
        if updates:
            self.refusals.accepted(mutation)
            self._in_a_row[mutation] = 0
        unmoved: list[tuple[Update, FieldChange, Route]] = []
        stops: list[Exception] = []
        for update in updates:
            who, now = update.who, self._shown(mutation, update, answer[update.identity])
            planned = {change.target for change in who.item.plan.changes}
            for gone in wiped(planned, who.employee, now, self.gateway.whole_table):
                self.done.changed(who.item, who.employee, gone, None)
                stops.append(stopped_by(gone, mutation, who.employee))
            unmoved += (
                (update, change, route)
                for change, route in update.changes
                if not self._is_settled(update, change, route, now[change.target])
            )
        self.done.keep()
        for stop in stops:  # once it is noted what the answer shows of everybody
            raise stop
        self._astray.update((change.target, route) for _, change, route in unmoved if change.after is not None)
        for update, change, route in unmoved:
            self._unmoved(update, change, route)

    def _is_settled(self, update: Update, change: FieldChange, route: Route, now: State) -> bool:
        """Notes what became of a change, and tells whether that is all that can be done about it."""
        who = update.who
        match seen(change, now, self.gateway.table):
            case Seen.WRITTEN:
                self._works.add((change.target, route))
                self.done.wrote(who.item, who.employee, change)
                who.changes.remove(change)
                return True
            case Seen.ANOTHER:
                self.done.changed(who.item, who.employee, change, now)
                who.changes.remove(change)
                who.unmoved.append(change)
                _tell_that_another_is_shown(update, change)
                return True
            case Seen.UNMOVED:
                if now != change.before:
                    self.done.changed(who.item, who.employee, change, now)
                return False

    def _shown(self, mutation: str, update: Update, node: Node) -> Mapping[str, State]:
        """What an answer shows at the targets that were written, and at the others of the object."""
        table, sent = self.gateway.table, {change.target for change, _ in update.changes}
        return {
            target: shown_after(mutation, target, node, table, self.gateway.system_values)
            for target, home in table.homes.items()
            if home == mutation or target in sent
        }

    def _unmoved(self, update: Update, change: FieldChange, route: Route) -> None:
        """Gives a route up that leads to its target for nobody; at once where there is another one to be tried."""
        routes = self.routes.of(change)
        if route not in routes:
            return
        leads_nowhere = change.after is not None and (
            route != routes[-1] or self._astray[change.target, route] >= SUSPICIOUS
        )
        if leads_nowhere and (change.target, route) not in self._works:
            self.routes.give_up_at(change.target, route)
            return
        update.who.changes.remove(change)
        update.who.unmoved.append(change)
        _tell_that_another_is_shown(update, change)


def _is_refused_likewise(update: Update, mutation: str) -> bool:
    """Whether somebody else was refused as well, for no reason of theirs."""
    error = update.who.why.get(mutation)
    return error is not None and not is_theirs(error.failure, update.node)


def _tell_which_ways_are_refused(who: Unwritten) -> None:
    for mutation, error in who.why.items():
        logger.warning("%s: Xledger refuses %s, and says: %s", who.item.person.label, mutation, error.failure.words)


def _tell_that_another_is_shown(update: Update, change: FieldChange) -> None:
    logger.warning(
        "%s: Xledger accepted a new value for %s (employee with dbId %s) and shows another one. It is written again by "
        "the next sync; if this message comes back, look at the employee in Xledger.",
        update.who.item.person.label,
        change.target,
        update.who.employee.db_id,
    )
