"""The settings for who is told the result of a sync, and in which language."""

from enum import Enum
from typing import Annotated, Any, Final, Protocol
from urllib.parse import unquote, urlsplit

from pydantic import AfterValidator, Field, Secret

from connector_base.settings.choices import choice_of
from connector_base.settings.masked_secrets import mask_too
from connector_base.storage.storage_config import StorageConfig
from connector_base.telling.addresses import SETTING, addresses_in, entered_in, without_a_kind
from shared_mappings import Language

_TITLE: Final = "Who is told the result"

NOTIFY: Final = f"{_TITLE} ({SETTING})"
"""The setting, as sentences name it."""


TOLD: Final = (SETTING, "notify_language")
"""The settings here, which decide nothing about what is written."""


class NotifyLanguage(str, Enum):
    """A language that people are told in."""

    ENGLISH = "en"
    NORWEGIAN = "nb"

    @property
    def language(self) -> Language:
        """As the domain names it."""
        return "nb" if self is NotifyLanguage.NORWEGIAN else "en"


def _one_a_line(text: str) -> str:
    addresses = addresses_in(text)
    if wrong := without_a_kind(addresses):
        raise ValueError(wrong)
    return "\n".join(addresses)


NotifySetting = Secret[Annotated[str, AfterValidator(_one_a_line)]]
"""The addresses, one a line, or nothing."""

NotifyLanguageSetting = Annotated[NotifyLanguage, choice_of(NotifyLanguage)]


class NotifySettings(Protocol):
    """The settings that say who is told."""

    @property
    def notify(self) -> Secret[str]:
        """The addresses, as they were entered."""

    @property
    def notify_language(self) -> NotifyLanguage:
        """In which language they are told."""

    @property
    def object_storage_config(self) -> StorageConfig:
        """Where it is remembered what they were told."""


def notify_setting(order: int) -> Any:
    """How a form asks who is told; nobody unless somebody is named."""
    return Field(
        default_factory=lambda: Secret(""),
        title=_TITLE,
        description="Each sync that did something or failed is told here: in numbers, who was rejected (by ID) and "
        "what to do, with no name and no other value. One address a line, in the form of Apprise: an e-mail is "
        "mailtos://user:password@example.com?to=hr@example.com; for Slack or Teams it is the address of a webhook.",
        json_schema_extra={"airbyte_secret": True, "default": "", "multiline": True, "order": order},
    )


def notify_language_setting(order: int) -> Any:
    """How a form asks for the language that they are told in."""
    return Field(
        NotifyLanguage.ENGLISH,
        title="Language in which they are told",
        description="en: English. nb: Norwegian (bokmål).",
        json_schema_extra={"order": order},
    )


def mask_addresses(config: Any) -> None:
    """Has each address of a config masked from now on, and the password in it: the setting is masked as a whole."""
    for address in entered_in(config):
        mask_too(address)
        mask_too(_password_of(address))


def _password_of(address: str) -> str:
    try:
        return unquote(urlsplit(address).password or "")
    except ValueError:  # brackets that are no address of IPv6
        return ""
