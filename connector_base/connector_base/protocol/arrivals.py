"""Lines as they arrive, and the silence between them."""

import io
import os
import select
from collections.abc import Iterator
from typing import BinaryIO, Final

PULSE: Final = 1.0
"""Seconds of silence after which somebody who waits for a line is told that none came."""

MOST_AT_ONCE: Final = 1 << 16
"""Bytes of one read: as much as a pipe holds."""


def arriving_lines(stream: BinaryIO, pulse: float = PULSE) -> Iterator[bytes | None]:
    """The lines of a stream as they arrive.

    Waiting for a line in the usual way lasts for as long as the other side is silent, and nobody could look at a
    clock meanwhile. Nothing is read before it is wanted, so the other side waits when this one is busy.

    Args:
        stream: A stream of which nothing was read before. One that is held in memory is never silent.
        pulse: Seconds.

    Yields:
        Each line, and None whenever nothing came for `pulse` seconds.
    """
    try:
        descriptor = stream.fileno()
    except io.UnsupportedOperation:
        yield from stream
        return
    unfinished: list[bytes] = []
    while True:
        ready, _, _ = select.select([descriptor], [], [], pulse)
        if not ready:
            yield None
            continue
        content = os.read(descriptor, MOST_AT_ONCE)
        if not content:
            break
        unfinished.append(content)
        if b"\n" in content:
            *lines, rest = b"".join(unfinished).split(b"\n")
            unfinished = [rest]
            yield from lines
    if last := b"".join(unfinished):
        yield last
