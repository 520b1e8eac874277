"""Telling a bad record from a missing access, of which Xledger does not say how it looks."""

from dataclasses import dataclass, field

from destination_xledger.answers import Problem
from destination_xledger.client import RefusedError, no_access
from destination_xledger.gateway import Gateway


@dataclass(frozen=True, slots=True)
class Refusals:
    """Watches what each mutation accepts and refuses throughout a sync.

    Attributes:
        gateway: Asks Xledger.
    """

    gateway: Gateway
    _accepted: set[str] = field(default_factory=set)

    def accepted(self, mutation: str) -> None:
        """Notes that a mutation was carried out: the token has the access it needs."""
        self._accepted.add(mutation)

    def refused_alone(self, error: RefusedError) -> None:
        """Notes that a single record was refused.

        When the reason is none that is known and the mutation was not carried out so far, the mutation is sent with
        nothing in it: if that is refused in the same words, the record is not to blame.

        Raises:
            AirbyteTracedException: A config error, when the token lacks the access.
        """
        mutation = error.operation.root_field
        if error.failure.problem is not Problem.UNRECOGNISED or mutation in self._accepted:
            return
        if self.gateway.refusal_of_nothing(mutation) == error.failure:
            raise no_access(error.operation, error.failure) from None
        self.accepted(mutation)
