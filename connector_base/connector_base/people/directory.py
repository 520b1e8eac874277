"""Those in the system that is written to whom a batch may be about, and who of them is whom: matching, without I/O."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field, replace
from enum import Enum
from types import MappingProxyType
from typing import Generic, TypeVar

from shared_mappings import Desired
from shared_mappings.normal_forms import normalised_email, normalised_key

ThereT = TypeVar("ThereT")
"""Somebody as they stand in the system that is written to."""


class MatchingKey(str, Enum):
    """The fields by which a person is found in the system that is written to."""

    EMPLOYMENT_ID = "employmentId"
    EMAIL = "email"


def keys_tried(match_on: Iterable[MatchingKey]) -> tuple[MatchingKey, ...]:
    """The keys by which a person is looked for, in that order.

    Args:
        match_on: The keys that were chosen. The employment ID is always the last resort: nobody is created under a code
            that is taken.
    """
    return tuple(dict.fromkeys((*match_on, MatchingKey.EMPLOYMENT_ID)))


@dataclass(frozen=True, slots=True)
class Directory(Generic[ThereT]):
    """Who answers to which key.

    Attributes:
        by_code: Ids of those with a code, by the code as it is compared.
        by_code_in_any_case: The same, by the code without regard to case.
        by_email: Ids of those with an e-mail address, by the address as it is compared.
        there: Those who were read whole, by id.
        refused: Keys that cannot be looked up, as they are compared and without regard to case: whose they are is not
            known.
        why: Why not, in words that hold no value of a record.
    """

    by_code: Mapping[str, frozenset[str]] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    by_code_in_any_case: Mapping[str, frozenset[str]] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    by_email: Mapping[str, frozenset[str]] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    there: Mapping[str, ThereT] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    refused: Mapping[MatchingKey, frozenset[str]] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    why: str = ""

    @classmethod
    def of(
        cls, by_code: Mapping[str, Set[str]], by_email: Mapping[str, Set[str]], there: Mapping[str, ThereT]
    ) -> "Directory[ThereT]":
        """Those who are there.

        Args:
            by_code: Ids by the code as it is compared.
            by_email: Ids by the e-mail address as it is compared.
            there: Those who were read whole, by id.
        """
        in_any_case: dict[str, set[str]] = defaultdict(set)
        for code, found in by_code.items():
            in_any_case[code.casefold()] |= found
        return cls(
            {code: frozenset(found) for code, found in by_code.items()},
            {code: frozenset(found) for code, found in in_any_case.items()},
            {email: frozenset(found) for email, found in by_email.items()},
            there,
        )

    def candidates(self, desired: Desired, match_on: Iterable[MatchingKey]) -> frozenset[str]:
        """The ids of those that a person may be: those with the first key that anybody has.

        Args:
            desired: The person.
            match_on: The keys that were chosen, in the order in which they are tried.
        """
        for key in keys_tried(match_on):
            found = self._found(key, desired)
            if found:
                return found
        return frozenset()

    def with_code(self, code: str) -> frozenset[str]:
        """The ids of those who have a code.

        Args:
            code: The code as it is compared; empty for none, which nobody has.
        """
        return self.by_code.get(code, frozenset()) if code else frozenset()

    def with_code_alike(self, code: str) -> frozenset[str]:
        """The ids of those whose code differs from this one in case, and in nothing else.

        Args:
            code: The code as it is compared; empty for none, which nobody has.
        """
        in_any_case = self.by_code_in_any_case.get(code.casefold(), frozenset()) if code else frozenset()
        return in_any_case - self.with_code(code)

    def is_in_doubt(self, desired: Desired, match_on: Iterable[MatchingKey]) -> bool:
        """Whether it is not known who a person is, because a key that may decide it cannot be looked up.

        Args:
            desired: The person.
            match_on: The keys, as for `candidates`.
        """
        for key in keys_tried(match_on):
            if self._is_refused(key, desired):
                return True
            if self._found(key, desired):
                break
        return self._is_refused(MatchingKey.EMPLOYMENT_ID, desired)

    def without(self, addresses: Mapping[str, Set[str]]) -> "Directory[ThereT]":
        """The same without e-mail addresses that somebody has no longer, or will not have.

        Args:
            addresses: Ids of those, by the address as it is compared.
        """
        by_email = {email: found - addresses.get(email, frozenset()) for email, found in self.by_email.items()}
        return replace(self, by_email=by_email)

    def _found(self, key: MatchingKey, desired: Desired) -> frozenset[str]:
        compared = _compared(key, desired)
        match key:
            case MatchingKey.EMPLOYMENT_ID:
                return self.with_code(compared)
            case MatchingKey.EMAIL:
                return self.by_email.get(compared, frozenset()) if compared else frozenset()

    def _is_refused(self, key: MatchingKey, desired: Desired) -> bool:
        return _compared(key, desired).casefold() in self.refused.get(key, frozenset())


def _compared(key: MatchingKey, desired: Desired) -> str:
    """A person's key as it is compared; empty for none."""
    match key:
        case MatchingKey.EMPLOYMENT_ID:
            return normalised_key(desired.employment_id or "")
        case MatchingKey.EMAIL:
            return normalised_email(desired.email or "")
