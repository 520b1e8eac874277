"""The codes by which rejections, skips and warnings are counted and reported."""

from enum import Enum
from typing import Final


class RejectionCode(str, Enum):
    """Why a record was not written."""

    MISSING_KEY = "missing_key"
    INVALID_RECORD = "invalid_record"
    AMBIGUOUS_MATCH = "ambiguous_match"
    CODE_CONFLICT = "code_conflict"
    DUPLICATE_KEY = "duplicate_key"
    REFUSED_BY_XLEDGER = "refused_by_xledger"
    REFUSED_BY_HUMA = "refused_by_huma"


class SkipReason(str, Enum):
    """Why a person was left out on purpose."""

    NOT_IN_XLEDGER = "not_in_xledger"
    NOT_IN_HUMA = "not_in_huma"
    DEACTIVATED = "deactivated"
    LOCKED = "locked"
    """Deactivated in Huma, where nobody can write to such a profile."""


class WarningCode(str, Enum):
    """What was left out, or left as it is, of a person who was otherwise written."""

    INVALID_BANK_ACCOUNT = "invalid_bank_account"
    INVALID_SOCIAL_SECURITY_NUMBER = "invalid_social_security_number"
    INVALID_DATE = "invalid_date"
    INVALID_COUNTRY = "invalid_country"
    UNMAPPED_GENDER = "unmapped_gender"
    PARTLY_WRITTEN = "partly_written"
    EMPLOYEE_IS_CLOSED = "employee_is_closed"
    """Closed in Xledger, active in Huma."""
    CHANGED_BY_HOST = "changed_by_host"
    UNKNOWN_JOB_TITLE = "unknown_job_title"
    """Huma has no job title of that name, or several."""
    NO_POSITION = "no_position"
    """Nobody in Huma has a job title or dates of employment without a position."""
    LOCKED_FIELD = "locked_field"
    """Another integration owns the field in Huma, or nobody may edit it there."""


class NotWritten(str, Enum):
    """Why a plan writes nothing at a place, where there is no warning that says it."""

    SAME = "same"
    UNKNOWN = "unknown"
    POLICY = "policy"
    """The policy in force, or a decision, writes nothing where nothing is, or unsets nothing."""
    CONFLICT = "conflict"


OF_XLEDGER: Final[frozenset[Enum]] = frozenset({RejectionCode.REFUSED_BY_XLEDGER, SkipReason.NOT_IN_XLEDGER})
"""What there is only where Xledger is written."""

OF_HUMA: Final[frozenset[Enum]] = frozenset(
    {
        RejectionCode.REFUSED_BY_HUMA,
        *(SkipReason.NOT_IN_HUMA, SkipReason.LOCKED),
        *(WarningCode.UNKNOWN_JOB_TITLE, WarningCode.NO_POSITION, WarningCode.LOCKED_FIELD),
    }
)
"""What there is only where Huma is written."""
