"""`huma-xledger listen`, the real command, between the two systems of a sandbox: one listener for most of the file."""

import re
import signal
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

import pytest
import requests
from airbyte_cdk.models import ConfiguredAirbyteCatalogSerializer

from destination_xledger.destination import DestinationXledger
from huma_xledger.bringing.gathering import LONGEST, SOON
from integration_tests.conftest import a_stream, connect_at_once
from integration_tests.data_page import unnamed
from integration_tests.demo.story import seconds_to_xledger
from integration_tests.huma_people import an_employee, as_user
from integration_tests.mail_server import MailServer, serving_mail
from integration_tests.reading import read_source
from integration_tests.recognisable import SHORTEST, a_recognisable_user, traces_in
from integration_tests.records import as_employee, records, without
from integration_tests.running_listen import (
    SECRET,
    TIMEOUT,
    TOKEN,
    Listened,
    Listening,
    events,
    listened_to,
    listening,
    until,
)
from integration_tests.sandbox import Fault, Sandbox
from integration_tests.sandbox.huma_store import TOKEN as TOKEN_OF_HUMA
from integration_tests.sandbox.webhook_dialects import WEBHOOK_DIALECTS
from integration_tests.sandbox.xledger import Operation

pytestmark = pytest.mark.slow

CROWD, CHANGES = 200, 5
"""A thousand webhooks."""

ADDED = "addEmployees"

IN_A_CHECK = 1
"""How often a check asks for that, adding nobody."""


@dataclass(frozen=True)
class Asked:
    """What both systems are asked from a moment on.

    Attributes:
        sandbox: The sandbox.
        before: How many requests either had received at that moment.
    """

    sandbox: Sandbox
    before: tuple[int, int]

    @classmethod
    def from_now_on(cls, sandbox: Sandbox) -> "Asked":
        return cls(sandbox, (len(sandbox.huma.requests), len(sandbox.xledger.operations)))

    @property
    def huma(self) -> list[str]:
        """The paths that were asked for."""
        return [request.path for request in self.sandbox.huma.requests[self.before[0] :]]

    @property
    def xledger(self) -> list[Operation]:
        """The requests to Xledger."""
        return self.sandbox.xledger.operations[self.before[1] :]


@dataclass(frozen=True)
class Begun:
    """A listener, and what was seen while its first sync of everybody was under way.

    Attributes:
        running: The listener.
        somebody: Of whom a webhook told meanwhile.
        status: What that was answered with.
        meanwhile: What was asked of both systems, beside what that sync had asked for before.
        afterwards: The paths that Huma was asked for from then on.
    """

    running: Listening
    somebody: str
    status: int | None
    meanwhile: list[object]
    afterwards: list[str]


def populate(sandbox: Sandbox) -> None:
    """Puts a crowd into both systems, the same on both sides, all of one company."""
    for number in range(1, CROWD + 1):
        employee = an_employee(number)
        sandbox.huma.hire(**as_user(employee, companies=[company(sandbox)]))
        sandbox.xledger.add_employee(**as_employee(as_record(as_user(employee)), jobTitle=employee["jobTitle"]))


def as_record(user: Mapping[str, Any]) -> dict[str, Any]:
    return {"identifications": [{"value": None}], "bankAccount": {"number": ""}, **user}


def company(sandbox: Sandbox, number: int = 0) -> dict[str, str]:
    return sandbox.huma.organisation.companies[number].reference()


def import_salaries(sandbox: Sandbox) -> list[str]:
    """Changes everybody of the crowd some times, as imports do. Returns their ids."""
    crowd = [user.id for user in sandbox.huma.users.values() if int(user["employmentId"][1:]) <= CROWD]
    for number in range(CHANGES):
        sandbox.huma.change_many({user_id: {"jobTitle": f"Controller {number} {user_id[:4]}"} for user_id in crowd})
    return crowd


@pytest.fixture(scope="module")
def mail() -> Iterator[MailServer]:
    with serving_mail() as server:
        yield server


@pytest.fixture(scope="module")
def listened(tmp_path_factory: pytest.TempPathFactory, mail: MailServer) -> Iterator[Listened]:
    with Sandbox.running(people=0) as sandbox:
        populate(sandbox)
        place = tmp_path_factory.mktemp("listened")
        source = sandbox.source_config(company_ids=[company(sandbox)["id"]])
        yield listened_to(sandbox, place, schedule="1d", notify=mail.address(), **{"source-huma": source})


@pytest.fixture(scope="module")
def begun(listened: Listened) -> Iterator[Begun]:
    """A listener that nobody has stopped, from its start until it has brought everybody once."""
    sandbox = listened.sandbox
    lost = hire(sandbox, 701)
    assert sandbox.huma.webhooks.answers()[-1].status is None
    stalled = sandbox.xledger.faults.add(Fault.stall(root_field=ADDED, after=IN_A_CHECK))
    with listening(listened, LOG_LEVEL="debug") as running:
        assert stalled.reached.wait(TIMEOUT)
        asked = Asked.from_now_on(sandbox)
        somebody = next(iter(sandbox.huma.users))
        sandbox.huma.change(somebody, phone="+47 400 00 701")
        status = sandbox.huma.webhooks.answers()[-1].status
        oldest = "huma_xledger_oldest_event_seconds"
        until(lambda: running.metrics()[oldest] > 2 * SOON.total_seconds(), "an event that would be due")
        meanwhile = [*asked.huma, *asked.xledger]
        stalled.release()
        listened.await_phone(lost, somebody)
        listened.await_empty()
        yield Begun(running, somebody, status, meanwhile, asked.huma)


@pytest.fixture(scope="module")
def running(begun: Begun) -> Listening:
    """A listener that has brought everybody once, and somebody since, so that it has learned Xledger's schema."""
    return begun.running


@pytest.fixture
def sandbox(running: Listening) -> Iterator[Sandbox]:
    """The sandbox, as it is while nothing happens."""
    sandbox = running.listened.sandbox
    yield sandbox
    sandbox.huma.webhooks.release()
    sandbox.huma.webhooks.dialect = WEBHOOK_DIALECTS["described"]
    sandbox.xledger.faults.clear()
    sandbox.huma.webhooks.answers()
    running.listened.await_empty()


@contextmanager
def untold(sandbox: Sandbox) -> Iterator[None]:
    """What happens in the block is told to nobody."""
    sandbox.huma.webhooks.dialect = WEBHOOK_DIALECTS["lost"]
    yield
    sandbox.huma.webhooks.dialect = WEBHOOK_DIALECTS["described"]


def hire(sandbox: Sandbox, number: int, **changed: Any) -> str:
    given = {"companies": [company(sandbox)], **changed}
    return sandbox.huma.hire(**as_user(an_employee(number), **given))


def somebody(listened: Listened, number: int) -> str:
    """Somebody who is in both systems, and of whom nothing waits."""
    user_id = hire(listened.sandbox, number)
    listened.await_phone(user_id)
    listened.await_empty()
    return user_id


def codes(sandbox: Sandbox) -> Counter[str]:
    return Counter(employee["code"] for employee in sandbox.xledger.employees())


def test_what_it_was_never_told_comes_with_the_schedule_which_runs_beside_nothing_else(begun: Begun) -> None:
    assert begun.status == 200
    assert begun.meanwhile == []
    assert begun.afterwards == [TOKEN_OF_HUMA, f"/users/{begun.somebody}"], begun.running.printed
    assert codes(begun.running.listened.sandbox)["E701"] == 1


def test_a_change_is_in_xledger_for_one_request_to_huma_and_four_to_xledger(
    running: Listening, sandbox: Sandbox
) -> None:
    user_id = somebody(running.listened, 601)
    asked = Asked.from_now_on(sandbox)
    sandbox.huma.change(user_id, phone="+47 400 00 601", jobTitle="Director")
    running.listened.await_phone(user_id)
    running.listened.await_empty()
    assert asked.huma == [f"/users/{user_id}"]
    assert 2 <= len(asked.xledger) <= 4
    employee = sandbox.xledger.employee("E601")
    assert employee["contact"]["jobTitle"] == "Director"
    assert employee["subledger"]["phone"] == employee["contact"]["phone"] == "+47 400 00 601"


@pytest.mark.usefixtures("sandbox")
def test_the_demo_has_a_number_changed_and_tells_when_xledger_has_it(running: Listening) -> None:
    user_id = somebody(running.listened, 615)
    assert seconds_to_xledger(running.listened, user_id, "+47 400 00 615") > 0
    assert running.listened.phone(user_id) == "+47 400 00 615"


def test_what_changes_nothing_that_xledger_has_costs_xledger_nothing(running: Listening, sandbox: Sandbox) -> None:
    user_id = somebody(running.listened, 602)
    asked = Asked.from_now_on(sandbox)
    sandbox.huma.export(user_id)
    sandbox.huma.webhooks.answers()
    running.listened.await_empty()
    assert (asked.huma, asked.xledger) == ([f"/users/{user_id}"], [])


def test_many_events_of_a_person_at_once_are_few_requests(running: Listening, sandbox: Sandbox) -> None:
    user_id = somebody(running.listened, 603)
    sandbox.huma.webhooks.dialect = WEBHOOK_DIALECTS["doubled"]
    asked = Asked.from_now_on(sandbox)
    for number in range(20):
        sandbox.huma.change(user_id, phone=f"+47 400 03 {number:03d}")
    running.listened.await_phone(user_id)
    sandbox.huma.webhooks.answers()
    running.listened.await_empty()
    assert len(asked.huma) < 5
    assert len(asked.xledger) < 5 * 4


def test_a_burst_of_a_thousand_webhooks_costs_what_one_sync_of_those_people_costs(
    running: Listening, sandbox: Sandbox
) -> None:
    before, began = len(sandbox.huma.webhooks.delivered), time.monotonic()
    asked = Asked.from_now_on(sandbox)
    sandbox.huma.webhooks.at_once = 16
    crowd = import_salaries(sandbox)
    deliveries = sandbox.huma.webhooks.answers()[before:]
    bursts = 1 + int((time.monotonic() - began) / LONGEST.total_seconds())  # where the machine takes so long for it
    sandbox.huma.webhooks.at_once = 1
    assert [delivery.status for delivery in deliveries] == [200] * CHANGES * CROWD
    running.listened.await_empty()
    titles = {employee["code"]: employee["contact"]["jobTitle"] for employee in sandbox.xledger.employees()}
    people = [sandbox.huma.users[user_id] for user_id in crowd]
    assert {user["employmentId"]: titles[user["employmentId"]] for user in people} == {
        user["employmentId"]: user["jobTitle"] for user in people
    }
    assert len(asked.xledger) <= bursts * cost_of_one_sync_of_the_crowd()
    assert len(asked.huma) <= bursts * CROWD


def cost_of_one_sync_of_the_crowd() -> int:
    """How many requests Xledger gets from a plain sync of those people, in a sandbox of its own."""
    with Sandbox.running(people=0, burst_limit=None) as sandbox:
        populate(sandbox)
        import_salaries(sandbox)
        catalog = ConfiguredAirbyteCatalogSerializer.load({"streams": [a_stream()]})
        people = records(read_source(sandbox).records.values())
        for _ in DestinationXledger(connect_at_once).write(sandbox.destination_config(), catalog, people):
            pass
        assert len(sandbox.xledger.writes) >= 1
        return len(sandbox.xledger.operations)


@pytest.mark.parametrize(("number", "dialect"), [(604, "doubled"), (605, "out_of_order"), (606, "late")])
def test_the_last_value_wins_however_webhooks_come(
    number: int, dialect: str, running: Listening, sandbox: Sandbox
) -> None:
    user_id = somebody(running.listened, number)
    before = len(sandbox.huma.webhooks.delivered)
    sandbox.huma.webhooks.dialect = WEBHOOK_DIALECTS[dialect]
    for phone in ("1", "2", "3"):
        sandbox.huma.change(user_id, phone=f"+47 400 0{phone} {number}")
    sandbox.huma.webhooks.release()
    running.listened.await_phone(user_id)
    first = sandbox.huma.webhooks.answers()[before]
    sandbox.huma.webhooks.send_again(first)
    sandbox.huma.webhooks.answers()
    running.listened.await_empty()
    assert running.listened.phone(user_id) == f"+47 400 03 {number}"


def test_nobody_is_deleted_or_touched_who_is_deleted_in_huma(running: Listening, sandbox: Sandbox) -> None:
    user_id = somebody(running.listened, 607)
    before, asked = sandbox.xledger.employee("E607"), Asked.from_now_on(sandbox)
    sandbox.huma.delete(user_id)
    (*_, delivery) = sandbox.huma.webhooks.answers()
    running.listened.await_empty()
    assert (delivery.topic, delivery.status) == ("users-delete", 200)
    assert sandbox.xledger.employee("E607") == before
    assert asked.xledger == []


def test_whoever_is_created_is_added_once(running: Listening, sandbox: Sandbox) -> None:
    sandbox.huma.webhooks.dialect = WEBHOOK_DIALECTS["doubled"]
    user_id = hire(sandbox, 608)
    sandbox.huma.change(user_id, phone="+47 400 00 608")
    running.listened.await_phone(user_id)
    running.listened.await_empty()
    assert codes(sandbox)["E608"] == 1


def test_of_a_topic_that_nobody_knows_the_people_are_brought(running: Listening, sandbox: Sandbox) -> None:
    people = [somebody(running.listened, number) for number in (609, 610)]
    with untold(sandbox):
        for number, user_id in enumerate(people):
            sandbox.huma.change(user_id, phone=f"+47 400 01 61{number}")
    named = [{"id": user_id, "email": sandbox.huma.users[user_id]["email"]} for user_id in people]
    sandbox.huma.webhooks.tell("teams-users-added", named, team={"id": "7", "name": "Salg"})
    running.listened.await_phone(*people)
    sandbox.huma.webhooks.dialect = WEBHOOK_DIALECTS["other_email_topic"]
    sandbox.huma.change(people[0], email="kari-new@example.com")
    until(lambda: sandbox.xledger.employee("E609")["contact"]["email"] == "kari-new@example.com", "the new address")


def test_what_names_nobody_and_is_about_no_users_is_taken_and_nothing_is_asked(
    running: Listening, sandbox: Sandbox
) -> None:
    asked = Asked.from_now_on(sandbox)
    before = len(sandbox.huma.webhooks.delivered)
    sandbox.huma.webhooks.tell("absences-create", None, absences=[{"id": "1", "userId": "2"}])
    sandbox.huma.webhooks.tell("locations-update", None, locations=[{"id": "1", "name": "Bergen"}])
    statuses = [delivery.status for delivery in sandbox.huma.webhooks.answers()[before:]]
    running.listened.await_empty()
    assert (statuses, asked.huma, asked.xledger) == ([200, 200], [], [])


def test_nobody_is_written_whom_the_settings_leave_out(running: Listening, sandbox: Sandbox) -> None:
    asked = Asked.from_now_on(sandbox)
    hire(sandbox, 611, companies=[company(sandbox, 1)])
    sandbox.huma.webhooks.answers()
    running.listened.await_empty()
    assert codes(sandbox)["E611"] == 0
    assert asked.xledger == []


def test_what_is_not_signed_is_not_told_why_it_is_refused_and_nothing_of_it_is_kept(
    running: Listening, sandbox: Sandbox
) -> None:
    body = {"topic": "users-update", "users": [{"id": next(iter(sandbox.huma.users))}]}
    headers = {"huma-topic": "users-update", "Authorization": f"Bearer {TOKEN}", "huma-hmac-sha256": "0" * 64}
    answer = requests.post(running.listened.url, json=body, headers=headers, timeout=10)
    assert (answer.status_code, answer.text) == (403, "")
    assert running.listened.waiting() == []


def test_events_wait_while_xledger_is_down_and_are_brought_then(running: Listening, sandbox: Sandbox) -> None:
    user_id = somebody(running.listened, 612)
    down = sandbox.xledger.faults.add(Fault.maintenance_page(times=None))
    sandbox.huma.change(user_id, phone="+47 400 00 612")
    assert down.reached.wait(TIMEOUT)
    health = running.health()
    assert health.json()["waiting"] == 1
    assert [kept.event.user for kept in running.listened.waiting()] == [user_id]
    sandbox.xledger.faults.remove(down)
    running.listened.await_phone(user_id)


def test_whoever_is_rejected_is_told_by_id_and_not_tried_again(
    running: Listening, sandbox: Sandbox, mail: MailServer
) -> None:
    sandbox.xledger.faults.add(Fault.refuse_value(root_field=ADDED, path="lastName", value="Nordmann613"))
    mail.received.clear()
    mail.arrived.clear()
    user_id = hire(sandbox, 613)
    running.await_line(f"{user_id}.* was rejected")
    assert mail.arrived.wait(30)
    running.listened.await_empty()
    asked = Asked.from_now_on(sandbox)
    assert user_id in mail.text.replace("\n", " ")
    assert "Nordmann613" not in mail.text
    sandbox.huma.export(next(iter(sandbox.huma.users)))
    sandbox.huma.webhooks.answers()
    running.listened.await_empty()
    assert asked.xledger == []
    assert codes(sandbox)["E613"] == 0


def test_what_is_given_up_on_is_told_and_listed_and_is_brought_when_somebody_says_so(
    running: Listening, sandbox: Sandbox, mail: MailServer
) -> None:
    user_id = somebody(running.listened, 614)
    token, sandbox.xledger.token = sandbox.xledger.token, "0" * 64
    sandbox.huma.change(user_id, phone="+47 400 00 614")
    until(lambda: [kept.attempts for kept in running.listened.waiting()] == [1], "a failure")
    mail.received.clear()
    mail.arrived.clear()
    with running.listened.inbox() as inbox:
        for _ in range(5):
            (kept,) = inbox.waiting()
            inbox.failed([kept.number], "It was tried before.", datetime.now(timezone.utc))
        until(inbox.given_up, "an event that is given up on")
        (kept,) = inbox.given_up()
    assert mail.arrived.wait(30)
    code, listed = events(running.listened)
    assert code == 0
    assert user_id in listed
    assert re.search(rf"\b{kept.number}\b", listed)
    assert running.health().json()["given_up"] == 1
    sandbox.xledger.token = token
    assert events(running.listened, "--retry")[0] == 0
    running.listened.await_phone(user_id)
    running.listened.await_empty()
    assert events(running.listened)[1].count(user_id) == 0


def test_it_says_how_it_is_and_what_it_has_cost(running: Listening, sandbox: Sandbox) -> None:
    health = running.health()
    assert health.status_code == 200
    assert health.json()["waiting"] == health.json()["given_up"] == 0
    measured = running.metrics()
    taken = [delivery for delivery in sandbox.huma.webhooks.delivered if delivery.status == 200]
    assert measured['huma_xledger_webhooks_total{answer="taken"}'] == len(taken)
    assert measured['huma_xledger_webhooks_total{answer="refused"}'] >= 1
    assert measured['huma_xledger_requests_total{system="xledger"}'] > 10
    assert measured["huma_xledger_webhook_to_ledger_seconds_count"] > 10


def test_no_value_of_anybody_and_no_secret_is_printed_or_kept_whatever_is_logged(
    running: Listening, sandbox: Sandbox
) -> None:
    listened = running.listened
    facts = without(a_recognisable_user(), "id", "type", "active", "supervisor")
    user_id = sandbox.huma.hire(**facts, companies=[company(sandbox)])
    listened.await_phone(user_id)
    sandbox.huma.change(user_id, phone="+47 987 65 431", email="zebra@quixotherium.example", jobTitle="Zq-other")
    listened.await_phone(user_id)
    refused = Fault.refuse_value(root_field="updateContacts", path="jobTitle", value="Zq-refused")
    sandbox.xledger.faults.add(refused)
    sandbox.huma.change(user_id, jobTitle="Zq-refused")
    running.await_line(f"{user_id} was rejected")
    sandbox.huma.delete(user_id)
    sandbox.huma.webhooks.answers()
    listened.await_empty()
    assert "DEBUG" in running.printed
    assert user_id in running.printed
    secrets = (SECRET, TOKEN, sandbox.xledger.token, sandbox.huma.client_secret)
    kept = {
        path: path.read_bytes().decode("latin-1") for path in listened.states.parents[1].rglob("*") if path.is_file()
    }
    assert {path.name for path in kept} >= {"inbox.sqlite", "destination-xledger.json"}
    assert unnamed(listened.folder.parent) == [], "docs/personal-data.md names every file"
    assert traces_in(running.printed, *secrets) == []
    traces = {str(path): traces_in(content, *secrets) for path, content in kept.items()}
    # What is shorter may stand in a fingerprint by chance.
    assert {path: [trace for trace in found if len(trace) >= SHORTEST] for path, found in traces.items()} == {
        path: [] for path in traces
    }


def test_it_ends_when_it_is_told(running: Listening) -> None:
    assert running.end(signal.SIGTERM) == 0
    assert "Traceback" not in running.printed
