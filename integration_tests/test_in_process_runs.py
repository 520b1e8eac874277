"""What a webhook costs and does, with both connectors in the process that took it."""

import json
import logging
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from airbyte_cdk.sources.streams.call_rate import APIBudget
from airbyte_cdk.utils.airbyte_secrets_utils import filter_secrets, update_secrets
from urllib3.connection import HTTPConnection

from connector_base.protocol.messages import as_line, read_messages
from connector_base.protocol.stream_keys import StreamKey
from connector_base.reading.command import line_of
from connector_base.settings.masked_secrets import mask_too
from destination_xledger.destination import DestinationXledger
from huma_api.asking.sync_run import SyncRun
from huma_xledger import state_file
from huma_xledger.belonging import Belonging
from huma_xledger.bringing import in_process
from huma_xledger.bringing.in_process import FIRST, SETTINGS, STOPPED, InProcess
from huma_xledger.bringing.runs import Ending, Ran
from huma_xledger.connection import Connection
from huma_xledger.inbox.store import NAME, Inbox
from huma_xledger.lock import held
from huma_xledger.state_file import LOCK, Kept, StateFile
from integration_tests.conftest import connect_at_once
from integration_tests.recognisable import RECOGNISABLE, traces_in
from integration_tests.sandbox import Fault, Sandbox
from source_huma.in_process import CHANGED, changed_users
from xledger_api.sending.client import XledgerClient

PEOPLE = 7
LOOK_UP = ("employees", "employees", "employees")
"""By code, by e-mail address, and by code in another case: one request."""

LEARNING = 2
"""Requests that it takes to learn Xledger's schema, once a process."""


class NoTime(threading.Event):
    """Waiting for it takes no time, unless it is set.

    Attributes:
        waits: How long was to be waited, each time.
    """

    def __init__(self) -> None:
        super().__init__()
        self.waits: list[float] = []

    def wait(self, timeout: float | None = None) -> bool:
        if timeout:
            self.waits.append(timeout)
        return self.is_set()


@dataclass
class Listener:
    """A connection whose webhooks are brought in this process.

    Attributes:
        sandbox: Both systems.
        folder: The folder of the connection.
        states: That of its states.
        inbox: The inbox.
        runs: What is tried.
        stopped: What waits in it for Xledger waits for.
        whole: How often everybody was brought.
    """

    sandbox: Sandbox
    folder: Path
    states: Path
    inbox: Inbox
    runs: InProcess = field(init=False)
    stopped: NoTime = field(default_factory=NoTime)
    whole: int = 0

    def __post_init__(self) -> None:
        self.configure()
        without_limit = partial(XledgerClient, budget=APIBudget(policies=[]))
        self.runs = InProcess(self.folder, self.states, self.inbox, self.everybody, without_limit, stopped=self.stopped)

    def configure(self, source: dict[str, Any] | None = None, **destination: Any) -> None:
        """Writes `connection.yaml`."""
        configs = {
            "source-huma": self.sandbox.source_config(**source or {}),
            "destination-xledger": self.sandbox.destination_config(**destination),
        }
        (self.folder / "connection.yaml").write_text(json.dumps(configs))

    @property
    def state(self) -> StateFile:
        """Where the state is."""
        return StateFile(self.states / "destination-xledger.json")

    def everybody(self) -> Ran:
        """What stands in for the sync of everybody, which is a process of its own."""
        self.whole += 1
        self.sync_of_everybody(None)
        return Ran(Ending.DONE, everybody=True)

    def sync_of_everybody(self, kept: Kept | None) -> None:
        """Brings everybody who has changed, as any host does."""
        states = kept.states if kept else ()
        lines = (line_of(each).encode() for each in changed_users(self.sandbox.source_config(), states, SyncRun()))
        streams = {StreamKey.of(configured.stream) for configured in CHANGED.streams}
        writing = DestinationXledger(connect_at_once).write(
            self.sandbox.destination_config(), CHANGED, read_messages(lines, streams)
        )
        *_, last = writing
        self.state.keep(Kept(Belonging("huma", "xledger", "settings"), [json.loads(as_line(last))["state"]]))

    def some(self, *users: str) -> Ran:
        """Brings some, with what was asked of both systems forgotten before."""
        self.sandbox.huma.requests.clear()
        self.sandbox.xledger.operations.clear()
        return self.runs.some(users)

    @property
    def asked(self) -> list[tuple[str, ...]]:
        """What was asked of Xledger in the last run."""
        return [tuple(operation.root_fields) for operation in self.sandbox.xledger.operations]

    @property
    def ids(self) -> list[str]:
        """Those of people who are active and have an employment ID."""
        users = self.sandbox.huma.users.values()
        return [user.id for user in users if user.facts["type"] == "user" and user["employmentId"] and user["active"]]


@pytest.fixture
def listener(tmp_path: Path) -> Iterator[Listener]:
    """One in which everybody has been brought."""
    yield from listening(tmp_path, PEOPLE)


@pytest.fixture
def many(tmp_path: Path) -> Iterator[Listener]:
    """The same with more people."""
    yield from listening(tmp_path, 60)


def listening(tmp_path: Path, people: int) -> Iterator[Listener]:
    """A listener in which everybody has been brought, of so many people."""
    states = tmp_path / "states"
    states.mkdir()
    with Sandbox.running(people=people, employees=False, burst_limit=None) as sandbox:
        inbox = Inbox.opened(states / NAME)
        listener = Listener(sandbox, tmp_path, states, inbox)
        ran = listener.runs.some(["anybody"])
        assert ran.everybody
        yield listener
        inbox.close()
    update_secrets([])


@pytest.fixture
def warm(listener: Listener) -> Listener:
    """One that has written before: it knows Xledger's schema."""
    user = listener.ids[0]
    listener.sandbox.huma.change(user, phone="+47 41 23 45 67")
    assert listener.some(user).summary["updated"] == 1
    return listener


def test_a_changed_phone_number_costs_one_request_to_huma_and_four_to_xledger_at_most(warm: Listener) -> None:
    user = warm.ids[1]
    warm.sandbox.huma.change(user, phone="+47 41 23 45 68")
    ran = warm.some(user)
    assert (ran.ending, ran.problem, ran.everybody) == (Ending.DONE, None, False)
    assert warm.sandbox.huma.counts() == {"GET /users/{id}": 1}
    assert ran.huma_requests == 1
    assert warm.asked == [LOOK_UP, ("updateSuppliers",), ("updateContacts",)]
    assert ran.summary["requests"] == len(warm.asked)
    assert ran.summary["updated"] == 1


def test_once_it_is_warmed_up_the_first_change_costs_no_more_than_any_other(listener: Listener) -> None:
    assert warmed_up(listener) == (1, LEARNING), "a token, and Xledger's schema"
    user = listener.ids[0]
    listener.sandbox.huma.change(user, phone="+47 41 23 45 68")
    ran = listener.some(user)
    assert listener.sandbox.huma.counts() == {"GET /users/{id}": 1}
    assert listener.asked == [LOOK_UP, ("updateSuppliers",), ("updateContacts",)]
    assert (ran.huma_requests, ran.summary["requests"], ran.summary["updated"]) == (1, 3, 1)
    assert warmed_up(listener) == (0, 0), "all is there"


def test_what_fails_while_it_is_warmed_up_is_paid_for_once_and_nobodys_failure(
    listener: Listener, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time, "sleep", lambda _: None)
    listener.sandbox.huma.faults.add(Fault.server_error(503, path="/auth/oauth/token", times=2))
    listener.sandbox.xledger.faults.add(Fault.maintenance_page(times=None))
    with caplog.at_level(logging.INFO, in_process.__name__):
        assert warmed_up(listener) == (2, 1)
    assert [record for record in caplog.records if record.name == f"airbyte.{in_process.__name__}"] == []
    assert listener.stopped.waits == []
    listener.sandbox.xledger.faults.clear()
    listener.sandbox.huma.change(listener.ids[0], phone="+47 41 23 45 68")
    assert listener.some(listener.ids[0]).summary["updated"] == 1


def test_a_limit_is_not_waited_out_while_it_is_warmed_up_and_has_nothing_else_pass_for_xledgers_schema(
    listener: Listener,
) -> None:
    listener.sandbox.xledger.faults.add(Fault.burst_limit())
    assert warmed_up(listener)[1] == 1
    assert listener.stopped.waits == []
    assert warmed_up(listener) == (0, LEARNING)


def test_nothing_is_warmed_up_where_everybody_comes_first_or_nothing_can(listener: Listener) -> None:
    listener.configure(no_unset_fields=["phone"])
    assert warmed_up(listener) == (0, 0)
    (listener.folder / "connection.yaml").write_text("{")
    assert warmed_up(listener) == (0, 0)
    listener.configure()
    listener.runs.stop()
    assert warmed_up(listener) == (0, 0)


def warmed_up(listener: Listener) -> tuple[int, int]:
    """What it costs to warm it up, in requests to Huma and to Xledger: both as it says and as they were received."""
    listener.sandbox.huma.requests.clear()
    listener.sandbox.xledger.operations.clear()
    ran = listener.runs.warm_up()
    assert ran.ending is Ending.DONE
    cost = ran.huma_requests, ran.summary.get("requests", 0)
    assert cost == (len(listener.sandbox.huma.requests), len(listener.sandbox.xledger.operations))
    return cost


def test_whatever_has_changed_of_somebody_costs_four_requests_to_xledger_at_most(warm: Listener) -> None:
    changed = {"phone": "+47 41 23 45 68", "givenName": "Zebedia", "birthDate": "1990-02-03", "jobTitle": "Head of it"}
    changed["probationEndDate"] = "2026-07-01"
    warm.sandbox.huma.change(warm.ids[1], **changed)
    ran = warm.some(warm.ids[1])
    assert set(ran.summary["fields_changed"]) == set(changed), ran
    assert warm.asked == [LOOK_UP, ("updateEmployees",), ("updateSuppliers",), ("updateContacts",)]


def test_who_has_not_changed_costs_xledger_nothing_and_leaves_the_state_alone(warm: Listener) -> None:
    before = warm.state.path.read_bytes()
    ran = warm.some(warm.ids[1])
    assert ran == Ran(Ending.DONE, huma_requests=1)
    assert warm.sandbox.huma.counts() == {"GET /users/{id}": 1}
    assert warm.asked == []
    assert warm.state.path.read_bytes() == before


def test_what_was_brought_is_not_brought_again(warm: Listener) -> None:
    user = warm.ids[1]
    warm.sandbox.huma.change(user, phone="+47 41 23 45 68")
    assert warm.some(user).summary["updated"] == 1
    assert warm.some(user).summary == {}
    assert warm.whole == 1


def test_somebody_new_is_added(warm: Listener) -> None:
    user = warm.sandbox.huma.hire()
    assert warm.some(user).summary["created"] == 1
    assert warm.inbox.may_be_adding() is None


def test_whoever_is_gone_is_skipped_and_deletes_nobody(warm: Listener) -> None:
    user, employees = warm.ids[1], len(warm.sandbox.xledger.employees())
    warm.sandbox.huma.delete(user)
    ran = warm.some(user)
    assert ran.ending is Ending.DONE
    assert [user in line for line in ran.log] == [True]
    assert warm.asked == []
    assert len(warm.sandbox.xledger.employees()) == employees


def test_whom_the_key_sees_no_more_is_tried_again_and_all_others_are_brought(warm: Listener) -> None:
    hidden, seen = warm.ids[1:3]
    warm.sandbox.huma.change_many({user: {"givenName": "Zebedia"} for user in (hidden, seen)})
    warm.sandbox.huma.faults.add(Fault.no_right(f"/users/{hidden}"))
    ran = warm.some(hidden, seen)
    assert (ran.ending, ran.summary["received"], ran.summary["updated"]) == (Ending.CONFIG, 1, 1)
    assert ran.unread.keys() == {hidden}
    assert hidden in (ran.problem or "")
    assert seen not in (ran.problem or "")
    warm.sandbox.huma.change(seen, givenName="Zacharia")
    warm.sandbox.xledger.faults.add(Fault.maintenance_page(times=None))
    assert warm.some(hidden, seen).unread == {}, "it is not theirs alone"
    warm.sandbox.huma.faults.clear()
    warm.sandbox.xledger.faults.clear()
    assert warm.some(hidden, seen).summary["updated"] == 2


def test_whom_the_key_never_saw_is_left_out_with_a_line_and_all_others_are_brought(warm: Listener) -> None:
    hidden, seen = warm.sandbox.huma.hire(), warm.ids[2]
    warm.sandbox.huma.change(seen, givenName="Zebedia")
    warm.sandbox.huma.faults.add(Fault.no_right(f"/users/{hidden}"))
    ran = warm.some(hidden, seen)
    assert (ran.ending, ran.summary["received"], ran.summary["updated"]) == (Ending.DONE, 1, 1)
    assert [hidden in line for line in ran.log].count(True) == 1


def test_whoever_is_deactivated_gets_the_end_date(warm: Listener) -> None:
    user = warm.ids[1]
    warm.sandbox.huma.change(user, employmentEndDate="2026-03-31")
    warm.sandbox.huma.deactivate(user)
    ran = warm.some(user)
    assert ran.summary["updated"] == 1, ran
    assert ran.summary["fields_changed"] == {"employmentEndDate": 1}


def test_many_cost_what_one_sync_of_them_costs(warm: Listener) -> None:
    def change(country_code: str) -> list[str]:
        numbers = {user: f"{country_code} 41 23 46 {number}" for number, user in enumerate(warm.ids, start=10)}
        warm.sandbox.huma.change_many({user: {"phone": phone} for user, phone in numbers.items()})
        return list(numbers)

    ran = warm.some(*change("+47"))
    assert ran.summary["updated"] == ran.huma_requests == len(warm.ids)
    one_by_one = warm.asked
    change("+46")
    warm.sandbox.xledger.operations.clear()
    warm.sync_of_everybody(warm.state.kept())
    assert one_by_one == [asked for asked in warm.asked if asked != ("__schema",) and "__type" not in str(asked)]


def test_whoever_is_rejected_is_told_by_id_and_not_tried_again(warm: Listener) -> None:
    user = warm.sandbox.huma.hire(employmentId=None)
    ran = warm.some(user)
    assert ran.ending is Ending.DONE
    assert ran.summary["rejected"] == {"missing_key": 1}
    assert any(line.startswith(f"users {user} was rejected (missing_key)") for line in ran.log)
    assert warm.some(user).summary == {}


def test_what_passes_in_xledger_is_tried_again_by_the_next_run(warm: Listener) -> None:
    user, before = warm.ids[1], warm.state.path.read_bytes()
    warm.sandbox.huma.change(user, phone="+47 41 23 45 68")
    warm.sandbox.xledger.faults.add(Fault.maintenance_page(times=None))
    ran = warm.some(user)
    assert ran.ending is Ending.PASSING
    assert ran.problem is not None
    assert ran.problem.startswith("destination-xledger: ")
    assert warm.state.path.read_bytes() == before
    warm.sandbox.xledger.faults.clear()
    assert warm.some(user).summary["updated"] == 1


def test_what_fails_in_huma_for_one_keeps_nobody_else_waiting(warm: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "sleep", lambda _: None)
    one, other = warm.ids[1:3]
    warm.sandbox.huma.change_many({user: {"givenName": "Zebedia"} for user in (one, other)})
    warm.sandbox.huma.faults.add(Fault.server_error(503, path=f"/users/{one}", times=2))
    ran = warm.some(one, other)
    assert ran.ending is Ending.PASSING
    assert ran.problem is not None
    assert ran.problem.startswith("source-huma: ")
    assert ran.summary["updated"] == 1
    assert ran.huma_requests == 3, "one was tried again, once"
    assert ran.unread == {one: ran.problem}
    again = warm.some(one, other)
    assert (again.ending, again.summary["received"], again.summary["updated"]) == (Ending.DONE, 1, 1)


def test_who_failed_in_huma_beside_what_failed_in_xledger_is_none_of_those_who_failed_alone(
    warm: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time, "sleep", lambda _: None)
    one, other = warm.ids[1:3]
    warm.sandbox.huma.change_many({user: {"givenName": "Zebedia"} for user in (one, other)})
    warm.sandbox.huma.faults.add(Fault.server_error(503, path=f"/users/{one}", times=2))
    warm.sandbox.xledger.token = "0" * 64
    ran = warm.some(one, other)
    assert (ran.ending, ran.unread) == (Ending.CONFIG, {})
    assert "source-huma: " in (ran.problem or "")
    assert "destination-xledger: " in (ran.problem or "")


def test_where_huma_is_down_for_everybody_nobody_failed_alone(many: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "sleep", lambda _: None)
    many.sandbox.huma.faults.add(Fault.server_error(503, path="/users/{id}", times=None))
    ran = many.some(*many.ids)
    assert (ran.ending, ran.unread) == (Ending.PASSING, {})
    many.sandbox.huma.faults.clear()
    assert many.some(*many.ids).ending is Ending.DONE


def test_who_could_not_be_read_stays_noted_as_one_who_may_have_been_added(
    warm: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time, "sleep", lambda _: None)
    unread, hired = warm.sandbox.huma.hire(), warm.sandbox.huma.hire()
    warm.inbox.adding([unread], datetime.now(timezone.utc))
    warm.sandbox.huma.faults.add(Fault.server_error(503, path=f"/users/{unread}", times=2))
    assert warm.some(unread, hired).summary["created"] == 1
    noted = warm.inbox.may_be_adding()
    assert noted is not None
    assert noted[0] == {unread}


@pytest.mark.parametrize(
    ("source", "destination", "who"),
    [
        ({"client_secret": "11111111-0000-4000-8000-000000000000"}, {}, "source-huma"),
        ({}, {"api_token": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}, "destination-xledger"),
        ({"company_ids": ["Zq-company"]}, {}, "source-huma"),
        ({}, {"match_on": ["Zq-key"]}, "destination-xledger"),
    ],
)
def test_what_somebody_has_to_mend_is_told_in_the_connectors_own_words(
    source: dict[str, Any], destination: dict[str, Any], who: str, listener: Listener
) -> None:
    listener.configure(source, **destination)
    assert listener.some(listener.ids[0]).everybody, "other settings: everybody first"
    listener.sandbox.huma.change(listener.ids[0], phone="+47 41 23 45 68")
    ran = listener.some(listener.ids[0])
    assert ran.ending is Ending.CONFIG
    assert ran.problem is not None
    assert ran.problem.startswith(f"{who}: ")
    assert "Zq-" not in ran.problem


def test_other_settings_bring_everybody_once(warm: Listener, caplog: pytest.LogCaptureFixture) -> None:
    warm.configure(no_unset_fields=["phone"])
    with caplog.at_level(logging.INFO, "airbyte"):
        assert warm.some(warm.ids[0]).everybody
    assert FIRST in caplog.text
    assert warm.whole == 2
    assert not warm.some(warm.ids[0]).everybody
    assert warm.whole == 2


def test_webhooks_that_come_one_by_one_empty_a_field_of_no_more_people_than_one_sync_of_all_would(
    many: Listener,
) -> None:
    *users, other, later = [user for user in many.ids if many.sandbox.huma.users[user]["phone"]][:25]
    for user in users[:20]:
        many.sandbox.huma.change(user, phone=None)
        assert many.some(user).summary["fields_unset"] == {"phone": 1}
    many.sandbox.huma.change_many({user: {"phone": None} for user in users[20:]})
    for user in users[20:]:
        ran = many.some(user)
        assert (ran.ending, ran.summary["updated"]) == (Ending.CONFIG, 0)
        assert "allow_mass_unset" in (ran.problem or "")
    many.sandbox.huma.change(other, givenName="Zebedia")
    assert many.some(other).summary["updated"] == 1, "who loses nothing goes through"
    many.configure(allow_mass_unset=True)
    many.runs.everybody()
    many.sandbox.huma.change(users[20], phone=None, givenName="Zebedia")
    assert many.some(users[20]).ending is Ending.DONE, "it is meant"
    many.configure()
    many.runs.everybody()
    many.sandbox.huma.change(later, phone=None)
    assert many.some(later).ending is Ending.DONE, "it is counted anew under other settings"


def test_a_change_that_is_brought_leaves_what_was_written_and_no_page_of_a_megabyte(warm: Listener) -> None:
    warm.configure(object_storage_config={"storage_type": "Local", "path": str(warm.folder / "reports")})
    warm.runs.everybody()
    warm.sandbox.huma.change(warm.ids[1], phone="+47 41 23 45 68")
    assert warm.some(warm.ids[1]).summary["updated"] == 1
    left = {path.name: path.stat().st_size for path in (warm.folder / "reports").rglob("*") if path.is_file()}
    assert left.keys() == {"changes.jsonl", "conflicts.jsonl", "rejected.jsonl", "summary.json"}
    assert sum(left.values()) < 4096
    ran = warm.some(warm.sandbox.huma.hire(employmentId=None))
    assert ran.summary["rejected"]
    assert [path.name for path in (warm.folder / "reports").rglob("*.html")] == ["result.html"]


def test_who_is_told_decides_nothing(warm: Listener) -> None:
    warm.configure(notify="json://localhost/somewhere", notify_language="nb")
    assert not warm.some(warm.ids[0]).everybody


def test_settings_that_change_while_everybody_is_brought_bring_everybody_again(warm: Listener) -> None:
    def change_meanwhile() -> Ran:
        warm.configure(no_unset_fields=["email"])
        return Ran(Ending.DONE, everybody=True)

    warm.configure(no_unset_fields=["phone"])
    runs = InProcess(warm.folder, warm.states, warm.inbox, change_meanwhile)
    assert runs.some(warm.ids[:1]).everybody
    assert warm.some(warm.ids[0]).everybody


@pytest.mark.parametrize("belongs_to", [None, Belonging("huma", "xledger", None)])
def test_a_state_that_does_not_say_enough_brings_everybody(belongs_to: Belonging | None, warm: Listener) -> None:
    kept = warm.state.kept()
    assert kept is not None
    warm.state.keep(Kept(belongs_to, kept.states))
    assert warm.some(warm.ids[0]).everybody


@pytest.mark.parametrize("field", ["source", "destination", "settings"])
def test_a_state_that_another_sync_left_of_others_brings_everybody(field: str, warm: Listener) -> None:
    kept = warm.state.kept()
    assert kept is not None
    assert kept.belongs_to is not None
    warm.state.keep(replace(kept, belongs_to=replace(kept.belongs_to, **{field: "another"})))
    assert warm.some(warm.ids[0]).everybody
    assert not warm.some(warm.ids[0]).everybody


def test_to_whom_the_state_belongs_stays(warm: Listener) -> None:
    kept = warm.state.kept()
    assert kept is not None
    assert kept.belongs_to == Belonging("huma", "xledger", "settings")
    assert len(kept.states) == 1


@pytest.mark.parametrize("ending", [Ending.PASSING, Ending.BUSY, Ending.CONFIG])
def test_where_everybody_could_not_be_brought_it_is_tried_again(ending: Ending, warm: Listener) -> None:
    runs = InProcess(warm.folder, warm.states, warm.inbox, lambda: Ran(ending, "why"))
    warm.configure(no_unset_fields=["phone"])
    assert runs.some(warm.ids[:1]) == Ran(ending, "why")
    assert runs.everybody() == Ran(ending, "why")
    assert warm.some(warm.ids[0]).everybody


def test_a_scheduled_sync_is_remembered_as_one_of_everybody(warm: Listener) -> None:
    warm.inbox.remember(SETTINGS, None)
    assert warm.runs.everybody().everybody
    assert not warm.some(warm.ids[0]).everybody


@pytest.mark.parametrize("content", ["{", "source-huma: {client_id: x}\n"])
def test_a_broken_connection_file_is_told_in_its_sentence(content: str, warm: Listener) -> None:
    path = warm.folder / "connection.yaml"
    path.write_text(content)
    for ran in (warm.some(warm.ids[0]), warm.runs.everybody()):
        assert ran.ending is Ending.CONFIG
        assert ran.problem is not None
        assert str(path) in ran.problem


def test_a_preview_brings_nobody(warm: Listener) -> None:
    warm.configure(mode="preview")
    ran = warm.some(warm.ids[0])
    assert ran.ending is Ending.CONFIG
    assert ran.problem is not None
    assert "mode" in ran.problem
    assert warm.whole == 1


def test_while_another_sync_runs_nothing_is_done(warm: Listener) -> None:
    with held(warm.states / LOCK):
        assert warm.some(warm.ids[0]).ending is Ending.BUSY
    assert warm.sandbox.huma.requests == []
    assert warm.some(warm.ids[0]).ending is Ending.DONE


def test_the_access_token_is_that_of_the_run_before_and_another_one_when_it_is_refused(warm: Listener) -> None:
    warm.some(warm.ids[0])
    assert "POST /auth/oauth/token" not in warm.sandbox.huma.counts()
    warm.sandbox.huma.expire_tokens()
    ran = warm.some(warm.ids[0])
    assert ran.ending is Ending.DONE
    assert warm.sandbox.huma.counts() == {"GET /users/{id}": 2, "POST /auth/oauth/token": 1}
    warm.some(warm.ids[0])
    assert warm.sandbox.huma.counts() == {"GET /users/{id}": 1}


def test_whom_the_connection_leaves_out_nobody_asks_for(listener: Listener) -> None:
    one, other = listener.ids[:2]
    listener.configure({"user_ids": [one.upper()]})
    assert listener.some(one).everybody
    assert listener.some(other) == Ran(Ending.DONE)
    assert listener.sandbox.huma.requests == []
    assert listener.some(one, other).huma_requests == 2, "a token, and one of them"


def test_who_is_about_to_be_added_is_noted_until_it_is_known_what_came_of_it(warm: Listener) -> None:
    user = warm.sandbox.huma.hire()
    noted: list[Any] = []
    fault = Fault.meanwhile(lambda: noted.append(warm.inbox.may_be_adding()), root_field="addEmployees")
    warm.sandbox.xledger.faults.add(fault)
    assert warm.some(user).summary["created"] == 1
    ((users, _),) = noted
    assert users == {user}
    assert warm.inbox.may_be_adding() is None


def test_where_nobody_knows_whether_somebody_was_added_the_note_stays(warm: Listener) -> None:
    user = warm.sandbox.huma.hire()
    warm.sandbox.xledger.faults.add(Fault.lost_answer(root_field="addEmployees"))
    warm.sandbox.xledger.faults.add(Fault.maintenance_page(root_field="employees", after=1, times=None))
    assert warm.some(user).ending is Ending.PASSING
    noted = warm.inbox.may_be_adding()
    assert noted is not None
    assert noted[0] == {user}
    warm.sandbox.xledger.faults.clear()
    assert warm.some(warm.ids[0]).ending is Ending.DONE
    assert warm.inbox.may_be_adding() == noted, "of somebody else nothing is known by that"
    assert warm.some(user).ending is Ending.DONE
    assert warm.inbox.may_be_adding() is None


def test_whoever_cannot_be_noted_is_not_added(warm: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    user, employees = warm.sandbox.huma.hire(), len(warm.sandbox.xledger.employees())
    adding = warm.inbox.adding

    def close_first(*arguments: Any) -> None:
        warm.inbox.close()
        adding(*arguments)

    monkeypatch.setattr(warm.inbox, "adding", close_first)
    ran = warm.some(user)
    assert ran.ending is Ending.PASSING
    assert ran.problem is not None
    assert NAME in ran.problem
    assert len(warm.sandbox.xledger.employees()) == employees


def test_waiting_for_xledger_ends_when_it_is_to_stop(warm: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    user, before = warm.ids[1], warm.state.path.read_bytes()
    warm.sandbox.huma.change(user, phone="+47 41 23 45 68")
    warm.sandbox.xledger.faults.add(Fault.maintenance_page(times=None))

    def stop_first(seconds: float | None = None) -> bool:
        if seconds:
            warm.runs.stop()
        return warm.stopped.is_set()

    monkeypatch.setattr(warm.stopped, "wait", stop_first)
    ran = warm.some(user)
    assert (ran.ending, ran.problem) == (Ending.PASSING, STOPPED)
    assert warm.state.path.read_bytes() == before
    assert warm.some(user) == Ran(Ending.PASSING, STOPPED)
    assert warm.runs.everybody() == Ran(Ending.PASSING, STOPPED)
    assert warm.sandbox.huma.requests == []


@pytest.mark.parametrize("breaks", ["changed_users", "read_messages"])
def test_of_what_nobody_foresaw_the_place_is_told_and_never_the_text(
    breaks: str, warm: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> Iterator[Any]:
        raise KeyError("Zq-value")
        yield

    warm.sandbox.huma.change(warm.ids[1], phone="+47 41 23 45 68")
    monkeypatch.setattr(in_process, breaks, fail)
    ran = warm.some(warm.ids[1])
    assert ran.ending is Ending.UNFORESEEN
    assert ran.problem is not None
    assert "KeyError" in ran.problem
    assert any(Path(__file__).name in line for line in ran.log)
    assert "Zq-" not in "\n".join((ran.problem, *ran.log))
    monkeypatch.undo()
    assert warm.some(warm.ids[1]).summary["updated"] == 1


def test_a_state_that_cannot_be_read_is_told_and_stays(warm: Listener) -> None:
    warm.state.path.write_text("[")
    ran = warm.some(warm.ids[0])
    assert ran.ending is Ending.CONFIG
    assert ran.problem is not None
    assert str(warm.state.path) in ran.problem
    assert warm.state.path.read_text() == "["


def test_a_state_that_cannot_be_written_is_told_and_the_next_run_writes_it(
    warm: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    warm.sandbox.huma.change(warm.ids[1], phone="+47 41 23 45 68")
    monkeypatch.setattr(state_file, "replace_at_once", full)
    ran = warm.some(warm.ids[1])
    assert ran.ending is Ending.CONFIG
    assert ran.problem is not None
    assert "No space left" in ran.problem
    monkeypatch.undo()
    assert warm.some(warm.ids[1]).summary["unchanged"] == 1
    assert warm.some(warm.ids[1]).summary == {}


def test_nobody_else_is_read_once_it_is_to_stop(warm: Listener) -> None:
    before = warm.state.path.read_bytes()
    warm.sandbox.huma.change_many({user: {"givenName": "Zebedia"} for user in warm.ids})
    warm.sandbox.huma.faults.add(Fault.meanwhile(warm.runs.stop, path="/users/{id}"))
    assert warm.some(*warm.ids).problem == STOPPED
    assert warm.asked == []
    assert warm.state.path.read_bytes() == before


def test_another_token_of_xledger_makes_another_client(listener: Listener) -> None:
    clients: list[XledgerClient] = []

    def client(url: str, token: str) -> XledgerClient:
        clients.append(XledgerClient(url, token))
        return clients[-1]

    runs = InProcess(listener.folder, listener.states, listener.inbox, listener.everybody, client)
    numbers = iter(range(10, 99))

    def change() -> Ran:
        listener.sandbox.huma.change(listener.ids[0], phone=f"+47 41 23 45 {next(numbers)}")
        return runs.some(listener.ids[:1])

    assert [change().summary["requests"] for _ in range(2)] == [LEARNING + 3, 3]
    assert len(clients) == 1
    listener.sandbox.xledger.token = clients[0].token.swapcase()
    listener.configure()
    assert change().everybody
    assert change().summary["updated"] == 1
    assert len(clients) == 2


def test_nothing_is_left_of_a_run_and_connections_are_those_of_the_run_before(
    warm: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[object] = []
    connect = HTTPConnection.connect

    def connect_and_note(connection: HTTPConnection) -> None:
        opened.append(connection.host)
        connect(connection)

    warm.sandbox.huma.change(warm.ids[0], phone="+47 41 23 45 69")
    warm.some(warm.ids[0])
    monkeypatch.setattr(HTTPConnection, "connect", connect_and_note)
    threads = threading.active_count()
    for number in range(10, 14):
        warm.sandbox.huma.change(warm.ids[0], phone=f"+47 41 23 45 {number}")
        assert warm.some(warm.ids[0]).summary["updated"] == 1
    assert opened == []
    assert threading.active_count() <= threads


def test_the_secrets_of_both_connectors_are_masked_wherever_they_turn_up(warm: Listener) -> None:
    mask_too("what the listener itself has masked")
    warm.configure(no_unset_fields=["phone"])
    assert warm.some(warm.ids[0]).everybody
    assert warm.some(warm.ids[0]).ending is Ending.DONE
    for secret in (warm.sandbox.xledger.token, warm.sandbox.huma.client_secret, "what the listener itself has masked"):
        assert filter_secrets(f"It is {secret}.") == "It is ****."


@pytest.mark.usefixtures("the_process")
def test_no_value_and_no_secret_is_in_anything_that_is_logged(
    warm: Listener, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.getLogger("airbyte"), "propagate", True)  # PyAirbyte, in other tests, changes that
    one, other = warm.ids[1:3]
    known = {name: value for name, value in RECOGNISABLE.items() if name not in {"supervisor", "identifications"}}
    warm.sandbox.huma.change(one, **known)
    warm.sandbox.huma.change(other, familyName="Quixotherium")
    warm.sandbox.xledger.faults.add(
        Fault.refuse_value(root_field="updateContacts", path="lastName", value="Quixotherium")
    )
    warm.sandbox.huma.expire_tokens()
    capfd.readouterr()
    ran = warm.some(one, other, warm.sandbox.huma.hire(employmentId=None, familyName="Quixotherium"))
    assert ran.summary["received"] == 3
    assert ran.summary["rejected"], ran
    printed = "".join(capfd.readouterr())
    assert "urllib3" in printed, "lines of libraries are told, too"
    assert [line for line in ran.log if line not in printed.replace('\\"', '"')] == [], "whoever looks on sees the same"
    told = "\n".join((printed, *ran.log, str(ran.problem), json.dumps(ran.summary)))
    assert traces_in(told, warm.sandbox.xledger.token, warm.sandbox.huma.client_secret) == []


def test_nothing_of_what_runs_connectors_elsewhere_is_loaded() -> None:
    """PyAirbyte takes seconds and memory that a process which runs for months has no use for."""
    check = "import sys, huma_xledger.bringing.in_process, huma_xledger.telling; sys.exit('airbyte' in sys.modules)"
    subprocess.run([sys.executable, "-c", check], check=True)  # noqa: S603  our own code


@pytest.mark.slow
@pytest.mark.usefixtures("log_left_as_it_was")
def test_the_state_of_a_run_is_one_that_a_sync_goes_on_from(listener: Listener) -> None:
    """And the other way round: neither takes the other's settings or columns for others than its own."""
    source, destination = listener.sandbox.source_config(), listener.sandbox.destination_config()

    def sync(because: Callable[[str | None], bool]) -> Any:
        result = Connection(source, destination, listener.state).sync()
        assert because(result.everybody_because)
        return result.summary

    listener.state.path.unlink()
    sync(lambda because: because is not None)
    done = partial(Ran, Ending.DONE, everybody=True)
    InProcess(listener.folder, listener.states, listener.inbox, done).everybody()  # whose state that is
    user = listener.ids[0]
    listener.sandbox.huma.change(user, phone="+47 41 23 45 68")
    assert listener.some(user).summary["received"] == 1
    assert sync(lambda because: because is None)["received"] == 0
