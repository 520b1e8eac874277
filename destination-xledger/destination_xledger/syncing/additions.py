"""Adding employees, nobody twice."""

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from math import inf
from typing import Final

from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from connector_base.failures import transient_error
from connector_base.people.directory import Directory
from connector_base.reporting.outcomes import Outcomes
from destination_xledger.people.planned import Planned
from destination_xledger.syncing.blame import (
    is_theirs,
    refused_together,
)
from destination_xledger.syncing.done import Done, Those, written_with
from destination_xledger.syncing.matcher import ambiguous, doubled
from destination_xledger.syncing.naming import LeaveOut, Names
from destination_xledger.syncing.refusals import Refusals
from destination_xledger.syncing.updates import LeftOut
from shared_mappings import Employee, FieldChange
from xledger_api.employees.gateway import Gateway, Keys
from xledger_api.employees.inputs import InputNode, creation_node
from xledger_api.sending.answers import Failure, Problem
from xledger_api.sending.client import AnswerLostError, HeldBackError, RefusedError
from xledger_api.sending.endings import ending
from xledger_api.sifting import Rest, sift

logger = logging.getLogger(f"airbyte.{__name__}")

UNDER_WAY: Final = 300.0
"""Seconds after it was sent in which an addition may yet be carried out whose answer got lost: whoever is not there
by then is not on the way."""

LOOKS: Final = (10.0, 30.0, 70.0, 150.0, UNDER_WAY)
"""Seconds after an addition was sent at which is looked whether it was carried out, once its answer got lost."""

TRIES: Final = 10
"""How often in a row the answer to an addition may get lost, or an addition be held back."""

STALE_AFTER: Final = 30.0
"""Seconds after which a look-up no longer tells that somebody is not there: another sync may be under way."""


@dataclass(slots=True)
class Added:
    """Who stands in Xledger after people were to be added. Nobody is in both lists.

    Attributes:
        added: Those who were added.
        met: Those whom somebody else has added since they were planned.
        left_out: What was left out of those who were added, because Xledger refused it by name.
    """

    added: Those = field(default_factory=list)
    met: Those = field(default_factory=list)
    left_out: LeftOut = field(default_factory=dict)


@dataclass(slots=True)
class _Course:
    """How far adding has come. People are named by their identities.

    Attributes:
        looked_up: When somebody was seen not to be in Xledger, on the clock of the additions.
        result: Who stands in Xledger by now.
        sent: Who was sent.
        lost: Who was sent, and the answer got lost.
        sent_again: Who was sent once more after that: they may be there twice.
        beside: Who was refused beside others who passed: Xledger is well then, however many they are.
        refused: Who was refused, alone or with others, and why.
        left_out: Why values are left out, by person and by target.
        believed: Whether what is refused in words that nobody knows has been sent once more.
        names: What was named.
        there: The dbIds of those who were added.
    """

    looked_up: dict[str, float]
    result: Added = field(default_factory=Added)
    sent: set[str] = field(default_factory=set)
    lost: set[str] = field(default_factory=set)
    sent_again: set[str] = field(default_factory=set)
    beside: set[str] = field(default_factory=set)
    refused: list[tuple[Planned, RefusedError]] = field(default_factory=list)
    left_out: defaultdict[str, dict[str, Failure]] = field(default_factory=lambda: defaultdict(dict))
    believed: bool = False
    names: Names = field(default_factory=Names)
    there: set[str] = field(default_factory=set)

    def was_sent(self, batch: Iterable[Planned]) -> None:
        """Notes who was sent."""
        identities = {item.identity for item in batch}
        self.sent |= identities
        self.sent_again |= identities & self.lost


@dataclass(frozen=True, slots=True)
class Additions:
    """Adds employees.

    Attributes:
        gateway: Reads and writes employees.
        refusals: Watches what is refused.
        outcomes: Takes those who are refused, and those who may be one of several.
        sleep: Waits that many seconds.
        now: Seconds on a clock that never goes back.
        done: Notes who was added as soon as that is seen.
    """

    gateway: Gateway
    refusals: Refusals
    outcomes: Outcomes
    sleep: Callable[[float], None]
    now: Callable[[], float]
    done: Done = field(default_factory=Done)

    def add(self, items: Sequence[Planned], looked_up: float) -> Added:
        """Adds people as employees. Those who are refused, or are found to be there twice, are rejected.

        After any answer but success, codes are looked up before anything is added again: an answer that got lost
        may have been a success, and that a refused batch is refused as a whole is something nobody has seen. That
        somebody is not there proves nothing while an addition of theirs may be under way. Where a refusal names a value
        besides the code, its field is left out, and the person is added without it.

        Args:
            items: People whose plan is to create them.
            looked_up: When they were looked up, on the clock of these additions.

        Returns:
            The others, as they stand in Xledger now.

        Raises:
            AirbyteTracedException: When the sync cannot go on.
        """
        course = _Course({item.identity: looked_up for item in items})
        before = self.refusals.passed()["addEmployees"]
        sift(items, lambda batch, last: self._carry_out(batch, course, last=last))
        somebody_passed = self.refusals.passed()["addEmployees"] > before
        for item, error in course.refused:
            self._reject(item, error, sure=somebody_passed or item.identity in course.beside)
        return Added(self._without_doubles(course), course.result.met, course.left_out)

    def _carry_out(self, batch: Sequence[Planned], course: _Course, *, last: bool) -> Rest[Planned]:
        """Adds a batch, notes who stands in Xledger now, and gives back who is to be added in smaller batches."""
        for tries_left in reversed(range(TRIES)):
            batch = self._still_missing(batch, course)
            if not batch:
                return Rest()
            try:
                self._note(self._added(batch, course), course)
            except RefusedError as error:
                return self._refused(batch, error, course, last=last)
            except HeldBackError as error:
                # By now somebody else may have added them. What keeps them back keeps the look-up waiting as well.
                course.looked_up.update(dict.fromkeys((item.identity for item in batch), -inf))
                if not tries_left:
                    raise ending(error.operation, error.failure) from None
            except AnswerLostError as error:
                batch = self._waited_for_or_in_doubt(batch, error, course)
                if not batch or (error.failure.problem is Problem.TIMED_OUT and len(batch) > 1):
                    return Rest(batch)
            else:
                return Rest()
        raise transient_error(
            f"Xledger's answer to adding employees got lost {TRIES} times in a row. Run the sync again later: "
            "nobody is added twice."
        )

    def _refused(self, batch: Sequence[Planned], error: RefusedError, course: _Course, *, last: bool) -> Rest[Planned]:
        """Who is to be added once more after a refusal; whoever was refused alone, or for the last time, is noted."""
        course.was_sent(batch)
        there = self.gateway.added(error)
        others = [item for item in batch if item.identity not in there]
        if there:
            course.beside.update(item.identity for item in others)
        self._note([(item, there[item.identity]) for item in batch if item.identity in there], course)
        missing = self._missing(others, course)
        if self.refusals.is_worth_once_more(error, tried=course.believed):
            course.believed = True
            return Rest(missing, refused=True, again=True)
        nodes = {item.identity: self._node(item, course) for item in missing}
        leave_out = course.names.to_leave_out(error.failure, nodes, everywhere=last) if missing else {}
        if self._leave_out(missing, leave_out, error.failure, course):
            return Rest(missing, refused=True, again=True)
        if len(batch) > 1 and not last:  # whoever is missing may not be the one who was refused
            to_blame = course.names.suspect(error.failure, nodes)
            return Rest(missing, True, next((item for item in missing if item.identity == to_blame), None))
        together = RefusedError(error.operation, refused_together(error.failure, len(missing)))
        course.refused += ((item, together) for item in missing)
        return Rest(refused=True)

    def _leave_out(self, batch: Sequence[Planned], places: LeaveOut, failure: Failure, course: _Course) -> bool:
        """Leaves out what was named of additions, as far as somebody can be added without it; tells whether any was."""
        anything = False
        for item in batch:
            targets = self._targets_of(item, {path[0] for path in places.get(item.identity, ())})
            course.left_out[item.identity].update(dict.fromkeys(targets, failure))
            anything |= bool(targets)
        return anything

    def _targets_of(self, item: Planned, keys: set[str]) -> set[str]:
        """What is behind keys of an addition, in all its places. Nobody is added without a code and a name."""
        targets = self.gateway.table.targets
        behind = [
            change
            for change in item.plan.changes
            if not targets[change.target].needed_at_creation
            and not keys.isdisjoint(targets[change.target].creation[:1])
        ]
        fields = {change.field for change in behind if not targets[change.target].only_at_creation}
        others = {
            change.target
            for change in item.plan.changes
            if change.field in fields and not targets[change.target].only_at_creation
        }
        return {change.target for change in behind} | others

    def _still_missing(self, batch: Sequence[Planned], course: _Course) -> Sequence[Planned]:
        """Those of a batch who are not in Xledger, looked up again where that is too long ago."""
        return batch if self._seconds_left(batch, course) >= 0 else self._missing(batch, course)

    def _seconds_left(self, batch: Sequence[Planned], course: _Course) -> float:
        """For how long a look-up still tells that nobody of a batch is in Xledger."""
        return min((course.looked_up[item.identity] for item in batch), default=inf) + STALE_AFTER - self.now()

    def _added(self, batch: Sequence[Planned], course: _Course) -> Those:
        nodes = {item.identity: self._node(item, course) for item in batch}
        answer = self.gateway.add(nodes, within=self._seconds_left(batch, course))
        course.was_sent(batch)
        self.refusals.accepted("addEmployees")
        return [(item, answer[item.identity]) for item in batch]

    def _note(self, those: Those, course: _Course) -> None:
        """Notes who was added."""
        course.result.added += those
        for item, employee in those:
            self._note_what_was_written(item, employee, course)
        self.done.keep()

    def _note_what_was_written(self, item: Planned, employee: Employee, course: _Course) -> None:
        course.there.add(employee.db_id)
        left_out = course.left_out.get(item.identity, {})
        self.done.added(item, employee, written_with(item, employee, self.gateway.table, left_out))

    def _node(self, item: Planned, course: _Course) -> InputNode:
        return creation_node(self._sent_of(item, course), self.gateway.table)

    def _sent_of(self, item: Planned, course: _Course) -> list[FieldChange]:
        """What an addition sends of somebody."""
        left_out, targets = course.left_out.get(item.identity, {}), self.gateway.table.targets
        return [
            change for change in item.plan.changes if change.target not in left_out and targets[change.target].creation
        ]

    def _waited_for_or_in_doubt(
        self, batch: Sequence[Planned], error: AnswerLostError, course: _Course
    ) -> Sequence[Planned]:
        """Those of a batch who are still missing. Where even that cannot be seen, notes what may have been written."""
        try:
            return self._waited_for(batch, error, course)
        except AirbyteTracedException:
            seen = {item.identity for item, _ in course.result.added}
            for item in batch:
                if item.identity not in seen:
                    self.done.may_have_added(item, self._sent_of(item, course))
            raise

    def _waited_for(self, batch: Sequence[Planned], error: AnswerLostError, course: _Course) -> Sequence[Planned]:
        """Those of a batch, whose answer got lost, who are not in Xledger once it cannot be under way any more.

        Goes on as soon as everybody is there. Of somebody who was sent twice, the other addition may still come: only
        the last look tells.
        """
        sent = self.now() - error.failure.age
        course.was_sent(batch)
        logger.warning(
            "The answer to adding employees got lost (%s). Looking up who was added before going on.",
            error.failure.words or error.failure.problem.value,
        )
        twice = any(item.identity in course.sent_again for item in batch)
        course.lost.update(item.identity for item in batch)
        for moment in LOOKS:
            left = sent + moment - self.now()
            if moment < UNDER_WAY and (left <= 0 or twice):
                continue
            if left > 0:
                logger.info("Looking up in %.0f seconds who was added.", left)
                self.sleep(left)
            batch = self._missing(batch, course)
            if not batch:
                break
        return batch

    def _missing(self, batch: Sequence[Planned], course: _Course) -> list[Planned]:
        """Those of a batch who are not in Xledger; those who are there, whoever added them, are noted."""
        directory = self._look_up(batch, course)
        ours: Those = []
        missing: list[Planned] = []
        for item in batch:
            theirs, alike = directory.with_code(item.person.code), directory.with_code_alike(item.person.code)
            if alike or len(theirs) > 1:
                self._reject_as_several(item, theirs | alike, directory, course)
            elif not theirs:
                missing.append(item)
            else:
                found = course.result.met if item.identity not in course.sent else ours
                found += [(item, directory.there[db_id]) for db_id in theirs]
        if ours:
            logger.warning("%d people were added although Xledger did not say so; they are not added again.", len(ours))
        self._note(ours, course)
        return missing

    def _look_up(self, batch: Sequence[Planned], course: _Course) -> Directory[Employee]:
        course.looked_up.update(dict.fromkeys((item.identity for item in batch), self.now()))
        return self.gateway.look_up([Keys(item.person.desired.employment_id) for item in batch])

    def _without_doubles(self, course: _Course) -> Those:
        """Those who were added, without those who are there twice after all; they are rejected, named by dbId."""
        suspects = [item for item, _ in course.result.added if item.identity in course.sent_again]
        if not suspects:
            return course.result.added
        directory = self._look_up(suspects, course)
        doubles = {
            item.identity: db_ids for item in suspects if len(db_ids := directory.with_code(item.person.code)) > 1
        }
        for item in suspects:
            if item.identity in doubles:
                self._reject_as_several(item, doubles[item.identity], directory, course)
        return [(item, employee) for item, employee in course.result.added if item.identity not in doubles]

    def _reject_as_several(
        self, item: Planned, db_ids: frozenset[str], directory: Directory[Employee], course: _Course
    ) -> None:
        """Rejects somebody who may be one of several. Where all of these were added, the report tells of each."""
        twice = item.identity in course.sent_again
        for db_id in sorted(db_ids - course.there) if twice else ():
            self._note_what_was_written(item, directory.there[db_id], course)
        plan = doubled(db_ids) if twice else ambiguous(db_ids)
        self.outcomes.carried_out(replace(item, there=None, plan=plan))
        self.done.told(item.identity)

    def _reject(self, item: Planned, error: RefusedError, *, sure: bool) -> None:
        """Rejects somebody who was refused, or keeps them waiting until it is sure that it is about them."""

        def settle() -> None:
            self.outcomes.refused(item.person, error.failure)

        if sure or is_theirs(error.failure, creation_node(item.plan.changes, self.gateway.table)):
            settle()
        else:
            self.refusals.wait_for_verdict([error], settle)
