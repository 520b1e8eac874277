"""What an API token looks like."""

import base64
import re


def may_be_a_token(text: str) -> bool:
    """Whether a text can be an API token: base64url, which decodes and encodes to itself. Facts: seen of real ones."""
    bare = text.rstrip("=")
    if not re.fullmatch(r"[A-Za-z0-9_-]+", bare) or len(bare) % 4 == 1:
        return False
    decoded = base64.urlsafe_b64decode(bare + "=" * (-len(bare) % 4))
    return base64.urlsafe_b64encode(decoded).decode().rstrip("=") == bare
