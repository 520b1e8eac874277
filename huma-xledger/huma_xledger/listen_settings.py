"""How webhooks are taken, as `connection.yaml` says below `listen`."""

from dataclasses import dataclass, field
from typing import Final, Literal

PORT: Final = 8710
"""Where webhooks are taken on this machine, unless it is said."""


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
        trigger: Who brings people to Xledger: this program itself, or a job of Airbyte's.
        airbyte: The job; None unless it is Airbyte's.
    """

    secret: str = field(repr=False)
    bearer_token: str | None = field(default=None, repr=False)
    port: int = PORT
    trigger: Literal["self", "airbyte"] = "self"
    airbyte: AirbyteJob | None = None
