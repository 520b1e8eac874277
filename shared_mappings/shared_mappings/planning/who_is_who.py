"""Whether somebody who was found is somebody else."""

from collections.abc import Mapping
from typing import Protocol

from shared_mappings.desired import Desired
from shared_mappings.field_table import FieldTable, Rule
from shared_mappings.states import State


class Present(Protocol):
    """Somebody who is there: an employee in Xledger, or a user in Huma."""

    @property
    def values(self) -> Mapping[str, State]:
        """The value at each place."""

    @property
    def left(self) -> bool:
        """Whether they have left."""

    def known_of(self, rule: Rule) -> tuple[State, ...]:
        """The values of a row by which a person is told from another."""


def contradictions(desired: Desired, there: Present, table: FieldTable) -> tuple[str, ...]:
    """What tells that somebody is not who is there: values for life that are known of both, and differ in meaning.

    Args:
        desired: What the record says.
        there: The employee in Xledger, or the user in Huma.
        table: The field table, which says what a person has for life.

    Returns:
        Names of the record's fields; none when nothing speaks against it.
    """
    return tuple(rule.fields[0] for rule in table.rules if rule.lifelong and False in _compared(rule, desired, there))


def is_somebody_else(desired: Desired, there: Present, table: FieldTable) -> tuple[str, ...]:
    """What tells that somebody is not who has their code.

    A code says who is who, and a value for life that differs is then a correction, which is written. Not where the code
    has come back: to somebody who works, while the one who is there has left, and not on the day on which the record
    says so too; or to somebody of whom neither the e-mail address nor the whole name agrees, or more than one value for
    life differs.

    Args:
        desired: What the record says.
        there: The employee in Xledger, or the user in Huma.
        table: The field table, which says what a person has for life, and what is theirs alone.

    Returns:
        Names of the record's fields, as `contradictions` has them; none for one and the same person.
    """
    differing = contradictions(desired, there, table)
    has_left_too = True in _compared(table.rule_of[table.left_by], desired, there)
    came_back = desired.works and there.left and not has_left_too
    corrected = len(differing) == 1 and _is_known_by(desired, there, table) and not came_back
    return () if corrected else differing


def has_nothing_of(desired: Desired, there: Present, table: FieldTable) -> tuple[str, ...]:
    """What tells that two people share a code: all that is a person's own is known of both, and none of it agrees.

    Args:
        desired: What the record says.
        there: The employee in Xledger, or the user in Huma.
        table: The field table, which says what is a person's own.

    Returns:
        Names of the record's fields; none when any agrees, or is not known.
    """
    personal = [rule for rule in table.rules if rule.personal]
    differ = all(_compared(rule, desired, there) == {False} for rule in personal)
    return tuple(rule.fields[0] for rule in personal) if differ else ()


def _is_known_by(desired: Desired, there: Present, table: FieldTable) -> bool:
    """Whether something agrees that is a person's own: one value that is so alone, or all that are so together."""
    agreeing = {rule.canonical_target: True in _compared(rule, desired, there) for rule in table.rules if rule.personal}
    alone = [rule.canonical_target for rule in table.rules if rule.personal == "alone"]
    together = [rule.canonical_target for rule in table.rules if rule.personal == "together"]
    return any(agreeing[target] for target in alone) or all(agreeing[target] for target in together)


def _compared(rule: Rule, desired: Desired, there: Present) -> set[bool]:
    """Whether the values that are known of both mean the same, at each place."""
    ours = desired.values[rule.canonical_target]
    theirs = there.known_of(rule)
    return {rule.same(ours, value) for value in theirs if isinstance(ours, str) and isinstance(value, str)}
