"""Files that grow while something runs, and are left in a storage before it ends: memory stays constant meanwhile."""

import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from typing import BinaryIO, Final

from connector_base.failures import config_error
from connector_base.storage.storage import Storage
from connector_base.storage.temporary import temporary_folder

ALWAYS_LEFT: Final = 1 << 20
"""Bytes up to which a file is left anew whenever it has grown. A larger one has to double first, so that it does not
travel whole each time."""


@dataclass(frozen=True, slots=True)
class SpooledFiles:
    """Collects files on disk, without a name there, so that they are gone with the process, whatever ends it.

    Attributes:
        storage: Where they go.
        folder: The folder there.
        spools: What was collected so far, by the name it will have.
    """

    storage: Storage
    folder: str
    spools: Mapping[str, BinaryIO] = field(repr=False)
    _left: dict[str, int] = field(default_factory=dict, init=False)
    """Bytes of each file that were left."""

    @classmethod
    @contextmanager
    def opened(cls, storage: Storage, folder: str, names: Iterable[str]) -> Iterator["SpooledFiles"]:
        """Empty files, until the end of the block.

        Args:
            storage: Where they go.
            folder: The folder there.
            names: Their names.

        Raises:
            AirbyteTracedException: A config error, when there is no room to collect them.
        """
        with ExitStack() as stack:
            with _explained():
                spools: dict[str, BinaryIO] = {name: stack.enter_context(tempfile.TemporaryFile()) for name in names}
            yield cls(storage, folder, spools)

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

    def keep(self) -> bool:
        """Leaves the files as they stand, so that they outlast the process, but for large ones that have hardly grown.

        Returns:
            Whether all of each is left; otherwise later.

        Raises:
            AirbyteTracedException: When the storage cannot be written.
        """
        for name, spool in self.spools.items():
            size, before = spool.tell(), self._left.get(name, 0)
            if size != before and (size <= ALWAYS_LEFT or size >= 2 * before):
                self._leave(name)
        return all(spool.tell() == self._left.get(name, 0) for name, spool in self.spools.items())

    def publish(self, last: str, content: bytes) -> None:
        """Leaves the files whole, and then another one: where that one is, the others are complete.

        A file that is there as it stands is not sent again.

        Args:
            last: Its name.
            content: What is in it.

        Raises:
            AirbyteTracedException: When the storage cannot be written.
        """
        for name, spool in self.spools.items():
            if spool.tell() != self._left.get(name):
                self._leave(name)
        self.storage.put(f"{self.folder}/{last}", BytesIO(content))

    def _leave(self, name: str) -> None:
        """Leaves a file as it stands. The storage gets a handle of its own: libraries close what they have sent."""
        spool = self.spools[name]
        with _explained():
            size = spool.tell()
            spool.seek(0)
            with os.fdopen(os.dup(spool.fileno()), "rb") as content:
                self.storage.put(f"{self.folder}/{name}", content)
            spool.seek(0, os.SEEK_END)
        self._left[name] = size


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise config_error(
            f"The report cannot be collected in {temporary_folder()} ({error.strerror or type(error).__name__}). "
            "Make room there, or name another folder in the environment variable TMPDIR."
        ) from None
