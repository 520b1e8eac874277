"""To whom a state belongs, and why a sync cannot go on from the one that is there.

A state says who has not changed since. That is worth something only where the last sync was between the same accounts
and wrote by the same settings; otherwise everybody is sent, never silently those alone who changed.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from huma_xledger.direction import Direction, System

ASKED_FOR: Final = "Everybody is sent, because that was asked for."
UNKNOWN: Final = (
    "The state does not say between whom and under which settings the last sync was, so everybody is sent once more."
)
NOT_TO_THE_END: Final = (
    "The last run was a preview, or was to send everybody and broke off, so everybody is sent, not only who changed "
    "since the sync before it."
)
CHANGED_SETTINGS: Final = (
    "The settings that decide what is written are not those of the last sync, so everybody is sent, not only who "
    "changed since."
)


@dataclass(frozen=True, slots=True)
class Identity:
    """What a connector says of itself while it is checked: fingerprints, no value of a setting.

    Attributes:
        account: The account that it reaches; None where the API does not say.
        settings: What decides what is written of people who did not change; None for nothing.
    """

    account: str | None
    settings: str | None


@dataclass(frozen=True, slots=True)
class Belonging:
    """To whom a state belongs.

    Attributes:
        source: The account that was read from.
        destination: The account that was written to.
        settings: The settings by which it was written; None where a run came after it that only looked, or broke off.
    """

    source: str
    destination: str
    settings: str | None

    @classmethod
    def of(
        cls,
        source: Identity | None,
        source_config: Mapping[str, Any],
        destination: Identity | None,
        destination_config: Mapping[str, Any],
    ) -> "Belonging":
        """To whom the state of a sync is going to belong.

        What a connector does not say is known by its whole config instead, so that a change of anything counts.

        Args:
            source: What the source says of itself; None for nothing.
            source_config: Its config.
            destination: What the destination says.
            destination_config: Its config.
        """
        told = ((source, source_config), (destination, destination_config))
        accounts = (identity.account if identity else None for identity, _ in told)
        read, written = (account or _digest(config) for account, (_, config) in zip(accounts, told, strict=True))
        settings = [identity.settings if identity else _digest(config) for identity, config in told]
        return cls(read, written, _digest(settings))


def everybody_because(last: Belonging | None, now: Belonging, direction: Direction) -> str | None:
    """Why a sync cannot go on from a state, as a sentence; None when it can.

    Args:
        last: To whom the state belongs; None where it does not say.
        now: To whom the state of this sync is going to belong.
        direction: From where to where both syncs go.
    """
    if last is None:
        return UNKNOWN
    if last.source != now.source:
        return another_source(direction.read)
    if last.destination != now.destination:
        return another_destination(direction.written)
    if last.settings is None:
        return NOT_TO_THE_END
    return None if last.settings == now.settings else CHANGED_SETTINGS


def first_to(system: System) -> str:
    """What is said before the first sync."""
    return f"This is the first sync of this connection to {system.name}, so everybody is sent."


def another_source(system: System) -> str:
    """What is said where the last sync read from another account."""
    return (
        f"The last sync read from another {system.account} in {system.name}, or with another config where "
        f"{system.name} does not say whose it is, so everybody is sent."
    )


def another_destination(system: System) -> str:
    """What is said where the last sync wrote to another account."""
    return (
        f"The last sync wrote to another {system.account} in {system.name}, or with another config where "
        f"{system.name} does not say whose it is, so everybody is sent."
    )


def _digest(content: Any) -> str:
    return hashlib.blake2b(json.dumps(content, sort_keys=True).encode(), digest_size=16).hexdigest()
