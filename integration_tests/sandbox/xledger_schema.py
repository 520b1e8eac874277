"""Xledger's GraphQL schema over a store: the SDL the destination is built on, with resolvers."""

from __future__ import annotations

import base64
import binascii
import copy
import importlib.resources
from typing import TYPE_CHECKING, Any

from ariadne import MutationType, ObjectType, QueryType, ScalarType, make_executable_schema
from graphql import GraphQLEnumType

from integration_tests.sandbox import xledger_rules as rules
from integration_tests.sandbox.xledger_errors import XledgerError, invalid_value
from integration_tests.sandbox.xledger_store import CONTACTS, EMPLOYEES, SUBLEDGERS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from graphql import GraphQLResolveInfo, GraphQLSchema

    from integration_tests.sandbox.xledger import Xledger
    from integration_tests.sandbox.xledger_rules import Row

_IDS_AS_TEXT = ("Contact", "Company", "Address", "EmployeeDelta", "Country")
"""Types whose dbId arrives as a numeric string; the others' is a number."""

_MOST_ROWS = 10_000
_ROWS_WHEN_NOT_SAID = 25
_MOST_IN_A_FILTER = 1_000
_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "in": lambda value, wanted: value in wanted,
    "gte": lambda value, wanted: value is not None and value >= wanted,
    "lte": lambda value, wanted: value is not None and value <= wanted,
    "": lambda value, wanted: bool(value == wanted),
}

BANKS = ({"dbId": 7001, "code": "DNB", "bankName": "DNB Bank", "swift": "DNBANOKK"},)


def executable_schema(xledger: Xledger) -> GraphQLSchema:
    """Return the schema, bound to this Xledger. Mutations read the refusals a test wants from the context."""
    sdl = importlib.resources.files("xledger_api.language") / "graphql" / "schema.graphql"
    return make_executable_schema(
        sdl.read_text(encoding="utf-8"),
        _queries(xledger),
        _mutations(xledger),
        *_scalars(),
        *_object_types(),
    )


def lacking(schema: GraphQLSchema, parts: Iterable[str]) -> GraphQLSchema:
    """Return the schema without some of its fields, input fields or enum values.

    Args:
        schema: The whole schema; it stays as it is.
        parts: A type and its member: "Employee.trialTo".

    Raises:
        KeyError: There is no such part.
    """
    kept = copy.deepcopy(schema)
    for part in parts:
        type_name, _, member = part.partition(".")
        declared = kept.type_map[type_name]
        members = declared.values if isinstance(declared, GraphQLEnumType) else declared.fields  # type: ignore[attr-defined]
        del members[member]
    return kept


def _queries(xledger: Xledger) -> QueryType:
    store = xledger.store
    query = QueryType()

    def listing(table: str) -> Callable[..., Row]:
        def resolve(_root: object, _info: GraphQLResolveInfo[Any], **arguments: Any) -> Row:
            status = arguments.pop("objectStatus", None) or "OPEN"
            wanted = _matching(arguments.pop("filter", None) or {}, ignores_case=xledger.email_filter_ignores_case)
            rows = (
                row for row in store.tables[table].values() if _has_status(table, row, status) and wanted(table, row)
            )
            return _page([(row["dbId"], row) for row in rows], **arguments)

        return resolve

    def _has_status(table: str, row: Row, status: str) -> bool:
        closed = table == EMPLOYEES and store.is_closed(row)
        return status == "ALL" or closed == (status == "CLOSED")

    query.set_field("employees", listing(EMPLOYEES))
    query.set_field("contacts", listing(CONTACTS))
    query.set_field("subledgers", listing(SUBLEDGERS))
    query.set_field("suppliers", listing(SUBLEDGERS))

    @query.field("employee")
    def employee(_root: object, _info: GraphQLResolveInfo[Any], dbId: str | None = None) -> Row | None:  # noqa: N803 - their name
        return store.tables[EMPLOYEES].get(int(dbId)) if dbId is not None and dbId.isdecimal() else None

    def table_of(rows: Callable[[], Iterable[Row]]) -> Callable[..., Row]:
        def resolve(_root: object, _info: GraphQLResolveInfo[Any], **arguments: Any) -> Row:
            return _page(list(enumerate(rows(), start=1)), **arguments)

        return resolve

    query.set_field("employee_deltas", table_of(lambda: store.deltas))
    query.set_field("companies", table_of(store.companies.values))
    query.set_field("countries", table_of(lambda: map(rules.country_row, rules.COUNTRY_CODES)))
    query.set_field("objectValues", table_of(list))
    query.set_field("banks", table_of(lambda: BANKS))
    query.set_field("systemValues", table_of(rules.GENDERS.values))
    query.set_field(
        "addresses",
        table_of(
            lambda: (
                row["address"]
                for table in (CONTACTS, SUBLEDGERS)
                for row in store.tables[table].values()
                if row["address"] is not None
            )
        ),
    )
    return query


def _mutations(xledger: Xledger) -> MutationType:
    store = xledger.store
    mutation = MutationType()
    carry_out = {
        "addEmployees": store.add_employees,
        "updateEmployees": store.update_employees,
        "updateContacts": store.update_contacts,
        "updateSuppliers": store.update_suppliers,
    }

    def resolver(name: str) -> Callable[..., Row]:
        def resolve(_root: object, info: GraphQLResolveInfo[Any], inputs: Sequence[Row]) -> Row:
            refusals = [fault for fault in info.context["refusals"] if fault.root_field == name]
            return {"edges": carry_out[name](inputs, refusals) or None}

        return resolve

    for name in carry_out:
        mutation.set_field(name, resolver(name))
    return mutation


def _scalars() -> tuple[ScalarType, ...]:
    dates = tuple(ScalarType(name, serializer=str, value_parser=_text) for name in ("DateString", "DateTimeString"))
    return (*dates, ScalarType("Int64String", serializer=lambda value: value, value_parser=_int64))


def _object_types() -> tuple[ObjectType, ...]:
    employee = ObjectType("Employee")
    employee.set_field("email", lambda row, _info: row["contact"]["email"])
    employee.set_field("contactDbId", lambda row, _info: str(row["contact"]["dbId"]))
    contact = ObjectType("Contact")
    contact.set_field("socialSec", lambda _row, _info: None)
    as_text = [contact if name == "Contact" else ObjectType(name) for name in _IDS_AS_TEXT]
    for bound in as_text:
        bound.set_field("dbId", lambda row, _info: str(row["dbId"]))
    return (employee, *as_text)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("A date is text.")
    return value


def _int64(value: object) -> int:
    """Return an id that arrives as a number or as a numeric string."""
    if isinstance(value, bool) or not (isinstance(value, int) or (isinstance(value, str) and value.isdecimal())):
        raise ValueError("Int64String cannot represent this value.")
    return int(value)


def _matching(filters: Row, *, ignores_case: bool) -> Callable[[str, Row], bool]:
    """Return what tells whether a row of a table passes a filter, whose keys are a name and an operator's suffix."""
    conditions = []
    for key, wanted in filters.items():
        if wanted is None:
            continue
        name, _, operator = key.partition("_")
        if name in ("modifiedAt", "employmentFrom"):
            rules.date(f"filter.{key}", wanted[:10])
        if operator == "in":
            if len(wanted) > _MOST_IN_A_FILTER:
                raise invalid_value(
                    f"filter.{key}", f"{len(wanted)} values", f"At most {_MOST_IN_A_FILTER} values in a list."
                )
            wanted = {_plain(name, value, ignores_case=ignores_case) for value in wanted}  # noqa: PLW2901 - the same
        else:
            wanted = _plain(name, wanted, ignores_case=ignores_case)  # noqa: PLW2901 - the same
        conditions.append((name, _OPERATORS[operator], wanted))

    def passes(table: str, row: Row) -> bool:
        for name, holds, wanted in conditions:
            source = row["contact"] if table == EMPLOYEES and name == "email" else row
            if not holds(_plain(name, source[name], ignores_case=ignores_case), wanted):
                return False
        return True

    return passes


def _plain(name: str, value: Any, *, ignores_case: bool) -> Any:
    return value.lower() if name == "email" and ignores_case and isinstance(value, str) else value


def _page(
    rows: list[tuple[int, Row]],
    first: int | None = None,
    last: int | None = None,
    after: str | None = None,
    before: str | None = None,
    **_scope: Any,
) -> Row:
    """Return a connection over rows that stand beside what their cursor holds, in order.

    `edges` is null when there are none. Without `first` and `last` a page is short, so that nobody relies on it.
    """
    if first is not None and last is not None:
        raise XledgerError("Give either first or last.", extensions={"code": "ARGUMENTS_OF_CORRECT_TYPE"})
    size = next((given for given in (first, last) if given is not None), _ROWS_WHEN_NOT_SAID)
    if not 0 < size <= _MOST_ROWS:
        raise invalid_value("first" if last is None else "last", size, f"Between 1 and {_MOST_ROWS}.")
    above = None if after is None else _position("after", after)
    below = None if before is None else _position("before", before)
    inside = [
        (position, row)
        for position, row in rows
        if (above is None or position > above) and (below is None or position < below)
    ]
    page = inside[-size:] if last is not None else inside[:size]
    more = len(inside) > len(page)
    edges = [{"cursor": _cursor(position), "node": row} for position, row in page]
    return {
        "edges": edges or None,
        "pageInfo": {
            "hasNextPage": before is not None if last is not None else more,
            "hasPreviousPage": more if last is not None else after is not None,
        },
    }


def _cursor(position: int) -> str:
    return base64.urlsafe_b64encode(f"at {position}".encode()).decode()


def _position(name: str, cursor: str) -> int:
    try:
        word, _, number = base64.urlsafe_b64decode(cursor.encode()).decode().partition(" ")
        if word == "at":
            return int(number)
    except (binascii.Error, ValueError):
        pass
    raise invalid_value(name, cursor, "Not a cursor.")
