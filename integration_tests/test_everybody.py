"""A sync of everybody beside the webhooks: what its process does, what it comes to, and how it is ended."""

import json
import sys
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from connector_base.telling import telling
from connector_base.telling.message import Message
from connector_base.telling.sending import Became
from huma_xledger import child
from huma_xledger import connection as connection_module
from huma_xledger.bringing.everybody import NOT_STARTED, RAN, STOPPED, TASK, Everybody, Task
from huma_xledger.bringing.runs import Ending, Ran
from huma_xledger.bringing.whole_sync import ran
from huma_xledger.connection_file import NAME
from huma_xledger.lock import held
from huma_xledger.state_file import LOCK
from integration_tests.scripted_connectors import ScriptedConnectors, a_summary

if TYPE_CHECKING:
    import subprocess

WHY = "Xledger is away."


@pytest.fixture
def connectors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ScriptedConnectors:
    """Both connectors."""
    monkeypatch.setattr(connection_module, "EXECUTABLES", tmp_path)
    return ScriptedConnectors(tmp_path, summary=a_summary(received=3, updated=3), people=3)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Message]:
    """What was sent."""
    messages: list[Message] = []

    def send(message: Message, addresses: Any) -> list[Became]:
        messages.append(message)
        return [Became.TOLD] * len(addresses)

    monkeypatch.setattr(telling, "send", send)
    return messages


@pytest.fixture
def task(tmp_path: Path) -> Task:
    """A connection whose syncs are told."""
    folder, states = tmp_path / "connection", tmp_path / "states"
    folder.mkdir()
    states.mkdir()
    content = {"source-huma": {}, "destination-xledger": {"mode": "sync"}, "notify": "json://example.com"}
    (folder / NAME).write_text(json.dumps(content), encoding="utf-8")
    return Task(str(folder), str(states))


def test_it_does_what_a_sync_does_and_tells_those_who_are_told(
    task: Task, connectors: ScriptedConnectors, sent: list[Message]
) -> None:
    connectors.warns = ["Something is odd."]
    connectors.install()
    first = ran(task)
    assert (first.ending, first.problem, first.everybody) == (Ending.DONE, None, True)
    assert first.summary == connectors.summary
    assert "destination-xledger: Something is odd." in first.log
    assert len(sent) == 1
    connectors.states = (2,)
    connectors.install()
    assert ran(task).everybody
    assert connectors.started_from == [1]


def test_why_somebody_could_not_be_told_is_said(
    task: Task, connectors: ScriptedConnectors, monkeypatch: pytest.MonkeyPatch
) -> None:
    connectors.install()
    told = SimpleNamespace(problems=["The first address cannot be reached."])
    monkeypatch.setattr("huma_xledger.bringing.whole_sync.tell", lambda *_: told)
    assert ran(task).untold == ("The first address cannot be reached.",)


def test_a_look_is_no_sync(task: Task, connectors: ScriptedConnectors) -> None:
    connectors.install()
    content = {"source-huma": {}, "destination-xledger": {"mode": "preview"}}
    (Path(task.folder) / NAME).write_text(json.dumps(content), encoding="utf-8")
    looked = ran(task)
    assert (looked.ending, looked.everybody, looked.in_doubt) == (Ending.CONFIG, False, False)
    assert "mode: preview" in (looked.problem or "")
    assert list(Path(task.states).iterdir()) == []


@pytest.mark.parametrize(
    ("summary", "in_doubt"),
    [(a_summary(outcome="failed", received=3), True), (a_summary(outcome="failed"), False), ({}, True)],
)
def test_after_a_failure_it_is_not_known_who_was_added_unless_nobody_came_so_far(
    summary: dict[str, Any], in_doubt: bool, task: Task, connectors: ScriptedConnectors, sent: list[Message]
) -> None:
    connectors.destination_fails = WHY
    connectors.summary = summary
    connectors.install()
    assert ran(task).in_doubt is in_doubt
    assert sent


@pytest.mark.parametrize(
    ("fault", "ending", "why"),
    [
        ({"check_fails": WHY}, Ending.CONFIG, f"destination-xledger: {WHY}"),
        ({"destination_fails": WHY}, Ending.PASSING, f"destination-xledger: {WHY}"),
        ({"source_fails": WHY}, Ending.PASSING, f"source-huma: {WHY}"),
    ],
)
def test_a_failure_is_told_in_the_connectors_words_and_answers_nothing(
    fault: dict[str, str], ending: Ending, why: str, task: Task, connectors: ScriptedConnectors, sent: list[Message]
) -> None:
    for name, sentence in fault.items():
        setattr(connectors, name, sentence)
    connectors.summary = a_summary(outcome="failed")
    connectors.install()
    failed = ran(task)
    assert (failed.ending, failed.everybody) == (ending, False)
    assert failed.problem is not None
    assert why in failed.problem
    assert len(sent) == 1
    ran(task)
    assert len(sent) == 1, "It is told once, and not for every time that it is tried again."


def test_another_sync_that_runs_is_no_failure_and_told_to_nobody(
    task: Task, connectors: ScriptedConnectors, sent: list[Message]
) -> None:
    connectors.install()
    with held(Path(task.states) / LOCK):
        assert ran(task).ending is Ending.BUSY
    assert sent == []


def test_a_connection_of_no_use_is_told_in_a_sentence(task: Task) -> None:
    (Path(task.folder) / NAME).write_text("{source-huma: {}, notify: [1]}", encoding="utf-8")
    failed = ran(task)
    assert failed.ending is Ending.CONFIG
    assert "notify" in str(failed.problem)


# ------------------------------------------------------------------ the process, acted


def acted(folder: Path, script: str) -> Everybody:
    """One whose process does what a script says."""
    return Everybody(folder, folder / "states", (sys.executable, "-SEc", script))


def test_what_the_process_tells_is_what_it_came_to_and_it_gets_the_connection(tmp_path: Path) -> None:
    came_to = Ran(Ending.DONE, summary={"mode": "sync"}, log=("a line",), everybody=True)
    took, tells = str(tmp_path / "task"), RAN.dump_json(came_to).decode()
    script = f"import sys; open({took!r}, 'w').write(sys.stdin.readline()); print({tells!r})"
    assert acted(tmp_path, script)() == came_to
    task = TASK.validate_json((tmp_path / "task").read_bytes())
    assert task == Task(str(tmp_path), str(tmp_path / "states"))


@pytest.mark.parametrize("script", ["raise SystemExit(3)", "print('no message'); raise SystemExit(3)"])
def test_a_process_that_ends_without_a_word_is_tried_again(script: str, tmp_path: Path) -> None:
    failed = acted(tmp_path, script)()
    assert (failed.ending, failed.in_doubt) == (Ending.PASSING, True)
    assert "(exit code 3)" in str(failed.problem)


def test_a_process_that_has_ended_before_it_gets_its_task_is_none_that_was_not_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def late(process: "subprocess.Popen[bytes]", task: bytes) -> None:
        process.wait()
        give(process, task)

    give = child.give
    monkeypatch.setattr(child, "give", late)
    failed = acted(tmp_path, "raise SystemExit(3)")()
    assert (failed.ending, failed.in_doubt) == (Ending.PASSING, True)
    assert "(exit code 3)" in str(failed.problem)


def test_a_process_that_cannot_be_started_is_told(tmp_path: Path) -> None:
    failed = Everybody(tmp_path, tmp_path, (str(tmp_path / "nothing"),))()
    assert failed == Ran(Ending.PASSING, NOT_STARTED.format(why="No such file or directory"))


def test_one_that_is_stopped_ends_as_soon_as_its_input_does_and_none_begins_afterwards(tmp_path: Path) -> None:
    everybody = acted(tmp_path, "import sys; sys.stdin.read()")
    threading.Timer(0, everybody.stop).start()
    for _ in range(2):
        assert everybody() == Ran(Ending.PASSING, STOPPED, in_doubt=True)
