"""Records of the `users` stream, and messages made of them."""

from collections.abc import Iterable
from typing import Any

from airbyte_cdk.models import (
    AirbyteMessage,
    AirbyteRecordMessage,
    AirbyteStateBlob,
    AirbyteStateMessage,
    AirbyteStateType,
    AirbyteStreamState,
    StreamDescriptor,
    Type,
)

Record = dict[str, Any]


def a_user(number: int, **changed: Any) -> Record:
    """Somebody of whom every field is known.

    Args:
        number: Tells people apart, from 1 to 9999.
        changed: Keys to replace.
    """
    return {
        "id": f"00000000-0000-4000-8000-{number:012d}",
        "type": "user",
        "active": True,
        "givenName": "Kari",
        "familyName": f"Nordmann{number}",
        "email": f"kari{number}@example.com",
        "phone": f"+47 900 {number // 100:02d} {number % 100:03d}",
        "birthDate": "1990-01-02",
        "gender": "Female",
        "homeAddress": {
            "line1": f"Storgata {number}",
            "line2": None,
            "line3": None,
            "postalCode": "0155",
            "city": "Oslo",
            "country": "NO",
        },
        "bankAccount": {"type": "national", "number": "8601 11 17947", "country": "NO", "iban": None, "bic": None},
        "identifications": [
            {"id": "9c5b94b1-35ad-49bb-b118-8e8fc24abf80", "type": "national", "country": "NO", "value": "15108695088"}
        ],
        "employmentId": f"E{number}",
        "jobTitle": "Engineer",
        "employmentStartDate": "2020-01-01",
        "probationEndDate": "2020-07-01",
        "terminationNoticeDate": None,
        "employmentEndDate": None,
        **changed,
    }


def as_employee(user: Record, **changed: Any) -> dict[str, Any]:
    """The same person as they stand in Xledger when nothing differs: what the sandbox's `add_employee` takes.

    Args:
        user: Somebody made by `a_user`.
        changed: Keys to replace.
    """
    address = user["homeAddress"]
    return {
        "code": user["employmentId"],
        "description": f"{user['givenName']} {user['familyName']}",
        "firstName": user["givenName"],
        "lastName": user["familyName"],
        "email": user["email"],
        "phone": user["phone"],
        "birthday": user["birthDate"],
        "gender": "F",
        "jobTitle": user["jobTitle"],
        "bankAccount": user["bankAccount"]["number"].replace(" ", ""),
        "socialSec": user["identifications"][0]["value"],
        "address": {
            "streetAddress": address["line1"],
            "zipCode": address["postalCode"],
            "place": address["city"],
            "country": address["country"],
        },
        "employmentFrom": user["employmentStartDate"],
        "trialTo": user["probationEndDate"],
        **changed,
    }


def without(record: Record, *keys: str) -> Record:
    """A record of which some keys are unknown."""
    return {key: value for key, value in record.items() if key not in keys}


def records(users: Iterable[Record], stream: str = "users") -> list[AirbyteMessage]:
    """A record message for each user."""
    return [
        AirbyteMessage(type=Type.RECORD, record=AirbyteRecordMessage(stream=stream, data=user, emitted_at=0))
        for user in users
    ]


def state(number: int, stream: str = "users") -> AirbyteMessage:
    """A state message that can be told from others by its number."""
    return AirbyteMessage(
        type=Type.STATE,
        state=AirbyteStateMessage(
            type=AirbyteStateType.STREAM,
            stream=AirbyteStreamState(
                stream_descriptor=StreamDescriptor(name=stream), stream_state=AirbyteStateBlob(number=number)
            ),
        ),
    )
