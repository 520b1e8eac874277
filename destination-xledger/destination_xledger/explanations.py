"""What rejections and warnings mean, and what an administrator can do about them."""

from collections.abc import Mapping
from typing import Final

from shared_mappings import FieldWarning, RejectionCode, WarningCode

REJECTIONS: Final[Mapping[RejectionCode, str]] = {
    RejectionCode.MISSING_KEY: "There is no employment ID to create an employee under. Enter one in Huma.",
    RejectionCode.INVALID_RECORD: "The record does not fit the schema this destination declares. Correct the mapping "
    "or the source.",
    RejectionCode.AMBIGUOUS_MATCH: "Several employees in Xledger have its key. Give each employee a code and an e-mail "
    "address of their own in Xledger.",
    RejectionCode.DUPLICATE_KEY: "Somebody else in Huma leads to the same employee in Xledger. Give each person an "
    "employment ID and an e-mail address of their own in Huma.",
    RejectionCode.REFUSED_BY_XLEDGER: "Xledger refused a value. Correct it in Huma. Xledger says:",
}

PARTLY_WRITTEN: Final = "The employee was created, but Xledger refused the rest. Correct it in Huma. Xledger says:"

_WARNINGS: Final[Mapping[WarningCode, str]] = {
    WarningCode.INVALID_BANK_ACCOUNT: "its check digit is wrong",
    WarningCode.INVALID_SOCIAL_SECURITY_NUMBER: "its check digits are wrong, or there are several and none is Norway's",
    WarningCode.INVALID_DATE: "it is no date",
    WarningCode.UNMAPPED_GENDER: "it has no counterpart in Xledger; gender_codes can give it one",
    WarningCode.PARTLY_WRITTEN: "it could not be written",
}


def explained(warning: FieldWarning) -> str:
    """A warning as a sentence that names the field, and never its value."""
    return f"{warning.field} was left out ({warning.code.value}): {_WARNINGS[warning.code]}."
