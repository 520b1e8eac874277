"""Looking employees up by their keys, page by page: nobody is taken for missing over an answer."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from connector_base.failures import transient_error
from xledger_api.employees.pages import Node, Walk, page_of
from xledger_api.employees.requests import OWNERS, email_of_an_employee, employees, is_scoped
from xledger_api.language.operations import Path
from xledger_api.language.schema import Schema
from xledger_api.sending.answers import Answer, Problem
from xledger_api.sending.client import PAUSES, RefusedError, TooSlowError, XledgerClient
from xledger_api.sending.endings import ending, refused_whatever_is_in_it, unreachable
from xledger_api.sifting import Rest, sift

KEYS_PER_REQUEST: Final = 500

EMPLOYEES_PER_KEY: Final = 2
"""How many a page has room for. Keys are not guaranteed unique, so there may be more, on further pages."""

IN_OTHER_CASE: Final = "byCodeInOtherCase"
"""The alias that finds codes in small and in capital letters."""

IN_THE_ENTITY: Final = "inTheEntity"
"""The first codes are looked up in the entity of the token alone as well: what is meant by those below is assumed."""

REFUSALS_FOR_A_LOOK_UP: Final = 50
"""How often a look-up may be refused before whatever is refused of it then is not parted any further."""

Pages = Mapping[str, tuple[tuple[Path, ...], Node]]
"""What to read and the arguments, by the alias."""


class AskedFor(NamedTuple):
    """One key of each kind to look up; None for no more of that kind."""

    code: str | None = None
    email: str | None = None
    code_in_other_case: str | None = None
    db_id: str | None = None

    @property
    def apart(self) -> "list[AskedFor]":
        """The keys, each for itself."""
        return [AskedFor(**{kind: key}) for kind, key in self._asdict().items() if key is not None]


_ANYBODY: Final = AskedFor(code="0", email="nobody@example.com", code_in_other_case="x", db_id="1")
"""Keys that nobody and nothing takes offence at."""


@dataclass(slots=True)
class Found:
    """What came of a look-up.

    Attributes:
        nodes: Who was found, each with the alias that found them.
        refused: The keys that cannot be looked up, each for itself.
        why: Why the last of them cannot.
        refusals: How often a part of the look-up was refused.
    """

    nodes: list[tuple[str, Node]] = field(default_factory=list)
    refused: list[AskedFor] = field(default_factory=list)
    why: RefusedError | None = None
    refusals: int = 0


@dataclass(slots=True)
class LookUps:
    """Finds employees by their keys.

    Attributes:
        client: Sends the operations.
        schema: What this Xledger has.
        everything: What to read of an employee who is read whole.
        scope_is_right: Whether those who are looked up everywhere were seen to be no fewer than those of the token's
            entity.
        answered: Whether a look-up was answered in this sync: then it lacks no access.
    """

    client: XledgerClient
    schema: Schema
    everything: tuple[Path, ...]
    scope_is_right: bool = False
    answered: bool = False

    def nodes(self, asked: Sequence[AskedFor], *, with_doubts: bool = False) -> Found:
        """Who is found. What is too slow or refused in one request is asked in parts.

        Raises:
            AirbyteTracedException: When Xledger cannot be read; also, unless `with_doubts`, when it refuses a key.
        """
        found = Found()
        for start in range(0, len(asked), KEYS_PER_REQUEST):
            sift(asked[start : start + KEYS_PER_REQUEST], lambda some, _last: self._ask(some, found))
        if found.why is not None and not with_doubts:
            raise refused_whatever_is_in_it(found.why.operation, found.why.failure)
        return found

    def _ask(self, some: Sequence[AskedFor], found: Found) -> Rest[AskedFor]:
        try:
            # What is refused is judged before it is believed: at first, and of each key alone.
            again = not found.refusals or len(some) == 1
            found.nodes += list(self.pages(self._filtered(some), again=again))
        except TooSlowError as error:
            if len(some) > 1:
                return Rest(some)
            if error.failure.problem is not Problem.TIMED_OUT:
                raise ending(error.operation, error.failure) from None
            raise transient_error("Xledger takes too long to find a single employee. Try again in an hour.") from None
        except RefusedError as error:
            return self._after_refusal(some, error, found)
        return Rest()

    def _after_refusal(self, some: Sequence[AskedFor], error: RefusedError, found: Found) -> Rest[AskedFor]:
        """What is left of a look-up that was refused."""
        if not found.refusals:
            self._end_unless_others_pass(some, error)
        found.refusals += 1
        apart = [key for row in some for key in row.apart]
        if len(apart) == 1 or found.refusals > REFUSALS_FOR_A_LOOK_UP:
            found.refused += apart
            found.why = error
            return Rest(refused=True)
        if len(some) > 1:
            return Rest(some, refused=True)
        sift(apart, lambda key, _last: self._ask(key, found))
        return Rest(refused=True)

    def _end_unless_others_pass(self, some: Sequence[AskedFor], error: RefusedError) -> None:
        """Looks whether the same is answered for keys that nobody takes offence at: if not, no key is to blame."""
        kinds = {kind for row in some for kind, key in row._asdict().items() if key is not None}
        anybody = AskedFor(**{kind: key for kind, key in _ANYBODY._asdict().items() if kind in kinds})
        answer = self.client.ask(employees(self.schema, _calls(self._filtered([anybody]))), PAUSES)
        if not isinstance(answer, Answer):
            raise unreachable(answer) or self.refused_to_all(error) from None

    def refused_to_all(self, error: RefusedError) -> Exception:
        """The error with which a sync ends when a look-up is refused whatever is in it.

        One that was answered in this sync lacks no access.
        """
        told = refused_whatever_is_in_it if self.answered else ending
        return told(error.operation, error.failure)

    def _filtered(self, asked: Sequence[AskedFor]) -> Pages:
        """One page for each kind of key that is asked for."""
        keys: tuple[tuple[str, str, list[Any], tuple[Path, ...]], ...] = (
            ("byCode", "code_in", [row.code for row in asked if row.code is not None], self.everything),
            (
                "byEmail",
                "email_in",
                [row.email for row in asked if row.email is not None],
                email_of_an_employee(self.schema),
            ),
            (
                IN_OTHER_CASE,
                "code_in",
                [row.code_in_other_case for row in asked if row.code_in_other_case is not None],
                (("dbId",), ("code",)),
            ),
            ("byDbId", "dbId_in", [int(row.db_id) for row in asked if row.db_id is not None], self.everything),
        )
        first = EMPLOYEES_PER_KEY * len(asked)
        pages: dict[str, tuple[tuple[Path, ...], Node]] = {
            alias: (paths, {"first": first, "filter": {filter_name: those}})
            for alias, filter_name, those, paths in keys
            if those
        }
        if "byCode" in pages and not self.scope_is_right and is_scoped(self.schema):
            pages[IN_THE_ENTITY] = ((("dbId",),), {**pages["byCode"][1], OWNERS: None})
        return pages

    def pages(self, pages: Pages, *, again: bool) -> Iterator[tuple[str, Node]]:
        """The nodes on pages and on those that follow, each with its alias.

        Args:
            pages: What to read.
            again: Whether what is refused in words that nobody knows is sent once more; see `XledgerClient.send`.

        Raises:
            RefusedError, TooSlowError: See `XledgerClient.send`.
            AirbyteTracedException: When Xledger cannot be read.
        """
        walks = {alias: Walk() for alias in pages}
        while pages:
            answer = self.client.send(employees(self.schema, _calls(pages)), again=again)
            following: dict[str, tuple[tuple[Path, ...], Node]] = {}
            for alias, (paths, arguments) in pages.items():
                page = page_of(answer.get(alias))
                yield from ((alias, node) for node in page.nodes)
                if walks[alias].goes_on(page):
                    following[alias] = (paths, {**arguments, "after": page.following})
            self.answered = True
            pages = following


def _calls(pages: Pages) -> Iterator[tuple[str, tuple[Path, ...], Node]]:
    return ((alias, paths, arguments) for alias, (paths, arguments) in pages.items())
