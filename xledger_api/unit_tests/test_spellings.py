"""How people are asked for: by every spelling of a key that means the same."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_mappings.normal_forms import normalised_email, normalised_key
from xledger_api.employees.spellings import code_spellings, email_spellings

NFC, NFD = (lambda text: unicodedata.normalize("NFC", text)), (lambda text: unicodedata.normalize("NFD", text))


@pytest.mark.parametrize(
    ("entered", "asked_for"),
    [
        ("E1", {"E1"}),
        ("E1 ", {"E1 ", "E1"}),
        ("\ufeffE\u200b1", {"\ufeffE\u200b1", "E1"}),
        (NFD("Å1"), {NFD("Å1"), NFC("Å1")}),
        (NFC("Å1"), {NFD("Å1"), NFC("Å1")}),
    ],
)
def test_a_code_is_asked_for_as_it_was_entered_and_as_it_is_compared(entered: str, asked_for: set[str]) -> None:
    assert code_spellings(entered) == asked_for


@pytest.mark.parametrize(
    ("entered", "asked_for"),
    [
        ("kari@example.com", {"kari@example.com"}),
        ("Kari@Example.com", {"Kari@Example.com", "kari@example.com"}),
        (" kari@example.com", {" kari@example.com", "kari@example.com"}),
        (NFD("åse@example.com"), {NFD("åse@example.com"), NFC("åse@example.com")}),
        ("kari@blåbær.no", {NFC("kari@blåbær.no"), NFD("kari@blåbær.no"), "kari@xn--blbr-roah.no"}),
        ("kari@xn--blbr-roah.no", {NFC("kari@blåbær.no"), NFD("kari@blåbær.no"), "kari@xn--blbr-roah.no"}),
        ("nobody at all", {"nobody at all"}),
    ],
)
def test_an_address_is_asked_for_in_every_spelling_that_means_the_same(entered: str, asked_for: set[str]) -> None:
    assert email_spellings(entered) == asked_for


@given(st.text(), st.sampled_from(["@example.com", "@blåbær.no", "@xn--blbr-roah.no", ""]))
def test_nothing_is_asked_for_that_means_another(name: str, domain: str) -> None:
    assert {normalised_key(code) for code in code_spellings(name)} == {normalised_key(name)}
    written = normalised_key(f"{name}{domain}")
    ours = {normalised_email(address) for address in email_spellings(f"{name}{domain}")}
    assert normalised_email(written) in ours
