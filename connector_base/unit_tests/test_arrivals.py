"""Lines as they arrive, whatever pieces they arrive in, and the silence between them."""

import io
import os
from collections import deque
from collections.abc import Iterator
from itertools import repeat
from pathlib import Path
from typing import BinaryIO

import pytest

from connector_base.protocol.arrivals import MOST_AT_ONCE, arriving_lines


class Pipe:
    """Both ends of a pipe."""

    def __init__(self) -> None:
        reading, self.writing = os.pipe()
        self.stream: BinaryIO = os.fdopen(reading, "rb")

    def write(self, content: bytes) -> None:
        os.write(self.writing, content)

    def end(self) -> None:
        os.close(self.writing)


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    both = Pipe()
    with both.stream:
        yield both


def test_a_line_arrives_before_the_next_one_is_written(pipe: Pipe) -> None:
    lines = arriving_lines(pipe.stream, pulse=0)
    for content in (b"one", b"two"):
        pipe.write(content + b"\n")
        assert next(lines) == content
    pipe.end()
    assert list(lines) == []


def test_silence_is_told(pipe: Pipe) -> None:
    lines = arriving_lines(pipe.stream, pulse=0)
    assert [next(lines), next(lines)] == [None, None]
    pipe.write(b"one\n")
    assert [next(lines), next(lines)] == [b"one", None]
    pipe.end()


def test_a_line_in_pieces_is_one_line_and_silence_within_it_is_told(pipe: Pipe) -> None:
    lines = arriving_lines(pipe.stream, pulse=0)
    pipe.write(b"a\nb")
    assert [next(lines), next(lines)] == [b"a", None]
    pipe.write(b"c")
    assert next(lines) is None
    pipe.write(b"d\ne\n")
    assert [next(lines), next(lines)] == [b"bcd", b"e"]
    pipe.end()


def test_the_last_line_needs_no_end(pipe: Pipe) -> None:
    pipe.write(b"a\nb")
    pipe.end()
    assert list(arriving_lines(pipe.stream, pulse=0)) == [b"a", b"b"]


def test_only_a_line_feed_ends_a_line(pipe: Pipe) -> None:
    odd = "a\rb\x0bc\u2028d\x85".encode()
    pipe.write(odd + b"\r\n")
    pipe.end()
    assert list(arriving_lines(pipe.stream, pulse=0)) == [odd + b"\r"]


def test_the_other_side_waits_while_nobody_wants_a_line(pipe: Pipe) -> None:
    os.set_blocking(pipe.writing, False)
    lines = arriving_lines(pipe.stream, pulse=0)
    pipe.write(b"first\n")
    assert next(lines) == b"first"
    more = b"x" * (MOST_AT_ONCE - 1) + b"\n"
    with pytest.raises(BlockingIOError):
        deque(map(pipe.write, repeat(more)), maxlen=0)
    pipe.end()


@pytest.mark.parametrize("content", [b"", b"one\n", b"one\ntwo\n", b"x" * (3 * MOST_AT_ONCE) + b"\ny\n"])
def test_a_file_and_a_stream_in_memory_have_the_same_lines(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "lines"
    path.write_bytes(content)
    expected = content.splitlines()
    with path.open("rb") as file:
        assert list(arriving_lines(file)) == expected
    assert [line.rstrip(b"\n") for line in arriving_lines(io.BytesIO(content)) if line] == expected
