"""What an API token looks like."""

import base64
import re
from typing import Annotated

from pydantic import AfterValidator, Field


def may_be_a_token(text: str) -> bool:
    """Whether a text can be an API token: base64url, which decodes and encodes to itself. Facts: seen of real ones."""
    bare = text.rstrip("=")
    if not re.fullmatch(r"[A-Za-z0-9_-]+", bare) or len(bare) % 4 == 1:
        return False
    decoded = base64.urlsafe_b64decode(bare + "=" * (-len(bare) % 4))
    return base64.urlsafe_b64encode(decoded).decode().rstrip("=") == bare


def _whole_token(token: str) -> str:
    if not may_be_a_token(token):
        raise ValueError(
            "it is no token of Xledger's, or only a part of one: a token is letters, digits, - and _, with nothing "
            "before, between or after them; copy it from Xledger again, or make a new one"
        )
    return token


WholeToken = Annotated[str, Field(min_length=1), AfterValidator(_whole_token)]
"""A token as a setting takes it."""
