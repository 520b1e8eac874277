"""All employees, page by page: nobody twice, and nobody missed unnoticed.

A page begins with the last one of the page before it. Where they are not there, the list has moved meanwhile, and
somebody may have slipped from a page that is still to be read to one that was. Facts: that a list goes on after any
cursor of a page is assumed; clients have been seen to go on after the last.
"""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from connector_base.failures import transient_error
from xledger_api.employees.pages import Node, Page, Walk, page_of
from xledger_api.employees.requests import LARGEST_PAGE, employees
from xledger_api.language.operations import Path
from xledger_api.language.schema import Schema
from xledger_api.sending.answers import Problem
from xledger_api.sending.client import RefusedError, TooSlowError, XledgerClient
from xledger_api.sending.endings import ending

SMALL_PAGE: Final = 100
"""A page that has no more employees than this is not made smaller where it is too slow."""

SHRINKS_TO: Final = 10
"""A page that is too slow is asked for with a tenth of the employees."""

CAREFUL_READINGS: Final = 3
"""How often a list is begun because it moved, before it is read without looking whether it does."""

EVERYBODY: Final = "everybody"

logger = logging.getLogger(f"airbyte.{__name__}")


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a list was read.

    Attributes:
        after: The cursor after which the next page is asked for; None for the beginning. A page begins with `last`.
        last: The dbId of whoever was read last.
    """

    after: str | None = field(repr=False)
    last: str


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a list, as it came.

    Attributes:
        nodes: Those who were in no part before it.
        mark: How far the list was read with it; None at the end of the list.
    """

    nodes: tuple[Node, ...] = field(repr=False)
    mark: Mark | None


@dataclass(slots=True)
class Listing:
    """Lists employees, whatever their status and whichever entity below the token's they belong to.

    Attributes:
        client: Sends the operations.
        schema: What this Xledger has.
        paths: What to read of an employee; the dbId is among it.
        size: How many are asked for at once. What is too slow is asked for in smaller pages from then on.
        arguments: What the list takes beside, such as another status.
        answered: Whether a page was answered: then the token lacks no access.
    """

    client: XledgerClient
    schema: Schema
    paths: tuple[Path, ...]
    size: int = LARGEST_PAGE
    arguments: Mapping[str, Any] = field(default_factory=dict)
    answered: bool = field(default=False, init=False)
    _seen: set[str] = field(default_factory=set, init=False, repr=False)
    _readings: int = field(default=1, init=False)

    def parts(self, mark: Mark | None = None) -> Iterator[Part]:
        """The list, in parts.

        Args:
            mark: Where to go on: the mark of a part of an earlier listing. Should the list have moved since, or Xledger
                not know the cursor any longer, it is read from the beginning.

        Raises:
            RefusedError: When the list is refused, whatever is asked for.
            AirbyteTracedException: When Xledger cannot be read.
        """
        self._readings, self._seen = 1, set()
        walk = Walk({mark.last} if mark else set())
        while True:
            page = self._page_after(mark)
            if page is None:
                mark, walk = None, Walk()
                continue
            new = self._new_on(page, mark)
            mark = self._mark_at_the_end_of(page, mark) if walk.goes_on(page) else None
            yield Part(new, mark)
            if mark is None:
                return

    @property
    def _careful(self) -> bool:
        """Whether it is looked whether the list moves."""
        return self._readings <= CAREFUL_READINGS

    def _page_after(self, mark: Mark | None) -> Page | None:
        """The page that follows a mark; None where the list has to be read from the beginning.

        Raises:
            RefusedError: When a list is refused that is read from its beginning, or was begun too often.
            AirbyteTracedException: When Xledger cannot be read.
        """
        try:
            page = self._asked_for(mark)
        except RefusedError:
            if mark is None or not self._careful:
                raise
            self._begin_anew()
            return None
        self.answered = True
        if mark is not None and self._careful and mark.last not in map(_db_id, page.nodes):
            self._begin_anew()
            return None
        return page

    def _begin_anew(self) -> None:
        self._readings += 1
        if self._careful:
            logger.info(
                "Xledger's list of employees does not go on where it was: it has moved since, or the place is not "
                "known any longer. It is read from the beginning."
            )
        else:
            logger.warning(
                "Xledger's list of employees has moved each time that it was read, %d times in a row. It is read once "
                "more, as it comes: somebody may be missing from it, and is read by a later sync.",
                CAREFUL_READINGS,
            )

    def _asked_for(self, mark: Mark | None) -> Page:
        """A page, in a size in which Xledger can give it."""
        after = mark.after if mark else None
        while True:
            size = min(self.size + (mark is not None and self._careful), LARGEST_PAGE)
            arguments = {**self.arguments, "first": size, "after": after}
            operation = employees(self.schema, [(EVERYBODY, self.paths, arguments)])
            try:
                return page_of(self.client.send(operation, again=True).get(EVERYBODY))
            except TooSlowError as error:
                if error.failure.problem is not Problem.TIMED_OUT:
                    raise ending(error.operation, error.failure) from None
                if self.size <= SMALL_PAGE:
                    raise transient_error(
                        "Xledger takes too long to list its employees. Try again in an hour."
                    ) from None
                self.size = max(self.size // SHRINKS_TO, SMALL_PAGE)

    def _new_on(self, page: Page, mark: Mark | None) -> tuple[Node, ...]:
        """Those on a page who were on none before it, in any reading."""
        nodes = {_db_id(node): node for node in page.nodes}
        last = mark.last if mark else None
        new = tuple(node for db_id, node in nodes.items() if db_id not in self._seen and db_id != last)
        self._seen.update(nodes)
        return new

    def _mark_at_the_end_of(self, page: Page, mark: Mark | None) -> Mark:
        last = Mark(page.following, _db_id(page.nodes[-1]))
        if not self._careful:
            return last
        if len(page.cursors) > 1:
            return replace(last, after=page.cursors[-2])
        return replace(last, after=mark.after if mark else None)


def _db_id(node: Node) -> str:
    return str(node["dbId"])
