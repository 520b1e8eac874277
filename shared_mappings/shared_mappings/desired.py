"""What a person's record says that the other system should have, in Xledger's form whichever way it goes."""

import dataclasses
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any, Final

from shared_mappings.codes import WarningCode
from shared_mappings.converters import CONVERTERS, Options, Parts
from shared_mappings.dates import has_passed
from shared_mappings.field_table import FieldTable, KeyPath, Rule
from shared_mappings.normal_forms import as_text
from shared_mappings.states import MISSING, State, read_keys, read_path

EMPLOYMENT_ID: Final = "employee.code"
EMAIL: Final = "employee.contact.email"
ACTIVE: Final = "active"
CLOSED: Final = "closed"
"""What the stream of employees says of somebody beside the properties of an `employee`."""
NAME: Final = "employee.subledger.description"
"""Where the whole name of somebody stands."""

_KEYS: Final = frozenset({EMPLOYMENT_ID, EMAIL})


@dataclass(frozen=True, slots=True)
class FieldWarning:
    """A value that was left out, and why.

    Attributes:
        code: Why.
        field: The record's field; with `EMPLOYEE_IS_CLOSED`, Xledger's.
        told: Whether the log tells of it elsewhere, since it would be the same of anybody.
        target: Where the value would be written, the first place of several; empty where nothing belongs to it. No part
            of what the warning is.
    """

    code: WarningCode
    field: str
    told: bool = False
    target: str = dataclasses.field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Desired:
    """The values a person should have, in the form in which Xledger has them.

    Attributes:
        record_id: The record's `id`, by which messages name the person; None when the record has none.
        active: False for someone who was deactivated, or is closed. Unknown counts as active.
        values: The value of each rule, by its canonical target, in one of the three states.
        warnings: Values that were left out.
        left_out: What the record holds in their place, by canonical target and by the name of the part.
        works: Whether the record itself says that the person is active.
        entered: The keys by which people are found as the record holds them, by canonical target, where it holds any.
        beside: What the record holds that goes to Huma beside a value, by its path in a record of `users`.
        ended: Whether the employment had ended before the day of reading. False where that is not known.
    """

    record_id: str | None
    active: bool
    values: Mapping[str, State] = field(repr=False)
    warnings: tuple[FieldWarning, ...] = ()
    left_out: Mapping[str, Parts] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    works: bool = False
    entered: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    beside: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    ended: bool = False

    @property
    def left(self) -> bool:
        """Whether the person has left, though maybe nobody has closed or deactivated them yet."""
        return self.ended or not self.active

    @property
    def employment_id(self) -> str | None:
        """The first matching key as it was entered, since Xledger may hold it so; None when unset or unknown."""
        return self._key(EMPLOYMENT_ID)

    @property
    def email(self) -> str | None:
        """The second matching key, likewise."""
        return self._key(EMAIL)

    def _key(self, target: str) -> str | None:
        value = self.values[target]
        return self.entered.get(target, value) if isinstance(value, str) else None


def desired_from_user(
    record: Mapping[str, Any],
    table: FieldTable,
    options: Options,
    changed: Collection[str] = (),
    today: date = date.min,
) -> Desired:
    """What a record of Huma's `users` stream says.

    Args:
        record: The record; it fits its schema.
        table: The field table.
        options: Settings that change what a value becomes.
        changed: Keys whose values a host has changed on the way. The record does not have them: they are unknown.
        today: The day of reading, which tells what has passed; by default nothing has.
    """
    rules = ((rule, rule.record_keys) for rule in table.rules)
    desired = _with_end(_desired(record, rules, table.one_value.record_keys, options, changed), table, today)
    beside = {path: as_text(read_path(record, path)) for path in table.beside}
    unknown = (*_of_no_position(record, table), *_of_an_unfinished(desired, table))
    return dataclasses.replace(
        desired,
        values={**desired.values, **dict.fromkeys(unknown, MISSING)},
        beside={path: text for path, text in beside.items() if isinstance(text, str)},
    )


def _of_no_position(record: Mapping[str, Any], table: FieldTable) -> Collection[str]:
    """The targets of what a position says in Huma, where nothing is seen of one: maybe there is none.

    Of somebody without one, such as who was added a moment ago, Huma knows no job title and no dates. That is not to
    say that there are none. A key that sees half of a position sees no more of nobody's.
    """
    rules = table.of_the_position
    told = (as_text(read_keys(record, path)) for rule in rules for path in rule.record_keys.values())
    return () if any(isinstance(value, str) for value in told) else [rule.canonical_target for rule in rules]


def _of_an_unfinished(desired: Desired, table: FieldTable) -> Collection[str]:
    """The targets of what Huma does not have of somebody without the last thing that is written of who is added there.

    Huma wants that of everybody. Who is without it may have been added a moment ago, and the rest is yet to come: what
    is not there is not to be unset anywhere.
    """
    last = table.rule_at[table.completed_in_huma].canonical_target
    if desired.values[last] is not None:
        return ()
    may_be_unset = (rule.canonical_target for rule in table.rules if rule.may_be_unset)
    return [target for target in may_be_unset if desired.values[target] is None]


def desired_from_employee(
    record: Mapping[str, Any],
    table: FieldTable,
    options: Options,
    changed: Collection[str] = (),
    today: date = date.min,
) -> Desired:
    """What a record of the stream `employees` says, or one in the destination's own terms.

    As `desired_from_user`, with the schema of the stream or of the object `employee`.
    """
    rules = ((rule, rule.employee_keys) for rule in table.rules)
    return _with_end(_desired(record, rules, table.one_value.employee_keys, options, changed), table, today)


def _with_end(desired: Desired, table: FieldTable, today: date) -> Desired:
    """What a record says, and whether the employment has ended by it."""
    last_day = desired.values[table.rule_of[table.left_by].canonical_target]
    return dataclasses.replace(desired, ended=has_passed(last_day, today))


def _desired(
    record: Mapping[str, Any],
    rules: Iterable[tuple[Rule, Mapping[str, KeyPath]]],
    one_value: frozenset[KeyPath],
    options: Options,
    changed: Collection[str],
) -> Desired:
    values: dict[str, State] = {}
    warnings: list[FieldWarning] = []
    lost: dict[str, tuple[str, str]] = {key: (key, "") for key in (ACTIVE, CLOSED) if key in changed}
    left_out: dict[str, Parts] = {}
    entered: dict[str, str] = {}
    for rule, keys in rules:
        parts = {part: part_of(record, path, one_value) for part, path in keys.items()}
        converted = CONVERTERS[rule.converter](parts, options)
        values[rule.canonical_target] = converted.value
        if rule.canonical_target in _KEYS and isinstance(key := as_text(parts["value"]), str):
            entered[rule.canonical_target] = key
        if converted.warning:
            warnings.append(FieldWarning(converted.warning, rule.fields[0], target=rule.canonical_target))
            left_out[rule.canonical_target] = parts
        for key in {path[0] for path in keys.values()}.intersection(changed):
            lost.setdefault(key, (rule.fields[0], rule.canonical_target))
            left_out.setdefault(rule.canonical_target, parts)
    of_the_host = (FieldWarning(WarningCode.CHANGED_BY_HOST, name, target=target) for name, target in lost.values())
    warnings += dict.fromkeys(of_the_host)
    identity = record.get("id")
    return Desired(
        record_id=None if identity is None else str(identity),
        active=record.get(ACTIVE) is not False and record.get(CLOSED) is not True,
        values=values,
        warnings=tuple(warnings),
        left_out=left_out,
        works=record.get(ACTIVE, record.get(CLOSED) is False) is True and record.get(CLOSED) is not True,
        entered=entered,
    )


def part_of(record: Mapping[str, Any], keys: KeyPath, one_value: frozenset[KeyPath]) -> Any:
    """What a record says at a path; a key that an object of one value does not mention is empty there."""
    value = read_keys(record, keys)
    if value is MISSING and keys[:-1] in one_value and isinstance(read_keys(record, keys[:-1]), Mapping):
        return None
    return value
