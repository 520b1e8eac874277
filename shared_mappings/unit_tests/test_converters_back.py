"""From Xledger's value to what Huma takes: cases of each converter, and laws for every text."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_mappings import Options, WarningCode
from shared_mappings.converters import CONVERTERS
from shared_mappings.converters_back import CONVERTERS_BACK, Around, Body, Returned
from shared_mappings.normal_forms import as_text

AROUND = Around(Options())

SWEDISH = "SE4550000000058398257466"


def back(converter: str, value: str, around: Around = AROUND) -> Body | WarningCode | None:
    """What stands in the body, or why nothing does."""
    returned = CONVERTERS_BACK[converter](value, around)
    return returned.body if returned.warning is None else returned.warning


def lines(*written: str) -> Mapping[str, str]:
    return dict(zip(("line1", "line2", "line3"), (*written, "", ""), strict=False))


@pytest.mark.parametrize(
    ("street", "expected"),
    [
        ("Storgata 1", lines("Storgata 1")),
        ("Storgata 1, 2. etg", lines("Storgata 1", "2. etg")),
        ("Storgata 1, 2. etg, c/o Hansen", lines("Storgata 1", "2. etg", "c/o Hansen")),
        ("Storgata 1, 2. etg, c/o Hansen, ved porten", lines("Storgata 1", "2. etg", "c/o Hansen, ved porten")),
        ("Storgata 1,2. etg", lines("Storgata 1,2. etg")),
        ("Storgata 1, , c/o Hansen", lines("Storgata 1, , c/o Hansen")),
        ("Storgata 1, ", lines("Storgata 1, ")),
        (", 2. etg", lines(", 2. etg")),
        ("Storgata 1,  2. etg", lines("Storgata 1,  2. etg")),
        ("Storgata 1, \u200b", lines("Storgata 1, \u200b")),
        ("x" * 255 + ", " + "y" * 255, lines("x" * 255, "y" * 255)),
        ("x" * 256, WarningCode.PARTLY_WRITTEN),
        ("x" * 200 + " ,  " + "y" * 200, WarningCode.PARTLY_WRITTEN),
    ],
)
def test_a_street_address_is_split_where_joining_its_lines_gives_the_same_text_again(
    street: str, expected: Body | WarningCode
) -> None:
    assert back("address_lines", street) == expected


@given(st.text(alphabet=st.sampled_from("ab1., \u200b\n")) | st.text())
def test_joining_the_lines_of_a_street_address_gives_the_same_text_again(street: str) -> None:
    if isinstance(as_text(street), str) and isinstance(split := back("address_lines", street), Mapping):
        assert CONVERTERS["street_address"](split, Options()).value == street


def around(country: str | None = None, in_huma: str | None = None, bic: str | None = None) -> Around:
    beside = {"country": country, "bic": bic}
    return Around(
        Options(),
        beside={part: value for part, value in beside.items() if value},
        in_huma={"country": in_huma} if in_huma else {},
    )


def national(number: str, country: str) -> Body:
    return {"type": "national", "number": number, "country": country}


@pytest.mark.parametrize(
    ("account", "known", "expected"),
    [
        pytest.param("86011117947", around("NO"), national("86011117947", "NO"), id="Norwegian"),
        pytest.param("86011117947", around(), national("86011117947", "NO"), id="by its check digit"),
        pytest.param("8601-11-17947", around(), national("86011117947", "NO"), id="without dashes then"),
        pytest.param("86011117947", around(in_huma="SE"), national("86011117947", "NO"), id="whatever stands in Huma"),
        pytest.param("86011117947", around("SE"), national("86011117947", "SE"), id="said to be Swedish"),
        pytest.param("NO9386011117947", around(), national("86011117947", "NO"), id="a Norwegian IBAN"),
        pytest.param("NO9386011117947", around("SE"), national("86011117947", "NO"), id="wherever the company is"),
        pytest.param("5839825746", around("SE"), national("5839825746", "SE"), id="Swedish"),
        pytest.param("5839825746", around(in_huma="SE"), national("5839825746", "SE"), id="of Huma's country"),
        pytest.param("5839-825746", around("SE"), national("5839-825746", "SE"), id="as it is written"),
        pytest.param("5839825746", around(), WarningCode.PARTLY_WRITTEN, id="of no country"),
        pytest.param("5" * 256, around("SE"), WarningCode.PARTLY_WRITTEN, id="too long"),
        pytest.param(
            SWEDISH,
            around(bic="SWEDSESS"),
            {"type": "international", "iban": SWEDISH, "bic": "SWEDSESS"},
            id="an IBAN with its BIC",
        ),
        pytest.param(SWEDISH, around("SE", "SE"), WarningCode.PARTLY_WRITTEN, id="an IBAN without one"),
    ],
)
def test_an_account_is_national_with_a_country_or_international_with_a_bic(
    account: str, known: Around, expected: Body | WarningCode
) -> None:
    assert back("bank_account", account, known) == expected


@pytest.mark.parametrize(
    ("codes", "value", "expected"),
    [
        ({"Male": "M", "Female": "F"}, "F", "Female"),
        ({"Male": "M", "Female": "F"}, "f", "Female"),
        ({"Kvinne": "K", "Female": "K"}, "K", "Kvinne"),
        ({"Male": "M"}, "Nonbinary", "Nonbinary"),
        ({"Male": "M"}, "x" * 256, WarningCode.PARTLY_WRITTEN),
    ],
)
def test_a_gender_is_the_first_word_that_has_its_code(
    codes: Mapping[str, str], value: str, expected: Body | WarningCode
) -> None:
    assert back("gender", value, Around(Options(codes))) == expected


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Engineer", "1"),
        (" Engineer\u200b", "1"),
        ("engineer", WarningCode.UNKNOWN_JOB_TITLE),
        ("Head", WarningCode.UNKNOWN_JOB_TITLE),
    ],
)
def test_a_job_title_is_the_id_of_the_only_one_of_that_name(title: str, expected: Body | WarningCode) -> None:
    assert back("job_title", title, Around(Options(), {"Engineer": "1"})) == expected


@given(st.text())
def test_text_is_handed_on_exactly_as_it_is_as_far_as_huma_takes_it(value: str) -> None:
    assert back("text", value) == value
    assert back("text", "x" * 255) == "x" * 255
    assert back("text", "x" * 256) is WarningCode.PARTLY_WRITTEN


@given(st.sampled_from(sorted(CONVERTERS_BACK)), st.text(min_size=1))
def test_whatever_cannot_be_handed_on_is_said_why(converter: str, value: str) -> None:
    returned = CONVERTERS_BACK[converter](value, AROUND)
    assert (returned.body is None) is (returned.warning is not None)


def test_nothing_shows_a_value_when_it_is_printed() -> None:
    printed = repr(
        (Returned("Storgata 1"), Around(Options(), {"Engineer": "1"}, {"bic": "SWEDSESS"}, {"country": "SE"}))
    )
    assert not any(value in printed for value in ("Storgata", "Engineer", "SWEDSESS", "SE"))
