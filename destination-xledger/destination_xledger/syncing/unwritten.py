"""What remains to be written of somebody, by which way, and what is left of it in the end. No I/O."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field

from connector_base.people.person import Refusal
from destination_xledger.people.planned import Planned
from destination_xledger.syncing.blame import Path, is_about_the_object
from destination_xledger.syncing.routes import Routes
from shared_mappings import Employee, FieldChange, Route
from shared_mappings.desired import EMPLOYMENT_ID
from xledger_api.employees.inputs import InputNode, can_be_whole, update_node
from xledger_api.sending.answers import Failure
from xledger_api.sending.client import RefusedError


@dataclass(frozen=True, slots=True)
class Left:
    """What was not written of a person's changes.

    Attributes:
        refusal: What Xledger refused; None when it refused nothing.
        unwritable: The changes that nothing writes in this sync, without a refusal; the log tells of them.
        without_a_way: Those that others can have written, and that no route can write for this person.
        doubts: Refusals that may not be about the person, since nobody has passed there so far.
    """

    refusal: Refusal | None = None
    unwritable: tuple[FieldChange, ...] = ()
    without_a_way: tuple[FieldChange, ...] = ()
    doubts: tuple[RefusedError, ...] = ()


@dataclass(slots=True)
class Unwritten:
    """What remains to be written of somebody.

    Attributes:
        item: What is to be done about the person.
        employee: Who they are in Xledger.
        changes: The changes that are not written yet.
        refused: Those that Xledger refused for a reason that is the person's.
        named: Why, of those that Xledger named, by target: the others are sent without them.
        why: How mutations refused the person, by mutation. None of these is tried again.
        doubted: The mutations of these whose words do not tell that it is about the person.
        unmoved: Changes that Xledger accepted, and did not carry out as they were sent.
    """

    item: Planned
    employee: Employee
    changes: list[FieldChange]
    refused: list[FieldChange] = field(default_factory=list)
    named: dict[str, Failure] = field(default_factory=dict)
    why: dict[str, RefusedError] = field(default_factory=dict)
    doubted: set[str] = field(default_factory=set)
    unmoved: list[FieldChange] = field(default_factory=list)

    @property
    def new_code(self) -> FieldChange | None:
        """The change that says who the employee is, until it is written; None without one."""
        unwritten = (*self.changes, *self.refused, *self.unmoved)
        return next((change for change in unwritten if change.target == EMPLOYMENT_ID), None)

    @property
    def next_changes(self) -> list[FieldChange]:
        """What may be sent now: the code alone, and the others once it is written.

        Where the code is refused, the employee may be somebody else, who would get the name and the account.
        """
        code = self.new_code
        return self.changes if code is None else [change for change in self.changes if change == code]

    def leave_out(self, why: Mapping[str, Failure]) -> None:
        """Notes that values were refused by name, each target with why."""
        left_out = [change for change in self.changes if change.target in why]
        self.named.update((change.target, why[change.target]) for change in left_out)
        self.refuse(left_out)

    def refuse(self, changes: Iterable[FieldChange]) -> None:
        """Notes that changes were refused for a reason that is the person's."""
        self.refused += changes
        self.changes = [change for change in self.changes if change not in self.refused]


@dataclass(frozen=True, slots=True)
class Update:
    """One object to update: the changes of somebody that go by one mutation."""

    who: Unwritten
    changes: tuple[tuple[FieldChange, Route], ...]
    node: InputNode

    @property
    def identity(self) -> str:
        """What tells the person apart."""
        return self.who.item.identity

    def fields_at(self, path: Path) -> set[str]:
        """The record's fields that a place in the node is about; of a line that is sent along, those beside it."""
        there = {change.field for change, route in self.changes if route.path[: len(path)] == path}
        return there or {change.field for change, route in self.changes if route.path[:1] == path[:1]}

    @property
    def left_alone(self) -> int:
        """How many values the employee has that this does not write: each shows whether they are safe."""
        sent = {change.target for change, _ in self.changes}
        return sum(isinstance(value, str) and target not in sent for target, value in self.who.employee.values.items())


@dataclass(frozen=True, slots=True)
class Ways:
    """The ways by which changes are written.

    Attributes:
        routes: The routes there are in this sync.
        passes: Whether a mutation has been carried out in this sync.
    """

    routes: Routes
    passes: Callable[[str], bool]

    def update_of(self, who: Unwritten, mutation: str) -> Update | None:
        """What a mutation is to write of somebody now; None for nothing.

        The value that marks a creation as finished goes when everything else has gone, and not while anything of it is
        refused.
        """
        table = self.routes.table
        routed = [(change, route) for change in who.next_changes if (route := self.way_of(change, who))]
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
        gateway = self.routes.gateway
        node = update_node(db_id, changes, who.employee, gateway.table, gateway.system_values)
        return Update(who, changes, node)

    def way_of(self, change: FieldChange, who: Unwritten) -> Route | None:
        """The best route by which a change can be written of somebody; None where none is left."""
        return next((route for route in self._ways(change, who) if route.mutation not in who.why), None)

    def leave_out(self, update: Update, fields: Collection[str], failure: Failure) -> None:
        """Leaves fields out of an update because Xledger refused a value of theirs.

        An address without the line that was refused would be another address, so all of it is left out. While somebody
        is being created, it is left out everywhere: a policy may not let it be corrected where it is written.

        Args:
            update: What was refused.
            fields: The record's fields that it is about.
            failure: Why.
        """
        who = update.who
        here = who.changes if self._is_being_created(who) else [change for change, _ in update.changes]
        who.leave_out({change.target: failure for change in here if change.field in fields})

    def left(self, who: Unwritten, passed: Counter[str]) -> Left:
        """What was not written: refused, or without any route in this sync, or without one for this person.

        Args:
            who: What remains to be written of somebody.
            passed: How many requests of each mutation were carried out meanwhile.
        """
        refused = tuple(change for change in who.item.plan.changes if self._is_refused(change, who))
        unwritable = [change for change in who.changes if not self.routes.of(change) and change not in refused]
        without_a_way = tuple(change for change in who.changes if change not in (*unwritable, *refused))
        named = {id(failure): failure for failure in who.named.values()}  # one may name several values
        failures = (*named.values(), *(error.failure for error in who.why.values()))
        refusal = Refusal(failures, refused, by_name=not who.why) if refused else None
        doubts = tuple(error for name, error in who.why.items() if name in who.doubted and not passed[name])
        return Left(refusal, (*unwritable, *who.unmoved), without_a_way, doubts if refused else ())

    def _is_refused(self, change: FieldChange, who: Unwritten) -> bool:
        """Whether a change was refused, or is held back, and not only left without a way to write it."""
        if change in who.refused:
            return True
        if change not in who.changes:
            return False
        code = who.new_code
        if code is not None and code is not change:
            return self._is_refused(code, who)
        ways = self._ways(change, who)
        return any(
            route.mutation not in who.why or not is_about_the_object(who.why[route.mutation].failure) for route in ways
        )

    def _holds_the_end_back(self, who: Unwritten) -> bool:
        """Whether a creation is not to be marked as finished, because something of it was refused."""
        return self._is_being_created(who) and (
            bool(who.refused) or any(self._is_stuck(change, who) for change in who.changes)
        )

    def _is_stuck(self, change: FieldChange, who: Unwritten) -> bool:
        """Whether a change was refused where others pass, and nothing else can write it."""
        theirs = (name for name in who.why if self.passes(name) and not is_about_the_object(who.why[name].failure))
        refused = {name for name in theirs if any(route.mutation == name for route in self._ways(change, who))}
        return bool(refused) and self.way_of(change, who) is None

    def _is_being_created(self, who: Unwritten) -> bool:
        return who.employee.values[self.routes.table.completed_by] is None

    def _ways(self, change: FieldChange, who: Unwritten) -> list[Route]:
        """The routes by which a change can be written of somebody, and nothing else than what is to be written."""
        return [route for route in self.routes.of(change) if self._does_no_harm(route, change, who)]

    def _does_no_harm(self, route: Route, change: FieldChange, who: Unwritten) -> bool:
        """Whether all the places that a route may write to have the value of a change, or are to get it.

        `updateEmployees` has one e-mail address for the contact and the subledger, and nobody knows whose it is. And of
        an address, all lines are sent that stay.
        """
        if not can_be_whole(route, change.target, who.employee, self.routes.gateway.table):
            return False
        table = self.routes.gateway.whole_table
        others = [target for target in table.written_by(route) if target != change.target]
        if not others:
            return True
        planned = {each.target: each.after for each in who.item.plan.changes}
        return all(
            table.rule_of[target].same(change.after, planned.get(target, who.employee.values[target]))
            for target in others
        )
