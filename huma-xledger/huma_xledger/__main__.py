"""`make sync`: one sync between a real Huma and a real Xledger, with the state kept for the next one."""

import argparse
import hashlib
import json
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from airbyte.exceptions import AirbyteError
from rich.console import Console

from huma_xledger.connection import CheckFailedError, Connection
from huma_xledger.environment import PRIVATE, make_private
from huma_xledger.lock import AlreadyRunningError
from huma_xledger.report import told_of
from huma_xledger.state_file import StateFile, StateFileError


def main() -> int:
    """Checks both connectors and syncs. Returns the exit code."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]  # a sentence is told in any locale
    os.umask(0o077)  # PyAirbyte and the connectors leave files of their own
    arguments = _arguments()
    console = Console()
    with _ended_by_signal():
        return _run(arguments, console)


def _run(arguments: argparse.Namespace, console: Console) -> int:
    try:
        connection = Connection(
            _config(arguments.source),
            _config(arguments.destination),
            StateFile(_state_path(arguments.source, arguments.destination)),
        )
    except _ConfigFileError as error:
        console.print(str(error), markup=False)
        return 2
    try:
        with connection.alone():
            connection.check()
            result = connection.sync(full_refresh=arguments.full_refresh)
    except (AlreadyRunningError, CheckFailedError, StateFileError) as error:
        console.print(str(error), markup=False)
        return 1
    except AirbyteError:
        console.print("The sync failed; the message above says why. What was written stays written.")
        return 1
    for line in result.warnings:
        console.print(line, markup=False)
    for part in told_of("this sync", result.summary, result.log):
        console.print(part, markup=False, soft_wrap=isinstance(part, str))
    return 0


class _EndedBySignalError(BaseException):
    """Whoever started this wants it to end."""


@contextmanager
def _ended_by_signal() -> Iterator[None]:
    """Ends the block when SIGTERM comes, such that the connectors end too, and then the process, which says so."""
    told = False

    def end(_: int, __: FrameType | None) -> None:
        nonlocal told
        told = True
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        raise _EndedBySignalError

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        if told:  # the signal, or as the first process of a container, which cannot die of one, the exit code for it
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            signal.raise_signal(signal.SIGTERM)
            os._exit(128 + signal.SIGTERM)
        signal.signal(signal.SIGTERM, before)


class _ConfigFileError(Exception):
    """A config file that cannot be used."""


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make sync", description=__doc__)
    parser.add_argument("source", type=Path, help="config of source-huma, a JSON file")
    parser.add_argument("destination", type=Path, help="config of destination-xledger, a JSON file")
    parser.add_argument("--full-refresh", action="store_true", help="read everybody, as if there were no state")
    return parser.parse_args()


def _config(path: Path) -> dict[str, Any]:
    """A config file's content; null stands for the default, as if nothing were there.

    Raises:
        _ConfigFileError: When there is none; the sentence names the file and nothing in it.
    """
    try:
        content = json.loads(path.read_bytes())  # with or without a byte order mark
    except OSError as error:
        raise _ConfigFileError(f"{path} cannot be read: {error.strerror}.") from None
    except (ValueError, RecursionError):
        raise _ConfigFileError(f"{path} is not a JSON file.") from None
    if not isinstance(content, dict):
        raise _ConfigFileError(f"{path} does not hold a JSON object.")
    return {name: value for name, value in content.items() if value is not None}


def _state_path(*configs: Path) -> Path:
    """Where the state of this connection is kept: a connection is known by its two config files."""
    name = hashlib.sha256("\n".join(str(path.resolve()) for path in configs).encode()).hexdigest()[:16]
    folder = PRIVATE / "connections"
    make_private(folder)
    return folder / f"{name}.json"


if __name__ == "__main__":
    sys.exit(main())
