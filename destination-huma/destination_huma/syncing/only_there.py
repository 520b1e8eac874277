"""Users whom nobody who came was found to be."""

from collections.abc import Iterator
from typing import Final

from connector_base.pages.contents import OnlyThere
from connector_base.people.claims import Claims
from destination_huma.syncing.everybody import EMAIL, EMPLOYMENT_ID, Everybody
from shared_mappings import MISSING, State, User

NAMES: Final = ("givenName", "familyName")
"""The places in Huma that make up a whole name."""


def only_in_huma(everybody: Everybody, claims: Claims) -> Iterator[OnlyThere]:
    """Those in Huma whom nobody is or could be. Nothing is read for that.

    Args:
        everybody: Everybody in Huma.
        claims: Knows who came, and whom they were found to be.
    """
    for user_id in everybody:
        user = everybody[user_id]
        if claims.nobody_is(user_id, user.values[EMPLOYMENT_ID], user.values[EMAIL]):
            yield _told(user)


def _told(user: User) -> OnlyThere:
    told: OnlyThere = {"user": user.user_id, "closed": not user.active}
    code, name, address = user.values[EMPLOYMENT_ID], _whole_name(user), user.values[EMAIL]
    if code is not MISSING:
        told["employmentId"] = code
    if name is not MISSING:
        told["name"] = name
    if address is not MISSING:
        told["email"] = address
    return told


def _whole_name(user: User) -> State:
    """As much of a name as Huma shows; `MISSING` where it shows nothing of it."""
    known = [value for place in NAMES if (value := user.values[place]) is not MISSING]
    return " ".join(filter(None, known)) or None if known else MISSING
