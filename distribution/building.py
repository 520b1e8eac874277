"""Builds a wheel and a source distribution of every package."""

import os
import sys
import tempfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from distribution.command import UV, call
from distribution.commit import Commit
from distribution.packages import Package, packages
from distribution.staged import stage

_BUILT: Final = ("*.whl", "*.tar.gz")


def build(out: Path) -> list[Path]:
    """Builds every package, each wheel from the source distribution that goes with it.

    Args:
        out: The folder that they are put into; what it holds of our packages from before is removed.

    Returns:
        What was built.

    Raises:
        CommandFailedError: When a package cannot be built, or git cannot say which files it has.
    """
    out.mkdir(parents=True, exist_ok=True)
    for old in _ours(out, *_BUILT, "*.cdx.json"):
        old.unlink()
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(os.cpu_count()) as pool:
        time = time_of_the_last_commit()
        list(pool.map(lambda package: _build(package, Path(folder) / package.folder, out, time), packages()))
    return _ours(out, *_BUILT)


def _build(package: Package, folder: Path, out: Path, time: Mapping[str, str]) -> None:
    stage(package, folder)
    options = ("--quiet", "--no-build-isolation", "--python", sys.executable, "--out-dir", out.resolve())
    call(UV, "build", *options, folder, variables=time)


def _ours(out: Path, *patterns: str) -> list[Path]:
    names = {package.name.replace("-", "_") for package in packages()}
    found = (path for pattern in patterns for path in out.glob(pattern))
    return sorted(path for path in found if path.name.partition("-")[0] in names)


def time_of_the_last_commit() -> Mapping[str, str]:
    """The variable that makes two builds of one commit the same to the byte: nothing in them is younger than it."""
    commit = Commit.current()
    return {"SOURCE_DATE_EPOCH": str(int(commit.made.timestamp()))} if commit else {}
