"""What the host keeps: for its owner alone, for one sync at a time, and told in a sentence where it is of no use."""

import importlib.metadata
import json
import re
import signal
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from huma_xledger import __main__ as command
from huma_xledger.belonging import Belonging
from huma_xledger.connection import Connection
from huma_xledger.environment import make_private
from huma_xledger.lock import AlreadyRunningError, LockFileError, held
from huma_xledger.pyairbyte import AirbyteStateMessage, without_warnings
from huma_xledger.state_file import StateFile, StateFileError
from huma_xledger.states_of_sync import StatesOfSync
from huma_xledger.temporary import own_folder

MARK = "Kari-Nordmann"

HOLDER = """
import sys, time
from pathlib import Path
from huma_xledger.lock import held
with held(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


KEEPER = """
import sys, time
from pathlib import Path
from huma_xledger.temporary import own_folder
config = own_folder(Path(sys.argv[1])) / "config.json"
config.write_text("{}")
print(config, flush=True)
time.sleep(60)
"""

BELONGING = Belonging("huma", "xledger", "settings")


def a_state(**more: Any) -> dict[str, Any]:
    return {"type": "STREAM", "stream": {"stream_descriptor": {"name": "users"}, "stream_state": more}}


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the lock of a connection."""
    with subprocess.Popen(  # noqa: S603
        [sys.executable, "-c", HOLDER, str(tmp_path / "lock")],
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_a_sync_that_overlaps_another_one_does_nothing_and_says_so(
    holder: subprocess.Popen[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: Any, **__: Any) -> None:
        pytest.fail("Nothing is started.")

    for connector in ("_source", "_destination"):
        monkeypatch.setattr(Connection, connector, never)
    connection = Connection({}, {}, StateFile(tmp_path / "state.json"))
    with pytest.raises(AlreadyRunningError, match="Another sync of this connection is still running"):
        connection.sync()
    assert holder.poll() is None


@pytest.mark.parametrize("ended_by", [signal.SIGKILL, signal.SIGTERM])
def test_a_sync_that_was_killed_keeps_no_other_from_starting(
    ended_by: signal.Signals, holder: subprocess.Popen[str], tmp_path: Path
) -> None:
    holder.send_signal(ended_by)
    holder.wait()
    with StateFile(tmp_path / "state.json").held():
        pass


def test_a_lock_that_cannot_be_written_is_named_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "lock").mkdir()
    with pytest.raises(LockFileError, match="lock cannot be written: Is a directory"), held(tmp_path / "lock"):
        pass


def test_one_connection_keeps_no_other_one_waiting(holder: subprocess.Popen[str], tmp_path: Path) -> None:
    (tmp_path / "another").mkdir()
    with StateFile(tmp_path / "another" / "state.json").held():
        assert holder.poll() is None


def test_a_sync_may_check_first_without_letting_another_one_in_between(tmp_path: Path) -> None:
    connection = Connection({}, {}, StateFile(tmp_path / "state.json"))
    with connection.alone(), connection.alone(), pytest.raises(AlreadyRunningError), held(tmp_path / "lock"):
        pass
    with held(tmp_path / "lock"):
        pass


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[",
        json.dumps([a_state(cursor=MARK)]).encode()[:-20],
        f'"{MARK}"'.encode(),
        f'{{"{MARK}": 1}}'.encode(),
        f'["{MARK}"]'.encode(),
        f'[{{"{MARK}": 1}}]'.encode(),
        json.dumps([{"type": MARK, "stream": {"stream_descriptor": {"name": "users"}}}]).encode(),
        json.dumps({"version": 1, "belongs_to": {"source": MARK}, "states": []}).encode(),
        json.dumps({"version": 1, "belongs_to": None, "states": [MARK]}).encode(),
        json.dumps({"version": 2, "belongs_to": None, "states": []}).encode(),
        b"\x80\x04" + MARK.encode(),
        b"[" * 100_000,
    ],
    ids=lambda content: content[:16],
)
def test_a_file_that_is_no_state_is_named_in_a_sentence_and_never_quoted(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    path.write_bytes(content)
    with pytest.raises(StateFileError, match="holds no state") as raised:
        StateFile(path).kept()
    assert str(path) in str(raised.value)
    assert MARK not in str(raised.value)
    assert raised.value.__suppress_context__ or raised.value.__context__ is None


def test_a_state_file_that_cannot_be_read_is_named_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "state.json").mkdir()
    with pytest.raises(StateFileError, match=r"cannot be read: Is a directory\. Check its permissions\."):
        StateFile(tmp_path / "state.json").kept()


def test_before_the_first_sync_there_is_no_state(tmp_path: Path) -> None:
    assert StateFile(tmp_path / "state.json").kept() is None


@pytest.mark.parametrize(
    "state",
    [
        a_state(cursor=123456789012345678901234567890, nothing=None, list=[None]),
        {**a_state(), "id": 7, "sourceStats": {"recordCount": 2.0, "rejectedRecordCount": 1.0}},
    ],
    ids=["numbers and nulls", "what a host adds"],
)
def test_a_state_comes_back_as_the_destination_let_it_through(state: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    path.with_suffix(".draft").touch(mode=0o644)
    states = StatesOfSync(StateFile(path), BELONGING, [])
    states.get_state_writer("source-huma").write_state(AirbyteStateMessage.model_validate(state))
    assert json.loads(path.read_bytes())["states"] == [state]
    assert path.stat().st_mode & 0o777 == 0o600
    kept = StateFile(path).kept()
    assert kept is not None
    assert kept.belongs_to == BELONGING
    (message,) = kept.states
    assert message == state


def test_what_was_there_before_becomes_its_owners_alone(tmp_path: Path) -> None:
    folder = tmp_path / ".state"
    (folder / "logs" / "old").mkdir(parents=True)
    for path in (folder / "states.json", folder / "logs" / "old" / "source.log"):
        path.touch()
    (folder / "elsewhere").symlink_to(tmp_path / "not-ours")
    (tmp_path / "not-ours").touch()
    for path in (tmp_path / "not-ours", folder, *folder.rglob("*")):
        path.chmod(0o777)
    make_private(folder)
    ours = [folder, *(path for path in folder.rglob("*") if not path.is_symlink())]
    assert {path.stat().st_mode & 0o777 for path in ours if path.is_dir()} == {0o700}
    assert {path.stat().st_mode & 0o777 for path in ours if path.is_file()} == {0o600}
    assert (tmp_path / "not-ours").stat().st_mode & 0o777 == 0o777


def test_a_config_that_a_killed_sync_left_is_removed_by_the_next_one_and_that_of_a_running_one_is_not(
    tmp_path: Path,
) -> None:
    (tmp_path / "left.json").touch()
    command = [sys.executable, "-c", KEEPER, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        assert process.stdout
        config = Path(process.stdout.readline().strip())
        assert config.parent.stat().st_mode & 0o777 == 0o700
        beside = own_folder(tmp_path)
        assert config.is_file()
        assert not (tmp_path / "left.json").exists()
        process.kill()
    last = own_folder(tmp_path)
    assert not config.parent.exists()
    assert beside.is_dir()
    assert last.is_dir()


@pytest.mark.parametrize("broken", [None, "state", "lock"])
def test_the_command_ends_in_a_sentence(
    broken: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    content = "{source-huma: {}, destination-xledger: {}}" if broken else "{"
    (tmp_path / "connection.yaml").write_text(content, encoding="utf-8")
    if broken == "state":
        (tmp_path / "destination-xledger.json").write_text("", encoding="utf-8")
    monkeypatch.setattr(command, "_states", lambda _: tmp_path)
    monkeypatch.setattr(Connection, "check", lambda self: self.state.kept() and ())
    monkeypatch.setattr(sys, "argv", ["huma-xledger", "sync", str(tmp_path)])
    if broken == "lock":
        with held(tmp_path / "lock"):
            assert command.main() == 1
    else:
        assert command.main() == (1 if broken else 2)
    sentence = {
        None: "is not understood as YAML (line 1 cannot be read). Text that begins with a sign, as * or @, has to be "
        "between quotation marks. Correct it: huma-xledger/README.md shows what belongs in it.",
        "state": "holds no state",
        "lock": "this one does nothing",
    }[broken]
    assert sentence in " ".join(capsys.readouterr().out.split())


def test_every_example_of_a_write_goes_without_the_cache_that_changes_keys() -> None:
    root = Path(__file__).parents[1]
    pages = [root / "README.md", *(page for page in root.glob("*/**/*.md") if ".venv" not in page.parts)]
    call = re.compile(r"\w+\.write\((?:[^()]|\([^()]*\))*\)")
    writes = [write for page in pages for write in call.findall(page.read_text(encoding="utf-8"))]
    assert len(writes) >= 3
    assert [write for write in writes if "cache=False" not in write.replace("state_cache", "")] == []


def test_while_pyairbyte_is_loaded_nobody_is_warned_or_looks_for_whom_to_warn_of_and_afterwards_both_are_done() -> None:
    with without_warnings():
        warnings.warn("old age", FutureWarning, stacklevel=1)
        assert importlib.metadata.packages_distributions() == {}
    assert importlib.metadata.packages_distributions()["pytest"] == ["pytest"]
    with pytest.warns(FutureWarning):
        warnings.warn("old age", FutureWarning, stacklevel=1)
