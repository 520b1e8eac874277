"""Huma's lists: read page by page to their end, and again where they moved or lack something.

A page is as long as Huma makes it, whatever it was asked for. So the next one begins behind what has come, and the list
ends where `total` says so, or with a page without anything. Where `total` is absent, only such a page tells.
"""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from connector_base.failures import system_error, transient_error

LOGGER: Final = logging.getLogger(f"airbyte.{__name__}")

MOST_READINGS: Final = 4
"""How often a list is read when it moves: once, and three times again."""

MOST_PAGES: Final = 20_000
"""More pages than any organisation has: what goes on beyond them has no end."""

Item = dict[str, Any]


class Page(NamedTuple):
    """A part of a list.

    Attributes:
        items: What is on it, each with its `id`, a text.
        total: How many there are in the list; None when Huma does not say.
        whole: Whether the page is the whole list.
    """

    items: Sequence[Item]
    total: int | None = None
    whole: bool = False


def page_of(body: Any, what: str) -> Page:
    """A page as Huma answers it: an object with `items` and perhaps `total`, or a list that comes as a whole.

    Args:
        body: The JSON of the answer.
        what: What is listed, as sentences name it.

    Raises:
        ConnectorError: A system error, when it is anything else. It quotes nothing.
    """
    found = {"items": body} if isinstance(body, list) else body if isinstance(body, Mapping) else {}
    items, total = found.get("items"), found.get("total")
    total = total if type(total) is int and total >= 0 else None
    if items is None and total is not None:
        items = []  # Where the page says how many there are, too few of them are noticed.
    if isinstance(items, list) and all(isinstance(item, dict) and isinstance(item.get("id"), str) for item in items):
        return Page(items, total, whole=items is body)
    raise system_error(
        f"Huma's list of {what} comes in a form this connector does not know. Please report this to the maintainers of "
        "the connector."
    )


@dataclass(slots=True)
class Reading:
    """One reading of a list, as far as it has come.

    Attributes:
        came: How many items have come, those that came twice counted twice: where the next page begins.
        seen: The ids of the items that came.
        doubled: How many items came twice on one page, which says nothing of a list that moved.
        totals: How many there are by what the pages say, one after the other; a total that stays is there once.
        ended: Whether there is nothing more to ask for.
        goes_round: Whether it ended because nothing new comes any more, although pages do.
    """

    came: int = 0
    seen: set[str] = field(default_factory=set)
    doubled: int = 0
    totals: list[int] = field(default_factory=list)
    ended: bool = False
    goes_round: bool = False
    _pages: int = 0

    def take(self, page: Page) -> None:
        """Notes the next page."""
        ids = {item["id"] for item in page.items}
        if page.total is not None and page.total not in self.totals[-1:]:
            self.totals.append(page.total)
        self._pages += 1
        self.goes_round = bool(ids) and (ids <= self.seen or self._pages == MOST_PAGES)
        self.came += len(page.items)
        self.doubled += len(page.items) - len(ids)
        self.seen |= ids
        self.ended = page.whole or not ids or self.goes_round or [self.came] == self.totals[-1:]

    @property
    def is_settled(self) -> bool:
        """Whether everything was seen, and the list stood still, as far as one can tell."""
        return self.totals == [len(self.seen)] or not (self.totals or self.goes_round)

    @property
    def is_short(self) -> bool:
        """Whether something was not seen that is there at last."""
        return bool(self.totals) and len(self.seen) + self.doubled < self.totals[-1]


def everything_listed(ask: Callable[[int], Page | None], what: str) -> Iterator[Item]:
    """Everything in a list, each item once, in the order in which it was first seen.

    While a list is paged it may move, so that an item comes twice and another one not at all. It is read again when not
    as many were seen as there are, or when there were not always as many. What was seen in any reading counts.

    Args:
        ask: Gives the page that begins behind so many items; None when there is nothing to be had, which ends the list.
        what: What is listed, as sentences name it.

    Yields:
        The items, as soon as they come.

    Raises:
        ConnectorError: When the list lacks something, or does not end, however often it is read.
    """
    seen: set[str] = set()
    totals: set[int] = set()
    for _ in range(MOST_READINGS):
        reading = Reading()
        while not reading.ended:
            page = ask(reading.came)
            if page is None:
                return
            for item in page.items:
                if item["id"] not in seen:
                    seen.add(item["id"])
                    yield item
            reading.take(page)
        totals.update(reading.totals)
        # The second: what one reading lacked another one had, and nothing speaks for a list that moved.
        if reading.is_settled or totals == {len(seen)}:
            return
    _tell_of(reading, what)


def _tell_of(reading: Reading, what: str) -> None:
    """Says how the last reading of a list ended that never was as it should be."""
    if reading.goes_round:
        raise system_error(
            f"Huma's list of {what} does not end: pages that were there before come again in place of the next ones. "
            "Try again later; if it goes on, please report this to the maintainers of the connector."
        )
    if reading.is_short:
        raise transient_error(
            f"Huma's list of {what} is not whole: it ends after {len(reading.seen)} of {reading.totals[-1]}, and was "
            f"read {MOST_READINGS} times. Try again later; if it goes on, ask Huma's support."
        )
    LOGGER.warning(
        "Huma's list of %s changed while it was read, %d times in a row: at last it held %d different ones where there "
        "should be %d. What was missed is read by a later sync.",
        what,
        MOST_READINGS,
        len(reading.seen),
        reading.totals[-1],
    )
