"""Secrets as people paste them: with a line end, a dash of a word processor or a character that nobody sees."""

import re
from typing import Final

from pydantic import AfterValidator

from shared_mappings.api_url import NOTHING_FOLLOWS

WHOLE_SECRET_PATTERN: Final = f"^[!-~]([ -~]*[!-~])?{NOTHING_FOLLOWS}"
"""JSON Schema pattern of a secret with nothing before or after it, and nothing in it that no keyboard writes. Facts: a
client ID and a client secret are visible ASCII (RFC 6749, appendix A)."""


def whole_secret(where_it_is: str) -> AfterValidator:
    """Accepts a secret that may be whole, and an empty one.

    Args:
        where_it_is: What the complaint names as the place it is copied from.
    """

    def check(secret: str) -> str:
        if secret and not re.fullmatch(WHOLE_SECRET_PATTERN, secret):
            raise ValueError(
                "there is white space or an invisible character before or after it, or a character in it that such "
                f"a secret never has, such as a long dash; copy it from {where_it_is} again"
            )
        return secret

    return AfterValidator(check)
