"""Which API addresses a connector may be pointed at."""

from typing import Final

API_URL_PATTERN: Final = (
    r"^(https://[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?"
    r"|http://(localhost|127\.0\.0\.1|\[::1\]))"
    r"(:[0-9]{1,5})?(/[A-Za-z0-9._~/-]*)?$"
)
"""JSON Schema pattern of an `api_url`: https to anywhere, or http to this machine (for tests and tunnels).

Credentials and personal data travel to this address, so nothing else is accepted: no other scheme, no user name
before the host, no query, no white space.
"""
