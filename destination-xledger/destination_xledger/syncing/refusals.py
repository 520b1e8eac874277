"""Telling a bad record from a missing access, from a route that is not for us, and from an Xledger that is ill."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from connector_base.failures import ConnectorError, transient_error
from destination_xledger.syncing.blame import is_about_the_object
from xledger_api.employees.gateway import Gateway
from xledger_api.sending.answers import Failure, Problem
from xledger_api.sending.client import RefusedError
from xledger_api.sending.endings import no_access

IN_A_ROW: Final = 20
"""How many people a mutation may refuse one after the other for a reason that is not known. Then it is not them."""


@dataclass(frozen=True, slots=True)
class Refusals:
    """Watches what each mutation accepts and refuses throughout a sync.

    Attributes:
        gateway: Asks Xledger.
    """

    gateway: Gateway
    _accepted: set[str] = field(default_factory=set)
    _in_a_row: Counter[str] = field(default_factory=Counter)
    _unknown_in_a_row: Counter[str] = field(default_factory=Counter)

    @property
    def anybody_passed(self) -> bool:
        """Whether Xledger has carried out anything in this sync."""
        return bool(self._accepted)

    def has_passed(self, mutation: str) -> bool:
        """Whether a mutation was carried out in this sync."""
        return mutation in self._accepted

    def accepted(self, mutation: str) -> None:
        """Notes that a mutation was carried out: the token has the access it needs."""
        self._accepted.add(mutation)
        del self._in_a_row[mutation], self._unknown_in_a_row[mutation]

    def refused_alone(self, error: RefusedError, *, can_go_on: bool = False) -> int:
        """Notes that a single record was refused, for a reason that may not be its own.

        When the reason is none that is known, the mutation is sent with nothing in it. If that is refused in the same
        words, the record is not to blame, and rejecting it would lose it.

        Args:
            error: Why.
            can_go_on: Whether there is another way to write the record.

        Returns:
            How many were refused one after the other by now.

        Raises:
            AirbyteTracedException: A config error, when the token lacks the access; a transient one, when the mutation
                was carried out in this sync and is not any more, or refuses one after the other and nothing is left.
        """
        mutation = error.operation.root_field
        self._in_a_row[mutation] += 1
        if error.failure.problem is Problem.UNRECOGNISED and not is_about_the_object(error.failure):
            self._unknown_in_a_row[mutation] += 1
            self._look_whether_it_is_refused_to_all(error)
            if self._unknown_in_a_row[mutation] >= IN_A_ROW and not can_go_on:
                raise refuses_all(mutation, error.failure)
        return self._in_a_row[mutation]

    def _look_whether_it_is_refused_to_all(self, error: RefusedError) -> None:
        mutation = error.operation.root_field
        said = self.gateway.refusal_of_nothing(mutation)
        if said is not None and (said.problem, said.words) == (error.failure.problem, error.failure.words):
            lacks = not self.has_passed(mutation)
            raise no_access(error.operation, error.failure) if lacks else refuses_all(mutation, error.failure) from None


def refuses_all(mutation: str, failure: Failure) -> ConnectorError:
    """A mutation that nobody passes, for a reason that nobody knows: it may pass later."""
    return transient_error(
        f"Xledger refuses every {mutation}, whoever it is about: {failure.words} Run the sync again in an hour. If it "
        "comes back, look whether the API token still has the accesses it had (testing the connection tells), and ask "
        "Xledger."
    )
