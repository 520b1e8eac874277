"""How webhooks are taken, as `connection.yaml` says below `listen`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, cast, get_args
from uuid import UUID

from huma_xledger.airbyte_settings import AIRBYTE, LOGIN, AirbyteLogin, login_in
from huma_xledger.given import Given, SettingsError

LISTEN: Final = "listen"
"""The key under which `connection.yaml` has them."""

PORT: Final = 8710
"""Where webhooks are taken on this machine, unless it is said."""

PATH: Final = "/webhooks/huma"
"""What they are sent to there."""

Trigger = Literal["self", "airbyte"]
"""Who brings people to Xledger: this program itself, or a job of Airbyte's."""

_TRIGGER: Final = "trigger"


@dataclass(frozen=True, slots=True)
class AirbyteJob:
    """The job of Airbyte's that is started instead of a sync of this program's own.

    Attributes:
        login: Where Airbyte is, and who asks.
        connection_id: The connection whose job it is.
    """

    login: AirbyteLogin
    connection_id: str


@dataclass(frozen=True, slots=True)
class ListenSettings:
    """How webhooks are taken.

    Attributes:
        secret: What Huma signs with.
        bearer_token: What Huma sends beside it; None for nothing.
        port: Where on this machine.
        trigger: Who brings people to Xledger.
        airbyte: The job; None unless it is Airbyte's.
    """

    secret: str = field(repr=False)
    bearer_token: str | None = field(default=None, repr=False)
    port: int = PORT
    trigger: Trigger = "self"
    airbyte: AirbyteJob | None = None


def is_airbytes(entered: Any) -> bool:
    """Whether settings, whatever else is wrong with them, leave it to Airbyte to run the connectors."""
    return isinstance(entered, Mapping) and entered.get(_TRIGGER) == AIRBYTE


def listen_settings(entered: Any, airbyte: Callable[[], AirbyteLogin] | None = None) -> ListenSettings:
    """What settings mean. Null stands for the default, as if nothing were there.

    Args:
        entered: What stands under the key, with what the environment has in place of `${VARIABLE}`.
        airbyte: Says where Airbyte is, and who asks, where that is not said here; None where nobody does.

    Raises:
        SettingsError: When they are of no use.
    """
    given = Given.of(entered, LISTEN, ("secret", "bearer_token", "port", _TRIGGER, AIRBYTE))
    trigger = _trigger(given)
    if trigger == "self" and given.has(AIRBYTE):
        raise SettingsError(
            f"{given.key(AIRBYTE)} is there, but {given.key(_TRIGGER)} does not say {AIRBYTE}, so that it is not "
            "clear who is to bring people to Xledger"
        )
    return ListenSettings(
        secret=given.text("secret"),
        bearer_token=given.text("bearer_token") if given.has("bearer_token") else None,
        port=given.port("port") if given.has("port") else PORT,
        trigger=trigger,
        airbyte=_job(given, airbyte) if trigger == "airbyte" else None,
    )


def _trigger(given: Given) -> Trigger:
    """Who brings people to Xledger; this program itself where nothing is said."""
    value = given.content.get(_TRIGGER, "self")
    for trigger in get_args(Trigger):
        if value == trigger:
            return cast("Trigger", trigger)
    raise SettingsError(f"{given.key(_TRIGGER)} must be {' or '.join(get_args(Trigger))}")


def _job(given: Given, elsewhere: Callable[[], AirbyteLogin] | None) -> AirbyteJob:
    """The job; where it does not say whose Airbyte's, that of the whole file."""
    job = Given.of(given.content.get(AIRBYTE), given.key(AIRBYTE), (*LOGIN, "connection_id"))
    says = any(map(job.has, LOGIN))
    login = login_in(job) if says or elsewhere is None else elsewhere()
    connection_id = job.text("connection_id")
    try:
        UUID(connection_id)
    except ValueError:
        raise SettingsError(
            f"{job.key('connection_id')} must be the id of a connection in Airbyte, a UUID as it stands in the "
            "address of its page"
        ) from None
    return AirbyteJob(login, connection_id)
