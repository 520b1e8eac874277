"""A listener that is killed at any step, and started again: no event is lost, nobody is there twice."""

import multiprocessing
import os
import re
import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import pytest
import requests
from airbyte_cdk.models import ConfiguredAirbyteCatalogSerializer
from requests.adapters import HTTPAdapter

from destination_xledger.destination import DestinationXledger
from huma_xledger import __main__ as command
from huma_xledger.bringing import gathering, worker
from huma_xledger.inbox.store import Inbox
from huma_xledger.state_file import StateFile
from integration_tests.conftest import a_stream, connect_at_once
from integration_tests.huma_people import an_employee, as_user
from integration_tests.reading import read_source
from integration_tests.records import records
from integration_tests.running_listen import TIMEOUT, Listened, listened_to, listening, until
from integration_tests.sandbox import Fault, Sandbox
from integration_tests.sandbox.huma_webhooks import Delivery
from integration_tests.sandbox.webhook_dialects import WEBHOOK_DIALECTS

pytestmark = pytest.mark.slow

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload([__name__])
"""A process that is forked from one that has everything loaded begins at once."""

STILL_UNDER_WAY = 300
"""Seconds: as long may Xledger take to show whom it was told to add."""

PEOPLE = 40


@dataclass(frozen=True)
class Step:
    """When a listener is killed: before or after it does something.

    Attributes:
        what: One of `DOES`.
        after: Whether it is done by then.
        number: The how many-th time, from 1.
    """

    what: str
    after: bool = False
    number: int = 1

    def __str__(self) -> str:
        return f"{'after' if self.after else 'before'} it {self.what} ({self.number})"


ABOUT_THE_SCHEMA = re.compile(rb"__schema|__type\b")

DOES: dict[str, tuple[type[Any], str, Callable[[str, tuple[Any, ...]], bool]]] = {
    "keeps what came": (Inbox, "take", lambda _, __: True),
    "asks Huma": (HTTPAdapter, "send", lambda huma, given: given[1].url.startswith(f"{huma}/users/")),
    "asks Xledger": (
        HTTPAdapter,
        "send",
        lambda huma, given: not given[1].url.startswith(huma) and not ABOUT_THE_SCHEMA.search(given[1].body),
    ),
    "keeps the state": (StateFile, "keep", lambda _, __: True),
    "answers an event": (Inbox, "answered", lambda _, __: True),
}
"""What a listener does, and by which call: a class, a method, and which of its calls, given where Huma is. It asks for
Xledger's schema before anything comes."""


def die_at(step: Step, huma: str) -> None:
    """Has this process be killed at a step."""
    owner, name, is_one = DOES[step.what]
    does, numbers = getattr(owner, name), count(1)

    def do_or_die(*arguments: Any, **keywords: Any) -> Any:
        is_due = is_one(huma, arguments) and next(numbers) == step.number
        if is_due and not step.after:
            os.kill(os.getpid(), signal.SIGKILL)
        result = does(*arguments, **keywords)
        if is_due:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(owner, name, do_or_die)


def listen(folder: Path, huma: str, step: Step | None) -> None:
    """Runs the command in this process, where it has been forked, until it is ended or the step comes."""
    os.chdir(folder.parent)
    printed = os.open("printed.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for stream in (1, 2):
        os.dup2(printed, stream)
    vars(command)["PRIVATE"] = folder.parent / ".state"
    gathering.SOON = timedelta(milliseconds=50)  # type: ignore[misc]  # nobody needs to wait here for what comes at once
    if step is not None:
        die_at(step, huma)
    sys.argv = ["huma-xledger", "listen", str(folder)]
    sys.exit(command.main())


@contextmanager
def forked(listened: Listened, step: Step | None = None) -> Iterator[BaseProcess]:
    """A listener in a process that is forked, which takes a moment, and not seconds."""
    process = PROCESSES.Process(target=listen, args=(listened.folder, listened.sandbox.huma.url, step))
    process.start()
    try:
        until(lambda: answers(listened) or not process.is_alive(), "a listener")
        yield process
    finally:
        process.kill()
        process.join()


def answers(listened: Listened) -> bool:
    try:
        return requests.get(f"{listened.base}/healthz", timeout=TIMEOUT).ok
    except requests.RequestException:
        return False


@dataclass
class Story:
    """A connection in which two people after the other have something happen to them.

    Attributes:
        listened: The connection.
        told: How many people have.
    """

    listened: Listened
    told: int = 0

    @property
    def sandbox(self) -> Sandbox:
        """Its sandbox."""
        return self.listened.sandbox

    def happens(self) -> Delivery:
        """Has somebody be hired, and somebody else change in all that Xledger keeps in different places.

        Returns:
            The webhook that tells of both.
        """
        self.told += 1
        huma = self.sandbox.huma
        huma.webhooks.dialect = WEBHOOK_DIALECTS["lost"]
        hired = huma.hire(**as_user(an_employee(1000 + self.told)))
        changed = next(user.id for user in huma.users.values() if user["employmentId"] == f"E{self.told}")
        account = {"type": "national", "number": "1503 40 12307", "country": "NO", "iban": None, "bic": None}
        new = {"phone": f"+47 411 00 {self.told:03d}", "jobTitle": "Director", "probationEndDate": "2026-09-01"}
        huma.change(changed, bankAccount=account, **new)
        huma.webhooks.dialect = WEBHOOK_DIALECTS["many_in_one"]
        users = [{"id": user_id, "email": huma.users[user_id]["email"], **new} for user_id in (changed, hired)]
        huma.webhooks.tell("users-update", users)
        return huma.webhooks.answers()[-1]

    def is_brought(self) -> bool:
        """Whether what happened last is in Xledger."""
        try:
            hired, changed = map(self.sandbox.xledger.employee, (f"E{1000 + self.told}", f"E{self.told}"))
        except KeyError:
            return False
        return bool(hired["contact"]["email"]) and (changed["trialTo"], changed["contact"]["phone"]) == (
            "2026-09-01",
            f"+47 411 00 {self.told:03d}",
        )

    def goes_on(self) -> None:
        """Waits until a listener has brought whatever happened."""
        self.sandbox.xledger.happenings.wait_for(self.is_brought, f"the change of E{self.told}", TIMEOUT)
        self.listened.await_empty()


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """A connection of which everybody was brought once."""
    with Sandbox.running(people=0, burst_limit=None) as sandbox:
        for number in range(1, PEOPLE + 1):
            sandbox.huma.hire(**as_user(an_employee(number)))
        story = Story(listened_to(sandbox, tmp_path_factory.mktemp("killed")))
        with forked(story.listened):
            story.happens()
            story.goes_on()
        yield story


def test_killed_at_any_step_and_started_again_all_is_as_if_it_had_not_been(story: Story) -> None:
    """Before a step is after the one before it; so most are tried after it alone."""
    asked = story.sandbox.xledger.operations
    before = len(asked)
    with forked(story.listened):
        story.happens()
        story.goes_on()
    requests_of_a_run = sum(not str(operation.root_fields[0]).startswith("__") for operation in asked[before:])
    assert requests_of_a_run >= 4
    steps = [
        Step("keeps what came"),
        Step("keeps what came", after=True),
        Step("asks Huma"),
        *(Step("asks Huma", after=True, number=number) for number in (1, 2)),
        *(Step("asks Xledger", after=True, number=number) for number in range(1, requests_of_a_run + 1)),
        Step("keeps the state"),
        Step("keeps the state", after=True),
        Step("answers an event"),
        Step("answers an event", after=True),
    ]
    for step in steps:
        with forked(story.listened, step) as process:
            delivery = story.happens()
            process.join(TIMEOUT)
            assert process.exitcode == -signal.SIGKILL, f"It was not killed {step}"
        was_promised = delivery.status == 200
        assert was_promised is (step.what != "keeps what came"), str(step)
        story.listened.let_time_pass(STILL_UNDER_WAY)
        with forked(story.listened):
            if step == Step("keeps what came"):
                story.sandbox.huma.webhooks.send_again(delivery)
            story.goes_on()
    assert_all_is_well(story.sandbox)


def assert_all_is_well(sandbox: Sandbox) -> None:
    """Nobody is there twice, and there is nothing that a sync of everybody would write."""
    codes = Counter(employee["code"] for employee in sandbox.xledger.employees())
    assert codes == Counter(user["employmentId"] for user in sandbox.huma.users.values())
    written = len(sandbox.xledger.writes)
    catalog = ConfiguredAirbyteCatalogSerializer.load({"streams": [a_stream()]})
    people = records(read_source(sandbox).records.values())
    for _ in DestinationXledger(connect_at_once).write(sandbox.destination_config(), catalog, people):
        pass
    assert len(sandbox.xledger.writes) == written


def test_whoever_may_be_about_to_be_added_waits_and_nobody_else_does(story: Story) -> None:
    sandbox = story.sandbox
    with forked(story.listened, Step("asks Xledger", number=2)) as process:
        story.happens()
        process.join(TIMEOUT)
    with story.listened.inbox() as inbox:
        noted = inbox.may_be_adding()
    assert noted is not None
    adds = [operation for operation in sandbox.xledger.writes if "addEmployees" in operation.root_fields]
    with forked(story.listened):
        somebody = next(user.id for user in sandbox.huma.users.values() if user["employmentId"] == f"E{PEOPLE}")
        sandbox.huma.change(somebody, phone="+47 400 00 009")
        story.listened.await_phone(somebody)
        until(lambda: {kept.event.user for kept in story.listened.waiting()} <= noted[0], "those alone who wait")
        assert [write for write in sandbox.xledger.writes if "addEmployees" in write.root_fields] == adds
        story.listened.let_time_pass(STILL_UNDER_WAY)
        sandbox.huma.change(somebody, phone="+47 400 00 008")
        story.goes_on()
    assert_all_is_well(sandbox)


def test_it_ends_with_ctrl_c_as_whoever_pressed_that_expects(story: Story) -> None:
    with forked(story.listened) as process:
        os.kill(process.pid or 0, signal.SIGINT)
        process.join(TIMEOUT)
        assert process.exitcode == 128 + signal.SIGINT


def test_killed_while_a_failed_event_waits_it_is_brought_after_the_start(story: Story) -> None:
    sandbox = story.sandbox
    token, sandbox.xledger.token = sandbox.xledger.token, "0" * 64
    with forked(story.listened) as process:
        story.happens()
        until(lambda: any(kept.attempts == 1 for kept in story.listened.waiting()), "a failure")
        process.kill()
    sandbox.xledger.token = token
    story.listened.let_time_pass(3600)
    with forked(story.listened):
        story.goes_on()
    assert_all_is_well(sandbox)


def test_killed_during_a_sync_of_everybody_the_real_command_goes_on_once_all_it_did_is_there_to_be_seen(
    story: Story,
) -> None:
    sandbox, huma = story.sandbox, story.sandbox.huma
    stalled = sandbox.xledger.faults.add(Fault.stall(root_field="addEmployees", after=1))  # not of the check before it
    story.listened.let_time_pass(round(worker.APART.total_seconds()))  # since everybody was brought last
    with listening(story.listened) as running:
        huma.webhooks.dialect = WEBHOOK_DIALECTS["lost"]
        lost = huma.hire(**as_user(an_employee(2000)))
        huma.webhooks.dialect = WEBHOOK_DIALECTS["described"]
        huma.webhooks.tell("users-update", [])
        assert stalled.reached.wait(TIMEOUT)
        story.happens()
        running.kill()
    with listening(story.listened) as running:
        stalled.release()  # so it is carried out when nobody waits for the answer any more
        running.await_line("nobody is brought before")
        running.health()  # the worker, which was begun before this is answered, has looked what is due
        assert not re.search("begins|brought in|looked at", running.printed)
        story.listened.let_time_pass(STILL_UNDER_WAY)
        story.goes_on()
        assert story.listened.phone(lost) == huma.users[lost]["phone"]
    assert_all_is_well(sandbox)
