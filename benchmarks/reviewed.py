"""What a review of many people is made from: a mix like that of a company whose two systems were kept by hand."""

from collections.abc import Iterator
from random import Random
from typing import Final

from connector_base.pages.contents import Kind, OnlyThere, Place, Somebody, Told, Value

SEED: Final = 1

GIVEN: Final = ("Kari", "Ola", "Ingrid", "Bjørn", "Åse", "Emma", "Mohammed", "Lars Petter", "Zofia", "Ægir")
FAMILY: Final = ("Nordmann", "Hansen", "Østby", "Kowalska", "Håkonsen", "Lund", "Al-Sayed", "Berg", "Solvang", "Dahl")

FIELDS: Final[dict[str, tuple[str, str, str]]] = {
    "phone": ("employee.contact.phone", "+47 9{number:07d}", "+47 4{number:07d}"),
    "jobTitle": ("employee.contact.jobTitle", "Senior adviser {number}", "Adviser {number}"),
    "homeAddress": ("employee.contact.address.streetAddress", "Storgata {number}, oppgang B", "Storgt. {number}"),
    "bankAccount": ("employee.subledger.bankAccount", "8601{number:07d}", "1503{number:07d}"),
    "birthDate": ("employee.contact.birthday", "1990-01-{day:02d}", "1990-02-{day:02d}"),
    "gender": ("employee.contact.gender.code", "M", "F"),
    "employmentStartDate": ("employee.employmentFrom", "2020-01-{day:02d}", "2020-02-{day:02d}"),
    "employmentEndDate": ("employee.employmentTo", "2027-01-{day:02d}", "2027-02-{day:02d}"),
    "identifications": ("employee.contact.socialSec", "151086{number:05d}", "151086{number:05d}"),
}
"""Where each of these fields lives, and what Huma and Xledger have there."""

KINDS: Final[dict[Kind, int]] = {"differs": 5, "missing_in_huma": 2, "missing_in_xledger": 3}
"""How often each kind comes among ten values."""

ACTIONS: Final = {"update": 75, "unchanged": 16, "create": 5, "skip": 2, "reject": 2}
"""What becomes of a hundred people."""


def people(count: int) -> Iterator[Somebody]:
    """So many people who came, the same every time; each hundred with about 250 values to look at."""
    chance = Random(SEED)
    for number in range(1, count + 1):
        (action,) = chance.choices(tuple(ACTIONS), tuple(ACTIONS.values()))
        there = action in {"update", "unchanged"}
        somebody: Somebody = {
            "user": f"00000000-0000-4000-8000-{number:012d}",
            "employee": str(61_000_000 + number) if there else None,
            "name": f"{chance.choice(GIVEN)} {chance.choice(FAMILY)}",
            "employmentId": f"{number:05d}",
            "action": action,
        }
        if there:
            somebody["changed"] = "2026-01-15T08:00:00Z"
        if action == "update":
            fields = chance.sample(tuple(FIELDS), k=_few(chance))
            somebody["values"] = [_value(chance, number, field) for field in fields]
        elif action == "create":
            somebody["new"] = {field: _written(huma, number) for field, (_, huma, _) in FIELDS.items()}
        elif action == "skip":
            somebody["reason"] = "deactivated"
        elif action == "reject":
            somebody["reason"] = "missing_key"
            somebody["told"] = [Told(code="missing_key", rejected=True)]
        yield somebody


def only_there(count: int) -> Iterator[OnlyThere]:
    """Those whom nobody was found to be, one for each twenty people."""
    for number in range(1, count // 20 + 1):
        yield {
            "employee": str(62_000_000 + number),
            "name": f"Only There {number}",
            "employmentId": f"X{number:05d}",
            "email": f"only{number}@example.com",
            "closed": number % 3 == 0,
        }


def _few(chance: Random) -> int:
    """How many values of somebody differ: a few, and of some nearly all."""
    return min(1 + int(chance.expovariate(1 / 2.6)), len(FIELDS))


def _written(text: str, number: int) -> str:
    return text.format(number=number, day=number % 28 + 1)


def _value(chance: Random, number: int, field: str) -> Value:
    target, huma, xledger = FIELDS[field]
    (kind,) = chance.choices(tuple(KINDS), tuple(KINDS.values()))
    in_huma = None if kind == "missing_in_huma" else _written(huma, number)
    in_xledger = None if kind == "missing_in_xledger" else _written(xledger, number)
    return {
        "field": field,
        "kind": kind,
        "huma": in_huma,
        "xledger": in_xledger,
        "places": [Place(target=target, huma=in_huma, xledger=in_xledger)],
        "then": "xledger_is_emptied" if in_huma is None else "xledger_gets_huma",
        "by": "mirror",
        "tightened": False,
        "seen": f"{number:08d}{field:_<8.8}",
    }
