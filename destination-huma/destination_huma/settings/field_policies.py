"""Rules for single fields: every field fills in what is empty in Huma, unless a setting loosens or tightens that.

It can be loosened as far as the field's own rule.
"""

from typing import Annotated, Final

from pydantic import Field

from connector_base.settings import field_policies
from connector_base.settings.field_policies import Meanings, OwnRules, allows, choice_of_fields, list_of_policies
from shared_mappings import Policy, field_table, to_huma

BACK: Final = to_huma(field_table())
"""The field table, read the way back."""

MEANINGS: Final[Meanings] = {
    Policy.NO_UNSET: ("Xledger wins", "Huma gets what Xledger has, and keeps what it has where Xledger has nothing."),
    Policy.FILL_EMPTY: ("Fill in what is empty", "Huma gets what Xledger has only where it has nothing itself."),
    Policy.CREATE_ONLY: ("Only while adding", "Huma gets what Xledger has only while the person is added."),
    Policy.READ_ONLY: ("Never write", "Nothing is written, not even while adding: it is compared and reported."),
}
"""What each policy is called, and what it comes to. None of them unsets anything."""

OWN: Final[OwnRules] = {name: BACK.own_rule(name) for name in BACK.fields}
"""The loosest policy that each field allows, in the order of the field table."""


class FieldPolicy(field_policies.FieldPolicy):
    """A rule for one field."""

    own = OWN

    field: str = Field(title="Field", description="Name of the field in Huma's records, such as phone or homeAddress.")


FieldPolicies = Annotated[
    tuple[FieldPolicy, ...], list_of_policies(OWN, MEANINGS, "The field, by its name in Huma's records.")
]
"""Fields and policies, in a list of `{field, policy}`. The specification says which field allows which."""

NoUnsetFields = Annotated[
    tuple[Annotated[str, allows(Policy.NO_UNSET, OWN)], ...], choice_of_fields(Policy.NO_UNSET, OWN)
]
ReadOnlyFields = Annotated[
    tuple[Annotated[str, allows(Policy.READ_ONLY, OWN)], ...], choice_of_fields(Policy.READ_ONLY, OWN)
]
