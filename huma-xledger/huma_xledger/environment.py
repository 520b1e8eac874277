"""How PyAirbyte behaves as our host. To be imported before PyAirbyte, which reads its settings while it is imported."""

import os
import sysconfig
from pathlib import Path
from typing import Final

EXECUTABLES: Final = Path(sysconfig.get_path("scripts"))
"""Where the connectors' commands are: they are installed beside this package."""

PRIVATE: Final = Path.cwd() / ".state"
"""Logs, states and, while a connector runs, its config with the secrets in it. Nobody else may look inside."""


def prepare() -> None:
    """No telemetry, no network of its own, no file where others can read it."""
    for folder in (PRIVATE, PRIVATE / "logs", PRIVATE / "tmp"):
        folder.mkdir(mode=0o700, exist_ok=True)
    os.environ["DO_NOT_TRACK"] = "1"
    os.environ["AIRBYTE_OFFLINE_MODE"] = "1"
    os.environ["AIRBYTE_LOGGING_ROOT"] = str(PRIVATE / "logs")
    os.environ["AIRBYTE_TEMP_DIR"] = str(PRIVATE / "tmp")
