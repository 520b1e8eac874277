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
    "elsewhere": f"for something else than POST {PATH}: see the address that was given to Huma",
    "ambiguous": "with both a Content-Length and chunks, as only an attack has",
    "too_large": "with more than 1 MiB",
    "too_slow": "whose body did not come in time",
    "cut_off": "that ended before the body did",
    "unsigned": "without a signature (one header huma-hmac-sha256): give the webhook in Huma the client secret that is "
    "listen.secret here",
    "signature": "not signed with listen.secret: it has to be the client secret of the webhook in Huma",
    "token": "without the token that is listen.bearer_token: it has to be the access token of the webhook in Huma",
    "not_understood": "from Huma that held no JSON object: report it, since Huma may have changed the form",
    "unkept": "from Huma that could not be kept, and were answered so",
    "unforeseen": "that failed in a way that nobody foresaw: report it",
    "ignored": "from Huma about somebody whose id is no UUID: report it, since Huma may have changed the form",
}
"""What is said of requests after their number, be it one or many."""


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

    @property
    def is_waiting(self) -> bool:
        """Whether there is something that was not told yet."""
        return bool(self._counted)

    def line(self, now: datetime) -> str | None:
        """What is to be logged now, and is not told again; None where that is nothing, or too early."""
        if not self._counted or (self._said_at is not None and timedelta(0) <= now - self._said_at < EVERY):
            return None
        self._said_at = now
        parts = (f"{count} {WORDS[notice]}{self._detail(notice)}" for notice, count in self._counted.most_common())
        line = f"Requests to be looked into, since this was last said: {'; '.join(parts)}."
        self._counted.clear()
        self._details.clear()
        return line

    def _detail(self, notice: Notice) -> str:
        return f" ({self._details[notice]})" if notice in self._details else ""
