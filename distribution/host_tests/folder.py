"""A folder in which somebody follows the page: environments, settings, and whatever a host leaves there."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from distribution.command import UV, CommandFailedError, call
from distribution.hosts_page import section
from integration_tests.sandbox import Sandbox

_NOT_HANDED_ON: Final = {"PYTHONDONTWRITEBYTECODE", "VIRTUAL_ENV"}
"""What nobody who follows the page has set. Without the first, every command starts twice as fast the second time."""


@dataclass(frozen=True)
class Folder:
    """A folder in which somebody follows the page.

    Attributes:
        path: Where it is.
        sandbox: The two systems that its settings are for.
        environment: What is set in it, beside what this process has.
    """

    path: Path
    sandbox: Sandbox
    environment: Mapping[str, str] = field(default_factory=dict)

    def write(self, title: str) -> None:
        """Writes the files that a section of the page shows, but for those with the settings of the sandbox.

        Args:
            title: The section's heading.
        """
        for name, text in section(title).files.items():
            if name not in {"source.json", "destination.json", "connection/connection.yaml"}:
                (self.path / name).write_text(text, encoding="utf-8")

    def settings(self, **destination: Any) -> None:
        """Writes the settings of both connectors, wherever the page has them.

        Args:
            **destination: Settings of the destination beside those without which there is none.
        """
        source, written = self.sandbox.source_config(), self.sandbox.destination_config(**destination)
        if "mode" not in destination:
            del written["mode"]
        connection = self.path / "connection" / "connection.yaml"
        connection.parent.mkdir(exist_ok=True)
        for path, content in (
            (self.path / "source.json", source),
            (self.path / "destination.json", written),
            (connection, {"source-huma": source, "destination-xledger": written}),
        ):
            path.write_text(json.dumps(content), encoding="utf-8")
            path.chmod(0o600)

    def run(self, command: str) -> str:
        """Runs a command of the page.

        Returns:
            What it printed, on both outputs.

        Raises:
            CommandFailedError: When it ends with anything but 0.
        """
        with self.running(command) as process:
            printed, _ = process.communicate()
        if process.returncode:
            raise CommandFailedError(f"{command} ended with {process.returncode}:\n{printed}")
        return printed

    @contextmanager
    def running(self, command: str) -> Iterator[subprocess.Popen[str]]:
        """Runs a command of the page, and kills all that is left of it at the end of the block."""
        with subprocess.Popen(  # noqa: S603
            ("bash", "-c", command),  # noqa: S607
            cwd=self.path,
            env={**{key: value for key, value in os.environ.items() if key not in _NOT_HANDED_ON}, **self.environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            start_new_session=True,
        ) as process:
            try:
                yield process
            finally:
                _kill(process)


def _kill(process: subprocess.Popen[str]) -> None:
    """Kills a command and whatever it has started, as a machine that is switched off does; returns when all is gone."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    if process.stdout and not process.stdout.closed:
        process.stdout.read()  # to the end, which is there once nobody is left who could write


def install(environments: Path, title: str, *instead: str) -> None:
    """Makes the environment of a section by its own commands, with uv in the place of venv and pip: it is faster.

    Args:
        environments: The folder that environments are made in, with the folder `wheels` in it.
        title: The section's heading.
        instead: Requirements, such as `airbyte==0.50.0`, in place of what the page asks for; nothing to follow it.

    Raises:
        CommandFailedError: When something cannot be installed, with what the index or uv said.
    """
    for line in section(title).installs:
        command = line.replace("python3 -m venv", f"{UV} venv --quiet --clear --python {sys.executable}")
        name, told, what = command.partition("/bin/pip install ")
        if told:
            ours = (part for part in what.split() if part.startswith("wheels/"))
            wanted = " ".join((*ours, *instead)) if instead else what
            command = f"{UV} pip install --quiet --python {name}/bin/python {wanted}"
        call("bash", "-c", command, folder=environments)
