"""What a report tells of one person, as JSON types. These hold values: for the configured storage, never for a log.

A key that is absent means that nothing is known, as in a record; null means that there is no value.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from destination_xledger.people.person import InvalidRecord, Person, Planned
from shared_mappings import MISSING, Action, FieldTable, Policies, Policy, RejectionCode, Rule, State

Entry = dict[str, Any]

DEEPEST: Final = 100
"""Levels of lists and objects down to which a record is kept."""

TOO_DEEP: Final = "… (nested too deep to be kept)"
"""What stands in a report for what is nested deeper."""


def rejected_entry(subject: Person | InvalidRecord, code: str, reason: str) -> Entry:
    """A record that was not written, or not wholly.

    Args:
        subject: Whose record it is.
        code: The code it is counted under.
        reason: Why, in a sentence; Xledger's own words may be in it, and they quote values.
    """
    return {**_who(subject), "code": code, "reason": reason, "record": _within_reach(subject.record)}


def invalid_entry(invalid: InvalidRecord) -> Entry:
    """What a preview tells of a record that does not fit its schema."""
    return {**_who(invalid), "action": Action.REJECT.value, "reason": RejectionCode.INVALID_RECORD.value, "fields": []}


def plan_entry(item: Planned, policies: Policies, table: FieldTable) -> Entry:
    """What a preview tells of a person: each place in Xledger with both values, and what would become of it.

    Args:
        item: The person, who they are in Xledger, and what would be done.
        policies: What the administrator decided.
        table: The field table.

    Returns:
        `action`, with its `reason` for somebody left out or rejected; `employee`, the dbId; and `fields`: the
        record's `field`, its `target` in Xledger, the values of `source` and `xledger`, and either what would be
        written (`write`) or why nothing would (`not_written`): `same`, `unknown`, the code of a warning, or
        `conflict` and `policy` with the `policy` that decided.
    """
    decided = item.plan
    reason = decided.rejection or decided.skip_reason
    return {
        **_who(item.person),
        "action": decided.action.value,
        **({"reason": reason.value} if reason else {}),
        **({"employee": item.employee.db_id} if item.employee else {}),
        "fields": list(_Fields(item, policies, table)),
    }


class _Fields:
    """The places in Xledger that a plan is about, in the order of the field table."""

    def __init__(self, item: Planned, policies: Policies, table: FieldTable) -> None:
        self._desired = item.person.desired
        self._current = item.employee.values if item.employee else None
        self._plan = item.plan
        self._policies = policies
        self._table = table
        self._changes = {change.target: change for change in item.plan.changes}
        self._codes = {warning.field: warning.code.value for warning in item.plan.warnings}
        self._conflicts = {conflict.target: conflict for conflict in item.plan.conflicts}

    def __iter__(self) -> Iterator[Entry]:
        creating = self._plan.action is Action.CREATE
        for rule in self._table.rules:
            for target in rule.targets:
                if creating or not self._table.targets[target].only_at_creation:
                    yield self._field(rule, target)

    def _field(self, rule: Rule, target: str) -> Entry:
        change = self._changes.get(target)
        theirs = self._theirs(target)
        return {
            "field": change.field if change else rule.fields[0],
            "target": target,
            **_known("source", self._ours(rule)),
            **_known("xledger", theirs),
            **({"write": change.after} if change else self._not_written(rule, target, theirs)),
        }

    def _ours(self, rule: Rule) -> Any:
        """The value as Xledger would get it; where it was left out, what the record holds."""
        parts = self._desired.left_out.get(rule.canonical_target)
        if parts is None:
            return self._desired.values[rule.canonical_target]
        known = {name: part for name, part in parts.items() if part is not MISSING}
        if not known:
            return MISSING
        return known["value"] if list(known) == ["value"] else known

    def _theirs(self, target: str) -> State:
        if self._current is not None:
            return self._current[target]
        return MISSING if self._plan.rejection else None

    def _not_written(self, rule: Rule, target: str, theirs: State) -> Mapping[str, str]:
        if self._plan.action in (Action.SKIP, Action.REJECT):
            return {}
        if target in self._conflicts:
            return {"not_written": "conflict", "policy": self._conflicts[target].policy.value}
        ours = self._desired.values[rule.canonical_target]
        if rule.same(ours, None if theirs is MISSING else theirs):
            return {"not_written": "same"}
        code = self._codes.get(rule.fields[0])
        if code and (ours is not MISSING or rule.canonical_target in self._desired.left_out):
            return {"not_written": code}
        policy = self._policies.for_fields(rule.fields, rule.rule)
        if ours is MISSING or (theirs is MISSING and policy is not Policy.READ_ONLY):
            return {"not_written": "unknown"}
        return {"not_written": "policy", "policy": policy.value}


def _who(subject: Person | InvalidRecord) -> Entry:
    return {"id": _within_reach(subject.record.get("id")), "person": subject.label}


def _within_reach(value: Any, levels: int = DEEPEST) -> Any:
    """A value without what is nested deeper than anybody reads, and than JSON can be written."""
    if not isinstance(value, Mapping | list):
        return value
    if not levels:
        return TOO_DEEP
    if isinstance(value, list):
        return [_within_reach(entry, levels - 1) for entry in value]
    return {key: _within_reach(entry, levels - 1) for key, entry in value.items()}


def _known(key: str, value: Any) -> Entry:
    return {} if value is MISSING else {key: value}
