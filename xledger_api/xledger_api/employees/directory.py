"""The part of Xledger's employees that a batch is about, and who of them is whom: matching, without I/O."""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field, replace
from enum import Enum
from types import MappingProxyType

from shared_mappings import Desired, Employee
from shared_mappings.comparators import normalised_email, normalised_text


class MatchingKey(str, Enum):
    """The fields by which a person is found in Xledger."""

    EMPLOYMENT_ID = "employmentId"
    EMAIL = "email"


@dataclass(frozen=True, slots=True)
class Directory:
    """Who answers to which key.

    Attributes:
        by_code: dbIds of the employees with a code, by the code as it is compared.
        by_email: dbIds of the employees with an e-mail address, by the address as it is compared.
        employees: Employees that were read whole, by dbId.
        refused: Keys that cannot be looked up, as they are compared: whose they are is not known.
        why: Why not, in words that hold no value of a record.
    """

    by_code: Mapping[str, frozenset[str]] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    by_email: Mapping[str, frozenset[str]] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    employees: Mapping[str, Employee] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    refused: Mapping[MatchingKey, frozenset[str]] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    why: str = ""

    def candidates(self, desired: Desired, match_on: Iterable[MatchingKey]) -> frozenset[str]:
        """The dbIds of the employees that a person may be: those with the first key that anybody has.

        Args:
            desired: The person.
            match_on: The keys, in the order in which they are tried. The employment ID is always the last resort:
                nobody is created under a code that is taken.
        """
        for key in dict.fromkeys((*match_on, MatchingKey.EMPLOYMENT_ID)):
            found = self._found(key, desired)
            if found:
                return found
        return frozenset()

    def is_in_doubt(self, desired: Desired, match_on: Iterable[MatchingKey]) -> bool:
        """Whether it is not known who a person is, because a key that may decide it cannot be looked up.

        Args:
            desired: The person.
            match_on: The keys, as for `candidates`.
        """
        for key in dict.fromkeys((*match_on, MatchingKey.EMPLOYMENT_ID)):
            if self._is_refused(key, desired):
                return True
            if self._found(key, desired):
                break
        return self._is_refused(MatchingKey.EMPLOYMENT_ID, desired)

    def without(self, addresses: Mapping[str, Set[str]]) -> "Directory":
        """The same without e-mail addresses that employees have no longer, or will not have.

        Args:
            addresses: dbIds of those employees, by the address as it is compared.
        """
        by_email = {email: found - addresses.get(email, frozenset()) for email, found in self.by_email.items()}
        return replace(self, by_email=by_email)

    def _found(self, key: MatchingKey, desired: Desired) -> frozenset[str]:
        known = self.by_code if key is MatchingKey.EMPLOYMENT_ID else self.by_email
        compared = _compared(key, desired)
        return known.get(compared, frozenset()) if compared else frozenset()

    def _is_refused(self, key: MatchingKey, desired: Desired) -> bool:
        return _compared(key, desired) in self.refused.get(key, frozenset())


def _compared(key: MatchingKey, desired: Desired) -> str:
    """A person's key as it is compared; empty for none."""
    match key:
        case MatchingKey.EMPLOYMENT_ID:
            return normalised_text(desired.employment_id or "")
        case MatchingKey.EMAIL:
            return normalised_email(desired.email or "")


def code_spellings(code: str) -> set[str]:
    """A code as it was entered and as it is compared: Xledger may hold either."""
    return {code, normalised_text(code)}


def email_spellings(email: str) -> set[str]:
    """An e-mail address as it was entered and in lower case: nobody knows whether Xledger's filter minds case."""
    return {normalised_text(email), normalised_text(email).lower()}
