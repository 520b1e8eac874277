"""The two ways in which values go: from Huma to Xledger, and back."""

from dataclasses import dataclass

from shared_mappings.field_table import FieldTable, Rule, Side
from shared_mappings.policies import Policy
from shared_mappings.rulings import Stands


@dataclass(frozen=True, slots=True)
class Direction:
    """The field table as it is read one way.

    Attributes:
        table: The field table.
        written: The side that is written, by its name in reports.
    """

    table: FieldTable
    written: Side

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rows whose values go this way, in the order of the table."""
        return tuple(rule for rule in self.table.rules if self.written in rule.ways)

    @property
    def fields(self) -> tuple[str, ...]:
        """Every field of the record whose values go this way."""
        return tuple(dict.fromkeys(name for rule in self.rules for name in rule.fields))

    @property
    def completed_by(self) -> str:
        """The place that the last step of a creation writes."""
        return self.table.completed_by if self.written is Side.XLEDGER else self.table.completed_in_huma

    @property
    def source(self) -> Stands:
        """The side that is read, as decisions name it."""
        return Stands.HUMA if self.written is Side.XLEDGER else Stands.XLEDGER

    @property
    def needed_fields(self) -> frozenset[str]:
        """The fields without which nobody can be created."""
        return frozenset(name for rule in self.rules if self._is_needed(rule) for name in rule.fields)

    @property
    def replaces_whole(self) -> bool:
        """Whether what is one value takes the place of all that was there, instead of standing beside it."""
        return self.written is Side.HUMA

    def places(self, rule: Rule) -> tuple[str, ...]:
        """Where the value of a row is written; nowhere where it does not go this way."""
        return rule.ways[self.written].places if self.written in rule.ways else ()

    def rule_at(self, place: str) -> Rule:
        """The row that a place belongs to.

        Raises:
            KeyError: When the table has no such place.
        """
        return self.table.rule_at[place]

    def is_only_at_creation(self, place: str) -> bool:
        """Whether a place is written while somebody is created, and never again."""
        target = self.table.targets.get(place)
        return target is not None and target.only_at_creation

    def own_rule(self, field: str) -> Policy:
        """The loosest policy that no setting may loosen for a field.

        Raises:
            KeyError: When no value of such a field goes this way.
        """
        return self._strictest(field, [rule.ways[self.written].rule for rule in self.rules if field in rule.fields])

    def default(self, field: str) -> Policy:
        """The policy for a field where no setting asks for another one.

        Raises:
            KeyError: When no value of such a field goes this way.
        """
        return self._strictest(field, [rule.ways[self.written].default for rule in self.rules if field in rule.fields])

    def _is_needed(self, rule: Rule) -> bool:
        if self.written is Side.HUMA:
            return rule.huma is not None and rule.huma.needed_at_creation
        return any(self.table.targets[target].needed_at_creation for target in rule.targets)

    @staticmethod
    def _strictest(field: str, policies: list[Policy]) -> Policy:
        if not policies:
            raise KeyError(field)
        return max(policies, key=lambda policy: policy.strictness)


def to_xledger(table: FieldTable) -> Direction:
    """From Huma to Xledger."""
    return Direction(table, Side.XLEDGER)


def to_huma(table: FieldTable) -> Direction:
    """From Xledger to Huma."""
    return Direction(table, Side.HUMA)
