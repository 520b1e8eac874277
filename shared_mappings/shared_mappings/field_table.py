"""The field table: what each field of Huma becomes in Xledger, and what of that goes back, as data."""

from collections.abc import Mapping
from enum import Enum
from functools import cache, cached_property
from typing import Annotated, Literal, NamedTuple

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, model_validator

from shared_mappings.comparators import COMPARATORS
from shared_mappings.converters import CONVERTERS, PLACEHOLDERS
from shared_mappings.converters_back import CONVERTERS_BACK
from shared_mappings.dates import stands_for_none
from shared_mappings.languages import InEachLanguage
from shared_mappings.normal_forms import MASK
from shared_mappings.policies import Policy
from shared_mappings.states import State
from shared_mappings.tables import read

KeyPath = tuple[str, ...]
"""The keys of a path, apart: paths are read for every person of every sync, and taken apart once."""


def _keys(path: str) -> KeyPath:
    return tuple(path.split("."))


def _part_paths(value: object) -> object:
    """A path alone is the part named `value`."""
    return {"value": value} if isinstance(value, str) else value


def _known(names: Mapping[str, object]) -> AfterValidator:
    def check(name: str) -> str:
        if name not in names:
            raise ValueError(f"{name} is none of {', '.join(names)}")
        return name

    return AfterValidator(check)


PartPaths = Annotated[dict[str, str], BeforeValidator(_part_paths)]
ConverterName = Annotated[str, _known(CONVERTERS)]
ConverterBackName = Annotated[str, _known(CONVERTERS_BACK)]
ComparatorName = Annotated[str, _known(COMPARATORS)]
HumaObject = Literal["user", "position"]
"""What one request writes in Huma."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Side(str, Enum):
    """A system, as the one that is written: its name in reports."""

    XLEDGER = "xledger"
    HUMA = "huma"

    @property
    def other(self) -> "Side":
        """The one that is read then."""
        return Side.HUMA if self is Side.XLEDGER else Side.XLEDGER


class Way(NamedTuple):
    """A row as it is for one side.

    Attributes:
        places: Where the value is written there.
        rule: The loosest policy allowed.
        default: The policy where no setting asks for another one.
    """

    places: tuple[str, ...]
    rule: Policy
    default: Policy


class InHuma(_Frozen):
    """How the value of a row goes back to Huma.

    Attributes:
        place: The path in a record of the `users` stream that it is known by: its only one, or the first of several.
        rule: The loosest policy allowed there.
        default: The policy where no setting asks for another one.
        converter: Name of the converter that makes Xledger's value one of Huma's.
        object: The object whose request writes it.
        key: Its path in the body of that request; None where that is its place.
        beside: Paths in a record of the `users` stream of what the converter draws on beside it, by the name of the
            part.
        needed_at_creation: Whether nobody can be created without it.
    """

    place: str
    rule: Policy
    default: Policy
    converter: ConverterBackName = "text"
    object: HumaObject = "user"
    key: str | None = None
    beside: dict[str, str] = {}
    needed_at_creation: bool = False

    @cached_property
    def body_keys(self) -> KeyPath:
        """The path in the body of the request as keys."""
        return _keys(self.key or self.place)

    @model_validator(mode="after")
    def _unsets_nothing(self) -> "InHuma":
        if self.rule.is_looser_than(Policy.NO_UNSET):
            raise ValueError(f"{self.place}: nothing is ever unset in Huma")
        if self.default.is_looser_than(self.rule):
            raise ValueError(f"{self.place}: the default is looser than the rule")
        return self


class Rule(_Frozen):
    """One row of the table.

    Attributes:
        fields: The record's fields, by the names that policies and the summary use.
        record: Paths in a record of the `users` stream, by the name of the converter's part.
        employee: Paths in the destination's `employee` object, likewise.
        converter: Name of the converter that makes the parts one value.
        comparator: Name of the comparator that tells whether two values mean the same.
        targets: Where the value lives in Xledger, as paths in the type Employee; the first is the canonical one.
        rule: The loosest policy allowed.
        digits: Whether a whole number is taken as the text of its digits. Only where the record's schema says text.
        lifelong: Whether a person has one value for life, so that another value may mean another person.
        personal: Whether a value that agrees tells that a person is the employee, although one for life differs: alone,
            or together with the others of that kind.
        masked: Whether what is shown may have `*` in place of what is not.
        sensitive: Whether a page shows only the last four characters, until somebody asks for the rest.
        huma: The way back to Huma; None where there is none.
    """

    fields: tuple[str, ...]
    record: PartPaths
    employee: PartPaths
    converter: ConverterName = "text"
    comparator: ComparatorName
    targets: tuple[str, ...]
    rule: Policy
    digits: bool = False
    lifelong: bool = False
    personal: Literal["alone", "together"] | None = None
    masked: bool = False
    sensitive: bool = False
    huma: InHuma | None = None

    @cached_property
    def ways(self) -> Mapping[Side, Way]:
        """The row as it is for each side to which its value goes."""
        ways = {Side.XLEDGER: Way(self.targets, self.rule, self.rule)}
        if self.huma is not None:
            ways[Side.HUMA] = Way((self.huma.place,), self.huma.rule, self.huma.default)
        return ways

    @property
    def may_be_unset(self) -> bool:
        """Whether Xledger has nothing, too, once Huma has nothing."""
        return self.rule is Policy.MIRROR

    @property
    def is_of_the_position(self) -> bool:
        """Whether the value is a position's in Huma, so that nothing is known of somebody without one."""
        return self.huma is not None and self.huma.object == "position"

    @property
    def is_lost_in_turn(self) -> bool:
        """Whether a sync to Xledger unsets the value there of whoever has an employment ID in Huma and none of it."""
        return self.may_be_unset and self.huma is not None and not self.is_of_the_position

    def is_masked(self, value: str) -> bool:
        """Whether a value does not show all that it is, so that it can be compared, and not be written."""
        return self.masked and MASK in value

    @cached_property
    def canonical_target(self) -> str:
        """The first target: the one the other direction would read."""
        return self.targets[0]

    @cached_property
    def record_keys(self) -> Mapping[str, KeyPath]:
        """The paths in a record of the `users` stream as keys, by the name of the part."""
        return {part: _keys(path) for part, path in self.record.items()}

    @cached_property
    def employee_keys(self) -> Mapping[str, KeyPath]:
        """The paths in the destination's `employee` object as keys, by the name of the part."""
        return {part: _keys(path) for part, path in self.employee.items()}

    def same(self, ours: State, theirs: State) -> bool:
        """Whether two values mean the same."""
        if isinstance(ours, str) and isinstance(theirs, str):
            return ours == theirs or COMPARATORS[self.comparator](ours, theirs)
        return ours is theirs

    def stands_for_none(self, value: str) -> bool:
        """Whether a value is one that systems write where there is none, such as the last day of the calendar."""
        return self.converter in PLACEHOLDERS and stands_for_none(value, PLACEHOLDERS[self.converter])


class Route(_Frozen):
    """One way to write a value; in the table `mutation.path`, such as `updateContacts.address.zipCode`.

    Attributes:
        mutation: The mass mutation.
        path: The keys that lead to the value in the mutation's input node.
    """

    mutation: str
    path: KeyPath

    @model_validator(mode="before")
    @classmethod
    def _taken_apart(cls, written: object) -> object:
        if not isinstance(written, str):
            return written
        mutation, *path = _keys(written)
        return {"mutation": mutation, "path": path}

    @property
    def is_nested(self) -> bool:
        """Whether the value is written as a part of an object."""
        return len(self.path) > 1

    def __str__(self) -> str:
        return ".".join((self.mutation, *self.path))


class Target(_Frozen):
    """A place in Xledger where a value lives, and how it is written there.

    Attributes:
        routes: The ways to write it, the best first; none where it is never written.
        creation: Keys of the input of `addEmployees` that take it, the best first.
        only_at_creation: Whether it is left alone once the employee exists.
        needed_at_creation: Whether nobody can be added without it, so that it is given even where it cannot be read.
        system_value: Whether it is one of Xledger's system values, which have a `dbSubId`, a `code` and a `name`. A
            route then ends in the one of these that it writes.
        readable: Whether Xledger shows it. What cannot be read is unknown, and never written to an employee who is
            there.
    """

    routes: tuple[Route, ...] = ()
    creation: tuple[str, ...] = ()
    only_at_creation: bool = False
    needed_at_creation: bool = False
    system_value: bool = False
    readable: bool = True


class OneValue(_Frozen):
    """The objects that are one value: where a record has one, a key that it does not mention is empty.

    Attributes:
        record: Paths of such objects in a record of the `users` stream.
        employee: Paths in the destination's `employee` object, likewise.
        xledger: Paths in the type Employee, likewise.
        huma: Those in a record of the `users` stream that are written as a whole.
    """

    record: tuple[str, ...]
    employee: tuple[str, ...]
    xledger: tuple[str, ...]
    huma: tuple[str, ...]

    @cached_property
    def record_keys(self) -> frozenset[KeyPath]:
        """The paths in a record of the `users` stream, as keys."""
        return frozenset(map(_keys, self.record))

    @cached_property
    def employee_keys(self) -> frozenset[KeyPath]:
        """The paths in the destination's `employee` object, as keys."""
        return frozenset(map(_keys, self.employee))


class Entries(_Frozen):
    """What a converter looks at in a list.

    Attributes:
        keys: Keys of an entry.
        only: What the entries that it looks at have at some of these.
    """

    keys: tuple[str, ...]
    only: dict[str, str]


class FieldTable(_Frozen):
    """The whole mapping.

    Attributes:
        version: Version of the mapping, raised with every change that an administrator would notice.
        one_value: The objects of either record that are one value.
        entries: Lists of either record of which a converter looks into entries.
        rules: The rows.
        names: What people call each field of the record, by language.
        employee: What each property of the destination's `employee` object is, by its path, for whoever maps onto it.
        targets: How each target is written, by its path in the type Employee.
        kept: Lines of what is one value that no rule is for, and the routes by which they are sent along as they stand.
        mutations: Path in the type Employee of the dbId that each mutation wants, in the order in which they are sent.
        born_with: Targets that Xledger fills by itself when an employee is created, and the path from the root of a
            query at which it tells with what.
        closed_by: Path in the type Employee of the day with which an employee is closed.
        left_by: Path of the day with which the employment ends.
        completed_by: The target that the last step of a creation writes. As long as nothing is there, the creation is
            not finished, and goes on with the next sync.
        completed_in_huma: The place in Huma that the last step of a creation writes there, likewise.
    """

    version: str
    one_value: OneValue
    entries: dict[str, Entries]
    rules: tuple[Rule, ...]
    names: dict[str, InEachLanguage]
    employee: dict[str, str]
    targets: dict[str, Target]
    kept: dict[str, tuple[Route, ...]]
    mutations: dict[str, str]
    born_with: dict[str, str]
    closed_by: str
    left_by: str
    completed_by: str
    completed_in_huma: str

    @model_validator(mode="after")
    def _hangs_together(self) -> "FieldTable":
        written = [target for rule in self.rules for target in rule.targets]
        if len(written) != len(set(written)):
            raise ValueError("two rules name the same target")
        if set(written) != set(self.targets):
            raise ValueError(f"rules and targets disagree on {sorted(set(written) ^ set(self.targets))}")
        nameless = {path for rule in self.rules for path in rule.employee.values()} - set(self.employee)
        if nameless:
            raise ValueError(f"nothing says what {sorted(nameless)} of an employee are")
        for rule in self.rules:
            unwritable = [name for name in rule.targets if not self.targets[name].routes]
            if unwritable and rule.rule is not Policy.READ_ONLY:
                raise ValueError(f"{unwritable} cannot be written, so their rule must be {Policy.READ_ONLY.value}")
        unknown = {route.mutation for target in self.targets.values() for route in target.routes} - set(self.mutations)
        if unknown:
            raise ValueError(f"nothing says whose dbId {sorted(unknown)} want")
        last = self.targets.get(self.completed_by)
        if last is None or last.creation or last.routes[0].mutation != list(self.mutations)[-1]:
            raise ValueError(f"{self.completed_by} is nothing that the last mutation writes, and creation does not")
        return self

    @model_validator(mode="after")
    def _names_every_field(self) -> "FieldTable":
        fields = list(dict.fromkeys(name for rule in self.rules for name in rule.fields))
        if strays := sorted({*self.names} ^ {*fields}):
            raise ValueError(f"rules and names disagree on {strays}")
        if list(self.names) != fields:
            raise ValueError("the names stand in another order than the fields")
        return self

    @model_validator(mode="after")
    def _looks_into_what_is_one_value(self) -> "FieldTable":
        in_record = {keys[:-1] for rule in self.rules for keys in rule.record_keys.values()}
        in_employee = {keys[:-1] for rule in self.rules for keys in rule.employee_keys.values()}
        strays = (self.one_value.record_keys - in_record) | (self.one_value.employee_keys - in_employee)
        if strays:
            raise ValueError(f"no rule looks into {sorted('.'.join(keys) for keys in strays)}")
        whole = [name for name in (*self.one_value.xledger, *self.one_value.huma) if len(self._lines_of(name)) < 2]  # noqa: PLR2004
        loose = [name for name in self.kept if name not in self._whole_of]
        if self.left_by not in self.targets:
            raise ValueError(f"no rule has {self.left_by}")
        if whole or loose:
            raise ValueError(f"{whole or loose} is not of several lines that are one value")
        return self

    @model_validator(mode="after")
    def _goes_back_to_places_of_its_own(self) -> "FieldTable":
        places = [rule.huma.place for rule in self.rules if rule.huma]
        if len(places) != len(set(places)):
            raise ValueError("two rules go back to the same place")
        strays = [rule.huma.place for rule in self.rules if rule.huma and rule.huma.place not in rule.record.values()]
        if strays:
            raise ValueError(f"nothing of the record comes from {strays}, so nothing goes back there")
        if self.completed_in_huma not in places:
            raise ValueError(f"nothing goes back to {self.completed_in_huma}, so it completes nothing")
        return self

    def with_targets(
        self, targets: Mapping[str, Target], kept: Mapping[str, tuple[Route, ...]] | None = None
    ) -> "FieldTable":
        """The same table as it is for one Xledger: with what that one can read, and the routes that it has.

        Args:
            targets: Every target of the table.
            kept: Those of the kept lines that can be sent along; None for as many as before.
        """
        return self.model_copy(
            update={"targets": dict(targets), "kept": dict(self.kept if kept is None else kept)},
        )

    def lines(self, target: str) -> tuple[str, ...]:
        """The lines of the one value that a place belongs to, kept ones included; often it is the only one.

        Args:
            target: A target, a kept line, or a place in Huma.
        """
        whole = self._whole_of.get(target)
        return (target,) if whole is None else self._lines_of(whole)

    def routes_beside(self, route: Route, line: str) -> tuple[Route, ...]:
        """The routes by which a line can be sent in the same object as another line of its value.

        Args:
            route: The way of the other line. What is sent outside an object has no place for others beside it.
            line: A target, or a kept line.
        """
        routes = self.targets[line].routes if line in self.targets else self.kept.get(line, ())
        return tuple(
            other
            for other in routes
            if other.mutation == route.mutation and other.is_nested and other.path[0] == route.path[0]
        )

    def written_by(self, route: Route) -> tuple[str, ...]:
        """The targets that a route may write to; where there are several, nobody knows which of them it does."""
        return self._targets_of.get(route, ())

    def closes(self, route: Route) -> bool:
        """Whether a route may write the value that marks a creation as finished: it has to be taken last."""
        return route in self.targets[self.completed_by].routes

    def _lines_of(self, whole: str) -> tuple[str, ...]:
        return (*self._places_in[whole], *(line for line in self.kept if self._whole_of.get(line) == whole))

    @cached_property
    def _places_in(self) -> Mapping[str, tuple[str, ...]]:
        """The lines of each value that the table has rows for."""
        wholes = (*self.one_value.xledger, *self.one_value.huma)
        return {whole: tuple(place for place in self.rule_at if self._whole_of.get(place) == whole) for whole in wholes}

    @cached_property
    def _whole_of(self) -> Mapping[str, str]:
        """The path of the one value that a line belongs to."""
        return {
            name: whole
            for name in (*self.rule_at, *self.kept)
            for whole in (*self.one_value.xledger, *self.one_value.huma)
            if name.startswith(f"{whole}.")
        }

    @cached_property
    def _targets_of(self) -> Mapping[Route, tuple[str, ...]]:
        routes = {route for target in self.targets.values() for route in target.routes}
        return {
            route: tuple(name for name, target in self.targets.items() if route in target.routes) for route in routes
        }

    @cached_property
    def homes(self) -> Mapping[str, str]:
        """The object that each place belongs to, by the mutation that is for it: the nearest one on its path."""
        parents = {mutation: keys[:-1] for mutation, keys in self.db_id_keys.items()}
        return {
            name: max(
                (mutation for mutation, parent in parents.items() if keys[: len(parent)] == parent),
                key=lambda mutation: len(parents[mutation]),
            )
            for name, keys in self.place_keys.items()
        }

    @cached_property
    def target_keys(self) -> Mapping[str, KeyPath]:
        """The path of each target as keys in a node of the type Employee, which its first key stands for."""
        return {target: _keys(target)[1:] for target in self.targets}

    @cached_property
    def place_keys(self) -> Mapping[str, KeyPath]:
        """The path of everything that is read of what an employee has: of the targets, and of the kept lines."""
        return {**self.target_keys, **{line: _keys(line)[1:] for line in self.kept}}

    @cached_property
    def db_id_keys(self) -> Mapping[str, KeyPath]:
        """The path of the dbId that each mutation wants, likewise."""
        return {mutation: _keys(path) for mutation, path in self.mutations.items()}

    @cached_property
    def closed_keys(self) -> KeyPath:
        """The path of the day with which an employee is closed, likewise."""
        return _keys(self.closed_by)[1:]

    @cached_property
    def left_keys(self) -> KeyPath:
        """The path of the day with which the employment ends, likewise."""
        return _keys(self.left_by)[1:]

    @cached_property
    def rule_of(self) -> Mapping[str, Rule]:
        """The row that each target belongs to."""
        return {target: rule for rule in self.rules for target in rule.targets}

    @cached_property
    def rule_at(self) -> Mapping[str, Rule]:
        """The row that each place belongs to, in Xledger or in Huma."""
        return {place: rule for rule in self.rules for way in rule.ways.values() for place in way.places}

    @cached_property
    def sensitive(self) -> frozenset[str]:
        """The fields of the record of which a page shows only the last four characters, until somebody asks."""
        return frozenset(name for rule in self.rules if rule.sensitive for name in rule.fields)

    @cached_property
    def beside(self) -> tuple[str, ...]:
        """Paths in a record of the `users` stream of what goes to Huma beside a value, and has no row of its own."""
        paths = (path for rule in self.rules if rule.huma for path in rule.huma.beside.values())
        return tuple(path for path in paths if path not in self.rule_at)

    @cached_property
    def shown_as(self) -> Mapping[str, KeyPath]:
        """The property of the object `employee` as which each rule shows its first target, by that target.

        It is the first property that the rule draws on and that no rule before it shows. So a rule that only puts
        together what others show, such as the full name, shows nothing; what no first target holds is shown by nobody.
        """
        shown: dict[str, KeyPath] = {}
        for rule in self.rules:
            taken = set(shown.values())
            free = next((keys for keys in rule.employee_keys.values() if keys not in taken), None)
            if free is not None:
                shown[rule.canonical_target] = free
        return shown

    @cached_property
    def looked_at(self) -> Mapping[str, tuple[str, ...]]:
        """The targets at which somebody looks for what a rule shows, the first one before the others, by that.

        That is the first one alone where nothing is ever unset: there it is no matter that another one has a value.
        """
        rules = {target: self.rule_of[target] for target in self.shown_as}
        return {target: rule.targets if rule.may_be_unset else (target,) for target, rule in rules.items()}

    @cached_property
    def of_the_position(self) -> tuple[Rule, ...]:
        """The rows of what a position says in Huma."""
        return tuple(rule for rule in self.rules if rule.is_of_the_position)

    @property
    def fields(self) -> tuple[str, ...]:
        """Every field of the record that the table speaks of, in its order."""
        return tuple(dict.fromkeys(name for rule in self.rules for name in rule.fields))


@cache
def field_table() -> FieldTable:
    """The table this version of the mapping promises.

    Raises:
        pydantic.ValidationError: When the table contradicts itself.
    """
    return FieldTable.model_validate(read("field_table.yaml"))
