"""A command, run to its end: what it prints, or what was wrong."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from distribution.repository import ROOT


class CommandFailedError(Exception):
    """A command ended as none should; its message is what the command said."""


def tool(name: str) -> Path:
    """A command that is installed where this runs, whatever `PATH` says."""
    return Path(sys.executable).with_name(name)


UV: Final = tool("uv")


def call(*command: str | Path, folder: Path = ROOT, text: str = "", variables: Mapping[str, str] | None = None) -> str:
    """What a command prints when it succeeds, without anything that would help it to find the checkout.

    Args:
        command: The command and its arguments.
        folder: Where it runs.
        text: What it reads.
        variables: What is set for it, beside what this process has.

    Raises:
        CommandFailedError: When it fails.
    """
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | dict(variables or {})
    done = subprocess.run(command, cwd=folder, env=kept, input=text, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        shown = " ".join(str(part) for part in command if "\n" not in str(part))
        raise CommandFailedError(f"{shown}\nended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout
