"""What is counted and measured, in the form of Prometheus. Nothing in it names anybody: there is no label for an id."""

from typing import Final, Literal, get_args

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)

from xledger_api.tariff import pounds_beyond

CONTENT_TYPE: Final = CONTENT_TYPE_LATEST
"""What `Meters.text` is."""

Answer = Literal["taken", "refused", "unkept"]
"""What became of a request to the webhook: its events are kept, it is not Huma's or of no use, they cannot be kept."""

Became = Literal["brought", "nothing_to_do", "failed", "given_up"]
"""What became of an event."""

SECONDS: Final = (0.1, 0.25, 0.5, 1, 1.5, 2, 3, 5, 10, 30, 60, 300, 1800, 3600)

_SPACE: Final = "huma_xledger"


class Meters:
    """Counts and measures. Called by several threads."""

    def __init__(self) -> None:
        # The library would tell of every count since when it counts.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry: Final = CollectorRegistry()
        self._webhooks = self._counter("webhooks", "Requests to the webhook, by what became of them.", "answer")
        self._refusals = self._counter("webhooks_refused", "Requests that were refused, by why.", "reason")
        self._ids = self._counter("webhook_ids_ignored", "Ids in webhooks that are none of a user.")
        self._events = self._counter("events", "Events, by what became of them.", "became")
        self._delays = self._histogram("webhook_to_ledger_seconds", "From the webhook to Xledger.")
        self._runs = self._histogram("run_seconds", "How long runs took.", "of", "ending")
        self._requests = self._counter("requests", "Requests that were sent.", "system")
        self._bytes = self._counter("xledger_bytes", "Bytes to and from Xledger.", "way")
        self._month_requests = self._gauge("xledger_requests_this_month", "Requests to Xledger this month.")
        self._month_pounds = self._gauge(
            "xledger_pounds_this_month", "What they and their bytes cost beyond what is included, in pounds."
        )
        self._waiting = self._gauge("events_waiting", "Events that wait to be brought.")
        self._given_up = self._gauge("events_given_up", "Events that were given up on.")
        self._oldest = self._gauge("oldest_event_seconds", "How long the oldest event has waited that waits.")
        # What never happened is counted as well, or nobody could tell it from what is not measured.
        for counter, values in (
            (self._webhooks, get_args(Answer)),
            (self._events, get_args(Became)),
            (self._requests, ("huma", "xledger")),
            (self._bytes, ("sent", "received")),
        ):
            for value in values:
                counter.labels(value)

    def answered(self, answer: Answer) -> None:
        """Counts a request to the webhook."""
        self._webhooks.labels(answer).inc()

    def refused(self, reason: str) -> None:
        """Counts a request that was refused, by a reason out of few."""
        self._refusals.labels(reason).inc()

    def ignored(self, ids: int) -> None:
        """Counts ids in a webhook that are none of a user."""
        self._ids.inc(ids)

    def became(self, what: Became, events: int) -> None:
        """Counts what became of events."""
        self._events.labels(what).inc(events)

    def brought_after(self, seconds: float) -> None:
        """Measures how long an event took from the webhook to Xledger."""
        self._delays.observe(seconds)

    def ran(self, of: Literal["some", "everybody"], ending: str, seconds: float) -> None:
        """Measures a run."""
        self._runs.labels(of, ending).observe(seconds)

    def spent(self, huma_requests: int, xledger_requests: int, bytes_sent: int, bytes_received: int) -> None:
        """Counts what a run cost."""
        self._requests.labels("huma").inc(huma_requests)
        self._requests.labels("xledger").inc(xledger_requests)
        self._bytes.labels("sent").inc(bytes_sent)
        self._bytes.labels("received").inc(bytes_received)

    def waits(self, waiting: int, given_up: int, oldest_seconds: float) -> None:
        """Says what waits now.

        Args:
            waiting: How many events wait to be brought.
            given_up: How many were given up on.
            oldest_seconds: How long the oldest of those has waited that wait; 0 where none does.
        """
        self._waiting.set(waiting)
        self._given_up.set(given_up)
        self._oldest.set(oldest_seconds)

    def this_month(self, requests: int, bytes_sent: int, bytes_received: int) -> None:
        """Says what Xledger was asked this month, by this program, in this process or one before it."""
        self._month_requests.set(requests)
        self._month_pounds.set(pounds_beyond(requests, bytes_sent, bytes_received))

    def text(self) -> bytes:
        """All of it, as Prometheus reads it."""
        return generate_latest(self.registry)

    def _counter(self, name: str, documentation: str, *labels: str) -> Counter:
        return Counter(name, documentation, labels, namespace=_SPACE, registry=self.registry)

    def _gauge(self, name: str, documentation: str) -> Gauge:
        return Gauge(name, documentation, namespace=_SPACE, registry=self.registry)

    def _histogram(self, name: str, documentation: str, *labels: str) -> Histogram:
        return Histogram(name, documentation, labels, namespace=_SPACE, registry=self.registry, buckets=SECONDS)
