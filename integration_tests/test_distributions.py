"""What the packages are for whoever has no checkout: wheels, a folder to install, an image."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.message import Message
from email.parser import Parser
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
import tomli
from packaging.requirements import Requirement

from integration_tests.conftest import SUMMARY, a_stream
from integration_tests.sandbox import Sandbox

ROOT = Path(__file__).parents[1]
SCRIPTS = Path(sys.executable).parent
PREFIX = "huma-xledger"
CONNECTORS = ("source-huma", "source-xledger", "destination-huma", "destination-xledger")
IMAGES = {
    **{connector: f"{connector}/Dockerfile" for connector in CONNECTORS},
    "huma-xledger": "huma-xledger/deploy/Dockerfile",
}
PROJECTS: Mapping[str, dict[str, Any]] = {
    path.parent.name: tomli.loads(path.read_text(encoding="utf-8"))["project"] for path in ROOT.glob("*/pyproject.toml")
}
"""The packages, by their folders."""


def stands_on(folder: str) -> set[str]:
    """The folders of a package's own packages, of those that these stand on, and so on."""
    lower = {
        entry for text in PROJECTS[folder]["dependencies"] for entry in re.findall(r"\{root:parent:uri\}/(.+)\}", text)
    }
    return lower.union(*map(stands_on, lower))


# ------------------------------------------------------------------ what they say


def test_no_package_is_distributed_under_a_name_that_may_be_somebody_elses() -> None:
    names = [project["name"] for project in PROJECTS.values()]
    assert len(names) > 6
    assert [name for name in names if not f"{name}-".startswith(f"{PREFIX}-")] == []


def test_all_packages_have_the_version_that_their_wheels_ask_for() -> None:
    own = tomli.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert {folder: project["version"] for folder, project in PROJECTS.items()} == dict.fromkeys(PROJECTS, own)


@pytest.mark.parametrize(("package", "dockerfile"), IMAGES.items())
def test_an_image_is_built_from_the_packages_that_its_package_stands_on(package: str, dockerfile: str) -> None:
    text = (ROOT / dockerfile).read_text(encoding="utf-8")
    copied = set(re.findall(r"^COPY (\S+) ", text, re.MULTILINE)) - {"--from=build", "requirements.lock"}
    assert copied == {package, *stands_on(package)}
    let_in = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert [folder for folder in copied if f"!{folder}" not in let_in] == []


# ------------------------------------------------------------------ wheels for an index


def call(*command: str | Path, folder: Path = ROOT, text: str = "") -> str:
    """What a command prints when it succeeds, without anything that would help it to find the checkout."""
    kept = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "HUMA_XLEDGER_PIN"}}
    done = subprocess.run(command, cwd=folder, env=kept, input=text, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


NEXT = "--- next verb ---"

ASK = f"""
import runpy, sys
command, *options = sys.argv[1:]
for verb in (["spec"], ["check", *options], ["discover", *options]):
    print({NEXT!r}, flush=True)
    sys.argv = [command, *verb]
    try:
        runpy.run_path(command, run_name="__main__")
    except SystemExit as ended:
        assert not ended.code
"""
"""Runs a command three times in one process: it takes seconds to load what a connector stands on."""


@dataclass(frozen=True)
class Environment:
    """An environment of its own, outside the repository.

    Attributes:
        folder: Where it is.
    """

    folder: Path

    @classmethod
    def with_only(cls, folder: Path, *wanted: str | Path) -> "Environment":
        """A new environment in which a few packages are installed, with what they need in the versions of the lock."""
        python = folder / "bin" / "python"
        call(SCRIPTS / "uv", "venv", "--quiet", "--python", sys.executable, folder)
        # uv would take a folder that it built before for unchanged.
        ours = [f"--refresh-package={project['name']}" for project in PROJECTS.values()]
        lock = ROOT / "requirements.lock"
        call(SCRIPTS / "uv", "pip", "install", "--quiet", "--python", python, "--constraint", lock, *ours, *wanted)
        return cls(folder)

    def run(self, command: str, *arguments: str | Path, text: str = "") -> str:
        """What one of its commands prints, run where nothing of the repository is."""
        return call(self.folder / "bin" / command, *arguments, folder=self.folder, text=text)

    def answers(self, command: str, *options: str | Path) -> list[str]:
        """What one of its commands prints when it is asked for the specification, a check and a discovery."""
        printed = self.run("python", "-I", "-c", ASK, self.folder / "bin" / command, *options)
        return printed.split(NEXT)[1:]


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("wheels")
    call("make", "--silent", "dist", f"DIST={folder}")
    return sorted(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheels: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Environment:
    return Environment.with_only(tmp_path_factory.mktemp("installed") / "venv", *wheels)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox.running(people=5, burst_limit=None) as running:
        yield running


def described(wheel: Path) -> Message:
    with ZipFile(wheel) as archive:
        (path,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        return Parser().parsestr(archive.read(path).decode())


@pytest.mark.slow
def test_a_wheel_holds_every_file_of_its_package(wheels: list[Path]) -> None:
    held = {name for wheel in wheels for name in ZipFile(wheel).namelist() if ".dist-info/" not in name}
    packages = {folder: ROOT / folder / folder.replace("-", "_") for folder in PROJECTS}
    paths = [(path, root.parent) for root in packages.values() for path in root.rglob("*") if path.is_file()]
    assert held == {str(path.relative_to(root)) for path, root in paths if path.suffix != ".pyc"}
    assert {Path(name).suffix for name in held} >= {".py", ".typed", ".yaml", ".json", ".graphql"}


@pytest.mark.slow
def test_a_wheel_asks_for_our_packages_by_name_in_exactly_the_version_they_have(wheels: list[Path]) -> None:
    every = {str(described(wheel)["Name"]): described(wheel) for wheel in wheels}
    assert every.keys() == {project["name"] for project in PROJECTS.values()}
    asked = [Requirement(text) for metadata in every.values() for text in metadata.get_all("Requires-Dist", [])]
    assert [str(requirement) for requirement in asked if requirement.url] == []
    ours = {str(requirement) for requirement in asked if requirement.name in every}
    assert ours == {f"{name}=={every[name]['Version']}" for name in every} - {f"{PREFIX}=={every[PREFIX]['Version']}"}


@pytest.mark.slow
def test_what_is_installed_from_wheels_needs_no_checkout(installed: Environment) -> None:
    find = "import sys, importlib.util as u; print(*(u.find_spec(name).origin for name in sys.argv[1:]), sep='\\n')"
    found = installed.run("python", "-I", "-c", find, *(folder.replace("-", "_") for folder in PROJECTS)).splitlines()
    assert len(found) == len(PROJECTS)
    assert [path for path in found if not Path(path).is_relative_to(installed.folder)] == []


def written(folder: Path, **contents: object) -> list[str | Path]:
    """Options of a command line, each with a file."""
    options: list[str | Path] = []
    for option, content in contents.items():
        path = folder / f"{option}.json"
        path.write_text(json.dumps(content), encoding="utf-8")
        options += [f"--{option}", path]
    return options


def config(connector: str, sandbox: Sandbox) -> dict[str, Any]:
    configs = {
        "source-huma": sandbox.source_config,
        "source-xledger": sandbox.source_xledger_config,
        "destination-huma": sandbox.destination_huma_config,
        "destination-xledger": sandbox.destination_config,
    }
    return configs[connector]()


@pytest.mark.slow
@pytest.mark.parametrize("connector", CONNECTORS)
def test_a_connector_from_wheels_answers_the_verbs(
    connector: str, installed: Environment, sandbox: Sandbox, tmp_path: Path
) -> None:
    options = written(tmp_path, config=config(connector, sandbox))
    specification, status, catalog = installed.answers(connector, *options)
    assert '"type":"SPEC"' in specification
    assert '"status":"SUCCEEDED"' in status
    assert 'CATALOG"' in catalog


@pytest.mark.slow
def test_connectors_from_wheels_sync(installed: Environment, sandbox: Sandbox, tmp_path: Path) -> None:
    catalog = {"streams": [a_stream()]}
    printed = ""
    for connector, verb in {"source-huma": "read", "destination-xledger": "write"}.items():
        options = written(tmp_path, config=config(connector, sandbox), catalog=catalog)
        printed = installed.run(connector, verb, *options, text=printed)
    assert SUMMARY in printed
    assert sandbox.xledger.writes


# ------------------------------------------------------------------ a folder of a checkout


@pytest.mark.slow
def test_a_connector_is_installed_from_its_folder_alone(sandbox: Sandbox, tmp_path: Path) -> None:
    connector = Environment.with_only(tmp_path / "venv", ROOT / "destination-xledger")
    options = written(tmp_path, config=config("destination-xledger", sandbox))
    specification, status, _ = connector.answers("destination-xledger", *options)
    assert '"type":"SPEC"' in specification
    assert '"status":"SUCCEEDED"' in status
