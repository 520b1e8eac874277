"""A country is a code of ISO 3166-1, or a name that people in the Nordic countries write for one."""

from importlib.resources import files

import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

from shared_mappings.countries import country_code

ISO_3166 = {
    line.partition("\t")[0]
    for line in (files("tzdata") / "zoneinfo" / "iso3166.tab").read_text("utf-8").splitlines()
    if not line.startswith("#")
}
"""The codes by another list than ours: the one that comes with the time zones."""

KOSOVO = "XK"

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def test_of_all_codes_of_two_letters_exactly_those_of_countries_and_kosovos_are_known() -> None:
    known = {one + two for one in LETTERS for two in LETTERS if country_code(one + two)}
    assert known == ISO_3166 | {KOSOVO}


@pytest.mark.parametrize("code", ["NO", "no", " nO\n", "SJ", "XK"])
def test_a_code_is_known_however_it_is_written(code: str) -> None:
    assert country_code(code) == code.strip().upper()


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Norge", "NO"),
        ("Noreg", "NO"),
        ("NORWAY", "NO"),
        ("Norja", "NO"),
        ("Sverige", "SE"),
        (" sverige ", "SE"),
        ("Ruotsi", "SE"),
        ("Suomi", "FI"),
        ("Danmark", "DK"),
        ("Tanska", "DK"),
        ("Germany", "DE"),
        ("Tyskland", "DE"),
        ("Storbritannia", "GB"),
        ("Iso-Britannia", "GB"),
        ("United Kingdom", "GB"),
        ("USA", "US"),
        ("Österrike", "AT"),
        ("O\u0308STERRIKE", "AT"),
        ("Østerrike", "AT"),
        ("Elfenbeinskysten", "CI"),
        ("Färöarna", "FO"),
        ("Åland", "AX"),
        ("Kosovo", "XK"),
    ],
)
def test_a_country_is_known_by_its_name_in_norwegian_swedish_danish_finnish_and_english(name: str, code: str) -> None:
    assert country_code(name) == code


@pytest.mark.parametrize("language", ["nb", "nn", "sv", "da", "fi", "en"])
def test_no_name_of_a_country_is_taken_for_another_in_any_of_the_languages(language: str) -> None:
    names = Locale(language).territories
    assert {code: country_code(names[code]) for code in ISO_3166} == {code: code for code in ISO_3166}


@pytest.mark.parametrize(
    "written",
    [
        *("EU", "EZ", "UN", "QO", "ZZ", "XA", "XB", "AC", "CP", "CQ", "DG", "EA", "IC", "TA", "UK", "SU", "YU"),
        *("001", "150", "578", "NOR", "Europa", "Europe", "World", "EU-", "Den europeiske union", "Atlantis"),
        *("", "  ", "N", "N O", "NO-03", "Norge, Sverige", "Oslo", "0155"),
    ],
)
def test_what_is_no_country_is_none(written: str) -> None:
    assert country_code(written) is None


@given(st.text())
def test_any_text_is_a_country_or_none(text: str) -> None:
    assert country_code(text) in ISO_3166 | {KOSOVO, None}
