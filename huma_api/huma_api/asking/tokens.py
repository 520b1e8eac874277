"""The access tokens of an API key, one after the other: which one is in use, and what Huma has made of it."""

import threading
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from typing import Final

from airbyte_cdk.utils.datetime_helpers import AirbyteDateTime

HOPELESS_TOKENS: Final = 2
"""As many tokens in a row that were refused and never accepted are not to be explained by bad luck."""

LONG_AGO: Final = AirbyteDateTime.from_datetime(datetime.min.replace(tzinfo=timezone.utc))


@dataclass(frozen=True, slots=True)
class AccessToken:
    """An access token of Huma.

    Attributes:
        value: The token.
        expires_at: The moment it expires.
        accepted: Whether Huma has accepted it for anything since it was given.
        refused: Whether Huma has refused it since it was given.
    """

    value: str = field(repr=False)
    expires_at: AirbyteDateTime
    accepted: bool = False
    refused: bool = False


class AccessTokens:
    """The access tokens of one API key. Called by all threads that ask Huma.

    Attributes:
        organisation: The id of the organisation that gave the latest token; None before, or where Huma does not say.
    """

    def __init__(self) -> None:
        self.organisation: str | None = None
        self._latest: AccessToken | None = None
        self._never_accepted: Final[list[str]] = []  # of the latest tokens, those refused and never accepted
        self._lock: Final = threading.Lock()

    @property
    def latest(self) -> AccessToken | None:
        """The latest access token; None before the first."""
        return self._latest

    def keep(self, token: AccessToken) -> None:
        """Takes a new access token into use."""
        with self._lock:
            self._latest = token

    def was_accepted(self, authorization: str | None) -> None:
        """Huma accepted a request, so its token was good, and so is the key behind it.

        Args:
            authorization: The `Authorization` header of the request.
        """
        token = self._latest
        if token is not None and token.accepted and _is_of(token.value, authorization):
            return  # as for nearly every request, which need not wait for one another to hear so again
        with self._lock:
            if any(_is_of(value, authorization) for value in self._never_accepted):
                self._never_accepted.clear()  # an answer that took longer than a refusal
            if self._latest is not None and _is_of(self._latest.value, authorization):
                self._latest = replace(self._latest, accepted=True)
                self._never_accepted.clear()

    def was_refused(self, authorization: str | None) -> bool:
        """Huma refused a request; when that had the latest token, the token counts as expired from now on.

        A token may be used up by other requests, or expire at any moment: then another one helps. Only tokens that
        are refused as soon as they are given, and never accepted for anything, say that something is wrong with the
        key. A single one may have expired before its first use, and several requests in flight may all have it.

        Args:
            authorization: The `Authorization` header of the request.

        Returns:
            Whether another token may help.
        """
        with self._lock:
            token = self._latest
            if token is not None and not token.refused and _is_of(token.value, authorization):
                self._latest = replace(token, expires_at=LONG_AGO, refused=True)
                if not token.accepted:
                    self._never_accepted.append(token.value)
            return len(self._never_accepted) < HOPELESS_TOKENS


def _is_of(token: str, authorization: str | None) -> bool:
    return authorization == f"Bearer {token}"
