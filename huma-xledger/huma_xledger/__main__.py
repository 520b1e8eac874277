"""`make sync`: one sync between a real Huma and a real Xledger, with the state kept for the next one."""

import argparse
import hashlib
import json
import os
import signal
import stat
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, Final

from huma_xledger.environment import PRIVATE, make_private, no_room

if TYPE_CHECKING:
    from rich.console import Console

    from huma_xledger.connection import Connection, SyncResult

GOES_ON: Final = "What was written stays written, and the next sync goes on from there."

INTERRUPTED: Final = 128 + signal.SIGINT
"""The exit code of a process that somebody at the keyboard ended."""


def main() -> int:
    """Checks both connectors and syncs. Returns the exit code."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]  # a sentence is told in any locale
    os.umask(0o077)  # PyAirbyte and the connectors leave files of their own
    with _ended_by_signal():
        try:
            return _run(_arguments())
        except KeyboardInterrupt:
            print(f"Interrupted. {GOES_ON}")
            return INTERRUPTED


def _run(arguments: argparse.Namespace) -> int:
    # These take seconds to load, and whoever started this may want it to end meanwhile.
    from rich.console import Console  # noqa: PLC0415

    console = Console()
    try:
        source, destination = _config(arguments.source), _config(arguments.destination)
    except _ConfigFileError as error:
        _say(console, str(error))
        return 2
    for sentence in _open_to_others(arguments.source, arguments.destination):
        _say(console, sentence)
    from huma_xledger.connection import CheckFailedError, Connection, SyncFailedError  # noqa: PLC0415
    from huma_xledger.lock import AlreadyRunningError, LockFileError  # noqa: PLC0415
    from huma_xledger.state_file import StateFile, StateFileError  # noqa: PLC0415

    told: list[str] = []
    try:
        state = StateFile(_state_path(arguments.source, arguments.destination))
        result = _sync(Connection(source, destination, state), console, told, full_refresh=arguments.full_refresh)
    except (AlreadyRunningError, CheckFailedError, LockFileError, StateFileError) as error:
        _say(console, str(error))
        return 1
    except SyncFailedError as error:
        _show(error.result, "before it failed", console, told)
        _say(console, str(error))
        _say(console, f"The sync failed. {GOES_ON}")
        return 1
    except OSError as error:
        _say(console, no_room(error))
        return 1
    _show(result, "this sync", console, told)
    return 0


def _sync(connection: "Connection", console: "Console", told: list[str], *, full_refresh: bool) -> "SyncResult":
    """Checks and syncs; what was warned of beforehand is added to what was told, for none of it is told twice."""
    with connection.alone():
        warnings = connection.check()
        because = connection.everybody_because(full_refresh=full_refresh)
        # What they warn of is the same every time, so it is told when much is done anyway.
        told += (*warnings, because) if because else ()
        for sentence in told:
            _say(console, sentence)
        return connection.sync(full_refresh=full_refresh)


def _show(result: "SyncResult", title: str, console: "Console", told: Collection[str]) -> None:
    from huma_xledger.report import cut_short, told_of  # noqa: PLC0415  as above

    warnings = [warning for warning in result.warnings if warning not in told]
    for line in (*cut_short(warnings), *cut_short(result.about_people)):
        _say(console, line)
    if result.summary:
        for part in told_of(title, result.summary, result.log, everybody=result.everybody_because is not None):
            if isinstance(part, str):
                _say(console, part)
            else:
                console.print(part)


def _say(console: "Console", sentence: str) -> None:
    """Prints a sentence as it is: a terminal breaks its lines, and a path in it stays whole in a pipe."""
    console.print(sentence, markup=False, soft_wrap=True)


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


_CORRECT_IT: Final = "Correct it: README.md shows what belongs in it."


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
        raise _ConfigFileError(
            f"{path} cannot be read: {error.strerror}. Check the path and its permissions."
        ) from None
    except (ValueError, RecursionError) as error:
        where = f" (line {error.lineno} cannot be read)" if isinstance(error, json.JSONDecodeError) else ""
        raise _ConfigFileError(f"{path} is not a JSON file{where}. {_CORRECT_IT}") from None
    if not isinstance(content, dict):
        raise _ConfigFileError(f"{path} does not hold a JSON object. {_CORRECT_IT}")
    return {name: value for name, value in content.items() if value is not None}


def _open_to_others(*configs: Path) -> Iterator[str]:
    """A sentence for each config file that others on this machine can read."""
    for path in configs:
        if path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH):
            yield f"Others on this machine can read {path}, which holds keys: chmod 600 keeps it yours alone."


def _state_path(*configs: Path) -> Path:
    """Where the state of this connection is kept: a connection is known by its two config files."""
    name = hashlib.sha256("\n".join(str(path.resolve()) for path in configs).encode()).hexdigest()[:16]
    folder = PRIVATE / "connections"
    make_private(folder)
    return folder / f"{name}.json"


if __name__ == "__main__":
    sys.exit(main())
