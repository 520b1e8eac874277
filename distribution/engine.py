"""What builds and runs images: docker, podman or buildah, whatever is there."""

import shlex
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path


class NoEngineError(Exception):
    """Nothing is there that builds images; the message says what is missing."""


@dataclass(frozen=True)
class Build:
    """What an image is built from.

    Attributes:
        context: The folder that is sent to the engine, with the Dockerfile in it.
        tags: What the image is called.
        arguments: The build arguments. None takes the value that the environment has.
        labels: What is written on the image beside what the Dockerfile writes there.
        secrets: Files that are there while it is built, and in no image.
        file: Another Dockerfile than the one of the context.
        platform: What the image is for, as `linux/amd64`, if not for this machine.
    """

    context: Path
    tags: Sequence[str]
    arguments: Mapping[str, str | None] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, Path] = field(default_factory=dict)
    file: Path | None = None
    platform: str | None = None


@dataclass(frozen=True)
class Engine:
    """One that works here.

    Attributes:
        name: `docker`, `podman` or `buildah`.
        command: What it is started with: its name, or its path and options for all that it does.
    """

    name: str
    command: tuple[str, ...]

    @classmethod
    def found(cls, environment: Mapping[str, str]) -> "Engine":
        """The engine that is used here.

        Args:
            environment: Where `ENGINE` may name one, with options if need be, as in `podman --log-level=debug`, and
                where `PATH` says what is there. `none` has it that there is none.

        Returns:
            The one that is named, or else the first that works of docker, podman and buildah.

        Raises:
            NoEngineError: If the one that is named does not work, or none does.
        """
        named = tuple(shlex.split(environment.get("ENGINE", "")))
        if named == ("none",):
            raise NoEngineError("No image is built here: ENGINE is none.")
        why_not = []
        for command in [named] if named else [(name,) for name in _WORKS]:
            lacks = _lacks(command, environment)
            if lacks is None:
                return cls(Path(command[0]).name, command)
            why_not.append(lacks)
        raise NoEngineError(
            f"No image can be built here. {' '.join(why_not)} Install Docker with its buildx plugin, or podman"
            " (apt-get install podman), or name one that works: ENGINE=podman."
        )

    @property
    def runs(self) -> bool:
        """Whether it starts images, too: buildah only builds them."""
        return self.name != "buildah"

    def has(self, image: str) -> list[str]:
        """The command that ends with 0 if an image is on this machine."""
        return [
            *self.command,
            *(("inspect", "--type", "image") if self.name == "buildah" else ("image", "inspect")),
            image,
        ]

    def pull(self, image: str) -> list[str]:
        """The command that fetches an image."""
        return [*self.command, "pull", image]

    def size(self, image: str) -> list[str]:
        """The command that prints how large an image is, for somebody to read."""
        return [*self.command, "images", "--format", "{{.Size}}", image]

    def build(self, build: Build) -> list[str]:
        """The command that builds an image."""
        arguments = (name if value is None else f"{name}={value}" for name, value in build.arguments.items())
        options = {
            "--file": [str(build.file)] if build.file else [],
            "--platform": [build.platform] if build.platform else [],
            "--tag": build.tags,
            "--build-arg": arguments,
            "--label": (f"{name}={value}" for name, value in build.labels.items()),
            "--secret": (f"id={name},src={path}" for name, path in build.secrets.items()),
        }
        given = [word for option, values in options.items() for value in values for word in (option, value)]
        return [*self.command, "build", *given, str(build.context)]

    def run(self, image: str, *arguments: str, options: Sequence[str] = ()) -> list[str]:
        """The command that runs an image once, and leaves nothing of it behind.

        Args:
            image: The image.
            arguments: What its entrypoint is given.
            options: More options of the engine, as `--user=1000:0` or `--entrypoint=sh`.
        """
        return [*self.command, "run", "--rm", *options, image, *arguments]


_WORKS: Mapping[str, Sequence[tuple[Sequence[str], str]]] = {
    "docker": (
        (("version", "--format", "{{.Server.Version}}"), "docker reaches no daemon."),
        (("buildx", "version"), "docker has no buildx, which knows secrets while it builds."),
    ),
    "podman": ((("info",), "podman does not work here: `podman info` says why."),),
    "buildah": ((("info",), "buildah does not work here: `buildah info` says why."),),
}
"""The engines, the first wanted first: what has to succeed for one to work, and what is missing if it does not."""


def _lacks(command: tuple[str, ...], environment: Mapping[str, str]) -> str | None:
    """What is missing for an engine to work, as a sentence, or None."""
    program, name = shutil.which(command[0], path=environment.get("PATH")), Path(command[0]).name
    if program is None:
        return f"There is no {command[0]}."
    if name not in _WORKS:
        return f"{command[0]} is none of {', '.join(_WORKS)}."
    for question, lack in _WORKS[name]:
        asked = [program, *command[1:], *question]
        if subprocess.run(asked, env=dict(environment), capture_output=True, check=False).returncode:  # noqa: S603
            return lack
    return None
