"""Employees as the stream `employees` has them, and the same people as they stand in Huma."""

from typing import Any

from integration_tests.sandbox import Sandbox

Record = dict[str, Any]


def an_employee(number: int, **changed: Any) -> Record:
    """Somebody in Xledger of whom every field is known.

    Args:
        number: Tells people apart, from 1 to 9999.
        changed: Keys to replace.
    """
    return {
        "id": str(61_000_000 + number),
        "active": True,
        "closed": False,
        "code": f"E{number}",
        "email": f"kari{number}@example.com",
        "firstName": "Kari",
        "lastName": f"Nordmann{number}",
        "phone": f"+47 900 {number // 100:02d} {number % 100:03d}",
        "birthday": "1990-01-02",
        "gender": "F",
        "jobTitle": "Controller",
        "socialSecurityNumber": "151086*****",
        "bankAccount": "86011117947",
        "bankAccountCountry": "NO",
        "employmentFrom": "2020-01-01",
        "employmentTo": None,
        "trialTo": "2020-07-01",
        "noticeDate": None,
        "address": {"streetAddress": f"Storgata {number}", "zipCode": "0155", "place": "Oslo", "country": "NO"},
        **changed,
    }


def as_user(employee: Record, **changed: Any) -> Record:
    """The same person as they stand in Huma when nothing differs: what the sandbox's `hire` takes.

    Args:
        employee: Somebody made by `an_employee`.
        changed: Keys to replace.
    """
    address = employee["address"]
    return {
        "employmentId": employee["code"],
        "email": employee["email"],
        "givenName": employee["firstName"],
        "familyName": employee["lastName"],
        "phone": employee["phone"],
        "birthDate": employee["birthday"],
        "gender": "Female",
        "jobTitle": employee["jobTitle"],
        "identifications": [
            {"id": "9c5b94b1-35ad-49bb-b118-8e8fc24abf80", "type": "national", "country": "NO", "value": "15108695088"}
        ],
        "bankAccount": {
            "type": "national",
            "number": employee["bankAccount"],
            "country": "NO",
            "iban": None,
            "bic": None,
        },
        "employmentStartDate": employee["employmentFrom"],
        "employmentEndDate": employee["employmentTo"],
        "probationEndDate": employee["trialTo"],
        "terminationNoticeDate": employee["noticeDate"],
        "homeAddress": {
            "line1": address["streetAddress"],
            "line2": None,
            "line3": None,
            "postalCode": address["zipCode"],
            "city": address["place"],
            "country": address["country"],
        },
        **changed,
    }


def hire(sandbox: Sandbox, number: int, **changed: Any) -> str:
    """Has somebody in Huma who is the same as in Xledger, but for what is changed; returns their id."""
    return sandbox.huma.hire(**as_user(an_employee(number), **changed))


def company_of(sandbox: Sandbox) -> str:
    """The id of a company in Huma."""
    return str(sandbox.huma.organisation.companies[0].id)
