"""Where the facts of a person's employment come from: the details of the user, or the current position.

Huma has deprecated the facts on the user in favour of positions, and still sends them. When it does not any more, they
are taken from the position, whose wrappers keep the three states apart as those of the user do.
"""

from collections.abc import Mapping
from typing import Any, Final

POSITION_KEYS: Final[Mapping[str, str]] = {
    "jobTitle": "title",
    "jobDescription": "description",
    "employmentStartDate": "contractStartDate",
    "employmentEndDate": "contractEndDate",
    "employmentPercentage": "percentage",
    "employmentType": "contractType",
    "firstDayOfWork": "firstDayOfWork",
    "lastDayOfWork": "lastDayOfWork",
    "probationEndDate": "probationEndDate",
    "terminationNoticeDate": "terminationNoticeDate",
}
"""What each fact on a user (`UserDetails` in Huma's API description) is called on a position (`Position`)."""

DEPRECATED: Final = POSITION_KEYS.keys() - {"jobDescription"}
"""The facts on the user that Huma has deprecated."""


def tells_of_employment(details: Mapping[str, Any]) -> bool:
    """Whether Huma still sends the employment with a user.

    One of the deprecated facts is enough: where the others are missing, the API key may not see them.
    """
    return any(details.get(name) is not None for name in DEPRECATED)


def current_position_id(details: Mapping[str, Any]) -> str | None:
    """The id of the position a person has now; None when there is none.

    Of several it is the one with the highest percentage, then the one that began first, then the one with the lowest
    id, so that it is the same one in every sync.

    Args:
        details: The answer of `GET /users/{id}`.
    """
    positions = details.get("currentPositions")
    current = [
        position
        for position in (positions if isinstance(positions, list) else ())
        if isinstance(position, Mapping) and position.get("status") == "CURRENT" and isinstance(position.get("id"), str)
    ]
    return min(current, key=_precedence)["id"] if current else None


def employment_from(position: Mapping[str, Any], details: Mapping[str, Any]) -> dict[str, Any]:
    """The facts of a position under the names they have on a user, in their wrappers.

    Args:
        position: The answer of `GET /users/{userId}/positions/{id}`.
        details: The answer of `GET /users/{id}`; a fact it has is left out.

    Returns:
        The wrappers by name. A fact the position does not have has no key: it is unknown.
    """
    return {
        name: position[key]
        for name, key in POSITION_KEYS.items()
        if details.get(name) is None and position.get(key) is not None
    }


def _precedence(position: Mapping[str, Any]) -> tuple[float, str, str]:
    percentage, start = position.get("percentage"), position.get("contractStartDate")
    return (
        -percentage if isinstance(percentage, int | float) else 0,
        start if isinstance(start, str) else "9999-12-31",
        position["id"],
    )
