"""The storage an administrator configured: the one place where values of records may be kept."""

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, Final, Protocol

from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from connector_base.failures import config_error
from connector_base.storage.storage_config import LocalStorage, NoStorage, S3Storage, StorageConfig

OWNER_ALONE: Final = 0o700

_GIVE_ROOM: Final = "Give the user that this destination runs as permission and room there"
_LET_IT_BE_READ: Final = "Make it a file that the user may read that this destination runs as, or remove it."
_NO_FOLDER: Final = "It, or something on the way to it, is a file: correct the path"
_REMEDIES: Final[Mapping[int | None, str]] = {
    errno.ENOTDIR: _NO_FOLDER,
    errno.EEXIST: _NO_FOLDER,
    errno.ENOENT: "No folder can be made there: correct the path",
    errno.ENAMETOOLONG: "Shorten the path",
    errno.ELOOP: "Correct the link that leads to itself",
    errno.ENOSPC: "Make room there",
    errno.EDQUOT: "Make room there",
    errno.EROFS: "Mount it such that it can be written",
}
"""What to do about a folder that cannot be written, by the number of the error."""

PROBE: Final = ".probe-of-destination-xledger"
"""The file by which is tried whether the storage can be written; always the same, so that no two are left behind."""


class Storage(Protocol):
    """Keeps files that only their owner can read, each complete or not at all."""

    def put(self, name: str, content: BinaryIO) -> None:
        """Writes a file. When it fails on the way, there is no file of this name.

        Args:
            name: Its name, with the folders it is in, joined with slashes.
            content: What is in it, from where it stands.

        Raises:
            AirbyteTracedException: When the storage cannot be written, with what to do about it.
        """

    def read(self, name: str) -> bytes | None:
        """What is in a file; None when it is not there.

        Raises:
            AirbyteTracedException: When the storage cannot be read, with what to do about it.
        """

    def remove(self, name: str) -> None:
        """Removes a file; nothing happens when it is not there.

        Raises:
            AirbyteTracedException: When that is not allowed, with what to do about it.
        """

    def place(self, name: str) -> str:
        """Where a file or folder is, for people."""


@dataclass(frozen=True, slots=True)
class LocalFolder:
    """A folder of this machine.

    Attributes:
        root: The folder. It is made when it is not there.
    """

    root: Path

    def put(self, name: str, content: BinaryIO) -> None:
        """Writes beside the file's place, and moves it there when everything is on disk."""
        target = self.root / name
        with self._explained():
            _make_private(target.parent)
            # Made with mode 0600, whatever the umask.
            descriptor, unfinished = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
            try:
                with os.fdopen(descriptor, "wb") as file:
                    shutil.copyfileobj(content, file)
                    file.flush()
                    os.fsync(file.fileno())
                Path(unfinished).replace(target)
            except BaseException:
                Path(unfinished).unlink(missing_ok=True)
                raise

    def read(self, name: str) -> bytes | None:
        """Reads a file."""
        try:
            return (self.root / name).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            why = error.strerror or type(error).__name__
            raise config_error(f"The file {self.place(name)} cannot be read ({why}). {_LET_IT_BE_READ}") from None

    def remove(self, name: str) -> None:
        """Removes a file, unless somebody else has."""
        with self._explained():
            (self.root / name).unlink(missing_ok=True)

    def place(self, name: str) -> str:
        """The path."""
        return str(self.root / name)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise config_error(
                f"The folder {self.root} for reports and rejected records cannot be written "
                f"({error.strerror or type(error).__name__}). {_REMEDIES.get(error.errno, _GIVE_ROOM)}, or choose "
                "another one under Where reports and rejected records go (object_storage_config)."
            ) from None


def open_storage(config: StorageConfig) -> Storage | None:
    """The storage that a config names; None for none. Nothing is written yet."""
    match config:
        case NoStorage():
            return None
        case LocalStorage():
            return LocalFolder(Path(config.path))
        case S3Storage():
            # Only those who use S3 wait for its library to load.
            from connector_base.storage.s3_bucket import S3Bucket  # noqa: PLC0415

            return S3Bucket(config)


def probe(storage: Storage) -> None:
    """Tries whether the storage can be written, with a small file that is removed again.

    Raises:
        AirbyteTracedException: When it cannot, with what to do about it.
    """
    storage.put(PROBE, BytesIO(b"{}"))
    storage.remove(PROBE)


def storage_problem(config: StorageConfig) -> str | None:
    """Why the storage that a config names cannot be written, and what to do about it; None when it can."""
    storage = open_storage(config)
    try:
        if storage is not None:
            probe(storage)
    except AirbyteTracedException as error:
        return error.message
    return None


def _make_private(folder: Path) -> None:
    """Makes a folder and those above it that are missing, for their owner alone. Those that are there stay."""
    for missing in reversed([each for each in (folder, *folder.parents) if not each.exists()]):
        missing.mkdir(OWNER_ALONE, exist_ok=True)
