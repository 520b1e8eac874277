"""Files that grow are left before the end, complete each time, and large ones not with every line."""

import tempfile
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from airbyte_cdk.models import FailureType
from airbyte_cdk.utils.traced_exception import AirbyteTracedException
from hypothesis import given
from hypothesis import strategies as st

from connector_base.failures import config_error
from connector_base.storage import spooled_files
from connector_base.storage.spooled_files import LARGEST_PART, SpooledFiles
from connector_base.storage.storage import LocalFolder

BIG = b"x" * LARGEST_PART


def test_what_was_kept_outlasts_the_process(tmp_path: Path) -> None:
    with SpooledFiles.opened(LocalFolder(tmp_path), "sync", ("a.jsonl", "b.jsonl")) as files:
        files.append("a.jsonl", b"1")
        files.keep()
        files.append("a.jsonl", b"2")
        assert {path.name: path.read_bytes() for path in (tmp_path / "sync").iterdir()} == {"a.jsonl": b"1\n"}


def test_all_of_a_large_file_is_kept_and_nothing_of_it_is_sent_often(tmp_path: Path) -> None:
    folder, sent = tmp_path / "sync", 0
    with SpooledFiles.opened(LocalFolder(tmp_path), "sync", ("large.jsonl", "small.jsonl")) as files:
        for number in range(1, 9):
            files.append("large.jsonl", b"%d" % number + BIG)
            files.append("small.jsonl", b"1")
            before = {path: path.stat().st_mtime_ns for path in folder.glob("*")}
            files.keep()
            sent += sum(path.stat().st_size for path in folder.glob("large*") if path not in before)
            parts = sorted(folder.glob("large*.jsonl"), key=lambda path: path.read_bytes()[:1])
            kept = [line[:1] for path in parts for line in path.read_bytes().splitlines()]
            assert b"".join(kept) == b"12345678"[:number]
            assert (folder / "small.jsonl").read_bytes() == b"1\n" * number
        assert sent < 9 * LARGEST_PART
        files.publish({}, "last", b"{}")
    assert {path.name for path in folder.iterdir()} == {"large.jsonl", "small.jsonl", "last"}
    assert (folder / "large.jsonl").read_bytes().count(b"\n") == 8


@given(steps=st.lists(st.tuples(st.integers(0, 5), st.booleans()), max_size=30))
def test_whenever_it_is_kept_and_however_large_it_is_nothing_is_lost_or_doubled(steps: list[tuple[int, bool]]) -> None:
    with tempfile.TemporaryDirectory() as place, pytest.MonkeyPatch.context() as patch:
        patch.setattr(spooled_files, "LARGEST_PART", 8)
        folder = Path(place) / "sync"
        with SpooledFiles.opened(LocalFolder(Path(place)), "sync", ("a.jsonl",)) as files:
            appended, kept = [], []
            for number, (size, keeps) in enumerate(steps):
                appended.append(b"%d" % number + b"x" * size)
                files.append("a.jsonl", appended[-1])
                if keeps:
                    files.keep()
                    kept = [*appended]
                parts = [folder / "a.jsonl", *(folder / f"a.{part}.jsonl" for part in range(2, 40))]
                there = b"".join(path.read_bytes() for path in parts if path.exists())
                assert there.splitlines() == kept
            files.publish({}, "last", b"{}")
        assert (folder / "a.jsonl").read_bytes().splitlines() == appended
        assert {path.name for path in folder.iterdir()} == {"a.jsonl", "last"}


def test_what_is_there_as_it_stands_is_not_sent_again_in_the_end(tmp_path: Path) -> None:
    with SpooledFiles.opened(LocalFolder(tmp_path), "sync", ("a", "b")) as files:
        files.append("a", b"1")
        files.keep()
        before = (tmp_path / "sync" / "a").stat().st_ino
        files.publish({}, "last", b"{}")
        assert (tmp_path / "sync" / "a").stat().st_ino == before
    assert {path.name: path.read_bytes() for path in (tmp_path / "sync").iterdir()} == {
        "a": b"1\n",
        "b": b"",
        "last": b"{}",
    }


class Failing(LocalFolder):
    """A storage that takes nothing for as long as it is told to."""

    fails = False

    def put(self, name: str, content: BinaryIO) -> None:
        if Failing.fails:
            raise config_error("The storage cannot be written.")
        super().put(name, content)


def test_a_storage_that_fails_once_costs_no_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [BIG + b"1", b"2", b"3"]
    with SpooledFiles.opened(Failing(tmp_path), "sync", ("a.jsonl",)) as files:
        files.append("a.jsonl", lines[0])
        files.keep()
        files.append("a.jsonl", lines[1])
        with monkeypatch.context() as patch:
            patch.setattr(Failing, "fails", True)
            with pytest.raises(AirbyteTracedException):
                files.keep()
        files.append("a.jsonl", lines[2])
        files.publish({}, "last", b"{}")
    assert (tmp_path / "sync" / "a.jsonl").read_bytes().splitlines() == lines


class Full(BytesIO):
    """A file on a disk without room."""

    def write(self, _: Any) -> int:
        raise OSError(28, "No space left on device")


def test_no_room_to_collect_is_a_config_error_that_says_where(tmp_path: Path) -> None:
    files = SpooledFiles(LocalFolder(tmp_path), "sync", {"a": Full()})
    with pytest.raises(AirbyteTracedException, match="Make room there") as raised:
        files.append("a", b"1")
    assert raised.value.failure_type is FailureType.config_error


def test_what_fails_half_way_leaves_nothing_and_what_does_not_is_added(tmp_path: Path) -> None:
    def fail_half_way() -> None:
        with files.whole("a.jsonl"):
            files.append("a.jsonl", b"a longer line")
            raise ZeroDivisionError

    with SpooledFiles.opened(LocalFolder(tmp_path), "sync", ("a.jsonl",)) as files:
        files.append("a.jsonl", b"1")
        with pytest.raises(ZeroDivisionError):
            fail_half_way()
        with files.whole("a.jsonl"):
            files.append("a.jsonl", b"2")
        files.publish({}, "last", b"{}")
    assert (tmp_path / "sync" / "a.jsonl").read_bytes() == b"1\n2\n"
