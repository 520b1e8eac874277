"""The accesses that an administrator grants to the API token, in Xledger's words for them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

from xledger_api.language.operations import Operation, operations, probes
from xledger_api.language.schema_parts import parts_of, types_of

WHERE_TOKENS_ARE: Final = "Administration > System Access > GraphQL > API tokens"
"""The way to the API tokens in Xledger's menu. Facts: Xledger's public help pages."""

WHERE_TO_GRANT: Final = f"in Xledger under {WHERE_TOKENS_ARE}"


@dataclass(frozen=True, slots=True)
class Access:
    """One access of the list that an administrator is asked to grant.

    Attributes:
        name: Xledger's name for it.
        reads: The probe that tells whether it is there for reading.
        opens: The type of Xledger's schema that it opens for reading, as far as this connector reads it.
        writes: The probes that tell whether it is there for writing; none where reading is all that is asked for.
    """

    name: str
    reads: str
    opens: str | None = None
    writes: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """The access and its level, as Xledger's administration has them."""
        return f"{self.name}: {'read/write' if self.writes else 'read'}"

    @property
    def probes(self) -> tuple[str, ...]:
        """Every probe for it."""
        return (self.reads, *self.writes)


ACCESSES: Final = (
    Access("Human Resources Employee", "MayReadEmployees", "Employee", ("MayAddEmployees", "MayUpdateEmployees")),
    Access("Common Address", "MayReadAddresses", "Address"),
    Access("Contact", "MayReadContacts", "Contact", ("MayUpdateContacts",)),
    Access("Country", "MayReadCountries", "Country"),
    Access("Company", "MayReadCompanies", "Company"),
    Access("Object Value", "MayReadObjectValues", "ObjectValue"),
    Access("Subledger", "MayReadSubledgers", "Subledger", ("MayUpdateSuppliers",)),
    # What a supplier's list would show, a sync reads as the employee's subledger.
    Access("Supplier", "MayReadSuppliers", None, ("MayUpdateSuppliers",)),
    Access("System Value", "MayReadSystemValues", "SystemValue"),
    Access("General ledger Bank", "MayReadBanks", "Bank"),
)
"""All that is asked for. Facts: the list that Xledger's administrators are given for this integration."""


def accesses_for(operation: Operation) -> tuple[Access, ...]:
    """The accesses that an operation needs: of a query for all that it reads, of a mutation for what it writes."""
    if operation.writes:
        return tuple(access for access in ACCESSES if operation.root_field in _mutations(access))
    read = _types_read((operation,))
    return tuple(access for access in ACCESSES if access.opens in read)


def accesses_tried_by(probe: Operation) -> tuple[Access, ...]:
    """The accesses that a probe is for."""
    return tuple(access for access in ACCESSES if probe.name in access.probes)


@cache
def is_needed(probe: Operation) -> bool:
    """Whether a sync of this version does what a probe tries, judged by the operations it sends."""
    if probe.writes:
        return any(probe.root_field == operation.root_field for operation in operations().values())
    read = _types_read(operations().values())
    return any(access.opens in read for access in ACCESSES if access.reads == probe.name)


def quoted(accesses: Iterable[Access]) -> str:
    """Accesses as sentences name them."""
    return ", ".join(f'"{access.words}"' for access in accesses)


def _mutations(access: Access) -> Iterator[str]:
    return (probes()[name].root_field for name in access.writes)


def _types_read(read: Iterable[Operation]) -> frozenset[str]:
    return types_of(part for operation in read for part in parts_of(operation))
