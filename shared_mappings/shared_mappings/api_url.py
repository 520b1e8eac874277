"""Which API addresses a connector may be pointed at."""

from typing import Final

_LABEL: Final = "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_HOST: Final = rf"(?![^:/]{{254}}){_LABEL}(\.{_LABEL})*"
_PORT: Final = "[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]"

NOTHING_FOLLOWS: Final = r"(?![\s\S])"
"""The end of a text in every dialect of JSON Schema's patterns: in Python's, a `$` would let a line end pass."""

API_URL_PATTERN: Final = (
    rf"^(https://{_HOST}|http://(localhost|127\.0\.0\.1|\[::1\]))"
    rf"(:({_PORT}))?(/[A-Za-z0-9._~/-]*)?{NOTHING_FOLLOWS}"
)
"""JSON Schema pattern of an `api_url`: https to anywhere, or http to this machine (for tests and tunnels).

Credentials and personal data travel to this address, so nothing else is accepted: no other scheme, no user name
before the host, no query, no white space, no invisible character. Host names and ports are such as can be: one that
cannot be would not be reached, and be waited for.
"""
