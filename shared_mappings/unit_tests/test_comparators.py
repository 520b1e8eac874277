"""A value that only looks different is not a difference; one that is different is."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_mappings.comparators import COMPARATORS

SAME = [
    ("text", "Kari", " Kari\n"),
    ("text", unicodedata.normalize("NFC", "Åse Ødegård"), unicodedata.normalize("NFD", "Åse Ødegård")),
    ("email", "Kari.Nordmann@Example.com", "kari.nordmann@EXAMPLE.COM "),
    ("phone", "+47 912 34 567", "91234567"),
    ("phone", "+47 912 34 567", "0047 91 23 45 67"),
    ("phone", "(+47) 912-34-567", "+4791234567"),
    ("phone", "ask at the desk", "ask at the desk "),
    ("date", "2020-01-01", "2020-01-01T00:00:00"),
    ("date", "2020-01-01", " 2020-01-01"),
    ("country", "NO", "no"),
    ("gender", "M", "m"),
    ("bank_account", "86011117947", "8601.11.17947"),
    ("bank_account", "86011117947", "8601 11 17947"),
    ("bank_account", "86011117947", "NO93 8601 1117 947"),
    ("bank_account", "SE4550000000058398257466", "se45 5000 0000 0583 9825 7466"),
    ("social_security_number", "15108695088", "151086*****"),
    ("social_security_number", "15108695088", "******95088"),
    ("social_security_number", "15108695088", "151086-*****"),
    ("social_security_number", "15108695088", "***********"),
]

DIFFERENT = [
    ("text", "Kari", "kari"),
    ("text", "Kari", "Kåri"),
    ("email", "kari@example.com", "kari@example.org"),
    ("phone", "+47 912 34 567", "+46 912 34 567"),
    ("phone", "+47 912 34 567", "+47 912 34 568"),
    ("phone", "+47 912 34 567 ext. 1", "+47 912 34 567 ext. 2"),
    ("phone", "+47 912 34 567", "none"),
    ("date", "2020-01-01", "2020-01-02"),
    ("date", "2020-01-01", "soon"),
    ("country", "NO", "SE"),
    ("gender", "M", "F"),
    ("bank_account", "86011117947", "86011117948"),
    ("bank_account", "SE4550000000058398257466", "50000000058398257466"),
    ("social_security_number", "15108695088", "161086*****"),
    ("social_security_number", "15108695088", "******95089"),
    ("social_security_number", "15108695088", "151086****"),
]


@pytest.mark.parametrize(("comparator", "desired", "current"), SAME)
def test_the_same_meaning_written_differently_is_no_difference(comparator: str, desired: str, current: str) -> None:
    assert COMPARATORS[comparator](desired, current, "NO")


@pytest.mark.parametrize(("comparator", "desired", "current"), DIFFERENT)
def test_another_meaning_is_a_difference(comparator: str, desired: str, current: str) -> None:
    assert not COMPARATORS[comparator](desired, current, "NO")


def test_a_phone_number_without_country_code_is_read_in_the_country_of_the_person() -> None:
    same_phone = COMPARATORS["phone"]
    assert same_phone("+46 70 123 45 67", "070-123 45 67", "SE")
    assert not same_phone("+46 70 123 45 67", "070-123 45 67", "NO")


@pytest.mark.parametrize("comparator", COMPARATORS)
@given(value=st.text())
def test_every_value_means_the_same_as_itself(comparator: str, value: str) -> None:
    assert COMPARATORS[comparator](value, value, "NO")


@pytest.mark.parametrize("comparator", sorted(set(COMPARATORS) - {"social_security_number"}))
@given(one=st.text(), other=st.text())
def test_comparing_is_the_same_both_ways(comparator: str, one: str, other: str) -> None:
    same = COMPARATORS[comparator]
    assert same(one, other, "NO") == same(other, one, "NO")
