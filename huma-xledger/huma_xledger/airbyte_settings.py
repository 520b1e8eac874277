"""An Airbyte of one's own, as `connection.yaml` says below `airbyte`: where it is, who asks, what is set up there."""

import re
from dataclasses import dataclass, field
from typing import Any, Final

from huma_xledger.given import Given, SettingsError

AIRBYTE: Final = "airbyte"
"""The key under which `connection.yaml` has it."""

LOGIN: Final = ("api_url", "client_id", "client_secret")
"""The settings by which Airbyte is asked, whatever for."""

IMAGES: Final = "huma-xledger"
"""What the repositories of the images begin with, unless it is said."""

_OTHERS: Final = ("images", "tag", "workspace", "name")

# A registry's host has a port or a dot, or is localhost; what follows are the parts of a path, in small letters.
_REPOSITORY: Final = r"([A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]{1,5})?/)?[a-z0-9]+([._/-]+[a-z0-9]+)*"
_TAG: Final = r"\w[\w.-]{0,127}"


@dataclass(frozen=True, slots=True)
class AirbyteLogin:
    """Where Airbyte's public API is, and who asks it.

    Attributes:
        api_url: Where it answers, without a slash at its end.
        client_id: Of an application in Airbyte.
        client_secret: The same.
        where: The key of `connection.yaml` that these stand below.
    """

    api_url: str
    client_id: str
    client_secret: str = field(repr=False)
    where: str = AIRBYTE


@dataclass(frozen=True, slots=True)
class AirbyteSettings:
    """What is to be set up, and in which Airbyte.

    Attributes:
        login: Where it is, and who asks.
        images: What the repositories of the images begin with: a registry's host, and a path in it.
        tag: Of the images; None for the version of this program.
        workspace: The id or the name of the workspace; None for the only one that there is.
        name: What tells what is made for this connection from what is made for others; None for the folder's name.
    """

    login: AirbyteLogin
    images: str = IMAGES
    tag: str | None = None
    workspace: str | None = None
    name: str | None = None


def airbyte_settings(entered: Any) -> AirbyteSettings:
    """What settings mean.

    Args:
        entered: What stands under the key, with what the environment has in place of `${VARIABLE}`.

    Raises:
        SettingsError: When they are of no use.
    """
    given = Given.of(entered, AIRBYTE, (*LOGIN, *_OTHERS))
    settings = AirbyteSettings(
        login_in(given),
        given.text("images", IMAGES).rstrip("/"),
        *(given.text(name) if given.has(name) else None for name in ("tag", "workspace", "name")),
    )
    if not re.fullmatch(_REPOSITORY, settings.images):
        raise SettingsError(
            f"{given.key('images')} must be what the names of the images begin with, without a tag, as "
            "registry.example.com/huma-xledger"
        )
    if settings.tag is not None and not re.fullmatch(_TAG, settings.tag, re.ASCII):
        raise SettingsError(f"{given.key('tag')} must be the tag of an image, as 0.1.0")
    return settings


def login_in(given: Given) -> AirbyteLogin:
    """Where Airbyte is, and who asks, by settings that have it.

    Raises:
        SettingsError: When they are of no use.
    """
    return AirbyteLogin(given.address("api_url"), given.text("client_id"), given.text("client_secret"), given.where)
