"""How webhooks are taken, as `connection.yaml` says below `listen`."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, cast, get_args
from uuid import UUID

from shared_mappings import API_URL_PATTERN

LISTEN: Final = "listen"
"""The key under which `connection.yaml` has them."""

PORT: Final = 8710
"""Where webhooks are taken on this machine, unless it is said."""

PATH: Final = "/webhooks/huma"
"""What they are sent to there."""

Trigger = Literal["self", "airbyte"]
"""Who brings people to Xledger: this program itself, or a job of Airbyte's."""

_TRIGGER: Final = "trigger"
_AIRBYTE: Final = "airbyte"
_MOST: Final = (1 << 16) - 1


class ListenSettingsError(Exception):
    """Settings that are of no use; the message names the key, and no value."""


@dataclass(frozen=True, slots=True)
class AirbyteJob:
    """The job of Airbyte's that is started instead of a sync of this program's own.

    Attributes:
        api_url: Where Airbyte's public API answers, without a slash at its end.
        client_id: Of an application in Airbyte.
        client_secret: The same.
        connection_id: The connection whose job it is.
    """

    api_url: str
    client_id: str
    client_secret: str = field(repr=False)
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
    return isinstance(entered, Mapping) and entered.get(_TRIGGER) == _AIRBYTE


def listen_settings(entered: Any) -> ListenSettings:
    """What settings mean. Null stands for the default, as if nothing were there.

    Args:
        entered: What stands under the key, with what the environment has in place of `${VARIABLE}`.

    Raises:
        ListenSettingsError: When they are of no use.
    """
    given = _Given.of(entered, LISTEN, ("secret", "bearer_token", "port", _TRIGGER, _AIRBYTE))
    trigger = given.trigger(_TRIGGER)
    if trigger == "self" and given.has(_AIRBYTE):
        raise ListenSettingsError(
            f"{given.key(_AIRBYTE)} is there, but {given.key(_TRIGGER)} does not say {_AIRBYTE}, so that it is not "
            "clear who is to bring people to Xledger"
        )
    return ListenSettings(
        secret=given.text("secret"),
        bearer_token=given.text("bearer_token") if given.has("bearer_token") else None,
        port=given.port("port") if given.has("port") else PORT,
        trigger=trigger,
        airbyte=_job(given) if trigger == "airbyte" else None,
    )


def _job(given: "_Given") -> AirbyteJob:
    names = ("api_url", "client_id", "client_secret", "connection_id")
    job = _Given.of(given.content.get(_AIRBYTE), given.key(_AIRBYTE), names)
    api_url, connection_id = job.text("api_url"), job.text("connection_id")
    if not re.match(API_URL_PATTERN, api_url):
        raise ListenSettingsError(
            f"{job.key('api_url')} must be an address that begins with https://; only on this machine may it begin "
            "with http://"
        )
    try:
        UUID(connection_id)
    except ValueError:
        raise ListenSettingsError(
            f"{job.key('connection_id')} must be the id of a connection in Airbyte, a UUID as it stands in the "
            "address of its page"
        ) from None
    return AirbyteJob(api_url.rstrip("/"), job.text("client_id"), job.text("client_secret"), connection_id)


@dataclass(frozen=True, slots=True)
class _Given:
    """Some settings, and where they stand."""

    content: Mapping[str, Any] = field(repr=False)
    where: str

    @classmethod
    def of(cls, entered: Any, where: str, names: Iterable[str]) -> "_Given":
        if not isinstance(entered, Mapping):
            raise ListenSettingsError(f"{where} must have settings below it: {', '.join(names)}")
        for name in entered:
            if name not in names:
                raise ListenSettingsError(f"{where} has a setting {name}, which is none of {', '.join(names)}")
        return cls({name: value for name, value in entered.items() if value is not None}, where)

    def key(self, name: str) -> str:
        """A setting, as sentences name it."""
        return f"{self.where}.{name}"

    def has(self, name: str) -> bool:
        """Whether it is there."""
        return name in self.content

    def text(self, name: str) -> str:
        """A text, without the white space around it."""
        if not self.has(name):
            raise ListenSettingsError(f"{self.key(name)} is missing")
        value = self.content[name]
        if not isinstance(value, str):
            raise ListenSettingsError(f"{self.key(name)} must be text: put it between quotation marks")
        if not value.strip():
            raise ListenSettingsError(f"{self.key(name)} is empty")
        return value.strip()

    def port(self, name: str) -> int:
        """A port, be it text that the environment had."""
        value = self.content[name]
        number = int(value) if isinstance(value, str) and re.fullmatch("[0-9]{1,5}", value.strip()) else value
        if not isinstance(number, int) or isinstance(number, bool) or not 0 < number <= _MOST:
            raise ListenSettingsError(f"{self.key(name)} must be a port, a number from 1 to {_MOST}")
        return number

    def trigger(self, name: str) -> Trigger:
        """Who brings people to Xledger; this program itself where nothing is said."""
        value = self.content.get(name, "self")
        for trigger in get_args(Trigger):
            if value == trigger:
                return cast("Trigger", trigger)
        raise ListenSettingsError(f"{self.key(name)} must be {' or '.join(get_args(Trigger))}")
