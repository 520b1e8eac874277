"""What a value is, and who a person is, does not hang on how it was typed: from the record to Xledger and back."""

import unicodedata
from typing import Any

import pytest

from integration_tests.conftest import Write
from integration_tests.records import a_user, as_employee, records
from integration_tests.sandbox import Sandbox


def nfd(text: str) -> str:
    return unicodedata.normalize("NFD", text)


@pytest.mark.parametrize("typed", ["E1 ", "\u00a0E1", "\ufeffE1", "E\u200b1", "E1\u202c", "E1\t"])
def test_a_code_that_is_typed_carelessly_and_later_well_is_one_employee(
    typed: str, write: Write, sandbox: Sandbox
) -> None:
    write(records([a_user(1, employmentId=typed)]))
    assert [employee["code"] for employee in sandbox.xledger.employees()] == ["E1"]
    written = write(records([a_user(1)]))
    assert (written.summary["created"], written.summary["unchanged"]) == (0, 1)


@pytest.mark.parametrize("held", ["E1 ", "E\u200b1", nfd("Å1")])
def test_whoever_xledger_holds_under_a_carelessly_typed_code_is_found_by_it(
    held: str, write: Write, sandbox: Sandbox
) -> None:
    sandbox.xledger.add_employee(**as_employee(a_user(1), code=held))
    written = write(records([a_user(1, employmentId=held)]))
    assert (written.summary["created"], written.summary["unchanged"]) == (0, 1)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (nfd("åse@blåbær.no"), nfd("åse@blåbær.no")),
        (nfd("åse@blåbær.no"), "åse@blåbær.no"),
        ("åse@blåbær.no", nfd("åse@blåbær.no")),
        ("kari@blåbær.no", "kari@xn--blbr-roah.no"),
        ("Kari@XN--BLBR-ROAH.no", "kari@blåbær.no"),
        ("\u200bkari1@example.com\u00a0", "kari1@example.com"),
    ],
)
def test_whoever_has_no_code_is_found_by_the_address_in_another_spelling_and_keeps_it(
    ours: str, theirs: str, write: Write, sandbox: Sandbox
) -> None:
    sandbox.xledger.add_employee(**as_employee(a_user(1), code=None, email=theirs))
    written = write(records([a_user(1, email=ours)]))
    assert (written.summary["created"], written.summary["fields_changed"]) == (0, {"employmentId": 1})
    assert sandbox.xledger.employee("E1")["contact"]["email"] == theirs


@pytest.mark.parametrize(
    ("account", "expected"),
    [
        ({"type": "national", "number": "8601-11\u201317947\u200b", "country": "NO"}, "86011117947"),
        ({"type": "international", "iban": "NO93-8601\u2011111 7-947"}, "NO9386011117947"),
        ({"type": "national", "number": "5000-0000058", "country": "SE"}, "5000-0000058"),
    ],
)
def test_an_account_is_written_as_it_was_checked_and_once(
    account: dict[str, Any], expected: str, write: Write, sandbox: Sandbox
) -> None:
    person = a_user(1, bankAccount=account)
    assert write(records([person])).summary["warnings"] == {}
    assert sandbox.xledger.employee("E1")["subledger"]["bankAccount"] == expected
    assert write(records([person])).summary["unchanged"] == 1


@pytest.mark.parametrize("number", ["55019099996", "156690 99921", "158190-99968", "02013299903", "15019099919"])
def test_every_series_of_norwegian_numbers_is_written(number: str, write: Write, sandbox: Sandbox) -> None:
    written = write(records([a_user(1, identifications=[{"type": "national", "country": "NO", "value": number}])]))
    assert written.summary["warnings"] == {}
    assert sandbox.xledger.employee("E1")["socialSecurityMasked"] is not None


@pytest.mark.parametrize("country", ["XK", "Kosovo", "SS", "AX", "South Sudan"])
def test_every_country_there_is_passes(country: str, write: Write, sandbox: Sandbox) -> None:
    address = {**a_user(1)["homeAddress"], "country": country}
    written = write(records([a_user(1, homeAddress=address)]))
    assert (written.summary["warnings"], written.summary["rejected"]) == ({}, {})
    assert sandbox.xledger.employee("E1")["contact"]["address"]["country"]["code"] in ("XK", "SS", "AX")


@pytest.mark.parametrize("nothing", ["\u200b", "\ufeff\u00a0", "\u202e", "\u00ad", "\u3164"])
def test_text_that_shows_nothing_wipes_no_name_and_no_address(nothing: str, write: Write, sandbox: Sandbox) -> None:
    write(records([a_user(1)]))
    before = sandbox.xledger.employee("E1")
    address = dict.fromkeys(a_user(1)["homeAddress"], nothing)
    blank = a_user(1, givenName=nothing, familyName=nothing, email=nothing, homeAddress=address)
    assert write(records([blank])).summary["unchanged"] == 1
    assert sandbox.xledger.employee("E1") == before


def test_placeholders_are_no_dates_and_an_instant_is_its_day_in_oslo(write: Write, sandbox: Sandbox) -> None:
    person = a_user(
        1,
        birthDate="1989-12-31T23:00:00Z",
        employmentStartDate="2020-06-30T22:00:00.000Z",
        probationEndDate="0001-01-01T00:00:00",
        terminationNoticeDate="1753-01-01",
        employmentEndDate="9999-12-31",
    )
    written = write(records([person]))
    assert written.summary["warnings"] == {}
    employee = sandbox.xledger.employee("E1")
    assert employee["contact"]["birthday"] == "1990-01-01"
    assert employee["employmentFrom"] == "2020-07-01"
    assert [employee[key] for key in ("trialTo", "noticeDate", "employmentTo")] == [None, None, None]


@pytest.mark.parametrize("value", ["2020-W01-1", "20200102", "2020-01-02Tgarbage"])
def test_what_only_some_pythons_take_for_a_date_is_none(value: str, write: Write, sandbox: Sandbox) -> None:
    written = write(records([a_user(1, employmentStartDate=value)]))
    assert written.summary["warnings"] == {"invalid_date": 1}
    assert sandbox.xledger.employee("E1")["employmentFrom"] is None


def test_letters_are_not_dialled(write: Write, sandbox: Sandbox) -> None:
    write(records([a_user(1, phone="911 22 333 232")]))
    written = write(records([a_user(1, phone="911 22 333 Ada")]))
    assert written.summary["updated"] == 1
    assert sandbox.xledger.employee("E1")["contact"]["phone"] == "911 22 333 Ada"


def test_a_spelling_of_a_gender_goes_before_a_code(write: Write, sandbox: Sandbox) -> None:
    codes = [{"gender": "H", "code": "M"}, {"gender": "M", "code": "F"}]
    write(records([a_user(1, gender="M"), a_user(2, gender="H")]), gender_codes=codes)
    assert sandbox.xledger.employee("E1")["contact"]["gender"]["code"] == "F"
    assert sandbox.xledger.employee("E2")["contact"]["gender"]["code"] == "M"
    assert write(records([a_user(1, gender="M")]), gender_codes=codes).summary["unchanged"] == 1


@pytest.mark.parametrize(
    "changed",
    [
        {"bankAccount": {"type": "national", "number": "12345678901", "country": "SE"}},
        {"identifications": [{"type": "national", "country": "PL", "value": "44051401359"}]},
    ],
)
def test_a_foreign_number_in_the_shape_of_a_norwegian_one_costs_nothing_but_its_field(
    changed: dict[str, Any], write: Write, sandbox: Sandbox
) -> None:
    sandbox.xledger.add_employee(**as_employee(a_user(1), bankAccount=None, socialSec=None, jobTitle="Kokk"))
    person = a_user(1, **changed) if "bankAccount" in changed else a_user(1, bankAccount=None, **changed)
    write(records([person]))
    employee = sandbox.xledger.employee("E1")
    assert employee["contact"]["jobTitle"] == "Engineer"
    assert employee["subledger"]["bankAccount"] is None
