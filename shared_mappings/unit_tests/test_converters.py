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

NORWEGIAN_NUMBERS = {
    "d-number": "55019099996",
    "help number": "15419099985",
    "synthetic, month and 65": "15669099921",
    "synthetic, month and 80": "15819099968",
    "synthetic d-number": "55819099951",
    "without a date": "98019099997",
    "of 2032": "02013299903",
    "of 2032, born before": "30108299939",
    "of 2032, with 2 left over": "15019099919",
    "of 2032, d-number": "55019099910",
}


def convert(name: str, **parts: Any) -> Converted:
    return CONVERTERS[name](parts, Options())


def national(value: str, country: str | None = "NO") -> dict[str, Any]:
    return {"type": "national", "value": value, "country": country}


@pytest.mark.parametrize("name", ["text", "country", "date", "gender"])
def test_the_three_states_stay_three(name: str) -> None:
    assert convert(name, value=None) == Converted(None)
    assert convert(name, value=MISSING) == Converted(MISSING)
    assert convert(name, value=" \t\n") == Converted(None)


@given(st.text())
def test_text_that_shows_something_is_handed_on_unchanged(text: str) -> None:
    assert convert("text", value=f"{text}x") == Converted(f"{text}x")


@pytest.mark.parametrize("name", ["text", "key", "country", "date", "end_date", "gender"])
@pytest.mark.parametrize(
    "nothing", ["\u200b", "\ufeff", "\u202e\u2069", "\u00ad", "\u00a0\u3000", "\u3164", "\x00", " \u200d\n"]
)
def test_text_that_shows_nothing_is_unset(name: str, nothing: str) -> None:
    assert convert(name, value=nothing) == Converted(None)
    assert convert("full_name", given=nothing, family="Nordmann") == Converted(MISSING)
    assert convert("street_address", line1="Storgata 1", line2=nothing, line3=None) == Converted("Storgata 1")
    assert convert("bank_account", number=nothing, iban=nothing, country="NO") == Converted(None)
    assert convert("social_security_number", number=nothing, country="NO") == Converted(None)


@pytest.mark.parametrize(
    ("entered", "written"),
    [
        ("E1 ", "E1"),
        ("\u00a0E1\t", "E1"),
        ("\ufeffE\u200b1\u202c", "E1"),
        ("A\u030a1", "Å1"),
        ("Kari.Nordmann@Example.com ", "Kari.Nordmann@Example.com"),
        (417, "417"),
        (417.0, "417"),
    ],
)
def test_a_key_is_written_as_it_is_compared(entered: Any, written: str) -> None:
    assert convert("key", value=entered) == Converted(written)


@pytest.mark.parametrize("value", [True, False, ["155"], {"value": "155"}])
def test_what_is_no_text_is_unknown_and_never_written(value: Any) -> None:
    assert convert("text", value=value) == Converted(MISSING)


@pytest.mark.parametrize(
    ("value", "expected"), [(155, "155"), (155.0, "155"), (12345678901234567890, "12345678901234567890")]
)
def test_a_number_is_the_text_of_its_digits(value: Any, expected: str) -> None:
    assert convert("text", value=value) == Converted(expected)


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
    [
        ("2020-02-29", "2020-02-29"),
        (" 2020-02-29 ", "2020-02-29"),
        ("2020-02-29T10:00:00Z", "2020-02-29"),
        ("2020-02-28T23:00:00Z", "2020-02-29"),
    ],
)
def test_a_date_is_written_as_year_month_day(value: str, expected: str) -> None:
    assert convert("date", value=value) == Converted(expected)


@pytest.mark.parametrize(
    "value",
    ["2021-02-29", "29.02.2020", "tomorrow", "2020-02-291", "2020-2-29", "2020-W01-1", "2020-01-02Tgarbage", 20200102],
)
def test_an_impossible_date_is_left_out_with_a_warning(value: str) -> None:
    assert convert("date", value=value) == Converted(MISSING, WarningCode.INVALID_DATE)
    assert convert("end_date", value=value) == Converted(MISSING, WarningCode.INVALID_DATE)


@pytest.mark.parametrize("value", ["0000-00-00", "0001-01-01", "1753-01-01T00:00:00", "0001-01-01T00:00:00Z"])
def test_what_databases_write_for_no_date_is_unset(value: str) -> None:
    assert convert("date", value=value) == convert("end_date", value=value) == Converted(None)


def test_the_last_day_of_the_calendar_is_no_end_and_a_day_elsewhere() -> None:
    assert convert("end_date", value="9999-12-31") == Converted(None)
    assert convert("end_date", value="9999-12-31T23:59:59.9999999Z") == Converted(None)
    assert convert("date", value="9999-12-31") == Converted("9999-12-31")


@pytest.mark.parametrize(
    ("value", "expected"), [("Male", "M"), ("female", "F"), (" Male ", "M"), ("f", "F"), ("Fe\u00admale", "F")]
)
def test_a_gender_becomes_the_code_of_xledger(value: str, expected: str) -> None:
    assert convert("gender", value=value) == Converted(expected)


def test_a_gender_that_has_no_code_is_left_out_with_a_warning() -> None:
    assert convert("gender", value="rather not say") == Converted(MISSING, WarningCode.UNMAPPED_GENDER)


def test_gender_codes_are_the_administrators() -> None:
    options = Options(gender_codes={"Kvinne": "2"})
    assert CONVERTERS["gender"]({"value": "kvinne"}, options) == Converted("2")
    assert CONVERTERS["gender"]({"value": "Female"}, options) == Converted(MISSING, WarningCode.UNMAPPED_GENDER)


@pytest.mark.parametrize(("value", "expected"), [("H", "M"), ("M", "F"), ("m\u200b", "F"), ("F", "F"), ("f", "F")])
@pytest.mark.parametrize("codes", [{"H": "M", "M": "F"}, {"M": "F", "H": "M"}, {" h ": "M ", "m": " F"}])
def test_a_spelling_goes_before_a_code(codes: dict[str, str], value: str, expected: str) -> None:
    """`M` is a woman (madame) where the administrator spells it so, whatever Xledger's `M` is."""
    assert CONVERTERS["gender"]({"value": value}, Options(gender_codes=codes)) == Converted(expected)


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
        pytest.param("8601-11\u201317947", None, "NO", Converted("86011117947"), id="national with dashes"),
        pytest.param("８６０１\u200b\u221211 17947", None, "NO", Converted("86011117947"), id="national, oddly typed"),
        pytest.param("NO93-8601-1117-947", None, None, Converted("NO9386011117947"), id="iban with dashes"),
        pytest.param(None, "no93\u2011860\u00ad1 1117.947", "NO", Converted("NO9386011117947"), id="iban, oddly typed"),
        pytest.param(None, "NO6686011117948", None, INVALID_ACCOUNT, id="iban of a norwegian account that is wrong"),
        pytest.param("12345678903", None, "SE", Converted("12345678903"), id="eleven digits of another country"),
        pytest.param(None, "ZZ8212345678", None, Converted("ZZ8212345678"), id="iban of a country that is new"),
        pytest.param("- . -", None, "SE", INVALID_ACCOUNT, id="no number at all"),
        pytest.param(86011117947, None, "NO", Converted("86011117947"), id="a number"),
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
        pytest.param([national("151086\u201395088\u200b")], Converted("15108695088"), id="norwegian with a dash"),
        pytest.param([national("551086 95042")], INVALID_NUMBER, id="norwegian with wrong check digits"),
        *(
            pytest.param([national(number)], Converted(number), id=f"norwegian {kind}")
            for kind, number in NORWEGIAN_NUMBERS.items()
        ),
        pytest.param([national("44051401359", "PL")], Converted("44051401359"), id="polish, of eleven digits"),
        pytest.param(
            [national(" 850709\u200b-9805", "SE")], Converted("850709-9805"), id="of another country, trimmed"
        ),
        pytest.param([national("-", "SE")], INVALID_NUMBER, id="no number at all"),
        pytest.param([national("15019099935")], INVALID_NUMBER, id="norwegian with wrong check digits, also of 2032"),
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
