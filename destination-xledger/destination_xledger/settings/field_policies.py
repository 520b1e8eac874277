"""Stricter rules for single fields.

They can be set in two ways, which count together. A form has a list of fields for each policy. Whoever writes a config
by hand has one list of fields and policies, which no form can draw: which policies there are depends on the field, and
the dialog of a list knows no choice of one or the other.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Final

from pydantic import AfterValidator, ConfigDict, Field, WithJsonSchema, model_validator

from connector_base.settings.choices import choice_of
from connector_base.settings.settings import Settings
from shared_mappings import Policy, field_table

MEANINGS: Final[Mapping[Policy, tuple[str, str]]] = {
    Policy.MIRROR: ("Set and unset", "Xledger gets what Huma has, and has nothing where Huma has nothing."),
    Policy.NO_UNSET: ("Never unset", "Xledger gets what Huma has, and keeps what it has where Huma has nothing."),
    Policy.FILL_EMPTY: ("Fill in what is empty", "Xledger gets what Huma has only where it has nothing itself."),
    Policy.CREATE_ONLY: ("Only while creating", "Xledger gets what Huma has only while the employee is created."),
    Policy.READ_ONLY: ("Never write", "Nothing is written, not even while creating: it is compared and reported."),
}
"""What each policy is called, and what it comes to."""


def fields_that_allow(policy: Policy) -> tuple[str, ...]:
    """The fields whose own rule is not stricter than a policy, in the order of the field table."""
    table = field_table()
    return tuple(name for name in table.fields if not policy.is_looser_than(table.own_rule(name)))


def _known_field(name: str) -> str:
    known = field_table().fields
    if name not in known:
        raise ValueError(f"there is no such field; the fields are {', '.join(known)}")
    return name


def _only_tightening(field: str, policy: Policy) -> None:
    own = field_table().own_rule(field)
    if policy.is_looser_than(own):
        raise ValueError(f"{field} cannot be {policy.value}: its own rule is {own.value}, which no setting may loosen")


# ------------------------------------------------------------------ one list of fields and policies


class FieldPolicy(Settings):
    """A stricter rule for one field."""

    model_config = ConfigDict(title="Field policy")

    field: Annotated[str, AfterValidator(_known_field)] = Field(
        title="Field", description="Name of the field in Huma's records, such as phone or homeAddress."
    )
    policy: Annotated[Policy, choice_of(Policy)] = Field(title="Policy", description="How far it may reach.")

    @model_validator(mode="after")
    def _only_tightens(self) -> "FieldPolicy":
        _only_tightening(self.field, self.policy)
        return self


def _entries_with(policy: Policy) -> dict[str, Any]:
    title, description = MEANINGS[policy]
    told_by = {"type": "string", "title": "Policy", "const": policy.value, "order": 0}
    field = {
        "type": "string",
        "title": "Field",
        "description": "The field, by its name in Huma's records.",
        "enum": list(fields_that_allow(policy)),
        "order": 1,
    }
    return {
        "type": "object",
        "title": title,
        "description": description,
        "properties": {"policy": told_by, "field": field},
        "required": ["policy", "field"],
    }


FieldPolicies = Annotated[
    tuple[FieldPolicy, ...],
    WithJsonSchema(
        {
            "type": "array",
            "items": {"type": "object", "title": "Field policy", "oneOf": [_entries_with(policy) for policy in Policy]},
        }
    ),
]
"""Fields and policies, in a list of `{field, policy}`. The specification says which field allows which."""


# ------------------------------------------------------------------ a list of fields for each policy


def _allows(policy: Policy) -> AfterValidator:
    def check(field: str) -> str:
        _only_tightening(_known_field(field), policy)
        return field

    return AfterValidator(check)


def _choice_of_fields(policy: Policy) -> WithJsonSchema:
    return WithJsonSchema({"type": "array", "items": {"type": "string", "enum": list(fields_that_allow(policy))}})


NoUnsetFields = Annotated[tuple[Annotated[str, _allows(Policy.NO_UNSET)], ...], _choice_of_fields(Policy.NO_UNSET)]
FillEmptyFields = Annotated[
    tuple[Annotated[str, _allows(Policy.FILL_EMPTY)], ...], _choice_of_fields(Policy.FILL_EMPTY)
]
CreateOnlyFields = Annotated[
    tuple[Annotated[str, _allows(Policy.CREATE_ONLY)], ...], _choice_of_fields(Policy.CREATE_ONLY)
]
ReadOnlyFields = Annotated[tuple[Annotated[str, _allows(Policy.READ_ONLY)], ...], _choice_of_fields(Policy.READ_ONLY)]
