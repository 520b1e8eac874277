"""What validation libraries complain of, in this connector's own kinds of complaints: two small tables."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from jsonschema import Draft7Validator
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from connector_base.settings.complaints import Complaint, Form, Kind, Path, Validate, config_problems
from connector_base.settings.masked_secrets import is_too_short
from connector_base.settings.settings import HOSTS_OWN, TOO_SHORT_TO_MASK

PYDANTIC: Final[Mapping[str, Kind]] = {
    "missing": Kind.MISSING,
    "extra_forbidden": Kind.UNKNOWN,
    "string_type": Kind.WRONG_TYPE,
    "string_unicode": Kind.WRONG_FORM,
    "string_pattern_mismatch": Kind.WRONG_FORM,
    "string_too_long": Kind.WRONG_LENGTH,
    "string_too_short": Kind.WRONG_LENGTH,
    "too_long": Kind.WRONG_LENGTH,
    "too_short": Kind.WRONG_LENGTH,
    "bool_type": Kind.WRONG_TYPE,
    "bool_parsing": Kind.WRONG_TYPE,
    "int_type": Kind.WRONG_TYPE,
    "int_parsing": Kind.WRONG_TYPE,
    "int_from_float": Kind.WRONG_TYPE,
    "int_parsing_size": Kind.OUT_OF_RANGE,
    "float_type": Kind.WRONG_TYPE,
    "float_parsing": Kind.WRONG_TYPE,
    "finite_number": Kind.WRONG_TYPE,
    "greater_than": Kind.OUT_OF_RANGE,
    "greater_than_equal": Kind.OUT_OF_RANGE,
    "less_than": Kind.OUT_OF_RANGE,
    "less_than_equal": Kind.OUT_OF_RANGE,
    "list_type": Kind.WRONG_TYPE,
    "tuple_type": Kind.WRONG_TYPE,
    "dict_type": Kind.WRONG_TYPE,
    "model_type": Kind.WRONG_TYPE,
    "model_attributes_type": Kind.WRONG_TYPE,
    "enum": Kind.NO_CHOICE,
    "literal_error": Kind.NO_CHOICE,
    "union_tag_invalid": Kind.NO_CHOICE,
    "union_tag_not_found": Kind.NO_CHOICE,
    TOO_SHORT_TO_MASK: Kind.SHORT_SECRET,
}
"""What pydantic calls each kind. Of what it calls otherwise is told in general words that something is wrong."""

JSON_SCHEMA: Final[Mapping[str, Kind]] = {
    "type": Kind.WRONG_TYPE,
    "minLength": Kind.WRONG_LENGTH,
    "maxLength": Kind.WRONG_LENGTH,
    "minItems": Kind.WRONG_LENGTH,
    "maxItems": Kind.WRONG_LENGTH,
    "minimum": Kind.OUT_OF_RANGE,
    "maximum": Kind.OUT_OF_RANGE,
    "pattern": Kind.WRONG_FORM,
    "enum": Kind.NO_CHOICE,
    "const": Kind.NO_CHOICE,
    "oneOf": Kind.NO_CHOICE,
    "anyOf": Kind.NO_CHOICE,
    "uniqueItems": Kind.TWICE,
}
"""The keywords of JSON Schema that stand for each kind."""

OWN_WORDS: Final = "value_error"
"""What pydantic calls the complaint of a validator of our own, whose words are made for whoever reads them."""


def settings_problems(config: Any, model: type[BaseModel], form: Form) -> list[str]:
    """What is wrong with a configuration by a model of it; see `config_problems`.

    Args:
        config: The configuration, as the host gave it.
        model: What it has to fit.
        form: The connection specification that the model declares.
    """
    return config_problems(config, form, _by_model(model))


def form_problems(config: Any, form: Form) -> list[str]:
    """What is wrong with a configuration by its form, which is all there is to judge by; see `config_problems`.

    Args:
        config: The configuration, without null for what was not entered.
        form: The connection specification. Its settings may be values and lists, but not groups.
    """
    return config_problems(config, form, _by_form(form))


def _by_model(model: type[BaseModel]) -> Validate:
    def complaints(config: Any) -> Iterator[Complaint]:
        try:
            model.model_validate(config)
        except ValidationError as error:
            for detail in error.errors(include_url=False):
                yield _told_by_pydantic(detail)

    return complaints


def _told_by_pydantic(detail: ErrorDetails) -> Complaint:
    kind, path = detail["type"], detail["loc"]
    if kind == OWN_WORDS:
        return Complaint(path, Kind.OWN_WORDS, str(detail["ctx"]["error"]))
    return Complaint(path, _empty_or(PYDANTIC.get(kind, Kind.ANYTHING_ELSE), detail["input"]))


def _empty_or(kind: Kind, value: Any) -> Kind:
    """What is too short and has nothing in it at all is empty."""
    return Kind.EMPTY if kind is Kind.WRONG_LENGTH and not value else kind


def _by_form(form: Form) -> Validate:
    def complaints(config: Any) -> Iterator[Complaint]:
        for name, part in form["properties"].items():
            if name in config:
                yield from _about(config[name], part, (name,))
            elif name in form.get("required", ()):
                yield Complaint((name,), Kind.MISSING)
        for name in config:
            if name not in form["properties"] and not name.startswith(HOSTS_OWN):
                yield Complaint((name,), Kind.UNKNOWN)

    return complaints


def _about(value: Any, part: Form, path: Path) -> Iterator[Complaint]:
    for error in Draft7Validator(part).iter_errors(value):
        kind = JSON_SCHEMA.get(str(error.validator), Kind.ANYTHING_ELSE)
        yield Complaint((*path, *error.path), _empty_or(kind, error.instance))
    if part.get("airbyte_secret") and isinstance(value, str) and is_too_short(value):
        yield Complaint(path, Kind.SHORT_SECRET)
