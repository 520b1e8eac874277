"""The people of the sandbox: the same every time, plausible, valid, and some of them awkward."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections import Counter

import phonenumbers
import pytest
from stdnum import iban
from stdnum.no import fodselsnummer, kontonr

from integration_tests.sandbox import awkward, ledger
from integration_tests.sandbox.huma_store import Huma
from integration_tests.sandbox.running import TODAY
from integration_tests.sandbox.xledger import Xledger

SEED = 7


@pytest.fixture(scope="module")
def huma() -> Huma:
    return Huma(people=300, seed=SEED, today=TODAY)


@pytest.fixture(scope="module")
def entries(huma: Huma) -> dict[str, ledger.Entry]:
    people = [user.facts for user in huma.users.values()]
    return {entry["code"]: entry for entry in ledger.entries(people, huma.awkward, SEED)}


def test_the_same_seed_gives_the_same_people_and_employees() -> None:
    def everything(seed: int) -> object:
        huma = Huma(people=80, seed=seed, today=TODAY)
        people = [user.facts for user in huma.users.values()]
        return people, huma.awkward, list(ledger.entries(people, huma.awkward, seed))

    assert everything(1) == everything(1)
    assert everything(1) != everything(2)


@pytest.mark.parametrize("people", [0, 1, 5, 28, 29, 60])
def test_there_are_as_many_people_as_asked_for(people: int) -> None:
    huma = Huma(people=people, seed=1, today=TODAY)
    assert len(huma.users) == people
    assert len(huma.awkward) == min(people, 28)


@pytest.mark.parametrize("field", ["id", "email", "phone", "employmentId"])
def test_nobody_shares_what_is_unique_in_huma(huma: Huma, field: str) -> None:
    values = Counter(user[field] for user in huma.users.values() if user[field] is not None)
    assert values.most_common(1)[0][1] == 1


def test_bank_accounts_are_valid_except_the_one_that_is_not_meant_to_be(huma: Huma) -> None:
    wrong = [
        user.id
        for user in huma.users.values()
        if (account := user["bankAccount"])
        and not (kontonr.is_valid(account["number"]) if "number" in account else iban.is_valid(account["iban"]))
    ]
    assert wrong == [huma.awkward[awkward.INVALID_BANK_ACCOUNT]]


def test_norwegian_social_security_numbers_are_valid_except_the_one_that_is_not_meant_to_be(huma: Huma) -> None:
    wrong = [
        user.id
        for user in huma.users.values()
        for entry in user["identifications"] or []
        if entry["type"] == "national" and entry["country"] == "NO" and not fodselsnummer.is_valid(entry["value"])
    ]
    assert wrong == [huma.awkward[awkward.INVALID_SOCIAL_SECURITY_NUMBER]]


def test_no_social_security_number_is_anyones_birth_number(huma: Huma) -> None:
    for user in huma.users.values():
        for entry in user["identifications"] or []:
            if entry["type"] == "national" and entry["country"] == "NO":
                assert 41 <= int(entry["value"][2:4]) <= 52


def test_phone_numbers_are_possible(huma: Huma) -> None:
    for user in huma.users.values():
        if user["phone"] is not None:
            assert phonenumbers.is_possible_number(phonenumbers.parse(user["phone"]))


def test_most_people_are_norwegian_and_some_are_not(huma: Huma) -> None:
    nationalities = Counter(user["nationality"] for user in huma.users.values())
    assert nationalities["NO"] > 200
    assert {"SE", "DK", "FI"} <= set(nationalities)


def test_some_have_left(huma: Huma) -> None:
    left = [user for user in huma.users.values() if not user["active"]]
    assert 5 < len(left) < 60
    assert all(user["deactivatedAt"] and user["employmentEndDate"] for user in left)


@pytest.mark.parametrize(
    ("name", "field", "fragment"),
    [
        (awkward.APOSTROPHE_AND_QUOTES, "familyName", "O'Brien"),
        (awkward.APOSTROPHE_AND_QUOTES, "givenName", '"Obi"'),
        (awkward.BACKSLASHES, "familyName", "\\Temp\\"),
        (awkward.EMOJI, "givenName", "🧑‍🚀"),
        (awkward.COMBINING_MARKS, "givenName", "A\u030a"),
        (awkward.NEWLINES_AND_TABS, "jobTitle", "\n"),
        (awkward.NEWLINES_AND_TABS, "jobTitle", "\t"),
        (awkward.BRACES, "givenName", "${x} {{ x }}"),
        (awkward.GENDER_FREE_TEXT, "gender", "Ikke-binær"),
    ],
)
def test_awkward_text_is_there(huma: Huma, name: str, field: str, fragment: str) -> None:
    assert fragment in huma.users[huma.awkward[name]][field]


@pytest.mark.parametrize(
    ("name", "field"),
    [
        (awkward.NO_PHONE, "phone"),
        (awkward.NO_EMPLOYMENT_ID, "employmentId"),
        (awkward.BARE_MINIMUM, "homeAddress"),
        (awkward.BARE_MINIMUM, "bankAccount"),
    ],
)
def test_awkward_gaps_are_there(huma: Huma, name: str, field: str) -> None:
    assert huma.users[huma.awkward[name]][field] is None


def test_the_other_awkward_people_are_as_they_are_called(huma: Huma) -> None:
    def person(name: str) -> dict[str, object]:
        return huma.users[huma.awkward[name]].facts

    address = person(awkward.THREE_LINE_ADDRESS)["homeAddress"]
    assert isinstance(address, dict)
    assert all(address[line] for line in ("line1", "line2", "line3"))
    account = person(awkward.SWEDE_WITH_IBAN)["bankAccount"]
    assert isinstance(account, dict)
    assert account["iban"].startswith("SE")
    assert person(awkward.DEACTIVATED_LEAVER)["active"] is False
    assert len(str(person(awkward.VERY_LONG_NAME)["givenName"])) > 200


def test_about_a_third_is_in_xledger_already(entries: dict[str, ledger.Entry]) -> None:
    assert 80 < len(entries) < 130


def test_what_is_formatted_differently_means_the_same(huma: Huma, entries: dict[str, ledger.Entry]) -> None:
    user = huma.users[huma.awkward[awkward.FORMATTED_DIFFERENTLY]]
    there, here = entries[user["employmentId"]], ledger.as_entry(user.facts)
    assert there["phone"] != here["phone"]
    assert there["phone"].replace(" ", "").removeprefix("+47").removeprefix("0047") == here["phone"].removeprefix("+47")
    assert there["bankAccount"] != here["bankAccount"]
    assert there["bankAccount"].replace(".", "") == here["bankAccount"]
    assert there["email"].lower() == here["email"]
    assert there["jobTitle"] != here["jobTitle"]
    assert unicodedata.normalize("NFC", there["jobTitle"]) == here["jobTitle"]
    assert there["birthday"] == here["birthday"]


def test_what_is_really_different_does_not(huma: Huma, entries: dict[str, ledger.Entry]) -> None:
    user = huma.users[huma.awkward[awkward.REALLY_DIFFERENT]]
    there = entries[user["employmentId"]]
    assert (there["phone"], there["jobTitle"], there["bankAccount"]) == ("+4722222222", "Vikar", None)


def test_one_is_found_by_email_only_one_is_closed_and_one_has_an_account_abroad(
    huma: Huma, entries: dict[str, ledger.Entry]
) -> None:
    by_email = huma.users[huma.awkward[awkward.FOUND_BY_EMAIL_ONLY]]
    assert by_email["employmentId"] not in entries
    assert by_email["email"] in {entry["email"].lower() for entry in entries.values()}
    closed = entries[huma.users[huma.awkward[awkward.CLOSED_IN_XLEDGER]]["employmentId"]]
    assert dt.date.fromisoformat(closed["dateTo"]) < TODAY
    abroad = huma.users[huma.awkward[awkward.OTHER_COUNTRY_OF_BANK_ACCOUNT]]
    assert abroad["bankAccount"]["country"] == "NO"
    assert entries[abroad["employmentId"]]["company_country"] == "SE"


def test_every_entry_can_be_stored(entries: dict[str, ledger.Entry]) -> None:
    xledger = Xledger(SEED, TODAY, burst_limit=None)
    for entry in entries.values():
        xledger.add_employee(**entry)
    assert [row["code"] for row in xledger.employees()] == list(entries)
