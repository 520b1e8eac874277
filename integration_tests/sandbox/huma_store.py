"""The people in Huma, and what happens to them."""

from __future__ import annotations

import contextlib
import copy
import datetime as dt
import functools
import pickle
import secrets
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from integration_tests.sandbox.awkward import awkward_people
from integration_tests.sandbox.faults import OF_XLEDGER_ONLY, Faults
from integration_tests.sandbox.happenings import Happenings
from integration_tests.sandbox.huma_dialects import DESCRIBED
from integration_tests.sandbox.huma_rights import Rights
from integration_tests.sandbox.huma_webhooks import CREATED, DELETED, EXPORTED, UPDATED, Webhooks
from integration_tests.sandbox.huma_wire import View
from integration_tests.sandbox.people import RECORD_FIELDS, Organisation, PeopleMaker, Person, named_id

_FIXED = frozenset({"id", "type"})

ME = "me"
"""What stands for the id of the user who asks."""

TOKEN = "/auth/oauth/token"
"""The route that gives out access tokens."""

DEPRECATED = (
    "jobTitle",
    "employmentStartDate",
    "employmentEndDate",
    "employmentPercentage",
    "employmentType",
    "firstDayOfWork",
    "lastDayOfWork",
    "probationEndDate",
    "terminationNoticeDate",
)
"""Fields that Huma has deprecated on a user in favour of positions."""


@dataclass(frozen=True, slots=True)
class Owned:
    """What owns a field of a user beside Huma.

    Attributes:
        integration: The name of the other integration.
        surely: Whether nobody else may write it; otherwise only perhaps.
    """

    integration: str
    surely: bool

    @property
    def warning(self) -> str:
        """What a wrapper says of it."""
        return "locked_disconnect" if self.surely else "possibly_locked_disconnect"


class HumaUser(Mapping[str, Any]):
    """What Huma tells of one user: plain values by the names of the `users` record.

    None means unset (the wrapper has no value); a name that is not in the mapping is withheld (there is no wrapper).

    Attributes:
        facts: The values, those that are withheld too.
        withheld: What is not told.
        owned: Fields that another integration owns.
        requested_email: The e-mail address that waits for its owner to confirm it, if one does.
        earlier_and_other_positions: The positions beside the one that the facts tell of.
        besides: What the API has been told beyond the record, by the names in the details.
        besides_of_positions: The same of positions, by their ids.
        unlisted: Whether the user is in no list.
    """

    def __init__(self, facts: Person) -> None:
        self.facts = facts
        self.withheld: set[str] = set()
        self.owned: dict[str, Owned] = {}
        self.requested_email: str | None = None
        self.earlier_and_other_positions: list[dict[str, Any]] = []
        self.besides: dict[str, Any] = {}
        self.besides_of_positions: dict[str, dict[str, Any]] = {}
        self.unlisted = False

    def __getitem__(self, name: str) -> Any:
        if name in self.withheld:
            raise KeyError(name)
        return self.facts[name]

    def __iter__(self) -> Iterator[str]:
        return (name for name in self.facts if name not in self.withheld)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __repr__(self) -> str:
        return f"HumaUser({self.id})"

    @property
    def id(self) -> str:
        """The user's UUID."""
        return str(self.facts["id"])

    @property
    def locked(self) -> bool:
        """Whether nothing of the profile can be written: it is deactivated, or nobody's."""
        return not self.facts["active"] or self.facts["type"] != "user"


@dataclass(frozen=True, slots=True)
class HumaRequest:
    """A request Huma has received."""

    method: str
    path: str
    query: Mapping[str, list[str]]
    """Every value of every parameter, in order."""
    status: int | None
    """HTTP status of the answer; None when the connection was cut."""
    route: str = ""
    """The route it went to, such as "/users/{id}"."""
    body: Any = None
    """What it sent as JSON."""


@dataclass
class _Beginning:
    """What a Huma begins with.

    Attributes:
        maker: Who makes more people.
        users: The people by id.
        awkward: Ids of the awkward people by their short names.
    """

    maker: PeopleMaker
    users: dict[str, HumaUser] = field(default_factory=dict)
    awkward: dict[str, str] = field(default_factory=dict)

    def populate(self, people: int) -> None:
        """Lets so many people be there."""
        maker = self.maker
        for name, person in awkward_people(maker).items():
            if len(self.users) < people:
                self.awkward[name] = person["id"]
                self.users[person["id"]] = HumaUser(person)
        rng, cast = maker.rng, list(self.users.values())
        while len(self.users) < people:
            person = maker.person()
            if rng.random() < 0.06:
                person |= _leaving(maker.today - dt.timedelta(days=rng.randint(10, 700)))
            user = self.users[person["id"]] = HumaUser(person)
            if rng.random() < 0.85 and cast:
                person["supervisor"] = as_supervisor(rng.choice(cast[-12:]))
            if rng.random() < 0.15:
                user.earlier_and_other_positions.append(_another_position(maker, person))
            cast.append(user)


@functools.cache
def _beginning(people: int, seed: int, today: dt.date) -> bytes:
    """What a Huma begins with, pickled: it is the same every time, and hundreds of tests in one process want one."""
    beginning = _Beginning(PeopleMaker(seed, today, Organisation()))
    if people:
        beginning.populate(people)
    return pickle.dumps(beginning)


def _another_position(maker: PeopleMaker, person: Person) -> dict[str, Any]:
    rng = maker.rng
    start = dt.date.fromisoformat(person["employmentStartDate"])
    if person["active"] and rng.random() < 0.4:
        dates = {"employmentStartDate": (start + dt.timedelta(days=30)).isoformat(), "employmentEndDate": None}
    else:
        dates = {
            "employmentStartDate": (start - dt.timedelta(days=800)).isoformat(),
            "employmentEndDate": (start - dt.timedelta(days=1)).isoformat(),
        }
    return {
        "id": maker.new_id(),
        "jobTitle": rng.choice(maker.organisation.job_titles),
        "employmentPercentage": rng.choice((10, 20)),
        "employmentType": "Permanent",
        **dates,
    }


class Huma:
    """The Huma of a sandbox: what a test may look at and change.

    Attributes:
        url: Base URL; what `api_url` of source-huma takes.
        users: The people by id, deactivated ones included; not the service user.
        awkward: Ids of the awkward people by their short names (constants in `awkward.py`).
        requests: Every request to the API so far.
        rights: What the API key may; another may be put in its place at any time.
        invited: Ids of those who were mailed an invitation.
        faults: What goes wrong with the next requests.
        dialect: How it answers; one of `HUMA_DIALECTS`.
        latency: Seconds that every request to the API is on its way; it holds no other request up.
        under_way: How many requests to the API are under way.
        most_under_way: The most requests to the API that were under way at once so far.
        next_command: What somebody who has changed people on the page runs to see it come through; None for nothing.
        webhooks: Who is told what happens to people, and what has come of it; nobody unless a test registers somebody.
        happenings: Wakes up whoever waits for a request to the API.
        announce: Is told of each change on the page, in a sentence that names people and fields, and tells no value.
    """

    def __init__(self, people: int, seed: int, today: dt.date) -> None:
        self.url = ""
        self.client_id = named_id("client", f"id-{seed}")
        self.client_secret = named_id("client", f"secret-{seed}")
        self.today = today
        self.requests: list[HumaRequest] = []
        self.rights = Rights()
        self.invited: list[str] = []
        self.faults = Faults(impossible=OF_XLEDGER_ONLY)
        self.dialect = DESCRIBED
        self.latency = 0.0
        self.under_way = 0
        self.most_under_way = 0
        self.next_command: str | None = None
        self.announce: Callable[[str], None] = lambda _: None
        self.webhooks = Webhooks()
        self.happenings = Happenings()
        self.lock = threading.RLock()
        self._tokens: set[str] = set()
        self._gone_but_listed: set[str] = set()
        self._more_job_titles: set[str] = set()
        self.service_user = self._service_user()
        beginning: _Beginning = pickle.loads(_beginning(people, seed, today))  # noqa: S301  what it has dumped
        self._maker, self.users, self.awkward = beginning.maker, beginning.users, beginning.awkward
        self.organisation = self._maker.organisation

    def _service_user(self) -> HumaUser:
        nothing = dict.fromkeys(RECORD_FIELDS)
        return HumaUser(
            {
                **nothing,
                "id": named_id("user", "Xledger integration"),
                "type": "service_user",
                "active": True,
                "givenName": "Xledger",
                "familyName": "integration",
                "email": "xledger-integration@service.example",
                "companies": [],
                "locations": [],
                "teams": [],
                "custom": {},
                "connectedIntegrations": {},
            }
        )

    # ---- what a test does

    def change(self, user_id: str, **fields: Any) -> None:
        """Set these fields of a user; None unsets.

        Args:
            user_id: The user's id.
            **fields: Values by the names of the `users` record.

        Raises:
            KeyError: There is no such user.
            TypeError: There is no such field, or it never changes.
        """
        self.change_many({user_id: fields})

    def change_many(self, changes: Mapping[str, Mapping[str, Any]]) -> None:
        """Set fields of many users at once, as an import does; None unsets.

        Args:
            changes: Values by the names of the `users` record, by the users' ids.

        Raises:
            KeyError: There is no such user.
            TypeError: There is no such field, or it never changes.
        """
        for fields in changes.values():
            self._check(set(fields))
        with self.noticed(*changes):
            for user_id, fields in changes.items():
                self.users[user_id].facts.update(fields)

    @contextlib.contextmanager
    def noticed(self, *user_ids: str) -> Iterator[None]:
        """Have webhooks tell what changes of these users until the end of the block; nobody else looks meanwhile."""
        with self.lock:
            before = {user_id: dict(self.users[user_id].facts) for user_id in user_ids if user_id in self.users}
            yield
            self._tell_changes(before)

    def _tell_changes(self, before: Mapping[str, Person]) -> None:
        dialect = self.webhooks.dialect
        told: dict[str, list[Person]] = {}
        for user_id, facts in before.items():
            user = self.users[user_id]
            changed = {name: value for name, value in user.facts.items() if value != facts[name]}
            if changed:
                topic = dialect.email_topic if "email" in changed and dialect.email_topic else UPDATED
                told.setdefault(topic, []).append({**_named(user), **changed})
        for topic, users in told.items():
            self.webhooks.tell(topic, users)

    def export(self, *user_ids: str) -> None:
        """Have webhooks tell of these users, or of all there are, as an administrator does by hand."""
        with self.lock:
            self.webhooks.tell(EXPORTED, [_named(self.users[user_id]) for user_id in user_ids or self.users])

    def withhold(self, user_id: str, *fields: str) -> None:
        """Show these fields of a user no more, not even as unset."""
        self._check(set(fields))
        with self.lock:
            self.users[user_id].withheld.update(fields)

    def own(self, user_id: str, *fields: str, integration: str = "payroll", surely: bool = True) -> None:
        """Let another integration own these fields of a user, surely or perhaps."""
        self._check(set(fields))
        with self.lock:
            self.users[user_id].owned.update(dict.fromkeys(fields, Owned(integration, surely)))

    def retire_deprecated(self, *user_ids: str) -> None:
        """Tell of the employment in positions only, as Huma has announced: for these users, or for all there are."""
        for user_id in user_ids or list(self.users):
            self.withhold(user_id, *DEPRECATED)

    def hire(self, **fields: Any) -> str:
        """Add a user with these fields, the others filled plausibly; return the id."""
        self._check(set(fields))
        with self.lock:
            start = self.today.isoformat()
            person = self._maker.person(**{"employmentStartDate": start, "firstDayOfWork": start, **fields})
            user = self.users[person["id"]] = HumaUser(person)
            self.webhooks.tell(CREATED, [_named(user)])
        return user.id

    def stranger(self, **fields: Any) -> Person:
        """Return somebody with these fields, the others filled plausibly, who is not in Huma.

        They share with nobody in Huma what is unique there.
        """
        with self.lock:
            return self._maker.person(**fields)

    def add_job_title(self, name: str) -> None:
        """Add a job title that nobody needs to have."""
        with self.lock:
            self._more_job_titles.add(name)

    def deactivate(self, user_id: str, at: str | None = None) -> None:
        """Deactivate a user.

        Args:
            user_id: The user's id.
            at: ISO time with offset; noon of the sandbox's today when not given.
        """
        self.change(user_id, active=False, deactivatedAt=at or f"{self.today.isoformat()}T12:00:00Z")

    def delete(self, user_id: str, *, still_listed: bool = False) -> None:
        """Delete a user: 404 from now on; with `still_listed` the lists have not noticed yet."""
        with self.lock:
            self.webhooks.tell(DELETED, [_named(self.users[user_id])])
            if still_listed:
                self._gone_but_listed.add(user_id)
            else:
                del self.users[user_id]
                self._gone_but_listed.discard(user_id)

    def expire_tokens(self) -> None:
        """Make every access token given out so far invalid."""
        with self.lock:
            self._tokens.clear()

    # ---- what a test compares

    def snapshot(self) -> dict[str, Any]:
        """Return a copy of all that can be written: people with what waits or was told beside, positions, invitations.

        Two are equal when nothing was written between them.
        """
        with self.lock:
            return copy.deepcopy(
                {
                    "people": {user.id: dict(user.facts) for user in self.users.values()},
                    "positions": {user.id: user.earlier_and_other_positions for user in self.users.values()},
                    "beside": {
                        user.id: (user.requested_email, user.besides, user.besides_of_positions)
                        for user in self.users.values()
                    },
                    "invited": self.invited,
                }
            )

    @property
    def writes(self) -> list[HumaRequest]:
        """The requests so far that were to write something, whatever became of them."""
        return [request for request in self.requests if request.method != "GET" and request.route != TOKEN]

    def counts(self) -> Counter[str]:
        """Return how many requests there were so far of each kind, such as "PATCH /users/{id}"."""
        return Counter(f"{request.method} {request.route}" for request in self.requests)

    # ---- what the API asks

    @property
    def view(self) -> View:
        """What the API key is shown."""
        return View(self.organisation, self.today, self.rights)

    def issue_token(self) -> str:
        """Return a new access token."""
        token = secrets.token_urlsafe(32)
        with self.lock:
            self._tokens.add(token)
        return token

    def accepts(self, token: str) -> bool:
        """Whether this is a token that was given out and has not expired."""
        with self.lock:
            return token in self._tokens

    def listed(
        self, *, active: bool, ids: set[str], search: str, groups: Mapping[str, set[str]], descending: bool
    ) -> list[HumaUser]:
        """Return the users a list shows, in its order.

        Args:
            active: Active ones, or deactivated ones.
            ids: Their ids, or `me`; empty for no limit.
            search: What their names, titles or e-mail addresses have in them, whatever its case.
            groups: For `companies`, `locations` and `teams`, ids of which a user must be in one; empty for no limit.
            descending: Whether the order is turned around.
        """
        everybody = [self.service_user, *self.users.values()]
        wanted = {self.service_user.id if user_id == ME else user_id for user_id in ids}
        chosen = [
            user
            for user in everybody
            if user.facts["active"] is active
            and self.rights.see(user)
            and not user.unlisted
            and (not wanted or user.id in wanted)
            and search.casefold() in self._found_by(user)
            and all(not ids or ids & {group["id"] for group in user.facts[kind]} for kind, ids in groups.items())
        ]
        return sorted(
            chosen,
            key=lambda user: (user.facts["familyName"], user.facts["givenName"], user.id),
            reverse=descending,
        )

    def user(self, user_id: str) -> HumaUser | None:
        """Return a user, the service user included; None when there is none (any more), or none for the key."""
        if user_id in {ME, self.service_user.id}:
            return self.service_user
        user = None if user_id in self._gone_but_listed else self.users.get(user_id)
        return user if user and self.rights.see(user) else None

    def taken(self, name: str, value: str, *, but_for: str | None = None) -> bool:
        """Whether somebody has this e-mail address, phone number or employment ID: deactivated ones count as well.

        Args:
            name: `email`, `phone` or `employmentId`.
            value: The value.
            but_for: Id of the user who may have it.
        """
        others = [user for user in (self.service_user, *self.users.values()) if user.id != but_for]
        values = {user.facts[name] for user in others}
        if name == "email":
            values |= {user.requested_email for user in others}
        return _as_unique(value) in {_as_unique(other) for other in values if other is not None}

    def create(self, **fields: Any) -> HumaUser:
        """Add a user of whom these fields are known, and nothing else."""
        nothing = dict.fromkeys(RECORD_FIELDS)
        whole = {"id": self._maker.new_id(), "type": "user", "active": True, "custom": {}, "connectedIntegrations": {}}
        user = HumaUser({**nothing, **whole, **fields})
        self.users[user.id] = user
        self.webhooks.tell(CREATED, [_named(user)])
        return user

    def new_id(self) -> str:
        """Return a UUID that nothing else has."""
        return self._maker.new_id()

    def rename_job(self, facts: dict[str, Any], title: str) -> None:
        """Give a user or a position another title; the one before stays in the list of titles."""
        if facts["jobTitle"] is not None:
            self._more_job_titles.add(facts["jobTitle"])
        facts["jobTitle"] = title

    def job_titles(self) -> list[str]:
        """Return every job title there is, in order."""
        used = {user.facts["jobTitle"] for user in self.users.values()} - {None}
        return sorted(used | self._more_job_titles | set(self.organisation.job_titles))

    def _found_by(self, user: HumaUser) -> str:
        names = ("givenName", "familyName", "preferredName", "jobTitle", *(("email",) * self.dialect.searches_emails))
        told = {name: user.facts[name] or "" for name in names}
        return "\n".join((f"{told['givenName']} {told['familyName']}", *told.values())).casefold()

    @staticmethod
    def _check(fields: set[str]) -> None:
        if wrong := sorted(fields - set(RECORD_FIELDS) | fields & _FIXED):
            raise TypeError(f"A user in Huma has no {', '.join(wrong)} that can change")


def _leaving(last_day: dt.date) -> dict[str, Any]:
    return {
        "active": False,
        "deactivatedAt": f"{last_day.isoformat()}T16:00:00Z",
        "terminationNoticeDate": (last_day - dt.timedelta(days=91)).isoformat(),
        "employmentEndDate": last_day.isoformat(),
        "lastDayOfWork": last_day.isoformat(),
    }


def _as_unique(value: str) -> str:
    """Return what makes a value the same as another one: neither its case nor its spaces."""
    return "".join(value.split()).casefold()


def _named(user: HumaUser) -> Person:
    """Return what a webhook says of a user whatever has happened."""
    return {"id": user.id, "email": user.facts["email"]}


def as_supervisor(user: HumaUser) -> dict[str, str]:
    return {key: user.facts[key] for key in ("id", "email", "givenName", "familyName")}
