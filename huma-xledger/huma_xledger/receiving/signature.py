"""Whether a webhook is Huma's: what it was signed with, and the token that comes with it.

Huma's help pages, "how the profile webhook works": with a client secret, each request has the header
`huma-hmac-sha256` with an HMAC-SHA256 of the JSON body; with an access token, it has that as a standard bearer token.
Whether the signature is written in hexadecimal digits or in base64 is not told. Neither can be mistaken for the other,
so both are understood.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from huma_xledger.listen_settings import ListenSettings

SIGNATURE: Final = "huma-hmac-sha256"
"""The header with the signature."""

_SIZE: Final = 32
"""Bytes of a signature."""

_PREFIX: Final = re.compile(r"sha256=", re.IGNORECASE)
_HEXADECIMAL: Final = re.compile(r"[0-9A-Fa-f]{64}")
_BASE64: Final = re.compile(r"([0-9A-Za-z+/_-]{43})=?")
_BEARER: Final = re.compile(rb"bearer +([^ ]+) *", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Genuine:
    """What a request has that only Huma can have.

    Attributes:
        signed: Whether there is a signature that can be read.
        by_secret: Whether it is the one that the secret makes.
        by_token: Whether the bearer token is the one that is set, or none is.
    """

    signed: bool
    by_secret: bool
    by_token: bool


def genuine(settings: ListenSettings, body: bytes, signatures: Sequence[str], tokens: Sequence[str]) -> Genuine:
    """Looks whether a request is Huma's. It takes as long whatever is wrong with it, and whatever comes first.

    Args:
        settings: What Huma signs with, and sends beside it.
        body: The body, as it came.
        signatures: What stands in each header with a signature.
        tokens: What stands in each header `Authorization`.
    """
    given = decoded(signatures[0]) if len(signatures) == 1 else None
    expected = hmac.digest(settings.secret.encode(), body, "sha256")
    is_the_same = hmac.compare_digest(given or bytes(_SIZE), expected)
    token = _bearer(tokens)
    # Digests are as long as each other, whatever they are of.
    wanted = hashlib.sha256((settings.bearer_token or "").encode()).digest()
    is_the_token = hmac.compare_digest(hashlib.sha256(token or b"").digest(), wanted)
    return Genuine(
        signed=given is not None,
        by_secret=given is not None and is_the_same,
        by_token=settings.bearer_token is None or (token is not None and is_the_token),
    )


def decoded(signature: str) -> bytes | None:
    """A signature as bytes; None for what is none.

    Args:
        signature: In hexadecimal digits, or in base64 of either alphabet, with or without what fills it up at the end;
            and with or without `sha256=` before it.
    """
    text = signature.strip(" \t")
    text = text[match.end() :] if (match := _PREFIX.match(text)) else text
    if _HEXADECIMAL.fullmatch(text):
        return bytes.fromhex(text)
    if match := _BASE64.fullmatch(text):
        return base64.urlsafe_b64decode(match[1].translate({ord("+"): "-", ord("/"): "_"}) + "=")
    return None


def _bearer(headers: Sequence[str]) -> bytes | None:
    """The one bearer token that there is, as the bytes that came; None where there is none, or more than one."""
    match = _BEARER.fullmatch(headers[0].encode("latin-1")) if len(headers) == 1 else None
    return match[1] if match else None
