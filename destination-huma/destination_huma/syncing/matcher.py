"""Who is who, and what is to be done about each: people from Xledger, and everybody in Huma.

The employment ID decides. The e-mail address is the fallback for a user without one; a user with another employment ID
is never taken by the address alone, or whoever has a role address in Xledger would become somebody else in Huma.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from threading import RLock
from typing import Final

from connector_base.people.claims import Claims
from connector_base.people.directory import MatchingKey, keys_tried
from connector_base.people.person import Person
from connector_base.people.rejections import (
    address_came_before,
    code_alike_came_before,
    code_came_before,
    conflict,
    contradicted,
    duplicate,
)
from destination_huma.people.planned import Planned
from destination_huma.people.streams import employee_of
from destination_huma.syncing.everybody import EMPLOYMENT_ID, Everybody, code_of
from shared_mappings import (
    MISSING,
    Able,
    Action,
    Decisions,
    FieldChange,
    FieldTable,
    NewUsers,
    Options,
    Plan,
    Policies,
    RejectionCode,
    User,
    contradictions,
    has_nothing_of,
    is_somebody_else,
    plan_for_huma,
)


@dataclass(frozen=True, slots=True)
class Matcher:
    """Finds people in Huma and plans. Nobody is ever guessed, and nobody is taken for two.

    Called by several threads at once, once a batch has been planned.

    Attributes:
        everybody: Everybody in Huma.
        table: The field table.
        policies: What the administrator decided for everybody.
        options: Settings that change what a value becomes.
        match_on: The keys by which people are found, in the order in which they are tried.
        decisions: What the administrator decided for single people.
        able: What can be written of a user whom nobody has looked at more closely.
        claims: Who came so far, and who was taken for whom.
    """

    everybody: Everybody
    table: FieldTable
    policies: Policies
    options: Options
    match_on: Sequence[MatchingKey]
    decisions: Decisions
    able: Able
    claims: Claims
    _lock: RLock = field(default_factory=RLock, repr=False)

    def plans(self, people: Sequence[Person]) -> list[Planned]:
        """What is to be done about each person of a batch, in its order, by how Huma stood when it was read.

        Those who are found by employment ID are planned first: whom they are taken for, nobody else becomes.

        Args:
            people: The batch; nobody is in it twice, and `claims` knows that they came.
        """
        by_code = [
            person
            for person in people
            if (holders := self.everybody.with_code(person.code)) and self._candidates(person) == holders
        ]
        planned = {person.identity: self._planned(person) for person in by_code}
        for person in people:
            if person.identity not in planned:
                planned[person.identity] = self._planned(person)
        return [planned[person.identity] for person in people]

    def again(self, person: Person, user: User, able: Able, *, creating: bool = False) -> Planned:
        """What is to be done about a person by how a user stands now, who is the person or seems to be.

        Args:
            person: The person.
            user: The user, read a moment ago.
            able: What can be written of them.
            creating: Whether the user was added a moment ago, so that this plan completes the creation.
        """
        with self._lock:
            self.everybody.note(user)
            return self._taken(person, user, able, creating=creating)

    def wrote(self, user: User, changes: Iterable[FieldChange]) -> None:
        """Notes what was written to a user, by which others may be compared with them."""
        with self._lock:
            written = {change.target: change.after for change in changes}
            self.everybody.note(replace(user, values={**user.values, **written}))

    def gone(self, person: Person, user_id: str) -> Planned:
        """What is to be done about a person whose user was deleted meanwhile."""
        with self._lock:
            self.everybody.forget(user_id)
            return self._planned(person)

    def _candidates(self, person: Person) -> frozenset[str]:
        """Ids of those who may be a person, by the first key that leads to anybody."""
        found = {
            MatchingKey.EMPLOYMENT_ID: self.everybody.with_code(person.code),
            MatchingKey.EMAIL: self.everybody.with_address(person.address),
        }
        return next((found[key] for key in keys_tried(self.match_on) if found[key]), frozenset())

    def _planned(self, person: Person) -> Planned:
        """What is to be done about a person, who is then taken for the user they were found as."""
        found = self._candidates(person)
        alike = self.everybody.with_code_alike(person.code)
        self.claims.may_be(found | alike)
        if len(found) > 1 or alike:
            return Planned(person, None, _ambiguous(found | alike))
        if found:
            return self._taken(person, self.everybody[next(iter(found))], self.able)
        person = self._with_rulings(person, None)
        decided = self._plan(person, None, self.able)
        return self._added(person, decided) if decided.action is Action.CREATE else Planned(person, None, decided)

    def _added(self, person: Person, decided: Plan) -> Planned:
        """What is to be done about a person whom a plan adds, who then has their e-mail address.

        Args:
            person: The person, with what was decided about them.
            decided: The plan.
        """
        # Whoever has the address is the person or nobody, however people are found: Huma gives it to nobody else.
        taken = self.everybody.with_address(person.address)
        self.claims.may_be(taken)
        if len(taken) > 1:
            return Planned(person, None, _ambiguous(taken))
        if taken:
            return self._taken(person, self.everybody[next(iter(taken))], self.able)
        if not_added := self._why_not_added(person):
            return Planned(person, None, not_added)
        self.claims.take_address(person)
        return Planned(person, None, decided)

    def _taken(self, person: Person, user: User, able: Able, *, creating: bool = False) -> Planned:
        """What is to be done about a person as a user, unless they are somebody else, or somebody else is that user."""
        person = self._with_rulings(person, user)
        decided = self._plan(person, user, able, creating=creating)
        rejection = self._why_not(person, user)
        if rejection is not None and decided.action is not Action.SKIP:
            self.claims.may_be(self.everybody.with_code(person.code))
            return Planned(person, None, rejection)
        if rejection is None:
            self.claims.take(person, _objects_of(user))
        undecided = self._plan(person.undecided, user, able, creating=creating) if person.rulings.stands else None
        return Planned(person, user, decided, undecided)

    def _with_rulings(self, person: Person, user: User | None) -> Person:
        """A person with what was decided about them, by what Huma has of them now."""
        user_id, record = (user.user_id, user.record) if user else (None, _NOBODY)
        rulings = self.decisions.about_employee(employee_of(person) or "", user_id, record)
        return replace(person, rulings=replace(rulings, add=False) if person.update_only else rulings)

    def _plan(self, person: Person, user: User | None, able: Able, *, creating: bool = False) -> Plan:
        policies = replace(self.policies, new_users=NewUsers.SKIP) if person.update_only else self.policies
        return plan_for_huma(
            person.desired,
            user,
            policies,
            self.table,
            able,
            self.options,
            rulings=person.rulings,
            creating=creating,
        )

    def _why_not(self, person: Person, user: User) -> Plan | None:
        """Why a person is not the user they were found as; None when they are."""
        if came_before := code_came_before(self.claims, person):
            return came_before
        if other := self.claims.first_taken_for(_objects_of(user), person):
            return duplicate(f"The user {user.user_id} is taken by {other}.")
        if not person.code or code_of(user) != person.code:
            return self._why_not_by_address(person, user)
        differs = is_somebody_else(person.desired, user, self.table)
        if differs := differs or has_nothing_of(person.desired, user, self.table):
            return contradicted(_named(user), differs)
        return None

    def _why_not_by_address(self, person: Person, user: User) -> Plan | None:
        """The same for somebody who was not found by employment ID, for whom only the e-mail address can speak."""
        if not_added := self._why_not_added(person):
            return not_added
        if somebody_else := self._why_somebody_else(person, user):
            return somebody_else
        if holders := self.everybody.with_code(person.code) - {user.user_id}:
            return Plan.reject(
                RejectionCode.AMBIGUOUS_MATCH,
                f"The employment ID of this person is that of the user {', '.join(sorted(holders))}, and the e-mail "
                f"address is that of the user {user.user_id}.",
            )
        return None

    def _why_somebody_else(self, person: Person, user: User) -> Plan | None:
        """Why who has a person's e-mail address may be somebody else; None where nothing tells of that."""
        if differs := contradictions(person.desired, user, self.table):
            return contradicted(_named(user), differs)
        if code_of(user):
            return conflict(_named(user))
        # An address outlives who had it, and who comes back has another code.
        if person.desired.left and not person.rulings.add:
            return conflict(f"The user has the id {user.user_id}, and the employee has left.")
        if user.values[EMPLOYMENT_ID] is MISSING and MatchingKey.EMPLOYMENT_ID in self.match_on:
            return conflict(
                f"The user has the id {user.user_id}, and Huma does not show this API key the employment ID."
            )
        return None

    def _why_not_added(self, person: Person) -> Plan | None:
        """Why nobody is added for a person, or found by the e-mail address, because of whoever came before."""
        return (
            code_came_before(self.claims, person)
            or code_alike_came_before(self.claims, person)
            or address_came_before(self.claims, person)
        )


_NOBODY: Final[Mapping[str, object]] = {}
"""The record of nobody."""


def _objects_of(user: User) -> Mapping[str, str | None]:
    """What claims know somebody in Huma by."""
    return {"user": user.user_id}


def _ambiguous(user_ids: frozenset[str]) -> Plan:
    if len(user_ids) == 1:
        return Plan.reject(
            RejectionCode.AMBIGUOUS_MATCH,
            f"The user {', '.join(user_ids)} has an employment ID that differs from this person's only in capital "
            "letters. Write both in the same letters.",
        )
    return Plan.reject(RejectionCode.AMBIGUOUS_MATCH, f"Their ids are {', '.join(sorted(user_ids))}.")


def _named(user: User) -> str:
    return f"The user has the id {user.user_id}."
