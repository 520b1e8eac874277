"""An organisation with realistic Nordic people, the same for the same seed.

A person is a plain dict of what a Huma user holds, by the names of the `users` record: a value, or None for unset.
"""

from __future__ import annotations

import datetime as dt
import functools
import random
import unicodedata
import uuid
from dataclasses import dataclass, field
from typing import Any

from faker import Faker

from integration_tests.sandbox import valid_numbers

Person = dict[str, Any]

_NAMESPACE = uuid.UUID("5f0ce0cd-6b5c-4a3e-9d0a-6f1d2b1f4c55")
_DOMAIN = "nordlys.example"
_LOCALES = {"NO": "no_NO", "SE": "sv_SE", "DK": "da_DK", "FI": "fi_FI"}
_LOCALE_WEIGHTS = (84, 6, 6, 4)
_BICS = {"NO": "DNBANOKK", "SE": "SWEDSESS", "DK": "DABADKKK", "FI": "NDEAFIHH"}
_JOB_TITLES = (
    "Accountant",
    "Barnehagelærer",
    "Controller",
    "Customer adviser",
    "Daglig leder",
    "Driftstekniker",
    "Electrician",
    "HR business partner",
    "Innkjøper",
    "Kokk",
    "Lagermedarbeider",
    "Product owner",
    "Prosjektleder",
    "Regnskapsmedarbeider",
    "Software developer",
    "Sykepleier",
    "Tømrer",
    "Økonomisjef",
)
_IN_ASCII = str.maketrans({"æ": "ae", "ø": "o", "å": "a", "ß": "ss", " ": "-"})
_EMPLOYMENT_TYPES = ("Permanent", "Permanent", "Permanent", "Permanent", "Temporary", "Trainee", "Seasonal")

RECORD_FIELDS = (
    "id",
    "type",
    "active",
    "deactivatedAt",
    "givenName",
    "familyName",
    "preferredName",
    "email",
    "privateEmail",
    "phone",
    "birthDate",
    "gender",
    "nationality",
    "civilStatus",
    "homeAddress",
    "bankAccount",
    "identifications",
    "employmentId",
    "employmentType",
    "employmentPercentage",
    "jobTitle",
    "jobDescription",
    "employmentStartDate",
    "firstDayOfWork",
    "employmentEndDate",
    "lastDayOfWork",
    "probationEndDate",
    "terminationNoticeDate",
    "supervisor",
    "companies",
    "locations",
    "teams",
    "custom",
    "connectedIntegrations",
)
"""What is known of a person: the `users` record of source-huma without `changedAt`, which is the connector's own."""


def named_id(kind: str, name: str) -> str:
    """Return the UUID of something known by its name, the same on every run."""
    return str(uuid.uuid5(_NAMESPACE, f"{kind}/{name}"))


@dataclass(frozen=True, slots=True)
class Group:
    """A company, location or team in Huma."""

    id: str
    name: str
    type: str

    @classmethod
    def named(cls, kind: str, name: str) -> Group:
        return cls(named_id(kind, name), name, kind)

    def reference(self) -> dict[str, str]:
        """Return the group as a person's record refers to it."""
        return {"id": self.id, "name": self.name}


@dataclass(frozen=True, slots=True)
class CustomField:
    """A field the organisation has defined for its people."""

    key: str
    label: str
    type: str
    section: str


@dataclass(frozen=True)
class Organisation:
    """What an organisation has besides people."""

    id: str = field(default_factory=lambda: named_id("organization", "Nordlys"))
    companies: tuple[Group, ...] = tuple(Group.named("company", name) for name in ("Nordlys AS", "Nordlys Drift AS"))
    locations: tuple[Group, ...] = tuple(
        Group.named("location", name) for name in ("Bergen", "Oslo", "Tromsø", "Göteborg")
    )
    teams: tuple[Group, ...] = tuple(
        Group.named("team", name) for name in ("Drift", "Økonomi", "Produkt", "Salg", "Helse & omsorg")
    )
    job_titles: tuple[str, ...] = _JOB_TITLES
    custom_fields: tuple[CustomField, ...] = (
        CustomField("shirtSize", "Shirt size", "text", "misc"),
        CustomField("parkingSpace", "Parking space", "boolean", "employment"),
        CustomField("costCentre", "Cost centre", "number", "employment"),
    )

    @property
    def groups(self) -> tuple[Group, ...]:
        return self.companies + self.locations + self.teams


@functools.cache
def _speaking(locale: str) -> Faker:
    """Return what makes names and addresses of a country. It takes long to make; chance is lent to it by each maker."""
    return Faker(locale)


class PeopleMaker:
    """Makes people, each with an e-mail, a phone and an employment ID that nobody else has."""

    def __init__(self, seed: int, today: dt.date, organisation: Organisation) -> None:
        self.rng = random.Random(seed)
        self.today = today
        self.organisation = organisation
        self._chance = {country: random.Random(seed) for country in _LOCALES}
        self._taken: set[str] = set()
        self._next_employment_id = 1001

    def person(self, **given: Any) -> Person:
        """Return a plausible person; what is given stands, None means unset.

        Args:
            **given: Values by the names in `RECORD_FIELDS`.

        Raises:
            TypeError: A name is not one of those.
        """
        unknown = sorted(set(given) - set(RECORD_FIELDS))
        if unknown:
            raise TypeError(f"A person in Huma has no {', '.join(unknown)}")
        rng = self.rng
        country = rng.choices(tuple(_LOCALES), weights=_LOCALE_WEIGHTS)[0]
        female = rng.random() < 0.5
        faker = self._faker(country)
        name = {
            "givenName": faker.first_name_female() if female else faker.first_name_male(),
            "familyName": faker.last_name(),
        }
        name |= {key: given[key] for key in name if given.get(key)}
        born = self.today - dt.timedelta(days=rng.randint(18 * 366, 66 * 365))
        person: Person = {
            "id": self.new_id(),
            "type": "user",
            "active": True,
            "deactivatedAt": None,
            **name,
            "preferredName": name["givenName"].split()[0] if rng.random() < 0.1 else None,
            "email": given.get("email") or self._email(name["givenName"], name["familyName"]),
            "privateEmail": self._private_email(name["givenName"]) if rng.random() < 0.4 else None,
            "phone": self.new_phone(country),
            "birthDate": born.isoformat(),
            "gender": ("Female" if female else "Male") if rng.random() < 0.96 else None,
            "nationality": country,
            "civilStatus": rng.choice(("Married", "Relationship", "Single", None)),
            "homeAddress": self._address(country) if rng.random() < 0.93 else None,
            "bankAccount": self._bank_account(country) if rng.random() < 0.95 else None,
            "identifications": self._identifications(country, born, female=female),
            "employmentId": given["employmentId"] if "employmentId" in given else self._employment_id(),
            **self._employment(),
            "supervisor": None,
            "companies": [rng.choice(self.organisation.companies).reference()],
            "locations": [rng.choice(self.organisation.locations).reference()],
            "teams": [team.reference() for team in rng.sample(self.organisation.teams, k=rng.randint(0, 2))],
            "custom": {
                "shirtSize": rng.choice(("S", "M", "L", "XL", None)),
                "parkingSpace": rng.choice((True, False, None)),
                "costCentre": rng.choice((100, 200, 310, None)),
            },
            "connectedIntegrations": (
                {"slack": {"type": "slack", "externalId": f"U{valid_numbers.digits(rng, 8)}"}}
                if rng.random() < 0.1
                else {}
            ),
        }
        return person | given

    def _faker(self, country: str) -> Faker:
        faker = _speaking(_LOCALES[country])
        faker.random = self._chance[country]  # type: ignore[attr-defined]  # the proxy passes it on
        return faker

    def _employment(self) -> dict[str, Any]:
        rng = self.rng
        start = self.today - dt.timedelta(days=rng.randint(20, 20 * 365))
        probation = start + dt.timedelta(days=182)
        return {
            "employmentType": rng.choice(_EMPLOYMENT_TYPES),
            "employmentPercentage": rng.choice((100, 100, 100, 80, 60, 50)),
            "jobTitle": rng.choice(self.organisation.job_titles),
            "jobDescription": None,
            "employmentStartDate": start.isoformat(),
            "firstDayOfWork": start.isoformat(),
            "employmentEndDate": None,
            "lastDayOfWork": None,
            "probationEndDate": probation.isoformat() if probation > self.today else None,
            "terminationNoticeDate": None,
        }

    def _identifications(self, country: str, born: dt.date, *, female: bool) -> list[dict[str, str]]:
        entry = {"id": self.new_id(), "country": country}
        if country == "NO":
            number = valid_numbers.norwegian_birth_number(self.rng, born, female=female)
            return [{**entry, "type": "national", "value": number}] if self.rng.random() < 0.9 else []
        return [{**entry, "type": "passport", "value": f"P{valid_numbers.digits(self.rng, 7)}"}]

    def _bank_account(self, country: str) -> dict[str, str]:
        if country != "NO" or self.rng.random() < 0.05:
            return self.international(country)
        number = valid_numbers.norwegian_account(self.rng)
        return {"type": "national", "number": number, "country": "NO", "code": number[:4]}

    def international(self, country: str) -> dict[str, str]:
        """Return a bank account with an IBAN of that country."""
        bic = _BICS[country]
        return {
            "type": "international",
            "iban": valid_numbers.international_account(self.rng, country),
            "bic": bic,
            "code": bic,
        }

    def _address(self, country: str) -> dict[str, str | None]:
        faker = self._faker(country)
        return {
            "line1": faker.street_address(),
            "line2": f"Leilighet {self.rng.randint(1, 60)}" if self.rng.random() < 0.12 else None,
            "line3": None,
            "postalCode": faker.postcode(),
            "city": faker.city(),
            "country": country,
        }

    def new_id(self) -> str:
        """Return a UUID nobody else has."""
        return str(uuid.UUID(int=self.rng.getrandbits(128), version=4))

    def new_phone(self, country: str) -> str:
        """Return a mobile number of that country that nobody else has."""
        while True:
            number = valid_numbers.mobile_number(self.rng, country)
            if number not in self._taken:
                self._taken.add(number)
                return number

    def _email(self, given_name: str, family_name: str) -> str:
        stem = f"{_ascii(given_name) or 'person'}.{_ascii(family_name) or 'nordlys'}"[:40].strip(".-")
        email, count = f"{stem}@{_DOMAIN}", 1
        while email in self._taken:
            count += 1
            email = f"{stem}{count}@{_DOMAIN}"
        self._taken.add(email)
        return email

    def _private_email(self, given_name: str) -> str:
        return f"{_ascii(given_name) or 'person'}{valid_numbers.digits(self.rng, 5)}@post.example"

    def _employment_id(self) -> str:
        number = self._next_employment_id
        self._next_employment_id += 1
        return str(number)


def _ascii(name: str) -> str:
    """Return a name as the local part of an e-mail address holds it: small letters, digits and hyphens."""
    plain = name.lower().translate(_IN_ASCII)
    plain = unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode()
    return "".join(letter for letter in plain if letter.isalnum() or letter == "-").strip("-")
