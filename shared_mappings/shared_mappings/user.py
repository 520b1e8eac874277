"""A user as they stand in Huma."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from shared_mappings.converters import CONVERTERS, Options, Parts
from shared_mappings.desired import ACTIVE, part_of
from shared_mappings.field_table import FieldTable, InHuma, Rule
from shared_mappings.normal_forms import as_text
from shared_mappings.states import MISSING, State


@dataclass(frozen=True, slots=True)
class User:
    """The current values of a user.

    Attributes:
        user_id: Huma's id of the user, by which messages name them.
        active: False for someone who is deactivated: their profile is locked.
        values: The value at each place in Huma that the field table writes, in Xledger's form; None where Huma has
            nothing, `MISSING` where it cannot be seen. What has no form in Xledger stands there as Huma has it.
        record: The record of the stream `users`.
        formless: The places whose value has no form in Xledger.
    """

    user_id: str
    active: bool
    values: Mapping[str, State] = field(repr=False)
    record: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    formless: frozenset[str] = frozenset()

    @property
    def left(self) -> bool:
        """Whether the user is somebody who has left."""
        return not self.active

    def known_of(self, rule: Rule) -> tuple[State, ...]:
        """The value of a row by which a person is told from another; none where it does not go back to Huma."""
        if rule.huma is None or rule.huma.place in self.formless:
            return ()
        return (self.values[rule.huma.place],)

    @classmethod
    def from_record(cls, record: Mapping[str, Any], table: FieldTable, options: Options) -> "User":
        """Reads a record of the stream `users`.

        Args:
            record: The record; it fits its schema.
            table: The field table, which says what to read.
            options: Settings that change what a value becomes.
        """
        values: dict[str, State] = {}
        formless = set()
        for rule in table.rules:
            if rule.huma is None:
                continue
            parts = {
                part: part_of(record, keys, table.one_value.record_keys) for part, keys in rule.record_keys.items()
            }
            converted = CONVERTERS[rule.converter](parts, options)
            values[rule.huma.place] = converted.value
            if converted.warning:
                values[rule.huma.place] = _as_it_stands(rule, rule.huma, parts)
                formless.add(rule.huma.place)
        return cls(str(record["id"]), record.get(ACTIVE) is not False, values, record, frozenset(formless))


def _as_it_stands(rule: Rule, huma: InHuma, parts: Parts) -> State:
    """What Huma has at a place, before anything else that the value is made of; the numbers in a list, together."""
    at_the_place = [part for part, path in rule.record.items() if path == huma.place]
    for name in (*at_the_place, *parts):
        part = parts[name]
        entries = part if isinstance(part, list | tuple) else [{"value": part}]
        texts = [text for entry in entries if isinstance(text := as_text(entry.get("value")), str)]
        if texts:
            return ", ".join(texts)
    return MISSING
