"""What is counted and measured, in the form of Prometheus."""

from typing import Final, Literal

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

Answer = Literal["taken", "refused", "unkept"]
"""What became of a request to the webhook: its events are kept; it is not Huma's, or of no use; or they could not be kept."""

SECONDS: Final = (0.1, 0.25, 0.5, 1, 1.5, 2, 3, 5, 10, 30, 60, 300, 1800, 3600)


class Meters:
    """Counts and measures. Called by several threads."""

    def __init__(self) -> None:
        self.registry: Final = CollectorRegistry()
        of = {"registry": self.registry, "namespace": "huma_xledger"}
        self._webhooks = Counter("webhooks", "Requests to the webhook, by what became of them.", ("answer",), **of)
        self._events = Counter("events", "Events, by what became of them.", ("became",), **of)
        self._delays = Histogram("webhook_to_ledger_seconds", "From the webhook to Xledger.", buckets=SECONDS, **of)
        self._runs = Histogram("run_seconds", "How long runs took.", ("of", "ending"), buckets=SECONDS, **of)
        self._requests = Counter("requests", "Requests that were sent.", ("system",), **of)
        self._bytes = Counter("xledger_bytes", "Bytes to and from Xledger.", ("way",), **of)
        self.month_requests = Gauge("xledger_requests_this_month", "Requests to Xledger this month.", **of)
        self.month_pounds = Gauge("xledger_pounds_this_month", "What they cost beyond what is included.", **of)
        self.waiting = Gauge("events_waiting", "Events that wait to be brought.", **of)
        self.given_up = Gauge("events_given_up", "Events that were given up on.", **of)
        self.oldest = Gauge("oldest_event_seconds", "How long the oldest event has waited.", **of)

    def answered(self, answer: Answer) -> None:
        """Counts a request to the webhook."""
        self._webhooks.labels(answer).inc()

    def became(self, what: Literal["brought", "nothing_to_do", "failed", "given_up"], events: int) -> None:
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

    def text(self) -> bytes:
        """All of it, as Prometheus reads it."""
        return generate_latest(self.registry)
