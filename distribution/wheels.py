"""Builds what goes onto a package index, and tries it as whoever installs it would: `make dist`."""

import filecmp
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from distribution.bill import bill_of_materials
from distribution.building import build, time_of_the_last_commit
from distribution.command import CommandFailedError, call, tool
from distribution.environment import LOCK, Environment
from distribution.licences import as_text, in_pages, not_looked_at, third_parties
from distribution.packages import Package, packages

HOST: Final = Package("huma-xledger")
"""The package that stands on all others: what it brings is what any of them brings."""

LICENCES: Final = "THIRD_PARTY_LICENSES.txt"
CONSTRAINTS: Final = "constraints.txt"

_TWICE: Final = "W002"
"""A file that is in a wheel twice: the licence of a library of the pages, beside it and where the licences are."""


def main(out: Path) -> None:
    """Builds every package, tries it, and says what it brings.

    Args:
        out: The folder for what goes onto an index, and what goes with it.

    Raises:
        CommandFailedError: When something of it should go nowhere.
    """
    built = build(out)
    print(f"Built {len(built)} files in {out}.")
    _check_files(built)
    _check_that_another_build_is_the_same(built)
    (out / CONSTRAINTS).write_text(constraints(LOCK.read_text(encoding="utf-8")), encoding="utf-8")
    with ThreadPoolExecutor(2) as pool:
        for said in pool.map(lambda package: _alone(package, out), packages()):
            print(said, flush=True)


def constraints(lock: str) -> str:
    """The versions of a lock file, for whoever installs from an index: without hashes, which pip would ask of ours.

    Args:
        lock: The lock file.

    Returns:
        A line for each version, with the condition under which it is meant.
    """
    pinned = (line.removesuffix(" \\") for line in lock.splitlines() if line[:1].isalnum())
    return "".join(f"{line}\n" for line in pinned)


def _check_files(built: Sequence[Path]) -> None:
    call(tool("twine"), "check", "--strict", *built)
    wheels = (path for path in built if path.suffix == ".whl")
    call(tool("check-wheel-contents"), "--no-config", "--ignore", _TWICE, *wheels)
    print("twine and check-wheel-contents find nothing.")


def _check_that_another_build_is_the_same(built: Sequence[Path]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        again = build(Path(folder))
        different = [path.name for path, other in zip(built, again, strict=True) if not filecmp.cmp(path, other, False)]
    if different:
        raise CommandFailedError(f"Two builds of one commit differ: {', '.join(different)}.")
    print("Another build is the same to the byte.")


def _alone(package: Package, out: Path) -> str:
    """Installs a package into an empty environment, uses it, and lists what came with it where it brings a command."""
    with tempfile.TemporaryDirectory() as folder:
        environment = Environment.made(Path(folder) / "venv")
        environment.install(out, [package])
        environment.imports(package)
        for command in package.commands:
            environment.run(command, "--help" if package == HOST else "spec")
        if package.commands:
            bill = bill_of_materials(environment, package, time_of_the_last_commit())
            name = f"{package.name.replace('-', '_')}-{package.version}.cdx.json"
            (out / name).write_text(bill, encoding="utf-8")
        if package == HOST:
            found = [*in_pages(), *third_parties(environment)]
            if unseen := not_looked_at(found):
                told = "Nobody has looked at these licences. Read them, and enter them in distribution/licences.yaml:"
                raise CommandFailedError("\n".join((told, *unseen)))
            (out / LICENCES).write_text(as_text(found), encoding="utf-8")
        return f"{package.name} works alone, with {len(environment.installed()) - 1} other packages."


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]))
    except CommandFailedError as error:
        sys.exit(str(error))
