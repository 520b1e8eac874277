"""What the parts of one run of the connector share.

The manifest's components are built one by one and know nothing of each other. A run gives them what must exist once:
the start of the sync, the access token, the limit of requests in flight, and the knowledge that Huma was given up on.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from typing import Final

from airbyte_cdk.models import FailureType
from airbyte_cdk.utils.datetime_helpers import AirbyteDateTime

from connector_base.failures import ConnectorError

DEFAULT_WORKERS: Final = 8
PATIENT_RETRIES: Final = 6
PATIENT_WAIT: Final = 300.0
"""Seconds."""
LIKELY_CHANCE: Final = 5
"""As many failures in a row may have causes of their own."""
HOPELESS_TOKENS: Final = 2
"""As many tokens in a row that were refused and never accepted are not to be explained by bad luck."""
LONG_AGO: Final = AirbyteDateTime.from_datetime(datetime.min.replace(tzinfo=timezone.utc))

_current: ContextVar["SyncRun"] = ContextVar("sync_run")


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


class SyncRun:
    """One run of the connector.

    Args:
        workers: The most requests in flight at a time, 1 or more.
        max_retries: How often one request is tried again.
        longest_wait: The longest wait Huma may ask for, in seconds.

    Attributes:
        organisation: The id of the organisation that gave the access token; None before, or where Huma does not say.
    """

    def __init__(
        self, *, workers: int = DEFAULT_WORKERS, max_retries: int = PATIENT_RETRIES, longest_wait: float = PATIENT_WAIT
    ) -> None:
        self.started_at: Final = datetime.now(timezone.utc)
        self.max_retries: Final = max_retries
        self.longest_wait: Final = longest_wait
        self._token: AccessToken | None = None
        self._workers: Final = workers
        self._slots: Final = threading.BoundedSemaphore(workers)
        self._lock: Final = threading.Lock()
        self._never_accepted: Final[list[str]] = []  # of the latest tokens, those refused and never accepted
        self._failures_in_a_row = 0
        self._given_up_on: ConnectorError | None = None
        self.organisation: str | None = None

    @classmethod
    def current(cls) -> "SyncRun":
        """The run whose components are being built.

        Raises:
            LookupError: Outside of `building_components`.
        """
        return _current.get()

    @contextmanager
    def building_components(self) -> Iterator[None]:
        """Makes this the current run for the components built inside."""
        token = _current.set(self)
        try:
            yield
        finally:
            _current.reset(token)

    @property
    def token(self) -> AccessToken | None:
        """The latest access token; None before the first."""
        return self._token

    def keep_token(self, token: AccessToken) -> None:
        """Takes a new access token into use."""
        with self._lock:
            self._token = token

    def token_was_accepted(self, authorization: str | None) -> None:
        """Huma accepted a request, so its token was good, and so is the key behind it.

        Args:
            authorization: The `Authorization` header of the request.
        """
        token = self._token
        if token is not None and token.accepted and _is_of(token.value, authorization):
            return  # as for nearly every request, which need not wait for one another to hear so again
        with self._lock:
            if any(_is_of(value, authorization) for value in self._never_accepted):
                self._never_accepted.clear()  # an answer that took longer than a refusal
            if self._token is not None and _is_of(self._token.value, authorization):
                self._token = replace(self._token, accepted=True)
                self._never_accepted.clear()

    def token_was_refused(self, authorization: str | None) -> bool:
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
            token = self._token
            if token is not None and not token.refused and _is_of(token.value, authorization):
                self._token = replace(token, expires_at=LONG_AGO, refused=True)
                if not token.accepted:
                    self._never_accepted.append(token.value)
            return len(self._never_accepted) < HOPELESS_TOKENS

    @contextmanager
    def request_slot(self) -> Iterator[None]:
        """Waits until there is room for another request in flight, and takes it."""
        with self._slots:
            yield

    @property
    def given_up_on(self) -> ConnectorError | None:
        """Why nothing more is asked of Huma in this run; None while there is hope."""
        return self._given_up_on

    def note_success(self) -> None:
        """Huma answered a request."""
        self._failures_in_a_row = 0

    def note_failure(self, failure: ConnectorError, *, hopeless: bool = False) -> None:
        """A request failed for good, after its retries.

        One person whose details cannot be had must not keep the others from being read. But without a right to
        read, or with every worker failing and nothing succeeding in between, asking on for thousands of people
        would take days and tell nothing new.

        Args:
            failure: What the administrator will be told.
            hopeless: Whether no other request can succeed either.
        """
        with self._lock:
            self._failures_in_a_row += 1
            permanent = failure.failure_type is FailureType.config_error
            if hopeless or permanent or self._failures_in_a_row > max(self._workers, LIKELY_CHANCE):
                self._given_up_on = self._given_up_on or failure


def _is_of(token: str, authorization: str | None) -> bool:
    return authorization == f"Bearer {token}"
