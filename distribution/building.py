"""Builds a wheel and a source distribution of every package."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from distribution.environment import UV
from distribution.packages import Package, packages
from distribution.repository import ROOT
from distribution.staged import stage

_BUILT: Final = ("*.whl", "*.tar.gz")


def build(out: Path) -> list[Path]:
    """Builds every package, each wheel from the source distribution that goes with it.

    Args:
        out: The folder that they are put into; what it holds of our packages from before is removed.

    Returns:
        What was built.

    Raises:
        subprocess.CalledProcessError: When a package cannot be built; what was wrong is on the standard error.
    """
    out.mkdir(parents=True, exist_ok=True)
    for old in _ours(out, *_BUILT, "*.cdx.json"):
        old.unlink()
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(os.cpu_count()) as pool:
        environment = {**os.environ, **time_of_the_last_commit()}
        list(pool.map(lambda package: _build(package, Path(folder) / package.folder, out, environment), packages()))
    return _ours(out, *_BUILT)


def _build(package: Package, folder: Path, out: Path, environment: Mapping[str, str]) -> None:
    stage(package, folder)
    options = ("--quiet", "--no-build-isolation", "--python", sys.executable, "--out-dir", out.resolve())
    subprocess.run((UV, "build", *options, folder), check=True, env=environment)  # noqa: S603


def _ours(out: Path, *patterns: str) -> list[Path]:
    names = {package.name.replace("-", "_") for package in packages()}
    found = (path for pattern in patterns for path in out.glob(pattern))
    return sorted(path for path in found if path.name.partition("-")[0] in names)


def time_of_the_last_commit() -> Mapping[str, str]:
    """The variable that makes two builds of one commit the same to the byte: nothing in them is younger than it.

    Raises:
        subprocess.CalledProcessError: When git knows of no commit.
    """
    command = ("git", "log", "-1", "--format=%ct")
    told = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603
    return {"SOURCE_DATE_EPOCH": told.stdout.strip()}
