"""A value that only looks different is not a difference; one that is different is."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_mappings.comparators import COMPARATORS

SAME = [
    ("text", "Kari", " Kari\n"),
    ("text", unicodedata.normalize("NFC", "Åse Ødegård"), unicodedata.normalize("NFD", "Åse Ødegård")),
    ("text", "Kari", "\u200bKari\ufeff"),
    ("key", "E1", "\u00a0E1 "),
    ("key", "E1", "E\u200b1\u202c"),
    ("key", unicodedata.normalize("NFC", "Å1"), unicodedata.normalize("NFD", "Å1")),
    ("email", "Kari.Nordmann@Example.com", "kari.nordmann@EXAMPLE.COM "),
    ("email", "kari\u00ad@example.com", "kari@example.com\u200b"),
    ("email", unicodedata.normalize("NFC", "åse@blåbær.no"), unicodedata.normalize("NFD", "Åse@blåbær.no")),
    ("email", "kari@blåbær.no", "kari@xn--blbr-roah.no"),
    ("phone", "+47 912 34 567", "91234567"),
    ("phone", "+47 912 34 567", "0047 91 23 45 67"),
    ("phone", "(+47) 912-34-567", "+4791234567"),
    ("phone", "+46 70 123 45 67", "0701234567"),
    ("phone", "+46 (0)70 123 45 67", "+46701234567"),
    ("phone", "0047 912 34 567", "91234567"),
    ("phone", "912 34 567", "91234567"),
    ("phone", "+47 912 34 567 ext. 1", "91234567 x1"),
    ("phone", "ask at the desk", "ask at the desk "),
    ("date", "2020-01-01", "2020-01-01T00:00:00"),
    ("date", "2020-01-01", " 2020-01-01"),
    ("date", "2020-01-01", "2019-12-31T23:00:00Z"),
    ("phone", "911 22 333 Ada", " 911 22 333 Ada"),
    ("phone", "+47 911 22 333", "mobil: 91122333"),
    ("phone", "+47 911 22 333 ext. 7", "91122333 Extension 7"),
    ("country", "NO", "no"),
    ("country", "NO", "N\u200bo "),
    ("gender", "M", "m"),
    ("bank_account", "86011117947", "8601.11.17947"),
    ("bank_account", "86011117947", "8601 11 17947"),
    ("bank_account", "86011117947", "8601-11\u201317947"),
    ("bank_account", "86011117947", "NO93 8601 1117 947"),
    ("bank_account", "86011117947", "no93-8601-1117-947\u200b"),
    ("bank_account", "5000-0000058", "50000000058"),
    ("bank_account", "SE4550000000058398257466", "se45 5000 0000 0583 9825 7466"),
    ("social_security_number", "15108695088", "151086*****"),
    ("social_security_number", "15108695088", "******95088"),
    ("social_security_number", "15108695088", "151086-*****"),
    ("social_security_number", "15108695088", "***********"),
    ("social_security_number", "151086*****", "15108695088"),
    ("social_security_number", "151086*****", "******95088"),
    ("social_security_number", "***********", "160***"),
    ("social_security_number", "15108695088", "151086\u2011*****"),
    ("social_security_number", "850709-9805", "8507099805"),
]

DIFFERENT = [
    ("text", "Kari", "kari"),
    ("text", "Kari", "Kåri"),
    ("key", "E1", "e1"),
    ("key", "E1", "E 1"),
    ("email", "kari@example.com", "kari@example.org"),
    ("email", "kari@straße.de", "kari@strasse.de"),
    ("phone", "911 22 333 Ada", "911 22 333 232"),
    ("phone", "911 22 333 Ada", "91122333"),
    ("phone", "+47 911 22 333", "+47 911 22 333 (Jo)"),
    ("phone", "800 FLOWERS", "800 3569377"),
    ("phone", "1-800-GO", "1800"),
    ("phone", "+47 912 34 567", "+46 912 34 567"),
    ("phone", "+47 912 34 567", "+47 912 34 568"),
    ("phone", "+47 912 34 567 ext. 1", "+47 912 34 567 ext. 2"),
    ("phone", "+47 912 34 567 ext. 1", "+47 912 34 567"),
    ("phone", "+47 912 34 567", "34567"),
    ("phone", "+47 912 34 567", "0046 912 34 567"),
    ("phone", "912 34 567", "912 34 568"),
    ("phone", "+39 06 1234567", "+39 6 1234567"),
    ("phone", "0000", "00 00 1"),
    ("phone", "+47 912 34 567", "none"),
    ("phone", "ask at the desk", "ask somebody"),
    ("date", "2020-01-01", "2020-01-02"),
    ("date", "2020-01-01", "soon"),
    ("country", "NO", "SE"),
    ("gender", "M", "F"),
    ("bank_account", "86011117947", "86011117948"),
    ("bank_account", "SE4550000000058398257466", "50000000058398257466"),
    ("social_security_number", "15108695088", "161086*****"),
    ("social_security_number", "161086*****", "15108695088"),
    ("social_security_number", "161086*****", "151086*****"),
    ("social_security_number", "15108695088", "******95089"),
    ("social_security_number", "15108695088", "151086****"),
]


@pytest.mark.parametrize(("comparator", "desired", "current"), SAME)
def test_the_same_meaning_written_differently_is_no_difference(comparator: str, desired: str, current: str) -> None:
    assert COMPARATORS[comparator](desired, current)


@pytest.mark.parametrize(("comparator", "desired", "current"), DIFFERENT)
def test_another_meaning_is_a_difference(comparator: str, desired: str, current: str) -> None:
    assert not COMPARATORS[comparator](desired, current)


NUMBERS = st.sampled_from(
    [
        ("47", "", "91234567"),
        ("46", "0", "701234567"),
        ("45", "", "32123456"),
        ("358", "0", "401234567"),
        ("44", "0", "7911123456"),
        ("49", "0", "15112345678"),
        ("36", "06", "201234567"),
        ("7", "8", "9123456789"),
        ("39", "", "0612345678"),
        ("1", "1", "2125551212"),
    ]
)
"""The code of a country, what stands before a number within it, and a number there."""


def grouped(digits: str, by: str) -> str:
    return by.join(digits[start : start + 3] for start in range(0, len(digits), 3))


@given(number=NUMBERS, by=st.sampled_from(["", " ", "-", ". "]))
def test_a_phone_number_is_the_same_with_a_country_code_or_without_and_however_it_is_grouped(
    number: tuple[str, str, str], by: str
) -> None:
    country, trunk, national = number
    written = (
        grouped(national, by),
        f"{trunk}{grouped(national, by)}",
        f"+{country} {grouped(national, by)}",
        f"00{country}{grouped(national, by)}",
        f"(00) {country} {grouped(national, by)}",
    )
    same = COMPARATORS["phone"]
    assert [text for text in written if not same(f"+{country}{national}", text)] == []
    assert [text for text in written if not same(f"00{country}{national}", text)] == []
    assert [text for text in written if same(f"+{country}{national} ext. 7", text)] == []


@given(one=NUMBERS, other=NUMBERS, last_digit=st.integers(0, 9))
def test_different_phone_numbers_are_never_taken_for_the_same(
    one: tuple[str, str, str], other: tuple[str, str, str], last_digit: int
) -> None:
    (country, _, national), (other_country, _, other_national) = one, other
    changed = f"{other_national[:-1]}{last_digit}"
    same = COMPARATORS["phone"]
    for international in ("+", "00"):
        expected = (country, national) == (other_country, changed)
        assert same(f"+{country}{national}", f"{international}{other_country}{changed}") is expected
    assert same(f"+{country}{national}", changed) is (national == changed)


@pytest.mark.parametrize("comparator", COMPARATORS)
@given(value=st.text())
def test_every_value_means_the_same_as_itself(comparator: str, value: str) -> None:
    assert COMPARATORS[comparator](value, value)


WRITTEN = st.sampled_from([value for _, *values in (*SAME, *DIFFERENT) for value in values]) | st.text()


@pytest.mark.parametrize("comparator", sorted(COMPARATORS))
@given(one=WRITTEN, other=WRITTEN)
def test_comparing_is_the_same_both_ways(comparator: str, one: str, other: str) -> None:
    same = COMPARATORS[comparator]
    assert same(one, other) == same(other, one)
