"""What an Xledger may do otherwise than the contract assumes: each difference a dialect with a name."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Gender:
    """A gender as a system value.

    Attributes:
        letter: What a test calls it, whatever the dialect.
        sub_id: Its `dbSubId`.
        code: Its `code`, if it has one.
        name: Its `name`.
    """

    letter: str
    sub_id: int
    code: str | None
    name: str


@dataclass(frozen=True, slots=True)
class Dialect:
    """How an Xledger speaks. Every name of a type is the contract's; the defaults are the contract.

    Attributes:
        about: What is different, in a few words.
        type_names: Types that are called otherwise, and what they are called.
        type_suffix: What the name of every type ends in, the standard scalars' excepted.
        lacks: Members of types it does not have: "Employee.trialTo".
        shows: Members beyond the contract that it has: "Address.state".
        member_types: Members whose type is another, and that type: "Employee_Filter.dbId", "Int64String".
        genders: The genders there are.
        email_fills: Where the `email` of `addEmployees` and `updateEmployees` goes: contact, subledger or both.
        filters_ignore_case: Whether codes and e-mail addresses are found whatever their case.
        introspection: Whether it tells its schema.
        employees_are_suppliers: Whether `updateSuppliers` takes the subledgers of employees.
        shares: What a new employee gets from an employee there is of the same first and last name, instead of one of
            their own: contact, subledger or both.
        pages_go_on: Whether a list goes on after a cursor, and does not begin anew.
        partial_success: Whether the good inputs of a mutation are carried out when others are refused.
        replaces_addresses: Whether a line that a nested address does not mention is gone.
        ignores_null: Whether null leaves a value as it is, as an absent key does.
        no_date: What it shows where there is no date; None for null.
        no_end: What it shows where nothing ends, likewise.
    """

    about: str = field(compare=False)
    type_names: frozenset[tuple[str, str]] = frozenset()
    type_suffix: str = ""
    lacks: frozenset[str] = frozenset()
    shows: frozenset[str] = frozenset()
    member_types: frozenset[tuple[str, str]] = frozenset()
    genders: tuple[Gender, ...] = (Gender("M", 1, "M", "Male"), Gender("F", 2, "F", "Female"))
    email_fills: tuple[str, ...] = ("contact",)
    filters_ignore_case: bool = False
    introspection: bool = True
    employees_are_suppliers: bool = True
    shares: tuple[str, ...] = ()
    pages_go_on: bool = True
    partial_success: bool = False
    replaces_addresses: bool = False
    ignores_null: bool = False
    no_date: str | None = None
    no_end: str | None = None


CONTRACT = Dialect("The contract, to the letter.")

DIALECTS: Mapping[str, Dialect] = MappingProxyType(
    {
        "contract": CONTRACT,
        "suffixed": Dialect("Every type is called otherwise: EmployeeType.", type_suffix="Type"),
        "renamed_roots": Dialect(
            "The roots are RootQuery and RootMutation.",
            type_names=frozenset({("Query", "RootQuery"), ("Mutation", "RootMutation")}),
        ),
        "first_names": Dialect(
            "Filters as our first version had them: EmployeesFilter, and ids in them are Int64String.",
            type_names=frozenset(
                {
                    ("Employee_Filter", "EmployeesFilter"),
                    ("Contact_Filter", "ContactsFilter"),
                    ("Subledger_Filter", "SubledgersFilter"),
                }
            ),
            member_types=frozenset(
                {
                    ("Employee_Filter.dbId", "Int64String"),
                    ("Employee_Filter.dbId_in", "[Int64String!]"),
                    ("Contact_Filter.dbId_in", "[Int64String!]"),
                    ("Subledger_Filter.dbId_in", "[Int64String!]"),
                }
            ),
        ),
        "no_email_filter": Dialect(
            "Employees cannot be found by e-mail.",
            lacks=frozenset({"Employee_Filter.email", "Employee_Filter.email_in"}),
        ),
        "lean_creation": Dialect(
            "A creation takes what our first version knew of: no trialTo, e-mail or phone of the subledger.",
            lacks=frozenset(
                f"AddEmployeesInputNode.{key}"
                for key in (
                    *("trialTo", "email", "phoneSubledger", "dateFrom", "dateTo"),
                    *("fullAddress", "contactAddress", "contact", "subledger"),
                )
            ),
        ),
        "no_supplier_updates": Dialect(
            "updateSuppliers refuses the subledgers of employees, in words nobody knows.", employees_are_suppliers=False
        ),
        "flat_supplier_address": Dialect(
            "updateSuppliers takes an address line by line only.", lacks=frozenset({"UpdateSuppliersInputNode.address"})
        ),
        "genders_by_name": Dialect(
            "Genders have names in capitals and no code.",
            genders=(Gender("M", 1, None, "MALE"), Gender("F", 2, None, "FEMALE")),
        ),
        "genders_by_number": Dialect(
            "Genders have numbers for codes.", genders=(Gender("M", 1, "1", "Male"), Gender("F", 2, "2", "Female"))
        ),
        "no_introspection": Dialect("It does not tell its schema.", introspection=False),
        "ignores_case": Dialect(
            "Filters find codes and e-mail addresses whatever their case.", filters_ignore_case=True
        ),
        "partial_success": Dialect(
            "The good inputs of a mutation are carried out, and there is an error for each of the others.",
            partial_success=True,
        ),
        "replaces_addresses": Dialect(
            "An address that is sent takes the place of the one there, with a state that is shown.",
            shows=frozenset({"Address.state"}),
            replaces_addresses=True,
        ),
        "ignores_null": Dialect("Nothing can be unset: null leaves a value as it is.", ignores_null=True),
        "shared_contacts": Dialect("A new employee gets the contact of a namesake.", shares=("contact",)),
        "placeholder_dates": Dialect(
            "Where there is no date it shows an early one, and the last one where nothing ends.",
            no_date="1753-01-01",
            no_end="9999-12-31",
        ),
        "ignores_cursors": Dialect(
            "Whatever the cursor, it is the first page of a list that comes.", pages_go_on=False
        ),
        "email_to_subledger": Dialect("An employee's e-mail fills the subledger's.", email_fills=("subledger",)),
        "email_to_both": Dialect(
            "An employee's e-mail fills the contact's and the subledger's.", email_fills=("contact", "subledger")
        ),
    }
)
"""The dialects there are, by name."""


def dialect_named(name: str) -> Dialect:
    """Return the dialect of that name, or of several with a plus between them: "suffixed+no_email_filter".

    Raises:
        ValueError: There is no such dialect, or two of them contradict each other.
    """
    parts = name.split("+")
    if unknown := [part for part in parts if part not in DIALECTS]:
        raise ValueError(f"There is no dialect {unknown[0]}. There are: {', '.join(DIALECTS)}")
    if name in DIALECTS:
        return DIALECTS[name]
    dialects = [DIALECTS[part] for part in parts]
    differences: dict[str, Any] = {}
    for key in (entry.name for entry in dataclasses.fields(Dialect) if entry.compare):
        plain = getattr(CONTRACT, key)
        said = {getattr(dialect, key) for dialect in dialects} - {plain}
        if isinstance(plain, frozenset):
            differences[key] = plain.union(*said)
        elif len(said) > 1:
            raise ValueError(f"{name}: these dialects contradict each other in {key}")
        elif said:
            differences[key] = said.pop()
    return Dialect(" ".join(dialect.about for dialect in dialects), **differences)
