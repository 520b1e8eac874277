"""What a host does to records on their way: values that it nulled or cut, and keys that it wrote anew."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Set
from dataclasses import dataclass, field
from typing import Any, Final

from airbyte_cdk.models import AirbyteRecordMessage

from connector_base.failures import ConnectorError, config_error
from connector_base.systems import System

Spelling = Callable[[str], str]
"""What remains of a key when a host spells it its own way."""

_STEP: Final = re.compile(r"[^\s$.\[\]/'\"]+")
_STEPS_APART: Final = frozenset("_.")
"""What stands in a key between an object's and that of a part of it, when a host has made one row of them."""

HOSTS_COLUMNS: Final = ("_airbyte_", "_dlt_", "_sdc_")
"""How the keys begin that hosts add to a record when they keep it in a table: those of Airbyte, dlt and Singer."""

ENOUGH_TO_TELL: Final = 20
"""Of how many people at least one has something that is unset, such as an end date, if hosts leave null as it is."""


def told_fields(message: AirbyteRecordMessage) -> tuple[str, ...]:
    """What a host calls the fields of a record that it has nulled or cut; empty text for one that it does not name."""
    changes = (message.meta.changes if message.meta else None) or ()
    return tuple(change.field for change in changes)


def changed_keys(told: Iterable[str], record: Mapping[str, Any], declared: Collection[str]) -> frozenset[str] | None:
    """The declared keys of a record whose values a host has changed, in whole or in part.

    Args:
        told: What the host calls each: by its key, or by a path to what it changed in it, such as `homeAddress.city`,
            `$.identifications[0].value` or `/homeAddress/city`; perhaps below `data`, or spelled in another way.
        record: The record as it came.
        declared: The keys that its schema declares.

    Returns:
        None when the host has changed something, and nobody knows what.
    """
    known = {any_spelling(key): key for key in declared}
    others = set(map(any_spelling, record))
    found: set[str] = set()
    for path in told:
        steps = [any_spelling(step) for step in _STEP.findall(path)]
        key = next((known[step] for step in steps if step in known), None)
        if key is not None:
            found.add(key)
        elif others.isdisjoint(steps):
            return None
    return frozenset(found)


def any_case(key: str) -> str:
    """A key without regard to capital letters."""
    return key.casefold()


def any_spelling(key: str) -> str:
    """A key without regard to capital letters and to what stands between words, such as `given_name`."""
    return "".join(filter(str.isalnum, key)).casefold()


def rewritten_keys(
    record: Mapping[str, Any], declared: Collection[str], spelling: Spelling, *, beside_others: bool
) -> Mapping[str, str]:
    """Keys of a record that a host has rewritten, and what was declared in place of each.

    Args:
        record: The record as it came. What is within its values may be called anything.
        declared: The keys that its schema declares.
        spelling: Tells whether a key is a declared one that is spelled another way.
        beside_others: Whether a rewritten key is one even where others kept their capital letters. Where a record may
            have keys of its own, they tell that the host rewrites none.
    """
    strays = [key for key in record if key not in declared]
    if not strays or (not beside_others and any(key != key.casefold() and key in record for key in declared)):
        return {}
    missing = {spelling(key): key for key in declared if key not in record}
    found = {key: missing[spelling(key)] for key in strays if spelling(key) in missing}
    return {**found, **(_taken_apart(strays, missing) if beside_others else {})}


def _taken_apart(strays: Iterable[str], missing: Mapping[str, str]) -> Mapping[str, str]:
    """Keys of parts, such as `bankAccount__number`, and the declared key in whose place they stand."""
    wholes = sorted(missing, key=len, reverse=True)
    parts = (key for key in strays if not _STEPS_APART.isdisjoint(key))
    found = ((key, next((whole for whole in wholes if any_spelling(key).startswith(whole)), None)) for key in parts)
    return {key: missing[whole] for key, whole in found if whole is not None}


def refuse_rewritten_keys(
    stream: str,
    record: Mapping[str, Any],
    rewritten: Mapping[str, str],
    system: System,
    nested: Collection[str] = frozenset(),
) -> None:
    """Stops a sync whose records a host has read back from a table: null stands there for what nobody knows.

    Args:
        stream: The stream, as messages name it.
        record: The record as it came.
        rewritten: What `rewritten_keys` says of it.
        system: What is written to.
        nested: The declared keys of objects and lists, which a table may hold as text.

    Raises:
        ConnectorError: A config error that says how to turn that off.
    """
    if rewritten:
        declared = next(iter(rewritten.values()))
        raise _read_back(stream, f"{declared} is spelled another way", system)
    added = [key.casefold() for key in record if key.casefold().startswith(HOSTS_COLUMNS)]
    if added:
        columns = next(columns for columns in HOSTS_COLUMNS if any(key.startswith(columns) for key in added))
        raise _read_back(stream, f"they have keys that begin with {columns}", system)
    for key in nested:
        value = record.get(key)
        if isinstance(value, str) and value.lstrip().startswith(("{", "[")):
            raise _read_back(stream, f"{key} is text, and no object or list", system)


@dataclass(slots=True)
class Nulls:
    """Watches whether null comes at all: a host may have left it out.

    A key may be missing because nobody may see it, but hardly of one person and not of the next, while nobody at all
    has anything that is unset: that is what records look like once a host has left every null out. How many are written
    together says nothing of that, so it is looked at until a null comes.
    """

    _people: int = field(default=0, init=False)
    _found: bool = field(default=False, init=False)
    _differ: bool = field(default=False, init=False)
    _keys: Set[str] | None = field(default=None, init=False)
    """Those of the first who came."""

    def refuse_if_lost(self, people: Iterable[Mapping[str, Any]], system: System) -> None:
        """Stops a sync whose records a host has brought without their nulls, before anybody of these is written.

        Args:
            people: The records of people who are to be written next, as they came.
            system: What is written to.

        Raises:
            ConnectorError: A config error that says what the host does, and what would come of it.
        """
        if self._found:
            return
        for record in people:
            if None in record.values():
                self._found = True
                return
            self._people += 1
            self._keys = record.keys() if self._keys is None else self._keys
            self._differ = self._differ or record.keys() != self._keys
        if self._differ and self._people >= ENOUGH_TO_TELL:
            raise config_error(
                f"The records do not come as their source sent them: of {self._people} people, nobody's record holds "
                "null, and yet not all have the same keys. A host leaves null out on the way, as dlt does, and then "
                f"what was unset stays in {system.name} for ever. Let the records come straight from the source."
            )


def _read_back(stream: str, how: str, system: System) -> ConnectorError:
    return config_error(
        f"The records of the stream {stream} do not come as their source sent them: {how}. A host changes them so when "
        "it keeps them in a cache or a table first, as PyAirbyte does by default, and then null stands where nothing "
        f"is known, which would {system.nulls_would}. Let the records come straight from the source (in PyAirbyte: "
        "write with cache=False), or leave the host's columns out and give the others the names that are declared."
    )


def told_changes(changed: Iterable[str]) -> tuple[str, ...]:
    """Changed keys as faults of a record that cannot be read without them."""
    return tuple(f"{key}: changed by the host" for key in sorted(changed))
