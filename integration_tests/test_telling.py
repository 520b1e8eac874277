"""The result of a real sync, in a real e-mail: what happened, without a value of anybody's, and once."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from connector_base.telling.remembered import FILE
from destination_huma.destination import DestinationHuma
from destination_xledger.destination import DestinationXledger
from huma_xledger.connection_file import NAME
from huma_xledger.environment import EXECUTABLES
from integration_tests.conftest import SUMMARY, a_stream, connect_at_once
from integration_tests.huma_people import an_employee, company_of
from integration_tests.mail_server import PASSWORD, TO, MailServer, serving_mail
from integration_tests.printed import Printed, captured, lines
from integration_tests.recognisable import RECOGNISABLE, a_recognisable_user, traces_in
from integration_tests.records import without
from integration_tests.sandbox import Fault, Sandbox

pytestmark = pytest.mark.slow

NEW = a_recognisable_user(1)
KEYLESS = a_recognisable_user(2, employmentId=None, email="new@quixotherium.example")
UNUSABLE = a_recognisable_user(3, employmentId="Zq-4713", email="z@quixotherium.example", birthDate="1987-13-05")

Run = Callable[..., Printed]


@pytest.fixture
def mail() -> Iterator[MailServer]:
    with serving_mail() as server:
        yield server


@pytest.fixture
def run(
    sandbox: Sandbox,
    the_process: None,  # noqa: ARG001  nothing runs without it
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> Run:
    """Runs a verb of destination-xledger, where debug lines are wanted."""

    def printed(given: bytes = b"", verb: str = "write", **config: Any) -> Printed:
        (tmp_path / "config.json").write_text(json.dumps(sandbox.destination_config(**config)), encoding="utf-8")
        (tmp_path / "catalog.json").write_text(json.dumps({"streams": [a_stream()]}), encoding="utf-8")
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given)))
        files = ["--config", str(tmp_path / "config.json")]
        if verb == "write":
            files += ["--catalog", str(tmp_path / "catalog.json")]
        return captured(capfd, lambda: DestinationXledger(connect_at_once).run([verb, *files]))

    return printed


def text_of(mail: EmailMessage) -> str:
    return "\n".join([*map(str, mail.values()), str(mail.get_content())])


def assert_nothing_leaks(printed: Printed, mail: MailServer, sandbox: Sandbox) -> None:
    assert traces_in(printed.text, sandbox.xledger.token, PASSWORD, TO) == []
    for each in mail.received:
        assert traces_in(text_of(each), sandbox.xledger.token, PASSWORD) == []


def test_a_sync_is_told_in_numbers_and_by_id_and_no_value_of_anybody_is(
    run: Run, sandbox: Sandbox, mail: MailServer, local: dict[str, Any], folder: Path
) -> None:
    printed = run(lines(NEW, KEYLESS, UNUSABLE), notify=mail.address(), object_storage_config=local)
    assert printed.ended_with == 0
    assert printed.log[-1].startswith(SUMMARY)
    assert any(line.startswith("The result was sent to those who are told it") for line in printed.log)
    assert mail.received[0]["subject"] == "Huma to Xledger: 2 created, 1 rejected"
    assert "3 people came from Huma: 2 created, 1 rejected." in mail.text
    assert f"(missing_key), 1 rejected: users {KEYLESS['id']}." in mail.text
    assert "(invalid_date), 1 warning." in mail.text
    (report,) = folder.glob("*-*")
    assert str(report) in mail.text
    assert_nothing_leaks(printed, mail, sandbox)


def test_a_preview_is_told_in_norwegian_as_what_would_be(run: Run, sandbox: Sandbox, mail: MailServer) -> None:
    printed = run(lines(NEW), mode="preview", notify=mail.address(), notify_language="nb")
    assert mail.received[0]["subject"] == "Huma til Xledger, forhåndsvisning: 1 ville blitt opprettet"
    assert "ingenting ble skrevet" in mail.text
    assert sandbox.xledger.employees() == []
    assert_nothing_leaks(printed, mail, sandbox)


def test_an_idle_sync_is_not_told_and_who_is_rejected_again_is_told_once(
    run: Run, mail: MailServer, local: dict[str, Any], folder: Path
) -> None:
    told = {"notify": mail.address(), "object_storage_config": local}
    for given in (b"", lines(KEYLESS), lines(KEYLESS), b"", lines(NEW)):
        assert run(given, **told).ended_with == 0
        assert json.loads((folder / FILE).read_text() if (folder / FILE).exists() else "{}").keys() <= {"xledger"}
    assert [each["subject"] for each in mail.received] == [
        "Huma to Xledger: 1 rejected",
        "Huma to Xledger: 1 created",
    ]


def test_a_failure_is_told_once_in_its_own_sentence_whatever_xledger_says(
    run: Run, sandbox: Sandbox, mail: MailServer, local: dict[str, Any]
) -> None:
    sandbox.xledger.faults.add(Fault.answer(json.dumps(RECOGNISABLE), status=403, times=None))
    for _ in range(2):
        printed = run(lines(NEW), notify=mail.address(), object_storage_config=local)
        assert printed.ended_with == 1
        assert_nothing_leaks(printed, mail, sandbox)
    (told,) = [message.trace.error.message for message in printed.messages if message.trace]
    assert mail.received[0]["subject"] == "Huma to Xledger: the sync failed"
    assert told in mail.text


def test_an_address_that_is_not_reached_is_a_warning_and_the_sync_succeeds(
    run: Run, sandbox: Sandbox, mail: MailServer
) -> None:
    printed = run(lines(NEW), notify=f"{mail.address(password='zq-wrong-password')}\n{mail.address()}")
    assert printed.ended_with == 0
    assert len(mail.received) == len(sandbox.xledger.employees()) == 1
    (warning,) = [line for line in printed.log if "was not told the result" in line]
    assert warning.startswith("The first address under Who is told the result (notify) was not told the result")
    assert "(mailto)" in warning
    assert "zq-wrong-password" not in printed.text
    assert printed.log[-1].startswith(SUMMARY)
    assert_nothing_leaks(printed, mail, sandbox)


def test_a_check_says_which_address_is_not_understood_and_sends_nothing(run: Run, mail: MailServer) -> None:
    assert "SUCCEEDED" in run(verb="check", notify=mail.address()).text
    printed = run(verb="check", notify=f"{mail.address()}\nslack://zq-no-such-token")
    assert "FAILED" in printed.text
    assert "Apprise does not understand the second address under Who is told the result (notify)" in printed.text
    assert "zq-no-such" not in printed.text
    assert mail.received == []


def test_where_nobody_is_told_nothing_is_started(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def started(*_: Any, **__: Any) -> None:
        raise AssertionError

    monkeypatch.setattr(subprocess, "run", started)
    assert run(lines(NEW)).ended_with == 0
    assert run(verb="check").ended_with == 0


def test_the_other_direction_is_told_too(
    sandbox: Sandbox,
    mail: MailServer,
    the_process: None,  # noqa: ARG001  nothing runs without it
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    adding = {"new_users": "create", "new_user_groups": [company_of(sandbox)]}
    config = sandbox.destination_huma_config(notify=mail.address(), notify_language="nb", **adding)
    (tmp_path / "config.json").write_text(json.dumps(config), encoding="utf-8")
    (tmp_path / "catalog.json").write_text(json.dumps({"streams": [a_stream("employees")]}), encoding="utf-8")
    given = lines(an_employee(1, email=None), stream="employees")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given)))
    files = ["--config", str(tmp_path / "config.json"), "--catalog", str(tmp_path / "catalog.json")]
    printed = captured(capfd, lambda: DestinationHuma().run(["write", *files]))
    assert mail.received[0]["subject"] == "Xledger til Huma: 1 avvist"
    assert "(missing_key), 1 avvist: employees 61000001." in mail.text
    assert_nothing_leaks(printed, mail, sandbox)


# ------------------------------------------------------------------ the host


def test_a_sync_of_the_host_is_told_with_who_was_rejected(sandbox: Sandbox, mail: MailServer, tmp_path: Path) -> None:
    """By the command, as its user runs it: what it reads of the destination's log are the destination's own lines."""
    keyless = {**without(RECOGNISABLE, "supervisor", "custom"), "employmentId": None}
    somebody = sandbox.huma.hire(**keyless)
    content = {
        "notify": [mail.address(password="${MAIL_PASSWORD}")],
        "notify_language": "nb",
        "source-huma": sandbox.source_config(),
        "destination-xledger": sandbox.destination_config(
            object_storage_config={"storage_type": "Local", "path": str(tmp_path / "reports")}
        ),
    }
    (tmp_path / NAME).write_text(json.dumps(content), encoding="utf-8")
    printed = subprocess.run(  # noqa: S603  our own command
        [EXECUTABLES / "huma-xledger", "sync", str(tmp_path)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "LOG_LEVEL": "debug", "MAIL_PASSWORD": PASSWORD},
    )
    assert printed.returncode == 0, printed.stdout
    assert mail.received[0]["subject"] == "Huma til Xledger: 1 avvist"
    assert f"(missing_key), 1 avvist: users {somebody}." in mail.text
    (report,) = (tmp_path / "reports").glob("*-*")
    assert str(report) in mail.text
    logs = [log.read_text() for log in (tmp_path / ".state").rglob("*.log")]
    assert logs
    everything = "\n".join([text_of(mail.received[0]), printed.stdout, printed.stderr, *logs])
    assert traces_in(everything, PASSWORD) == []
