"""What a report tells of one person, as JSON types. These hold values: for the configured storage, never for a log.

A key that is absent means that nothing is known, as in a record; null means that there is no value.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from connector_base.pages.contents import OnlyThere
from connector_base.people.person import InvalidRecord, Person, Planned, There
from connector_base.reporting.sides import Sides
from shared_mappings import (
    MISSING,
    Action,
    Conflict,
    Desired,
    FieldChange,
    NotWritten,
    Policies,
    Policy,
    RejectionCode,
    Rule,
    Side,
    State,
    policy_in_force,
)

Entry = dict[str, Any]


def rejected_entry(subject: Person | InvalidRecord, code: str, reason: str) -> Entry:
    """A record that was not written, or not wholly.

    Args:
        subject: Whose record it is.
        code: The code it is counted under.
        reason: Why, in a sentence; the words of a system may be in it, and they quote values.

    Returns:
        Who it is, `code`, `reason`, and the `record`: what is mapped of it, under its own names.
    """
    return {**_who(subject), "code": code, "reason": reason, "record": subject.record}


def invalid_entry(invalid: InvalidRecord) -> Entry:
    """What a preview tells of a record that does not fit its schema."""
    return {**_who(invalid), "action": Action.REJECT.value, "reason": RejectionCode.INVALID_RECORD.value, "fields": []}


def change_entry(
    person: Person, there: str | None, change: FieldChange, at: str, sides: Sides, *, unconfirmed: bool = False
) -> Entry:
    """A value that was written.

    Args:
        person: Whose record it came with.
        there: The id of whoever has it now; None where nobody knows whether they were created.
        change: What was there before, and what is there now.
        at: When, in UTC.
        sides: How the two systems are named.
        unconfirmed: Whether the answer got lost, so that nobody knows.

    Returns:
        The record's id, such as `user`, and that of whoever has it, such as `employee`; `field` and `target`; `before`,
        which is null where there was nothing and absent where that is unknown; `after`; `at`; and `unconfirmed`, only
        where it is so.
    """
    return {
        sides.came_as: person.record.get("id"),
        sides.there_as: there,
        "field": change.field,
        "target": change.target,
        **_known("before", change.before),
        "after": change.after,
        "at": at,
        **({"unconfirmed": True} if unconfirmed else {}),
    }


def left_entries(item: Planned[There], sides: Sides) -> Iterator[Entry]:
    """The values of a record that are not written: conflicts first, then those of which there is a warning.

    Args:
        item: The person, who they are there, and what was done.
        sides: How the two systems are named.

    Returns:
        Of each: who it is, with a name such as `user` in place of `id`; the id of who they are there, such as
        `employee`, absent of somebody who would be created; `field` and `target`, which is absent where nothing there
        belongs to the field; the values of `source` and of the other side, such as `xledger`, absent where unknown; and
        the `policy` in force, with `decided` where a decision about the person keeps what is there, or the `code` of
        the warning.
    """
    who = {
        sides.came_as: item.person.record.get("id"),
        **_named(item.person),
        **_there(item, sides),
    }
    for conflict in item.plan.conflicts:
        yield {
            **who,
            "field": conflict.field,
            "target": conflict.target,
            "source": conflict.ours,
            sides.theirs: conflict.theirs,
            "policy": conflict.policy.value,
            **_decided(conflict),
        }
    for warning in item.plan.warnings:
        rule = sides.direction.table.rule_at.get(warning.target)
        theirs = item.there.values.get(warning.target, MISSING) if item.there else None
        yield {
            **who,
            "field": warning.field,
            **({"target": warning.target} if warning.target else {}),
            **(_known("source", ours_of(rule, item.person.desired)) if rule else {}),
            **(_known(sides.theirs, theirs) if rule else {}),
            "code": warning.code.value,
        }


def ours_of(rule: Rule, desired: Desired) -> Any:
    """The value as it would be written; where it was left out, what the record holds. `MISSING` where unknown."""
    parts = desired.left_out.get(rule.canonical_target)
    if parts is None:
        return desired.values[rule.canonical_target]
    known = {name: part for name, part in parts.items() if part is not MISSING}
    if not known:
        return MISSING
    return known["value"] if list(known) == ["value"] else known


def plan_entry(item: Planned[There], policies: Policies, sides: Sides) -> Entry:
    """What a preview tells of a person: each place there with both values, and what would become of it.

    Args:
        item: The person, who they are there, and what would be done.
        policies: What the administrator decided.
        sides: How the two systems are named.

    Returns:
        `action`, with its `reason` for somebody left out or rejected; the id of who they are there, such as `employee`;
        and `fields`: the record's `field`, its `target`, the values of `source` and of the other side, such as
        `xledger`, and either what would be written (`write`) or why nothing would (`not_written`): `same`, `unknown`,
        the code of a warning, or `conflict` and `policy` with the `policy` in force, and `decided` where a decision
        about the person keeps what is there.
    """
    decided = item.plan
    reason = decided.rejection or decided.skip_reason
    return {
        **_who(item.person),
        "action": decided.action.value,
        **({"reason": reason.value} if reason else {}),
        **_there(item, sides),
        "fields": list(_Fields(item, policies, sides)),
    }


def only_there_entry(other: OnlyThere, sides: Sides) -> Entry:
    """Somebody who is in the system that is written to, whom nobody was found to be, in its own words.

    Args:
        other: Who it is.
        sides: How the two systems are named.

    Returns:
        In Xledger `dbId`, `code`, `description`, `email` and whether they are `closed`; in Huma `id`, `employmentId`,
        `name`, `email` and whether they are `active`. What the system does not show is absent.
    """
    known: Mapping[str, Any] = {**other, **({"active": not other["closed"]} if "closed" in other else {})}
    return {name: known[key] for name, key in _ONLY_THERE[sides.direction.written].items() if key in known}


_ONLY_THERE: Final[Mapping[Side, Mapping[str, str]]] = {
    Side.XLEDGER: {
        "dbId": "employee",
        "code": "employmentId",
        "description": "name",
        "email": "email",
        "closed": "closed",
    },
    Side.HUMA: {"id": "user", "employmentId": "employmentId", "name": "name", "email": "email", "active": "active"},
}
"""What is told of somebody who is only in a system, in its own words, each with what it is called on a page."""


class _Fields:
    """The places that a plan is about, in the order of the field table."""

    def __init__(self, item: Planned[There], policies: Policies, sides: Sides) -> None:
        self._desired = item.person.desired
        self._current = item.there.values if item.there else None
        self._plan = item.plan
        self._policies = policies
        self._rulings = item.person.rulings
        self._sides = sides
        self._changes = {change.target: change for change in item.plan.changes}
        self._codes = {warning.field: warning.code.value for warning in item.plan.warnings}
        self._conflicts = {conflict.target: conflict for conflict in item.plan.conflicts}

    def __iter__(self) -> Iterator[Entry]:
        creating = self._plan.action is Action.CREATE
        direction = self._sides.direction
        for rule in direction.rules:
            for target in direction.places(rule):
                if creating or not direction.is_only_at_creation(target):
                    yield self._field(rule, target)

    def _field(self, rule: Rule, target: str) -> Entry:
        change = self._changes.get(target)
        theirs = self._theirs(target)
        return {
            "field": change.field if change else rule.fields[0],
            "target": target,
            **_known("source", ours_of(rule, self._desired)),
            **_known(self._sides.theirs, theirs),
            **({"write": change.after} if change else self._not_written(rule, target, theirs)),
        }

    def _theirs(self, target: str) -> State:
        if self._current is not None:
            return self._current[target]
        if target in self._conflicts:  # what somebody will have who is created
            return self._conflicts[target].theirs
        return MISSING if self._plan.rejection else None

    def _not_written(self, rule: Rule, target: str, theirs: State) -> Mapping[str, str | bool]:
        if self._plan.action in (Action.SKIP, Action.REJECT):
            return {}
        if target in self._conflicts:
            conflict = self._conflicts[target]
            return {"not_written": NotWritten.CONFLICT.value, "policy": conflict.policy.value, **_decided(conflict)}
        ours = self._desired.values[rule.canonical_target]
        if rule.same(ours, None if theirs is MISSING else theirs):
            return {"not_written": NotWritten.SAME.value}
        code = self._codes.get(rule.fields[0])
        if code and (ours is not MISSING or rule.canonical_target in self._desired.left_out):
            return {"not_written": code}
        policy = policy_in_force(rule, self._policies, self._sides.direction, self._rulings)
        if ours is MISSING or (theirs is MISSING and policy is not Policy.READ_ONLY):
            return {"not_written": NotWritten.UNKNOWN.value}
        return {"not_written": NotWritten.POLICY.value, "policy": policy.value}


def _who(subject: Person | InvalidRecord) -> Entry:
    return {"id": subject.record.get("id"), **_named(subject)}


def _there(item: Planned[There], sides: Sides) -> Entry:
    return {} if item.there is None else {sides.there_as: sides.id_of(item.there)}


def _named(subject: Person | InvalidRecord) -> Entry:
    return {"person": subject.label, "name": subject.name or None, "employmentId": subject.employment_id or None}


def _decided(conflict: Conflict) -> Mapping[str, bool]:
    return {"decided": True} if conflict.decided else {}


def _known(key: str, value: Any) -> Entry:
    return {} if value is MISSING else {key: value}
