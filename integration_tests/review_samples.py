"""What a page is made from, of as many people as are wanted: somebody of each kind, and texts of any characters.

python -m integration_tests.review_samples 300 review.html
"""

import random
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, Literal, cast

from connector_base.pages.contents import (
    About,
    Change,
    Effect,
    Frame,
    Kind,
    Names,
    OnlyThere,
    Place,
    Somebody,
    System,
    Then,
    Told,
    Value,
    Written,
)
from connector_base.pages.page import page
from connector_base.protocol.any_text import dumps
from shared_mappings import Side, explanations, field_table

AT: Final = "2026-01-15T05:00:12Z"

KEY: Final = "c2FtcGxlIG9mIGEga2V5IGZvciBwYWdlcw=="

AWKWARD: Final = (
    "</script><img src=x onerror=alert(1)>",
    "\"double\" & 'single' <b>bold</b>",
    "שלום עולם",
    "مرحبا 123",
    "👩‍👩‍👧‍👦 🇳🇴",
    "A\u0308rlig",
    "zero\u200bwidth",
    "<!-- --> ]]> \\u003c {{people}} ${x}",
    "\u202egnihtyreve\u202c",
    "W" * 300,
    "half \ud83d",
)
"""Texts that a page could stumble over."""

_NAMES: Final[Mapping[str, tuple[str, str]]] = {
    "email": ("E-mail address", "E-postadresse"),
    "employmentId": ("Employment ID", "Ansattnummer"),
    "givenName": ("First name", "Fornavn"),
    "familyName": ("Last name", "Etternavn"),
    "phone": ("Phone number", "Telefonnummer"),
    "birthDate": ("Date of birth", "Fødselsdato"),
    "bankAccount": ("Bank account", "Kontonummer"),
    "bankAccount.country": ("Country of the bank account", "Kontoens land"),
    "homeAddress": ("Home address", "Hjemmeadresse"),
    "gender": ("Gender", "Kjønn"),
    "jobTitle": ("Job title", "Stillingstittel"),
    "employmentStartDate": ("First day of employment", "Første arbeidsdag"),
    "probationEndDate": ("End of probation", "Prøvetidens slutt"),
    "terminationNoticeDate": ("Day of notice", "Oppsigelsesdato"),
    "employmentEndDate": ("Last day of employment", "Siste arbeidsdag"),
    "identifications": ("Social security number", "Fødselsnummer"),
}
"""How people call each field, in English and Norwegian."""

_VALUES: Final[Mapping[str, tuple[str, str]]] = {
    "email": ("kari.{n}@example.com", "kari.nordmann{n}@example.com"),
    "employmentId": ("E{n}", "{n}"),
    "givenName": ("Kari", "Kari Anne"),
    "familyName": ("Nordmann", "Nordmann Hansen"),
    "phone": ("+47 900 {n:05d}", "+47 911 {n:05d}"),
    "birthDate": ("1990-01-02", "1990-02-01"),
    "bankAccount": ("8601111{n:04d}", "1503078{n:04d}"),
    "bankAccount.country": ("NO", "SE"),
    "homeAddress": ("Storgata {n}, 2. etg, 0155, Oslo, NO", "Storgata {n}, 0155, Oslo, NO"),
    "gender": ("Female", "M"),
    "jobTitle": ("Sjefsingeniør", "Senioringeniør"),
    "employmentStartDate": ("2020-01-01", "2020-02-01"),
    "probationEndDate": ("2020-07-01", "2020-08-01"),
    "terminationNoticeDate": ("2026-03-01", "2026-04-01"),
    "employmentEndDate": ("2026-06-01", "2026-07-01"),
    "identifications": ("15108695088", "010190*****"),
}
"""A value of Huma's and one of Xledger's of each field."""

_CODES: Final[Mapping[str, tuple[str, str]]] = {
    "missing_key": (
        "There is no employment ID to create an employee under. Enter one in Huma.",
        "Det er ikke noe ansattnummer å opprette den ansatte med. Legg det inn i Huma.",
    ),
    "ambiguous_match": (
        "Several employees in Xledger have the key of this person. Give each a code of their own.",
        "Flere ansatte i Xledger har nøkkelen til denne personen. Gi hver av dem sin egen kode.",
    ),
    "code_conflict": (
        "The employee with this e-mail address has another code in Xledger. Correct the code or the employment ID.",
        "Den ansatte med denne e-postadressen har en annen kode i Xledger. Rett koden eller ansattnummeret.",
    ),
    "deactivated": (
        "Deactivated in Huma, and not in Xledger: nobody is created who has left.",
        "Deaktivert i Huma og ikke i Xledger: ingen opprettes som har sluttet.",
    ),
    "not_in_huma": ("Not in Huma, and nobody is added there.", "Ikke i Huma, og ingen legges til der."),
    "invalid_bank_account": (
        "It is not a valid account number. Correct it in Huma.",
        "Det er ikke et gyldig kontonummer. Rett det i Huma.",
    ),
    "unmapped_gender": ("It has no code in Xledger.", "Det har ingen kode i Xledger."),
}

_FIRST: Final = ("Kari", "Ola", "Åse", "Bjørn", "Ingrid", "Søren", "Zoë", "José", "Nguyễn", "Małgorzata", "محمد", "דנה")
_LAST: Final = ("Nordmann", "Hansen", "Ødegård", "Lie", "Sæther", "O'Brien", "Müller", "Þórsdóttir", "<Test>", "Čapek")


def _options(rule: str, back: str | None) -> Mapping[Kind, Mapping[System, Effect | None]]:
    sets, fills = rule in {"mirror", "no_unset"}, rule in {"mirror", "no_unset", "fill_empty"}
    replaces, adds = back == "no_unset", back in {"no_unset", "fill_empty"}
    return {
        "differs": {
            "huma": "xledger_gets_huma" if sets else None,
            "xledger": "huma_gets_xledger" if replaces else "both_keep",
        },
        "missing_in_huma": {
            "huma": "xledger_is_emptied" if rule == "mirror" else None,
            "xledger": "huma_gets_xledger" if adds else "both_keep",
        },
        "missing_in_xledger": {"huma": "xledger_gets_huma" if fills else None, "xledger": "both_keep"},
    }


def abouts() -> dict[str, About]:
    """What holds for each field: the rules are those of the field table."""
    table = field_table()
    found: dict[str, About] = {}
    for rule in table.rules:
        for field in rule.fields:
            back = rule.huma.rule.value if rule.huma else None
            english, norwegian = _NAMES[field]
            found.setdefault(
                field,
                About(
                    name=Names(en=english, nb=norwegian),
                    sensitive=field in {"bankAccount", "identifications"},
                    rule=rule.rule.value,
                    back=back,
                    policy="fill_empty" if field == "jobTitle" else rule.rule.value,
                    options=_options(rule.rule.value, back),
                ),
            )
    return found


def a_frame(
    *, kind: Literal["review", "result"] = "review", to: System = "xledger", people: int = 300, **changed: Any
) -> Frame:
    """What a page is about as a whole.

    Args:
        kind: Whether it is of a preview, or of a sync.
        to: The system that is written to.
        people: How many came.
        changed: Keys to replace.
    """
    frame: dict[str, Any] = {
        "kind": kind,
        "to": to,
        "at": AT,
        "began": "2026-01-15T05:00:01Z",
        "connector": f"destination-{to} 1.0.0",
        "whole": True,
        "listed": True,
        "summary": {
            "mode": "preview" if kind == "review" else "sync",
            "received": people,
            "created": people // 20,
            "updated": people // 3,
            "unchanged": people - people // 20 - people // 3 - people // 25 - people // 30,
            "skipped": {"deactivated": people // 30},
            "rejected": {"missing_key": people // 25},
            "warnings": {"invalid_bank_account": people // 40},
            "fields_changed": {"phone": people // 6},
            "fields_unset": {"jobTitle": people // 50},
            "conflicts": {"phone": people // 10},
            "decisions": {"applied": 2, "lapsed": 1, "unknown": 0},
            "outcome": "succeeded",
        },
        "fields": abouts(),
        "called": {code: dict(text.called) for code, text in explanations(Side(to)).items()},
        "codes": {code: Names(en=english, nb=norwegian) for code, (english, norwegian) in _CODES.items()},
        "documentation": f"https://docs.example.com/destination-{to}",
        "decisions": {
            "key": KEY,
            "decidedAt": "2026-01-10T12:00:00Z",
            "fields": [{"user": "gone-before", "field": "phone", "stands": "later", "seen": "AAAAAAAAAAAAAAAA"}],
            "people": [{"employee": "60000000", "action": "add"}],
        },
        "place": "/reports/decisions.json",
        **changed,
    }
    return cast("Frame", frame)


def user_id(number: int) -> str:
    """The id in Huma of the person of a number."""
    return f"00000000-0000-4000-8000-{number:012d}"


def employee_id(number: int) -> str:
    """Their dbId in Xledger."""
    return str(61_000_000 + number)


def some_people(count: int, seed: int = 1) -> list[Somebody]:
    """People, of each kind in turn: the first thirty are the same whatever the seed and the count, but for their names.

    Args:
        count: How many.
        seed: Tells one set of people from another.
    """
    return list(_people(count, random.Random(seed)))


def _people(count: int, chance: random.Random) -> Iterator[Somebody]:
    for number in range(1, count + 1):
        match number % 30:
            case 5 | 15:
                yield _created(number, chance)
            case 10:
                yield {**_who(number, chance, employee=None), "action": "skip", "reason": "deactivated", "values": []}
            case 11:
                yield _rejected(number, chance, "missing_key", employee=None)
            case 12:
                yield _rejected(number, chance, "ambiguous_match", employee=None)
            case 13:
                yield {**_rejected(number, chance, "code_conflict"), "renumber": _seen(number, "employmentId")}
            case 14:
                yield _left_out(number, chance)
            case remainder if remainder % 2:
                yield _differing(number, chance)
            case _:
                yield {**_who(number, chance), "action": "unchanged", "values": []}


def _who(number: int, chance: random.Random, employee: str | None = "") -> Somebody:
    name = f"{chance.choice(_FIRST)} {chance.choice(_LAST)}"
    if number % 90 == 7:
        name = AWKWARD[number // 90 % len(AWKWARD)]
    return {
        "user": user_id(number),
        "employee": employee_id(number) if employee == "" else employee,
        "name": name,
        "employmentId": f"E{number}",
    }


def _created(number: int, chance: random.Random) -> Somebody:
    new = {field: _VALUES[field][0].format(n=number) for field in ("email", "phone", "bankAccount", "jobTitle")}
    created: Somebody = {**_who(number, chance, employee=None), "action": "create", "values": [], "new": new}
    if number % 60 == 5:
        created["leave"] = True
    return created


def _rejected(number: int, chance: random.Random, code: str, employee: str | None = "") -> Somebody:
    why = f"{_CODES[code][0]} The report's own sentence, which quotes E{number}."
    told = [Told(code=code, why=why, rejected=True)]
    return {**_who(number, chance, employee), "action": "reject", "reason": code, "values": [], "told": told}


def _left_out(number: int, chance: random.Random) -> Somebody:
    why = f"Left out: bankAccount (invalid_bank_account). {_CODES['invalid_bank_account'][0]}"
    value: Value = {
        **a_value(number, "bankAccount", "differs"),
        "then": "left_out",
        "code": "invalid_bank_account",
    }
    return {
        **_who(number, chance),
        "action": "update",
        "values": [value],
        "told": [Told(code="invalid_bank_account", why=why, field="bankAccount", rejected=False)],
        "changed": "2025-11-03T09:30:00Z",
    }


def _differing(number: int, chance: random.Random) -> Somebody:
    fields = sorted(chance.sample(list(_NAMES), k=chance.choice((1, 1, 2, 3, 4))), key=list(_NAMES).index)
    kinds: tuple[Kind, ...] = ("differs", "differs", "missing_in_huma", "missing_in_xledger")
    values = [a_value(number, field, chance.choice(kinds)) for field in fields]
    if number == 1:
        values = [a_value(number, field, "differs") for field in _NAMES]
    for value in values:
        if "seen" in value and number % 7 == 3:
            value["lapsed"] = True
        elif "seen" in value and number % 11 == 3:
            value["stands"] = "xledger"
    if values[0]["field"] in {"jobTitle", "familyName", "homeAddress"}:
        values[0]["huma"] = AWKWARD[number % len(AWKWARD)] if values[0]["huma"] else None
    somebody: Somebody = {**_who(number, chance), "action": "update", "values": values}
    if number % 3:
        somebody["changed"] = f"2025-{number % 12 + 1:02d}-{number % 28 + 1:02d}T09:30:00Z"
    return somebody


def a_value(number: int, field: str, kind: Kind) -> Value:
    """A field of somebody on which the two systems do not agree; by the rules of the field table it can be decided.

    Args:
        number: Whose.
        field: The record's field.
        kind: What is the matter.
    """
    about = abouts_of_samples()[field]
    huma, xledger = (text.format(n=number) for text in _VALUES[field])
    effect = about["options"][kind]["huma"] if about["policy"] == about["rule"] else "both_keep"
    targets = [target for rule in field_table().rules if field in rule.fields for target in rule.targets]
    values: dict[str, str | None] = {
        "huma": None if kind == "missing_in_huma" else huma,
        "xledger": None if kind == "missing_in_xledger" else xledger,
    }
    then: Then = effect or "both_keep"
    value = Value(
        field=field,
        kind=kind,
        huma=values["huma"],
        xledger=values["xledger"],
        places=[Place(target=target, huma=values["huma"], xledger=values["xledger"]) for target in targets],
        then=then,
        by=about["policy"],
        tightened=about["policy"] != about["rule"],
    )
    if about["rule"] != "read_only":
        value["seen"] = _seen(number, field)
    return value


_ABOUTS: dict[str, About] = {}


def abouts_of_samples() -> Mapping[str, About]:
    """The same as `abouts`, made once."""
    if not _ABOUTS:
        _ABOUTS.update(abouts())
    return _ABOUTS


def _seen(number: int, field: str) -> str:
    """Looks like the fingerprint of a value of somebody."""
    return f"{number:06d}{list(_NAMES).index(field):02d}AbCdEf_-"


def some_only(count: int, to: System = "xledger", seed: int = 2) -> list[OnlyThere]:
    """Whoever is in the system alone that is written to.

    Args:
        count: How many.
        to: That system.
        seed: Tells one set of people from another.
    """
    chance = random.Random(seed)
    return [_only(number, to, chance) for number in range(1, count + 1)]


def _only(number: int, to: System, chance: random.Random) -> OnlyThere:
    name = AWKWARD[number % len(AWKWARD)] if number % 9 == 2 else f"{chance.choice(_FIRST)} {chance.choice(_LAST)}"
    somebody = OnlyThere(name=name, employmentId=f"X{number}", email=f"x{number}@example.com", closed=number % 4 == 0)
    if to == "huma":
        somebody["user"] = user_id(900_000 + number)
    else:
        somebody["employee"] = employee_id(900_000 + number)
        if number % 10 == 3:
            somebody["add"] = True
    return somebody


def some_written(count: int, seed: int = 3) -> list[Written]:
    """What became of people in a sync.

    Args:
        count: How many of them.
        seed: Tells one set of people from another.
    """
    chance = random.Random(seed)
    return [_written(number, chance) for number in range(1, count + 1)]


def _written(number: int, chance: random.Random) -> Written:
    who = _who(number, chance)
    someone = Written(
        user=who["user"], employee=who["employee"], name=who["name"], employmentId=who["employmentId"], changes=[]
    )
    if number % 9 == 4:
        told = [Told(code="missing_key", why=f"{_CODES['missing_key'][0]} It is E{number}.", rejected=True)]
        return {**someone, "employee": None, "kept": [], "told": told}
    for field in chance.sample(list(_NAMES), k=chance.choice((1, 1, 2, 3))):
        before, after = (text.format(n=number) for text in reversed(_VALUES[field]))
        for rule in field_table().rules:
            if field in rule.fields:
                change = Change(field=field, target=rule.targets[0], before=before, after=after, at=AT)
                if number % 10 == 3:
                    change["before"] = None
                if number % 25 == 7:
                    change["unconfirmed"] = True
                if number % 12 == 5:
                    change["after"] = None
                someone["changes"].append(change)
                break
    if number % 5 == 1:
        someone["kept"] = [a_value(number, "jobTitle", "differs")]
    return someone


def a_review(people: int = 300, only: int = 30, **changed: Any) -> bytes:
    """A page of a preview.

    Args:
        people: How many came.
        only: How many are in the system alone that is written to.
        changed: Keys of the frame to replace.
    """
    frame = a_frame(people=people, **changed)
    entries = (dumps(somebody) for somebody in some_people(people))
    return b"".join(page(frame, entries, map(dumps, some_only(only, frame["to"]))))


def a_result(people: int = 300, **changed: Any) -> bytes:
    """A page of a sync, with what became of as many people."""
    frame = a_frame(kind="result", people=people, decisions=None, place=None, **changed)
    return b"".join(page(frame, map(dumps, some_written(people)), []))


if __name__ == "__main__":
    make = a_result if "result" in sys.argv[3:] else a_review
    Path(sys.argv[2]).write_bytes(make(int(sys.argv[1])))
