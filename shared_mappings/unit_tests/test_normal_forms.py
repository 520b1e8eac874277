"""One form of each value: the same however it was typed, and for ever the same."""

import unicodedata
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_mappings import MISSING
from shared_mappings.normal_forms import (
    as_text,
    compact_number,
    domain_spellings,
    normalised_email,
    normalised_key,
    normalised_text,
    normalised_word,
    without_gaps,
)
from shared_mappings.states import State

FORMS = [normalised_text, normalised_key, normalised_word, normalised_email, without_gaps, compact_number]

SHOWS_NOTHING = [
    *("\u200b", "\u200c", "\u200d", "\u2060", "\ufeff"),  # without width
    *("\u00ad", "\u200e", "\u200f", "\u202e", "\u2066", "\u2069"),  # a soft hyphen, and which way to write
    *("\u00a0", "\u202f", "\u3000", "\u2028", "\u2009", "\u1680", "\t", "\r\n", "\x0b", "\x85", " "),
    *("\x00", "\x1f", "\x7f", "\U000e0041", "\ue000", "\ud800"),
    *("\u3164", "\u2800", "\u115f", "\uffa0", "\u034f", "\ufe0f"),
]

INVISIBLE = [text for text in SHOWS_NOTHING if not text.isspace()]

DASHES = ["-", "\u2010", "\u2011", "\u2012", "\u2013", "\u2014", "\u2212", "\ufe63", "\uff0d", "\u00ad"]

AWKWARD = st.text(
    st.characters() | st.sampled_from(["\u0301", "\u0345", "\u0307", "İ", "ß", "ẞ", "ﬁ", "Σ", "\u200b", "-"])
)

CHANGED = [
    character
    for character in map(chr, range(0x30000))
    if character.casefold() != character
    or character.upper() != character
    or not unicodedata.is_normalized("NFKC", character)
    or unicodedata.category(character) in ("Cc", "Cf", "Zs", "Zl", "Zp", "Pd", "Mn")
]
"""The characters that some form does not leave as they are."""


@pytest.mark.parametrize("form", FORMS)
@given(text=AWKWARD | AWKWARD.map("kari@{}".format))
def test_a_normal_form_is_its_own(form: Callable[[str], str], text: str) -> None:
    assert form(form(text)) == form(text)


@pytest.mark.parametrize("form", FORMS)
def test_the_normal_form_of_every_character_is_its_own(form: Callable[[str], str]) -> None:
    texts = [text for character in CHANGED for text in (character, f"a{character}\u0301")]
    assert [text for text in texts if form(form(text)) != form(text)] == []


@pytest.mark.parametrize("form", FORMS)
@given(text=AWKWARD)
def test_composed_and_decomposed_text_has_one_form(form: Callable[[str], str], text: str) -> None:
    assert form(unicodedata.normalize("NFD", text)) == form(unicodedata.normalize("NFC", text))


@pytest.mark.parametrize("around", SHOWS_NOTHING)
@pytest.mark.parametrize("form", FORMS)
def test_what_shows_nothing_around_a_value_is_nothing(form: Callable[[str], str], around: str) -> None:
    assert form(f"{around}E1{around}") == form("E1")


@pytest.mark.parametrize("within", INVISIBLE)
@pytest.mark.parametrize("form", [normalised_key, normalised_word, normalised_email, compact_number])
def test_what_cannot_be_seen_within_a_key_is_nothing(form: Callable[[str], str], within: str) -> None:
    assert form(f"E{within}1@a{within}b.no") == form("E1@ab.no")


@pytest.mark.parametrize("space", ["\u00a0", "\u202f", "\t", "\u3000"])
def test_white_space_within_a_key_is_a_space(space: str) -> None:
    assert normalised_key(f"A{space}1") == "A 1" != normalised_key("A1")


@pytest.mark.parametrize("form", [normalised_text, normalised_key, without_gaps])
@given(text=st.text(st.characters(max_codepoint=0x7F)))
def test_plain_text_has_the_form_that_it_has_beside_what_shows_nothing(form: Callable[[str], str], text: str) -> None:
    assert form(text) == form(f"{text}\u200b")


@given(AWKWARD)
def test_a_key_is_written_with_the_letters_as_they_were_entered(text: str) -> None:
    assert normalised_key(text.upper()) == unicodedata.normalize("NFC", normalised_key(text.upper()))
    assert normalised_key(f" {text} ") == normalised_key(text)
    assert normalised_key("Kari.Nordmann@Example.com\u200b ") == "Kari.Nordmann@Example.com"


@pytest.mark.parametrize("dash", DASHES)
@pytest.mark.parametrize("written", ["8601{0}11{0}17947", "NO93{0}8601{0}1117{0}947", "8601.11 {0} 17947\u200b"])
def test_a_number_is_the_same_whatever_stands_between_its_digits(written: str, dash: str) -> None:
    assert compact_number(written.format(dash)) == compact_number(written.format(""))


def test_wide_digits_are_digits() -> None:
    assert compact_number("８６０１．１１．１７９４７") == "86011117947"
    assert compact_number("151086 *****") == "151086*****"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("kari@blåbær.no", "kari@xn--blbr-roah.no"),
        ("Kari@BLÅBÆR.no", "kari@XN--BLBR-ROAH.NO"),
        ("kari@bla\u030ab\u00e6r.no", "kari@blåbær.no"),
        ("kari@straße.de", "kari@xn--strae-oqa.de"),
        ("kari@例え。jp", "kari@xn--r8jz45g.jp"),
        ("ka\u0301ri@example.com", "KÁRI@example.com"),
        ("kari@foo_bår.no", "kari@FOO_BÅR.no"),
        ("Σίσυφος@example.com", "ΣΊΣΥΦΟΣ@EXAMPLE.COM"),
    ],
)
def test_an_address_is_the_same_in_capitals_decomposed_and_with_its_domain_in_letters(one: str, other: str) -> None:
    assert normalised_email(one) == normalised_email(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("kari@straße.de", "kari@strasse.de"),
        ("kari@blåbær.no", "kari@blabaer.no"),
        ("kari@example.com", "kåri@example.com"),
        ("xn--blbr-roah@x.no", "blåbær@x.no"),
    ],
)
def test_another_address_is_another(one: str, other: str) -> None:
    assert normalised_email(one) != normalised_email(other)


@pytest.mark.parametrize("domain", ["", "a..b", "xn--", "xn--zzzzzz.no", "-", "x" * 300 + "å", "\ud800å", "å b"])
def test_what_is_no_domain_is_left_as_it_is(domain: str) -> None:
    assert domain_spellings(domain) == (domain, domain)


@given(st.text())
def test_any_text_may_be_a_domain(text: str) -> None:
    ascii_form, letters = domain_spellings(text)
    assert domain_spellings(letters)[0] == ascii_form


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (" Kari ", " Kari "),
        ("", None),
        *((text, None) for text in SHOWS_NOTHING),
        ("\u200b \ufeff\u00a0", None),
        ("\u200bx", "\u200bx"),
        (417, "417"),
        (0, "0"),
        (417.0, "417"),
        (-0.0, "0"),
        (1e22, "10000000000000000000000"),
        (12345678901234567890, "12345678901234567890"),
        (4.5, "4.5"),
        (True, MISSING),
        (["Kari"], MISSING),
        ({"value": "Kari"}, MISSING),
        (None, None),
        (MISSING, MISSING),
    ],
)
def test_a_value_is_text_nothing_or_unknown(value: Any, expected: State) -> None:
    assert as_text(value) == expected


@given(st.text())
def test_text_that_shows_something_stays_letter_for_letter(text: str) -> None:
    assert as_text(text) in (text, None)
    assert as_text(f"{text}x") == f"{text}x"
