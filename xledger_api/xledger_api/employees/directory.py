"""The part of Xledger's employees that a batch is about, and who of them is whom: matching, without I/O."""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field, replace
from enum import Enum
from types import MappingProxyType

from shared_mappings import Desired, Employee
from shared_mappings.normal_forms import domain_spellings, normalised_email, normalised_key


class MatchingKey(str, Enum):
    """The fields by which a person is found in Xledger."""

    EMPLOYMENT_ID = "employmentId"
    EMAIL = "email"


@dataclass(frozen=True, slots=True)
class Directory:
    """Who answers to which key.

    Attributes:
        by_code: dbIds of the employees with a code, by the code as it is compared.
        by_code_in_any_case: The same, by the code without regard to case.
        by_email: dbIds of the employees with an e-mail address, by the address as it is compared.
        employees: Employees that were read whole, by dbId.
        refused: Keys that cannot be looked up, as they are compared and without regard to case: whose they are is not
            known.
        why: Why not, in words that hold no value of a record.
    """

    by_code: Mapping[str, frozenset[str]] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    by_code_in_any_case: Mapping[str, frozenset[str]] = field(default_factory=lambda: MappingProxyType({}), repr=False)
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

    def with_code(self, code: str) -> frozenset[str]:
        """The dbIds of the employees who have a code.

        Args:
            code: The code as it is compared; empty for none, which nobody has.
        """
        return self.by_code.get(code, frozenset()) if code else frozenset()

    def with_code_alike(self, code: str) -> frozenset[str]:
        """The dbIds of the employees whose code differs from this one in case, and in nothing else.

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


def code_spellings(code: str) -> set[str]:
    """How Xledger may hold a code: as it was entered, and as it is compared, with accents composed and decomposed."""
    return {code, *_composed_and_decomposed(normalised_key(code))}


def code_in_other_cases(code: str) -> set[str]:
    """A code in small and in capital letters, as far as that is another code: whoever has it is not taken for nobody.

    Nobody knows whether Xledger's filter minds case.
    """
    as_compared = normalised_key(code)
    return {as_compared.lower(), as_compared.upper()} - code_spellings(code)


def email_spellings(email: str) -> set[str]:
    """How Xledger may hold an e-mail address: nobody knows what its filter takes for the same.

    As it was entered, and as it is written: that in lower case too, with accents composed and decomposed, and with its
    domain in letters and in ASCII. For most addresses this is one spelling, or two.
    """
    written = normalised_key(email)
    name, at, domain = written.rpartition("@")
    in_ascii, in_letters = domain_spellings(domain)
    both = {f"{name}@{in_ascii}", f"{name}@{in_letters}"} if at and in_ascii != in_letters else set()
    addresses = {spelled for address in {written} | both for spelled in (address, address.lower())}
    return {email, *(spelled for address in addresses for spelled in _composed_and_decomposed(address))}


def _composed_and_decomposed(text: str) -> Iterator[str]:
    yield unicodedata.normalize("NFC", text)
    yield unicodedata.normalize("NFD", text)
