"""The values that a sync and its report both speak of: a person, a planned person, and what was refused of one."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Generic, Protocol, TypeVar

from connector_base.protocol.checkpoints import Came
from shared_mappings import NO_RULINGS, Desired, FieldChange, Plan, Rulings, State
from shared_mappings.desired import NAME
from shared_mappings.normal_forms import normalised_email, normalised_key


class There(Protocol):
    """Somebody as they stand in the system that is written to."""

    @property
    def values(self) -> Mapping[str, State]:
        """The value at each place; None for nothing, `MISSING` where it cannot be seen."""

    @property
    def formless(self) -> Collection[str]:
        """The places whose value has no form in Xledger."""


class Reason(Protocol):
    """Why something was refused."""

    @property
    def words(self) -> str:
        """The system's own words, scrubbed: they hold no value of a record."""

    @property
    def original(self) -> str:
        """Its words as they came: for the storage the administrator configured, never for a log."""


ThereT_co = TypeVar("ThereT_co", bound=There, covariant=True)


@dataclass(frozen=True, slots=True)
class Taken:
    """What is used of a record, of those that are merged when they have one key.

    Attributes:
        values: It, by key. A missing key is unknown.
        changed: Keys that are unknown because a host changed their values on the way.
        desire: Makes it what the record says somebody should have.
    """

    values: Mapping[str, Any] = field(repr=False)
    changed: frozenset[str]
    desire: Callable[[Mapping[str, Any], frozenset[str]], Desired] = field(repr=False)

    def after(self, earlier: "Taken") -> "Taken":
        """This one and an earlier one, merged key by key: what this one does not know is as it was before."""
        changed = (earlier.changed - self.values.keys()) | self.changed
        return Taken({**earlier.values, **self.values}, changed, self.desire)

    @property
    def desired(self) -> Desired:
        """What the record says the person should have."""
        return self.desire(self.values, self.changed)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody to be written.

    Attributes:
        identity: Tells people apart, across streams: an id, or the key that somebody without one is known by and its
            kind.
        label: How messages name the person; never a value of the record besides its id.
        desired: What the record says the person should have.
        record: What is mapped of the record, under its own names.
        update_only: Whether the person is never created, because the stream's sync mode is `update`.
        came: When the record came.
        merged: What is used of the record, if it is merged with others of one key; None where the later one counts
            alone.
        rulings: What was decided about the person.
        whole: The record as it came, but for what a host has changed on the way: what decisions go by. Empty where the
            record has no id.
    """

    identity: str = field(repr=False)
    label: str
    desired: Desired
    record: Mapping[str, Any] = field(repr=False)
    update_only: bool = False
    came: Came | None = None
    merged: Taken | None = field(default=None, repr=False)
    rulings: Rulings = NO_RULINGS
    whole: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}), repr=False)

    def after(self, earlier: "Person") -> "Person":
        """The same person by this record and one that came before it."""
        if self.merged is None or earlier.merged is None:
            return self
        merged = self.merged.after(earlier.merged)
        return replace(
            self,
            desired=merged.desired,
            record={**earlier.record, **self.record},
            update_only=self.update_only and earlier.update_only,
            merged=merged,
        )

    @property
    def undecided(self) -> "Person":
        """The same person, as if nothing had been decided about their fields."""
        return replace(self, rulings=replace(self.rulings, stands={}))

    @property
    def name(self) -> str:
        """The whole name, for a report; empty where it is unknown or unset."""
        name = self.desired.values[NAME]
        return name if isinstance(name, str) else ""

    @property
    def employment_id(self) -> str:
        """The employment ID as it was entered, for a report; likewise."""
        return self.desired.employment_id or ""

    @property
    def code(self) -> str:
        """The employment ID as it is compared; empty for none."""
        return normalised_key(self.desired.employment_id or "")

    @property
    def address(self) -> str:
        """The e-mail address as it is compared; empty for none."""
        return normalised_email(self.desired.email or "")


@dataclass(frozen=True, slots=True)
class InvalidRecord:
    """A record that does not fit its schema.

    Attributes:
        identity: Tells people apart, as a person's.
        label: How messages name it.
        code: The employment ID as it is compared; empty for none that can be read.
        address: The e-mail address, likewise.
        faults: Each path and the rule it breaks, never the value.
        record: What is mapped of the record, under its own names, be it valid or not.
        came: When it came.
        name: The whole name, for a report; empty where it cannot be read.
        employment_id: The employment ID as it was entered, for a report; likewise.
    """

    identity: str = field(repr=False)
    label: str
    code: str = field(repr=False)
    address: str = field(repr=False)
    faults: tuple[str, ...]
    record: Mapping[str, Any] = field(repr=False)
    came: Came | None = None
    name: str = field(default="", repr=False)
    employment_id: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Planned(Generic[ThereT_co]):
    """A person, who they are in the system that is written to, and what is to be done.

    Attributes:
        person: The person.
        there: Who they are there; None for nobody.
        plan: What is to be done.
        undecided: What would be done if nothing had been decided about the person's fields; None where that is the
            plan.
    """

    person: Person
    there: ThereT_co | None
    plan: Plan
    undecided: Plan | None = None

    @property
    def identity(self) -> str:
        """What tells the person apart."""
        return self.person.identity


@dataclass(frozen=True, slots=True)
class Refusal:
    """What was refused of a person's changes.

    Attributes:
        failures: Why, once for each request that was refused, or for each value that was named.
        unwritten: The changes that were refused with that. The person's others are written.
        by_name: Whether each value that was refused was named, and the others were taken.
    """

    failures: tuple[Reason, ...]
    unwritten: tuple[FieldChange, ...]
    by_name: bool = False

    @property
    def words(self) -> str:
        """The system's own words, scrubbed: they hold no value of a record."""
        return " ".join(failure.words for failure in self.failures)

    @property
    def original(self) -> str:
        """Its words as they came: for the storage the administrator configured, never for a log."""
        return " ".join(failure.original for failure in self.failures)
