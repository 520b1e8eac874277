"""Never silently incremental: to whom the host's state belongs, and how a sync that failed is told."""

import json
import logging
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector_base.incremental.identity import tell_identity
from huma_xledger import __main__ as command
from huma_xledger import connection as connection_module
from huma_xledger.belonging import (
    ASKED_FOR,
    CHANGED_SETTINGS,
    NOT_TO_THE_END,
    UNKNOWN,
    Belonging,
    Identity,
    another_destination,
    another_source,
    everybody_because,
    first_to,
)
from huma_xledger.checking import said
from huma_xledger.connection import CheckFailedError, Connection, SyncFailedError, SyncResult
from huma_xledger.connection_file import CONNECTORS, DECISIONS, NAME
from huma_xledger.direction import BY_ORIGIN, TO_HUMA, TO_XLEDGER, Direction
from huma_xledger.lock import held
from huma_xledger.report import SUMMARY, told_of
from huma_xledger.state_file import StateFile, StateFileError
from integration_tests.conftest import Write
from integration_tests.decided import decisions, leave
from integration_tests.records import a_user, records
from integration_tests.sandbox import Sandbox
from integration_tests.scripted_connectors import ScriptedConnectors, a_summary

Sync = Callable[..., SyncResult]

CONFIG = {"client_id": "x"}


@pytest.fixture(params=BY_ORIGIN)
def connectors(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ScriptedConnectors:
    """The connectors of a direction, whose first sync has left the state 1."""
    monkeypatch.setattr(connection_module, "EXECUTABLES", tmp_path)
    return ScriptedConnectors(tmp_path, BY_ORIGIN[request.param])


@pytest.fixture
def sync(connectors: ScriptedConnectors, tmp_path: Path) -> Sync:
    """Syncs as a new process would, with the state of the sync before."""

    def run(source: Any = CONFIG, destination: Any = CONFIG, *, full_refresh: bool = False) -> SyncResult:
        connectors.install()
        state = StateFile(tmp_path / "state.json")
        return Connection(source, destination, state, connectors.direction).sync(full_refresh=full_refresh)

    return run


def test_the_second_sync_goes_on_from_the_first(connectors: ScriptedConnectors, sync: Sync) -> None:
    assert sync().everybody_because == first_to(connectors.direction.written)
    connectors.states = (2, 3)
    assert sync().everybody_because is None
    assert connectors.started_from == [1]
    sync()
    assert connectors.started_from == [3]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"read_account": "another"}, lambda direction: another_source(direction.read)),
        ({"read_account": None}, lambda direction: another_source(direction.read)),
        ({"written_account": "another"}, lambda direction: another_destination(direction.written)),
        ({"written_account": None}, lambda direction: another_destination(direction.written)),
        ({"settings": "others"}, lambda _: CHANGED_SETTINGS),
    ],
)
def test_what_the_last_sync_was_not_made_with_sends_everybody_and_says_so(
    change: dict[str, Any], sentence: Callable[[Direction], str], connectors: ScriptedConnectors, sync: Sync
) -> None:
    sync()
    for name, value in change.items():
        setattr(connectors, name, value)
    assert sync().everybody_because == sentence(connectors.direction)
    assert connectors.started_from == []


def test_everybody_is_sent_once_and_the_next_sync_goes_on(connectors: ScriptedConnectors, sync: Sync) -> None:
    sync()
    connectors.settings, connectors.states = "others", (2,)
    assert sync().everybody_because == CHANGED_SETTINGS
    assert sync().everybody_because is None
    assert connectors.started_from == [2]


@pytest.mark.parametrize("unknown", ["read_account", "written_account"])
def test_where_the_account_is_not_told_any_change_of_the_config_sends_everybody(
    unknown: str, connectors: ScriptedConnectors, sync: Sync
) -> None:
    setattr(connectors, unknown, None)
    sync()
    assert sync().everybody_because is None
    rotated = {"source" if unknown == "read_account" else "destination": {**CONFIG, "token": "rotated"}}
    assert sync(**rotated).everybody_because in (
        another_source(connectors.direction.read),
        another_destination(connectors.direction.written),
    )


def test_where_the_account_is_told_a_new_token_changes_nothing(connectors: ScriptedConnectors, sync: Sync) -> None:
    sync()
    assert sync({**CONFIG, "secret": "new"}, {**CONFIG, "token": "new"}).everybody_because is None
    assert connectors.started_from == [1]


def test_a_state_that_does_not_say_whose_it_is_is_not_gone_on_from(
    connectors: ScriptedConnectors, sync: Sync, tmp_path: Path
) -> None:
    stream = {"name": connectors.direction.stream}
    state = {"type": "STREAM", "stream": {"stream_descriptor": stream, "stream_state": {"number": 9}}}
    (tmp_path / "state.json").write_text(json.dumps([state]), encoding="utf-8")
    assert sync().everybody_because == UNKNOWN
    assert connectors.started_from == []
    assert sync().everybody_because is None


def test_a_preview_shows_everybody_and_the_sync_after_it_writes_what_was_shown(
    connectors: ScriptedConnectors, sync: Sync
) -> None:
    sync()
    connectors.summary, connectors.settings = a_summary("preview"), "settings of a preview"
    assert sync().everybody_because == CHANGED_SETTINGS
    assert sync().everybody_because == NOT_TO_THE_END
    connectors.summary, connectors.settings, connectors.states = a_summary(), "settings", (2,)
    assert sync().everybody_because == NOT_TO_THE_END
    assert connectors.started_from == []
    assert sync().everybody_because is None
    assert connectors.started_from == [2]


def test_a_preview_before_the_first_sync_leaves_nothing_behind(
    connectors: ScriptedConnectors, sync: Sync, tmp_path: Path
) -> None:
    connectors.summary = a_summary("preview")
    sync()
    assert not (tmp_path / "state.json").exists()


def test_who_asks_for_everybody_gets_everybody_and_the_next_sync_goes_on(
    connectors: ScriptedConnectors, sync: Sync
) -> None:
    sync()
    connectors.states = (2,)
    assert sync(full_refresh=True).everybody_because == ASKED_FOR
    assert connectors.started_from == []
    assert sync().everybody_because is None
    assert connectors.started_from == [2]


@pytest.mark.parametrize("states", [(), (2,)], ids=["before a state", "after one"])
def test_a_sync_with_changed_settings_that_breaks_off_is_taken_up_where_it_ended(
    states: tuple[int, ...], connectors: ScriptedConnectors, sync: Sync
) -> None:
    sync()
    connectors.settings, connectors.states, connectors.destination_fails = "others", states, "Xledger is away."
    with pytest.raises(SyncFailedError):
        sync()
    connectors.destination_fails = None
    again = sync()
    assert connectors.started_from == list(states)
    assert again.everybody_because == (None if states else NOT_TO_THE_END)


def test_whoever_a_sync_has_reached_that_broke_off_is_sent_again_when_its_settings_are_taken_back(
    connectors: ScriptedConnectors, sync: Sync
) -> None:
    sync()
    before = connectors.settings
    connectors.settings, connectors.states, connectors.destination_fails = "others", (), "Xledger is away."
    with pytest.raises(SyncFailedError):
        sync()
    connectors.settings, connectors.destination_fails = before, None
    assert sync().everybody_because == NOT_TO_THE_END
    assert connectors.started_from == []


def test_without_a_state_nobody_asks_whose_it_is(connectors: ScriptedConnectors) -> None:
    connectors.check_fails = "Never asked."
    connectors.install()
    assert Connection(CONFIG, CONFIG, direction=connectors.direction).sync().summary["received"] == 0


# ------------------------------------------------------------------ the other direction


@pytest.fixture
def make(connectors: ScriptedConnectors, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """The command with a folder for both directions, in this process; the rest of its arguments are to be said."""
    other = ScriptedConnectors(tmp_path, TO_HUMA if connectors.direction == TO_XLEDGER else TO_XLEDGER)
    (tmp_path / NAME).write_text(json.dumps({name: {} for name in CONNECTORS}), encoding="utf-8")
    (tmp_path / NAME).chmod(0o600)
    monkeypatch.setattr(command, "PRIVATE", tmp_path / ".state")

    def run(name: str, *arguments: str) -> int:
        connectors.install()
        other.install()
        monkeypatch.setattr(sys, "argv", ["huma-xledger", name, str(tmp_path), *arguments])
        return command.main()

    return run


def test_each_direction_goes_on_from_its_own_last_sync(
    make: Callable[..., int], connectors: ScriptedConnectors, capsys: pytest.CaptureFixture[str]
) -> None:
    here, there = sorted(BY_ORIGIN, key=lambda origin: BY_ORIGIN[origin] != connectors.direction)
    connectors.states = (7,)
    assert make("sync", "--from", here) == make("sync", "--from", there) == 0
    assert connectors.started_from == []
    told = " ".join(capsys.readouterr().out.split())
    assert first_to(TO_XLEDGER.written) in told
    assert first_to(TO_HUMA.written) in told
    assert make("sync", "--from", here) == 0
    assert connectors.started_from == [7]
    assert "everybody" not in capsys.readouterr().out


def test_two_directions_of_a_connection_never_run_at_once(
    make: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert make("sync") == 0
    (lock,) = tmp_path.glob(".state/connections/*/lock")
    with held(lock):
        assert [make("sync", "--from", origin) for origin in BY_ORIGIN] == [1, 1]
    assert capsys.readouterr().out.count("Another sync of this connection is still running") == 2


def test_people_come_from_huma_unless_another_origin_is_asked_for(make: Callable[..., int], tmp_path: Path) -> None:
    assert make("sync") == 0
    assert [path.name for path in tmp_path.glob(".state/connections/*/*.json")] == ["destination-xledger.json"]
    assert make("sync", "--from", "xledger") == 0
    assert {path.name for path in tmp_path.glob(".state/connections/*/*.json")} == {
        "destination-xledger.json",
        "destination-huma.json",
    }


def test_a_check_covers_every_connector_of_the_folder_and_says_of_each_whether_it_works(
    make: Callable[..., int], connectors: ScriptedConnectors, capsys: pytest.CaptureFixture[str]
) -> None:
    connectors.warns = ("An access is missing.",)
    assert make("check") == 0
    told = capsys.readouterr().out.splitlines()
    assert told[0] == f"{connectors.direction.destination}: An access is missing."
    assert told[1:] == [
        f"{name}: It works with these settings." for direction in BY_ORIGIN.values() for name in direction.connectors
    ]
    connectors.check_fails = "The key is wrong."
    assert make("check") == 1
    told = capsys.readouterr().out.splitlines()
    assert f"{connectors.direction.destination}: The key is wrong." in told
    assert sum("It works" in line for line in told) == 3


def test_a_check_tells_of_reports_in_different_places(
    make: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = "so that decisions (decisions.json) in one do not count in the other."
    assert make("check") == 0
    assert told not in capsys.readouterr().out
    apart: dict[str, Any] = {name: {} for name in CONNECTORS}
    apart["destination-huma"] = {"object_storage_config": {"storage_type": "Local", "path": "/reports"}}
    (tmp_path / NAME).write_text(json.dumps(apart), encoding="utf-8")
    assert make("check") == 0
    assert told in capsys.readouterr().out
    (tmp_path / DECISIONS).write_text(decisions(), encoding="utf-8")
    assert make("check") == 0
    assert told not in capsys.readouterr().out


def test_a_check_tells_what_is_to_be_known_before_webhooks_are_taken(
    make: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    listen: dict[str, Any] = {"secret": "Kari-Nordmann-Hansen"}
    content: dict[str, Any] = {name: {} for name in CONNECTORS} | {"listen": listen}

    def checked() -> tuple[int, str]:
        (tmp_path / NAME).write_text(json.dumps(content), encoding="utf-8")
        return make("check"), " ".join(capsys.readouterr().out.split())

    code, told = checked()
    assert code == 0
    assert "does not say mode: sync below destination-xledger" in told
    assert "has no schedule" in told
    assert "Webhooks are taken at http://127.0.0.1:8710/webhooks/huma where huma-xledger listen is running." in told
    content["schedule"] = "6h"
    code, told = checked()
    assert code == 0
    assert "if that were done now, it would be done again at 20" in told
    content["schedule"] = "often"
    code, told = checked()
    assert code == 2
    assert "schedule: it must be an interval as 15m, 6h or 1d" in told
    listen["port"] = listen["secret"]
    code, told = checked()
    assert code == 2
    assert "listen.port must be a port" in told
    assert listen["secret"] not in told


def test_a_check_tells_of_decisions_that_do_not_count_for_a_destination_that_has_its_own(
    make: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    configs: dict[str, Any] = {name: {} for name in CONNECTORS} | {"destination-huma": {"decisions": decisions()}}
    (tmp_path / NAME).write_text(json.dumps(configs), encoding="utf-8")
    assert make("check") == 0
    told = "destination-huma has decisions of its own"
    assert told not in capsys.readouterr().out
    (tmp_path / DECISIONS).write_text(decisions(), encoding="utf-8")
    assert make("check") == 0
    assert told in capsys.readouterr().out


def test_a_sync_with_decisions_of_no_use_runs_nothing_and_says_so(
    make: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / DECISIONS).write_text("{}", encoding="utf-8")
    assert [make("sync", "--from", origin) for origin in BY_ORIGIN] == [2, 2]
    assert capsys.readouterr().out.count("Nothing is written before they are.") == 2
    assert not list(tmp_path.glob(".state/connections/*/*.json"))


# ------------------------------------------------------------------ how a sync ends that failed


@pytest.mark.parametrize(
    ("fails", "sentence"),
    [
        ({"source_fails": "It is away."}, "^source-[a-z]+: It is away."),
        ({"destination_fails": "It is away."}, "^destination-[a-z]+: It is away."),
        ({"exit_code": 9}, "neither connector says why"),
    ],
)
def test_a_failed_sync_ends_with_the_connectors_sentence_and_what_was_done_before(
    fails: dict[str, Any], sentence: str, connectors: ScriptedConnectors, sync: Sync
) -> None:
    for name, value in fails.items():
        setattr(connectors, name, value)
    connectors.summary = a_summary(received=7, updated=3)
    with pytest.raises(SyncFailedError, match=sentence) as raised:
        sync()
    assert raised.value.result.summary["updated"] == 3
    assert raised.value.__suppress_context__


def test_every_connector_that_cannot_work_says_so_in_its_own_sentence(
    connectors: ScriptedConnectors, sync: Sync, tmp_path: Path
) -> None:
    connectors.check_fails = "The token is wrong."
    source, destination = connectors.direction.connectors
    sync_without_source = Connection(CONFIG, CONFIG, StateFile(tmp_path / "state.json"), connectors.direction)
    connectors.install()
    (tmp_path / source).unlink()
    with pytest.raises(CheckFailedError) as raised:
        sync_without_source.check()
    missing, refused = str(raised.value).splitlines()
    assert missing.startswith(f"{source}: ")
    assert "cannot be run (No such file or directory)" in missing
    assert refused == f"{destination}: The token is wrong."
    with pytest.raises(CheckFailedError, match="The token is wrong"):
        sync()


@pytest.mark.parametrize("output", [b"", b"Traceback (most recent call last):\n[]\n5\n"])
def test_a_connector_that_ends_without_an_answer_has_failed(output: bytes) -> None:
    assert "without an answer (exit code 3)" in (said(output, 3).problem or "")


def test_the_host_understands_what_both_connectors_log_for_it(
    write: Write, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    storage = {"storage_type": "Local", "path": str(tmp_path)}
    preview = write(records([a_user(1)]), mode="preview", object_storage_config=storage)
    assert [line for line in preview.log if line.startswith(SUMMARY)]
    (_, place) = told_of("this sync", preview.summary, preview.log)
    assert str(tmp_path) in str(place)
    (_, hint) = told_of("this sync", write(records([a_user(1)]), mode="preview").summary, ())
    assert "object_storage_config" in str(hint)
    caplog.clear()
    with caplog.at_level(logging.INFO):
        tell_identity("an account")
    (line,) = (record.getMessage() for record in caplog.records)
    logged = {"type": "LOG", "log": {"level": "INFO", "message": line}}
    assert said(json.dumps(logged).encode(), 0).identity is not None


def test_what_a_destination_knows_of_decisions_is_told_by_a_check_of_the_connection(
    sandbox: Sandbox, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    configs = {
        "destination-xledger": sandbox.destination_config(),
        "destination-huma": sandbox.destination_huma_config(),
    }
    path = tmp_path / "connection.yaml"
    path.touch(mode=0o600)
    path.write_text(json.dumps(configs), encoding="utf-8")
    (tmp_path / "decisions.json").write_text(decisions(leave(a_user(1)), leave(a_user(2))), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["huma-xledger", "check", str(tmp_path)])
    assert command.main() == 0
    printed = " ".join(capsys.readouterr().out.split())
    for name in configs:
        assert f"{name}: 2 decisions were found in" in printed
    assert "under Decisions (decisions)" not in printed


def test_a_state_that_cannot_be_written_ends_the_sync_in_a_sentence(sync: Sync, tmp_path: Path) -> None:
    sync()
    (tmp_path / "state.draft").mkdir()
    with pytest.raises(StateFileError, match="cannot be written: Is a directory"):
        sync(full_refresh=True)


# ------------------------------------------------------------------ the command


@pytest.fixture
def make_sync(connectors: ScriptedConnectors, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """`make sync`, in this process."""
    (tmp_path / NAME).write_text(json.dumps({name: {} for name in connectors.direction.connectors}), encoding="utf-8")
    (tmp_path / NAME).chmod(0o600)
    monkeypatch.setattr(command, "_states", lambda _: tmp_path)
    (origin,) = (name for name, direction in BY_ORIGIN.items() if direction == connectors.direction)
    monkeypatch.setattr(sys, "argv", ["huma-xledger", "sync", str(tmp_path), "--from", origin])

    def run() -> int:
        connectors.install()
        return command.main()

    return run


def test_make_sync_says_why_it_sends_everybody_and_what_the_connectors_warn_of(
    make_sync: Callable[[], int], connectors: ScriptedConnectors, capsys: pytest.CaptureFixture[str]
) -> None:
    connectors.warns = ("Nobody can be found by e-mail.",)
    assert make_sync() == 0
    first = " ".join(capsys.readouterr().out.split())
    assert first_to(connectors.direction.written) in first
    assert f"{connectors.direction.destination}: Nobody can be found by e-mail." in first
    assert make_sync() == 0
    assert "everybody" not in capsys.readouterr().out


def test_make_sync_names_a_config_that_others_can_read(
    make_sync: Callable[[], int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert make_sync() == 0
    assert "which holds keys" not in capsys.readouterr().out
    (tmp_path / NAME).chmod(0o640)
    assert make_sync() == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "connection.yaml, which holds keys. Let nobody else read it: chmod 600 does that." in told


def test_make_sync_shows_all_that_both_connectors_warn_of_each_once(
    make_sync: Callable[[], int], connectors: ScriptedConnectors, capsys: pytest.CaptureFixture[str]
) -> None:
    connectors.source_warns = ("Huma is slow.", "Huma is slow.")
    connectors.warns = ("An access is missing.",)
    connectors.destination_warns = (
        "An access is missing.",
        "The employee with dbId 7 was not found.",
        f"{connectors.direction.stream} 1: Left out",
    )
    connectors.summary = a_summary(received=1, updated=1)
    assert make_sync() == 0
    told = " ".join(capsys.readouterr().out.split())
    source, destination = connectors.direction.connectors
    for line in (
        f"{source}: Huma is slow.",
        f"{destination}: An access is missing.",
        f"{destination}: The employee with dbId 7 was not found.",
        f"{connectors.direction.stream} 1: Left out",
    ):
        assert told.count(line) == 1
    assert f"{destination}: {connectors.direction.stream}" not in told


def test_make_sync_ends_a_failure_with_numbers_and_a_sentence_and_no_traceback(
    make_sync: Callable[[], int], connectors: ScriptedConnectors, capsys: pytest.CaptureFixture[str]
) -> None:
    connectors.destination_fails = "Xledger has no credits left."
    connectors.summary = a_summary(received=7, updated=3)
    assert make_sync() == 1
    out = capsys.readouterr().out
    assert "Traceback" not in out
    assert "people updated" in out
    assert " ".join(out.split()).endswith(
        f"{connectors.direction.destination}: Xledger has no credits left. The sync failed. What was written stays "
        "written, and the next sync goes on from there."
    )


def test_whoever_interrupts_make_sync_reads_a_sentence(
    make_sync: Callable[[], int], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Connection, "check", interrupted)
    assert make_sync() == 128 + signal.SIGINT == 130
    assert capsys.readouterr().out.startswith("Interrupted. What was written stays written")


def test_a_folder_that_cannot_be_written_is_named_in_a_sentence(
    make_sync: Callable[[], int], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device", "/data/.state/connections")

    monkeypatch.setattr(command, "_states", full)
    assert make_sync() == 1
    assert "/data/.state/connections cannot be written" in " ".join(capsys.readouterr().out.split())


def test_the_command_hears_its_host_before_it_loads_what_takes_long() -> None:
    code = "import sys, huma_xledger.__main__; sys.exit(bool({'airbyte', 'rich', 'pydantic'} & {*sys.modules}))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0  # noqa: S603


# ------------------------------------------------------------------ to whom a state belongs


TEXT = st.text(max_size=3)
BELONGINGS = st.builds(Belonging, TEXT, TEXT, TEXT)


@given(BELONGINGS, BELONGINGS)
def test_a_sync_goes_on_only_from_a_state_of_its_own(last: Belonging, now: Belonging) -> None:
    assert (everybody_because(last, now, TO_XLEDGER) is None) == (last == now)


@given(BELONGINGS)
def test_after_a_preview_and_from_a_state_of_nobodys_everybody_is_sent(now: Belonging) -> None:
    assert everybody_because(replace(now, settings=None), now, TO_XLEDGER) == NOT_TO_THE_END
    assert everybody_because(None, now, TO_XLEDGER) == UNKNOWN


def test_a_connector_that_says_nothing_of_itself_is_known_by_its_config() -> None:
    known = Identity("account", "settings")

    def of(source: Any, destination: Any, told: Identity | None) -> Belonging:
        return Belonging.of(known, source, told, destination)

    assert of({"a": 1}, {"b": 2}, known) == of({}, {}, known)
    assert of({}, {"b": 2}, None) == of({}, {"b": 2}, None) != of({}, {"b": 3}, None)
    assert "hunter2" not in repr(of({}, {"password": "hunter2"}, None))
