"""What holds for every group of settings: frozen, and nothing in it that this connector does not know."""

from collections.abc import Mapping
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, model_validator

UNKNOWN: Final = "extra_forbidden"
"""The type of pydantic's complaint about a setting that is not known."""

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
    default in force, and nobody would know.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra=_without_additional_properties)

    @model_validator(mode="before")
    @classmethod
    def _without_host_keys(cls, settings: Any) -> Any:
        if not isinstance(settings, Mapping):
            return settings
        return {name: value for name, value in entered(settings).items() if not str(name).startswith(HOSTS_OWN)}
