"""Files that grow are left before the end, complete each time, and large ones not with every line."""

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from airbyte_cdk.models import FailureType
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from connector_base.storage.spooled_files import ALWAYS_LEFT, SpooledFiles
from connector_base.storage.storage import LocalFolder

BIG = b"x" * ALWAYS_LEFT


def test_what_was_kept_outlasts_the_process(tmp_path: Path) -> None:
    with SpooledFiles.opened(LocalFolder(tmp_path), "sync", ("a.jsonl", "b.jsonl")) as files:
        files.append("a.jsonl", b"1")
        assert files.keep()
        files.append("a.jsonl", b"2")
        assert {path.name: path.read_bytes() for path in (tmp_path / "sync").iterdir()} == {"a.jsonl": b"1\n"}


def test_a_large_file_is_kept_again_once_it_has_doubled_and_until_then_not_all_is_kept(tmp_path: Path) -> None:
    with SpooledFiles.opened(LocalFolder(tmp_path), "sync", ("large", "small")) as files:
        kept = []
        for _ in range(8):
            files.append("large", BIG)
            files.append("small", b"1")
            kept.append(files.keep())
            assert (tmp_path / "sync" / "small").read_bytes().count(b"\n") == len(kept)
    assert kept == [True, True, False, True, False, False, False, True]


def test_what_is_there_as_it_stands_is_not_sent_again_in_the_end(tmp_path: Path) -> None:
    with SpooledFiles.opened(LocalFolder(tmp_path), "sync", ("a", "b")) as files:
        files.append("a", b"1")
        files.keep()
        before = (tmp_path / "sync" / "a").stat().st_ino
        files.publish("last", b"{}")
        assert (tmp_path / "sync" / "a").stat().st_ino == before
    assert {path.name: path.read_bytes() for path in (tmp_path / "sync").iterdir()} == {
        "a": b"1\n",
        "b": b"",
        "last": b"{}",
    }


class Full(BytesIO):
    """A file on a disk without room."""

    def write(self, _: Any) -> int:
        raise OSError(28, "No space left on device")


def test_no_room_to_collect_is_a_config_error_that_says_where(tmp_path: Path) -> None:
    files = SpooledFiles(LocalFolder(tmp_path), "sync", {"a": Full()})
    with pytest.raises(AirbyteTracedException, match="Make room there") as raised:
        files.append("a", b"1")
    assert raised.value.failure_type is FailureType.config_error
