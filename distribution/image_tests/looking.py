"""Looks around in a container, whose Python runs this, and prints what it finds as JSON. It imports nothing of ours."""

import importlib
import importlib.metadata
import importlib.util
import json
import os
import re
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

ELSEWHERE = ("/proc", "/sys", "/dev", "/run", "/etc/hosts", "/etc/hostname", "/etc/resolv.conf", "/var")
"""What the engine puts into a container; and Debian's own, of which nothing is run."""

LEFT_OVER = re.compile(
    r"/\.git$|/\.netrc$|/\.env$|/\.state$|(?<!/site-packages/airbyte)/secrets$|/uv\.toml$|/pip\.conf$|/\.cache$|^/build\b"
    r"|/trusted\.pem$|/connection\.yaml$|/requirements\.lock$|/unit_tests$|/integration_tests$|/result\.html$"
)
"""What has no place in an image: secrets, what it was built with, and tests of ours."""

OURS = re.compile(r"(source|destination)_(huma|xledger)|huma_(api|xledger)|xledger_api|connector_base|shared_mappings")
"""How our packages are called."""

UNCHECKED = (1).to_bytes(4, "little")
"""The second four bytes of bytecode that is not compared with its source."""

NOT_LOADED = re.compile(r"/(test|tests|idlelib|lib2to3|tkinter|turtledemo)/")
"""Parts of Python's library that nothing loads here, and tests of others."""


def paths(top: Path) -> Iterator[Path]:
    """Every file and folder below a folder."""
    for path in top.iterdir():
        if not str(path).startswith(ELSEWHERE):
            yield path
            if path.is_dir() and not path.is_symlink():
                yield from paths(path)


def header(source: Path) -> bytes:
    """How the bytecode of a file begins; nothing where there is none."""
    compiled = Path(importlib.util.cache_from_source(str(source)))
    return compiled.read_bytes()[:8] if compiled.exists() else b""


def can_be_written(path: Path) -> bool:
    """Whether others than its owner may."""
    mode = path.lstat().st_mode
    return bool(mode & (stat.S_IWGRP | stat.S_IWOTH)) and not stat.S_ISLNK(mode)


def loaded_by(command: str) -> list[Path]:
    """The files of all that is imported when a command starts."""
    (point,) = (each for each in importlib.metadata.entry_points(group="console_scripts") if each.name == command)
    importlib.import_module(point.module)
    files = (getattr(module, "__file__", None) for module in sys.modules.values())
    return [Path(file) for file in files if file and file.endswith(".py")]


def main(venv: Path) -> None:
    """Looks, and says what was found.

    Args:
        venv: The folder of the environment.
    """
    everything = list(paths(Path("/")))
    tops = (venv / "lib", Path(os.__file__).parent)
    sources = [path for top in tops for path in paths(top) if path.suffix == ".py" and not NOT_LOADED.search(str(path))]
    (packages,) = (venv / "lib").glob("python*/site-packages")
    found = {
        "of others than root": [path for path in everything if path.lstat().st_uid != 0],
        "can be written by others": [path for path in everything if can_be_written(path)],
        "left over": [path for path in everything if LEFT_OVER.search(str(path))],
        "without bytecode": [path for path in sources if header(path)[:4] != importlib.util.MAGIC_NUMBER],
        "compared with its source": [
            path for path in sources if path.is_relative_to(venv) and header(path)[4:] != UNCHECKED
        ],
        "loaded without bytecode": [
            path
            for path in loaded_by((venv / "bin" / "entrypoint").resolve().name)
            if header(path)[:4] != importlib.util.MAGIC_NUMBER
        ],
        "ours": [path.name for path in packages.iterdir() if OURS.fullmatch(path.name) and path.is_dir()],
    }
    json.dump(found, sys.stdout, default=str)


main(Path(sys.argv[1]))
