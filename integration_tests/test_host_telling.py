"""The host tells what a sync came to, also where the destination could not say anything, and once."""

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector_base.reporting.rejection_lines import rejection_in, rejection_line
from connector_base.telling import telling
from connector_base.telling.message import Message
from connector_base.telling.remembered import FILE
from connector_base.telling.sending import Became
from huma_xledger import __main__ as command
from huma_xledger import connection as connection_module
from huma_xledger.connection_file import DESTINATIONS, NAME, ConnectionFile, ConnectionFileError
from huma_xledger.direction import BY_ORIGIN
from huma_xledger.lock import held
from huma_xledger.telling import named_in
from integration_tests.scripted_connectors import ScriptedConnectors, a_summary
from shared_mappings import RejectionCode

ADDRESS = "mailtos://post:Zq-secret@example.com?to=hr@example.com"

Make = Callable[..., int]


@dataclass
class Post:
    """What is sent, and where."""

    becomes: Became = Became.TOLD
    sent: list[Message] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)

    def __call__(self, message: Message, addresses: Sequence[str]) -> list[Became]:
        self.sent.append(message)
        self.addresses += addresses
        return [self.becomes] * len(addresses)


@pytest.fixture
def post(monkeypatch: pytest.MonkeyPatch) -> Post:
    post = Post()
    monkeypatch.setattr(telling, "send", post)
    return post


@pytest.fixture(params=BY_ORIGIN)
def connectors(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ScriptedConnectors:
    monkeypatch.setattr(connection_module, "EXECUTABLES", tmp_path)
    return ScriptedConnectors(tmp_path, BY_ORIGIN[request.param])


@pytest.fixture
def make(connectors: ScriptedConnectors, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Make:
    """The command, in this process."""
    monkeypatch.setattr(command, "PRIVATE", tmp_path / ".state")
    (origin,) = (name for name, direction in BY_ORIGIN.items() if direction == connectors.direction)

    def run(verb: str = "sync", **top: Any) -> int:
        content = {**{name: {} for name in connectors.direction.connectors}, "notify": ADDRESS, **top}
        (tmp_path / NAME).write_text(json.dumps(content), encoding="utf-8")
        (tmp_path / NAME).chmod(0o600)
        connectors.install()
        arguments = ["--from", origin] if verb == "sync" else []
        monkeypatch.setattr(sys, "argv", ["huma-xledger", verb, str(tmp_path), *arguments])
        return command.main()

    return run


def written(folder: Path, content: str) -> Path:
    (folder / NAME).write_text(content, encoding="utf-8")
    return folder


def test_a_sync_that_did_something_is_told_with_those_who_were_rejected(
    make: Make, connectors: ScriptedConnectors, post: Post
) -> None:
    stream = connectors.direction.stream
    line = rejection_line(f"{stream} 1b671a64", "missing_key", "There is none.")
    connectors.destination_warns = (line, f"{stream} 2: Left out: phone (invalid_date). It is not a date.")
    connectors.summary = a_summary(received=2, created=1, rejected={"missing_key": 1})
    assert make(notify_language="nb") == 0
    (message,) = post.sent
    read, to = connectors.direction.read.name, connectors.direction.written.name
    assert message.subject == f"{read} til {to}: 1 opprettet, 1 avvist"
    assert f"(missing_key), 1 avvist: {stream} 1b671a64." in message.body


def test_an_idle_sync_is_not_told(make: Make, post: Post) -> None:
    assert make() == 0
    assert post.sent == []


@pytest.mark.parametrize(
    ("how", "sentence"),
    [
        ({"check_fails": "The token is unknown."}, "The token is unknown."),
        ({"source_fails": "Nobody answers."}, "Nobody answers."),
        ({"destination_fails": "It is closed.", "summary": a_summary(created=3)}, "It is closed."),
        ({"summary": None, "exit_code": 3}, "neither connector says why"),
    ],
    ids=range(4),
)
def test_a_failure_is_told_once_whoever_failed(
    how: dict[str, Any], sentence: str, make: Make, connectors: ScriptedConnectors, post: Post
) -> None:
    for name, value in how.items():
        setattr(connectors, name, value)
    assert make() == 1
    (message,) = post.sent
    assert "the sync failed" in message.subject
    assert sentence in message.body
    connectors.summary = None
    assert make() == 1
    assert len(post.sent) == 1


def test_a_failure_that_comes_back_after_a_sync_that_succeeded_is_told_again(
    make: Make, connectors: ScriptedConnectors, post: Post
) -> None:
    for problem in ("It is closed.", None, "It is closed."):
        connectors.check_fails = problem
        make()
    assert len(post.sent) == 2


def test_a_sync_that_did_not_start_because_another_one_runs_is_not_told(make: Make, tmp_path: Path, post: Post) -> None:
    assert make() == 0
    (lock,) = tmp_path.glob(".state/connections/*/lock")
    with held(lock):
        assert make() == 1
    assert post.sent == []


def test_what_was_told_is_remembered_beside_the_states_and_only_its_owner_reads_it(
    make: Make, connectors: ScriptedConnectors, tmp_path: Path, post: Post
) -> None:
    connectors.check_fails = "It is closed."
    make()
    (kept,) = tmp_path.glob(f".state/connections/*/{FILE}")
    assert kept.stat().st_mode & 0o777 == 0o600
    assert post.addresses == [ADDRESS]
    assert "closed" not in kept.read_text()


def test_an_address_that_is_not_reached_is_told_by_its_place_and_the_sync_succeeds(
    make: Make, connectors: ScriptedConnectors, tmp_path: Path, post: Post, capsys: pytest.CaptureFixture[str]
) -> None:
    post.becomes = Became.NOT_REACHED
    connectors.summary = a_summary(received=1, created=1)
    assert make() == 0
    printed = capsys.readouterr().out
    assert f"The first address under notify in {tmp_path / NAME} was not told the result" in printed
    assert "Zq-secret" not in printed


def test_a_mistake_in_the_addresses_ends_the_command_before_anything_is_done(
    make: Make, connectors: ScriptedConnectors, capsys: pytest.CaptureFixture[str]
) -> None:
    connectors.check_fails = "Never asked."
    assert make(notify="Zq-secret@example.com") == 2
    assert make("check", notify="Zq-secret@example.com") == 2
    printed = capsys.readouterr().out
    assert printed.count("the first address does not say of which kind it is") == 2
    assert "Zq-secret" not in printed
    assert "Never asked." not in printed


def test_a_check_says_which_address_is_not_understood_and_sends_nothing(
    make: Make, post: Post, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(telling, "tried", lambda addresses: [Became.NOT_UNDERSTOOD for _ in addresses])
    assert make("check") == 1
    assert "Apprise does not understand the first address under notify in" in capsys.readouterr().out
    monkeypatch.setattr(telling, "tried", lambda addresses: [Became.UNDERSTOOD for _ in addresses])
    assert make("check") == 0
    assert post.sent == []


def test_a_check_says_where_a_sync_would_be_told_twice(
    make: Make, connectors: ScriptedConnectors, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(telling, "tried", lambda addresses: [Became.UNDERSTOOD for _ in addresses])
    destination = connectors.direction.destination
    assert destination in DESTINATIONS
    assert make("check", **{destination: {"notify": ADDRESS}}) == 0
    assert f"{destination} has addresses of its own (notify)" in " ".join(capsys.readouterr().out.split())


# ------------------------------------------------------------------ connection.yaml


@pytest.mark.parametrize(
    "entered", [f"'{ADDRESS}, slack://a/b/c'", f"['{ADDRESS}', 'slack://a/b/c']", f"|\n  {ADDRESS}\n  slack://a/b/c"]
)
def test_addresses_are_a_list_or_a_text(entered: str, tmp_path: Path) -> None:
    file = ConnectionFile.read(written(tmp_path, f"source-huma: {{}}\nnotify: {entered}\nnotify_language: nb"))
    assert file.notify == (ADDRESS, "slack://a/b/c")
    assert file.notify_language == "nb"
    assert file.connectors == ("source-huma",)
    assert "Zq-secret" not in repr(file)


def test_without_the_keys_nobody_is_told(tmp_path: Path) -> None:
    file = ConnectionFile.read(written(tmp_path, "source-huma: {}\nnotify: null\nnotify_language: null"))
    assert (file.notify, file.notify_language) == ((), "en")


def test_a_part_of_an_address_may_be_in_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = ConnectionFile.read(
        written(tmp_path, "{source-huma: {}, notify: 'mailtos://a:${THE_PASSWORD}@example.com'}")
    )
    monkeypatch.setenv("THE_PASSWORD", "Zq-secret")
    assert file.notify == ("mailtos://a:Zq-secret@example.com",)
    monkeypatch.delenv("THE_PASSWORD")
    with pytest.raises(ConnectionFileError, match="a setting of notify from the environment variable THE_PASSWORD"):
        _ = file.notify


@pytest.mark.parametrize(
    "content",
    [
        "{source-huma: {}, notify: 5}",
        "{source-huma: {}, notify: [5]}",
        "{source-huma: {}, notify: {Zq: secret}}",
        "{source-huma: {}, notify_language: Zq}",
        "{source-huma: {}, notify_language: [Zq]}",
        "{notify: 'slack://Zq'}",
    ],
)
def test_what_can_be_neither_is_told_without_a_value(content: str, tmp_path: Path) -> None:
    with pytest.raises(ConnectionFileError, match=r"Correct it: huma-xledger/README\.md") as raised:
        ConnectionFile.read(written(tmp_path, content))
    assert "Zq" not in str(raised.value)


# ------------------------------------------------------------------ who was rejected


@given(
    st.text(st.characters(exclude_characters="\n"), min_size=1).filter(lambda text: " was rejected (" not in text),
    st.sampled_from(RejectionCode),
    st.text(),
)
def test_what_a_destination_says_of_a_rejection_is_read_as_it_was_said(
    label: str, code: RejectionCode, why: str
) -> None:
    assert rejection_in(rejection_line(label, code.value, why)) == (label, code.value)


def test_nothing_else_is_taken_for_a_rejection() -> None:
    lines = [
        "users a: Left out: phone (invalid_date). It is not a date.",
        "users b was rejected (missing_key). None.",
        "SYNC",
    ]
    assert named_in(lines) == {"missing_key": ["users b"]}
