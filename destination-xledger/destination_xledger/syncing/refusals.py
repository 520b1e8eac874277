"""Telling a bad record from a missing access, and from an Xledger that is ill."""

import re
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Final

from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from connector_base.failures import transient_error
from destination_xledger.syncing.blame import in_unknown_words
from xledger_api.employees.gateway import Gateway
from xledger_api.language.accesses import speaks_of_access
from xledger_api.sending.answers import Failure
from xledger_api.sending.client import RefusedError
from xledger_api.sending.endings import no_access

SUSPICIOUS: Final = 3
"""How many people a mutation that nobody has passed may refuse, or a route lead astray, before it may not be them."""

MOST_IN_DOUBT: Final = 1_000
"""How many people are waited for whose fault it is. Then nobody passes."""

_PASSES_BY_ITSELF: Final = re.compile(
    r"deadlock|time(d)?.?out|busy|lock(ed)?\b|overload|temporar|unavailable|try again|retry|connection|shut.?down"
    r"|internal|maintenance|server error|database",
    re.IGNORECASE,
)
"""What speaks of a system and not of a record."""

Settle = Callable[[], None]
"""What is done about somebody once it is known that it was their fault."""


@dataclass(slots=True)
class _Doubt:
    """Refusals of one mutation that may be nobody's fault among those who were refused.

    Attributes:
        error: The first of them.
        waiting: What is done about those whom they are about, each.
    """

    error: RefusedError
    waiting: list[Settle] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Refusals:
    """Watches what each mutation accepts and refuses throughout a sync, and judges refusals before they are believed.

    A refusal in words that nobody knows is a record's fault once somebody else passes. Until then nobody is rejected
    for it, and the sync goes on; when nobody has passed by its end, it is nobody's fault among them.

    Attributes:
        gateway: Asks Xledger.
    """

    gateway: Gateway
    _passed: Counter[str] = field(default_factory=Counter)
    _doubts: dict[str, _Doubt] = field(default_factory=dict)
    _looked: set[str] = field(default_factory=set)
    """The mutations that were sent with nothing in them."""

    def passed(self) -> Counter[str]:
        """How many requests of each mutation were carried out in this sync."""
        return Counter(self._passed)

    def has_passed(self, mutation: str) -> bool:
        """Whether a mutation was carried out in this sync."""
        return self._passed[mutation] > 0

    def accepted(self, mutation: str) -> None:
        """Notes that a mutation was carried out: the token has the access it needs, and whom it refused is to blame."""
        self._passed[mutation] += 1
        self._blame(mutation)

    def doubts(self, mutation: str) -> bool:
        """Whether a mutation has refused somebody, and nobody has passed since."""
        return mutation in self._doubts

    @property
    def in_doubt(self) -> bool:
        """Whether somebody waits for a verdict: what they came with is not settled."""
        return bool(self._doubts)

    def is_worth_once_more(self, error: RefusedError, *, tried: bool) -> bool:
        """Whether a refusal is in words that nobody knows and is to be sent once more, after a pause that is made here.

        Args:
            error: The refusal.
            tried: Whether that was done before, of the same batch.

        Raises:
            AirbyteTracedException: When it was, and the mutation is refused whoever it is about.
        """
        if not in_unknown_words(error.failure):
            return False
        if not tried and not speaks_of_access(error.failure.original):
            self.gateway.client.wait_before_judging(error.failure)
            return True
        self._look_whether_it_is_refused_to_all(error)
        return False

    def _look_whether_it_is_refused_to_all(self, error: RefusedError) -> None:
        """Sends a mutation that nobody has passed with nothing in it: what that is refused for is no record's fault.

        Args:
            error: Why it was refused with somebody in it. Asked once until somebody passes.

        Raises:
            AirbyteTracedException: When it is refused in the same words: a config error when these speak of an access.
        """
        mutation = error.operation.root_field
        if self.has_passed(mutation) or mutation in self._looked:
            return
        self._looked.add(mutation)
        said = self.gateway.refusal_of_nothing(mutation)
        if said is not None and (said.problem, said.words) == (error.failure.problem, error.failure.words):
            raise self._ending(error)

    def wait_for_verdict(self, errors: Collection[RefusedError], settle: Settle) -> None:
        """Keeps somebody waiting until it is known whether refusals are about them.

        Args:
            errors: How they were refused, by one mutation or by several.
            settle: What is done about them when somebody else has passed by each of these.

        Raises:
            AirbyteTracedException: When it is about nobody.
        """
        waiting_for = len(errors)

        def heard() -> None:
            nonlocal waiting_for
            waiting_for -= 1
            if not waiting_for:
                settle()

        for error in errors:
            self._wait(error, heard)

    def _wait(self, error: RefusedError, settle: Settle) -> None:
        self._look_whether_it_is_refused_to_all(error)
        doubt = self._doubts.setdefault(error.operation.root_field, _Doubt(error))
        doubt.waiting.append(settle)
        if len(doubt.waiting) > MOST_IN_DOUBT:
            raise self._ending(error)

    def end(self) -> None:
        """Settles what is in doubt, now that nobody else comes.

        A few whom nobody has passed beside are to blame, or one record would keep a connection from ever succeeding.
        Not so when Xledger speaks of something that passes by itself.

        Raises:
            AirbyteTracedException: When many were refused and nobody has passed: it is nobody's fault among them. A
                transient error, unless the token lacks an access.
        """
        for doubt in self._doubts.values():
            if len(doubt.waiting) >= SUSPICIOUS or _PASSES_BY_ITSELF.search(doubt.error.failure.original):
                raise self._ending(doubt.error)
        for mutation in list(self._doubts):
            self._blame(mutation)

    def _blame(self, mutation: str) -> None:
        doubt = self._doubts.pop(mutation, None)
        for settle in doubt.waiting if doubt else ():
            settle()

    def _ending(self, error: RefusedError) -> AirbyteTracedException:
        if not self.has_passed(error.operation.root_field) and speaks_of_access(error.failure.original):
            return no_access(error.operation, error.failure)
        return refuses_all(error.operation.root_field, error.failure)


def refuses_all(mutation: str, failure: Failure) -> AirbyteTracedException:
    """A mutation that nobody passes, for a reason that nobody knows: it may pass later."""
    return transient_error(
        f"Xledger refuses every {mutation}, whoever it is about: {failure.words} Run the sync again in an hour. If it "
        "comes back, look whether the API token still has the accesses it had (testing the connection tells), and ask "
        "Xledger."
    )
