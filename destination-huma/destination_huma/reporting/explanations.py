"""What is said of people and values that are not written to Huma."""

from typing import Final

from connector_base.reporting.explanations import Explanations
from shared_mappings import Desired, RejectionCode, Side


def _nothing(_: Desired) -> str:
    """What a person lacks who was not added is told before anything is sent."""
    return ""


EXPLANATIONS: Final = Explanations(Side.HUMA, refused=RejectionCode.REFUSED_BY_HUMA, lacking=_nothing)
"""What this destination says of what is not written."""
