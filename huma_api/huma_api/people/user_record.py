"""What Huma says about a person, as the flat record the `users` stream emits.

Huma wraps most values: `{"value": X, "editable": true, ...}`. Unwrapping them keeps three states apart:

- a wrapper with a value gives the value,
- a wrapper without a value gives null: the field is unset in Huma,
- no wrapper gives no key: the field is unknown, because the API key may not see it or Huma no longer sends it.

Inside a value, such as a home address, Huma gives plain values, and a key that is absent there is unset.
"""

import math
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

_FLOAT_IS_EXACT: Final = 2**53

_LONE_SURROGATE: Final = re.compile("[\ud800-\udfff]")


class UnexpectedValueError(Exception):
    """Huma sent something in a form this connector does not know. Carries no value."""


class UserRecord(NamedTuple):
    """A record, and what had to be left out of it.

    Attributes:
        record: The record as the declared schema of `users` describes it. What is unknown has no key.
        left_out: The names of the fields that came in a form this connector does not know, sorted. They are
            unknown in the record, so that nobody takes them for unset.
    """

    record: dict[str, Any]
    left_out: tuple[str, ...]


Reader = Callable[[Any], Any]
"""Takes a value as Huma sends it, never null, and gives it as the record has it; raises UnexpectedValueError."""


def _text(value: Any) -> str:
    """Any text, unchanged but for lone surrogates: half a character, which no UTF-8 can carry on."""
    if not isinstance(value, str):
        raise UnexpectedValueError
    return _LONE_SURROGATE.sub("\ufffd", value)


def _code(value: Any) -> str:
    """Text, or a whole number as its digits: `417`, and never `417.0`.

    A number beyond what a float can hold exactly has other digits than those Huma has.
    """
    if isinstance(value, float) and value.is_integer() and abs(value) < _FLOAT_IS_EXACT:
        value = int(value)
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else _text(value)


def _number(value: Any) -> int | float:
    """Any number that a JSON reader with 64 bits can take."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise UnexpectedValueError
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise UnexpectedValueError
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise UnexpectedValueError
    return value


def _scalar(value: Any) -> str | int | float | bool:
    if isinstance(value, bool):
        return value
    return _text(value) if isinstance(value, str) else _number(value)


def _nullable(read: Reader) -> Reader:
    return lambda value: None if value is None else read(value)


def _object_of(**keys: Reader) -> Reader:
    """Reads an object with these keys and no others; a key that is absent is unset, thus null."""

    def read(value: Any) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            raise UnexpectedValueError
        return {key: read_key(value.get(key)) for key, read_key in keys.items()}

    return read


def _text_object(*keys: str, codes: Collection[str] = ()) -> Reader:
    """Reads an object of texts, some of which may come as numbers."""
    return _object_of(**{key: _nullable(_code if key in codes else _text) for key in keys})


def _list_of(read: Reader) -> Reader:
    def read_list(value: Any) -> list[Any]:
        if not isinstance(value, list):
            raise UnexpectedValueError
        return [read(item) for item in value]

    return read_list


def _name(value: Any) -> str | None:
    """The name of a job title, which Huma sends as an object."""
    name: str | None = _text_object("name")(value)["name"]
    return name


_group: Final = _object_of(id=_text, name=_nullable(_text))


def _groups_of(group_type: str) -> Reader:
    def read(value: Any) -> list[Any]:
        if not isinstance(value, list) or not all(isinstance(item, Mapping) for item in value):
            raise UnexpectedValueError
        return [_group(item) for item in value if item.get("type") == group_type]

    return read


def _integrations(value: Any) -> dict[str, Any]:
    """The connected systems by name, as Huma sends them."""
    if not isinstance(value, Mapping):
        raise UnexpectedValueError
    read_reference = _nullable(_text_object("type", "externalId"))
    return {_text(name): read_reference(reference) for name, reference in value.items()}


class _Field(NamedTuple):
    name: str
    read: Reader = _text


WRAPPED_FIELDS: Final = (
    _Field("givenName"),
    _Field("familyName"),
    _Field("preferredName"),
    _Field("email"),
    _Field("privateEmail"),
    _Field("phone"),
    _Field("birthDate"),
    _Field("gender"),
    _Field("nationality"),
    _Field("civilStatus"),
    _Field(
        "homeAddress", _text_object("line1", "line2", "line3", "postalCode", "city", "country", codes={"postalCode"})
    ),
    _Field("bankAccount", _text_object("type", "number", "country", "iban", "bic", "code", codes={"code"})),
    _Field("identifications", _list_of(_text_object("id", "type", "country", "value"))),
    _Field("employmentId", _code),
    _Field("employmentType"),
    _Field("employmentPercentage", _number),
    _Field("jobTitle", _name),
    _Field("jobDescription"),
    _Field("employmentStartDate"),
    _Field("firstDayOfWork"),
    _Field("employmentEndDate"),
    _Field("lastDayOfWork"),
    _Field("probationEndDate"),
    _Field("terminationNoticeDate"),
    _Field("supervisor", _text_object("id", "email", "givenName", "familyName")),
    _Field("companies", _list_of(_group)),
    _Field("locations", _list_of(_group)),
    _Field("teams", _list_of(_group)),
)
"""The fields Huma wraps, and how the value in each wrapper is read."""

GROUP_FIELDS: Final = {"companies": "company", "locations": "location", "teams": "team"}
"""The fields that list groups, and the `type` such a group has in Huma's list of all of a person's groups."""


def user_record(user_id: str, details: Mapping[str, Any], changed_at: str) -> UserRecord:
    """Flattens what Huma says about a person.

    Args:
        user_id: Huma's id of the person.
        details: The answer of `GET /users/{id}` (`UserDetails` in Huma's API description).
        changed_at: When the sync that emits this record started, as an ISO 8601 date and time.

    Returns:
        The record, and the names of the fields left out of it.
    """
    building = _RecordInTheMaking({"id": _text(user_id)}, [])
    building.put_plain("type", details, _text)
    building.put_status(details)
    for field in WRAPPED_FIELDS:
        building.put_wrapped(field.name, details, field.read)
    building.put_groups_not_listed(details)
    building.put_custom(details)
    building.put_plain("connectedIntegrations", details, _integrations)
    building.record["changedAt"] = changed_at
    return UserRecord(building.record, tuple(sorted(building.left_out)))


@dataclass(frozen=True, slots=True)
class _RecordInTheMaking:
    """Collects a record key by key; what cannot be read is named in `left_out` instead."""

    record: dict[str, Any]
    left_out: list[str]

    def put(self, name: str, value: Any, read: Reader) -> None:
        """Puts a value, or null where it is null."""
        try:
            self.record[name] = None if value is None else read(value)
        except UnexpectedValueError:
            self.left_out.append(name)

    def put_plain(self, name: str, source: Mapping[str, Any], read: Reader) -> None:
        """Puts a value that Huma does not wrap. Null there says no more than a missing key: unknown."""
        if source.get(name) is not None:
            self.put(name, source[name], read)

    def put_wrapped(self, name: str, source: Mapping[str, Any], read: Reader) -> None:
        """Puts the value of a wrapper, null for a wrapper without one, and nothing without a wrapper."""
        wrapper = source.get(name)
        if wrapper is None:
            return
        if not isinstance(wrapper, Mapping):
            self.left_out.append(name)
            return
        self.put(name, wrapper.get("value"), read)

    def put_status(self, details: Mapping[str, Any]) -> None:
        """Puts `active` and `deactivatedAt`. Who is active was not deactivated: that is null, not unknown."""
        status = details.get("status")
        if status is None:
            return
        if not isinstance(status, Mapping):
            self.left_out.append("status")
            return
        self.put_plain("active", status, _flag)
        self.put_plain("deactivatedAt", status, _text)
        if self.record.get("active") and status.get("deactivatedAt") is None:
            self.record["deactivatedAt"] = None

    def put_groups_not_listed(self, details: Mapping[str, Any]) -> None:
        """Splits the list of all groups by type, for those fields that Huma does not send on their own."""
        if not isinstance(details.get("groups"), Mapping):
            return
        for name, group_type in GROUP_FIELDS.items():
            if details.get(name) is None:
                self.put(name, details["groups"].get("value"), _groups_of(group_type))

    def put_custom(self, details: Mapping[str, Any]) -> None:
        """Puts the organisation's own fields: an object of wrappers, without a wrapper around it."""
        fields = details.get("custom")
        if fields is None:
            return
        if not isinstance(fields, Mapping):
            self.left_out.append("custom")
            return
        custom = _RecordInTheMaking({}, [])
        for key in fields:
            custom.put_wrapped(key, fields, _scalar)
        self.record["custom"] = {_text(key): value for key, value in custom.record.items()}
        self.left_out.extend(f"custom.{_text(key)}" for key in custom.left_out)
