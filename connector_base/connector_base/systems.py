"""How sentences name the system that a destination writes to."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class System:
    """The system that a destination writes to.

    Attributes:
        name: What it is called.
        kind: What it is, for which nothing in it is ever deleted, such as `a ledger`.
        nulls_would: What would come of null there in place of what nobody knows, such as `unset values in the ledger`.
    """

    name: str
    kind: str
    nulls_would: str
