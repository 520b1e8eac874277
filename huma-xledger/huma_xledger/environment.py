"""How PyAirbyte behaves as our host. To be imported before PyAirbyte, which reads its settings while it is imported."""

import os
import sysconfig
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Final

from huma_xledger.temporary import own_folder

EXECUTABLES: Final = Path(sysconfig.get_path("scripts"))
"""Where the connectors' commands are: they are installed beside this package."""

PRIVATE: Final = Path.cwd() / ".state"
"""Logs, states and, while a connector runs, its config with the secrets in it. Nobody else may look inside."""


def prepare() -> None:
    """No telemetry, no network of its own, no file where others can read it.

    Raises:
        SystemExit: When the folder cannot be written, with a sentence that says so.
    """
    try:
        make_private(PRIVATE, PRIVATE / "logs", PRIVATE / "tmp")
        temporary = private_temporary()
    except OSError as error:
        raise SystemExit(no_room(error)) from None
    os.environ["DO_NOT_TRACK"] = "1"
    os.environ["AIRBYTE_OFFLINE_MODE"] = "1"
    os.environ["AIRBYTE_LOGGING_ROOT"] = str(PRIVATE / "logs")
    os.environ["AIRBYTE_TEMP_DIR"] = str(temporary)


@cache
def private_temporary() -> Path:
    """Where this process keeps configs, with the secrets in them, while connectors read them.

    Raises:
        OSError: When it cannot be made.
    """
    return own_folder(PRIVATE / "tmp")


def no_room(error: OSError) -> str:
    """A sentence about a folder of this program's that cannot be written."""
    return (
        f"{error.filename or PRIVATE} cannot be written ({error.strerror}). States, logs and reports of syncs are kept "
        "there: give the user that this runs as permission and room, or start it in another folder."
    )


def make_private(*folders: Path) -> None:
    """Makes folders for their owner alone, and all that is in them, even if somebody has made them before.

    Raises:
        OSError: When one cannot be made, or belongs to somebody else.
    """
    for folder in folders:
        folder.mkdir(mode=0o700, exist_ok=True)
        folder.chmod(0o700)
    for folder in folders:
        for within, names, files in os.walk(folder):  # and not what another sync removes meanwhile
            for path in (Path(within, name) for name in (*names, *files)):
                if not path.is_symlink():
                    with suppress(FileNotFoundError):
                        path.chmod(0o700 if path.is_dir() else 0o600)
