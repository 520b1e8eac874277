"""Who is in Huma, by what people are found by. No I/O."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from shared_mappings import User
from shared_mappings.normal_forms import normalised_email, normalised_key

EMPLOYMENT_ID: Final = "employmentId"
EMAIL: Final = "email"
"""The places in Huma that tell who somebody is."""

Keys = defaultdict[str, set[str]]
"""Ids of users by a key, as it is compared."""


def _no_keys() -> Keys:
    return defaultdict(set)


@dataclass(slots=True)
class Everybody:
    """Everybody in Huma, as they stood when they were last read; kept up to date while a sync goes on."""

    _users: dict[str, User] = field(default_factory=dict, repr=False)
    _by_code: Keys = field(default_factory=_no_keys, repr=False)
    _by_code_in_any_case: Keys = field(default_factory=_no_keys, repr=False)
    _by_address: Keys = field(default_factory=_no_keys, repr=False)

    @classmethod
    def of(cls, users: Iterable[User]) -> "Everybody":
        """These users."""
        everybody = cls()
        for user in users:
            everybody.note(user)
        return everybody

    def __getitem__(self, user_id: str) -> User:
        return self._users[user_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._users)

    def note(self, user: User) -> None:
        """Takes a user as they stand now, in place of how they stood before."""
        self.forget(user.user_id)
        self._users[user.user_id] = user
        if code := code_of(user):
            self._by_code[code].add(user.user_id)
            self._by_code_in_any_case[code.casefold()].add(user.user_id)
        if address := address_of(user):
            self._by_address[address].add(user.user_id)

    def forget(self, user_id: str) -> None:
        """Takes a user out who is not there any more."""
        if (before := self._users.pop(user_id, None)) is None:
            return
        code = code_of(before)
        self._by_code[code].discard(user_id)
        self._by_code_in_any_case[code.casefold()].discard(user_id)
        self._by_address[address_of(before)].discard(user_id)

    def with_code(self, code: str) -> frozenset[str]:
        """Who has an employment ID, as it is compared; nobody for none."""
        return frozenset(self._by_code.get(code, ()))

    def with_code_alike(self, code: str) -> frozenset[str]:
        """Who has one that differs from it in capital letters alone."""
        return frozenset(self._by_code_in_any_case.get(code.casefold(), ())) - self.with_code(code)

    def with_address(self, address: str) -> frozenset[str]:
        """Who has an e-mail address, as it is compared; nobody for none."""
        return frozenset(self._by_address.get(address, ()))


def code_of(user: User) -> str:
    """A user's employment ID as it is compared; empty for none, and for one that nobody can see."""
    code = user.values[EMPLOYMENT_ID]
    return normalised_key(code) if isinstance(code, str) else ""


def address_of(user: User) -> str:
    """A user's e-mail address, likewise."""
    address = user.values[EMAIL]
    return normalised_email(address) if isinstance(address, str) else ""
