"""An Xledger's schema with what answers it. Built once for each dialect; whose data it is comes with each request."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ariadne import ObjectType, ScalarType, make_executable_schema
from graphql import print_ast

from integration_tests.sandbox import xledger_rules as rules
from integration_tests.sandbox.countries import COUNTRY_CODES
from integration_tests.sandbox.xledger_filters import matching
from integration_tests.sandbox.xledger_mutations import MUTATIONS, Mutations
from integration_tests.sandbox.xledger_paging import page
from integration_tests.sandbox.xledger_sdl import document_of, members_of, own_names
from integration_tests.sandbox.xledger_store import CONTACTS, EMPLOYEES, OWNER, OWNER_SETS, REACH, SUBLEDGERS, TYPES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from graphql import GraphQLResolveInfo, GraphQLSchema

    from integration_tests.sandbox.dialects import Dialect
    from integration_tests.sandbox.faults import Fault
    from integration_tests.sandbox.xledger_rules import Row
    from integration_tests.sandbox.xledger_store import XledgerStore

    Info = GraphQLResolveInfo[Any]
    Resolver = Callable[..., Any]

_IDS_AS_TEXT = ("Contact", "Company", "Address", "EmployeeDelta", "Country")
"""Types whose dbId arrives as a numeric string; the others' is a number."""

_ENDS = ("employmentTo", "trialTo")
"""Dates on which something ends."""

_ALWAYS_PLAIN = ("dateFrom", "dateTo")
"""Dates of the row itself, which are shown as they are."""

_BANKS = ({"dbId": 7001, "code": "DNB", "bankName": "DNB Bank", "swift": "DNBANOKK"},)


@dataclass(frozen=True, slots=True)
class Asked:
    """What belongs to one request; the context of its resolvers.

    Attributes:
        store: Whose data it is about.
        dialect: How the Xledger speaks.
        refusals: What a test wants refused.
        refused: Errors of inputs that were refused while others were carried out.
    """

    store: XledgerStore
    dialect: Dialect
    refusals: Sequence[Fault] = ()
    refused: list[Row] = field(default_factory=list)


@functools.cache
def executable_schema(dialect: Dialect, lacks: frozenset[str] = frozenset()) -> GraphQLSchema:
    """Return the schema of an Xledger; the context of its resolvers is an `Asked`.

    Args:
        dialect: How it speaks.
        lacks: Members of types it does not have, in the contract's names.

    Raises:
        KeyError: The contract has no such member.
    """
    names = own_names(dialect)
    bound = []
    for type_name, resolvers in _RESOLVERS.items():
        own = ObjectType(names[type_name])
        for member, resolver in resolvers.items():
            if f"{type_name}.{member}" not in dialect.lacks | lacks:
                own.set_field(member, resolver)
        bound.append(own)
    scalars = [
        ScalarType(names["DateString"], serializer=str, value_parser=_text),
        ScalarType(names["DateTimeString"], serializer=str, value_parser=_text),
        ScalarType(names["Int64String"], serializer=lambda value: value, value_parser=_int64),
    ]
    return make_executable_schema(print_ast(document_of(dialect, lacks)), *bound, *scalars)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("A date is text.")
    return value


def _int64(value: object) -> int:
    """Return an id. It may arrive at a client as text; a client sends a number."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError("Int64String is sent as a number.")
    return value


def _listing(table: str) -> Resolver:
    def resolve(_root: object, info: Info, **arguments: Any) -> Row:
        asked: Asked = info.context
        status = arguments.pop("objectStatus", None) or "OPEN"
        owners = OWNER_SETS[arguments.pop("ownerSet", None) or "CURRENT"]
        wanted = matching(
            arguments.pop("filter", None) or {},
            _value_of_employee if table == EMPLOYEES else dict.__getitem__,
            ignores_case=asked.dialect.filters_ignore_case,
        )

        if not asked.dialect.pages_go_on:
            arguments.pop("after", None)

        def has_status(row: Row) -> bool:
            closed = table == EMPLOYEES and asked.store.is_closed(row)
            return status == "ALL" or closed == (status == "CLOSED")

        rows = asked.store.tables[table].values()
        return page(
            [(row["dbId"], row) for row in rows if row["ownerDbId"] in owners and has_status(row) and wanted(row)],
            **arguments,
        )

    return resolve


def _value_of_employee(row: Row, name: str) -> Any:
    return row[CONTACTS]["email"] if name == "email" else row[name]


def _employee(_root: object, info: Info, dbId: str | None = None) -> Row | None:  # noqa: N803 - their name
    store: XledgerStore = info.context.store
    return store.reached(EMPLOYEES, int(dbId)) if dbId is not None and dbId.isdecimal() else None


def _all(rows: Callable[[Asked], Iterable[Row]]) -> Resolver:
    def resolve(_root: object, info: Info, **arguments: Any) -> Row:
        return page(list(enumerate(rows(info.context), start=1)), **arguments)

    return resolve


def _addresses(asked: Asked) -> Iterator[Row]:
    for table, key in ((CONTACTS, "address"), (CONTACTS, "homeAddress"), (SUBLEDGERS, "address")):
        for row in asked.store.tables[table].values():
            if row["ownerDbId"] in REACH and row[key] is not None:
                yield row[key]


def _deltas(asked: Asked) -> Iterable[Row]:
    return (delta for delta in asked.store.deltas if asked.store.reached(EMPLOYEES, delta["dbId"]))


def _viewer(_root: object, info: Info) -> Row:
    return {"entity": {"ownerDbId": OWNER, "company": info.context.store.company()}}


def _mutation(name: str) -> Resolver:
    def resolve(_root: object, info: Info, inputs: Sequence[Row]) -> Row:
        asked: Asked = info.context
        refusals = [fault for fault in asked.refusals if fault.root_field == name]
        edges, refused = Mutations(asked.store, asked.dialect).carry_out(name, inputs, refusals)
        asked.refused.extend({**error.as_json(), "path": info.path.as_list()} for error in refused)
        return {"edges": edges or None}

    return resolve


def _gender(contact: Row, info: Info) -> Row | None:
    return rules.gender_row(info.context.dialect.genders, contact["gender"])


def _date(key: str) -> Resolver:
    return lambda row, info: row[key] or info.context.dialect.no_date


def _end(key: str) -> Resolver:
    return lambda row, info: row[key] or info.context.dialect.no_end


def _dates(table: str) -> Mapping[str, Resolver]:
    """What answers the dates of a table's rows: a dialect may show something where there is none."""
    keys = [key for key, kind in members_of(TYPES[table]).items() if kind == "DateString" and key not in _ALWAYS_PLAIN]
    return {key: _end(key) if key in _ENDS else _date(key) for key in keys}


def _id_as_text(row: Row, _info: Info) -> str:
    return str(row["dbId"])


_RESOLVERS: Mapping[str, Mapping[str, Resolver]] = {
    "Query": {
        "employees": _listing(EMPLOYEES),
        "contacts": _listing(CONTACTS),
        "subledgers": _listing(SUBLEDGERS),
        "suppliers": _listing(SUBLEDGERS),
        "employee": _employee,
        "employee_deltas": _all(_deltas),
        "companies": _all(lambda asked: asked.store.companies.values()),
        "countries": _all(lambda _asked: map(rules.country_row, COUNTRY_CODES)),
        "objectValues": _all(lambda _asked: ()),
        "banks": _all(lambda _asked: _BANKS),
        "systemValues": _all(lambda asked: [rules.as_system_value(gender) for gender in asked.dialect.genders]),
        "addresses": _all(_addresses),
        "viewer": _viewer,
    },
    "Mutation": {name: _mutation(name) for name in MUTATIONS},
    "Employee": {
        "email": lambda row, _info: row[CONTACTS]["email"],
        "contactDbId": lambda row, _info: str(row[CONTACTS]["dbId"]),
        **_dates(EMPLOYEES),
    },
    **{name: {"dbId": _id_as_text} for name in _IDS_AS_TEXT},
    "Contact": {
        "dbId": _id_as_text,
        "socialSec": lambda _row, _info: None,
        "gender": _gender,
        **_dates(CONTACTS),
    },
}
"""What answers a field that is not simply a value of its row, by the contract's names."""
