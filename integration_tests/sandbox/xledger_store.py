"""Xledger's employees with their contacts and subledgers."""

from __future__ import annotations

import datetime as dt
import itertools
import threading
from typing import TYPE_CHECKING

from integration_tests.sandbox import xledger_rules as rules
from integration_tests.sandbox.xledger_sdl import members_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from integration_tests.sandbox.dialects import Gender
    from integration_tests.sandbox.xledger_rules import Row

PARENT = 42365430
"""dbId of the entity above the token's, which the token does not reach."""

OWNER = 42365431
"""dbId of the entity the token belongs to."""

SUBSIDIARY = 42365432
"""dbId of the entity below the token's."""

REACH = frozenset({OWNER, SUBSIDIARY})
"""The entities the token reaches: its own and those below."""

OWNER_SETS: Mapping[str, frozenset[int]] = {
    "CURRENT": frozenset({OWNER}),
    "UPPER": frozenset({OWNER}),
    "LOWER": REACH,
    "MINE": REACH,
    "ALL": REACH,
}
"""The entities that each `OwnerSet` means to the token; nothing widens its reach."""

_HOME_COUNTRY = "NO"

EMPLOYEES, CONTACTS, SUBLEDGERS = "employee", "contact", "subledger"

TYPES = {EMPLOYEES: "Employee", CONTACTS: "Contact", SUBLEDGERS: "Subledger"}
"""What the contract calls a row of each table."""

_THE_CONTACTS: frozenset[str] = frozenset({"email", "contactDbId"})
"""What an employee shows of the contact, and does not hold."""


def place_of(key: str) -> tuple[str, str] | None:
    """Return where a value of an employee lives that has one place: a table and a key there; None for nowhere.

    By the contract: it is the employee's own, or else the contact's, or else the subledger's.
    """
    return next(((table, key) for table, name in TYPES.items() if key in members_of(name)), None)


class XledgerStore:
    """The rows of an Xledger, held in the shape the API gives them.

    Rows are dicts. An employee's `contact` and `subledger` are the very rows of those tables, and all ids are
    numbers here; the API decides which of them travel as text. A gender is a letter here, and a system value in the
    API, in the shape its dialect gives it.

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
        self.company()

    # ---- rows

    def is_closed(self, employee: Row) -> bool:
        """Whether an employee's `dateTo` has passed."""
        return employee["dateTo"] is not None and employee["dateTo"] < self.today.isoformat()

    def company(self, country_code: str = _HOME_COUNTRY) -> Row:
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

    def new_employee(self, owner: int = OWNER) -> Row:
        """Return an employee of an entity, without values, with a contact and a subledger; not in the tables yet."""
        now = self.tick()
        contact, subledger, employee = (
            {
                **dict.fromkeys(members_of(TYPES[table])),
                "dbId": self.new_id(table),
                "ownerDbId": owner,
                "modifiedAt": now,
            }
            for table in (CONTACTS, SUBLEDGERS, EMPLOYEES)
        )
        for key in _THE_CONTACTS:
            del employee[key]
        subledger |= {"company": self.company(), "contact": contact}
        employee |= {"dateFrom": self.today.isoformat(), "createdAt": now, "contact": contact, "subledger": subledger}
        return employee

    def insert(self, employee: Row) -> None:
        """Put a new employee, the contact and the subledger into the tables."""
        self.tables[EMPLOYEES][employee["dbId"]] = employee
        self.tables[CONTACTS][employee["contact"]["dbId"]] = employee["contact"]
        self.tables[SUBLEDGERS][employee["subledger"]["dbId"]] = employee["subledger"]
        self.deltas.append({"dbId": employee["dbId"], "mutationType": "ADDED"})

    def reached(self, table: str, db_id: int) -> Row | None:
        """Return a row that the token reaches, if there is one with this dbId."""
        row = self.tables[table].get(db_id)
        return row if row is not None and row["ownerDbId"] in REACH else None

    # ---- for people and tests

    def snapshot(self, employee: Row, genders: Sequence[Gender]) -> Row:
        """Return a copy of an employee in the shape of the GraphQL type, with genders as this Xledger has them."""
        shown = _copied(employee)
        for contact in (shown[CONTACTS], shown[SUBLEDGERS]["contact"]):
            contact["gender"] = rules.gender_row(genders, contact["gender"])
        return {**shown, "email": shown[CONTACTS]["email"], "contactDbId": shown[CONTACTS]["dbId"]}


def _copied(row: Row) -> Row:
    return {key: _copied(value) if isinstance(value, dict) else value for key, value in row.items()}
