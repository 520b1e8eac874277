"""Looks around in a container, whose Python runs this, and prints what it finds as JSON. Nothing is imported from here."""

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
    r"/\.git$|/\.netrc$|/\.env$|/\.state$|(?<!/site-packages/airbyte)/secrets$|/uv\.toml$|/pip\.conf$|/\.cache$|^/build\b|/trusted\.pem$"
    r"|/connection\.yaml$|/requirements\.lock$|/unit_tests$|/integration_tests$|/result\.html$"
)
"""What has no place in an image: secrets, what it was built with, and tests of ours."""

OURS = re.compile(r"(source|destination)_(huma|xledger)|huma_(api|xledger)|xledger_api|connector_base|shared_mappings")
"""How our packages are called."""

UNCHECKED = 1
"""What the second four bytes of bytecode say that is not compared with its source."""

TRIED = re.compile(r"/(test|tests|idlelib|lib2to3|tkinter|turtledemo)/")
"""Parts of Python's library that nothing loads here."""


def paths(top: str) -> Iterator[str]:
    """Every file and folder below a folder."""
    for folder, folders, files in os.walk(top):
        folders[:] = [name for name in folders if not os.path.join(folder, name).startswith(ELSEWHERE)]
        yield from (os.path.join(folder, name) for name in (*folders, *files))


def header(source: str) -> bytes:
    """How the bytecode of a file begins; nothing where there is none."""
    compiled = Path(importlib.util.cache_from_source(source))
    return compiled.read_bytes()[:8] if compiled.exists() else b""


def main(venv: str) -> None:
    """Looks, and says what was found.

    Args:
        venv: The folder of the environment.
    """
    others, writable, left = [], [], []
    for path in paths("/"):
        if path.startswith(ELSEWHERE):
            continue
        about = os.lstat(path)
        if about.st_uid != 0:
            others.append(path)
        if about.st_mode & (stat.S_IWGRP | stat.S_IWOTH) and not stat.S_ISLNK(about.st_mode):
            writable.append(path)
        if LEFT_OVER.search(path):
            left.append(path)
    stdlib = os.path.dirname(os.__file__)
    sources = [
        path
        for top in (f"{venv}/lib", stdlib)
        for path in paths(top)
        if path.endswith(".py") and not TRIED.search(path)
    ]
    current = importlib.util.MAGIC_NUMBER
    (command,) = (
        point
        for point in importlib.metadata.entry_points(group="console_scripts")
        if point.name == os.path.basename(os.path.realpath(f"{venv}/bin/entrypoint"))
    )
    sys.argv = [command.name]
    __import__(command.module)
    top = Path(__import__("shared_mappings").__file__ or "").parents[1]
    loaded = [
        module.__file__ for module in sys.modules.values() if (getattr(module, "__file__", "") or "").endswith(".py")
    ]
    json.dump(
        {
            "of others than root": others,
            "can be written by others": writable,
            "left over": left,
            "without bytecode": [path for path in sources if header(path)[:4] != current],
            "compared with its source": [
                path
                for path in sources
                if path.startswith(venv) and header(path)[4:] != UNCHECKED.to_bytes(4, "little")
            ],
            "loaded without bytecode": [path for path in loaded if header(path)[:4] != current],
            "ours": [each.name for each in top.iterdir() if OURS.fullmatch(each.name) and each.is_dir()],
        },
        sys.stdout,
    )


main(sys.argv[1])
