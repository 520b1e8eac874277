"""What the values of a record become, in all three states."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_mappings import MISSING, Options, WarningCode
from shared_mappings.converters import CONVERTERS, Converted
from shared_mappings.states import State

INVALID_ACCOUNT = Converted(MISSING, WarningCode.INVALID_BANK_ACCOUNT)
INVALID_NUMBER = Converted(MISSING, WarningCode.INVALID_SOCIAL_SECURITY_NUMBER)


def convert(name: str, **parts: Any) -> Converted:
    return CONVERTERS[name](parts, Options())


def national(value: str, country: str | None = "NO") -> dict[str, Any]:
    return {"type": "national", "value": value, "country": country}


@pytest.mark.parametrize("name", ["text", "country", "date", "gender"])
def test_the_three_states_stay_three(name: str) -> None:
    assert convert(name, value=None) == Converted(None)
    assert convert(name, value=MISSING) == Converted(MISSING)
    assert convert(name, value=" \t\n") == Converted(None)


@given(st.text().filter(str.strip))
def test_text_that_shows_something_is_handed_on_unchanged(text: str) -> None:
    assert convert("text", value=text) == Converted(text)


@pytest.mark.parametrize(
    ("given_name", "family_name", "expected"),
    [
        ("Kari", "Nordmann", "Kari Nordmann"),
        ("Kari", None, MISSING),
        (MISSING, "Nordmann", MISSING),
        (None, None, MISSING),
    ],
)
def test_a_full_name_needs_both_names(given_name: Any, family_name: Any, expected: State) -> None:
    assert convert("full_name", given=given_name, family=family_name) == Converted(expected)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (("Storgata 1", None, None), "Storgata 1"),
        (("Storgata 1", "", "C/O Ola"), "Storgata 1, C/O Ola"),
        (("Storgata 1", "Oppgang B", "3. etasje"), "Storgata 1, Oppgang B, 3. etasje"),
        ((None, None, None), None),
        (("Storgata 1", MISSING, None), MISSING),
    ],
)
def test_the_lines_of_an_address_that_hold_something_become_one(lines: tuple[Any, ...], expected: State) -> None:
    line1, line2, line3 = lines
    assert convert("street_address", line1=line1, line2=line2, line3=line3) == Converted(expected)


@pytest.mark.parametrize(
    ("value", "expected"),
    [("2020-02-29", "2020-02-29"), (" 2020-02-29 ", "2020-02-29"), ("2020-02-29T10:00:00Z", "2020-02-29")],
)
def test_a_date_is_written_as_year_month_day(value: str, expected: str) -> None:
    assert convert("date", value=value) == Converted(expected)


@pytest.mark.parametrize("value", ["2021-02-29", "29.02.2020", "tomorrow", "2020-02-291", "2020-2-29"])
def test_an_impossible_date_is_left_out_with_a_warning(value: str) -> None:
    assert convert("date", value=value) == Converted(MISSING, WarningCode.INVALID_DATE)


@pytest.mark.parametrize(("value", "expected"), [("Male", "M"), ("female", "F"), (" Male ", "M"), ("f", "F")])
def test_a_gender_becomes_the_code_of_xledger(value: str, expected: str) -> None:
    assert convert("gender", value=value) == Converted(expected)


def test_a_gender_that_has_no_code_is_left_out_with_a_warning() -> None:
    assert convert("gender", value="rather not say") == Converted(MISSING, WarningCode.UNMAPPED_GENDER)


def test_gender_codes_are_the_administrators() -> None:
    options = Options(gender_codes={"Kvinne": "2"})
    assert CONVERTERS["gender"]({"value": "kvinne"}, options) == Converted("2")
    assert CONVERTERS["gender"]({"value": "Female"}, options) == Converted(MISSING, WarningCode.UNMAPPED_GENDER)


def test_how_a_gender_is_spelled_goes_before_what_is_a_code() -> None:
    options = Options(gender_codes={"H": "M", " m ": "F"})
    codes = {value: CONVERTERS["gender"]({"value": value}, options).value for value in ("H", "M", "m", "F")}
    assert codes == {"H": "M", "M": "F", "m": "F", "F": "F"}


@pytest.mark.parametrize(("value", "expected"), [(" no ", "NO"), ("Norge", "NO"), ("SUOMI", "FI"), ("xk", "XK")])
def test_a_country_is_written_as_its_code_in_capitals(value: str, expected: str) -> None:
    assert convert("country", value=value) == Converted(expected)


@pytest.mark.parametrize("value", ["EU", "Norway or Sweden", "NOR", "?"])
def test_what_is_no_country_is_left_out_with_a_warning(value: str) -> None:
    assert convert("country", value=value) == Converted(MISSING, WarningCode.INVALID_COUNTRY)
    assert convert("bank_account_country", iban=None, country=value) == Converted(MISSING, WarningCode.INVALID_COUNTRY)


@pytest.mark.parametrize(
    ("number", "iban", "country", "expected"),
    [
        pytest.param("8601.11 17947", None, "NO", Converted("86011117947"), id="national"),
        pytest.param("8601 11 17948", None, "NO", INVALID_ACCOUNT, id="national with a wrong check digit"),
        pytest.param("8601 11 17948", None, "Norge", INVALID_ACCOUNT, id="national by the name of the country"),
        pytest.param("8601 11 17948", None, "EU", Converted("86011117948"), id="national of no country"),
        pytest.param("8601 11 1794", None, "NO", INVALID_ACCOUNT, id="national and too short"),
        pytest.param("5000-0000058", None, "SE", Converted("5000-0000058"), id="national of another country"),
        pytest.param(None, "SE45 5000 0000 0583 9825 7466", None, Converted("SE4550000000058398257466"), id="iban"),
        pytest.param(None, "SE46 5000 0000 0583 9825 7466", None, INVALID_ACCOUNT, id="iban with wrong check digits"),
        pytest.param("NO9386011117947", None, "NO", Converted("NO9386011117947"), id="iban entered as a number"),
        pytest.param("86011117947", None, MISSING, Converted("86011117947"), id="country not known"),
        pytest.param(None, None, None, Converted(None), id="unset"),
        pytest.param(MISSING, MISSING, MISSING, Converted(MISSING), id="unknown"),
        pytest.param(None, MISSING, None, Converted(MISSING), id="one of the two unknown"),
    ],
)
def test_a_bank_account_is_checked_and_written_without_separators(
    number: Any, iban: Any, country: Any, expected: Converted
) -> None:
    assert convert("bank_account", number=number, iban=iban, country=country) == expected


@pytest.mark.parametrize(
    ("iban", "country", "expected"),
    [
        (None, "no", "NO"),
        (None, "Sverige", "SE"),
        ("se45 5000 0000 0583 9825 7466", None, "SE"),
        ("se45 5000 0000 0583 9825 7466", "NO", "SE"),
        (None, None, None),
        (MISSING, MISSING, MISSING),
    ],
)
def test_the_country_of_an_international_account_is_that_of_its_iban(iban: Any, country: Any, expected: State) -> None:
    assert convert("bank_account_country", iban=iban, country=country) == Converted(expected)


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        pytest.param([national("151086 95088")], Converted("15108695088"), id="norwegian"),
        pytest.param([national("151086 95088", "norge")], Converted("15108695088"), id="norwegian by name"),
        pytest.param([national("551086 95042")], INVALID_NUMBER, id="norwegian with wrong check digits"),
        pytest.param([national("1510869508")], INVALID_NUMBER, id="norwegian and too short"),
        pytest.param([national("850709-9805", "SE")], Converted("850709-9805"), id="of another country, as it is"),
        pytest.param([national("850709-9805", None)], Converted("850709-9805"), id="country not known, as it is"),
        pytest.param(
            [national("1", "SE"), national("15108695088")], Converted("15108695088"), id="norway's of several"
        ),
        pytest.param([national("1", "SE"), national("2", "DK")], INVALID_NUMBER, id="several, and nobody guesses"),
        pytest.param([{"type": "passport", "value": "N1", "country": "NO"}], Converted(None), id="only a passport"),
        pytest.param([], Converted(None), id="none"),
        pytest.param(None, Converted(None), id="unset"),
        pytest.param(MISSING, Converted(MISSING), id="unknown"),
    ],
)
def test_the_social_security_number_is_the_national_identification(entries: Any, expected: Converted) -> None:
    assert convert("social_security_number", entries=entries) == expected


def test_a_converted_value_does_not_show_when_it_is_printed() -> None:
    assert "86011117947" not in repr(convert("bank_account", number="86011117947", iban=None, country="NO"))
