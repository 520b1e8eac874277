"""Writing the changes of people who are in Xledger, and checking that it did what is taken for granted."""

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from connector_base.failures import transient_error
from destination_xledger.people.person import Planned, Refusal
from destination_xledger.syncing.blame import is_about_the_object, is_theirs, quotes, suspect
from destination_xledger.syncing.done import Done
from destination_xledger.syncing.refusals import Refusals, refuses_all
from destination_xledger.syncing.routes import Routes
from destination_xledger.syncing.verification import Seen, seen, shown_after, wiped
from shared_mappings import Employee, FieldChange, Route, State
from xledger_api.employees.gateway import Gateway
from xledger_api.employees.inputs import InputNode, update_node
from xledger_api.sending.answers import Failure
from xledger_api.sending.client import RefusedError, TooSlowError
from xledger_api.sifting import Rest, sift

logger = logging.getLogger(f"airbyte.{__name__}")

Node = Mapping[str, Any]

SUSPICIOUS: Final = 3
"""How many people a mutation that nobody has passed may refuse, or a route lead astray, for no reason of theirs, before
it is asked whether it does so to everybody."""


@dataclass(frozen=True, slots=True)
class Left:
    """What was not written of a person's changes.

    Attributes:
        refusal: What Xledger refused; None when it refused nothing.
        unwritable: The changes that nothing writes in this sync, without a refusal; the log tells of them.
        without_a_way: Those that others can have written, and that no route can write for this person.
    """

    refusal: Refusal | None = None
    unwritable: tuple[FieldChange, ...] = ()
    without_a_way: tuple[FieldChange, ...] = ()


@dataclass(slots=True)
class _Unwritten:
    """What remains to be written of somebody.

    Attributes:
        item: What is to be done about the person.
        employee: Who they are in Xledger.
        changes: The changes that are not written yet.
        refused: Those that Xledger refused for a reason that is the person's.
        why: Why mutations refused the person, by mutation. None of these is tried again.
        unmoved: Those that Xledger accepted, and did not carry out.
    """

    item: Planned
    employee: Employee
    changes: list[FieldChange]
    refused: list[FieldChange] = field(default_factory=list)
    why: dict[str, Failure] = field(default_factory=dict)
    unmoved: list[FieldChange] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Update:
    """One object to update: the changes of somebody that go by one mutation."""

    who: _Unwritten
    changes: tuple[tuple[FieldChange, Route], ...]
    node: InputNode

    @property
    def identity(self) -> str:
        return self.who.item.identity


@dataclass(frozen=True, slots=True)
class _Progress:
    """How far a mutation has come.

    Attributes:
        updates: All that is to be sent.
        settled: Who was written or refused.
        beside: Who was refused beside others who passed: Xledger is well then, and so is the route.
    """

    updates: Sequence[_Update]
    settled: set[str] = field(default_factory=set)
    beside: set[str] = field(default_factory=set)

    def unsettled(self, batch: Sequence[_Update]) -> list[_Update]:
        """Those of a batch who are not settled yet."""
        return [update for update in batch if update.identity not in self.settled]

    def settle(self, batch: Sequence[_Update]) -> None:
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

    def update(self, items: Sequence[Planned]) -> Mapping[str, Left]:
        """Writes people's changes, one mutation after the other.

        What one mutation refuses of a person does not keep the others from being written, but for the value that marks
        a creation as finished. What is refused for a reason that is not the person's is tried by the next route.

        Args:
            items: People who are in Xledger; those without changes cost nothing.

        Returns:
            What was not written, by identity.

        Raises:
            AirbyteTracedException: When the sync cannot go on.
        """
        unwritten = []
        for item in items:
            if item.employee is None:
                raise ValueError("only somebody who is in Xledger can be updated")
            unwritten.append(_Unwritten(item, item.employee, list(item.plan.changes)))
        while self._write_once(unwritten):
            pass
        self._end_if_nobody_passes(unwritten)
        return {who.item.identity: left for who in unwritten if (left := self._left(who)) != Left()}

    def _write_once(self, unwritten: Sequence[_Unwritten]) -> bool:
        """Sends each mutation for all who have something to be written by it; tells whether anybody had."""
        anybody = False
        for mutation in self.routes.table.mutations:
            updates = [update for who in unwritten if (update := self._update_of(who, mutation)) is not None]
            if updates:
                anybody = True
                self._send(mutation, updates)
        return anybody

    def _update_of(self, who: _Unwritten, mutation: str) -> _Update | None:
        table = self.routes.table
        routed = [(change, route) for change in who.changes if (route := self._route_of(change, who))]
        before = [route for _, route in routed if not table.closes(route)]
        may_close = all(route.mutation == mutation for route in before) and not self._holds_the_end_back(who)
        changes = tuple(
            (change, route)
            for change, route in routed
            if route.mutation == mutation and (may_close or not table.closes(route))
        )
        db_id = who.employee.db_ids[mutation]
        if not changes or db_id is None:
            return None
        return _Update(who, changes, update_node(db_id, changes, table, self.gateway.system_values))

    def _holds_the_end_back(self, who: _Unwritten) -> bool:
        """Whether a creation is not to be marked as finished, because something of it was refused."""
        return bool(who.refused) and who.employee.values[self.routes.table.completed_by] is None

    def _route_of(self, change: FieldChange, who: _Unwritten) -> Route | None:
        return next((route for route in self._ways(change, who) if route.mutation not in who.why), None)

    def _ways(self, change: FieldChange, who: _Unwritten) -> list[Route]:
        """The routes by which a change can be written of somebody, and nothing else than what is to be written."""
        return [route for route in self.routes.of(change) if self._does_no_harm(route, change, who)]

    def _does_no_harm(self, route: Route, change: FieldChange, who: _Unwritten) -> bool:
        """Whether all the places that a route may write to have the value of a change, or are to get it.

        `updateEmployees` has one e-mail address for the contact and the subledger, and nobody knows whose it is.
        """
        table = self.gateway.whole_table
        others = [target for target in table.written_by(route) if target != change.target]
        if not others:
            return True
        planned = {each.target: each.after for each in who.item.plan.changes}
        return all(
            table.rule_of[target].same(change.after, planned.get(target, who.employee.values[target]))
            for target in others
        )

    # ---- what became of it

    def _left(self, who: _Unwritten) -> Left:
        """What was not written: refused, or without any route in this sync, or without one for this person."""
        unwritable = [change for change in who.changes if not self.routes.of(change)]
        refused = [
            change
            for change in who.item.plan.changes
            if change in who.refused or (change in who.changes and self._is_the_persons(change, who))
        ]
        without_a_way = [change for change in who.changes if change not in (*unwritable, *refused)]
        refusal = Refusal(tuple(who.why.values()), tuple(refused)) if refused else None
        for mutation, failure in who.why.items() if without_a_way else ():
            _tell_that_a_way_is_refused(who, mutation, failure)
        return Left(refusal, (*unwritable, *who.unmoved), tuple(without_a_way))

    def _is_the_persons(self, change: FieldChange, who: _Unwritten) -> bool:
        """Whether a change was refused, or is held back, and not only left without a way to write it."""
        ways = self._ways(change, who)
        return any(route.mutation not in who.why or not is_about_the_object(who.why[route.mutation]) for route in ways)

    def _end_if_nobody_passes(self, unwritten: Sequence[_Unwritten]) -> None:
        """Ends the sync when Xledger carries nothing out, whatever it is sent, in words that nobody knows.

        Raises:
            AirbyteTracedException: A transient error.
        """
        given_up = {
            mutation: failure
            for who in unwritten
            for mutation, failure in who.why.items()
            if self.routes.is_given_up(mutation) and not is_about_the_object(failure)
        }
        if len(given_up) > 1 and not self.refusals.anybody_passed:
            raise refuses_all(*next(iter(given_up.items())))

    # ---- sending

    def _send(self, mutation: str, updates: Sequence[_Update]) -> None:
        """Sends the updates of one mutation. What is written of each person, or refused, is noted with the person."""
        progress = _Progress(updates)
        sift(updates, lambda batch: self._carry_out(mutation, progress.unsettled(batch), progress))

    def _carry_out(self, mutation: str, batch: Sequence[_Update], progress: _Progress) -> Rest[_Update]:
        if not batch or self.routes.is_given_up(mutation):
            return Rest()
        try:
            self._note(mutation, batch, self._answer(mutation, batch))
        except RefusedError as error:
            return self._after_refusal(mutation, batch, error, progress)
        except TooSlowError:
            if len(batch) > 1:
                return Rest(batch)
            raise transient_error(
                f"Xledger takes too long to carry out {mutation} for a single person. Try again in an hour."
            ) from None
        progress.settle(batch)
        return Rest()

    def _after_refusal(
        self, mutation: str, batch: Sequence[_Update], error: RefusedError, progress: _Progress
    ) -> Rest[_Update]:
        """What is left of a batch that was refused, or in part; nothing of a single person, who is settled then."""
        if self._guessed_wrong(batch, error.failure):
            progress.settle(batch)
            return Rest()
        written = self.gateway.carried_out(error)
        passed = [update for update in batch if update.identity in written]
        left = [update for update in batch if update.identity not in written]
        self._note(mutation, passed, written)
        progress.settle(passed)
        if passed:
            progress.beside.update(update.identity for update in left)
        if len(batch) > 1:
            return Rest(left, True, _suspected(error.failure, left))
        progress.settle(batch)
        in_a_row = self._refused_alone(batch[0], error, progress)
        if in_a_row == SUSPICIOUS and not self.refusals.has_passed(mutation):
            self._give_up_unless_somebody_passes(mutation, error, progress)
        return Rest(refused=True)

    def _give_up_unless_somebody_passes(self, mutation: str, error: RefusedError, progress: _Progress) -> None:
        """Tries somebody as far away as can be: those who stand side by side may have the same fault."""
        others = progress.unsettled(progress.updates)[-1:]
        self._carry_out(mutation, others, progress)
        if all(_is_refused_likewise(other, mutation) for other in others):
            self.routes.give_up(mutation, error.failure.words)

    def _answer(self, mutation: str, batch: Sequence[_Update]) -> Mapping[str, Node]:
        targets = {change.target for update in batch for change, _ in update.changes}
        return self.gateway.update(mutation, {update.identity: update.node for update in batch}, targets)

    def _guessed_wrong(self, batch: Sequence[_Update], failure: Failure) -> bool:
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

    def _refused_alone(self, update: _Update, error: RefusedError, progress: _Progress) -> int:
        """Notes that one person was refused; returns how many were in a row, for a reason that may not be theirs."""
        who = update.who
        who.why[error.operation.root_field] = error.failure
        if update.identity not in progress.beside and not is_theirs(error.failure, update.node):
            can_go_on = all(self._route_of(change, who) for change, _ in update.changes)
            return self.refusals.refused_alone(error, can_go_on=can_go_on)
        who.refused += (change for change, _ in update.changes)
        who.changes = [change for change in who.changes if change not in who.refused]
        return 0

    # ---- what came back

    def _note(self, mutation: str, updates: Sequence[_Update], answer: Mapping[str, Node]) -> None:
        """Notes what was written of each person, by what Xledger shows.

        Raises:
            AirbyteTracedException: When a value that was not sent is gone.
        """
        if updates:
            self.refusals.accepted(mutation)
        unmoved: list[tuple[_Update, FieldChange, Route]] = []
        for update in updates:
            now = self._shown(mutation, update, answer[update.identity])
            sent = {change.target for change, _ in update.changes}
            if gone := wiped(mutation, sent, update.who.employee, now):
                raise gone
            for change, route in update.changes:
                match seen(change, now[change.target], self.gateway.table):
                    case Seen.WRITTEN:
                        self._works.add((change.target, route))
                        self.done.wrote(update.identity, change)
                        update.who.changes.remove(change)
                    case Seen.ANOTHER:
                        update.who.changes.remove(change)
                        _tell_that_another_is_shown(update, change)
                    case Seen.UNMOVED:
                        unmoved.append((update, change, route))
        self._astray.update((change.target, route) for _, change, route in unmoved)
        for update, change, route in unmoved:
            self._unmoved(update, change, route)

    def _shown(self, mutation: str, update: _Update, node: Node) -> Mapping[str, State]:
        """What an answer shows at the targets that were written, and at the others of the object."""
        table, sent = self.gateway.table, {change.target for change, _ in update.changes}
        return {
            target: shown_after(mutation, target, node, table, self.gateway.system_values)
            for target, home in table.homes.items()
            if home == mutation or target in sent
        }

    def _unmoved(self, update: _Update, change: FieldChange, route: Route) -> None:
        """Gives a route up that leads to its target for nobody; at once where there is another one to be tried."""
        routes = self.routes.of(change)
        if route not in routes:
            return
        leads_nowhere = route != routes[-1] or self._astray[change.target, route] >= SUSPICIOUS
        if leads_nowhere and (change.target, route) not in self._works:
            self.routes.give_up_at(change.target, route)
            return
        update.who.changes.remove(change)
        update.who.unmoved.append(change)
        _tell_that_another_is_shown(update, change)


def _is_refused_likewise(update: _Update, mutation: str) -> bool:
    """Whether somebody else was refused as well, for no reason of theirs."""
    failure = update.who.why.get(mutation)
    return failure is not None and not is_theirs(failure, update.node)


def _suspected(failure: Failure, left: Sequence[_Update]) -> _Update | None:
    to_blame = suspect(failure, {update.identity: update.node for update in left})
    return next((update for update in left if update.identity == to_blame), None)


def _tell_that_a_way_is_refused(who: _Unwritten, mutation: str, failure: Failure) -> None:
    logger.warning("%s: Xledger refuses %s, and says: %s", who.item.person.label, mutation, failure.words)


def _tell_that_another_is_shown(update: _Update, change: FieldChange) -> None:
    logger.warning(
        "%s: Xledger accepted a new value for %s (employee with dbId %s) and shows another one. It is written again by "
        "the next sync; if this message comes back, look at the employee in Xledger.",
        update.who.item.person.label,
        change.target,
        update.who.employee.db_id,
    )
