"""An environment of its own for what was built, with nothing of the repository in it."""

import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from distribution.command import UV, CommandFailedError, call
from distribution.packages import Package
from distribution.repository import ROOT

LOCK: Final = ROOT / "requirements.lock"

_IMPORT: Final = """
import importlib, pkgutil, sys
package = importlib.import_module(sys.argv[1])
for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
"""


@dataclass(frozen=True)
class Environment:
    """A virtual environment.

    Attributes:
        folder: Where it is.
    """

    folder: Path

    @classmethod
    def made(cls, folder: Path, python: Path | str = sys.executable) -> "Environment":
        """Makes an empty one.

        Args:
            folder: Where; it is made.
            python: The Python that it is for.

        Raises:
            CommandFailedError: When that is no Python that can be used.
        """
        call(UV, "venv", "--quiet", "--no-python-downloads", "--python", python, folder)
        return cls(folder)

    @property
    def python(self) -> Path:
        """Its Python."""
        return self.folder / "bin" / "python"

    def install(self, built: Path, wanted: Iterable[Package], *others: str) -> None:
        """Installs packages from a folder that they were built into, and what they need, in the versions of the lock.

        Ours are installed first, and no index is asked for them: it may have a stranger's under one of our names. An
        index is asked for the rest alone, since what is there already is what is asked for.

        Args:
            built: The folder.
            wanted: The packages.
            others: What else is wanted, from an index.

        Raises:
            CommandFailedError: When something cannot be installed, or came from elsewhere.
        """
        chosen = list(wanted)
        ours = {package for one in chosen for package in one.with_what_it_stands_on()}
        exact = sorted(f"{package.name}=={package.version}" for package in ours)
        # From no cache, which takes a wheel that was built anew under the name of another for that other one.
        self._pip("install", "--no-cache", "--no-index", "--no-deps", "--find-links", built, *exact)
        self._pip("install", "--constraint", LOCK, *(f"{one.name}=={one.version}" for one in chosen), *others)
        found = {name: version for name, version in self.installed().items() if name.startswith("huma-xledger")}
        if found != {package.name: package.version for package in ours}:
            raise CommandFailedError(f"Of our packages, others were installed than were built: {found}.")

    def installed(self) -> dict[str, str]:
        """What is installed, each with its version."""
        listed = call(UV, "pip", "list", "--quiet", "--python", self.python, "--format", "json")
        return {entry["name"]: entry["version"] for entry in json.loads(listed)}

    def imports(self, package: Package) -> None:
        """Imports every module of a package.

        Raises:
            CommandFailedError: When that does not succeed, as where something is missing that it should ask for.
        """
        self.run("python", "-I", "-c", _IMPORT, package.module)

    def run(self, command: str, *arguments: str | Path, text: str = "") -> str:
        """What one of its commands prints, run where nothing of the repository is.

        Args:
            command: The command, by its name.
            arguments: What it is called with.
            text: What it reads.

        Raises:
            CommandFailedError: When it fails.
        """
        return call(self.folder / "bin" / command, *arguments, folder=self.folder, text=text)

    def _pip(self, verb: str, *arguments: str | Path) -> None:
        call(UV, "pip", verb, "--quiet", "--python", self.python, *arguments)
