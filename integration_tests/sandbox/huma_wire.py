"""How Huma writes down what it knows: wrappers in the details, plain values in the lists."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from integration_tests.sandbox.people import named_id

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping

    from integration_tests.sandbox.huma_store import HumaUser
    from integration_tests.sandbox.people import Organisation

Json = dict[str, Any]

_GROUP_KINDS = {"companies": "company", "locations": "location", "teams": "team"}
_DEPRECATED_DATES = (
    "employmentStartDate",
    "firstDayOfWork",
    "employmentEndDate",
    "lastDayOfWork",
    "probationEndDate",
    "terminationNoticeDate",
)
_WRAPPED_AS_THEY_ARE = (
    "givenName",
    "familyName",
    "preferredName",
    "email",
    "privateEmail",
    "phone",
    "birthDate",
    "gender",
    "nationality",
    "civilStatus",
    "bankAccount",
    "identifications",
    "employmentId",
    "employmentType",
    "employmentPercentage",
    "jobDescription",
    *_DEPRECATED_DATES,
)


def list_item(user: HumaUser) -> Json:
    """Return a user as a list shows it (schema `User`)."""
    facts = user.facts
    titles = [] if facts["jobTitle"] is None else [job_title(facts["jobTitle"])]
    groups = {key: _groups(facts[key], kind) for key, kind in _GROUP_KINDS.items()}
    return _without_none(
        {
            "id": user.id,
            "givenName": facts["givenName"],
            "familyName": facts["familyName"],
            "preferredName": user.get("preferredName"),
            "email": facts["email"],
            "phone": user.get("phone"),
            "jobTitle": titles[0] if titles else None,
            "jobTitles": titles,
            **groups,
            "groups": [group for members in groups.values() for group in members],
            "type": facts["type"],
            "status": {"active": facts["active"]},
        }
    )


def details(user: HumaUser, organisation: Organisation, today: dt.date) -> Json:
    """Return a user's details (schema `UserDetails`)."""
    answer: Json = {
        "id": user.id,
        "type": user.facts["type"],
        "status": _without_none({"active": user.facts["active"], "deactivatedAt": user.facts["deactivatedAt"]}),
        "subordinatesCount": 0,
    }
    for name in _WRAPPED_AS_THEY_ARE:
        if name in user:
            answer[name] = _wrapped(user[name])
    if "homeAddress" in user:
        address = user["homeAddress"]
        answer["homeAddress"] = _wrapped(address and _without_none(address))
    for name, kind in _GROUP_KINDS.items():
        if name in user:
            answer[name] = _wrapped(_groups(user[name], kind), editable=False)
    if "supervisor" in user:
        answer["supervisor"] = _wrapped(_supervisor(user["supervisor"]), editable=False)
    if "jobTitle" in user:
        answer["jobTitle"] = _wrapped(user["jobTitle"] and job_title(user["jobTitle"]))
    if "custom" in user:
        answer["custom"] = _custom(user["custom"], organisation)
    if "connectedIntegrations" in user:
        answer["connectedIntegrations"] = user["connectedIntegrations"]
    answer["currentPositions"] = [
        summary for summary in (position_summary(facts, today) for facts in positions(user)) if _is_current(summary)
    ]
    return answer


def positions(user: HumaUser) -> Iterator[Json]:
    """Yield what is known of each of a user's positions; the first is the one the details tell of."""
    if user.facts["employmentStartDate"] is not None:
        names = ("jobTitle", "jobDescription", "employmentPercentage", "employmentType", *_DEPRECATED_DATES)
        yield {"id": str(uuid.uuid5(uuid.UUID(user.id), "position")), **{name: user.facts[name] for name in names}}
    yield from user.earlier_and_other_positions


def position_summary(facts: Json, today: dt.date) -> Json:
    """Return a position as lists show it (schema `PositionSummary`)."""
    return _without_none(
        {
            "id": facts["id"],
            "title": facts["jobTitle"] and job_title(facts["jobTitle"]),
            "description": facts.get("jobDescription"),
            "contractStartDate": facts["employmentStartDate"],
            "contractEndDate": facts["employmentEndDate"],
            "percentage": facts["employmentPercentage"],
            "contractType": facts["employmentType"],
            "status": _status(facts, today),
        }
    )


def position(facts: Json, today: dt.date) -> Json:
    """Return one position (schema `Position`)."""
    return {
        "id": facts["id"],
        "title": _wrapped(facts["jobTitle"] and job_title(facts["jobTitle"])),
        "description": _wrapped(facts.get("jobDescription")),
        "contractStartDate": _wrapped(facts["employmentStartDate"]),
        "contractEndDate": _wrapped(facts["employmentEndDate"]),
        "firstDayOfWork": _wrapped(facts.get("firstDayOfWork")),
        "lastDayOfWork": _wrapped(facts.get("lastDayOfWork")),
        "probationEndDate": _wrapped(facts.get("probationEndDate")),
        "terminationNoticeDate": _wrapped(facts.get("terminationNoticeDate")),
        "percentage": _wrapped(facts["employmentPercentage"]),
        "contractType": _wrapped(facts["employmentType"]),
        "status": _status(facts, today),
    }


def job_title(name: str) -> Json:
    """Return a job title (schemas `JobTitle` and `JobTitleSummary`)."""
    return {"id": named_id("job title", name), "name": name}


def bad_parameters(fields: list[str]) -> Json:
    """Return the body of a 400 (schema `InvalidFieldFormatResponse`)."""
    return {"errorCode": "field:invalid-format", "errorMessage": "Invalid field Format", "fields": fields}


def not_found(kind: str, identity: str) -> Json:
    """Return the body of a 404 (schema `NotFoundErrorResponse`)."""
    return {
        "errorCode": "object:not-found",
        "errorMessage": "Object not found",
        "interpolations": {"type": kind, "id": identity},
    }


def invalid_token(description: str) -> Json:
    """Return the body of a 401 (schema `InvalidTokenResponse`)."""
    return {"error": "invalid_token", "error_description": description}


def no_right() -> Json:
    """Return the body of a 403. Huma's description has none; this is a 401's, with the code of RFC 6750."""
    return {"error": "insufficient_scope", "error_description": "The API key may not do this"}


def server_error(status: int, path: str, today: dt.date) -> Json:
    """Return the body of a 5xx (schema `StandardServerErrorResponse`)."""
    return {
        "timestamp": f"{today.isoformat()}T12:00:00.000Z",
        "status": {"statusCode": status},
        "error": "Internal Server Error",
        "message": "Something went wrong",
        "path": path,
    }


def _wrapped(value: object, *, editable: bool = True) -> Json:
    return {"editable": editable} if value is None else {"value": value, "editable": editable}


def _groups(references: list[Json] | None, kind: str) -> list[Json]:
    return [{**reference, "type": kind} for reference in references or []]


def _supervisor(reference: Json | None) -> Json | None:
    return reference and {**reference, "jobTitles": [], "type": "user"}


def _custom(values: Mapping[str, Any] | None, organisation: Organisation) -> Json:
    defined = {custom.key: custom for custom in organisation.custom_fields}
    answer = {}
    for key, value in (values or {}).items():
        label, kind, section = (
            (defined[key].label, defined[key].type, defined[key].section) if key in defined else (key, "text", "misc")
        )
        answer[key] = {"label": label, "type": kind, "section": section, **_wrapped(value)}
    return answer


def _status(facts: Json, today: dt.date) -> str:
    start, end = facts["employmentStartDate"], facts["employmentEndDate"]
    if start > today.isoformat():
        return "UPCOMING"
    return "ENDED" if end is not None and end < today.isoformat() else "CURRENT"


def _is_current(summary: Json) -> bool:
    return bool(summary["status"] == "CURRENT")


def _without_none(values: Mapping[str, Any]) -> Json:
    return {key: value for key, value in values.items() if value is not None}
