"""Who is who, and what is to be done about each: a batch of people against Xledger.

The employment ID decides, unless it has come back to somebody else. The e-mail address is the fallback for an employee
without a code; an employee with another code is never taken by the address alone, or whoever has a role address could
get somebody else's bank account.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from connector_base.failures import system_error
from connector_base.people.claims import Claims
from connector_base.people.directory import Directory, MatchingKey
from connector_base.people.person import Person
from connector_base.people.rejections import (
    address_came_before,
    code_alike_came_before,
    code_came_before,
    conflict,
    contradicted,
    duplicate,
)
from destination_xledger.people.planned import Planned
from destination_xledger.syncing.routes import Routes
from shared_mappings import (
    Action,
    Desired,
    Employee,
    NewUsers,
    Plan,
    Policies,
    RejectionCode,
    Rule,
    Stands,
    contradictions,
    is_somebody_else,
    plan_for_xledger,
)
from shared_mappings.desired import EMAIL, EMPLOYMENT_ID
from shared_mappings.normal_forms import normalised_key
from xledger_api.employees.gateway import Gateway, Keys
from xledger_api.employees.system_values import with_known_system_values

LOOKS: Final = 2
"""How often a batch is looked up before it is an error that somebody is found by a key and not by their dbId."""


@dataclass(frozen=True, slots=True)
class Matcher:
    """Finds people in Xledger and plans. Nobody is ever guessed, and nobody is taken for two.

    Attributes:
        gateway: Reads employees.
        routes: Has the field table as it is for this Xledger.
        policies: What the administrator decided.
        match_on: The keys by which people are found, in the order in which they are tried.
        renumber_employees: Whether somebody found by e-mail as an employee with another code is that employee, and
            gives it the new code.
        claims: Who came so far, and who was taken for which employee.
        foresees: Whether it is to be known what would be, since nothing is written: of those who would be created what
            they would have, and of those about whom something was decided what would be done without that.
    """

    gateway: Gateway
    routes: Routes
    policies: Policies
    match_on: Sequence[MatchingKey]
    renumber_employees: bool = False
    claims: Claims = field(default_factory=Claims)
    foresees: bool = False

    def plans(self, people: Sequence[Person]) -> list[Planned]:
        """What is to be done about each person of a batch, in its order.

        Those who are found by code are planned first: an e-mail address that their plans take away from an employee is
        nobody's, so that it leads nobody there.

        Args:
            people: The batch; nobody is in it twice, and `claims` knows that they came.

        Raises:
            AirbyteTracedException: When Xledger cannot be read.
        """
        for _ in range(LOOKS):  # once more if somebody was deleted after they were found
            directory = self._look_up(people)
            found = {person.identity: directory.candidates(person.desired, self.match_on) for person in people}
            # Of several candidates, one may be left when the others have lost their address.
            wanted = {db_id for db_ids in found.values() for db_id in db_ids}
            employees = {**directory.there, **self.gateway.read(wanted - set(directory.there))}
            if wanted <= set(employees):
                break
        by_code = [
            person
            for person in people
            if (holders := directory.with_code(person.code)) and found[person.identity] == holders
        ]
        planned = {}
        for person in by_code:
            planned[person.identity] = self._planned(person, found[person.identity], directory, employees)
        directory = directory.without(self.claims.addresses_lost)
        for person in people:
            if person.identity not in planned:
                db_ids = directory.candidates(person.desired, self.match_on)
                planned[person.identity] = self._planned(person, db_ids, directory, employees)
        return [planned[person.identity] for person in people]

    def _look_up(self, people: Sequence[Person]) -> Directory[Employee]:
        by_email = MatchingKey.EMAIL in self.match_on
        return self.gateway.look_up(
            [Keys(person.desired.employment_id, person.desired.email if by_email else None) for person in people],
            email_decides=self.match_on[0] is MatchingKey.EMAIL,
            with_doubts=True,
        )

    def _planned(
        self, person: Person, db_ids: frozenset[str], directory: Directory[Employee], employees: Mapping[str, Employee]
    ) -> Planned:
        """What is to be done about a person, who is then taken for the employee they were found as."""
        if directory.is_in_doubt(person.desired, self.match_on):
            self.claims.in_doubt(person)
            detail = f"{directory.why} It was refused while looking for the person, who may be in Xledger or not."
            return Planned(person, None, Plan.reject(RejectionCode.REFUSED_BY_XLEDGER, detail))
        alike = directory.with_code_alike(person.code)
        self.claims.may_be(db_ids | alike)
        if len(db_ids) > 1 or alike:
            return Planned(person, None, ambiguous(db_ids | alike))
        employee = _only(db_ids, employees)
        decided = self.plan(person, employee)
        rejection = self._rejection(person, employee, directory)
        undecided = self._undecided(person, employee, directory)
        if rejection is None and employee is not None:
            self.claims.take(person, employee.db_ids)
            self.claims.loses_code(person, _code_of(employee))
            self.claims.loses_address(employee.db_id, decided.changes, EMAIL)
        if rejection is None or decided.action is Action.SKIP:
            return Planned(person, employee, decided, undecided)
        self.claims.may_be(directory.with_code(person.code))
        return Planned(person, None, rejection)

    def _undecided(self, person: Person, employee: Employee | None, directory: Directory[Employee]) -> Plan | None:
        """What would be done about a person if nothing had been decided about their fields; None where nothing was."""
        if not (self.foresees and person.rulings.stands):
            return None
        undecided = person.undecided
        return self._rejection(undecided, employee, directory) or self.plan(undecided, employee)

    def met(self, person: Person, employee: Employee) -> Planned:
        """What is to be done about a person whose code an employee has whom somebody else has added meanwhile."""
        directory: Directory[Employee] = Directory(by_code={person.code: frozenset({employee.db_id})})
        return self._planned(person, frozenset({employee.db_id}), directory, {employee.db_id: employee})

    def completion(self, person: Person, employee: Employee) -> Planned:
        """What remains to be written of somebody who was added as an employee a moment ago.

        Xledger may have given the employee a contact or a subledger that there was: it stays with whoever led there.
        """
        if other := self.claims.first_taken_for(employee.db_ids, person):
            detail = f"This person was added, and shares a contact or a subledger with {other}."
            return Planned(person, None, duplicate(f"{detail} It is the employee with dbId {employee.db_id}."))
        self.claims.take(person, employee.db_ids)
        return Planned(person, employee, self.plan(person, employee, creating=True))

    def plan(self, person: Person, employee: Employee | None, *, creating: bool = False) -> Plan:
        """What is to be done about a person who is an employee, or nobody in Xledger.

        Args:
            person: The person.
            employee: Who they are.
            creating: Whether the employee was added a moment ago.
        """
        policies = replace(self.policies, new_users=NewUsers.SKIP) if person.update_only else self.policies
        desired = with_known_system_values(person.desired, self.routes.table, self.gateway.system_values)
        born_with = self._born_with(desired) if employee is None else {}
        table, rulings = self.routes.table, person.rulings
        return plan_for_xledger(desired, employee, policies, table, rulings, creating=creating, born_with=born_with)

    def _born_with(self, desired: Desired) -> Mapping[str, str]:
        """What somebody would have whom Xledger is not asked to create, where it would be compared with a record."""
        targets = self.routes.table.born_with if self.foresees else {}
        values = (desired.values[self.routes.table.rule_of[target].canonical_target] for target in targets)
        return self.gateway.born_with() if any(isinstance(value, str) for value in values) else {}

    def _rejection(self, person: Person, employee: Employee | None, directory: Directory[Employee]) -> Plan | None:
        """Why a person cannot be who they seem to be; None when they can."""
        if came_before := code_came_before(self.claims, person) or self._taken_before(person, employee):
            return came_before
        if employee is None or not person.code or _code_of(employee) != person.code:
            alike = code_alike_came_before(self.claims, person)
            return alike or self._rejection_without_code(person, employee, directory)
        if differs := is_somebody_else(person.desired, employee, self.routes.table):
            return contradicted(_named(employee), differs)
        return None

    def _taken_before(self, person: Person, employee: Employee | None) -> Plan | None:
        """Rejects whoever leads to an employee whom somebody was taken for before; None where nobody was."""
        if employee is None:
            other = self.claims.first_renumbered(person)
            whose = "The employee who had the employment ID of this person as code"
        else:
            other = self.claims.first_taken_for(employee.db_ids, person)
            whose = f"The employee with dbId {employee.db_id}, or the employee's contact or subledger,"
        return duplicate(f"{whose} is taken by {other}.") if other else None

    def _rejection_without_code(
        self, person: Person, employee: Employee | None, directory: Directory[Employee]
    ) -> Plan | None:
        """The same for somebody who was not found by code, for whom only the e-mail address can speak."""
        if MatchingKey.EMAIL in self.match_on and (came_before := address_came_before(self.claims, person)):
            return came_before
        if employee is None:
            return None
        if differs := contradictions(person.desired, employee, self.routes.table):
            return contradicted(_named(employee), differs)
        holders = directory.with_code(person.code) - {employee.db_id}
        if _code_of(employee) and not self._is_renumbered(person):
            (field_of_the_code,) = self._code.fields
            return conflict(_named(employee), field_of_the_code if person.code and not holders else None)
        if holders:
            return Plan.reject(
                RejectionCode.AMBIGUOUS_MATCH,
                f"The employment ID of this person is the code of dbId {', '.join(sorted(holders))}, and the e-mail "
                f"address is that of dbId {employee.db_id}.",
            )
        return None

    def _is_renumbered(self, person: Person) -> bool:
        """Whether a person is the employee found by e-mail who has another code, by a setting or by a decision."""
        return self.renumber_employees or bool(person.rulings.let_through(self._code.fields, Stands.HUMA))

    @property
    def _code(self) -> Rule:
        """The row of the code."""
        return self.routes.table.rule_of[EMPLOYMENT_ID]


def ambiguous(db_ids: frozenset[str]) -> Plan:
    """The plan for somebody who may be one of several employees, or one whose code differs in case alone."""
    if len(db_ids) == 1:
        return Plan.reject(
            RejectionCode.AMBIGUOUS_MATCH,
            f"The employee with dbId {', '.join(db_ids)} has a code that differs from the employment ID only in "
            "capital letters. Write both in the same letters.",
        )
    return Plan.reject(RejectionCode.AMBIGUOUS_MATCH, f"Their dbIds are {', '.join(sorted(db_ids))}.")


def _named(employee: Employee) -> str:
    return f"The employee has dbId {employee.db_id}."


def doubled(db_ids: frozenset[str]) -> Plan:
    """The plan for somebody whom Xledger added more than once: an addition whose answer got lost came after all."""
    return Plan.reject(
        RejectionCode.AMBIGUOUS_MATCH,
        "Xledger added this person more than once: it carried an addition out long after its answer got lost. "
        f"Keep one employee and delete the others. Their dbIds are {', '.join(sorted(db_ids))}.",
    )


def _only(db_ids: frozenset[str], employees: Mapping[str, Employee]) -> Employee | None:
    for db_id in db_ids:
        if db_id not in employees:
            raise system_error(
                f"Xledger found the employee with dbId {db_id} by a key, but not by dbId. Run the sync again; if it "
                "comes back, report it to the makers of this connector."
            )
        return employees[db_id]
    return None


def _code_of(employee: Employee) -> str:
    """An employee's code as it is compared; empty for none."""
    code = employee.values[EMPLOYMENT_ID]
    return normalised_key(code) if isinstance(code, str) else ""
