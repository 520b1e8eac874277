"""What is wrong with a configuration, in the words of the form it was entered in and without its values."""

from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any, Final

from jsonschema import Draft7Validator

RULES: Final[Mapping[str, Callable[[Mapping[str, Any]], str]]] = {
    "type": lambda setting: f"must be of type {setting['type']}",
    "minLength": lambda _: "is empty",
    "minimum": lambda setting: f"must be {setting['minimum']} to {setting['maximum']}",
    "maximum": lambda setting: f"must be {setting['minimum']} to {setting['maximum']}",
    "pattern": lambda setting: f"must look like {setting['pattern_descriptor']}",
    "uniqueItems": lambda _: "names the same thing twice",
}
"""What each kind of rule in the spec asks of a setting, or of an entry of one that is a list."""

OF_THE_HOST: Final = "__"
"""What the names of settings begin with that are none of the connector's, but its host's or the CDK's."""


def config_problems(config: Mapping[str, Any], schema: Mapping[str, Any]) -> list[str]:
    """Every setting that cannot work.

    Args:
        config: The configuration.
        schema: The connection specification: a JSON Schema of an object whose properties have titles.

    Returns:
        One sentence for each problem, in the order of the form, then for each setting that does not exist; empty
        when there is none. The sentences name settings, never what was entered: a secret may have been entered
        anywhere.
    """
    properties: Mapping[str, Mapping[str, Any]] = schema["properties"]
    problems = {
        name: f"{properties[name]['title']} ({name}) is missing." for name in schema["required"] if name not in config
    }
    for error in Draft7Validator(schema).iter_errors(config):
        name = str(next(iter(error.path), ""))
        if name in properties:
            rule = RULES[str(error.validator)](error.schema)
            problems.setdefault(name, f"{properties[name]['title']} ({name}) {rule}.")
    return [*(problems[name] for name in properties if name in problems), *_unknown(config, properties)]


def _unknown(config: Mapping[str, Any], properties: Mapping[str, Any]) -> Iterator[str]:
    """A filter that is misspelt must not be taken for none at all, and everybody be read."""
    for name in config:
        if name not in properties and not name.startswith(OF_THE_HOST):
            meant = "".join(f" Did you mean {match}?" for match in get_close_matches(name, properties, n=1))
            yield f"There is no setting {name}.{meant}"
