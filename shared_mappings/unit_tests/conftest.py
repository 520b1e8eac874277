"""People and employees to plan with."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from shared_mappings import Desired, Employee, FieldTable, Options, desired_from_user, field_table, plan
from shared_mappings.planner import Action, Plan
from shared_mappings.policies import Policies
from shared_mappings.states import State

RECORD: Mapping[str, Any] = {
    "id": "1b671a64-40d5-491e-99b0-da01ff1f3341",
    "active": True,
    "givenName": "Kari",
    "familyName": "Nordmann",
    "email": "kari.nordmann@example.com",
    "phone": "+47 912 34 567",
    "birthDate": "1990-01-02",
    "gender": "Female",
    "homeAddress": {
        "line1": "Storgata 1",
        "line2": "Oppgang B",
        "line3": None,
        "postalCode": "0155",
        "city": "Oslo",
        "country": "NO",
    },
    "bankAccount": {
        "type": "national",
        "number": "8601 11 17947",
        "country": "NO",
        "iban": None,
        "bic": None,
        "code": None,
    },
    "identifications": [
        {"id": "9c5b94b1-35ad-49bb-b118-8e8fc24abf80", "type": "national", "country": "NO", "value": "151086 95088"},
        {"id": "7c9e6679-7425-40de-944b-e07fc1f90ae7", "type": "passport", "country": "NO", "value": "N1234567"},
    ],
    "employmentId": "1001",
    "jobTitle": "Engineer",
    "employmentStartDate": "2020-01-01",
    "probationEndDate": "2020-07-01",
    "terminationNoticeDate": "2025-01-01",
    "employmentEndDate": "2025-04-01",
}
"""Somebody of whom every field is known."""

IN_XLEDGER: Mapping[str, State] = {
    "employee.code": "1001",
    "employee.description": "Kari Nordmann",
    "employee.employmentFrom": "2020-01-01",
    "employee.employmentTo": "2025-04-01",
    "employee.trialTo": "2020-07-01",
    "employee.noticeDate": "2025-01-01",
    "employee.socialSecurityMasked": "151086*****",
    "employee.contact.firstName": "Kari",
    "employee.contact.lastName": "Nordmann",
    "employee.contact.email": "kari.nordmann@example.com",
    "employee.contact.phone": "+47 912 34 567",
    "employee.contact.birthday": "1990-01-02",
    "employee.contact.jobTitle": "Engineer",
    "employee.contact.gender": "F",
    "employee.contact.address.streetAddress": "Storgata 1, Oppgang B",
    "employee.contact.address.zipCode": "0155",
    "employee.contact.address.place": "Oslo",
    "employee.contact.address.country.code": "NO",
    "employee.contact.address.state": None,
    "employee.subledger.description": "Kari Nordmann",
    "employee.subledger.email": "kari.nordmann@example.com",
    "employee.subledger.phone": "+47 912 34 567",
    "employee.subledger.bankAccount": "86011117947",
    "employee.subledger.address.streetAddress": "Storgata 1, Oppgang B",
    "employee.subledger.address.zipCode": "0155",
    "employee.subledger.address.place": "Oslo",
    "employee.subledger.address.country.code": "NO",
    "employee.subledger.address.state": None,
    "employee.subledger.company.country.code": "NO",
}
"""The same person as Xledger has them, value for value."""


@pytest.fixture
def table() -> FieldTable:
    return field_table()


@pytest.fixture
def desire(table: FieldTable) -> Callable[..., Desired]:
    """What the person's record says, with some of its keys replaced."""

    def build(**changed: Any) -> Desired:
        return desired_from_user({**RECORD, **changed}, table, Options())

    return build


@pytest.fixture
def have() -> Callable[..., Employee]:
    """The employee in Xledger, with some of the values replaced."""

    def build(changed: Mapping[str, State] | None = None) -> Employee:
        db_ids = {"updateEmployees": "11", "updateContacts": "12", "updateSuppliers": "13"}
        return Employee(db_ids, {**IN_XLEDGER, **(changed or {})})

    return build


def carried_out(decided: Plan, current: Employee | None, table: FieldTable) -> Employee:
    """The employee as Xledger has them once a plan is carried out."""
    before = current or Employee({}, dict.fromkeys(table.targets))
    return replace(before, values={**before.values, **{change.target: change.after for change in decided.changes}})


def planned_again(decided: Plan, desired: Desired, current: Employee | None, policies: Policies) -> Plan:
    """The plan after the plan; the one that completes a creation knows that it does."""
    table = field_table()
    creating = decided.action is Action.CREATE
    return plan(desired, carried_out(decided, current, table), policies, table, creating=creating)
