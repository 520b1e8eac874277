"""Laws of decisions for both directions together: with one file, the two systems come to agree and stay as they are.

What is read-only is not decided about: the country of a bank account comes and goes with the account.
"""

from dataclasses import dataclass, replace

from hypothesis import given
from hypothesis import strategies as st

from shared_mappings import (
    MISSING,
    Able,
    Action,
    Decisions,
    Employee,
    NewUsers,
    Options,
    Plan,
    Policies,
    Policy,
    Side,
    Stands,
    bodies_for_huma,
    plan_for_huma,
    plan_for_xledger,
    to_huma,
)

from .conftest import carried_out, taken_by_huma, user_like, wanted
from .strategies import ABLES, EMPLOYEES, POLICIES, RECORDS, TABLE
from .test_decision_laws import STANDS, Record, decisions, desired
from .test_laws_back import shown_by_xledger

TO_HUMA = to_huma(TABLE)

ACTIVE = RECORDS.map(lambda record: {**record, "active": True})


@dataclass(frozen=True)
class Pair:
    """One person in both systems, and what was decided about them.

    Attributes:
        record: Their record of `users`.
        employee: The employee in Xledger.
        decided: The decisions.
        policies: What the administrator asked for of Xledger's fields; of Huma's, nothing was asked for.
        able: What Huma lets us write.
    """

    record: Record
    employee: Employee
    decided: Decisions
    policies: Policies
    able: Able

    @property
    def to_huma(self) -> Plan:
        rulings = self.decided.about_employee("11", self.record["id"], self.record)
        user = user_like(self.record)
        source = wanted(self.employee.values)
        return plan_for_huma(source, user, Policies(), TABLE, self.able, Options(), rulings=rulings)

    @property
    def to_xledger(self) -> Plan:
        rulings = self.decided.about_user(self.record["id"], self.record)
        return plan_for_xledger(desired(self.record), self.employee, self.policies, TABLE, rulings)

    def after_to_huma(self) -> "Pair":
        source, user = wanted(self.employee.values), user_like(self.record)
        bodies = bodies_for_huma(self.to_huma.changes, user, self.able, TABLE, Options(), source)
        return replace(self, record=taken_by_huma(self.record, bodies))

    def after_to_xledger(self) -> "Pair":
        written = carried_out(self.to_xledger, self.employee, TABLE)
        return replace(self, employee=replace(written, values=shown_by_xledger(written)))

    @property
    def is_settled(self) -> bool:
        """Whether running either direction writes nothing."""
        return not self.to_huma.changes and not self.to_xledger.changes


PAIRS = st.builds(
    lambda record, employee, decided, policies, able: Pair(
        record, employee, decisions(record, decided), policies, able
    ),
    ACTIVE,
    EMPLOYEES.map(lambda employee: replace(employee, values=shown_by_xledger(employee))),
    STANDS,
    POLICIES,
    ABLES,
)


@given(PAIRS)
def test_both_directions_run_once_and_run_again_write_nothing(pair: Pair) -> None:
    assert pair.after_to_huma().after_to_xledger().is_settled


@given(PAIRS)
def test_in_the_other_order_one_run_more_settles_it(pair: Pair) -> None:
    """A place beside the one that was decided for Xledger is written once Huma has what that one has."""
    assert pair.after_to_xledger().after_to_huma().after_to_xledger().is_settled


@given(PAIRS)
def test_what_was_decided_for_huma_stands_in_both_as_far_as_its_rule_goes(pair: Pair) -> None:
    rulings = pair.decided.about_user(pair.record["id"], pair.record)
    after = pair.after_to_huma().after_to_xledger()
    unwritable = {warning.target for warning in pair.after_to_huma().to_xledger.warnings}
    for rule in TABLE.rules:
        if {rulings.of(name) for name in rule.fields} != {Stands.HUMA} or rule.rule is Policy.READ_ONLY:
            continue
        ours = desired(pair.record).values[rule.canonical_target]
        assert ours is MISSING or desired(after.record).values[rule.canonical_target] == ours
        may_be_written = rule.rule is Policy.MIRROR or ours is not None
        for target in rule.targets if may_be_written and ours is not MISSING else ():
            theirs = after.employee.values[target]
            left = target in unwritable or theirs is MISSING or TABLE.targets[target].only_at_creation
            assert left or rule.same(ours, theirs)


@given(PAIRS)
def test_what_was_decided_for_xledger_stands_in_both_as_far_as_huma_takes_it(pair: Pair) -> None:
    rulings = pair.decided.about_user(pair.record["id"], pair.record)
    after = pair.after_to_huma().after_to_xledger()
    by_the_rule = [each for each in pair.to_huma.conflicts if each.policy is _own_rule(each.target)]
    not_taken = {each.target for each in (*by_the_rule, *pair.to_huma.warnings)}
    source = wanted(pair.employee.values)
    for rule in TO_HUMA.rules:
        (place,), theirs = TO_HUMA.places(rule), source.values[rule.canonical_target]
        is_decided = {rulings.of(name) for name in rule.fields} == {Stands.XLEDGER}
        if is_decided and isinstance(theirs, str) and rule.ways[Side.HUMA].rule is not Policy.READ_ONLY:
            there = after.employee.values[rule.canonical_target]
            assert there is MISSING or rule.same(theirs, there)  # another target may be the one that shows it
            is_seen = user_like(pair.record).values[place] is not MISSING
            is_left = not is_seen or not not_taken.isdisjoint(TABLE.lines(place))
            assert is_left or rule.same(theirs, user_like(after.record).values[place])


def _own_rule(place: str) -> Policy:
    """The loosest policy for a place in Huma."""
    return TABLE.rule_at[place].ways[Side.HUMA].rule


@given(PAIRS)
def test_what_is_to_be_decided_later_stays_as_it_is_in_both(pair: Pair) -> None:
    rulings = pair.decided.about_user(pair.record["id"], pair.record)
    after = pair.after_to_huma().after_to_xledger()
    for rule in TABLE.rules:
        if Stands.LATER in {rulings.of(name) for name in rule.fields} and rule.rule is not Policy.READ_ONLY:
            assert {target: after.employee.values[target] for target in rule.targets} == {
                target: pair.employee.values[target] for target in rule.targets
            }
            for place in TO_HUMA.places(rule):
                assert user_like(after.record).values[place] == user_like(pair.record).values[place]


@given(EMPLOYEES, ABLES)
def test_whoever_is_to_be_added_to_huma_is_though_nobody_else_is(employee: Employee, able: Able) -> None:
    policies, source = Policies(new_users=NewUsers.SKIP), wanted(employee.values)
    decided = decisions({"id": "1"}, {}, {"employee": "11", "action": "add"})
    one, other = (decided.about_employee(db_id, None, {}) for db_id in ("11", "12"))
    plans = [plan_for_huma(source, None, policies, TABLE, able, Options(), rulings=each) for each in (one, other)]
    assert [each.action is Action.SKIP for each in plans] == [False, True]
