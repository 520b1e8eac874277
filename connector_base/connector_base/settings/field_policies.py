"""Rules for single fields, within what a destination allows for each.

They can be set in two ways, which count together. A form has a list of fields for each policy. Whoever writes a config
by hand has one list of fields and policies, which no form can draw: which policies there are depends on the field, and
the dialog of a list knows no choice of one or the other.
"""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, ClassVar, Final

from pydantic import AfterValidator, ConfigDict, Field, WithJsonSchema, field_validator, model_validator

from connector_base.settings.choices import choice_of
from connector_base.settings.settings import Settings
from shared_mappings import Policy, Side, called, explained, explanations

OwnRules = Mapping[str, Policy]
"""The loosest policy that a destination allows for each field."""


def policies_of(written: Side) -> tuple[Policy, ...]:
    """The policies that there are where a system is written, from the loosest to the strictest."""
    return tuple(policy for policy in Policy if policy.value in explanations(written))


def fields_that_allow(policy: Policy, own: OwnRules) -> tuple[str, ...]:
    """The fields whose own rule is not stricter than a policy, in their order."""
    return tuple(name for name, rule in own.items() if not policy.is_looser_than(rule))


def _known_field(name: str, own: OwnRules) -> str:
    if name not in own:
        raise ValueError(f"there is no such field; the fields are {', '.join(own)}")
    return name


def _no_looser(field: str, policy: Policy, own: OwnRules) -> None:
    rule = own[field]
    if policy.is_looser_than(rule):
        raise ValueError(f"{field} cannot be {policy.value}: its own rule is {rule.value}, which no setting may loosen")


# ------------------------------------------------------------------ one list of fields and policies


class FieldPolicy(Settings):
    """A rule for one field; a destination says which rules there are.

    Attributes:
        own: The loosest policy that it allows for each field.
    """

    model_config = ConfigDict(title="Field policy")

    own: ClassVar[OwnRules]

    field: str = Field(title="Field")
    policy: Annotated[Policy, choice_of(Policy)] = Field(title="Policy", description="How far it may reach.")

    @field_validator("field")
    @classmethod
    def _is_known(cls, field: str) -> str:
        return _known_field(field, cls.own)

    @model_validator(mode="after")
    def _no_looser_than_its_own(self) -> "FieldPolicy":
        _no_looser(self.field, self.policy, self.own)
        return self


def list_of_policies(own: OwnRules, written: Side, field_is: str) -> WithJsonSchema:
    """How a specification describes a list of `{field, policy}`: it says which field allows which.

    Args:
        own: The loosest policy that is allowed for each field.
        written: The system that is written to.
        field_is: What a field is, in a sentence.
    """
    entries = [_entries_with(policy, written, own, field_is) for policy in policies_of(written)]
    return WithJsonSchema({"type": "array", "items": {"type": "object", "title": "Field policy", "oneOf": entries}})


def _entries_with(policy: Policy, written: Side, own: OwnRules, field_is: str) -> dict[str, Any]:
    told_by = {"type": "string", "title": "Policy", "const": policy.value, "order": 0}
    field = {
        "type": "string",
        "title": "Field",
        "description": field_is,
        "enum": list(fields_that_allow(policy, own)),
        "order": 1,
    }
    return {
        "type": "object",
        "title": called(policy, written, "en"),
        "description": explained(policy, written, "en"),
        "properties": {"policy": told_by, "field": field},
        "required": ["policy", "field"],
    }


# ------------------------------------------------------------------ a list of fields for each policy

LISTS_OF_FIELDS: Final[Mapping[str, Policy]] = {
    "no_unset_fields": Policy.NO_UNSET,
    "fill_empty_fields": Policy.FILL_EMPTY,
    "create_only_fields": Policy.CREATE_ONLY,
    "read_only_fields": Policy.READ_ONLY,
}
"""The settings that name fields for a policy, of which a destination has those that make sense there."""


def allows(policy: Policy, own: OwnRules) -> AfterValidator:
    """Accepts a field that is known and allows a policy."""

    def check(field: str) -> str:
        _no_looser(_known_field(field, own), policy, own)
        return field

    return AfterValidator(check)


def choice_of_fields(policy: Policy, own: OwnRules) -> WithJsonSchema:
    """How a form draws a list of fields that allow a policy."""
    fields = list(fields_that_allow(policy, own))
    return WithJsonSchema({"type": "array", "items": {"type": "string", "enum": fields}})


# ------------------------------------------------------------------ both together


def asked_for(settings: Settings, one_by_one: Iterable[FieldPolicy]) -> dict[str, Policy]:
    """The policies that are asked for in either way; of several for a field the strictest one.

    Args:
        settings: Those that have the lists of fields.
        one_by_one: The list of fields and policies.
    """
    lists = ((getattr(settings, name, ()), policy) for name, policy in LISTS_OF_FIELDS.items())
    asked = [(entry.field, entry.policy) for entry in one_by_one]
    asked += [(field, policy) for fields, policy in lists for field in fields]
    return dict(sorted(asked, key=lambda each: each[1].strictness))
