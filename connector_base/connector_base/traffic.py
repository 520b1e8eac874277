"""What it costs to talk to a system."""

import threading
from dataclasses import dataclass, field

import requests as http


@dataclass(slots=True)
class Traffic:
    """What a sync costs: requests (retries included), bytes of bodies as they travel, and retries."""

    requests: int = 0
    bytes_sent: int = 0
    bytes_received: int = 0
    retries: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False, compare=False)

    def count(self, *, requests: int = 0, bytes_sent: int = 0, bytes_received: int = 0, retries: int = 0) -> None:
        """Adds to it, whichever thread calls."""
        with self._lock:
            self.requests += requests
            self.bytes_sent += bytes_sent
            self.bytes_received += bytes_received
            self.retries += retries


def travelled(response: http.Response) -> int:
    """The bytes of an answer's body as they travelled, compressed or not."""
    length = response.headers.get("Content-Length", "")
    return int(length) if length.isdigit() else len(response.content)
