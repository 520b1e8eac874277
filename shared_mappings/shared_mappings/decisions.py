"""The decisions that an administrator took about conflicts, missing values and people who are in one system only.

They are a file, which holds ids and fingerprints, and no value of anybody's. A decision about a field holds as long as
Huma has the value that was seen when it was taken.
"""

from base64 import b64decode
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime, timezone
from functools import cached_property
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from shared_mappings.field_table import field_table
from shared_mappings.fingerprints import fingerprint
from shared_mappings.rulings import ADD, LEAVE, NO_RULINGS, About, Rulings, Stands
from shared_mappings.states import MISSING, read_path

VERSION: Final = 1
"""The version of the file. Who changes its form raises it, and says in `decisions_file.py` what becomes of the one
before."""

SHORTEST_KEY: Final = 16
LONGEST_KEY: Final = 64
"""What BLAKE2b takes."""


def _known_field(name: str) -> str:
    if name not in field_table().fields:
        raise ValueError("no such field")
    return name


def _key(text: str) -> str:
    if not SHORTEST_KEY <= len(_octets(text)) <= LONGEST_KEY:
        raise ValueError("no such key")
    return text


def _octets(text: str) -> bytes:
    """What base64 stands for, in either of its alphabets."""
    return b64decode(text.replace("-", "+").replace("_", "/"), validate=True)


_Id = Annotated[str, Field(min_length=1)]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class FieldDecision(_Frozen):
    """Whose value stands for a field of somebody who is in both systems.

    Attributes:
        user: The user's id in Huma.
        field: The record's field, for all its places in Xledger.
        stands: Whose value it is.
        seen: The fingerprint of the value that Huma had.
    """

    user: _Id
    field: Annotated[str, AfterValidator(_known_field)]
    stands: Stands
    seen: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{16}$")]


class Leave(_Frozen):
    """Somebody in Huma who is not to be created in Xledger.

    Attributes:
        user: The user's id in Huma.
        action: What tells the kinds of decisions apart.
    """

    user: _Id
    action: Literal["leave"]


class Add(_Frozen):
    """Somebody in Xledger who is to be created in Huma.

    Attributes:
        employee: The employee's dbId.
        action: What tells the kinds of decisions apart.
    """

    employee: _Id
    action: Literal["add"]


class Decisions(_Frozen):
    """Everything that was decided.

    Attributes:
        version: The version of the form.
        decided_at: When it was saved.
        key: The key of the fingerprints, in base64.
        fields: The decisions about fields.
        people: The decisions about people who are in one system only.
    """

    version: Literal[1]
    decided_at: AwareDatetime = Field(alias="decidedAt")
    key: Annotated[str, AfterValidator(_key)] = Field(repr=False)
    fields: tuple[FieldDecision, ...]
    people: tuple[Annotated[Leave | Add, Field(discriminator="action")], ...]

    @model_validator(mode="after")
    def _agree_with_each_other(self) -> "Decisions":
        first: dict[tuple[str, str], int] = {}
        for position, decision in enumerate(self.fields):
            before = first.setdefault((decision.user, decision.field), position)
            if self.fields[before] != decision:
                raise ValueError(
                    f"in fields, entry {before + 1} and entry {position + 1} decide about the same field of the same "
                    "person, and not alike"
                )
        return self

    def __len__(self) -> int:
        """How many decisions there are."""
        return len(set(self.fields)) + len(set(self.people))

    @property
    def as_setting(self) -> dict[str, Any]:
        """What was decided, as JSON, in one form for the same decisions whatever their order."""
        fields = sorted({(each.user, each.field, each.stands.value, each.seen) for each in self.fields})
        return {"key": self.key, "fields": fields, "leave": sorted(self.left), "add": sorted(self.added)}

    @cached_property
    def digest(self) -> str:
        """What tells these decisions from all others, whatever their order; for as long as it is the same, they are."""
        return self._fingerprint(self.as_setting)

    @cached_property
    def everything(self) -> frozenset[About]:
        """What each decision is about."""
        people = (
            *(About(user, LEAVE) for user in self.left),
            *(About(employee, ADD) for employee in self.added),
        )
        return frozenset((*(About(each.user, each.field) for each in self.fields), *people))

    def about_user(self, user: str, record: Mapping[str, Any]) -> Rulings:
        """What was decided about somebody in Huma, for writing to Xledger.

        Args:
            user: The user's id.
            record: Their record of the stream `users`, whole. A field that it does not have is unknown: whatever was
                decided about it neither holds nor has lapsed.
        """
        decided = self._by_user.get(user, ())
        if not decided and user not in self.left:
            return NO_RULINGS
        values = ((each, read_path(record, each.field)) for each in decided)
        holds = {each: self._fingerprint(value) == each.seen for each, value in values if value is not MISSING}
        return Rulings(
            stands={each.field: each.stands for each, same in holds.items() if same},
            lapsed=frozenset(each.field for each, same in holds.items() if not same),
            leave=user in self.left,
            user=user,
        )

    def about_employee(self, employee: str, user: str | None, record: Mapping[str, Any]) -> Rulings:
        """What was decided about somebody in Xledger, for writing to Huma.

        Args:
            employee: The employee's dbId.
            user: The id of the user who they are in Huma; None for nobody.
            record: That user's record of the stream `users`, whole; empty for nobody.
        """
        about = NO_RULINGS if user is None else self.about_user(user, record)
        if employee in self.added:
            return replace(about, leave=False, add=True, employee=employee)
        return about if about is NO_RULINGS else replace(about, leave=False)

    def seen(self, record: Mapping[str, Any], field: str) -> str | None:
        """The fingerprint of what Huma has for a field now, as a decision about it would hold it.

        Args:
            record: Somebody's record of the stream `users`, whole, as `about_user` takes it.
            field: The record's field.

        Returns:
            The fingerprint, also of null; None where the value is unknown, so that no decision could hold.
        """
        value = read_path(record, field)
        return None if value is MISSING else self._fingerprint(value)

    def about_nobody(
        self, *, users: Collection[str] | None = None, employees: Collection[str] | None = None
    ) -> frozenset[About]:
        """The decisions that are about nobody that there is.

        Args:
            users: Everybody in Huma, by id; None where not everybody is known.
            employees: Everybody in Xledger, by dbId; likewise.
        """

        def is_nobody(about: About) -> bool:
            there = employees if about.what == ADD else users
            return there is not None and about.who not in there

        return frozenset(filter(is_nobody, self.everything))

    def _fingerprint(self, value: Any) -> str:
        return fingerprint(self._key_octets, value)

    @cached_property
    def users(self) -> frozenset[str]:
        """Whoever in Huma something was decided about, by id."""
        return self.left.union(self._by_user)

    @cached_property
    def left(self) -> frozenset[str]:
        """Whoever in Huma is not to be created in Xledger, by id."""
        return frozenset(each.user for each in self.people if isinstance(each, Leave))

    @cached_property
    def added(self) -> frozenset[str]:
        """Whoever in Xledger is to be created in Huma, by dbId."""
        return frozenset(each.employee for each in self.people if isinstance(each, Add))

    @cached_property
    def _key_octets(self) -> bytes:
        return _octets(self.key)

    @cached_property
    def _by_user(self) -> Mapping[str, tuple[FieldDecision, ...]]:
        found: defaultdict[str, dict[FieldDecision, None]] = defaultdict(dict)
        for decision in self.fields:
            found[decision.user][decision] = None
        return {user: tuple(decided) for user, decided in found.items()}


def nothing_decided(key: str) -> Decisions:
    """Nothing was decided, and what is decided from now on is to be under a key.

    Args:
        key: The key of the fingerprints, in base64.
    """
    never = datetime.min.replace(tzinfo=timezone.utc)
    return Decisions.model_construct(version=VERSION, decided_at=never, key=key, fields=(), people=())


NO_DECISIONS: Final = nothing_decided("")
"""Nothing was decided, and nobody is asked to decide."""
