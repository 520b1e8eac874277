"""The field table as it is for one Xledger, and what that Xledger lacks. No I/O."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from shared_mappings import FieldTable, Route, Target
from xledger_api.language.introspection import EMPLOYEES, INPUTS
from xledger_api.language.operations import Path
from xledger_api.language.schema import NODE, Schema, named

ADD: Final = "addEmployees"

BY_NUMBER: Final = "dbSubId"

SYSTEM_VALUE: Final = (BY_NUMBER, "code", "name")
"""What a system value is known by. By its number alone nobody knows what it is."""

_EVERY_BATCH: Final = "All employees are read for every batch of people"

_FILTERS: Final = {
    "code_in": ("Employees cannot be found by their code", _EVERY_BATCH),
    "email_in": (
        "People cannot be found by their e-mail address",
        "When somebody is not found by employment ID, all employees are listed once a sync",
    ),
    "dbId_in": ("Employees who are found by e-mail alone cannot be read by their dbId", _EVERY_BATCH),
}
"""What it means that employees have no such filter, and what is done instead."""

_SCOPES: Final = {
    ("objectStatus", "ALL"): (
        "Employees who are closed in Xledger cannot be",
        "so that somebody who comes back may be created a second time",
    ),
    ("ownerSet", "LOWER"): (
        "Employees of the entities below the API token's own cannot be",
        "so that somebody who is employed there may be created a second time",
    ),
}
"""What it means that employees cannot be listed so: who is missed, and what becomes of that in a look-up."""

MODIFIED: Final = ("modifiedAt",)
"""Where an employee shows when they were last changed."""


@dataclass(frozen=True, slots=True)
class Lack:
    """Something that an Xledger does not have.

    Attributes:
        sentence: What it means for an administrator, and which part of the schema it is.
        blocks: Whether nothing works without it.
    """

    sentence: str
    blocks: bool = False


_NOT_LEARNED: Final = Lack(
    "Xledger does not tell its schema, or not in a form or a time in which it can be used. Requests are made with the "
    "names that are known from elsewhere, and whether this account has them can only show in a sync."
)


def fitted(table: FieldTable, schema: Schema) -> FieldTable:
    """The table with what an Xledger shows, and the routes and the keys of creation that it has."""
    targets = {name: _fitted(name, target, table, schema) for name, target in table.targets.items()}
    kept = {name: _routes(routes, schema) for name, routes in table.kept.items() if shown_at(name, table, schema)}
    return table.with_targets(targets, {name: routes for name, routes in kept.items() if routes})


def shown(table: FieldTable, schema: Schema) -> tuple[Path, ...]:
    """All that can be read of an employee: the dbIds that the mutations want, the last day, and what is at a place."""
    others = [keys for keys in (*table.db_id_keys.values(), table.closed_keys) if _reads(schema, keys)]
    return (*others, *(path for name in table.place_keys for path in shown_at(name, table, schema)))


def shown_at(name: str, table: FieldTable, schema: Schema) -> tuple[Path, ...]:
    """What can be read at a target or in a kept line: nothing, a value, or whatever a system value is known by."""
    keys = table.place_keys[name]
    system_value = name in table.targets and table.targets[name].system_value
    paths = [(*keys, key) for key in SYSTEM_VALUE] if system_value else [keys]
    there = tuple(path for path in paths if _reads(schema, path))
    return () if there == ((*keys, BY_NUMBER),) else there


def shown_in_records(table: FieldTable, schema: Schema) -> tuple[Path, ...]:
    """What can be read of an employee that is in a record, and no more: traffic is metered."""
    keys = (*table.db_id_keys.values(), table.closed_keys, MODIFIED)
    others = [path for path in dict.fromkeys(keys) if _reads(schema, path)]
    names = (name for targets in table.looked_at.values() for name in targets)
    return (*others, *(path for name in names for path in shown_at(name, table, schema)))


def shows_modified(schema: Schema) -> bool:
    """Whether it can be read when employees were last changed."""
    return _reads(schema, MODIFIED)


def shows_closed(table: FieldTable, schema: Schema) -> bool:
    """Whether it can be read who is closed."""
    return _reads(schema, table.closed_keys)


def lacks_of_records(table: FieldTable, schema: Schema) -> Iterator[Lack]:
    """What an Xledger lacks of what is read for records, in sentences; as `lacks`."""
    if not schema.learned:
        yield _NOT_LEARNED
    if EMPLOYEES not in schema.queries:
        yield Lack(f"Employees cannot be read: Xledger's API has no {EMPLOYEES}. {_ASK}", blocks=True)
        return
    yield from _ids_that_are_lacking(table, schema)
    for (argument, choice), (they, _) in _SCOPES.items():
        if schema.choice(schema.queries[EMPLOYEES], argument, choice) is None:
            yield Lack(f"{they} read: the list of employees has no {argument}: {choice}.")
    if absent := _missing(schema, table.closed_keys):
        yield Lack(
            "Whether employees are closed cannot be seen, so active and closed are missing from the records: Xledger's "
            f"API has no {absent}."
        )
    if absent := _missing(schema, MODIFIED):
        yield Lack(
            f"When employees were changed is missing from the records (modifiedAt): Xledger's API has no {absent}."
        )
    unread: defaultdict[str, list[str]] = defaultdict(list)
    for name, keys in table.shown_as.items():
        if not any(shown_at(target, table, schema) for target in table.looked_at[name]):
            unread[_missing(schema, table.target_keys[name]) or name].append(".".join(keys))
    for absent, properties in unread.items():
        yield Lack(
            f"{_each(properties)} cannot be read, and so {'are' if len(properties) > 1 else 'is'} missing from the "
            f"records: Xledger's API has no {absent}."
        )


def lacks(table: FieldTable, schema: Schema) -> Iterator[Lack]:
    """What an Xledger lacks of what is used, in sentences.

    Args:
        table: The whole field table.
        schema: What Xledger has.
    """
    if not schema.learned:
        yield _NOT_LEARNED
    yield from _lacks_that_block(table, schema)
    if EMPLOYEES not in schema.queries:
        return
    employees = schema.queries[EMPLOYEES]
    for filter_name, (meaning, instead) in _FILTERS.items():
        if not schema.takes(employees, "filter", (filter_name,)):
            yield Lack(
                f"{meaning}: the list of employees has no filter {filter_name}. {instead}, at the cost of one request "
                "for each 10,000."
            )
    for (argument, choice), (they, consequence) in _SCOPES.items():
        if schema.choice(employees, argument, choice) is None:
            yield Lack(f"{they} looked up, {consequence}: the list of employees has no {argument}: {choice}.")
    if absent := _missing(schema, table.closed_keys):
        yield Lack(
            "Whether employees are closed cannot be seen, so nobody is warned of who is closed in Xledger and active "
            f"in the source (employee_is_closed): Xledger's API has no {absent}."
        )
    yield from _lacks_of_fields(table, schema)


def _lacks_that_block(table: FieldTable, schema: Schema) -> Iterator[Lack]:
    if EMPLOYEES not in schema.queries:
        yield Lack(f"Employees cannot be looked up: Xledger's API has no {EMPLOYEES}. {_ASK}", blocks=True)
        return
    for name, done, key in ((ADD, "added", "code"), ("updateEmployees", "updated", "dbId")):
        root = schema.mutations.get(name)
        if root is None or not schema.takes(root, INPUTS, ("node", key)):
            wanted = name if root is None else f"{name} that takes a list of {INPUTS} with a {key}"
            yield Lack(f"Employees cannot be {done}: Xledger's API has no {wanted}. {_ASK}", blocks=True)
    if absent := _missing(schema, ("code",)):
        yield _lack_of("code", absent)
    yield from _ids_that_are_lacking(table, schema)


def _ids_that_are_lacking(table: FieldTable, schema: Schema) -> Iterator[Lack]:
    """The ids that cannot be read: without them, nobody can be told from others, or from what they do not have."""
    for keys in table.db_id_keys.values():
        if absent := _missing(schema, keys):
            yield _lack_of(" ".join(keys), absent)


def _lack_of(what: str, absent: str) -> Lack:
    return Lack(f"An employee's {what} cannot be read: Xledger's API has no {absent}. {_ASK}", blocks=True)


_ASK: Final = "Nothing works without it: ask Xledger, or look for a newer version of this connector."


def _lacks_of_fields(table: FieldTable, schema: Schema) -> Iterator[Lack]:
    """What cannot be read, and what can be read and not be written, each with the fields that it is about."""
    unread: defaultdict[str, list[str]] = defaultdict(list)
    unwritten: defaultdict[str, list[str]] = defaultdict(list)
    for name, target in fitted(table, schema).targets.items():
        if not target.readable:
            unread[_missing(schema, table.target_keys[name]) or name] += table.rule_of[name].fields
        elif table.targets[name].routes and not target.routes:
            tried = ", ".join(map(str, table.targets[name].routes))
            unwritten[tried] += table.rule_of[name].fields
    for absent, fields in unread.items():
        yield Lack(
            f"{_each(fields)} cannot be read at one place in Xledger, and so is never written there once an employee "
            f"exists: Xledger's API has no {absent}."
        )
    for tried, fields in unwritten.items():
        yield Lack(
            f"{_each(fields)} cannot be written at one place in Xledger once an employee is there, and is counted as "
            f"partly_written where it differs: Xledger's API has no {tried}."
        )


def _each(fields: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(fields))


def _fitted(name: str, target: Target, table: FieldTable, schema: Schema) -> Target:
    addition = schema.mutations.get(ADD)
    return target.model_copy(
        update={
            "readable": bool(shown_at(name, table, schema)),
            "routes": _routes(target.routes, schema),
            "creation": tuple(
                key for key in target.creation if addition and schema.takes(addition, INPUTS, ("node", key))
            ),
        }
    )


def _routes(routes: Iterable[Route], schema: Schema) -> tuple[Route, ...]:
    return tuple(route for route in routes if _has_route(route, schema))


def _has_route(route: Route, schema: Schema) -> bool:
    root = schema.mutations.get(route.mutation)
    return root is not None and all(schema.takes(root, INPUTS, ("node", *path)) for path in (("dbId",), route.path))


def _reads(schema: Schema, keys: Path) -> bool:
    return _missing(schema, keys) is None


def _missing(schema: Schema, keys: Path) -> str | None:
    """What keeps a path in an employee from being read, as `Type.member`."""
    root = schema.queries.get(EMPLOYEES)
    return EMPLOYEES if root is None else schema.missing(named(root.answer), (*NODE, *keys))
