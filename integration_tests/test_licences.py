"""Whose licences come along is known, and a licence that nobody has looked at goes nowhere."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from distribution.licences import VENDOR, ThirdParty, as_text, in_pages, looked_at, not_looked_at
from distribution.wheels import constraints

UNIDECODE = "GNU General Public License v2 or later (GPLv2+)"
KNOWN = ThirdParty("requests", "2.32.0", "Apache-2.0", "https://requests.example", "You may.")


def test_a_licence_that_nobody_has_looked_at_is_named_and_no_other() -> None:
    found = [
        KNOWN,
        replace(KNOWN, name="else", licence="AGPL-3.0-only"),
        replace(KNOWN, name="mute", licence="UNKNOWN"),
    ]
    assert not_looked_at(found) == ["else 2.32.0: AGPL-3.0-only", "mute 2.32.0: UNKNOWN"]


def test_what_asks_for_more_is_looked_at_for_one_package_under_one_licence() -> None:
    known = replace(KNOWN, name="Unidecode", licence=UNIDECODE)
    assert not_looked_at([known]) == []
    assert not_looked_at([replace(known, name="another")]) == [f"another 2.32.0: {UNIDECODE}"]
    assert not_looked_at([replace(known, licence="AGPL-3.0-only")]) == ["Unidecode 2.32.0: AGPL-3.0-only"]


def test_nothing_that_asks_for_more_is_among_what_asks_for_nothing() -> None:
    more = re.compile(r"GPL|General Public|MPL|Mozilla|Elastic|SSPL|Commons Clause|UNKNOWN|Proprietary", re.IGNORECASE)
    assert [licence for licence in looked_at()["permissive"] if more.search(licence)] == []


def test_the_page_of_licences_has_each_with_its_version_licence_address_and_text() -> None:
    known = replace(KNOWN, name="Unidecode", licence=UNIDECODE)
    page = as_text([KNOWN, known])
    for one in (KNOWN, known):
        assert re.search(rf"^{one.name} {one.version} +{re.escape(one.licence)}$", page, re.MULTILINE)
        assert f"From: {one.url}" in page
        assert one.text in page
    assert f"Unidecode: {UNIDECODE}. {looked_at()['of_note']['Unidecode']['note']}" in page


def test_where_a_package_has_the_text_of_its_licence_for_a_name_the_first_line_is_the_name() -> None:
    entry = {"Name": "a", "Version": "1", "License": "MIT License\n\nCopyright", "URL": "u"}
    told = ThirdParty.of(entry | {"LicenseText": "You may.\n", "NoticeText": "UNKNOWN"})
    assert (told.licence, told.text) == ("MIT License", "You may.")
    silent = ThirdParty.of(entry | {"LicenseText": "UNKNOWN", "NoticeText": "UNKNOWN"})
    assert silent.text == "No text is in the package."


def test_the_libraries_of_the_pages_are_listed_in_the_versions_that_are_there() -> None:
    told = (VENDOR / "README.md").read_text(encoding="utf-8")
    there = set(re.findall(r"^\| version \| (\S+) \(npm package `(\S+)`\) \|$", told, re.MULTILINE))
    assert {(one.version, one.name) for one in in_pages()} == there
    assert {path.name for path in VENDOR.glob("*.min.js")} == {"ag-grid.min.js", "diff.min.js"}
    assert not_looked_at(in_pages()) == []


@pytest.mark.parametrize("name", looked_at()["of_note"])
def test_whatever_asks_for_more_is_named_on_the_page_about_the_packages(name: str) -> None:
    page = Path(__file__).parents[1].joinpath("docs", "packages.md").read_text(encoding="utf-8")
    assert re.search(rf"`{re.escape(name)}`", page)


def test_the_constraints_have_each_version_of_the_lock_with_its_condition_and_no_hash() -> None:
    lock = """airbyte-cdk==7.39.1 \\
    --hash=sha256:00
    # via huma-xledger
exceptiongroup==1.3.0 ; python_full_version < '3.11' \\
    --hash=sha256:11
"""
    assert constraints(lock) == "airbyte-cdk==7.39.1\nexceptiongroup==1.3.0 ; python_full_version < '3.11'\n"
