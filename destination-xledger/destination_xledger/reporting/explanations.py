"""What rejections and warnings mean, and what an administrator can do about them."""

from collections.abc import Mapping
from typing import Final

from connector_base.reporting.explanations import Explanations, misshapen, unusable_values
from shared_mappings import Desired, RejectionCode, WarningCode

_REFUSAL: Final = (
    "If it complains of a value, correct that in Huma; otherwise look at the person in Xledger. Xledger says:"
)

_REJECTIONS: Final[Mapping[RejectionCode, str]] = {
    RejectionCode.MISSING_KEY: "There is no employment ID to create an employee under. Enter one in Huma.",
    RejectionCode.INVALID_RECORD: misshapen("Huma"),
    RejectionCode.AMBIGUOUS_MATCH: "Several employees in Xledger have the key of this person, or somebody has a "
    "code that differs from the employment ID only in capital letters. Give each employee a code and an e-mail "
    "address of their own in Xledger, and write employment IDs in Huma as the codes in Xledger.",
    RejectionCode.CODE_CONFLICT: "An employee in Xledger has the e-mail address or the employment ID of this person, "
    "and may be somebody else: the code, the date of birth or the social security number differs. If it is the same "
    "person, correct what differs. Where only the code does, you can turn on Give employees who are found by e-mail a "
    "new code (renumber_employees) instead. If it is somebody else, correct the e-mail address, or give the person an "
    "employment ID that nobody had before.",
    RejectionCode.DUPLICATE_KEY: "Somebody else in Huma leads to the same employee, contact or subledger in Xledger. "
    "Give each person an employment ID and an e-mail address of their own in Huma, and each employee a contact and a "
    "subledger of their own in Xledger.",
    RejectionCode.REFUSED_BY_XLEDGER: f"Xledger refused what was sent. {_REFUSAL}",
}

_NAMES: Final[Mapping[str, str]] = {
    "employee.contact.firstName": "given name",
    "employee.contact.lastName": "family name",
}
"""What Xledger may want of a new employee besides a code, by target."""

_WARNINGS: Final[Mapping[WarningCode, str]] = {
    **unusable_values("Huma"),
    WarningCode.INVALID_SOCIAL_SECURITY_NUMBER: "It is not a valid Norwegian number, or there are several numbers and "
    "not exactly one is Norway's. Correct it in Huma.",
    WarningCode.UNMAPPED_GENDER: "It has no code in Xledger. Give it one under Gender codes (gender_codes).",
    WarningCode.PARTLY_WRITTEN: "Xledger refused this, or does not show where it belongs.",
    WarningCode.EMPLOYEE_IS_CLOSED: "If the person is back, clear the end date (Date to) of the employee in Xledger; "
    "no sync reopens anybody.",
}

_NOTHING_LEFT_OUT: Final[Mapping[WarningCode, str]] = {
    WarningCode.EMPLOYEE_IS_CLOSED: "Closed in Xledger, active in Huma",
}
"""How a warning begins that is about the person, and not about a field that was left out."""


def _without_a_name(desired: Desired) -> str:
    """A sentence about the names that a person lacks who was not added; empty when there are both."""
    lacking = [name for target, name in _NAMES.items() if not isinstance(desired.values[target], str)]
    named = " and no ".join(lacking)
    return f"This person has no {named}: Xledger adds nobody without a given and a family name." if lacking else ""


EXPLANATIONS: Final = Explanations(
    _REJECTIONS,
    _WARNINGS,
    _NOTHING_LEFT_OUT,
    refused=RejectionCode.REFUSED_BY_XLEDGER,
    refusal=_REFUSAL,
    lacking=_without_a_name,
)
"""What this destination says of what is not written."""
