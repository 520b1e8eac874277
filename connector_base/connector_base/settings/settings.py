"""What holds for every group of settings: frozen, and nothing in it that this connector does not know."""

from collections.abc import Mapping
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Secret, field_validator, model_validator
from pydantic_core import PydanticCustomError

from connector_base.settings.masked_secrets import is_too_short

TOO_SHORT_TO_MASK: Final = "too_short_to_mask"
"""The type of the complaint about a secret that is too short."""

HOSTS_OWN: Final = "__"
"""Keys that begin so are notes that a host makes for itself."""


def entered(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings that were entered: null is what a host has for an empty field, and stands for the default."""
    return {name: value for name, value in settings.items() if value is not None}


def _without_additional_properties(schema: dict[str, Any]) -> None:
    """Hosts may add to a config, and their acceptance tests refuse a specification that says they may not."""
    del schema["additionalProperties"]


class Settings(BaseModel):
    """A group of settings.

    Null stands for a setting's default. A setting that is not known is refused: ignored, a misspelt one would leave the
    default in force, and nobody would know. So is a secret that is too short to be masked in what the connector says.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra=_without_additional_properties)

    @classmethod
    def titled(cls, name: str) -> str:
        """A setting of the group as sentences name it: by its title, and by its key for who writes files by hand.

        Raises:
            KeyError: There is no such setting.
        """
        return f"{cls.model_fields[name].title} ({name})"

    @model_validator(mode="before")
    @classmethod
    def _without_host_keys(cls, settings: Any) -> Any:
        if not isinstance(settings, Mapping):
            return settings
        return {name: value for name, value in entered(settings).items() if not str(name).startswith(HOSTS_OWN)}

    @field_validator("*")
    @classmethod
    def _secrets_are_whole(cls, value: Any) -> Any:
        if isinstance(value, Secret) and is_too_short(str(value.get_secret_value())):
            raise PydanticCustomError(TOO_SHORT_TO_MASK, "a secret is too short")
        return value
