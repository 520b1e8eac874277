"""What the parts of one run of the connector share.

The manifest's components are built one by one and know nothing of each other. A run gives them what must exist once:
the start of the sync, the access tokens, the limit of requests in flight, the count of what it costs, and the knowledge
that Huma was given up on.
"""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timezone
from typing import Final

from airbyte_cdk.models import FailureType

from connector_base.failures import ConnectorError
from connector_base.traffic import Traffic
from connector_base.waiting import WatchedAdapter
from huma_api.asking.tokens import AccessTokens

DEFAULT_WORKERS: Final = 8
PATIENT_RETRIES: Final = 6
PATIENT_WAIT: Final = 300.0
"""Seconds."""
MOST_CONNECTIONS: Final = 40
"""Of these many are kept open: one for each worker there may be, and for those who list and ask for tokens."""
CONNECT_TIMEOUT: Final = 10.0
READ_TIMEOUT: Final = 60.0
"""Seconds to connect, and to wait for an answer."""
GENTLER: Final = "let it run when fewer others ask Huma"
LIKELY_CHANCE: Final = 5
"""As many failures in a row may have causes of their own."""

_current: ContextVar["SyncRun"] = ContextVar("sync_run")


class SyncRun:
    """One run of the connector.

    Args:
        workers: The most requests in flight at a time, 1 or more.
        max_retries: How often one request is tried again; None for as often as in the run beside it.
        longest_wait: The longest wait Huma may ask for, in seconds; None for the same as in the run beside it.
        gentler: What an administrator can do, when Huma is asked too often, as sentences go on.
        beside: Another run of the same process with the same API key; None without one.

    Attributes:
        started_at: When the run began.
        tokens: The access tokens, shared with the run beside it: Huma may take a second token for the end of the first.
        traffic: What was sent and received so far, together with the run beside it.
        skipped: How often something was skipped, by the HTTP status that Huma answered.
        hidden: The ids of people whom Huma did not show, and would have shown to a key with more rights.
        unread: Why those could not be read who could not, by their ids.
        adapter: Sends the requests, by connections that are shared with the run beside it: they are there already.
    """

    def __init__(
        self,
        *,
        workers: int = DEFAULT_WORKERS,
        max_retries: int | None = None,
        longest_wait: float | None = None,
        gentler: str = GENTLER,
        beside: "SyncRun | None" = None,
    ) -> None:
        self.started_at: Final = datetime.now(timezone.utc)
        patience = (beside.max_retries, beside.longest_wait) if beside else (PATIENT_RETRIES, PATIENT_WAIT)
        self.max_retries: Final[int] = patience[0] if max_retries is None else max_retries
        self.longest_wait: Final[float] = patience[1] if longest_wait is None else longest_wait
        self.gentler: Final = gentler
        self.tokens: Final[AccessTokens] = beside.tokens if beside else AccessTokens()
        self.traffic: Final[Traffic] = beside.traffic if beside else Traffic()
        self.skipped: Final[Counter[int]] = Counter()
        self.hidden: Final[set[str]] = set()
        self.unread: Final[dict[str, ConnectorError]] = {}
        self.adapter: Final[WatchedAdapter] = beside.adapter if beside else WatchedAdapter(MOST_CONNECTIONS)
        self._workers: Final = workers
        self._slots: Final = threading.BoundedSemaphore(workers)
        self._lock: Final = threading.Lock()
        self._failures_in_a_row = 0
        self._given_up_on: ConnectorError | None = None

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

    def note_skipped(self, status: int) -> None:
        """Huma did not give what was asked for of one person, and the others are asked for.

        Args:
            status: The HTTP status that it answered.
        """
        with self._lock:
            self.skipped[status] += 1

    def note_hidden(self, user_id: str) -> None:
        """Huma has somebody, and does not show them.

        Args:
            user_id: Their id.
        """
        with self._lock:
            self.hidden.add(user_id)

    def note_unread(self, user_id: str, failure: ConnectorError) -> None:
        """Somebody could not be read.

        Args:
            user_id: Their id.
            failure: Why.
        """
        with self._lock:
            self.unread[user_id] = failure

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
