"""How Huma writes down what it knows: wrappers in the details, plain values in the lists."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from integration_tests.sandbox.people import named_id

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping

    from integration_tests.sandbox.huma_rights import Rights
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
_WITHOUT_INTEGRATIONS = frozenset({"birthDate", *_DEPRECATED_DATES})
"""Fields whose wrappers do not say that another integration owns them."""

OF_A_POSITION: Mapping[str, str] = {
    "titleId": "jobTitle",
    "description": "jobDescription",
    "percentage": "employmentPercentage",
    "contractType": "employmentType",
    "contractStartDate": "employmentStartDate",
    "contractEndDate": "employmentEndDate",
    **{name: name for name in ("firstDayOfWork", "lastDayOfWork", "probationEndDate", "terminationNoticeDate")},
}
"""What is written to a position, and what the `users` record calls it."""


@dataclass(frozen=True, slots=True)
class View:
    """What one who asks is shown.

    Attributes:
        organisation: Whose people it is about.
        today: The day it is.
        rights: What may be seen and written.
    """

    organisation: Organisation
    today: dt.date
    rights: Rights

    def shows(self, user: HumaUser, name: str) -> bool:
        """Whether a field of a user is shown."""
        return name in user and name not in self.rights.unseen

    def field(self, user: HumaUser, name: str, value: object) -> Json:
        """Return a value in its wrapper, with what the wrapper says of writing it.

        Args:
            user: Whose it is.
            name: What the `users` record calls it.
            value: The value; None for unset.
        """
        owned = user.owned.get(name)
        editable = not user.locked and self.rights.may_write(name) and (owned is None or not owned.surely)
        wrapper: Json = {} if value is None else {"value": value}
        wrapper["editable"] = editable
        if owned is not None and name not in _WITHOUT_INTEGRATIONS:
            wrapper["integrations"] = {owned.integration: {"warning": owned.warning}}
        if name == "email" and user.requested_email is not None:
            wrapper["requestedValue"] = user.requested_email
        return wrapper


def list_item(user: HumaUser, view: View) -> Json:
    """Return a user as a list shows it (schema `User`)."""
    facts = user.facts
    titles = [] if facts["jobTitle"] is None else [job_title(facts["jobTitle"])]
    groups = {key: _groups(facts[key], kind) for key, kind in _GROUP_KINDS.items()}
    return _without_none(
        {
            "id": user.id,
            "givenName": facts["givenName"],
            "familyName": facts["familyName"],
            "preferredName": facts["preferredName"] if view.shows(user, "preferredName") else None,
            "email": facts["email"],
            "phone": facts["phone"] if view.shows(user, "phone") else None,
            "jobTitle": titles[0] if titles else None,
            "jobTitles": titles,
            **groups,
            "groups": [group for members in groups.values() for group in members],
            "type": facts["type"],
            "status": {"active": facts["active"]},
        }
    )


def details(user: HumaUser, view: View) -> Json:
    """Return a user's details (schema `UserDetails`)."""
    answer: Json = {
        "id": user.id,
        "type": user.facts["type"],
        "status": _without_none({"active": user.facts["active"], "deactivatedAt": user.facts["deactivatedAt"]}),
        "subordinatesCount": 0,
    }

    def wrap(name: str, value: object) -> None:
        if view.shows(user, name):
            answer[name] = view.field(user, name, value)

    for name in _WRAPPED_AS_THEY_ARE:
        wrap(name, user.facts[name])
    address = user.facts["homeAddress"]
    wrap("homeAddress", address and _without_none(address))
    wrap("jobTitle", user.facts["jobTitle"] and job_title(user.facts["jobTitle"]))
    for name, kind in _GROUP_KINDS.items():
        wrap(name, _groups(user.facts[name], kind))
    wrap("supervisor", _supervisor(user.facts["supervisor"]))
    for name in (*_GROUP_KINDS, "supervisor"):
        if name in answer:
            answer[name]["editable"] = False
    if view.shows(user, "custom"):
        answer["custom"] = _custom(user, view)
    if view.shows(user, "connectedIntegrations"):
        answer["connectedIntegrations"] = user.facts["connectedIntegrations"]
    answer |= {name: view.field(user, name, value) for name, value in user.besides.items()}
    answer["currentPositions"] = [
        summary for summary in (position_summary(facts, view) for facts in positions(user)) if _is_current(summary)
    ]
    return answer


def positions(user: HumaUser) -> Iterator[Json]:
    """Yield what is known of each of a user's positions; the first is the one the details tell of."""
    if user.facts["employmentStartDate"] is not None:
        yield {"id": first_position_id(user), **{name: user.facts[name] for name in OF_A_POSITION.values()}}
    yield from user.earlier_and_other_positions


def first_position_id(user: HumaUser) -> str:
    """Return the id of the position that the details of a user tell of, if there is one."""
    return str(uuid.uuid5(uuid.UUID(user.id), "position"))


def position_summary(facts: Json, view: View) -> Json:
    """Return a position as lists show it (schema `PositionSummary`)."""
    shown = {
        "title": facts["jobTitle"] and job_title(facts["jobTitle"]),
        "description": facts.get("jobDescription"),
        "contractStartDate": facts["employmentStartDate"],
        "contractEndDate": facts["employmentEndDate"],
        "percentage": facts["employmentPercentage"],
        "contractType": facts["employmentType"],
    }
    unseen = {name for name in shown if _in_the_record(name) in view.rights.unseen}
    return _without_none(
        {
            "id": facts["id"],
            **{name: value for name, value in shown.items() if name not in unseen},
            "status": _status(facts, view.today),
        }
    )


def position(user: HumaUser, facts: Json, view: View) -> Json:
    """Return one position (schema `Position`)."""
    values = {
        **{name: facts.get(_in_the_record(name)) for name in OF_A_POSITION if name != "titleId"},
        "title": facts["jobTitle"] and job_title(facts["jobTitle"]),
        **user.besides_of_positions.get(facts["id"], {}),
    }
    wrapped = {
        name: view.field(user, _in_the_record(name), value)
        for name, value in values.items()
        if _in_the_record(name) not in view.rights.unseen
    }
    return {"id": facts["id"], **wrapped, "status": _status(facts, view.today)}


def job_title(name: str) -> Json:
    """Return a job title (schemas `JobTitle` and `JobTitleSummary`)."""
    return {"id": named_id("job title", name), "name": name}


def server_error(status: int, path: str, today: dt.date) -> Json:
    """Return the body of a 5xx (schema `StandardServerErrorResponse`)."""
    return {
        "timestamp": f"{today.isoformat()}T12:00:00.000Z",
        "status": {"statusCode": status},
        "error": "Internal Server Error",
        "message": "Something went wrong",
        "path": path,
    }


def _in_the_record(name: str) -> str:
    """Return what the `users` record calls a key of a position."""
    return "jobTitle" if name == "title" else OF_A_POSITION.get(name, name)


def _groups(references: list[Json] | None, kind: str) -> list[Json]:
    return [{**reference, "type": kind} for reference in references or []]


def _supervisor(reference: Json | None) -> Json | None:
    return reference and {**reference, "jobTitles": [], "type": "user"}


def _custom(user: HumaUser, view: View) -> Json:
    defined = {custom.key: custom for custom in view.organisation.custom_fields}
    answer = {}
    for key, value in (user.facts["custom"] or {}).items():
        label, kind, section = (
            (defined[key].label, defined[key].type, defined[key].section) if key in defined else (key, "text", "misc")
        )
        answer[key] = {"label": label, "type": kind, "section": section, **view.field(user, "custom", value)}
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
