"""What Huma's Open API writes, the part this project uses, and every reason for which it refuses to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from integration_tests.sandbox import huma_wire as wire
from integration_tests.sandbox.huma_inputs import wrong_in
from integration_tests.sandbox.huma_refusals import invalid, no_right, not_found, refused
from integration_tests.sandbox.huma_store import as_supervisor

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from integration_tests.sandbox.huma_store import Huma, HumaUser

    Json = dict[str, Any]
    Ids = Mapping[str, str]
    Write = Callable[[Huma, Ids, Json], Json]

_UNIQUE = ("email", "phone", "employmentId")
_BESIDE_THE_RECORD = (
    "dietaryRequirements",
    "interests",
    "funfacts",
    "relevantExperienceInMonths",
    "seniorityNote",
    "excludeFromInsights",
    "excludeFromSurveys",
)
_KINDS = {"company": "companies", "location": "locations", "team": "teams"}
_MONTHS = 12


# ---- users


def create_user(huma: Huma, _ids: Ids, body: Json) -> Json:
    """Create a user, and invite them if that is asked for."""
    if not (huma.rights.writes and huma.rights.creates):
        raise no_right()
    _check(huma, body, "UserInput")
    groups = {group.id: group for group in huma.organisation.groups}
    chosen = [groups[group_id] for group_id in body["groups"] if group_id in groups]
    if len(chosen) < len(body["groups"]) or not any(group.type == "company" for group in chosen):
        raise invalid("groups")
    supervisor = _supervisor(huma, body)
    _check_unique(huma, body)
    user = huma.create(
        **{name: body.get(name) for name in ("givenName", "familyName", "preferredName", "email", "phone")},
        **supervisor,
        **{kinds: [group.reference() for group in chosen if group.type == kind] for kind, kinds in _KINDS.items()},
    )
    user.unlisted = not huma.dialect.lists_new_users
    if body.get("invite"):
        huma.invited.append(user.id)
    return wire.list_item(user, huma.view)


def update_user(huma: Huma, ids: Ids, body: Json) -> Json:
    """Change a user's details."""
    user = _writable(huma, ids, body, {})
    _check(huma, body, "UserDetailsInput")
    _check_unlocked(huma, user, body)
    changes = {name: body[name] for name in body if name in user.facts} | _supervisor(huma, body)
    if address := body.get("homeAddress"):
        changes["homeAddress"] = (
            {line: text or None for line, text in address.items()} if any(address.values()) else None
        )
    if account := body.get("bankAccount"):
        changes["bankAccount"] = {**account, "code": account.get("bic") or account["number"][:4]}
    if custom := body.get("custom"):
        defined = {entry.key for entry in huma.organisation.custom_fields}
        if unknown := set(custom) - defined:
            raise invalid(*(f"custom.{key}" for key in unknown))
        changes["custom"] = {**(user.facts["custom"] or {}), **custom}
    _check_unique(huma, body, but_for=user.id)
    if huma.dialect.carries_out_changes:
        if "email" in changes:
            waits = huma.dialect.new_emails_wait and changes["email"] != user.facts["email"]
            user.requested_email = changes.pop("email") if waits else None
        user.facts.update(changes)
        user.besides |= {name: body[name] for name in _BESIDE_THE_RECORD if name in body}
        if "relevantExperienceInYears" in body:
            user.besides["relevantExperienceInMonths"] = body["relevantExperienceInYears"] * _MONTHS
    return wire.details(user, huma.view)


# ---- positions


def create_position(huma: Huma, ids: Ids, body: Json) -> Json:
    """Give a user a position; the first one is the one that the details tell of."""
    user = _writable(huma, ids, body, wire.OF_A_POSITION)
    _check(huma, body, "PositionCreateInput")
    _check_unlocked(huma, user, body, wire.OF_A_POSITION)
    facts = {**dict.fromkeys(wire.OF_A_POSITION.values()), **_facts_of_position(huma, {"percentage": 100, **body})}
    if user.facts["employmentStartDate"] is None:
        position_id = wire.first_position_id(user)
        user.facts.update(facts)
    else:
        position_id = huma.new_id()
        user.earlier_and_other_positions.append({"id": position_id, **facts})
    user.besides_of_positions[position_id] = _beside_the_record_of_position(body)
    return _position(huma, user, position_id)


def update_position(huma: Huma, ids: Ids, body: Json) -> Json:
    """Change a position."""
    user = _writable(huma, ids, body, wire.OF_A_POSITION)
    position_id = ids["position"]
    if position_id not in {facts["id"] for facts in wire.positions(user)}:
        raise not_found("Position", position_id)
    _check(huma, body, "PositionUpdateInput")
    _check_unlocked(huma, user, body, wire.OF_A_POSITION)
    changes = _facts_of_position(huma, body)
    if huma.dialect.carries_out_changes:
        others = {facts["id"]: facts for facts in user.earlier_and_other_positions}
        facts = others.get(position_id, user.facts)
        if "jobTitle" in changes:
            huma.rename_job(facts, changes["jobTitle"])
        facts.update(changes)
        user.besides_of_positions.setdefault(position_id, {}).update(_beside_the_record_of_position(body))
    return _position(huma, user, position_id)


def _facts_of_position(huma: Huma, body: Json) -> Json:
    titles = {wire.job_title(name)["id"]: name for name in huma.job_titles()}
    facts = {wire.OF_A_POSITION[key]: value for key, value in body.items() if key in wire.OF_A_POSITION}
    if "titleId" in body:
        if body["titleId"] not in titles:
            raise invalid("titleId")
        facts["jobTitle"] = titles[body["titleId"]]
    return facts


def _beside_the_record_of_position(body: Json) -> Json:
    return {key: value for key, value in body.items() if key not in wire.OF_A_POSITION}


def _position(huma: Huma, user: HumaUser, position_id: str) -> Json:
    known = {facts["id"]: facts for facts in wire.positions(user)}
    return wire.position(user, known[position_id], huma.view)


# ---- identifications


def add_identification(huma: Huma, ids: Ids, body: Json) -> Json:
    """Give a user an identification more."""
    user = _of_identification(huma, ids, body)
    entry = {"id": huma.new_id(), **body}
    user.facts["identifications"] = [*(user.facts["identifications"] or []), entry]
    return entry


def replace_identification(huma: Huma, ids: Ids, body: Json) -> Json:
    """Put an identification in the place of another one."""
    user = _of_identification(huma, ids, body)
    known = {entry["id"]: entry for entry in user.facts["identifications"] or []}
    if ids["identification"] not in known:
        raise not_found("UserIdentification", ids["identification"])
    entry = {"id": ids["identification"], **body}
    if huma.dialect.carries_out_changes:
        user.facts["identifications"] = [*{**known, entry["id"]: entry}.values()]
    return entry


def _of_identification(huma: Huma, ids: Ids, body: Json) -> HumaUser:
    named = dict.fromkeys(body, "identifications")
    user = _writable(huma, ids, body, named)
    _check(huma, body, "IdentificationInput")
    _check_unlocked(huma, user, body, named)
    return user


# ---- reasons to refuse


def _writable(huma: Huma, ids: Ids, body: Json, in_the_record: Mapping[str, str]) -> HumaUser:
    """Return whom a request writes to.

    Args:
        huma: The Huma.
        ids: The ids in the path.
        body: What is to be written.
        in_the_record: What the `users` record calls the keys of the body that it calls otherwise.

    Raises:
        RefusedError: There is no such user, or the key has no right to write that.
    """
    user = huma.user(ids["id"])
    if user is None:
        raise not_found("User", ids["id"])
    if not huma.rights.may_write(*(in_the_record.get(key, key) for key in body)):
        raise no_right()
    return user


def _check(huma: Huma, body: Json, schema: str) -> None:
    """Refuse a body that is not as described, or that has an empty text where a value is: it would unset nothing."""
    empty = {key for key, value in body.items() if isinstance(value, str) and not value.strip()}
    wrong = wrong_in(body, schema) | empty
    for key in ("email", "privateEmail"):
        if key in body and key not in wrong and not _is_email(body[key]):
            wrong.add(key)
    phone = body.get("phone")
    if "phone" not in wrong and phone and not (phone.startswith("+") or huma.dialect.phones_without_country):
        wrong.add("phone")
    if wrong:
        raise invalid(*wrong - {""})


def _is_email(text: str) -> bool:
    name, at, domain = text.rpartition("@")
    return bool(name and at and domain) and len(text.split()) == 1


def _check_unlocked(huma: Huma, user: HumaUser, body: Json, in_the_record: Mapping[str, str] | None = None) -> None:
    if user.locked:
        raise refused("user:locked", "The profile is locked", status=huma.dialect.locked)
    named = in_the_record or {}
    owned = {key for key in body if (owner := user.owned.get(named.get(key, key))) and owner.surely}
    if owned:
        raise refused("field:locked", "Another integration owns the field", *owned)


def _check_unique(huma: Huma, body: Json, *, but_for: str | None = None) -> None:
    taken = [name for name in _UNIQUE if name in body and huma.taken(name, body[name], but_for=but_for)]
    if taken:
        raise refused("field:not-unique", "The value is in use already", *taken, status=huma.dialect.taken)


def _supervisor(huma: Huma, body: Json) -> Json:
    if "supervisor" not in body:
        return {}
    user = huma.users.get(body["supervisor"])
    if user is None:
        raise invalid("supervisor")
    return {"supervisor": as_supervisor(user)}
