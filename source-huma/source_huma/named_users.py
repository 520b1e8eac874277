"""The people whom the settings name: asked for one by one, and judged by their details as Huma judges a list."""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final, NamedTuple

from huma_api.people.user_record import user_record

LOGGER: Final = logging.getLogger("airbyte.source_huma.named_users")

NAMED: Final = "user_ids"
"""The setting that names people."""

SERVICE_USER: Final = "service_user"
"""The type of an API key's own identity, which is nobody."""

GROUPS: Final[Mapping[str, str]] = {"company_ids": "companies", "location_ids": "locations", "team_ids": "teams"}
"""The settings that name groups, and the field of a record that tells which of them a person is in."""


def named_users(config: Mapping[str, Any]) -> frozenset[str]:
    """The ids of the people whom a configuration names, in small letters; empty when everybody is to be read."""
    return frozenset(str(user_id).lower() for user_id in config.get(NAMED) or ())


def all_hidden(config: Mapping[str, Any], skipped: Mapping[int, int]) -> bool:
    """Whether Huma shows the key nobody of those whom a configuration names, and has somebody of them.

    Args:
        config: The configuration, which names people.
        skipped: How many of them Huma has skipped once all were asked for, by the HTTP status that it answered.
    """
    return HTTPStatus.FORBIDDEN in skipped and sum(skipped.values()) == len(named_users(config))


class Verdict(NamedTuple):
    """Whether somebody is to be read.

    Attributes:
        meant: Whether they are.
        unseen: The fields of the record that would tell and are unknown, where nobody can tell without them.
    """

    meant: bool
    unseen: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Filters:
    """The settings beside the names that decide who is read: a person must match each of them.

    Attributes:
        groups: The ids of the groups asked for, by the field that tells of them; one of each kind is enough.
        include_deactivated: Whether those are meant whose account is deactivated.
    """

    groups: Mapping[str, frozenset[str]]
    include_deactivated: bool

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> "Filters":
        """The filters of a configuration, which fits its form."""
        asked_for = {field: config.get(setting) or () for setting, field in GROUPS.items()}
        return cls(
            {field: frozenset(str(group_id).lower() for group_id in ids) for field, ids in asked_for.items() if ids},
            config.get("include_deactivated") is not False,
        )

    def verdict(self, record: Mapping[str, Any]) -> Verdict:
        """Judges a person.

        Who fails one of the filters is not meant, whatever else is unknown. Where none fails and one cannot be judged,
        nobody can tell, and the person is not taken for one who is meant.

        Args:
            record: The record, as the stream `users` has it: a field without a key is unknown.
        """
        judged = dict(self._judged(record))
        if False in judged.values():
            return Verdict(meant=False)
        unseen = tuple(field for field, matches in judged.items() if matches is None)
        return Verdict(not unseen, unseen)

    def _judged(self, record: Mapping[str, Any]) -> Iterator[tuple[str, bool | None]]:
        """Whether the record matches each filter, by the field that tells; None where that is unknown."""
        if not self.include_deactivated:
            yield "active", record.get("active")
        for field, wanted in self.groups.items():
            groups = record.get(field) or ()
            yield field, any(group["id"].lower() in wanted for group in groups) if field in record else None


def is_meant(config: Mapping[str, Any], user_id: str, details: Mapping[str, Any]) -> bool:
    """Whether somebody whom the settings name is to be read, with a line in the log where they are not.

    Args:
        config: The configuration, which fits its form.
        user_id: Huma's id.
        details: The answer of `GET /users/{id}`.
    """
    if details.get("type") == SERVICE_USER:
        LOGGER.info("User %s is an API key of Huma and no person, and is left out.", user_id)
        return False
    meant, unseen = Filters.of(config).verdict(user_record(user_id, details, "").record)
    if unseen:
        LOGGER.warning(
            "Huma does not show %s of user %s, so nobody can tell whether the other settings of the source leave this "
            "person out. The person is left out for now. A sync without %s asks Huma, and reads whoever is meant.",
            " and ".join(unseen),
            user_id,
            NAMED,
        )
    elif not meant:
        LOGGER.info("User %s is left out by the other settings of the source.", user_id)
    return meant
