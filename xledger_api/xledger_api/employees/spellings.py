"""How Xledger may hold a key: the spellings that are asked for together."""

import unicodedata
from collections.abc import Iterator

from shared_mappings.normal_forms import domain_spellings, normalised_key


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
