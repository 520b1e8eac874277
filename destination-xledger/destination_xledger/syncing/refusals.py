"""Telling a bad record from a missing access and from an Xledger that is ill, of which nobody knows how they look."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from connector_base.failures import ConnectorError, transient_error
from xledger_api.employees.gateway import Gateway
from xledger_api.sending.answers import Problem
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

    def accepted(self, mutation: str) -> None:
        """Notes that a mutation was carried out: the token has the access it needs."""
        self._accepted.add(mutation)
        del self._in_a_row[mutation]

    def refused_alone(self, error: RefusedError) -> None:
        """Notes that a single record was refused.

        When the reason is none that is known, the mutation is sent with nothing in it. If that is refused in the same
        words, the record is not to blame, and rejecting it would lose it.

        Raises:
            AirbyteTracedException: A config error, when the token lacks the access; a transient one, when the mutation
                was carried out in this sync and is not any more.
        """
        mutation = error.operation.root_field
        if error.failure.problem is not Problem.UNRECOGNISED:
            return
        self._in_a_row[mutation] += 1
        said = self.gateway.refusal_of_nothing(mutation)
        if said is not None and (said.problem, said.words) == (error.failure.problem, error.failure.words):
            lacks = mutation not in self._accepted
            raise no_access(error.operation, error.failure) if lacks else _refuses_all(error) from None
        if self._in_a_row[mutation] >= IN_A_ROW:
            raise _refuses_all(error)


def _refuses_all(error: RefusedError) -> ConnectorError:
    return transient_error(
        f"Xledger refuses every {error.operation.root_field}, whoever it is about: {error.failure.words} Run the sync "
        "again in an hour. If it comes back, look whether the API token still has the accesses it had (testing the "
        "connection tells), and ask Xledger."
    )
