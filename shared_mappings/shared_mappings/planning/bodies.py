"""What Huma is sent: the value of each change in the body of the request that writes it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from shared_mappings.able import Able
from shared_mappings.codes import WarningCode
from shared_mappings.converters import Options
from shared_mappings.converters_back import CONVERTERS_BACK, Around, Body, Returned
from shared_mappings.desired import Desired
from shared_mappings.field_table import FieldTable, HumaObject, InHuma, KeyPath
from shared_mappings.normal_forms import as_text
from shared_mappings.planning.plans import FieldChange
from shared_mappings.states import State, read_path
from shared_mappings.user import User

Json = Mapping[str, Any]


def bodies_for_huma(
    changes: Iterable[FieldChange],
    user: User | None,
    able: Able,
    table: FieldTable,
    options: Options,
    desired: Desired,
) -> Mapping[HumaObject, Json]:
    """What Huma is sent for some changes of a plan, such as those of one field alone.

    Args:
        changes: Changes that `plan_for_huma` decided on.
        user: The user in Huma, as the plan knew them; None for somebody who is to be created.
        able: What Huma lets us write of this user.
        table: The field table.
        options: Settings that change what a value becomes.
        desired: What the record says.

    Returns:
        The body of each request by the object that it writes; none for an object of which nothing changes. An address
        is there with all of its keys, and with what stands in Huma where nothing changes.
    """
    wording = Wording(desired, user, able, table, options)
    bodies: dict[HumaObject, dict[str, Any]] = {}
    for change in changes:
        huma, written = table.rule_at[change.target].huma, wording.of(change).body
        if huma is None or written is None:
            continue
        body = bodies.setdefault(huma.object, {})
        if huma.body_keys[0] not in body:
            for keys, text in wording.lines_as_they_stand(change.target):
                _put(body, keys, text)
        _put(body, huma.body_keys, written)
    return bodies


@dataclass(frozen=True, slots=True)
class Wording:
    """How Huma is told of changes.

    Attributes:
        desired: What the record says.
        user: The user in Huma; None for somebody who is to be created.
        able: What Huma lets us write of this user.
        table: The field table.
        options: Settings that change what a value becomes.
    """

    desired: Desired
    user: User | None
    able: Able
    table: FieldTable
    options: Options

    def of(self, change: FieldChange) -> Returned:
        """What stands for a change in the body of its request, or why it cannot be written."""
        huma = self.table.rule_at[change.target].huma
        if huma is None or change.after is None:
            return Returned(None)
        if huma.place.partition(".")[0] in self.able.locked:
            return Returned(None, WarningCode.LOCKED_FIELD)
        if huma.object == "position" and not self._has_a_position:
            return Returned(None, WarningCode.NO_POSITION)
        return CONVERTERS_BACK[huma.converter](change.after, self._around(huma))

    @property
    def _has_a_position(self) -> bool:
        return self.user is not None and self.able.position_id is not None

    def _around(self, huma: InHuma) -> Around:
        ours = {part: self._ours(path) for part, path in huma.beside.items()}
        theirs = {part: self._in_huma(path) for part, path in huma.beside.items()}
        return Around(self.options, self.able.job_titles, _known(ours), _known(theirs))

    def _ours(self, path: str) -> State:
        rule = self.table.rule_at.get(path)
        return self.desired.beside.get(path) if rule is None else self.desired.values[rule.canonical_target]

    def _in_huma(self, path: str) -> State:
        """What stands in Huma, in the form that it has in Xledger; what has none there is of no use."""
        if self.user is None or path in self.user.formless:
            return None
        return self.user.values[path] if path in self.user.values else self._at(path)

    def lines_as_they_stand(self, place: str) -> Iterator[tuple[KeyPath, str]]:
        """The keys of what is written as a whole, and what stands there in Huma; empty text where nothing does."""
        lines = self.table.lines(place)
        for rule in (self.table.rule_at[line] for line in lines if len(lines) > 1):
            for part, path in rule.record.items():
                value = self._in_huma(path) if len(rule.record) == 1 else self._at(path)
                yield rule.record_keys[part], value if isinstance(value, str) else ""

    def _at(self, path: str) -> State:
        return None if self.user is None else as_text(read_path(self.user.record, path))


def _put(body: dict[str, Any], keys: KeyPath, value: Body) -> None:
    """Sets a value in a body; the keys of an object are set beside those that are there."""
    *above, last = keys
    for key in above:
        body = body.setdefault(key, {})
    if isinstance(value, str):
        body[last] = value
    else:
        body.setdefault(last, {}).update(value)


def _known(states: Mapping[str, State]) -> Mapping[str, str]:
    return {part: value for part, value in states.items() if isinstance(value, str)}
