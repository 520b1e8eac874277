"""Stricter rules for single fields: of a destination's fields, a setting may tighten what each may do."""

from typing import Annotated, Final

from pydantic import Field

from connector_base.settings import field_policies
from connector_base.settings.field_policies import OwnRules, allows, choice_of_fields, list_of_policies
from shared_mappings import Policy, Side, field_table, to_xledger

FORTH: Final = to_xledger(field_table())
"""The field table, read the way to Xledger."""

OWN: Final[OwnRules] = {name: FORTH.own_rule(name) for name in FORTH.fields}
"""The rule of each field, in the order of the field table."""


class FieldPolicy(field_policies.FieldPolicy):
    """A stricter rule for one field."""

    own = OWN

    field: str = Field(title="Field", description="Name of the field in Huma's records, such as phone or homeAddress.")


FieldPolicies = Annotated[
    tuple[FieldPolicy, ...], list_of_policies(OWN, Side.XLEDGER, "The field, by its name in Huma's records.")
]
"""Fields and policies, in a list of `{field, policy}`. The specification says which field allows which."""

NoUnsetFields = Annotated[
    tuple[Annotated[str, allows(Policy.NO_UNSET, OWN)], ...], choice_of_fields(Policy.NO_UNSET, OWN)
]
FillEmptyFields = Annotated[
    tuple[Annotated[str, allows(Policy.FILL_EMPTY, OWN)], ...], choice_of_fields(Policy.FILL_EMPTY, OWN)
]
CreateOnlyFields = Annotated[
    tuple[Annotated[str, allows(Policy.CREATE_ONLY, OWN)], ...], choice_of_fields(Policy.CREATE_ONLY, OWN)
]
ReadOnlyFields = Annotated[
    tuple[Annotated[str, allows(Policy.READ_ONLY, OWN)], ...], choice_of_fields(Policy.READ_ONLY, OWN)
]
