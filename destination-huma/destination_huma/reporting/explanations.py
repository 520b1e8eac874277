"""What rejections and warnings mean, and what an administrator can do about them."""

from collections.abc import Mapping
from typing import Final

from connector_base.reporting.explanations import Explanations, misshapen, unusable_values
from shared_mappings import Desired, RejectionCode, WarningCode

_REFUSAL: Final = (
    "If it complains of a value, correct that in Xledger, or enter another one in Huma; if it says that a value is "
    "taken, look in Huma for who has it, deactivated people included. Huma says:"
)

_REJECTIONS: Final[Mapping[RejectionCode, str]] = {
    RejectionCode.MISSING_KEY: "Huma adds nobody without an e-mail address, a given name and a family name. Enter what "
    "is missing in Xledger.",
    RejectionCode.INVALID_RECORD: misshapen("Xledger"),
    RejectionCode.AMBIGUOUS_MATCH: "Several people in Huma may be this person, or somebody has an employment ID that "
    "differs from the code in Xledger only in capital letters. Give each person in Huma an employment ID and an e-mail "
    "address of their own, and write employment IDs in Huma as the codes in Xledger.",
    RejectionCode.CODE_CONFLICT: "Somebody in Huma has the e-mail address or the code of this employee, and may be "
    "somebody else: the employment ID, the date of birth or the social security number differs, or is not shown. If it "
    "is the same person, correct what differs. If not, correct the e-mail address or the code in Xledger.",
    RejectionCode.DUPLICATE_KEY: "Another employee in Xledger leads to the same person in Huma. Give each employee a "
    "code and an e-mail address of their own in Xledger.",
    RejectionCode.REFUSED_BY_HUMA: f"Huma refused what was sent. {_REFUSAL}",
}

_WARNINGS: Final[Mapping[WarningCode, str]] = {
    **unusable_values("Xledger"),
    WarningCode.INVALID_SOCIAL_SECURITY_NUMBER: "It is not a valid Norwegian number. Correct it in Xledger.",
    WarningCode.UNMAPPED_GENDER: "It has no counterpart in Huma. Give it one under Gender codes (gender_codes).",
    WarningCode.PARTLY_WRITTEN: "Huma refused this, does not show it, or could never take it as it stands in Xledger. "
    "The employment ID waits for other fields that are left out, or a sync to Xledger would unset them there: enter "
    "them in Huma, and run the sync again.",
    WarningCode.EMPLOYEE_IS_CLOSED: "By what Xledger says the person has left, and in Huma the person is active: this "
    "would end the employment there. If the person has left, enter it in Huma; if not, correct the employee in "
    "Xledger.",
    WarningCode.UNKNOWN_JOB_TITLE: "Huma has no job title of that name, or several. Add it in Huma, or rename all but "
    "one, and have everybody sent again; no sync adds a title.",
    WarningCode.NO_POSITION: "The person has no current position in Huma, and this belongs to one. Give the person a "
    "position in Huma, and have everybody sent again.",
    WarningCode.LOCKED_FIELD: "Another integration owns this field in Huma, or the API key may not write it. Change it "
    "in that integration, or give the key the right under System settings > Open API.",
}


def _nothing(_: Desired) -> str:
    """What a person lacks who was not added is told before anything is sent."""
    return ""


EXPLANATIONS: Final = Explanations(
    _REJECTIONS,
    _WARNINGS,
    nothing_left_out={},
    refused=RejectionCode.REFUSED_BY_HUMA,
    refusal=_REFUSAL,
    lacking=_nothing,
)
"""What this destination says of what is not written."""
