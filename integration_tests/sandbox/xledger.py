"""The Xledger of a sandbox: what a test may look at and change."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from integration_tests.sandbox import xledger_rules as rules
from integration_tests.sandbox.dialects import CONTRACT
from integration_tests.sandbox.faults import OF_HUMA_ONLY, Faults
from integration_tests.sandbox.happenings import Happenings
from integration_tests.sandbox.limits import BurstLimit
from integration_tests.sandbox.xledger_sdl import check_members
from integration_tests.sandbox.xledger_store import CONTACTS, EMPLOYEES, OWNER, SUBLEDGERS, XledgerStore, place_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping

    from integration_tests.sandbox.dialects import Dialect
    from integration_tests.sandbox.xledger_rules import Row

_ON_BOTH = ("email", "phone", "address")


@dataclass(frozen=True, slots=True)
class Operation:
    """A request Xledger has received."""

    kind: str
    """`query` or `mutation`; empty when the request could not be read as either."""
    name: str | None
    """Name of the operation, if it has one."""
    root_fields: tuple[str, ...]
    variables: Mapping[str, Any]
    inputs: int
    """How many inputs its mutations had together."""
    request_bytes: int
    response_bytes: int
    status: int | None
    """HTTP status of the answer; None when the connection was cut."""
    outcome: str
    """`carried_out`, `partly_carried_out`, `refused`, or the name of the fault or limit it met."""


class Xledger:
    """What a test may look at and change.

    Attributes:
        url: Address of the GraphQL endpoint; what `api_url` of destination-xledger takes.
        page_url: Address of the page for people.
        token: The API token.
        operations: Every request to the endpoint so far.
        faults: What goes wrong with the next requests.
        dialect: How it speaks; another may be put in its place at any time.
        concurrency_limit: How many requests may be under way at once; None for no limit.
        latency: Seconds that every request is on its way; it holds no other request up.
        happenings: Wakes up whoever waits for a request, or for what it writes.
        clock: Seconds on a clock, by which it does what it does late; a test may put its own in its place.
    """

    def __init__(self, seed: int, today: dt.date, burst_limit: int | None, dialect: Dialect = CONTRACT) -> None:
        self.url = ""
        self.page_url = ""
        self.token = hashlib.sha256(f"xledger token {seed}".encode()).hexdigest()
        self.store = XledgerStore(today)
        self.operations: list[Operation] = []
        self.faults = Faults(impossible=OF_HUMA_ONLY)
        self.burst_limit = BurstLimit(burst_limit)
        self.concurrency_limit: int | None = 5
        self.dialect = dialect
        self.latency = 0.0
        self.happenings = Happenings()
        self.clock: Callable[[], float] = time.monotonic
        self._lacks: frozenset[str] = frozenset()
        self._later: list[tuple[float, Callable[[], object]]] = []

    def later(self, seconds: float, action: Callable[[], object]) -> None:
        """Do something once so many seconds have passed: when the next request comes, or it is asked to catch up."""
        self._later.append((self.clock() + seconds, action))

    def catch_up(self) -> None:
        """Do what is due by the clock, in the order in which it fell due."""
        now = self.clock()
        due = sorted((each for each in self._later if each[0] <= now), key=lambda each: each[0])
        self._later = [each for each in self._later if each[0] > now]
        for _, action in due:
            action()

    @property
    def lacks(self) -> frozenset[str]:
        """Members of types that this Xledger's schema does not have, beside those its dialect does not know.

        In the contract's names, whatever the dialect calls them: "Employee.trialTo", "Employee_Filter.code_in",
        "Mutation.updateContacts", and arguments too: "Query.employees.ownerSet".

        Raises:
            KeyError: When it is set: the contract has no such member.
        """
        return self._lacks

    @lacks.setter
    def lacks(self, members: frozenset[str]) -> None:
        check_members(members)
        self._lacks = members

    @property
    def writes(self) -> list[Operation]:
        """The mutations with at least one input, whatever became of them."""
        return [operation for operation in self.operations if operation.kind == "mutation" and operation.inputs]

    def employees(self) -> list[Row]:
        """Return every employee, closed ones included, by dbId, in the shape of the GraphQL type `Employee`.

        Ids are numbers throughout, and what the shape does not show is not there; see `social_security_number`.
        """
        with self.store.lock:
            return [self.store.snapshot(row, self.dialect.genders) for row in self.store.tables[EMPLOYEES].values()]

    def employee(self, code: str) -> Row:
        """Return the employee with this code, the first if there are several.

        Raises:
            KeyError: There is none.
        """
        with self.store.lock:
            for row in self.store.tables[EMPLOYEES].values():
                if row["code"] == code:
                    return self.store.snapshot(row, self.dialect.genders)
        raise KeyError(code)

    def social_security_number(self, db_id: int) -> str | None:
        """Return what was written as an employee's social security number; the API only shows it masked."""
        return self.store.social_security_numbers.get(db_id)

    def add_employee(self, **values: Any) -> int:
        """Put an employee into the store without any check.

        Args:
            **values: By the names of the type `Employee`, of its contact and its subledger. `email`, `phone` and
                `address` go to both of these; `contact={...}` and `subledger={...}` only to one. Genders as "M" and
                "F", whatever the dialect, and countries by code; `company_country` is the country of the subledger's
                company. `socialSec` as well. `owner` is the dbId of the entity they belong to: `OWNER`, the token's,
                when not given; `SUBSIDIARY`, one below it; or `PARENT`, which the token does not reach.

        Returns:
            The dbId of the employee.

        Raises:
            TypeError: There is no such value.
        """
        contact = dict(values.pop("contact", None) or {})
        subledger = dict(values.pop("subledger", None) or {})
        for key in _ON_BOTH:
            if key in values:
                value = values.pop(key)
                contact.setdefault(key, value)
                subledger.setdefault(key, value)
        if "company_country" in values:
            subledger["company"] = {"country": values.pop("company_country")}
        for table, given in ((CONTACTS, contact), (SUBLEDGERS, subledger)):
            here = [key for key in values if key != "socialSec" and place_of(key) == (table, key)]
            given.update({key: values.pop(key) for key in here})
        subledger.setdefault("description", values.get("description"))
        for child in (contact, subledger):
            child.setdefault("code", values.get("code"))
        contact.setdefault("name", " ".join(filter(None, (contact.get("firstName"), contact.get("lastName")))))
        with self.store.lock:
            employee = self.store.new_employee(values.pop("owner", OWNER))
            for key, value in values.items():
                self._set(employee, key, value)
            for table, given in ((CONTACTS, contact), (SUBLEDGERS, subledger)):
                for key, value in given.items():
                    self._set(employee, f"{table}.{key}", value)
            self.store.insert(employee)
        return int(employee["dbId"])

    def change(self, db_id: int, path: str, value: Any) -> None:
        """Let someone edit an employee in Xledger, without any check.

        Args:
            db_id: dbId of the employee.
            path: Dotted path in the type `Employee`: "code", "contact.phone", "subledger.address.place",
                "subledger.company.country", "socialSec".
            value: The new value; genders as "M" and "F", countries by code, an address as a dict of its lines.

        Raises:
            KeyError: There is no such employee.
            TypeError: There is no such value.
        """
        with self.store.lock:
            employee = self.store.tables[EMPLOYEES][db_id]
            self._set(employee, path, value)
            changed = employee[path.partition(".")[0]] if path.startswith((CONTACTS, SUBLEDGERS)) else employee
            changed["modifiedAt"] = self.store.tick()
            self.store.deltas.append({"dbId": db_id, "mutationType": "UPDATED"})

    def edit(self, db_id: int, **values: Any) -> None:
        """Let someone edit an employee in Xledger, without any check.

        Args:
            db_id: dbId of the employee.
            **values: By the names that `add_employee` takes, but for `company_country`, `owner` and whole objects.

        Raises:
            KeyError: There is no such employee.
            TypeError: There is no such value.
        """
        for key, value in values.items():
            if key in _ON_BOTH:
                paths = [f"{table}.{key}" for table in (CONTACTS, SUBLEDGERS)]
            else:
                table, _ = place_of(key) or (EMPLOYEES, key)
                paths = [key if table == EMPLOYEES else f"{table}.{key}"]
            for path in paths:
                self.change(db_id, path, value)

    def _set(self, employee: Row, path: str, value: Any) -> None:
        *way, key = path.split(".")
        row = employee
        if way and way[0] in (CONTACTS, SUBLEDGERS):
            row = employee[way.pop(0)]
        if path == "socialSec":
            if value is not None:
                self.store.social_security_numbers[employee["dbId"]] = value
            key, value = "socialSecurityMasked", rules.masked(value)
        elif way in (["address"], ["homeAddress"]):
            key, value = way[0], {**(row[way[0]] or {}), key: value}
        elif key == "company" or way[:1] == ["company"]:
            country = value["country"] if isinstance(value, dict) else value
            key, value = "company", self.store.company(country)
        elif way:
            raise TypeError(f"An employee in Xledger has no {path}")
        if key not in row:
            raise TypeError(f"An employee in Xledger has no {path}")
        if key in ("address", "homeAddress") and value is not None:
            value = self._address(value)
        elif key == "gender" and value not in (None, *(gender.letter for gender in self.dialect.genders)):
            raise TypeError("A gender is M or F")
        row[key] = value

    def _address(self, given: Mapping[str, Any]) -> Row:
        country = given.get("country")
        return {
            "dbId": given.get("dbId") or self.store.new_id("address"),
            "streetAddress": given.get("streetAddress"),
            "zipCode": given.get("zipCode"),
            "place": given.get("place"),
            "state": given.get("state"),
            "country": rules.country_row(country) if isinstance(country, str) else country,
        }
