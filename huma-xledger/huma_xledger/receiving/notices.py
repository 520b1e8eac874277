"""What an administrator is told of requests: numbers with reasons, once a minute, and nothing that was in a request.

Somebody who is refused is told nothing, so this is where it is found out why nothing arrives.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final, Literal

from huma_xledger.listen_settings import PATH

EVERY: Final = timedelta(minutes=1)
"""A line is logged no more often than this, however many requests come."""

Refusal = Literal[
    "elsewhere", "ambiguous", "too_large", "too_slow", "cut_off", "unsigned", "signature", "token", "not_understood"
]
"""Why a request is refused."""

Notice = Literal[Refusal, "unkept", "unforeseen", "ignored"]
"""What there is to be told."""

WORDS: Final[Mapping[Notice, str]] = {
    "elsewhere": f"asked for something else than POST {PATH}: see the address that was given to Huma",
    "ambiguous": "had both a Content-Length and chunks, as only an attack has",
    "too_large": "had more than 1 MiB",
    "too_slow": "did not bring their body in time",
    "cut_off": "ended before their body did",
    "unsigned": "had no signature (one header huma-hmac-sha256): see the client secret of the webhook in Huma",
    "signature": "were not signed with the secret that stands below `listen`: it has to be Huma's client secret",
    "token": "did not have the bearer token that stands below `listen`: it has to be Huma's access token",
    "not_understood": "were Huma's, and no JSON object: report it, since Huma may have changed the form",
    "unkept": "were Huma's, and could not be kept",
    "unforeseen": "failed in a way that nobody foresaw: report it",
    "ignored": "named somebody by an id that is no UUID: report it, since Huma may have changed the form",
}


class Notices:
    """Counts what is worth a line. Called by one thread."""

    def __init__(self) -> None:
        self._counted: Counter[Notice] = Counter()
        self._details: dict[Notice, str] = {}
        self._said_at: datetime | None = None

    def add(self, notice: Notice, detail: str | None = None) -> None:
        """Counts a request.

        Args:
            notice: What there is to be told.
            detail: More of it, in a sentence that holds nothing of the request. The last one counts.
        """
        self._counted[notice] += 1
        if detail is not None:
            self._details[notice] = detail

    def line(self, now: datetime) -> str | None:
        """What is to be logged now, and is not told again; None where that is nothing, or too early."""
        if not self._counted or (self._said_at is not None and timedelta(0) <= now - self._said_at < EVERY):
            return None
        self._said_at = now
        parts = (f"{count} {WORDS[notice]}{self._detail(notice)}" for notice, count in self._counted.most_common())
        line = f"Of the requests that came since this was last said, {'; '.join(parts)}."
        self._counted.clear()
        self._details.clear()
        return line

    def _detail(self, notice: Notice) -> str:
        return f" ({self._details[notice]})" if notice in self._details else ""
