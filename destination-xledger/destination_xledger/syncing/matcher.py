"""Who is who, and what is to be done about each: a batch of people against Xledger.

An employee with a code belongs to whoever has that code, however late they come. So somebody who only has the e-mail
address of such an employee is held back until everybody else is written, and then looked up anew: which people share a
batch, and where a sync was cut short, decides nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from connector_base.failures import system_error
from destination_xledger.people.person import Person, Planned
from destination_xledger.syncing.claims import Claims, code_of
from shared_mappings import Action, Employee, FieldTable, NewUsers, Plan, Policies, RejectionCode, plan
from shared_mappings.comparators import normalised_text
from shared_mappings.desired import EMPLOYMENT_ID
from xledger_api.employees.directory import Directory, MatchingKey
from xledger_api.employees.gateway import Gateway


class Plans(NamedTuple):
    """What is to be done about a batch.

    Attributes:
        planned: The plans, in the order of the batch.
        held_back: Those who are to be planned again when everybody else is written.
    """

    planned: Sequence[Planned]
    held_back: Sequence[Person]


@dataclass(frozen=True, slots=True)
class Matcher:
    """Finds people in Xledger and plans. Nobody is ever guessed, and nobody is taken for two.

    Attributes:
        gateway: Reads employees.
        table: The field table.
        policies: What the administrator decided.
        match_on: The keys by which people are found, in the order in which they are tried.
        claims: Who was taken for which employee so far.
    """

    gateway: Gateway
    table: FieldTable
    policies: Policies
    match_on: Sequence[MatchingKey]
    claims: Claims = field(default_factory=Claims)

    def plans(self, people: Sequence[Person], *, at_last: bool = False) -> Plans:
        """What is to be done about each person of a batch.

        Args:
            people: The batch; nobody is in it twice.
            at_last: Whether everybody else is written, so that nobody is held back any more.

        Raises:
            AirbyteTracedException: When Xledger cannot be read.
        """
        directory = self.gateway.look_up(
            [code for person in people if (code := person.desired.employment_id)],
            [email for person in people if (email := person.desired.email)] if self._by_email else [],
        )
        directory = directory.without_addresses_of(self.claims.readdressed)
        found = [directory.candidates(person.desired, self.match_on) for person in people]
        wanted = {db_id for db_ids in found if len(db_ids) == 1 for db_id in db_ids}
        employees = {**directory.employees, **self.gateway.read(wanted - set(directory.employees))}
        planned: dict[str, Planned | None] = {}
        # Whoever has an employee's code is asked before somebody who only has the e-mail address.
        for person, db_ids in sorted(
            zip(people, found, strict=True), key=lambda pair: not _by_code(pair[0], pair[1], directory)
        ):
            planned[person.identity] = self._planned(person, db_ids, employees, directory, at_last=at_last)
        in_order = [planned[person.identity] for person in people]
        return Plans(
            [item for item in in_order if item is not None],
            [person for person in people if planned[person.identity] is None],
        )

    @property
    def _by_email(self) -> bool:
        return MatchingKey.EMAIL in self.match_on

    def _planned(
        self,
        person: Person,
        db_ids: frozenset[str],
        employees: Mapping[str, Employee],
        directory: Directory,
        *,
        at_last: bool,
    ) -> Planned | None:
        """What is to be done about a person; None for somebody to be held back."""
        if len(db_ids) > 1:
            return Planned(person, None, ambiguous(db_ids))
        employee = self._only(db_ids, employees)
        decided = self._plan(person, employee)
        if decided.action in (Action.SKIP, Action.REJECT):
            return Planned(person, employee, decided)
        if employee is not None and _has_another_code(employee, person) and not at_last:
            return None
        rejected = (
            self._rejected_new(person) if employee is None else self._rejected(person, employee, decided, directory)
        )
        return Planned(person, None, rejected) if rejected else Planned(person, employee, decided)

    def _rejected_new(self, person: Person) -> Plan | None:
        """Keeps a code for somebody new, or says who has it."""
        other = self.claims.code(person)
        return None if other is None else Plan.reject(RejectionCode.DUPLICATE_KEY, f"It is taken by {other}.")

    def _rejected(self, person: Person, employee: Employee, decided: Plan, directory: Directory) -> Plan | None:
        """Takes a person for an employee and keeps the code they gain, or says who was taken for one or has the other.

        A code that is gained by an update is as unique as one that somebody is added under.
        """
        other = self.claims.taken_for([employee.db_id], person)
        if other is not None:
            named = f"It is the employee with dbId {employee.db_id}."
            return Plan.reject(RejectionCode.DUPLICATE_KEY, f"It is taken by {other}. {named}")
        if any(change.target == EMPLOYMENT_ID for change in decided.changes):
            holders = directory.by_code.get(code_of(person), frozenset()) - {employee.db_id}
            other = self.claims.taken_for(holders, person)
            if holders and other is None:
                detail = (
                    f"Its employment ID is the code of dbId {', '.join(sorted(holders))}, "
                    f"and its e-mail address is that of dbId {employee.db_id}."
                )
                return Plan.reject(RejectionCode.AMBIGUOUS_MATCH, detail)
            other = other or self.claims.code(person)
            if other is not None:
                return Plan.reject(RejectionCode.DUPLICATE_KEY, f"Its employment ID is taken by {other}.")
        self.claims.employee(person, employee)
        return None

    def _only(self, db_ids: frozenset[str], employees: Mapping[str, Employee]) -> Employee | None:
        for db_id in db_ids:
            if db_id not in employees:
                raise system_error(f"Xledger found the employee with dbId {db_id} by a key, but not by dbId.")
            return employees[db_id]
        return None

    def _plan(self, person: Person, employee: Employee | None) -> Plan:
        policies = replace(self.policies, new_users=NewUsers.SKIP) if person.update_only else self.policies
        return plan(person.desired, employee, policies, self.table)


def ambiguous(db_ids: Iterable[str]) -> Plan:
    """The plan for somebody who may be one of several employees."""
    return Plan.reject(RejectionCode.AMBIGUOUS_MATCH, f"Their dbIds are {', '.join(sorted(db_ids))}.")


def _has_another_code(employee: Employee, person: Person) -> bool:
    """Whether somebody else may come who has the employee's code."""
    code = employee.values[EMPLOYMENT_ID]
    return isinstance(code, str) and normalised_text(code) not in ("", code_of(person))


def _by_code(person: Person, db_ids: frozenset[str], directory: Directory) -> bool:
    return bool(db_ids) and directory.by_code.get(code_of(person)) == db_ids
