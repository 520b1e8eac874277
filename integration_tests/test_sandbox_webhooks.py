"""The webhooks of the sandbox's Huma, held to the word of Huma's help."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
import requests
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from integration_tests.sandbox import Fault, Sandbox
from integration_tests.sandbox.huma_webhooks import Webhook
from integration_tests.sandbox.server import bind, serving
from integration_tests.sandbox.webhook_dialects import WEBHOOK_DIALECTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from starlette.requests import Request

SECRET, TOKEN = "a secret of the webhooks", "a-token-of-the-webhooks"


@dataclass
class Told:
    """Whoever takes webhooks.

    Attributes:
        url: Where.
        came: Headers and bodies, in the order in which they came.
        answers: The statuses to answer, in order; 200 once there are no more.
    """

    url: str = ""
    came: list[tuple[Mapping[str, str], bytes]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)

    async def take(self, request: Request) -> Response:
        self.came.append((request.headers, await request.body()))
        return Response(status_code=self.answers.pop(0) if self.answers else 200)

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body in self.came]

    @property
    def topics(self) -> list[str]:
        return [body["topic"] for body in self.bodies]


@pytest.fixture(scope="module")
def running() -> Iterator[Sandbox]:
    with Sandbox.running(people=40) as running:
        yield running


@pytest.fixture(scope="module")
def receiver() -> Iterator[Told]:
    told = Told()
    application = Starlette(routes=[Route("/webhooks/huma", told.take, methods=["POST"])])
    with serving({bind(0): application}) as (base,):
        told.url = f"{base}/webhooks/huma"
        yield told


@pytest.fixture
def told(receiver: Told, sandbox: Sandbox) -> Told:
    receiver.came.clear()
    sandbox.huma.webhooks.registered = [Webhook(receiver.url, SECRET, TOKEN)]
    return receiver


@pytest.fixture
def sandbox(running: Sandbox) -> Iterator[Sandbox]:
    yield running
    running.huma.webhooks.registered = []
    running.huma.webhooks.dialect = WEBHOOK_DIALECTS["described"]
    running.huma.webhooks.delivered.clear()


def somebody(sandbox: Sandbox, number: int = 0) -> Any:
    awkward = sandbox.huma.awkward.values()
    return [user for user in sandbox.huma.users.values() if user.id not in awkward and user["active"]][number]


def speak(sandbox: Sandbox, dialect: str) -> None:
    sandbox.huma.webhooks.dialect = WEBHOOK_DIALECTS[dialect]


def test_a_change_is_told_with_its_value_the_topic_twice_and_a_signature_of_the_very_body(
    sandbox: Sandbox, told: Told
) -> None:
    user = somebody(sandbox)
    sandbox.huma.change(user.id, phone="+47 400 00 003", jobTitle="Fyrvokter på Åsen")
    (delivery,) = sandbox.huma.webhooks.answers()
    ((headers, body),) = told.came
    changed = {"phone": "+47 400 00 003", "jobTitle": "Fyrvokter på Åsen"}
    assert json.loads(body) == {
        "topic": "users-update",
        "users": [{"id": user.id, "email": user["email"], **changed}],
    }
    assert headers["huma-topic"] == "users-update"
    assert headers["huma-hmac-sha256"] == hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    assert headers["authorization"] == f"Bearer {TOKEN}"
    assert headers["content-type"] == "application/json"
    assert (delivery.topic, delivery.users, delivery.status) == ("users-update", (user.id,), 200)


def test_what_changes_nothing_is_not_told(sandbox: Sandbox, told: Told) -> None:
    user = somebody(sandbox)
    sandbox.huma.change(user.id, phone=user["phone"])
    assert sandbox.huma.webhooks.answers() == []
    assert told.came == []


def test_coming_leaving_going_and_an_export_are_told(sandbox: Sandbox, told: Told) -> None:
    user_id = sandbox.huma.hire(givenName="Åse")
    email = sandbox.huma.users[user_id]["email"]
    sandbox.huma.deactivate(user_id)
    sandbox.huma.export(user_id)
    sandbox.huma.delete(user_id)
    sandbox.huma.webhooks.answers()
    named = {"id": user_id, "email": email}
    left = {"active": False, "deactivatedAt": "2026-01-15T12:00:00Z"}
    assert told.bodies == [
        {"topic": "users-create", "users": [named]},
        {"topic": "users-update", "users": [{**named, **left}]},
        {"topic": "users-export", "users": [named]},
        {"topic": "users-delete", "users": [named]},
    ]


def test_an_export_of_everybody_is_a_webhook_for_each_or_one_for_many(sandbox: Sandbox, told: Told) -> None:
    everybody = {*sandbox.huma.users}
    sandbox.huma.export()
    sandbox.huma.webhooks.answers()
    assert [len(body["users"]) for body in told.bodies] == [1] * len(everybody)
    told.came.clear()
    speak(sandbox, "many_in_one")
    sandbox.huma.export()
    sandbox.huma.webhooks.answers()
    (body,) = told.bodies
    assert {user["id"] for user in body["users"]} == everybody


def test_an_import_of_many_is_a_webhook_for_each_and_as_many_at_once_as_a_test_wants(
    sandbox: Sandbox, told: Told
) -> None:
    sandbox.huma.webhooks.at_once = 8
    changes = {user_id: {"jobDescription": user_id} for user_id in sandbox.huma.users}
    sandbox.huma.change_many(changes)
    deliveries = sandbox.huma.webhooks.answers()
    sandbox.huma.webhooks.at_once = 1
    assert sorted(delivery.users for delivery in deliveries) == sorted((user_id,) for user_id in changes)
    assert len(told.came) == len(changes)


def test_the_page_tells_and_says_what_has_come(sandbox: Sandbox, told: Told) -> None:
    user = somebody(sandbox)
    page = f"{sandbox.huma.url}/_sandbox/people"
    requests.post(f"{page}/{user.id}", data={"phone": "+47 400 00 004"}, timeout=10)
    requests.post(page, data={"givenName": "Zebedia"}, timeout=10)
    sandbox.huma.webhooks.answers()
    assert told.topics == ["users-update", "users-create"]
    text = requests.get(sandbox.huma.url, timeout=10).text
    assert f"Webhooks go to {told.url}: 2 so far, 2 of them answered 200." in text
    requests.post(f"{sandbox.huma.url}/_sandbox/export", timeout=10)
    sandbox.huma.webhooks.answers()
    assert told.topics[2:] == ["users-export"] * len(sandbox.huma.users)
    sandbox.huma.webhooks.registered = []
    assert "Webhooks" not in requests.get(sandbox.huma.url, timeout=10).text


def test_what_the_api_writes_is_told_and_what_it_refuses_is_not(sandbox: Sandbox, told: Told) -> None:
    huma, user = sandbox.huma, somebody(sandbox, 1)
    key = {"Authorization": f"Bearer {huma.issue_token()}"}
    company = huma.organisation.companies[0].id
    new = {"email": "ny@nordlys.example", "givenName": "Ny", "familyName": "Her", "groups": [company]}
    created = requests.post(f"{huma.url}/users", json=new, headers=key, timeout=10).json()
    sent: list[tuple[str, dict[str, Any], int]] = [
        (f"/users/{user.id}", {"phone": "+4740000005"}, 200),
        (f"/users/{user.id}", {"phone": "+4740000005"}, 200),
        (f"/users/{user.id}", {"email": "no address"}, 400),
        ("/users/nobody", {"phone": "+4740000006"}, 404),
    ]
    statuses = [
        requests.patch(f"{huma.url}{path}", json=body, headers=key, timeout=10).status_code for path, body, _ in sent
    ]
    huma.webhooks.answers()
    assert statuses == [status for *_, status in sent]
    assert told.bodies == [
        {"topic": "users-create", "users": [{"id": created["id"], "email": new["email"]}]},
        {"topic": "users-update", "users": [{"id": user.id, "email": user["email"], "phone": "+4740000005"}]},
    ]


def test_what_happens_while_the_api_is_asked_is_told(sandbox: Sandbox, told: Told) -> None:
    user = somebody(sandbox, 2)
    key = {"Authorization": f"Bearer {sandbox.huma.issue_token()}"}
    sandbox.huma.faults.add(Fault.meanwhile(lambda: sandbox.huma.change(user.id, phone=None), path="/groups"))
    requests.get(f"{sandbox.huma.url}/groups", headers=key, timeout=10)
    sandbox.huma.webhooks.answers()
    assert told.bodies[0]["users"] == [{"id": user.id, "email": user["email"], "phone": None}]


@pytest.mark.parametrize(
    ("dialect", "shown"),
    [
        ("described", bytes.fromhex),
        ("upper_case_hex", lambda text: bytes.fromhex(text) if text == text.upper() else b""),
        ("base64", lambda text: base64.b64decode(text, validate=True)),
        ("url_base64", lambda text: base64.urlsafe_b64decode(text + "=") if "=" not in text else b""),
        ("laid_out", bytes.fromhex),
    ],
)
def test_a_signature_is_shown_as_the_dialect_has_it(dialect: str, shown: Any, sandbox: Sandbox, told: Told) -> None:
    speak(sandbox, dialect)
    sandbox.huma.export(somebody(sandbox).id)
    sandbox.huma.webhooks.answers()
    ((headers, body),) = told.came
    assert shown(headers["huma-hmac-sha256"]) == hmac.new(SECRET.encode(), body, hashlib.sha256).digest()
    assert (b"\n" in body) is (dialect == "laid_out")


def test_without_a_secret_and_a_token_nothing_is_signed(sandbox: Sandbox, told: Told) -> None:
    sandbox.huma.webhooks.registered = []
    sandbox.huma.webhooks.register(told.url)
    sandbox.huma.export(somebody(sandbox).id)
    sandbox.huma.webhooks.answers()
    ((headers, _),) = told.came
    assert {"huma-hmac-sha256", "authorization"} & {*headers} == set()


@pytest.mark.parametrize(
    ("dialect", "come", "later"),
    [
        ("described", ["a", "b", "c"], []),
        ("doubled", ["a", "a", "b", "b", "c", "c"], []),
        ("lost", [], []),
        ("late", ["a", "b"], ["c"]),
        ("out_of_order", ["b", "a"], ["c"]),
    ],
)
def test_webhooks_come_late_doubled_out_of_order_or_not_at_all(
    dialect: str, come: list[str], later: list[str], sandbox: Sandbox, told: Told
) -> None:
    speak(sandbox, dialect)
    user = somebody(sandbox)
    for title in ("a", "b", "c"):
        sandbox.huma.change(user.id, jobTitle=title)
    sandbox.huma.webhooks.answers()
    titles = [body["users"][0]["jobTitle"] for body in told.bodies]
    sandbox.huma.webhooks.release()
    sandbox.huma.webhooks.answers()
    assert (titles, [body["users"][0]["jobTitle"] for body in told.bodies][len(titles) :]) == (come, later)


@pytest.mark.parametrize(
    ("dialect", "topic"),
    [
        ("described", "users-update"),
        ("email_topic", "users-login-email-update"),
        ("other_email_topic", "login-email-changed"),
    ],
)
def test_a_changed_login_address_may_have_a_topic_of_its_own(
    dialect: str, topic: str, sandbox: Sandbox, told: Told
) -> None:
    speak(sandbox, dialect)
    user = somebody(sandbox)
    sandbox.huma.change(user.id, email=f"{dialect}@nordlys.example")
    sandbox.huma.change(user.id, phone=f"+47 4{len(dialect):07}")
    sandbox.huma.webhooks.answers()
    assert told.topics == [topic, "users-update"]
    assert told.bodies[0]["users"] == [{"id": user.id, "email": f"{dialect}@nordlys.example"}]


def test_anything_else_can_be_told_with_people_or_without(sandbox: Sandbox, told: Told) -> None:
    user = {"id": somebody(sandbox).id, "email": somebody(sandbox)["email"]}
    sandbox.huma.webhooks.tell("teams-users-added", [user], team={"id": "1", "name": "Kontor"})
    sandbox.huma.webhooks.tell("absences-create", None, absences=[{"id": "2"}])
    sandbox.huma.webhooks.tell("users-update", [])
    sandbox.huma.webhooks.answers()
    assert told.bodies == [
        {"topic": "teams-users-added", "users": [user], "team": {"id": "1", "name": "Kontor"}},
        {"topic": "absences-create", "absences": [{"id": "2"}]},
        {"topic": "users-update", "users": []},
    ]


def test_what_was_sent_can_come_again_to_the_letter(sandbox: Sandbox, told: Told) -> None:
    sandbox.huma.change(somebody(sandbox).id, jobTitle="before")
    (first,) = sandbox.huma.webhooks.answers()
    sandbox.huma.webhooks.send_again(first)
    sandbox.huma.webhooks.answers()
    (before, body), (after, again) = told.came
    assert body == again
    assert before["huma-hmac-sha256"] == after["huma-hmac-sha256"]


@pytest.mark.parametrize(("dialect", "tries"), [("described", 1), ("tries_again", 3)])
def test_whether_one_is_tried_again_that_was_not_taken_is_a_dialect(
    dialect: str, tries: int, sandbox: Sandbox, told: Told
) -> None:
    speak(sandbox, dialect)
    told.answers = [503] * tries
    sandbox.huma.export(somebody(sandbox).id)
    (delivery,) = sandbox.huma.webhooks.answers()
    assert (len(told.came), delivery.status) == (tries, 503)


def test_where_nobody_listens_a_webhook_comes_to_nobody(sandbox: Sandbox) -> None:
    with bind(0) as taken:
        nowhere = f"http://127.0.0.1:{taken.getsockname()[1]}/"
    sandbox.huma.webhooks.register(nowhere)
    sandbox.huma.export(somebody(sandbox).id)
    assert [delivery.status for delivery in sandbox.huma.webhooks.answers()] == [None]


@pytest.mark.parametrize("url", ["https://example.com/", "ftp://127.0.0.1:1/", "127.0.0.1:8710", "http://127.0.0.1/"])
def test_nothing_is_sent_to_another_machine(url: str, sandbox: Sandbox) -> None:
    with pytest.raises(ValueError, match="is not on this machine"):
        sandbox.huma.webhooks.register(url)


def test_no_secret_is_shown() -> None:
    assert {SECRET, TOKEN} & {*repr(Webhook("http://127.0.0.1:1/", SECRET, TOKEN)).split("'")} == set()


def test_a_request_to_either_system_can_be_waited_for(sandbox: Sandbox) -> None:
    with pytest.raises(TimeoutError, match=r"in vain for 0.01 s: a writer"):
        sandbox.xledger.happenings.wait_for(lambda: sandbox.xledger.writes, "a writer", 0.01)
    asked = len(sandbox.xledger.operations), len(sandbox.huma.requests)
    requests.post(sandbox.xledger.url, json={"query": "{ x }"}, timeout=10)
    requests.get(f"{sandbox.huma.url}/users", timeout=10)
    sandbox.xledger.happenings.wait_for(lambda: len(sandbox.xledger.operations) > asked[0])
    sandbox.huma.happenings.wait_for(lambda: len(sandbox.huma.requests) > asked[1])
