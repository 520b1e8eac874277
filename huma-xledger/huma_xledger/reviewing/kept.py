"""What was decided on a page, kept while somebody decides: so that nothing is lost, whatever ends the review."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from huma_xledger.reviewing.status import RefusedError
from shared_mappings import DecisionsError, parse_decisions

FOUND_BY: Final = "employmentId"
"""The field that people are found by. Where one system lacks it, a page saves `later` only if somebody has said so."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What was decided last.

    Attributes:
        review: Which preview it is about.
        number: How many times something was kept before.
        text: What would be saved: the whole text of `decisions.json`; None before anything was kept.
        draft: What the page wants back when it is opened again, in a form of its own.
        at: When it was kept.
    """

    review: str
    number: int = 0
    text: str | None = None
    draft: str | None = None
    at: datetime | None = None

    @property
    def token(self) -> str:
        """What is to be named by whoever decides something else: they have seen this."""
        return f"{self.review}/{self.number}"


def keep(before: Kept, text: str, draft: str, onto: str, now: datetime) -> Kept:
    """Something else was decided.

    Args:
        before: What was decided before.
        text: What would be saved.
        draft: What the page wants back.
        onto: The token of what was seen when it was decided.
        now: The time.

    Returns:
        What is to be kept. What was decided before, if it is the same: an answer gets lost, and is asked for again.

    Raises:
        RefusedError: When it is not understood, or was decided on a page that does not show what was decided before.
    """
    if (text, draft) == (before.text, before.draft):
        return before
    if onto != before.token:
        raise RefusedError(
            "Something else was decided meanwhile in another window or tab. Load this page again: it then shows that, "
            "and what was decided here last is to be decided once more."
        )
    try:
        text.encode()
        parse_decisions(text)
    except (DecisionsError, UnicodeEncodeError) as error:
        why = str(error) if isinstance(error, DecisionsError) else "it is no text"
        raise RefusedError(f"What was decided cannot be kept, since it is not understood: {why}.") from None
    return Kept(before.review, before.number + 1, text, draft, now)


def for_another_look(text: str, saved: str | None) -> str:
    """What was decided, to be shown on the page of another preview.

    A page saves whatever is undecided as `later`. On the next page that would look decided, so it is left out: it is
    undecided there as well, and would be saved alike. What was saved as `later` before stays: it may be about somebody
    of whom the next page says nothing, and who would be written then. So does what people are found by, which the rules
    would decide about on the next page.

    Args:
        text: What would have been saved.
        saved: What was saved before that; None for nothing.
    """
    content = _content(text)
    before = [] if saved is None else _content(saved)["fields"]

    def stays(decision: dict[str, str]) -> bool:
        return decision["stands"] != "later" or decision["field"] == FOUND_BY or decision in before

    return json.dumps(content | {"fields": list(filter(stays, content["fields"]))})


def _content(text: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(text.removeprefix("\ufeff"))
    return content
