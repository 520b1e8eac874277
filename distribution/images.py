"""Builds the images: the four connectors and the host, or one of them.

    python -m distribution.images [PACKAGE]

What the environment says of the way to package indexes is taken along: `PIP_INDEX_URL`, `UV_DEFAULT_INDEX`, proxies,
the certificates that `CA` names, or else what pip, uv and requests go by here, and the passwords in the file `NETRC`.
`BASE_IMAGE` names another base, `PLATFORM` another kind of machine, `ENGINE` what builds: see docs/images.md.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from distribution.commit import Commit
from distribution.engine import Build, Engine, NoEngineError
from distribution.packages import Package, packages
from distribution.repository import ROOT, metadata

INDEXES = ("PIP_INDEX_URL", "UV_DEFAULT_INDEX")
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy")
CERTIFICATES = ("CA", "PIP_CERT", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")
"""The first of these that is set names certificates to trust, in one file."""


class BuildError(Exception):
    """An image cannot be built; the message says why, and what to do."""


def with_images() -> dict[str, Package]:
    """The packages that there are images of, by their folders: those that have a command to run."""
    return {package.folder: package for package in packages() if package.commands}


def tags(package: Package) -> tuple[str, str]:
    """What the image of a package is called: by its version, and `dev`."""
    whose = metadata()["images"]
    return f"{whose}/{package.folder}:{package.version}", f"{whose}/{package.folder}:dev"


def base_image(environment: Mapping[str, str]) -> str:
    """The image that all of them are built on: the one that is named, or the Dockerfile's."""
    if named := environment.get("BASE_IMAGE"):
        return named
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    return next(line for line in lines if line.startswith("ARG BASE_IMAGE=")).partition("=")[2]


def build_of(package: Package, commit: Commit | None, environment: Mapping[str, str]) -> Build:
    """What the image of a package is built from.

    Args:
        package: The package.
        commit: What is checked out, if that is known.
        environment: Where indexes, proxies, certificates and passwords are named.

    Raises:
        BuildError: If the address of an index has a user or a password in it, which would stay in what is built.
    """
    for name in INDEXES:
        if "@" in urlsplit(environment.get(name, "")).netloc:  # a token may stand where a user does
            raise BuildError(
                f"{name} has a user or a password in it, which whoever has what is built could read. Leave both out"
                " of the address, put them into a file with a line `machine HOST login USER password PASSWORD`, and"
                " name that file: NETRC=file."
            )
    base = base_image(environment)
    certificates = next((environment[name] for name in CERTIFICATES if environment.get(name)), None)
    secrets = {"ca": certificates, "netrc": environment.get("NETRC")}
    labels = {"org.opencontainers.image.base.digest": base.partition("@")[2] or None}
    if commit:
        labels["org.opencontainers.image.created"] = commit.made.isoformat()
    return Build(
        context=ROOT,
        tags=tags(package),
        arguments={
            "BASE_IMAGE": base,
            "PACKAGE": package.folder,
            "DESCRIPTION": str(package.project["description"]),
            "VERSION": package.version,
            "REVISION": commit.revision if commit else "",
            **{name: None for name in (*INDEXES, *PROXIES) if environment.get(name)},
        },
        labels={name: value for name, value in labels.items() if value},
        secrets={name: Path(path).absolute() for name, path in secrets.items() if path},
        platform=environment.get("PLATFORM"),
    )


def build(engine: Engine, package: Package, environment: Mapping[str, str]) -> None:
    """Builds the image of a package, on a base that is fetched first where it is not here.

    Raises:
        BuildError: If the base cannot be fetched, or the image not be built.
    """
    wanted = build_of(package, Commit.current(), environment)
    base = base_image(environment)
    if _ends_well(engine.has(base), quiet=True) or _ends_well(engine.pull(base)):
        if _ends_well(engine.build(wanted)):
            return
        raise BuildError(f"The image of {package.folder} was not built: {engine.name} says above why.")
    raise BuildError(
        f"The base image {base} is not on this machine and cannot be pulled: {engine.name} says above why. Pull it"
        " through a mirror of yours, or name an image that is here and has Python 3.10 or later, with its module venv:"
        " BASE_IMAGE=localhost/python:3.11."
    )


def _ends_well(command: Sequence[str], *, quiet: bool = False) -> bool:
    return subprocess.run(command, capture_output=quiet, check=False).returncode == 0  # noqa: S603


def _size(engine: Engine, tag: str) -> str:
    return subprocess.run(engine.size(tag), capture_output=True, text=True, check=True).stdout.partition("\n")[0]  # noqa: S603


def main(arguments: Sequence[str] | None = None) -> int:
    """Builds what is asked for, and says what was built.

    Returns:
        The exit code: 1 where something could not be built.
    """
    known = with_images()
    parser = argparse.ArgumentParser(prog="make images", description="Build the images.")
    parser.add_argument("package", nargs="?", choices=known, help="which one; all of them, if none is named")
    asked = parser.parse_args(arguments).package
    wanted = [asked] if asked else list(known)
    try:
        engine = Engine.found(os.environ)
        for name in wanted:
            build(engine, known[name], os.environ)
    except (NoEngineError, BuildError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"Built by {engine.name}:\n")
    for version, dev in (tags(known[name]) for name in wanted):
        sys.stdout.write(f"  {version:<40} {dev:<38} {_size(engine, dev)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
