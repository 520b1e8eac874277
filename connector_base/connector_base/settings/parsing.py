"""A configuration as settings, and the form that asks for them."""

from collections.abc import Set
from copy import deepcopy
from functools import cache
from typing import Any, TypeVar

from airbyte_cdk.utils.spec_schema_transformations import resolve_refs
from pydantic import ValidationError

from connector_base.failures import config_error
from connector_base.settings.settings import Settings
from connector_base.settings.validating import settings_problems

SettingsT = TypeVar("SettingsT", bound=Settings)


def parsed(config: Any, model: type[SettingsT]) -> SettingsT:
    """A config as values.

    Args:
        config: The config as the host gave it.
        model: The settings there are.

    Raises:
        AirbyteTracedException: A config error that names every invalid setting, never its value.
    """
    try:
        return model.model_validate(config)
    except ValidationError:
        problems = settings_problems(config, model, form_of(model))
    raise config_error("The configuration cannot work. " + " ".join(problems))


def without_invalid_settings(config: Any, model: type[SettingsT], needed: Set[str]) -> SettingsT | None:
    """The valid settings, with defaults in place of the invalid ones, so that a check can go on after naming those.

    Args:
        config: The config as the host gave it.
        model: The settings there are.
        needed: Those without which nothing can be tried.

    Returns:
        None when an invalid setting is one that is needed.
    """
    kept = config
    while True:  # at its default, a setting can make another one impossible
        try:
            return model.model_validate(kept)
        except ValidationError as error:
            broken = {name for problem in error.errors() for name in problem["loc"][:1]}
        if not broken or broken.isdisjoint(kept) or broken & needed:
            return None
        kept = {name: value for name, value in kept.items() if name not in broken}


def form_of(model: type[Settings]) -> dict[str, Any]:
    """The JSON Schema of a config, without references, as hosts draw forms from it."""
    return deepcopy(_form_of(model))


@cache
def _form_of(model: type[Settings]) -> dict[str, Any]:
    schema = model.model_json_schema(ref_template="#/definitions/{model}")
    return resolve_refs({"definitions": schema.pop("$defs", {}), **schema})
