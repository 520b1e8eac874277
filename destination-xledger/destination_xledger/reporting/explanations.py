"""What is said of people and values that are not written to Xledger."""

from collections.abc import Mapping
from typing import Final

from connector_base.reporting.explanations import Explanations
from shared_mappings import Desired, RejectionCode, Side

_NAMES: Final[Mapping[str, str]] = {
    "employee.contact.firstName": "given name",
    "employee.contact.lastName": "family name",
}
"""What Xledger may want of a new employee besides a code, by target."""


def _without_a_name(desired: Desired) -> str:
    """A sentence about the names that a person lacks who was not added; empty when there are both."""
    lacking = [name for target, name in _NAMES.items() if not isinstance(desired.values[target], str)]
    named = " and no ".join(lacking)
    return f"This person has no {named}: Xledger adds nobody without a given and a family name." if lacking else ""


EXPLANATIONS: Final = Explanations(Side.XLEDGER, refused=RejectionCode.REFUSED_BY_XLEDGER, lacking=_without_a_name)
"""What this destination says of what is not written."""
