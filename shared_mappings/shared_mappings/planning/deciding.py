"""The decision about one place, the same whichever way a value goes."""

from dataclasses import dataclass, replace
from enum import Enum

from shared_mappings.codes import WarningCode
from shared_mappings.desired import Desired, FieldWarning
from shared_mappings.direction import Direction
from shared_mappings.field_table import Rule
from shared_mappings.planning.plans import Conflict, Decision, FieldChange
from shared_mappings.planning.who_is_who import Present
from shared_mappings.policies import Policies, Policy
from shared_mappings.rulings import NO_RULINGS, Rulings
from shared_mappings.states import MISSING, State


class Stage(Enum):
    """How far the creation of somebody has come."""

    BEING_CREATED = "being created"
    UNFINISHED = "unfinished"
    """Nothing is where the last step of a creation writes: it was cut short, or that step was refused."""
    COMPLETE = "complete"


def policy_in_force(rule: Rule, policies: Policies, direction: Direction, rulings: Rulings = NO_RULINGS) -> Policy:
    """How far a rule's fields may reach for one person: their own rule counts in any case.

    What an administrator asked of a field in general, or what counts where nobody asked for anything, does not count
    where it was decided that the value of the system that is read stands.

    Args:
        rule: A row whose value goes this way.
        policies: What the administrator asked for.
        direction: Which way it goes.
        rulings: What was decided about the person.
    """
    way = rule.ways[direction.written]
    decided = rulings.let_through(rule.fields, direction.source)
    general = tuple(name for name in rule.fields if name not in decided)
    return policies.for_fields(general, way.rule, way.rule if decided else way.default)


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a record says beside what is there, and what was decided about such.

    Attributes:
        desired: What the record says.
        there: The employee in Xledger, or the user in Huma.
        policies: What the administrator asked for.
        direction: Which way values go.
        rulings: What was decided about the person.
        stage: How far their creation has come.
    """

    desired: Desired
    there: Present
    policies: Policies
    direction: Direction
    rulings: Rulings
    stage: Stage

    def decide(self, rule: Rule, place: str) -> Decision:
        """The decision about one place of a row: whatever is unknown on our side is left alone."""
        ours, theirs = self.desired.values[rule.canonical_target], self.there.values[place]
        if ours is MISSING or rule.same(ours, theirs):
            return None
        policy = policy_in_force(rule, self.policies, self.direction, self.rulings)
        decision = self._by_policy(rule, place, policy, ours, theirs)
        return _held_back(decision, policy) if self._is_held_back(rule) else decision

    def is_lost_without(self, rule: Rule, place: str) -> bool:
        """Whether a sync to Xledger would unset a value there, since Huma might have it, and does not get it."""
        if not rule.is_lost_in_turn or isinstance(self.there.values[place], str):
            return False
        return policy_in_force(rule, self.policies, self.direction, self.rulings) is not Policy.READ_ONLY

    def _by_policy(self, rule: Rule, place: str, policy: Policy, ours: str | None, theirs: State) -> Decision:
        """The decision about a value that differs."""
        field_name = rule.fields[0]
        if theirs is MISSING:
            unknown = ours is not None and policy is not Policy.READ_ONLY
            return FieldWarning(WarningCode.PARTLY_WRITTEN, field_name, target=place) if unknown else None
        if ours is None:
            return FieldChange(field_name, place, theirs, None) if policy is Policy.MIRROR else None
        is_there = any(isinstance(line, str) for line in self._lines(place))
        stays = self._has_a_line_of_its_own(place) or (rule.is_masked(ours) and theirs is not None)
        if stays or not may_set(policy, self.stage, is_there=is_there):
            return Conflict(field_name, place, policy, ours, theirs) if is_there else None
        if rule.is_masked(ours) or not self._can_be_told(place, policy):
            return FieldWarning(WarningCode.PARTLY_WRITTEN, field_name, target=place)
        return FieldChange(field_name, place, theirs, ours)

    def _lines(self, place: str) -> list[State]:
        """What is there of the value that a place belongs to: one of several lines is there as soon as any is."""
        return [self.there.values.get(line) for line in self.direction.table.lines(place)]

    def _can_be_told(self, place: str, policy: Policy) -> bool:
        """Whether all is seen of a value that there is to be seen before a line of it is written."""
        if MISSING not in self._lines(place):
            return True
        if self.direction.replaces_whole:
            return False
        return self.stage is Stage.BEING_CREATED or may_set(policy, self.stage, is_there=True)

    def _has_a_line_of_its_own(self, place: str) -> bool:
        """Whether what would be replaced as a whole has a line for which the record has nothing, or nothing known."""
        lines = self.direction.table.lines(place)
        if len(lines) == 1 or not self.direction.replaces_whole:
            return False
        return any(isinstance(self.there.values[line], str) and not isinstance(self._ours(line), str) for line in lines)

    def _ours(self, place: str) -> State:
        return self.desired.values[self.direction.rule_at(place).canonical_target]

    def _is_held_back(self, rule: Rule) -> bool:
        """Whether nothing of a row is to be written, by a decision. Nobody can be created without what is needed."""
        if not self.rulings.hold_back(rule.fields, self.direction.source):
            return False
        return self.stage is not Stage.BEING_CREATED or self.direction.needed_fields.isdisjoint(rule.fields)


def stage_of(desired: Desired, there: Present, policies: Policies, direction: Direction, rulings: Rulings) -> Stage:
    """How far somebody has come who was there before."""
    last = direction.rule_at(direction.completed_by)
    to_come = isinstance(desired.values[last.canonical_target], str)
    is_written = policy_in_force(last, policies, direction, rulings) is not Policy.READ_ONLY
    will_come = to_come and is_written and not rulings.hold_back(last.fields, direction.source)
    return Stage.UNFINISHED if will_come and there.values[direction.completed_by] is None else Stage.COMPLETE


def _held_back(decision: Decision, policy: Policy) -> Conflict | None:
    """What a decision leaves of what would be done about a place: what is there stands, also where nothing is."""
    match decision:
        case FieldChange(field, target, before, after):
            return Conflict(field, target, policy, after, before, decided=True)
        case Conflict():
            return replace(decision, decided=True)
    return None


def may_set(policy: Policy, stage: Stage, *, is_there: bool) -> bool:
    """Whether a policy allows a value to be written, where something is there or nothing is."""
    match policy:
        case Policy.MIRROR | Policy.NO_UNSET:
            return True
        case Policy.FILL_EMPTY:
            return not is_there
        case Policy.CREATE_ONLY:
            return stage is Stage.BEING_CREATED or (stage is Stage.UNFINISHED and not is_there)
        case Policy.READ_ONLY:
            return False
