"""Files that grow while something runs, and are left in a storage before it ends: memory stays constant meanwhile."""

import os
import tempfile
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from typing import BinaryIO, Final

from connector_base.failures import config_error
from connector_base.storage.storage import Storage
from connector_base.storage.temporary import temporary_folder

LARGEST_PART: Final = 1 << 20
"""Bytes after which what follows is kept in a part of its own, so that a large file does not travel whole each time."""


@dataclass(slots=True)
class _Left:
    """What was left of a file that grows.

    Attributes:
        size: How many bytes.
        part: Which part of it is growing, from 1.
        since: Where that begins.
    """

    size: int = 0
    part: int = 1
    since: int = 0


@dataclass(frozen=True, slots=True)
class SpooledFiles:
    """Collects files on disk, without a name there, so that they are gone with the process, whatever ends it.

    Attributes:
        storage: Where they go.
        folder: The folder there.
        spools: What was collected so far, by the name it will have.
        aside: The names of those that are not left, since others are made from them.
    """

    storage: Storage
    folder: str
    spools: Mapping[str, BinaryIO] = field(repr=False)
    aside: Collection[str] = ()
    _left: defaultdict[str, _Left] = field(default_factory=lambda: defaultdict(_Left), init=False)

    @classmethod
    @contextmanager
    def opened(
        cls, storage: Storage, folder: str, names: Iterable[str], aside: Collection[str] = ()
    ) -> Iterator["SpooledFiles"]:
        """Empty files, until the end of the block.

        Args:
            storage: Where they go.
            folder: The folder there.
            names: Their names.
            aside: The names of others, which are not left: what is made from them is.

        Raises:
            AirbyteTracedException: A config error, when there is no room to collect them.
        """
        with ExitStack() as stack:
            with _explained():
                spools: dict[str, BinaryIO] = {
                    name: stack.enter_context(tempfile.TemporaryFile()) for name in (*names, *aside)
                }
            yield cls(storage, folder, spools, aside)

    @property
    def place(self) -> str:
        """Where the files are left, for people."""
        return self.storage.place(self.folder)

    def append(self, name: str, line: bytes) -> None:
        """Adds a line to one of the files.

        Raises:
            AirbyteTracedException: A config error, when there is no room.
        """
        with _explained():
            self.spools[name].write(line + b"\n")

    def lines(self, name: str) -> Iterator[bytes]:
        """The lines of one of the files, while none is added.

        Raises:
            AirbyteTracedException: A config error, when it cannot be read back.
        """
        spool = self.spools[name]
        with _explained():
            spool.seek(0)
            try:
                for line in spool:
                    yield line.removesuffix(b"\n")
            finally:
                spool.seek(0, os.SEEK_END)

    @contextmanager
    def whole(self, *names: str) -> Iterator[None]:
        """Keeps what is added to some of the files in the block, or nothing of it where the block fails.

        Args:
            names: The files. Nothing of them has been left yet.
        """
        before = {name: self.spools[name].tell() for name in names}
        try:
            yield
        except BaseException:
            for name, size in before.items():
                self.spools[name].seek(size)
                self.spools[name].truncate()
            raise

    def keep(self) -> None:
        """Leaves the files as they stand, so that they outlast the process: large ones in parts.

        The second part of `name.jsonl` is `name.2.jsonl`. Only what has grown is sent.

        Raises:
            AirbyteTracedException: When the storage cannot be written.
        """
        for name, spool in self._to_leave():
            left = self._left[name]
            if spool.tell() == left.size:
                continue
            left.size = self._leave(name, _part(name, left.part), left.since)
            if left.size - left.since > LARGEST_PART:
                left.part, left.since = left.part + 1, left.size

    def publish(self, made: Mapping[str, Iterable[bytes]], last: str, content: bytes) -> None:
        """Leaves the files whole, then those made from them, and another one last: where that is, all are complete.

        A file that is there as it stands is not sent again.

        Args:
            made: What is made from the files, piece by piece, by the name it will have. It is begun when they are left.
            last: The name of the last one.
            content: What is in that.

        Raises:
            AirbyteTracedException: When the storage cannot be written.
        """
        for name, spool in self._to_leave():
            left = self._left[name]
            parts = range(2, left.part + (left.size > left.since))
            if parts or not left.size or spool.tell() != left.size:
                self._leave(name, name, 0)
            for part in parts:
                self.storage.remove(f"{self.folder}/{_part(name, part)}")
            self._left[name] = _Left(spool.tell())
        for name, pieces in made.items():
            with _explained(), tempfile.TemporaryFile() as whole:
                whole.writelines(pieces)
                whole.seek(0)
                self.storage.put(f"{self.folder}/{name}", whole)
        self.storage.put(f"{self.folder}/{last}", BytesIO(content))

    def _to_leave(self) -> Iterator[tuple[str, BinaryIO]]:
        return ((name, spool) for name, spool in self.spools.items() if name not in self.aside)

    def _leave(self, name: str, called: str, since: int) -> int:
        """Leaves a file from some byte on, and returns how long it is.

        The storage gets a handle of its own: libraries close what they have sent.
        """
        spool = self.spools[name]
        with _explained():
            spool.seek(since)
            try:
                with os.fdopen(os.dup(spool.fileno()), "rb") as content:
                    self.storage.put(f"{self.folder}/{called}", content)
            finally:  # whatever the storage says, the next line belongs at the end
                size = spool.seek(0, os.SEEK_END)
            return size


def _part(name: str, number: int) -> str:
    stem, dot, suffix = name.rpartition(".")
    return name if number == 1 else f"{stem}{dot}{number}.{suffix}"


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise config_error(
            f"The report cannot be collected in {temporary_folder()} ({error.strerror or type(error).__name__}). "
            "Make room there, or name another folder in the environment variable TMPDIR."
        ) from None
