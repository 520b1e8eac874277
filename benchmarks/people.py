"""Many people, as Huma's source sends them and as Xledger has them."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from integration_tests.records import Record, a_user

GROUP = "11111111-0000-4000-8000-00000000000"


def a_person(number: int, **changed: Any) -> Record:
    """Somebody with everything that Huma's source knows of a person; without a probation end date."""
    return a_user(
        number,
        deactivatedAt=None,
        preferredName=None,
        privateEmail=f"private{number}@example.org",
        phone=f"+47 9{number % 10_000_000:07d}",
        nationality="Norwegian",
        civilStatus="Single",
        employmentType="Permanent",
        employmentPercentage=100,
        jobDescription="Builds things that work",
        firstDayOfWork="2020-01-01",
        lastDayOfWork=None,
        supervisor={"id": f"{GROUP}0", "email": "boss@example.com", "givenName": "Ola", "familyName": "Nordmann"},
        companies=[{"id": f"{GROUP}1", "name": "Nordlys"}],
        locations=[{"id": f"{GROUP}2", "name": "Oslo"}],
        teams=[{"id": f"{GROUP}3", "name": "Engineering"}, {"id": f"{GROUP}4", "name": "Platform"}],
        custom={"shoeSize": 43, "parking": None},
        connectedIntegrations={"Payroll": {"type": "payroll", "externalId": str(number)}},
        changedAt="2026-01-15T08:00:00Z",
        **{"probationEndDate": None, **changed},
    )


def write_messages(people: Iterable[Record], path: Path) -> None:
    """Writes what the source prints: a record for each person, a line each."""
    with path.open("w", encoding="utf-8") as file:
        for user in people:
            record = {"stream": "users", "data": user, "emitted_at": 1768464000000}
            file.write(json.dumps({"type": "RECORD", "record": record}, ensure_ascii=False) + "\n")
