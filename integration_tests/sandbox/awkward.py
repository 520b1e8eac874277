"""People whose records are hard to carry, and people whose two records are hard to compare, each by a short name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from integration_tests.sandbox import valid_numbers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from integration_tests.sandbox.people import PeopleMaker, Person

APOSTROPHE_AND_QUOTES = "apostrophe_and_quotes"
BACKSLASHES = "backslashes"
EMOJI = "emoji"
COMBINING_MARKS = "combining_marks"
NEWLINES_AND_TABS = "newlines_and_tabs"
BRACES = "braces"
MARKUP = "markup"
STATEMENT = "statement"
RIGHT_TO_LEFT = "right_to_left"
VERY_LONG_NAME = "very_long_name"
GENDER_FREE_TEXT = "gender_free_text"
INVALID_BANK_ACCOUNT = "invalid_bank_account"
INVALID_SOCIAL_SECURITY_NUMBER = "invalid_social_security_number"
DEACTIVATED_LEAVER = "deactivated_leaver"
SWEDE_WITH_IBAN = "swede_with_iban"
NO_EMPLOYMENT_ID = "no_employment_id"
NO_PHONE = "no_phone"
THREE_LINE_ADDRESS = "three_line_address"
PASSPORT_ONLY = "passport_only"
ON_PROBATION = "on_probation"
UNDER_NOTICE = "under_notice"
BARE_MINIMUM = "bare_minimum"
FORMATTED_DIFFERENTLY = "formatted_differently"
REALLY_DIFFERENT = "really_different"
FOUND_BY_EMAIL_ONLY = "found_by_email_only"
CLOSED_IN_XLEDGER = "closed_in_xledger"
OTHER_COUNTRY_OF_BANK_ACCOUNT = "other_country_of_bank_account"
LEAVER_IN_XLEDGER = "leaver_in_xledger"

_ADDRESS = {"line1": "Storgata 1", "line2": None, "line3": None, "postalCode": "0155", "city": "Oslo", "country": "NO"}

_DISPENSABLE = (
    "preferredName",
    "privateEmail",
    "phone",
    "birthDate",
    "gender",
    "nationality",
    "civilStatus",
    "homeAddress",
    "bankAccount",
    "identifications",
    "employmentType",
    "employmentPercentage",
    "jobTitle",
    "jobDescription",
    "employmentStartDate",
    "firstDayOfWork",
    "probationEndDate",
)
"""What a person in Huma can do without."""

_TEXTS: Mapping[str, Mapping[str, Any]] = {
    APOSTROPHE_AND_QUOTES: {"givenName": 'Sean "Obi"', "familyName": "O'Brien", "jobTitle": "Chef d'équipe «nord»"},
    BACKSLASHES: {"givenName": "Åse\\nMarie", "familyName": "C:\\Temp\\", "jobTitle": "R\\D \\u0041 \\\\"},
    EMOJI: {"givenName": "Astrid 🧑‍🚀", "familyName": "Stjerne", "jobTitle": "Rocket engineer 🚀🇳🇴"},
    COMBINING_MARKS: {"givenName": "A\u030ashild", "familyName": "Go\u0308ransson", "jobTitle": "Ra\u030adgiver"},
    NEWLINES_AND_TABS: {
        "jobTitle": "Team lead\nRegion West\tnights",
        "homeAddress": {**_ADDRESS, "line1": "Strandgaten 7\nOppgang B", "line2": "c/o\tHansen"},
    },
    BRACES: {"givenName": "${x} {{ x }}", "familyName": "{0} %s }}{{", "jobTitle": "${jndi:ldap} {% raw %}"},
    MARKUP: {"givenName": "<b>Bodil</b>", "familyName": "Hansen & Sønn", "jobTitle": "<script>alert(1)</script>"},
    STATEMENT: {"givenName": "Robert'); DROP TABLE employees;--", "familyName": '"}) { dbId } #'},
    RIGHT_TO_LEFT: {"givenName": "محمد", "familyName": "عبد الله", "jobTitle": "מנהלת"},
    VERY_LONG_NAME: {"givenName": "Maximilian " * 24 + "Max", "familyName": "von und zu " * 16 + "Hohenfels"},
    GENDER_FREE_TEXT: {"gender": "Ikke-binær"},
    NO_PHONE: {"phone": None},
    NO_EMPLOYMENT_ID: {"employmentId": None},
    THREE_LINE_ADDRESS: {
        "homeAddress": {**_ADDRESS, "line1": "c/o Kjøpmann Olsen", "line2": "Bryggen 12", "line3": "3. etasje"}
    },
    BARE_MINIMUM: dict.fromkeys(_DISPENSABLE),
}


def awkward_people(maker: PeopleMaker) -> dict[str, Person]:
    """Return the awkward people by their short names, always in the same order.

    Those whose name says something of Xledger are ordinary people in Huma; `ledger.py` gives them their other record.
    """
    rng, today = maker.rng, maker.today
    people = {name: maker.person(**fields) for name, fields in _TEXTS.items()}
    born = {"birthDate": "1988-02-29"}
    wrong_account = valid_numbers.wrong_check_digit(valid_numbers.norwegian_account(rng))
    wrong_birth_number = valid_numbers.wrong_check_digit(
        valid_numbers.norwegian_birth_number(rng, today.replace(year=1977, day=1), female=True)
    )
    people |= {
        INVALID_BANK_ACCOUNT: maker.person(
            bankAccount={
                "type": "national",
                "number": wrong_account,
                "country": "NO",
                "code": wrong_account[:4],
            }
        ),
        INVALID_SOCIAL_SECURITY_NUMBER: maker.person(
            identifications=[_identification(maker, "national", "NO", wrong_birth_number)]
        ),
        DEACTIVATED_LEAVER: maker.person(**_left("2025-11-30")),
        SWEDE_WITH_IBAN: maker.person(
            nationality="SE",
            bankAccount=maker.international("SE"),
            phone="+46701740605",
            homeAddress={**_ADDRESS, "line1": "Avenyn 5", "postalCode": "411 36", "city": "Göteborg", "country": "SE"},
            identifications=[_identification(maker, "national", "SE", "880229-2380")],
            **born,
        ),
        PASSPORT_ONLY: maker.person(identifications=[_identification(maker, "passport", "PL", "EK1234567")]),
        ON_PROBATION: maker.person(employmentStartDate="2025-12-01", probationEndDate="2026-06-01"),
        UNDER_NOTICE: maker.person(terminationNoticeDate="2026-01-02", employmentEndDate="2026-04-30"),
    }
    known = {
        "homeAddress": {**_ADDRESS, "line1": "Ålesundgata 3B"},
        "gender": "Female",
        "nationality": "NO",
        "jobTitle": "Rådgiver på økonomi",
        **born,
    }
    for name in (FORMATTED_DIFFERENTLY, REALLY_DIFFERENT, FOUND_BY_EMAIL_ONLY, CLOSED_IN_XLEDGER):
        people[name] = maker.person(**_norwegian(maker), **known)
    people[OTHER_COUNTRY_OF_BANK_ACCOUNT] = maker.person(**_norwegian(maker), **known)
    people[LEAVER_IN_XLEDGER] = maker.person(**_norwegian(maker), **known, **_left("2025-12-31"))
    return people


def _norwegian(maker: PeopleMaker) -> dict[str, Any]:
    account = valid_numbers.norwegian_account(maker.rng)
    return {
        "phone": maker.new_phone("NO"),
        "bankAccount": {"type": "national", "number": account, "country": "NO", "code": account[:4]},
        "identifications": [],
    }


def _left(last_day: str) -> dict[str, Any]:
    return {
        "active": False,
        "deactivatedAt": f"{last_day}T22:00:00Z",
        "terminationNoticeDate": "2025-08-29",
        "employmentEndDate": last_day,
        "lastDayOfWork": last_day,
    }


def _identification(maker: PeopleMaker, kind: str, country: str, value: str) -> dict[str, str]:
    return {"id": maker.new_id(), "type": kind, "country": country, "value": value}
