"""The packages of the repository: what each says of itself, and which of the others it stands on."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import tomli

from distribution.repository import ROOT

BESIDE: Final = re.compile(r" @ \{root:parent:uri\}/([\w-]+)")
"""How a package asks for another that is in the folder beside it."""


@dataclass(frozen=True)
class Package:
    """A package of the repository.

    Attributes:
        folder: The folder that it is in.
    """

    folder: str

    @property
    def root(self) -> Path:
        """The path of its folder."""
        return ROOT / self.folder

    @property
    def module(self) -> str:
        """What is imported of it."""
        return self.folder.replace("-", "_")

    @cached_property
    def project(self) -> Mapping[str, Any]:
        """What its `pyproject.toml` says of it."""
        content: dict[str, Any] = tomli.loads((self.root / "pyproject.toml").read_text(encoding="utf-8"))
        table: dict[str, Any] = content["project"]
        return table

    @property
    def name(self) -> str:
        """Its name on an index."""
        return str(self.project["name"])

    @property
    def version(self) -> str:
        """Its version."""
        return str(self.project["version"])

    @property
    def commands(self) -> tuple[str, ...]:
        """The commands that it brings."""
        return tuple(self.project.get("scripts", ()))

    def with_what_it_stands_on(self) -> frozenset["Package"]:
        """Itself, our own packages that it asks for, those that these ask for, and so on."""
        beside = (Package(match[1]) for match in map(BESIDE.search, self.project["dependencies"]) if match)
        return frozenset({self}).union(*(package.with_what_it_stands_on() for package in beside))


def packages() -> tuple[Package, ...]:
    """Every package, each after all that it stands on."""
    return tuple(sorted(_found(), key=lambda package: (len(package.with_what_it_stands_on()), package.folder)))


def _found() -> Iterator[Package]:
    return (Package(path.parent.name) for path in ROOT.glob("*/pyproject.toml"))
