"""The employees who are in Xledger before the first sync: some of the people, written down by someone else."""

from __future__ import annotations

import datetime as dt
import random
import unicodedata
from typing import TYPE_CHECKING, Any

from integration_tests.sandbox import awkward, valid_numbers

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from integration_tests.sandbox.people import Person

Entry = dict[str, Any]
"""Keyword arguments of `Xledger.add_employee`."""

_GENDER_CODES = {"Male": "M", "Female": "F"}
_SHARE = 0.34
_ONLY_FORMATTED_DIFFERENTLY = 0.7


def entries(people: list[Person], awkward_ids: Mapping[str, str], seed: int) -> Iterator[Entry]:
    """Yield the employees Xledger starts with: about a third of the people, and three nobody in Huma knows.

    Args:
        people: Everybody in Huma.
        awkward_ids: Ids of the awkward people by their short names; those with a role here get it, the others none.
        seed: Where chance starts.
    """
    rng = random.Random(seed)
    names = {user_id: name for name, user_id in awkward_ids.items()}
    for person in people:
        entry = as_entry(person)
        name = names.get(person["id"])
        if name in _ROLES:
            yield _ROLES[name](entry, rng)
        elif name is None and person["employmentId"] is not None and rng.random() < _SHARE:
            entry = formatted_differently(entry, rng)
            yield entry if rng.random() < _ONLY_FORMATTED_DIFFERENTLY else really_different(entry, rng)
    if people:
        yield from _ONLY_IN_XLEDGER


def only_in_xledger(
    stranger: Callable[..., Person], today: dt.date, numbers: Collection[int], closed: int
) -> Iterator[Entry]:
    """Yield employees whom nobody in Huma is: Norwegians, with codes of their own.

    Args:
        stranger: Makes somebody who is not in Huma.
        today: The day it is.
        numbers: One for each of them.
        closed: How many of them, the last ones, left a year ago.
    """
    for place, number in enumerate(numbers):
        known = {"employmentId": f"X-{100 + number}", "employmentStartDate": f"{today.year - 3}-08-01"}
        person = stranger(**known, probationEndDate=None)
        while person["nationality"] != "NO" or not (person["homeAddress"] and person["gender"]):
            person = stranger(**known, probationEndDate=None)
        left = (today - dt.timedelta(days=365)).isoformat() if place >= len(numbers) - closed else None
        yield {**as_entry(person), "employmentTo": left, "dateTo": left}


def as_entry(person: Person) -> Entry:
    """Return the employee who holds exactly what Huma holds of this person."""
    account = person["bankAccount"] or {}
    number = account.get("number") or account.get("iban")
    address = person["homeAddress"]
    national = [entry["value"] for entry in person["identifications"] or [] if entry["type"] == "national"]
    return {
        "code": person["employmentId"],
        "description": f"{person['givenName']} {person['familyName']}",
        "firstName": person["givenName"],
        "lastName": person["familyName"],
        "email": person["email"],
        "phone": person["phone"],
        "birthday": person["birthDate"],
        "gender": _GENDER_CODES.get(person["gender"]),
        "jobTitle": person["jobTitle"],
        "address": address
        and {
            "streetAddress": ", ".join(address[line] for line in ("line1", "line2", "line3") if address.get(line)),
            "zipCode": address["postalCode"],
            "place": address["city"],
            "country": address["country"],
        },
        "bankAccount": number,
        "company_country": account.get("country") or (number or "NO")[:2],
        "employmentFrom": person["employmentStartDate"],
        "employmentTo": person["employmentEndDate"],
        "trialTo": person["probationEndDate"],
        "noticeDate": person["terminationNoticeDate"],
        "socialSec": next(iter(national), None),
    }


def formatted_differently(entry: Entry, rng: random.Random) -> Entry:
    """Return the entry with the same values, typed by another hand."""
    changed = dict(entry)
    changed["email"] = rng.choice((str.upper, str.title, str.lower))(entry["email"])
    for key in ("firstName", "lastName", "description", "jobTitle"):
        if changed[key]:
            changed[key] = unicodedata.normalize("NFD", changed[key])
    if changed["phone"]:
        changed["phone"] = _retyped_phone(changed["phone"], rng)
    account = changed["bankAccount"]
    if account and account.isdigit():
        changed["bankAccount"] = f"{account[:4]}.{account[4:6]}.{account[6:]}"
    elif account:
        changed["bankAccount"] = " ".join(account[start : start + 4] for start in range(0, len(account), 4))
    if changed["address"]:
        changed["address"] = {**changed["address"], "place": f"{changed['address']['place']} "}
    return changed


def really_different(entry: Entry, rng: random.Random) -> Entry:
    """Return the entry with one to three values that differ in meaning or are missing."""
    elsewhere = {"streetAddress": "Gamleveien 9", "zipCode": "5003", "place": "Bergen", "country": "NO"}
    differences: list[Entry] = [
        {"phone": valid_numbers.mobile_number(rng, "NO")},
        {"phone": None},
        {"jobTitle": "Vikar"},
        {"bankAccount": None},
        {"bankAccount": valid_numbers.norwegian_account(rng)},
        {"address": elsewhere},
        {"address": None},
        {"birthday": None},
        {"gender": None},
        {"lastName": "Pikenavn"},
        {"employmentFrom": "2010-01-01"},
    ]
    changed = dict(entry)
    for difference in rng.sample(differences, k=rng.randint(1, 3)):
        changed |= difference
    return changed


def _retyped_phone(phone: str, rng: random.Random) -> str:
    if not phone.startswith("+47"):
        return phone.replace("+", "00", 1)
    local = phone[3:]
    spaced = f"{local[:3]} {local[3:5]} {local[5:]}"
    return rng.choice((local, spaced, f"+47 {spaced}", f"0047{local}"))


def _without_code(entry: Entry, rng: random.Random) -> Entry:
    # Found by e-mail only as long as the address is spelled as people are asked for: filters mind case.
    return {**formatted_differently(entry, rng), "email": entry["email"], "code": f"OLD-{entry['code']}"}


def _closed(entry: Entry, rng: random.Random) -> Entry:
    return {**formatted_differently(entry, rng), "employmentTo": "2024-06-30", "dateTo": "2024-06-30"}


def _bank_account_abroad(entry: Entry, _rng: random.Random) -> Entry:
    return {**entry, "company_country": "SE"}


def _still_employed(entry: Entry, _rng: random.Random) -> Entry:
    return {**entry, "employmentTo": None, "noticeDate": None}


_ROLES = {
    awkward.FORMATTED_DIFFERENTLY: formatted_differently,
    awkward.REALLY_DIFFERENT: lambda entry, rng: {
        **formatted_differently(entry, rng),
        "phone": "+4722222222",
        "jobTitle": "Vikar",
        "bankAccount": None,
    },
    awkward.FOUND_BY_EMAIL_ONLY: _without_code,
    awkward.CLOSED_IN_XLEDGER: _closed,
    awkward.OTHER_COUNTRY_OF_BANK_ACCOUNT: _bank_account_abroad,
    awkward.LEAVER_IN_XLEDGER: _still_employed,
}
"""What someone has made in Xledger of an awkward person's record."""

_ONLY_IN_XLEDGER: tuple[Entry, ...] = tuple(
    {
        "code": code,
        "description": f"{first} {last}",
        "firstName": first,
        "lastName": last,
        "email": email,
        "phone": None,
        "company_country": "NO",
    }
    for code, first, last, email in (
        ("X-1", "Revisor", "Ekstern", "revisor@fjord.example"),
        ("X-2", "Åse", "Innleid", "ase.innleid@fjord.example"),
        ("X-3", "Per", "Pensjonist", "per.pensjonist@fjord.example"),
    )
)
"""Employees nobody in Huma knows; a sync leaves them alone."""
