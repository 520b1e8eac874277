"""What an administrator may decide: a policy for each field, and what happens to new and to deactivated people."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType


class Policy(str, Enum):
    """How far a field may reach into the system that is written to, from the loosest to the strictest."""

    MIRROR = "mirror"
    """Set and unset."""
    NO_UNSET = "no_unset"
    """Set, never unset."""
    FILL_EMPTY = "fill_empty"
    """Write only where nothing is there: what is there wins a conflict."""
    CREATE_ONLY = "create_only"
    """Write only while creating somebody; when that was cut short, what is still empty is written later."""
    READ_ONLY = "read_only"
    """Compare and report; never written, not even while creating."""

    @property
    def strictness(self) -> int:
        """Position in the order from the loosest (0) to the strictest."""
        return list(Policy).index(self)

    def is_looser_than(self, other: "Policy") -> bool:
        """Whether this policy allows something that the other forbids."""
        return self.strictness < other.strictness


class NewUsers(str, Enum):
    """What happens to someone who is not in the system that is written to."""

    CREATE = "create"
    SKIP = "skip"


class DeactivatedUsers(str, Enum):
    """What happens to someone who is deactivated in Huma."""

    UPDATE_EXISTING = "update_existing"
    """Update the employee, so that an end date comes through, but never create one."""
    SKIP = "skip"
    SYNC = "sync"
    """Treat them like everybody else."""


@dataclass(frozen=True, slots=True)
class Policies:
    """Everything the planner may be told.

    Attributes:
        fields: The policy asked for, by record field. For a field that is not named, what counts anyway does: to
            Xledger its own rule, to Huma the default of the table.
        new_users: What happens to someone who is not in the system that is written to.
        deactivated_users: What happens in Xledger to someone who is deactivated in Huma.
    """

    fields: Mapping[str, Policy] = field(default_factory=lambda: MappingProxyType({}))
    new_users: NewUsers = NewUsers.CREATE
    deactivated_users: DeactivatedUsers = DeactivatedUsers.UPDATE_EXISTING

    def for_fields(self, fields: tuple[str, ...], rule: Policy, default: Policy | None = None) -> Policy:
        """The policy that was decided on: the strictest of a rule's own and those asked for its fields.

        Args:
            fields: The fields of the rule.
            rule: The loosest policy allowed.
            default: What counts where nobody asked for anything, as strict as the rule or stricter; None for the rule.
        """
        asked = [self.fields[name] for name in fields if name in self.fields]
        if not asked:
            return default or rule
        return max((rule, *asked), key=lambda policy: policy.strictness)
