"""A user as Huma has them at this moment: what it says of them, and what of it may be written."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from connector_base.failures import transient_error
from huma_api.people.employment import POSITION_KEYS, current_position_id, employment_from, tells_of_employment
from huma_api.people.user_record import WRAPPED_FIELDS, user_record

OWNED: Final = "locked_disconnect"
"""How Huma warns of a field that another integration owns. `possibly_locked_disconnect` says no more than perhaps."""


@dataclass(frozen=True, slots=True)
class FreshUser:
    """A user, read just now.

    Attributes:
        user_id: Huma's id.
        record: The record, as the stream `users` has it: null is unset in Huma, no key is unknown.
        position_id: The id of the current position; None without one.
        not_editable: The fields of the record that may not be written, by what Huma says of each.
        owned_elsewhere: The fields of the record that another integration owns.
        pending_email: The e-mail address that its owner still has to confirm; None where none is pending.
    """

    user_id: str
    record: Mapping[str, Any] = field(repr=False)
    position_id: str | None
    not_editable: frozenset[str]
    owned_elsewhere: frozenset[str]
    pending_email: str | None = field(default=None, repr=False)

    @property
    def locked(self) -> frozenset[str]:
        """The fields of the record that Huma does not let anybody here write."""
        return self.not_editable | self.owned_elsewhere


AskForPosition = Callable[[str], Mapping[str, Any] | None]
"""Gives the answer of `GET /users/{userId}/positions/{id}`; None when nobody can tell."""


def details_of(user_id: str, details: Mapping[str, Any]) -> Mapping[str, Any]:
    """The details of a user, once it is clear that they are theirs. An id is the same in small and in capital letters.

    Args:
        user_id: Whose details were asked for.
        details: The answer of `GET /users/{id}`.

    Raises:
        ConnectorError: A transient error, when they are those of somebody else.
    """
    told = details.get("id")
    if not isinstance(told, str) or told.lower() != user_id.lower():
        raise transient_error(f"Huma did not answer with the details of user {user_id}. Try again later.")
    return details


def with_employment(details: Mapping[str, Any], ask: AskForPosition) -> Mapping[str, Any] | None:
    """The details of a user, and what the current position adds to them where they say nothing of the employment.

    Args:
        details: The answer of `GET /users/{id}`.
        ask: Asks for the position; called only where it is needed.

    Returns:
        The details; None when there is no answer, so that nobody can tell.
    """
    position_id = None if tells_of_employment(details) else current_position_id(details)
    if position_id is None:
        return details
    position = ask(position_id)
    return None if position is None else {**details, **employment_from(position, details)}


def fresh_user(
    user_id: str, details: Mapping[str, Any], position: Mapping[str, Any] | None, read_at: str, *, to_write: bool
) -> FreshUser:
    """Puts together what Huma says of a user.

    What a position says of the employment is not to be had from the user: those fields cannot be written there.

    Args:
        user_id: Huma's id.
        details: The answer of `GET /users/{id}`.
        position: The answer of `GET /users/{userId}/positions/{id}` for the current position; None where it was not
            asked for, or is not shown.
        read_at: What the record has as `changedAt`.
        to_write: Whether the position was asked for because it may be written: what is not shown of it then may not be.
    """
    whole = {**details, **employment_from(position or {}, details)}
    of_the_user = {item.name: details.get(item.name) for item in WRAPPED_FIELDS if item.name not in POSITION_KEYS}
    position_id = current_position_id(details)
    judged = POSITION_KEYS if to_write and position_id is not None else {}
    of_the_position = {name: (position or {}).get(key) for name, key in judged.items()}
    unseen = {name for name, wrapper in of_the_position.items() if wrapper is None}
    wrappers = {**of_the_user, **of_the_position}
    return FreshUser(
        user_id=user_id,
        record=user_record(user_id, whole, read_at).record,
        position_id=position_id,
        not_editable=frozenset(unseen.union(_not_editable(wrappers))),
        owned_elsewhere=frozenset(_owned_elsewhere(wrappers)),
        pending_email=pending_email(details),
    )


def pending_email(details: Mapping[str, Any]) -> str | None:
    """The e-mail address that its owner still has to confirm; None where none is pending.

    Args:
        details: The answer of `GET /users/{id}`, or of the request that has changed them.
    """
    wrapper = details.get("email")
    requested = wrapper.get("requestedValue") if isinstance(wrapper, Mapping) else None
    return requested if isinstance(requested, str) and requested else None


def _not_editable(wrappers: Mapping[str, Any]) -> Iterator[str]:
    for name, wrapper in wrappers.items():
        if isinstance(wrapper, Mapping) and wrapper.get("editable") is False:
            yield name


def _owned_elsewhere(wrappers: Mapping[str, Any]) -> Iterator[str]:
    for name, wrapper in wrappers.items():
        integrations = wrapper.get("integrations") if isinstance(wrapper, Mapping) else None
        owners = integrations.values() if isinstance(integrations, Mapping) else ()
        if any(isinstance(owner, Mapping) and owner.get("warning") == OWNED for owner in owners):
            yield name
