"""Containers of the images, with as few rights as anybody gives them."""

import json
import os
import subprocess
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from distribution.engine import Engine
from distribution.images import tags, with_images

CONNECTORS: Final = ("source-huma", "source-xledger", "destination-huma", "destination-xledger")
HOST: Final = "huma-xledger"

AIRBYTE: Final = "1000:1000"
"""User and group in Airbyte's pods."""

ANYBODY: Final = "1234:5678"
"""User and group as OpenShift makes them up, but for the group, which is root's there: nothing rests on that."""

CAREFUL: Final = ("--cap-drop=ALL", "--security-opt=no-new-privileges", "--read-only", "--tmpfs=/tmp")
"""What nobody can take more away from: no rights, none to be had, and nothing that can be written but `/tmp`."""

NETWORK: Final = "--network=host"
"""The sandbox listens on loopback alone, so that is the containers' too."""

LONGEST: Final = 120
"""Seconds that nothing takes, however busy the machine is."""


@dataclass(frozen=True)
class Ended:
    """What came of a container.

    Attributes:
        code: Its exit code.
        output: What it wrote to standard output.
        errors: What it wrote to standard error.
    """

    code: int
    output: str
    errors: str

    @property
    def messages(self) -> list[dict[str, Any]]:
        """The messages in its output."""
        return messages_in(self.output)


@dataclass(frozen=True)
class Container:
    """How a container is started.

    Attributes:
        user: User and group.
        entrypoint: What is run in place of the image's own.
        volumes: Folders of this machine, by their paths in there.
        environment: Variables.
        directory: The working directory; None for the image's own.
        options: More options of the engine.
        rights: What is taken away from it.
    """

    user: str = AIRBYTE
    entrypoint: str | None = None
    volumes: Mapping[str, Path] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    directory: str | None = None
    options: tuple[str, ...] = ()
    rights: tuple[str, ...] = CAREFUL


@dataclass(frozen=True)
class Image:
    """An image under test.

    Attributes:
        engine: What runs it.
        package: The folder of the package that it is of.
        name: Its name.
    """

    engine: Engine
    package: str
    name: str

    def command(self, container: Container, *arguments: str) -> list[str]:
        """The command that starts a container, whose input is that of the command.

        Args:
            container: How.
            arguments: What its entrypoint is given.
        """
        options = [NETWORK, "--interactive", f"--user={container.user}", *container.rights, *container.options]
        if container.entrypoint:
            options.append(f"--entrypoint={container.entrypoint}")
        if container.directory:
            options.append(f"--workdir={container.directory}")
        options += (f"--volume={path}:{there}" for there, path in container.volumes.items())
        options += (f"--env={name}={value}" for name, value in container.environment.items())
        return self.engine.run(self.name, *arguments, options=options)

    def start(self, container: Container, *arguments: str) -> "subprocess.Popen[str]":
        """Starts a container. Its input, output and errors are pipes."""
        return subprocess.Popen(  # noqa: S603
            self.command(container, *arguments),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, container: Container, *arguments: str, given: str = "") -> Ended:
        """Runs a container to its end.

        Args:
            container: How.
            arguments: What its entrypoint is given.
            given: Its input.
        """
        command = self.command(container, *arguments)
        done = subprocess.run(command, input=given, capture_output=True, text=True, timeout=LONGEST, check=False)  # noqa: S603
        return Ended(done.returncode, done.stdout, done.stderr)

    def stop(self, name: str, seconds: int) -> None:
        """Stops a container as `docker stop` does: SIGTERM to its first process, and a kill where that does not end.

        Args:
            name: The container's name.
            seconds: How long it is waited before the kill.
        """
        stop = [*self.engine.command, "stop", "--time", str(seconds), name]
        subprocess.run(stop, capture_output=True, timeout=LONGEST + seconds, check=True)  # noqa: S603

    @contextmanager
    def alone(self, name: str) -> Iterator[None]:
        """Nothing is there of a container of this name, of an earlier run either, and nothing is left of it."""
        remove = [*self.engine.command, "rm", "--force", name]
        subprocess.run(remove, capture_output=True, check=False)  # noqa: S603
        try:
            yield
        finally:
            subprocess.run(remove, capture_output=True, check=False)  # noqa: S603

    def inspect(self) -> Mapping[str, Any]:
        """What the engine says of how the image is configured."""
        asked = [*self.engine.command, "image", "inspect", self.name]
        said = subprocess.run(asked, capture_output=True, text=True, check=True).stdout  # noqa: S603
        configured: Mapping[str, Any] = json.loads(said)[0]["Config"]
        return configured


def images(engine: Engine) -> dict[str, Image]:
    """The images under test, by the folders of their packages: `dev`, or those of the tag that `IMAGES` names."""
    tag = os.environ.get("IMAGES") or "dev"
    names = {folder: tags(package)[0].rpartition(":")[0] for folder, package in with_images().items()}
    return {folder: Image(engine, folder, f"{name}:{tag}") for folder, name in names.items()}


def messages_in(output: str) -> list[dict[str, Any]]:
    """The messages that a connector printed, and nothing else."""
    return [json.loads(line) for line in output.splitlines()]


def write_config(folder: Path, name: str, content: Mapping[str, Any]) -> Path:
    """Writes a file that every user of a container can read. Returns the folder."""
    path = folder / name
    path.write_text(json.dumps(content), encoding="utf-8")
    path.chmod(0o644)
    return folder


def shared(folder: Path) -> Path:
    """Makes a folder that every user of a container can write. Returns it."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o777)
    return folder


def files_in(image: Image, folder: Path, user: str) -> dict[str, bytes]:
    """The files in a folder, by their paths in it, as their owner reads them, which may be nobody on this machine.

    Args:
        image: What they are read with.
        folder: The folder.
        user: Who wrote them.
    """
    container = Container(user=user, entrypoint="tar", volumes={"/left": folder})
    command = image.command(container, "--create", "--file=-", "--directory=/left", ".")
    packed = subprocess.run(command, capture_output=True, timeout=LONGEST, check=True).stdout  # noqa: S603
    with tarfile.open(fileobj=BytesIO(packed)) as archive:
        members = {member.name.removeprefix("./"): archive.extractfile(member) for member in archive}
    return {name: content.read() for name, content in members.items() if content}
