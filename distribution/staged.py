"""A package as it leaves the repository: a folder that needs nothing of what is around it."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from distribution import description
from distribution.command import call
from distribution.packages import BESIDE, Package
from distribution.pages import README

_ONLY_HERE: Final = re.compile(r"# Our own packages come from beside .*\n|\[tool\.hatch\.metadata\]\n.*\n\n")
"""What is true of a checkout alone."""

_LICENCE: Final = "LICENSE"


def stage(package: Package, folder: Path) -> None:
    """Writes a package into an empty folder, as whoever has no checkout gets it.

    That is its code and what is said of it. Its tests stay: they run with the settings and the sandbox of the whole
    repository.

    Args:
        package: The package.
        folder: Where to; made here.

    Raises:
        CommandFailedError: When git cannot say which files the package has.
        ValueError: When a link of its README leads nowhere.
    """
    for path in (*_code(package), _LICENCE):
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes((package.root / path).read_bytes())
    readme = description.for_an_index((package.root / README).read_text(encoding="utf-8"), f"{package.folder}/{README}")
    (folder / README).write_text(readme, encoding="utf-8")
    project = (package.root / "pyproject.toml").read_text(encoding="utf-8")
    (folder / "pyproject.toml").write_text(for_an_index(project, package.version), encoding="utf-8")


def for_an_index(project: str, version: str) -> str:
    """A `pyproject.toml` that asks for our own packages by exactly the version that they were tested with.

    Args:
        project: As it stands in the repository, where packages find each other by their folders. An index knows none.
        version: The version of all of our packages.

    Returns:
        The same without a folder in it.
    """
    return BESIDE.sub(f"=={version}", _ONLY_HERE.sub("", project))


def _code(package: Package) -> Iterator[str]:
    """The files of a package's code, by their paths in its folder: those that git has.

    Whatever else lies there, such as a report of a run or decisions, is nothing for everybody who looks at an index.
    """
    listed = call("git", "ls-files", "-z", "--cached", package.module, folder=package.root)
    return (path for path in listed.split("\0") if path and (package.root / path).is_file())
