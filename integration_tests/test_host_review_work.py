"""What a review runs, by connectors that say what a test tells them to: which configs, which states, what is told."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

from connector_base.telling import telling
from connector_base.telling.message import Message as Mail
from connector_base.telling.sending import Became
from huma_xledger import connection as connection_module
from huma_xledger.belonging import ASKED_FOR, NOT_TO_THE_END
from huma_xledger.connection_file import CONNECTORS, DECISIONS, NAME
from huma_xledger.direction import TO_HUMA, TO_XLEDGER
from huma_xledger.lock import AlreadyRunningError, held
from huma_xledger.reviewing.messages import MESSAGE, TASK, Begun, Ended, Message, Moved, Task, Telling, as_line
from huma_xledger.reviewing.status import At, Doing
from huma_xledger.reviewing.work import OTHER_ACCOUNTS, work
from huma_xledger.state_file import LOCK
from integration_tests.decided import add, decisions
from integration_tests.object_storage import serving_s3
from integration_tests.scripted_connectors import ScriptedConnectors, a_summary

MARK = "Kari-Nordmann"
ACCOUNTS = ("the one that is read", "the one that is written")

WORKER = """
import sys
from pathlib import Path
from huma_xledger import connection
connection.EXECUTABLES = Path(sys.argv[1])
from huma_xledger.reviewing.worker import main
main()
"""


@pytest.fixture
def forth(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ScriptedConnectors:
    """The connectors from Huma to Xledger."""
    monkeypatch.setattr(connection_module, "EXECUTABLES", tmp_path)
    return ScriptedConnectors(tmp_path, TO_XLEDGER, page="<p>to Xledger</p>", people=3)


@pytest.fixture
def back(tmp_path: Path) -> ScriptedConnectors:
    """The connectors from Xledger to Huma."""
    return ScriptedConnectors(tmp_path, TO_HUMA, page="<p>to Huma</p>")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of a connection in both directions."""
    folder = tmp_path / "connection"
    folder.mkdir()
    configure(folder)
    return folder


def configure(folder: Path, **destination: Any) -> None:
    """Gives the destination Xledger settings."""
    configs: dict[str, Any] = {name: {} for name in CONNECTORS} | {"destination-xledger": destination}
    (folder / NAME).write_text(json.dumps(configs), encoding="utf-8")


MakeTask = Callable[..., Task]


@pytest.fixture
def task(folder: Path, tmp_path: Path) -> MakeTask:
    """Makes a task."""
    states = tmp_path / "states"
    states.mkdir()

    def make(doing: Doing = Doing.PREVIEW, *to: Any, **more: Any) -> Task:
        return Task(doing, str(folder), str(states), str(tmp_path / "reports"), to or ("xledger",), **more)

    return make


def told(task: Task, *connectors: ScriptedConnectors) -> list[Message]:
    """What is told of a task."""
    for each in connectors:
        each.install()
    messages: list[Message] = []
    work(task, messages.append)
    return messages


def ends(messages: list[Message]) -> list[Ended]:
    """How each direction ended."""
    return [message for message in messages if isinstance(message, Ended)]


# ------------------------------------------------------------------ previews


def test_a_preview_writes_nothing_and_leaves_its_page_where_only_this_program_looks(
    task: MakeTask, forth: ScriptedConnectors, back: ScriptedConnectors, folder: Path, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    configure(
        folder,
        mode="sync",
        notify="mailto://somebody",
        notify_language="nb",
        object_storage_config={"storage_type": "Local", "path": str(elsewhere)},
    )
    one, other = ends(told(task(Doing.PREVIEW, "xledger", "huma"), forth, back))
    assert (one.to, one.problem, other.to, other.problem) == ("xledger", None, "huma", None)
    assert [Path(str(each.page)).read_text() for each in (one, other)] == ["<p>to Xledger</p>", "<p>to Huma</p>"]
    assert Path(str(one.page)).is_relative_to(tmp_path / "reports")
    assert not elsewhere.exists()
    assert (tmp_path / "reports" / "xledger").stat().st_mode & 0o077 == 0
    assert forth.written_with["mode"] == back.written_with["mode"] == "preview"
    assert not {"notify", "notify_language"} & forth.written_with.keys()


def test_a_preview_shows_everybody_and_leaves_the_states_of_syncs_as_they_are(
    task: MakeTask, forth: ScriptedConnectors, tmp_path: Path
) -> None:
    told(task(Doing.SYNC), forth)
    before = (tmp_path / "states" / "destination-xledger.json").read_bytes()
    forth.summary = a_summary("preview")
    told(task(), forth)
    assert forth.started_from == []
    assert (tmp_path / "states" / "destination-xledger.json").read_bytes() == before


@pytest.mark.parametrize("where", ["handed", "beside connection.yaml", "in the storage"])
def test_a_preview_goes_by_what_was_decided_wherever_that_stands(
    where: str, task: MakeTask, forth: ScriptedConnectors, folder: Path, tmp_path: Path
) -> None:
    elsewhere = {"storage_type": "Local", "path": str(tmp_path / "elsewhere")}
    configure(folder, object_storage_config=elsewhere, decisions=" \n")  # which the destination takes for none
    (tmp_path / "elsewhere").mkdir()
    places = {
        "in the storage": tmp_path / "elsewhere" / "decisions.json",
        "beside connection.yaml": folder / DECISIONS,
        "handed": tmp_path / "handed.json",
    }
    for employee, (each, path) in enumerate(places.items()):
        path.write_text(decisions(add(employee)), encoding="utf-8")
        if each == where:
            break
    (end,) = ends(told(task(decisions=str(places[where]) if where == "handed" else None), forth))
    assert end.problem is None
    assert forth.written_with["decisions"] == places[where].read_text()


def test_decisions_of_no_use_are_told_before_anything_runs(
    task: MakeTask, forth: ScriptedConnectors, folder: Path, tmp_path: Path
) -> None:
    (folder / DECISIONS).write_text("{}", encoding="utf-8")
    (end,) = ends(told(task(Doing.SYNC), forth))
    assert "decisions.json cannot be understood" in (end.problem or "")
    assert not (tmp_path / "destination-xledger-written-with.json").exists()


# ------------------------------------------------------------------ syncs


def test_what_was_decided_is_synced_to_both_for_everybody_who_was_shown(
    task: MakeTask, forth: ScriptedConnectors, back: ScriptedConnectors, folder: Path, tmp_path: Path
) -> None:
    configure(folder, mode="preview", decisions="")
    told(task(Doing.SYNC, "huma", "xledger"), forth, back)
    (tmp_path / "decided.json").write_text(decisions(add(7)), encoding="utf-8")
    forth.states = back.states = (2,)
    messages = told(task(Doing.SYNC, "huma", "xledger", decisions=str(tmp_path / "decided.json")), forth, back)
    assert [end.to for end in ends(messages)] == ["huma", "xledger"]
    assert [message.everybody for message in messages if isinstance(message, Begun)] == [ASKED_FOR, ASKED_FOR]
    for connectors in (forth, back):
        assert connectors.started_from == []
        assert connectors.written_with["mode"] == "sync"
        assert connectors.written_with["decisions"] == decisions(add(7))
    forth.states = (3,)
    (end,) = ends(told(task(Doing.SYNC, begun=("xledger",)), forth))
    assert forth.started_from == [2], "One that had begun goes on from there."
    assert end.problem is None


def test_a_sync_that_broke_off_before_anything_was_kept_sends_everybody_again(
    task: MakeTask, forth: ScriptedConnectors
) -> None:
    told(task(Doing.SYNC), forth)
    forth.states, forth.destination_fails = (), "Xledger is away."
    (end,) = ends(told(task(Doing.SYNC), forth))
    assert end.problem == "destination-xledger: Xledger is away."
    forth.destination_fails = None
    messages = told(task(Doing.SYNC, begun=("xledger",)), forth)
    assert [message.everybody for message in messages if isinstance(message, Begun)] == [NOT_TO_THE_END]


def test_a_sync_leaves_its_report_where_it_is_set_or_else_here(
    task: MakeTask, forth: ScriptedConnectors, folder: Path, tmp_path: Path
) -> None:
    (end,) = ends(told(task(Doing.SYNC), forth))
    assert Path(str(end.page)).is_relative_to(tmp_path / "reports")
    assert Path(str(end.page)).name == "result.html"
    configure(folder, object_storage_config={"storage_type": "Local", "path": str(tmp_path / "elsewhere")})
    (end,) = ends(told(task(Doing.SYNC), forth))
    assert Path(str(end.page)).is_relative_to(tmp_path / "elsewhere")


def test_a_result_in_a_bucket_is_brought_here_and_without_it_the_sync_is_done_all_the_same(
    task: MakeTask, forth: ScriptedConnectors, folder: Path
) -> None:
    keys = {"access_key_id": "AKIA0123456789EXAMPLE", "secret_access_key": "zq-secret-access-key"}
    with serving_s3() as address:
        session = boto3.Session(aws_access_key_id="a", aws_secret_access_key="b", region_name="us-east-1")
        client = session.client("s3", endpoint_url=address, config=Config(s3={"addressing_style": "path"}))
        client.create_bucket(Bucket="reports")
        key = "hr/2026-11-29T12-00-00Z-01234567/result.html"
        client.put_object(Bucket="reports", Key=key, Body=b"<p>in a bucket</p>")
        s3 = {"storage_type": "S3", "s3_bucket_name": "reports", "s3_endpoint": address, "bucket_path": "/hr/", **keys}
        configure(folder, object_storage_config=s3)
        place = "s3://reports/hr/2026-11-29T12-00-00Z-01234567"
        forth.destination_warns = (f"The report of this sync is in {place}.",)
        (end,) = ends(told(task(Doing.SYNC), forth))
        assert (end.problem, Path(str(end.page)).read_text()) == (None, "<p>in a bucket</p>")
        assert Path(str(end.page)).stat().st_mode & 0o077 == 0
        s3["s3_bucket_name"] = "another"
        configure(folder, object_storage_config=s3)
        (end,) = ends(told(task(Doing.SYNC), forth))
    assert (end.problem, end.page) == (None, None)
    assert any("NoSuchBucket" in warning or "bucket" in warning for warning in end.warnings)
    assert "zq-secret" not in str(end)


def test_a_direction_that_fails_ends_the_run_in_the_words_of_the_connector_with_what_was_done(
    task: MakeTask, forth: ScriptedConnectors, back: ScriptedConnectors
) -> None:
    back.destination_fails, back.summary = "Huma is away.", a_summary(updated=2)
    (end,) = ends(told(task(Doing.SYNC, "huma", "xledger"), forth, back))
    assert (end.to, end.problem) == ("huma", "destination-huma: Huma is away.")
    assert end.summary is not None
    assert end.summary["updated"] == 2
    assert Path(str(end.page)).read_text() == "<p>to Huma</p>"
    assert not list(Path(task().reports).glob("xledger*"))


def test_a_connector_that_cannot_work_says_so(task: MakeTask, forth: ScriptedConnectors) -> None:
    forth.check_fails = "The token is wrong."
    (end,) = ends(told(task(), forth))
    assert end.problem == "destination-xledger: The token is wrong."


def test_an_error_that_nobody_thought_of_is_told_without_its_words(
    task: MakeTask, forth: ScriptedConnectors, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise ZeroDivisionError(MARK)

    monkeypatch.setattr(connection_module.Connection, "check", fail)
    (end,) = ends(told(task(), forth))
    assert "ZeroDivisionError" in (end.problem or "")
    assert MARK not in (end.problem or "")


@pytest.mark.parametrize(
    ("read", "refused"),
    [
        (ACCOUNTS, False),
        ((None, None), False),
        (("another", ACCOUNTS[1]), True),
        ((ACCOUNTS[0], "another"), True),
    ],
)
def test_nothing_is_written_to_another_account_than_the_one_that_was_read(
    read: tuple[str | None, str | None], refused: bool, task: MakeTask, forth: ScriptedConnectors, tmp_path: Path
) -> None:
    (end,) = ends(told(task(Doing.SYNC, accounts={"xledger": read}), forth))
    assert end.problem == (OTHER_ACCOUNTS if refused else None)
    assert (tmp_path / "destination-xledger-written-with.json").exists() is not refused


# ------------------------------------------------------------------ those who want to know


@pytest.fixture
def mails(monkeypatch: pytest.MonkeyPatch, folder: Path) -> list[Mail]:
    """What is sent to the one address that the connection has; where it goes, it is lost if it is about a failure."""
    content = json.loads((folder / NAME).read_text(encoding="utf-8"))
    (folder / NAME).write_text(json.dumps(content | {"notify": "mailto://hr@example.com"}), encoding="utf-8")
    sent: list[Mail] = []

    def send(mail: Mail, _: Any) -> list[Became]:
        sent.append(mail)
        return [Became.NOT_REACHED if "failed" in mail.subject else Became.TOLD]

    monkeypatch.setattr(telling, "send", send)
    return sent


def test_what_each_direction_came_to_is_told_once_and_only_after_a_sync(
    task: MakeTask, forth: ScriptedConnectors, back: ScriptedConnectors, mails: list[Mail]
) -> None:
    forth.summary, back.summary = a_summary("preview", received=1), a_summary("preview", received=1)
    assert not [each for each in told(task(), forth, back) if isinstance(each, Telling)]
    assert mails == []
    forth.summary, back.summary = a_summary(received=1, updated=1), a_summary(received=1, created=1)
    messages = told(task(Doing.SYNC, "huma", "xledger"), forth, back)
    assert [each.state for each in messages if isinstance(each, Telling)] == ["sending", "sent"] * 2
    assert [mail.subject for mail in mails] == ["Xledger to Huma: 1 created", "Huma to Xledger: 1 updated"]


def test_a_failure_is_told_as_well_and_whom_nothing_reaches_does_not_stop_anything(
    task: MakeTask, forth: ScriptedConnectors, mails: list[Mail]
) -> None:
    forth.destination_fails = "Xledger is away."
    messages = told(task(Doing.SYNC), forth)
    (_, last) = (each for each in messages if isinstance(each, Telling))
    assert len(mails) == 1
    assert (last.state, bool(last.problem)) == ("failed", True)
    (end,) = ends(messages)
    assert end.problem == "destination-xledger: Xledger is away."


def test_an_idle_sync_is_not_told_and_where_nobody_wants_to_know_nothing_is_said(
    task: MakeTask, forth: ScriptedConnectors, mails: list[Mail], folder: Path
) -> None:
    messages = told(task(Doing.SYNC), forth)
    assert [each.state for each in messages if isinstance(each, Telling)] == ["sending", "nothing"]
    assert mails == []
    configure(folder)
    assert not [each for each in told(task(Doing.SYNC), forth) if isinstance(each, Telling)]


# ------------------------------------------------------------------ what is told meanwhile


def test_how_far_a_direction_is_is_told_and_of_nobody_what(task: MakeTask, forth: ScriptedConnectors) -> None:
    forth.source_says = ("Reading 3 pages.",)
    forth.warns = ("An access is missing.",)
    forth.destination_warns = ("Xledger is slow.", f"users 1: Left out {MARK}")
    messages = told(task(), forth)
    moved = [message for message in messages if isinstance(message, Moved)]
    assert [message.at for message in moved if message.at] == [At.CHECKING, At.WRITING]
    assert max(message.count or 0 for message in moved) == 3
    said = [message.said for message in moved if message.said]
    assert {"An access is missing.", "Reading 3 pages.", "Xledger is slow."} <= {*said}
    assert MARK not in str(messages)
    assert "SYNC SUMMARY" not in str(said)
    assert "IDENTITY" not in str(said)
    (begun,) = (message for message in messages if isinstance(message, Begun))
    assert begun.accounts == ACCOUNTS
    (end,) = ends(messages)
    assert {*end.warnings} == {"destination-xledger: An access is missing.", "destination-xledger: Xledger is slow."}


# ------------------------------------------------------------------ as a process


@pytest.fixture
def gate(tmp_path: Path, forth: ScriptedConnectors) -> Path:
    """A pipe that the destination waits at before it ends."""
    path = tmp_path / "gate"
    os.mkfifo(path)
    forth.waits = path
    return path


@pytest.fixture
def start_worker(tmp_path: Path, forth: ScriptedConnectors) -> Iterator[Callable[[Task], "subprocess.Popen[bytes]"]]:
    """Starts a worker with a task."""
    started: list[subprocess.Popen[bytes]] = []

    def start(task: Task) -> "subprocess.Popen[bytes]":
        forth.install()
        process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-c", WORKER, str(tmp_path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        started.append(process)
        assert process.stdin
        process.stdin.write(as_line(TASK, task))
        process.stdin.flush()
        return process

    yield start
    for process in started:
        with process:
            process.kill()


def heard(process: "subprocess.Popen[bytes]") -> Iterator[Message]:
    assert process.stdout
    return map(MESSAGE.validate_json, process.stdout)


@pytest.mark.slow
def test_what_runs_ends_with_whoever_started_it_and_only_then_may_another_sync_begin(
    start_worker: Callable[[Task], "subprocess.Popen[bytes]"], task: MakeTask, gate: Path, tmp_path: Path
) -> None:
    process = start_worker(task(Doing.SYNC))
    assert any(isinstance(message, Moved) and message.at is At.WRITING for message in heard(process))
    with pytest.raises(AlreadyRunningError), held(tmp_path / "states" / LOCK):
        pass
    assert process.stdin
    process.stdin.close()  # as the system does for whoever is killed
    with (
        held(tmp_path / "states" / LOCK, before_waiting=lambda: None),
        pytest.raises(OSError, match="No such device or address"),  # the destination does not wait any more
    ):
        os.open(gate, os.O_WRONLY | os.O_NONBLOCK)
    assert ends(list(heard(process))) == []
    assert process.wait() != 0


@pytest.mark.slow
def test_what_runs_waits_for_another_sync_to_end_and_says_so(
    start_worker: Callable[[Task], "subprocess.Popen[bytes]"], task: MakeTask, tmp_path: Path
) -> None:
    with held(tmp_path / "states" / LOCK):
        process = start_worker(task())
        messages = heard(process)
        assert [next(messages), next(messages)] == [Moved("xledger", at=At.CHECKING), Moved("xledger", at=At.LOCK)]
    (end,) = ends(list(messages))
    assert end.problem is None
    assert process.wait() == 0
    assert process.stderr
    assert process.stderr.read() == b""
