"""Which Pythons this machine has, of those that the packages run on."""

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from packaging.specifiers import SpecifierSet

from distribution.command import UV, CommandFailedError, call

_ITS_VERSION = "import sys; print(*sys.version_info[:3], sep='.')"


@dataclass(frozen=True, order=True)
class Python:
    """A Python.

    Attributes:
        version: Its version, as numbers.
        path: What starts it.
    """

    version: tuple[int, ...]
    path: Path

    @classmethod
    def told(cls, version: str, path: Path | str) -> "Python":
        """One whose version is known, as `3.13.0`."""
        return cls(tuple(int(part) for part in version.split(".")), Path(path))

    @property
    def name(self) -> str:
        """Its version in words."""
        return ".".join(map(str, self.version))


def found() -> list[Python]:
    """The Pythons of this machine: those that uv knows of, and those of pyenv, whose commands work for one at a time.

    Raises:
        CommandFailedError: When uv cannot say which there are.
    """
    listed = json.loads(call(UV, "python", "list", "--only-installed", "--output-format", "json"))
    known = (Python.told(entry["version"], entry["path"]) for entry in listed if entry["implementation"] == "cpython")
    return sorted({*known, *_of_pyenv()})


def lowest_and_highest(pythons: Iterable[Python], bounds: str) -> list[Python]:
    """The ends of what there is within bounds, each in its latest version; one where both are the same, or none.

    Args:
        pythons: What there is.
        bounds: What is asked for, as a package says it: `>=3.10,<3.14`.
    """
    within = SpecifierSet(bounds)
    latest = {python.version[:2]: python for python in sorted(pythons) if python.name in within}
    return [latest[minor] for minor in sorted({min(latest), max(latest)})] if latest else []


def _of_pyenv() -> Iterator[Python]:
    root = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    for path in root.glob("versions/3.*/bin/python3"):
        try:
            yield Python.told(call(path, "-I", "-c", _ITS_VERSION).strip(), path)
        except (CommandFailedError, OSError):  # a version that does not run here
            continue
