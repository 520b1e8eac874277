"""What is remembered of a value in its place: a keyed digest, by which it is seen whether it is still the same.

Keyed with random bytes, so that nobody can try values until one fits without holding the key.
"""

import base64
import hashlib
import json
from typing import Any, Final

import orjson

DIGEST_BYTES: Final = 12
"""Two values have the same fingerprint once in 2**96. Written as 16 characters, so that with a UUID an entry of a
source's state takes 58 bytes, and the state of 50,000 records less than 3 MB."""


def canonical(value: Any) -> bytes:
    """A value as JSON text, which is the same for the same value whatever the order of its keys.

    Args:
        value: Anything JSON can say, with text for keys.
    """
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError:  # half a character, or a whole number beyond 64 bits
        return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def fingerprint(key: bytes, value: Any) -> str:
    """A keyed digest of a value.

    Args:
        key: The key, up to 64 bytes.
        value: Anything JSON can say, with text for keys.

    Returns:
        16 characters, which are others when the value is another one.
    """
    digest = hashlib.blake2b(canonical(value), digest_size=DIGEST_BYTES, key=key).digest()
    return base64.urlsafe_b64encode(digest).decode("ascii")
