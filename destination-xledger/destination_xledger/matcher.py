"""Who is who, and what is to be done about each: a batch of people against Xledger."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from destination_xledger.directory import MatchingKey
from destination_xledger.failures import system_error
from destination_xledger.gateway import Gateway
from destination_xledger.people import Person
from shared_mappings import Action, Employee, FieldTable, NewUsers, Plan, Policies, RejectionCode, plan
from shared_mappings.comparators import normalised_text


@dataclass(frozen=True, slots=True)
class Planned:
    """A person, who they are in Xledger, and what is to be done.

    Attributes:
        person: The person.
        employee: The employee they are; None for nobody.
        plan: What is to be done.
    """

    person: Person
    employee: Employee | None
    plan: Plan

    @property
    def identity(self) -> str:
        """What tells the person apart."""
        return self.person.identity


@dataclass(frozen=True, slots=True)
class Matcher:
    """Finds people in Xledger and plans. Nobody is ever guessed, and nobody is taken for two.

    Attributes:
        gateway: Reads employees.
        table: The field table.
        policies: What the administrator decided.
        match_on: The keys by which people are found, in the order in which they are tried.
    """

    gateway: Gateway
    table: FieldTable
    policies: Policies
    match_on: Sequence[MatchingKey]
    _claims: dict[str, str] = field(default_factory=dict)
    """Who was taken for which employee, and who gets which new code, throughout the sync."""

    def plans(self, people: Sequence[Person]) -> list[Planned]:
        """What is to be done about each person of a batch, in its order.

        Args:
            people: The batch; nobody is in it twice.

        Raises:
            AirbyteTracedException: When Xledger cannot be read.
        """
        directory = self.gateway.look_up(
            [code for person in people if (code := person.desired.employment_id)],
            [email for person in people if (email := person.desired.email)] if self._by_email else [],
        )
        found = [directory.candidates(person.desired, self.match_on) for person in people]
        wanted = {db_id for db_ids in found if len(db_ids) == 1 for db_id in db_ids}
        employees = {**directory.employees, **self.gateway.read(wanted - set(directory.employees))}
        return [self._planned(person, db_ids, employees) for person, db_ids in zip(people, found, strict=True)]

    def claim(self, person: Person, employee: Employee) -> bool:
        """Takes a person for an employee. False when somebody else was taken for them in this sync."""
        return self._claim(f"employee {employee.db_id}", person)

    @property
    def _by_email(self) -> bool:
        return MatchingKey.EMAIL in self.match_on

    def _planned(self, person: Person, db_ids: frozenset[str], employees: Mapping[str, Employee]) -> Planned:
        if len(db_ids) > 1:
            return Planned(person, None, Plan.reject(RejectionCode.AMBIGUOUS_MATCH))
        for db_id in db_ids:
            if db_id not in employees:
                raise system_error(f"Xledger found the employee with dbId {db_id} by a key, but not by dbId.")
            if not self.claim(person, employees[db_id]):
                return Planned(person, None, Plan.reject(RejectionCode.DUPLICATE_KEY))
            return Planned(person, employees[db_id], self._plan(person, employees[db_id]))
        decided = self._plan(person, None)
        if decided.action is Action.CREATE and not self._claim(f"code {_code(person)}", person):
            return Planned(person, None, Plan.reject(RejectionCode.DUPLICATE_KEY))
        return Planned(person, None, decided)

    def _plan(self, person: Person, employee: Employee | None) -> Plan:
        policies = replace(self.policies, new_users=NewUsers.SKIP) if person.update_only else self.policies
        return plan(person.desired, employee, policies, self.table)

    def _claim(self, what: str, person: Person) -> bool:
        return self._claims.setdefault(what, person.identity) == person.identity


def _code(person: Person) -> str:
    return normalised_text(person.desired.employment_id or "")
