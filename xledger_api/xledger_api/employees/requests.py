"""What is asked of Xledger about employees, as operations that fit its schema. No I/O."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from shared_mappings import FieldTable
from xledger_api.language.fitting import shown, shown_at
from xledger_api.language.introspection import EMPLOYEES, INPUTS
from xledger_api.language.operations import Call, Operation, Path, mutation, query
from xledger_api.language.schema import NODE, Schema

LARGEST_PAGE: Final = 10_000
"""Facts: `first` is 10,000 at most."""

OWNERS: Final = "ownerSet"

_ALL_OF_THEM: Final = {"objectStatus": "ALL", OWNERS: "LOWER"}
"""Employees of any status, of the token's entity and of those below it: whoever is missed would be created again.
Facts: without it, closed employees are not listed."""


def employees(schema: Schema, pages: Iterable[tuple[str, tuple[Path, ...], Mapping[str, Any]]]) -> Operation:
    """A page of employees, or several in one request.

    Args:
        schema: Of this Xledger.
        pages: The alias of each, what to read of an employee, and its arguments, which go before those that say which
            employees are meant; what is None is left out.
    """
    root = schema.queries.get(EMPLOYEES)
    scope = {argument: root and schema.choice(root, argument, choice) for argument, choice in _ALL_OF_THEM.items()}
    calls = (
        Call(
            EMPLOYEES,
            (("edges", "cursor"), *((*NODE, *path) for path in paths), ("pageInfo", "hasNextPage")),
            {name: value for name, value in {**scope, **arguments}.items() if value is not None},
            alias,
        )
        for alias, paths, arguments in pages
    )
    return query(schema, *calls)


def is_scoped(schema: Schema) -> bool:
    """Whether employees are looked up in more than the entity of the token."""
    root = schema.queries.get(EMPLOYEES)
    return root is not None and schema.choice(root, OWNERS, _ALL_OF_THEM[OWNERS]) is not None


def can_filter(schema: Schema, filter_name: str) -> bool:
    """Whether employees can be listed by a filter."""
    root = schema.queries.get(EMPLOYEES)
    return root is not None and schema.takes(root, "filter", (filter_name,))


def keys_of_an_employee(schema: Schema) -> tuple[Path, ...]:
    """The least that tells employees apart: dbId, e-mail address and code."""
    return (*email_of_an_employee(schema), ("code",))


def email_of_an_employee(schema: Schema) -> tuple[Path, ...]:
    """The least that tells whose an e-mail address is: dbId and e-mail address."""
    emails = (("email",), ("contact", "email"))
    root = schema.queries[EMPLOYEES]
    email = next((path for path in emails if schema.answers(root, (*NODE, *path))), emails[0])
    return (("dbId",), email)


def addition(table: FieldTable, schema: Schema, inputs: Sequence[Mapping[str, Any]]) -> Operation:
    """The mutation that adds employees, and shows what it made."""
    return _mutation("addEmployees", shown(table, schema), schema, inputs)


def update(
    name: str, targets: Iterable[str], table: FieldTable, schema: Schema, inputs: Sequence[Mapping[str, Any]]
) -> Operation:
    """A mutation that updates objects, and shows what they have then.

    Args:
        name: The mutation.
        targets: What was written with it. Everything else that its objects have is shown as well: it must not change.
        table: The field table, as it is for this Xledger.
        schema: Of this Xledger.
        inputs: What is sent.
    """
    home = table.db_id_keys[name][:-1]
    written = set(targets)
    paths = [
        path[len(home) :] if path[: len(home)] == home else path
        for target, at in table.homes.items()
        if at == name or target in written
        for path in shown_at(target, table, schema)
    ]
    return _mutation(name, paths, schema, inputs)


def nothing(name: str, schema: Schema) -> Operation:
    """A mutation with nothing in it."""
    return mutation(schema, Call(name, (("edges", "clientId"),), nothing=INPUTS))


def _mutation(name: str, paths: Iterable[Path], schema: Schema, inputs: Sequence[Mapping[str, Any]]) -> Operation:
    selected = (("edges", "clientId"), *((*NODE, *path) for path in paths))
    return mutation(schema, Call(name, selected, {INPUTS: inputs}))
