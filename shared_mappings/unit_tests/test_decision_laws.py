"""Laws of decisions towards Xledger, for every record, every employee, every choice of policies and every decision."""

import json
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from shared_mappings import (
    MISSING,
    Action,
    Decisions,
    Employee,
    Policies,
    Policy,
    Stands,
    parse_decisions,
    plan_for_xledger,
    read_path,
    to_xledger,
)
from shared_mappings.fingerprints import fingerprint

from .conftest import carried_out
from .test_laws import EMPLOYEES, NEVER_UNSET, POLICIES, RECORDS, TABLE, desired

KEY = b"a key of sixteen"
STANDS = st.dictionaries(st.sampled_from(TABLE.fields), st.sampled_from(list(Stands)), max_size=8)

Record = dict[str, Any]
Decided = dict[str, Stands]


def decisions(record: Record, decided: Decided, *people: dict[str, str]) -> Decisions:
    """Decisions that were taken when Huma had what a record says."""
    fields = [
        {"user": record["id"], "field": name, "stands": stands.value, "seen": fingerprint(KEY, read_path(record, name))}
        for name, stands in decided.items()
        if read_path(record, name) is not MISSING
    ]
    key = "YSBrZXkgb2Ygc2l4dGVlbg=="
    content = {"version": 1, "decidedAt": "2026-11-25T10:00:00Z", "key": key, "fields": fields, "people": people}
    return parse_decisions(json.dumps(content))


def planned(record: Record, current: Employee | None, policies: Policies, decided: Decided, **stage: bool) -> Any:
    rulings = decisions(record, decided).about_user(record["id"], record)
    return plan_for_xledger(desired(record), current, policies, TABLE, rulings, **stage)


@given(RECORDS, EMPLOYEES, POLICIES, STANDS)
def test_a_decision_never_loosens_the_rule_of_a_field(
    record: Record, current: Employee, policies: Policies, decided: Decided
) -> None:
    changes = planned(record, current, policies, decided).changes
    by_the_rules = plan_for_xledger(desired(record), current, Policies(), TABLE).changes
    assert {(each.target, each.after) for each in changes} <= {(each.target, each.after) for each in by_the_rules}
    assert {each.target for each in changes if each.after is None} & NEVER_UNSET == set()
    assert Policy.READ_ONLY not in {TABLE.rule_of[each.target].rule for each in changes}


@given(RECORDS, EMPLOYEES | st.none(), POLICIES, STANDS)
def test_what_is_held_back_is_not_written(
    record: Record, current: Employee | None, policies: Policies, decided: Decided
) -> None:
    held = {name for name, stands in decided.items() if stands is not Stands.HUMA}
    made = planned(record, current, policies, decided)
    needed = to_xledger(TABLE).needed_fields if made.action is Action.CREATE else frozenset()
    known = {name for name in held if read_path(record, name) is not MISSING}
    for change in made.changes:
        fields = TABLE.rule_of[change.target].fields
        assert known.isdisjoint(fields) or not needed.isdisjoint(fields)


@given(RECORDS, EMPLOYEES, POLICIES, STANDS)
def test_what_is_held_back_is_a_conflict_that_is_decided_and_nothing_else_is(
    record: Record, current: Employee, policies: Policies, decided: Decided
) -> None:
    with_them, without = (
        planned(record, current, policies, decided),
        plan_for_xledger(desired(record), current, policies, TABLE),
    )
    rulings = decisions(record, decided).about_user(record["id"], record)
    held = {
        target: rule for rule in TABLE.rules if rulings.hold_back(rule.fields, Stands.HUMA) for target in rule.targets
    }
    told = {conflict.target for conflict in with_them.conflicts if conflict.decided}
    assert told <= held.keys()
    assert {change.target for change in without.changes} & held.keys() <= told


@given(RECORDS, EMPLOYEES, POLICIES)
def test_where_huma_stands_for_a_field_what_was_asked_of_it_does_not_count(
    record: Record, current: Employee, policies: Policies
) -> None:
    every_field = dict.fromkeys(TABLE.fields, Stands.HUMA)
    asked_of_the_unknown = _only_unknown(policies, record)
    assert planned(record, current, policies, every_field) == plan_for_xledger(
        desired(record), current, asked_of_the_unknown, TABLE
    )


def _only_unknown(policies: Policies, record: Record) -> Policies:
    """The policies of fields that nothing can be decided about, since nobody knows what Huma has."""
    return Policies({name: each for name, each in policies.fields.items() if read_path(record, name) is MISSING})


@given(RECORDS, EMPLOYEES | st.none(), POLICIES, STANDS)
def test_later_comes_to_the_same_as_that_xledgers_value_stands(
    record: Record, current: Employee | None, policies: Policies, decided: Decided
) -> None:
    later = {name: Stands.LATER if stands is Stands.XLEDGER else stands for name, stands in decided.items()}
    assert planned(record, current, policies, later) == planned(record, current, policies, decided)


@given(RECORDS, EMPLOYEES | st.none(), POLICIES, STANDS, st.data())
def test_a_change_in_huma_after_the_decision_goes_through(
    record: Record, current: Employee | None, policies: Policies, decided: Decided, data: st.DataObject
) -> None:
    later = {**record, **data.draw(RECORDS), "id": record["id"]}
    changed = {name for name in decided if read_path(later, name) != read_path(record, name)}
    assume(changed)
    rulings = decisions(record, decided).about_user(record["id"], later)
    assert rulings.stands.keys().isdisjoint(changed)
    others = {name: stands for name, stands in decided.items() if name not in changed}
    assert plan_for_xledger(desired(later), current, policies, TABLE, rulings) == planned(
        later, current, policies, others
    )


@given(RECORDS, EMPLOYEES | st.none(), POLICIES, STANDS)
def test_planning_twice_changes_nothing(
    record: Record, current: Employee | None, policies: Policies, decided: Decided
) -> None:
    first = planned(record, current, policies, decided)
    if first.action in (Action.CREATE, Action.UPDATE):
        written = carried_out(first, current, TABLE)
        again = planned(record, written, policies, decided, creating=first.action is Action.CREATE)
        assert again.action is Action.UNCHANGED
