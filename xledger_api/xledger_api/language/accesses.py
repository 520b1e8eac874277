"""The accesses that an administrator grants to the API token, in Xledger's words for them."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Final

from xledger_api.language.introspection import EMPLOYEES, INPUTS
from xledger_api.language.operations import Call, Operation, Path
from xledger_api.language.schema import NODE, Schema

WHERE_TOKENS_ARE: Final = "Administration > System Access > GraphQL > API tokens"
"""The way to the API tokens in Xledger's menu. Facts: Xledger's public help pages."""

WHERE_TO_GRANT: Final = f"in Xledger under {WHERE_TOKENS_ARE}"


@dataclass(frozen=True, slots=True)
class Probe:
    """Something small that only works with an access.

    Attributes:
        root: The list of which one is asked for, or the mutation that is sent with nothing in it.
        path: What is read of it; none of a mutation.
    """

    root: str
    path: Path = ()

    @property
    def writes(self) -> bool:
        """Whether it is a mutation."""
        return not self.path

    def fits(self, schema: Schema) -> bool:
        """Whether it makes sense to ask: of what is known to be missing, nothing new can be learnt."""
        if self.writes:
            return self.root in schema.mutations
        return self.root in schema.queries and schema.answers(schema.queries[self.root], (*NODE, *self.path))

    @property
    def alias(self) -> str:
        """What it is answered under: no two probes have one."""
        return "_".join((self.root, *self.path[:-1]))

    def call(self) -> Call:
        """What to ask. The empty list of a mutation stands in the document itself, so that no check can ever write."""
        if self.writes:
            return Call(self.root, (("edges", "clientId"),), alias=self.alias, nothing=INPUTS)
        return Call(self.root, ((*NODE, *self.path),), {"first": 1}, self.alias)


@dataclass(frozen=True, slots=True)
class Access:
    """One access of the list that an administrator is asked to grant.

    Attributes:
        name: Xledger's name for it.
        reads: The probe that tells whether it is there for reading.
        opens: The fields that it opens for reading, as far as this connector reads them.
        writes: The probes that tell whether it is there for writing; none where reading is all that is asked for.
    """

    name: str
    reads: Probe
    opens: tuple[str, ...] = ()
    writes: tuple[Probe, ...] = ()

    @property
    def words(self) -> str:
        """The access and its level, as Xledger's administration has them."""
        return f"{self.name}: {'read/write' if self.writes else 'read'}"

    @property
    def probes(self) -> tuple[Probe, ...]:
        """Every probe for it."""
        return (self.reads, *self.writes)

    @property
    def only_to_read(self) -> "Access":
        """The same for whoever writes nothing."""
        return replace(self, writes=())


_ADDITIONS, _EMPLOYEES, _CONTACTS, _SUPPLIERS = map(
    Probe, ("addEmployees", "updateEmployees", "updateContacts", "updateSuppliers")
)

ACCESSES: Final = (
    Access("Human Resources Employee", Probe(EMPLOYEES, ("dbId",)), (EMPLOYEES,), (_ADDITIONS, _EMPLOYEES)),
    # Addresses and system values are read where a sync reads them: nobody has seen a list of either.
    Access("Common Address", Probe("contacts", ("address", "dbId")), ("address",)),
    Access("Contact", Probe("contacts", ("dbId",)), ("contact", "contacts"), (_CONTACTS,)),
    Access("Country", Probe("countries", ("dbId",)), ("country", "countries")),
    Access("Company", Probe("companies", ("dbId",)), ("company", "companies")),
    Access("Object Value", Probe("objectValues", ("dbId",))),
    Access("Subledger", Probe("subledgers", ("dbId",)), ("subledger", "subledgers", "suppliers"), (_SUPPLIERS,)),
    # What a supplier's list would show, a sync reads as the employee's subledger.
    Access("Supplier", Probe("suppliers", ("dbId",)), (), (_SUPPLIERS,)),
    Access("System Value", Probe("contacts", ("gender", "dbId")), ("gender",)),
    Access("General ledger Bank", Probe("banks", ("dbId",))),
)
"""All that is asked for. Facts: the list that Xledger's administrators are given for this integration."""

READING: Final = tuple(access.only_to_read for access in ACCESSES if access.opens)
"""What is asked for to read employees, and nothing more."""


def probes_for(accesses: Iterable[Access]) -> tuple[Probe, ...]:
    """Every probe for some accesses, once."""
    return tuple(dict.fromkeys(probe for access in accesses for probe in access.probes))


def accesses_for(operation: Operation, among: Iterable[Access] = ACCESSES) -> tuple[Access, ...]:
    """The accesses that an operation needs: of a query for all that it reads, of a mutation for what it writes.

    Args:
        operation: The operation.
        among: What is asked for at all.
    """
    if operation.writes:
        return tuple(access for access in among if any(probe.root == operation.root_field for probe in access.writes))
    return _opening(operation.selected, among)


def accesses_tried_by(probe: Probe, among: Iterable[Access] = ACCESSES) -> tuple[Access, ...]:
    """The accesses that a probe is for, among those that are asked for."""
    return tuple(access for access in among if probe in access.probes)


def quoted(accesses: Iterable[Access]) -> str:
    """Accesses as sentences name them."""
    return ", ".join(f'"{access.words}"' for access in accesses)


_OF_ACCESS: Final = re.compile(
    r"\b(access|permission|permitted|privilege|authori[sz]|unauthori[sz]|not allowed to|may not|forbidden|denied"
    r"|rights?\b|token\b|tilgang|adgang|rettighet|tillatelse|autoris|ikke lov til)",
    re.IGNORECASE,
)
_OF_NOTHING: Final = re.compile(
    r"\b(empty|at least|no inputs?\b|zero|one or more|none|nothing|tom\b|minst|ingen)", re.IGNORECASE
)
"""What is said of a list because there is nothing in it, however it is said."""


def speaks_of_access(words: str) -> bool:
    """Whether a refusal speaks of what may be done, in English or Norwegian. Facts: the wording is not documented.

    Args:
        words: As they came.
    """
    return bool(_OF_ACCESS.search(words)) and not _OF_NOTHING.search(words)


def is_needed(probe: Probe) -> bool:
    """Whether a sync of this version does what a probe tries."""
    return probe.writes or any(access.opens for access in ACCESSES if access.reads == probe)


def tells_nothing_new(probe: Probe, refused: Collection[Probe]) -> bool:
    """Whether a refused query reads something whose own probe was refused as well."""
    opening = () if probe.writes else _opening((probe.root, *probe.path))
    return any(access.reads in refused for access in opening if access.reads != probe)


def _opening(fields: Iterable[str], among: Iterable[Access] = ACCESSES) -> tuple[Access, ...]:
    """The accesses that open fields for reading."""
    read = set(fields)
    return tuple(access for access in among if not read.isdisjoint(access.opens))
