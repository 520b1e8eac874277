"""People by chance, in Huma and in Xledger: mostly as they should be, and with a few oddities each.

Every value is recognisable (`TRACES`), so that it can be searched for in whatever is printed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from hypothesis import strategies as st

from integration_tests.recognisable import RECOGNISABLE, a_recognisable_user
from integration_tests.records import Record, as_employee
from integration_tests.sandbox.xledger_store import PARENT, SUBSIDIARY

PEOPLE: Final = 6
"""So few that they get into each other's way."""

GENDER_CODES: Final = (
    {"gender": "Male", "code": "M"},
    {"gender": "Female", "code": "F"},
    {"gender": "Zq-gender", "code": "F"},
)

TRACES: Final = (
    *("zq", "quixoth", "zebedia", "98765", "987 65", "987-65", "86011117947", "8601 11", "8601.11", "8601-11"),
    *("58398257466", "151086950", "151086*", "1987-06-0", "2011-10-0", "2012-04-0", "2041-03-0", "05.06.1987"),
)
"""What is left of any value, in lower case, however it is written."""


class Absent(Enum):
    """What is unknown: no key at all."""

    ABSENT = "absent"


ABSENT: Final = Absent.ABSENT

Oddity = tuple[str, Any]
"""A key, and what it holds instead of the ordinary."""


def code_of(number: int) -> str:
    """The employment ID of somebody."""
    return f"Zq-Å47{number}"


def email_of(number: int) -> str:
    """The e-mail address of somebody."""
    return f"zq{number}@quixotherium.example"


def somebody(number: int) -> Record:
    """Somebody in Huma without any oddity.

    Args:
        number: Tells people apart, from 1 to 9.
    """
    return a_recognisable_user(
        number,
        familyName=f"Quixotherium{number}",
        employmentId=code_of(number),
        email=email_of(number),
        phone=f"+47 987 65 4{number}0",
    )


def _address(**lines: Any) -> Mapping[str, Any]:
    return {key: value for key, value in {**RECOGNISABLE["homeAddress"], **lines}.items() if value is not ABSENT}


def _account(number: Any = None, country: Any = "NO", **others: Any) -> Mapping[str, Any]:
    return {"type": "national", "number": number, "country": country, "iban": None, "bic": None, **others}


def _national(value: Any, country: Any = "NO", kind: str = "national") -> Mapping[str, Any]:
    return {"id": "Zq-identification", "type": kind, "country": country, "value": value}


NOTHING_VISIBLE: Final = ("", "  ", "\u200b", "\u00a0\ufeff")

_DATES: Final = (
    *(None, ABSENT, "", "1987-06-31", "0000-00-00", "0001-01-01", "1753-01-01", "9999-12-31", "2011-10-07"),
    *("2011-10-08T22:30:00Z", "2011-10-08T10:00:00", "2020-W01-1", "2011-10-09Tzq", "05.06.1987", "20111009", 20111009),
)

_TEXTS: Final = (
    *(
        None,
        ABSENT,
        *NOTHING_VISIBLE,
        " Zq-spaced\t",
        "Zq-A\u030ase",
        "Zq-Åse",
        "Zq\u200b-hidden",
        "Zq-soft\u00adhyphen",
    ),
    *(
        'Zq-O\'Brien "Obi"',
        "Zq-back\\slash\\",
        "Zq-🧑‍🚀",
        "Zq-שלום",
        "Zq-{x} ${y} %s",
        "Zq-\u202ebidi",
        "Zq-" * 90,
        4711,
    ),
)

KEYS: Final[Mapping[str, Sequence[Any]]] = {
    "employmentId": (
        *(None, ABSENT, "", "\u200b", 4711),
        *(code_of(number) for number in range(1, 4)),
        *(f"{code_of(1)} ", f"\u00a0{code_of(2)}", f"\u200b{code_of(1)}", f"{code_of(3)}\u00ad"),
        *("Zq-A\u030a471", "ZQ-Å471", "zq-å472"),
    ),
    "email": (
        *(None, ABSENT, "", "zq-not an address"),
        *(email_of(number) for number in range(1, 4)),
        *(email_of(1).upper(), f" {email_of(2)}", f"{email_of(1)}\u200b", "zqø@quixotherium.example"),
        *("zqo\u0308@quixo\u0308therium.example", "zqö@xn--quixtherium-ufb.example"),
    ),
    "id": (ABSENT, None, 17, "", *(somebody(number)["id"] for number in range(1, 3))),
}
"""Oddities of what people are known by: somebody else's, or their own in another spelling."""

VALUES: Final[Mapping[str, Sequence[Any]]] = {
    "givenName": (*_TEXTS, ["Zq"]),
    "familyName": _TEXTS,
    "jobTitle": _TEXTS,
    "phone": (
        *(None, ABSENT, "", "\u200b", "98765410", "0047 987 65 410", "tel. 987-65-410", "+46 987 65 410", "987 65 499"),
        *("911 22 333 Zq-Ada", "Zq-none", "+47 987 65 410 ext. 12", 98765410),
    ),
    "birthDate": _DATES,
    "employmentStartDate": _DATES,
    "probationEndDate": _DATES,
    "terminationNoticeDate": (*_DATES, "2041-03-01"),
    "employmentEndDate": _DATES,
    "gender": (None, ABSENT, "", "Male", " FEMALE ", "m", "F", "Zq-other", "zQ-GENDER", 1),
    "homeAddress": (
        *(None, ABSENT, {}, "Zq-street", _address(country="UK"), _address(country="Norge"), _address(country="XK")),
        *(_address(country="Zq-land"), _address(line1=None, line2=None), _address(line1=ABSENT), _address(city=ABSENT)),
        *(
            _address(line1="\u200b", line2=""),
            _address(postalCode=99),
            _address(country=None),
            _address(city="Zq-town"),
        ),
        _address(line1=None, line2=None, postalCode=None, city=None, country=None),
    ),
    "bankAccount": (
        *(
            None,
            ABSENT,
            {},
            "8601 11 17947",
            _account("8601.11.17947"),
            _account("8601-11-17947"),
            _account("86011117948"),
        ),
        *(_account("\u200b86011117947"), _account("NO93 8601 1117 947"), _account("NO93-8601-1117947"), _account()),
        *(_account("58398257466", "SE"), _account("58398257466", "Sverige"), _account("86011117947", None)),
        _account(type="international", iban="SE45 5000 0000 0583 9825 7466", bic="ESSESESS", country=None),
        _account(type="international", iban="SE45 5000 0000 0583 9825 7467", country=None),
        _account(type="international", iban="NO9386011117947", country="NO"),
    ),
    "identifications": (
        *(None, ABSENT, [], "15108695088", [_national("15108695089")], [_national("151086-95088")], [_national(None)]),
        *([_national("15108695070")], [_national("Zq-15108695088", "PL")], [_national("Zq-passport", kind="passport")]),
        [_national("15108695088"), _national("Zq-15108695", "SE")],
    ),
    "active": (False, False, None, ABSENT, "no"),
    "custom": (None, ABSENT, ["Zq-custom"], {"Zq-key": [{"Zq": ["Zq"]}]}),
    "supervisor": (None, ABSENT, "Zq-boss"),
}
"""Oddities of everything else."""

IN_XLEDGER: Final[Mapping[str, Sequence[Any]]] = {
    "code": (
        None,
        None,
        "",
        *(code_of(number) for number in range(1, 4)),
        f"{code_of(1)} ",
        "ZQ-Å471",
        "Zq-A\u030a471",
    ),
    "email": (
        None,
        None,
        *(email_of(number) for number in range(1, 4)),
        email_of(1).upper(),
        "zqö@quixötherium.example",
    ),
    "contact": ({"email": None}, {"email": email_of(2)}, {"phone": None}, {"address": None}),
    "subledger": ({"email": None}, {"phone": "Zq-none"}, {"address": None}, {"bankAccount": None}),
    "owner": (SUBSIDIARY, SUBSIDIARY, PARENT),
    "dateTo": ("2020-01-01", "2041-03-02"),
    "firstName": (None, "Zq-Åse", "Zq-A\u030ase"),
    "lastName": (None, "Zq-other"),
    "description": (None, "Zq-description"),
    "phone": (None, "", "98765410", "(+47) 987 65 410", "987 65 499", "911 22 333 Zq-Ada"),
    "birthday": (None, "1987-06-04"),
    "gender": (None, "M"),
    "jobTitle": (None, "Zq-other", "Zq-A\u030ase", " Zq-title "),
    "bankAccount": (None, "8601.11.17947", "NO93 8601 1117 947", "58398257466"),
    "company_country": ("SE",),
    "socialSec": (None, "15108695070"),
    "address": (
        None,
        {"streetAddress": "Zq-street 1, Zq-entrance", "zipCode": None, "place": "Zq-town", "country": "SE"},
        {"streetAddress": None, "zipCode": "Zq-98", "place": None, "country": None},
    ),
    "employmentFrom": (None, "2011-10-07"),
    "trialTo": (None, "2012-04-08"),
    "noticeDate": (None, "2041-03-01"),
    "employmentTo": (None, "2041-03-03"),
}
"""Oddities of employees: by the keys of `Xledger.add_employee`."""


REFUSED: Final = "Zq-refused"

REFUSABLE: Final[Mapping[str, str]] = {
    "employmentId": "code",
    "email": "email",
    "familyName": "lastName",
    "phone": "phone",
    "jobTitle": "jobTitle",
}
"""Fields that Xledger may refuse any value of, and the key by which they travel in every mutation."""

EDITS: Final[Mapping[str, Sequence[Any]]] = {
    "contact.email": (None, email_of(1), email_of(2).upper()),
    "contact.phone": (None, "987 65 499"),
    "subledger.phone": (None, "987 65 499"),
    "contact.jobTitle": (None, "Zq-other"),
    "contact.birthday": (None, "1987-06-04"),
    "contact.gender": (None, "M"),
    "contact.address.place": (None, "Zq-town"),
    "subledger.address": (None,),
    "subledger.bankAccount": (None, "58398257466"),
    "code": (None, "Zq-other", f"{code_of(2)} "),
    "description": ("Zq-description",),
    "employmentTo": (None, "2041-03-03"),
    "dateTo": (None, "2020-01-01"),
}
"""What people do in Xledger: by the paths of `Xledger.change`."""


@dataclass(frozen=True)
class User:
    """Somebody in Huma, told by what is odd about them.

    Attributes:
        number: Tells people apart.
        oddities: What is odd about them.
    """

    number: int
    oddities: tuple[Oddity, ...] = ()

    @property
    def record(self) -> Record:
        """Their record in Huma's stream `users`."""
        record = {**somebody(self.number), **dict(self.oddities)}
        return {key: value for key, value in record.items() if value is not ABSENT}

    def but(self, oddity: Oddity) -> "User":
        """The same person after a change."""
        kept = tuple(known for known in self.oddities if known[0] != oddity[0])
        return User(self.number, (*kept, oddity))


@dataclass(frozen=True)
class Entry:
    """An employee who is in Xledger before the first sync, told by what is odd about them.

    Attributes:
        number: Whose employee it is, but for the oddities.
        oddities: What is odd about them.
        shares: `contact` or `subledger`, when that is the one of the employee before.
    """

    number: int
    oddities: tuple[Oddity, ...] = ()
    shares: str | None = None

    @property
    def values(self) -> Mapping[str, Any]:
        """What `Xledger.add_employee` takes."""
        return as_employee(somebody(self.number), **dict(self.oddities))


def _all(oddities: Mapping[str, Sequence[Any]]) -> list[Oddity]:
    return [(key, value) for key, values in oddities.items() for value in values]


def _few(oddities: Sequence[Oddity], most: int) -> st.SearchStrategy[tuple[Oddity, ...]]:
    return st.lists(st.sampled_from(oddities), max_size=most, unique_by=lambda oddity: oddity[0]).map(tuple)


ODDITIES: Final = _all(VALUES)
"""What may be odd about somebody in Huma, or change, but for the keys."""

EDITINGS: Final = _all(EDITS)
"""What may be done to an employee in Xledger."""

SHARING: Final = (*(None,) * 10, "contact", "subledger")


def users() -> st.SearchStrategy[list[User]]:
    """People as they should not be: some come twice, and some have somebody else's key."""
    anybody = st.builds(User, st.integers(1, PEOPLE), _few([*ODDITIES, *_all(KEYS)], 4))
    return st.lists(anybody, min_size=1, max_size=PEOPLE + 1)


def distinct_users() -> st.SearchStrategy[list[User]]:
    """People as Huma promises them: nobody comes twice, and nobody has somebody else's key."""
    somebodies = st.builds(User, st.integers(1, PEOPLE), _few(ODDITIES, 4))
    return st.lists(somebodies, min_size=1, max_size=PEOPLE, unique_by=lambda user: user.number)


def entries() -> st.SearchStrategy[list[Entry]]:
    """Employees who are in Xledger before the first sync."""
    anybody = st.builds(Entry, st.integers(1, PEOPLE), _few(_all(IN_XLEDGER), 3), st.sampled_from(SHARING))
    return st.lists(anybody, max_size=PEOPLE)


def as_object(user: Record) -> Record:
    """A user in the terms of the destination's object `employee`; a key that is absent stays so."""
    names = {
        "employmentId": "code",
        "email": "email",
        "active": "active",
        "givenName": "firstName",
        "familyName": "lastName",
        "phone": "phone",
        "birthDate": "birthday",
        "gender": "gender",
        "jobTitle": "jobTitle",
        "employmentStartDate": "employmentFrom",
        "probationEndDate": "trialTo",
        "terminationNoticeDate": "noticeDate",
        "employmentEndDate": "employmentTo",
    }
    made = {theirs: user[ours] for ours, theirs in names.items() if ours in user}
    account, address = user.get("bankAccount", ABSENT), user.get("homeAddress", ABSENT)
    if isinstance(account, Mapping):
        made |= {
            "bankAccount": account.get("iban") or account.get("number"),
            "bankAccountCountry": account.get("country"),
        }
    elif account is not ABSENT:
        made["bankAccount"] = account
    if isinstance(address, Mapping):
        lines = {"line1": "streetAddress", "postalCode": "zipCode", "city": "place", "country": "country"}
        made["address"] = {theirs: address[ours] for ours, theirs in lines.items() if ours in address}
    elif address is not ABSENT:
        made["address"] = address
    return made
