"""What an API key may write, told from what it may read: Huma says nothing of a key's rights themselves."""

from collections.abc import Iterable

from huma_api.people.employment import POSITION_KEYS
from huma_api.people.fresh_user import FreshUser


def unwritable(people: Iterable[FreshUser], fields: Iterable[str]) -> list[str]:
    """The fields that may not be written of any of these people: unseen, or not editable.

    One person may be owned by another integration as a whole, so several tell more. Whoever is deactivated is locked,
    and tells nothing.

    Args:
        people: Users, each with the current position read to be written.
        fields: Names of fields of the record.

    Returns:
        Of these fields those that may not be written, in their order; none when there is nobody to judge by. What
        belongs to a position is judged by those who have one.
    """
    active = [person for person in people if person.record.get("active") is not False]
    return [
        name for name in fields if _judges(name, active) and not any(_may_be_written(name, user) for user in active)
    ]


def _judges(name: str, people: Iterable[FreshUser]) -> bool:
    """Whether there is anybody to judge a field by."""
    return any(name not in POSITION_KEYS or person.position_id is not None for person in people)


def _may_be_written(name: str, person: FreshUser) -> bool:
    return name in person.record and name not in person.locked
