"""Xledger's employees with their contacts and subledgers, and the mutations on them."""

from __future__ import annotations

import datetime as dt
import itertools
import threading
from typing import TYPE_CHECKING, Any

from integration_tests.sandbox import xledger_rules as rules
from integration_tests.sandbox.xledger_errors import XledgerError, invalid_value, no_match

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from integration_tests.sandbox.faults import Fault
    from integration_tests.sandbox.xledger_rules import Row

OWNER = 42365431
"""dbId of the entity the token belongs to."""

_HOME_COUNTRY = "NO"
_MOST_INPUTS = 500

EMPLOYEES, CONTACTS, SUBLEDGERS = "employee", "contact", "subledger"

_EMPLOYEE_KEYS = (
    "code",
    "description",
    "employmentFrom",
    "employmentTo",
    "trialTo",
    "noticeDate",
    "socialSecurityMasked",
    "dateFrom",
    "dateTo",
)
_CONTACT_KEYS = (
    "code",
    "name",
    "firstName",
    "lastName",
    "email",
    "phone",
    "birthday",
    "gender",
    "jobTitle",
    "socialSec",
    "address",
    "homeAddress",
)
_SUBLEDGER_KEYS = (
    "code",
    "description",
    "email",
    "phone",
    "bankAccount",
    "address",
)

_EMPLOYEE_RULES: Mapping[str, Callable[[str, Any], Any]] = {
    "code": rules.required_text,
    "description": rules.text,
    "employmentFrom": rules.date,
    "employmentTo": rules.date,
    "trialTo": rules.date,
    "noticeDate": rules.date,
}
_CONTACT_RULES: Mapping[str, Callable[[str, Any], Any]] = {
    "firstName": rules.required_text,
    "lastName": rules.required_text,
    "email": rules.required_text,
    "phone": rules.text,
    "birthday": rules.date,
    "jobTitle": rules.text,
}
_SUBLEDGER_RULES: Mapping[str, Callable[[str, Any], Any]] = {
    "description": rules.text,
    "email": rules.required_text,
    "phone": rules.text,
    "bankAccount": rules.bank_account,
}
_CREATION_RULES: Mapping[str, Callable[[str, Any], Any]] = {
    **_EMPLOYEE_RULES,
    **{key: _CONTACT_RULES[key] for key in ("firstName", "lastName", "phone", "birthday")},
    "bankAccount": rules.bank_account,
    "socialSec": rules.social_security_number,
}


class XledgerStore:
    """The rows of an Xledger, held in the shape the API gives them.

    Rows are dicts. An employee's `contact` and `subledger` are the very rows of those tables, and all ids are
    numbers here; the API decides which of them travel as text.

    Attributes:
        lock: Held while rows are read or changed.
        today: The day that decides whether an employee is closed.
        social_security_numbers: By dbId of the employee; the API never shows them.
        deltas: What happened to employees, oldest first.
    """

    def __init__(self, today: dt.date) -> None:
        self.lock = threading.RLock()
        self.today = today
        self.tables: dict[str, dict[int, Row]] = {EMPLOYEES: {}, CONTACTS: {}, SUBLEDGERS: {}}
        self.companies: dict[str, Row] = {}
        self.social_security_numbers: dict[int, str] = {}
        self.deltas: list[Row] = []
        self._ids = {
            table: itertools.count(start)
            for table, start in ((EMPLOYEES, 61000001), (CONTACTS, 62000001), (SUBLEDGERS, 63000001), ("address", 1))
        }
        self._moment = dt.datetime.combine(today, dt.time(8), tzinfo=dt.timezone.utc)
        self.company(_HOME_COUNTRY)

    # ---- rows

    def is_closed(self, employee: Row) -> bool:
        """Whether an employee's `dateTo` has passed."""
        return employee["dateTo"] is not None and employee["dateTo"] < self.today.isoformat()

    def company(self, country_code: str) -> Row:
        """Return the company of that country, made on the first call."""
        number = 64000001 + len(self.companies)
        return self.companies.setdefault(
            country_code,
            {
                "dbId": number,
                "code": f"C-{country_code}",
                "description": f"Nordlys ({country_code})",
                "companyNumber": str(900000000 + number % 1000),
                "country": rules.country_row(country_code),
            },
        )

    def new_id(self, table: str) -> int:
        """Return a dbId nothing else in the table has."""
        return next(self._ids[table])

    def tick(self) -> str:
        """Let a second pass, and return the wall time."""
        self._moment += dt.timedelta(seconds=1)
        return self._moment.strftime("%Y-%m-%dT%H:%M:%S")

    def new_employee(self) -> Row:
        """Return an employee without values, with a contact and a subledger; not in the tables yet."""
        now = self.tick()
        contact: Row = {"dbId": self.new_id(CONTACTS), **dict.fromkeys(_CONTACT_KEYS)}
        subledger: Row = {"dbId": self.new_id(SUBLEDGERS), **dict.fromkeys(_SUBLEDGER_KEYS)}
        contact |= {"ownerDbId": OWNER, "modifiedAt": now}
        subledger |= {"company": self.company(_HOME_COUNTRY), "ownerDbId": OWNER, "modifiedAt": now}
        return {
            "dbId": self.new_id(EMPLOYEES),
            **dict.fromkeys(_EMPLOYEE_KEYS),
            "dateFrom": self.today.isoformat(),
            "ownerDbId": OWNER,
            "createdAt": now,
            "modifiedAt": now,
            "contact": contact,
            "subledger": {**subledger, "contact": contact},
        }

    def insert(self, employee: Row) -> None:
        """Put a new employee, the contact and the subledger into the tables."""
        self.tables[EMPLOYEES][employee["dbId"]] = employee
        self.tables[CONTACTS][employee["contact"]["dbId"]] = employee["contact"]
        self.tables[SUBLEDGERS][employee["subledger"]["dbId"]] = employee["subledger"]
        self.deltas.append({"dbId": employee["dbId"], "mutationType": "ADDED"})

    # ---- mutations; each refuses all of its inputs or none

    def add_employees(self, inputs: Sequence[Row], refusals: Sequence[Fault]) -> list[Row]:
        """Carry out `addEmployees`; return the edges.

        Raises:
            XledgerError: An input was refused, and nothing was done.
        """
        _check_number(inputs)
        numbers: dict[int, str] = {}
        added = []
        for entry in inputs:
            node = entry["node"]
            _refuse_on_request(node, refusals)
            employee = self.new_employee()
            for key in ("code", "firstName", "lastName"):
                node.setdefault(key, None)
            accepted = {key: _CREATION_RULES[key](f"employee.{key}", value) for key, value in node.items()}
            if "socialSec" in accepted:
                numbers[employee["dbId"]] = accepted.pop("socialSec")
                employee["socialSecurityMasked"] = rules.masked(numbers[employee["dbId"]])
            _fill_new(employee, accepted)
            added.append(employee)
        for employee in added:
            self.insert(employee)
        self.social_security_numbers |= numbers
        return _edges(inputs, added)

    def update_employees(self, inputs: Sequence[Row], refusals: Sequence[Fault]) -> list[Row]:
        """Carry out `updateEmployees`; return the edges.

        Raises:
            XledgerError: An input was refused, and nothing was done.
        """
        numbers: dict[int, str] = {}

        def apply(row: Row, key: str, value: Any) -> None:
            if key == "socialSec":
                number = rules.social_security_number("employee.socialSec", value)
                numbers[row["dbId"]] = number
                row["socialSecurityMasked"] = rules.masked(number)
            else:
                row[key] = _EMPLOYEE_RULES[key](f"employee.{key}", value)

        edges = self._update(EMPLOYEES, inputs, refusals, apply)
        self.social_security_numbers |= numbers
        self.deltas += [{"dbId": edge["node"]["dbId"], "mutationType": "UPDATED"} for edge in edges]
        return edges

    def update_contacts(self, inputs: Sequence[Row], refusals: Sequence[Fault]) -> list[Row]:
        """Carry out `updateContacts`; return the edges.

        Raises:
            XledgerError: An input was refused, and nothing was done.
        """

        def apply(row: Row, key: str, value: Any) -> None:
            if key == "gender":
                row["gender"] = rules.gender("contact.gender", value, OWNER)
            elif key == "address":
                self._merge_address(row, "contact.address", value)
            else:
                row[key] = _CONTACT_RULES[key](f"contact.{key}", value)
            row["name"] = " ".join(part for part in (row["firstName"], row["lastName"]) if part)

        return self._update(CONTACTS, inputs, refusals, apply)

    def update_suppliers(self, inputs: Sequence[Row], refusals: Sequence[Fault]) -> list[Row]:
        """Carry out `updateSuppliers` (on subledgers); return the edges.

        Raises:
            XledgerError: An input was refused, and nothing was done.
        """

        def apply(row: Row, key: str, value: Any) -> None:
            if key == "address":
                self._merge_address(row, "subledger.address", value)
            else:
                row[key] = _SUBLEDGER_RULES[key](f"subledger.{key}", value)

        return self._update(SUBLEDGERS, inputs, refusals, apply)

    def _update(
        self,
        table: str,
        inputs: Sequence[Row],
        refusals: Sequence[Fault],
        apply: Callable[[Row, str, Any], None],
    ) -> list[Row]:
        """Apply every input to a copy of its row, and put the copies in place once all have been accepted."""
        _check_number(inputs)
        rows = self.tables[table]
        copies: dict[int, Row] = {}
        for entry in inputs:
            node = entry["node"]
            _refuse_on_request(node, refusals)
            db_id = node["dbId"]
            if db_id not in rows:
                raise no_match(f"{table}.dbId", OWNER, "dbId", db_id)
            row = copies.setdefault(db_id, dict(rows[db_id]))
            for key, value in node.items():
                if key != "dbId":
                    apply(row, key, value)
        now = self.tick()
        for db_id, row in copies.items():
            rows[db_id].update(row, modifiedAt=now)
        return _edges(inputs, [rows[entry["node"]["dbId"]] for entry in inputs])

    def _merge_address(self, row: Row, path: str, given: Mapping[str, Any] | None) -> None:
        row["address"] = rules.merged_address(path, row["address"], given, OWNER, self.new_id("address"))

    # ---- for people and tests

    def snapshot(self, employee: Row) -> Row:
        """Return a copy of an employee in the shape of the GraphQL type."""
        contact = employee["contact"]
        return {**_copied(employee), "email": contact["email"], "contactDbId": contact["dbId"]}


def _fill_new(employee: Row, accepted: Mapping[str, Any]) -> None:
    """Spread the values of a creation: the phone reaches the contact only, the bank account the subledger."""
    contact, subledger = employee["contact"], employee["subledger"]
    for key, value in accepted.items():
        if key in ("firstName", "lastName", "birthday", "phone"):
            contact[key] = value
        elif key == "bankAccount":
            subledger[key] = value
        else:
            employee[key] = value
    contact["code"] = subledger["code"] = employee["code"]
    contact["name"] = f"{contact['firstName']} {contact['lastName']}"
    subledger["description"] = employee["description"]


def _copied(row: Row) -> Row:
    return {key: _copied(value) if isinstance(value, dict) else value for key, value in row.items()}


def _check_number(inputs: Sequence[Row]) -> None:
    if len(inputs) > _MOST_INPUTS:
        raise XledgerError(
            f"inputs: {len(inputs)} are too many, at most {_MOST_INPUTS}.", extensions={"code": "TOO_MANY_INPUTS"}
        )


def _refuse_on_request(node: Row, refusals: Iterable[Fault]) -> None:
    """Refuse what a test wants refused."""
    for fault in refusals:
        found: Any = node
        for key in fault.details["path"].split("."):
            found = found.get(key) if isinstance(found, dict) else None
        if found is not None and str(found) == fault.details["value"]:
            raise invalid_value(f"{fault.root_field}.{fault.details['path']}", found, "It was refused.")


def _edges(inputs: Sequence[Row], rows: Sequence[Row]) -> list[Row]:
    return [{"clientId": entry.get("clientId"), "node": row} for entry, row in zip(inputs, rows, strict=True)]
