"""Rules for single fields: every field fills in what is empty in Huma, unless a setting loosens or tightens that.

It can be loosened as far as the field's own rule.
"""

from typing import Annotated, Final

from pydantic import Field

from connector_base.settings import field_policies
from connector_base.settings.field_policies import OwnRules, allows, choice_of_fields, list_of_policies
from shared_mappings import Policy, Side, field_table, to_huma

BACK: Final = to_huma(field_table())
"""The field table, read the way back."""

OWN: Final[OwnRules] = {name: BACK.own_rule(name) for name in BACK.fields}
"""The loosest policy that each field allows, in the order of the field table."""


class FieldPolicy(field_policies.FieldPolicy):
    """A rule for one field."""

    own = OWN

    field: str = Field(title="Field", description="Name of the field in Huma's records, such as phone or homeAddress.")


FieldPolicies = Annotated[
    tuple[FieldPolicy, ...], list_of_policies(OWN, Side.HUMA, "The field, by its name in Huma's records.")
]
"""Fields and policies, in a list of `{field, policy}`. The specification says which field allows which."""

NoUnsetFields = Annotated[
    tuple[Annotated[str, allows(Policy.NO_UNSET, OWN)], ...], choice_of_fields(Policy.NO_UNSET, OWN)
]
ReadOnlyFields = Annotated[
    tuple[Annotated[str, allows(Policy.READ_ONLY, OWN)], ...], choice_of_fields(Policy.READ_ONLY, OWN)
]
