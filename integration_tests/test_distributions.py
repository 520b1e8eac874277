"""What the packages are for whoever has no checkout: wheels, and a folder to install."""

import json
import os
import re
import subprocess
import sys
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.message import Message
from email.parser import Parser
from importlib.metadata import metadata
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
import tomli
import trove_classifiers
import yaml
from markdown_it import MarkdownIt
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from distribution import description
from distribution.building import build
from distribution.description import address_on_the_site
from distribution.packages import Package
from distribution.pages import anchors, pages, pictures
from distribution.staged import for_an_index
from integration_tests.conftest import SUMMARY, a_stream
from integration_tests.sandbox import Sandbox

ROOT = Path(__file__).parents[1]
SCRIPTS = Path(sys.executable).parent
PREFIX = "huma-xledger"
CONNECTORS = ("source-huma", "source-xledger", "destination-huma", "destination-xledger")
PROJECTS: Mapping[str, dict[str, Any]] = {
    path.parent.name: tomli.loads(path.read_text(encoding="utf-8"))["project"] for path in ROOT.glob("*/pyproject.toml")
}
"""The packages, by their folders."""


# ------------------------------------------------------------------ what they say


def test_no_package_is_distributed_under_a_name_that_may_be_somebody_elses() -> None:
    names = [project["name"] for project in PROJECTS.values()]
    assert len(names) > 6
    assert [name for name in names if not f"{name}-".startswith(f"{PREFIX}-")] == []


def test_all_packages_have_the_version_that_their_wheels_ask_for() -> None:
    own = tomli.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert {folder: project["version"] for folder, project in PROJECTS.items()} == dict.fromkeys(PROJECTS, own)


EVERY_PROJECT = [pytest.param(ROOT / folder, id=folder or "workspace") for folder in ("", *sorted(PROJECTS))]
METADATA: Mapping[str, Any] = yaml.safe_load((ROOT / "metadata.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("folder", EVERY_PROJECT)
def test_a_package_says_whose_it_is_and_where_to_read_of_it(folder: Path) -> None:
    project = tomli.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    (owners,) = re.findall(r"^Copyright \(c\) \d+ (.+)$", (ROOT / "LICENSE").read_text(encoding="utf-8"), re.MULTILINE)
    assert project["authors"] == [{"name": owners}]
    assert project["urls"] == {
        "Documentation": METADATA["home"],
        "Source": METADATA["source"],
        "Changelog": f"{METADATA['home']}/{address_on_the_site('CHANGELOG.md')}",
    }
    assert METADATA["license"] in project["license"].split(" AND ")
    assert project["description"]
    assert project["keywords"]


@pytest.mark.parametrize("folder", EVERY_PROJECT)
def test_a_package_has_the_text_of_every_licence_in_it(folder: Path) -> None:
    project = tomli.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    others = {
        str(path.relative_to(folder)) for path in folder.glob("*/pages/vendor/*") if "license" in path.name.lower()
    }
    assert set(project["license-files"]) == {"LICENSE", *others}
    assert (folder / "LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()


@pytest.mark.parametrize("folder", EVERY_PROJECT)
def test_what_a_package_is_classified_as_exists_and_is_true(folder: Path) -> None:
    project = tomli.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    said = set(project["classifiers"])
    assert said - set(trove_classifiers.classifiers) == set()
    kinds = {classifier.partition(" :: ")[0] for classifier in said}
    # The licence is an expression, and indexes refuse what says it in both ways.
    assert kinds == {
        "Development Status",
        "Intended Audience",
        "Operating System",
        "Programming Language",
        "Topic",
        "Typing",
    }
    pythons = {
        match[1] for match in map(re.compile(r"Programming Language :: Python :: (3\.\d+)").match, said) if match
    }
    runs_on = SpecifierSet(project["requires-python"])
    assert pythons == {f"3.{minor}" for minor in range(30) if f"3.{minor}" in runs_on}


def test_the_host_and_the_workspace_run_on_what_pyairbyte_runs_on_and_the_rest_on_more() -> None:
    bounds = {folder: project["requires-python"] for folder, project in PROJECTS.items()}
    of_pyairbyte = SpecifierSet(str(metadata("airbyte")["Requires-Python"]))
    assert SpecifierSet(bounds.pop(PREFIX)) == of_pyairbyte
    workspace = tomli.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["requires-python"]
    assert SpecifierSet(workspace) == of_pyairbyte
    assert set(bounds.values()) == {">=3.10,<3.14"}


# ------------------------------------------------------------------ wheels for an index


def call(*command: str | Path, folder: Path = ROOT, text: str = "") -> str:
    """What a command prints when it succeeds, without anything that would help it to find the checkout."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
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
def built(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return build(tmp_path_factory.mktemp("built"))


@pytest.fixture(scope="module")
def wheels(built: list[Path]) -> list[Path]:
    return [path for path in built if path.suffix == ".whl"]


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
def test_a_source_distribution_holds_what_its_wheel_is_built_from_and_nothing_else(built: list[Path]) -> None:
    assert sum(path.name.endswith(".tar.gz") for path in built) == len(PROJECTS)
    for folder, project in PROJECTS.items():
        name = f"{project['name'].replace('-', '_')}-{project['version']}"
        with tarfile.open(built[0].with_name(f"{name}.tar.gz")) as source:
            names = source.getnames()
        code = {path.relative_to(ROOT / folder) for path in (ROOT / folder / Package(folder).module).rglob("*")}
        beside = {"pyproject.toml", "README.md", "LICENSE", "PKG-INFO"}
        expected = {str(path) for path in code if (ROOT / folder / path).is_file() and path.suffix != ".pyc"} | beside
        assert {str(Path(entry).relative_to(name)) for entry in names} == expected


@pytest.mark.slow
def test_a_wheel_and_what_it_is_built_from_hold_the_text_of_our_licence(built: list[Path]) -> None:
    own = (ROOT / "LICENSE").read_bytes()
    for path in built:
        if path.suffix == ".whl":
            with ZipFile(path) as wheel:
                (name,) = (name for name in wheel.namelist() if name.endswith(".dist-info/licenses/LICENSE"))
                assert wheel.read(name) == own
        else:
            with tarfile.open(path) as source:
                held = source.extractfile(f"{path.name.removesuffix('.tar.gz')}/LICENSE")
                assert held
                assert held.read() == own


@pytest.mark.slow
def test_two_builds_are_the_same_to_the_byte(built: list[Path], tmp_path: Path) -> None:
    assert {path.name: path.read_bytes() for path in build(tmp_path)} == {
        path.name: path.read_bytes() for path in built
    }


@pytest.mark.slow
def test_a_build_leaves_nothing_of_another_version_and_nothing_of_anybody_else_is_removed(
    built: list[Path], tmp_path: Path
) -> None:
    for name in ("huma_xledger-0.0.9-py3-none-any.whl", "huma_xledger_huma_api-0.0.9.tar.gz", "other-1.0.tar.gz"):
        (tmp_path / name).touch()
    build(tmp_path)
    assert {path.name for path in tmp_path.glob("*-*")} == {*(path.name for path in built), "other-1.0.tar.gz"}


@pytest.mark.parametrize("folder", PROJECTS)
def test_what_a_package_says_on_an_index_is_what_it_says_here_without_its_folder(folder: str) -> None:
    text = (ROOT / folder / "pyproject.toml").read_text(encoding="utf-8")
    here, there = tomli.loads(text), tomli.loads(for_an_index(text, "1.2.3"))
    others = [PROJECTS[other]["name"] for other in PROJECTS if f"}}/{other}" in text]
    asked = {entry for entry in there["project"].pop("dependencies") if entry.startswith(PREFIX)}
    assert asked == {f"{name}==1.2.3" for name in others}
    here["project"].pop("dependencies")
    here["tool"]["hatch"].pop("metadata", None)
    assert there == here
    assert "folder" not in for_an_index(text, "1.2.3")


@pytest.mark.slow
def test_a_wheel_holds_every_file_of_its_package(wheels: list[Path]) -> None:
    held = {name for wheel in wheels for name in ZipFile(wheel).namelist() if ".dist-info/" not in name}
    packages = {folder: ROOT / folder / folder.replace("-", "_") for folder in PROJECTS}
    paths = [(path, root.parent) for root in packages.values() for path in root.rglob("*") if path.is_file()]
    assert held == {str(path.relative_to(root)) for path, root in paths if path.suffix != ".pyc"}
    assert {Path(name).suffix for name in held} >= {".py", ".typed", ".yaml", ".json", ".graphql"}


def anything_linked(text: str) -> list[str]:
    """Where the links and pictures of a page lead."""
    tokens = [part for token in MarkdownIt("commonmark").parse(text) for part in token.children or ()]
    led = [part.attrGet("href") or part.attrGet("src") for part in tokens if part.type in {"link_open", "image"}]
    return [str(address) for address in led]


@pytest.mark.slow
def test_whatever_a_description_on_an_index_links_to_is_on_the_site_or_in_the_source(wheels: list[Path]) -> None:
    home, source = f"{METADATA['home']}/", f"{METADATA['source']}/"
    site = {address_on_the_site(path): ROOT / path for path in (*pages(), *pictures())}
    followed = 0
    for wheel in wheels:
        for address in anything_linked(str(described(wheel).get_payload())):
            followed += 1
            page, _, anchor = address.partition("#")
            where = ROOT / page.removeprefix(source) if page.startswith(source) else site[page.removeprefix(home)]
            assert address.startswith(home)
            assert where.exists(), address
            assert not anchor or anchor in anchors(where), address
    assert followed > 50


@pytest.mark.parametrize(
    ("link", "address"),
    [
        ("docs/huma.md", "{home}/source-huma/docs/huma/"),
        ("docs/huma.md#get-started", "{home}/source-huma/docs/huma/#get-started"),
        ("../shared_mappings", "{home}/shared_mappings/"),
        ("../README.md", "{home}/readme/"),
        ("#working-on-it", "{home}/source-huma/#working-on-it"),
        ("icon.svg", "{home}/source-huma/icon.svg"),
        ("source_huma/manifest.yaml", "{source}/source-huma/source_huma/manifest.yaml"),
        ("docs", "{source}/source-huma/docs"),
        ("https://huma.com/", "https://huma.com/"),
    ],
)
def test_a_link_of_a_readme_has_an_address_on_an_index(link: str, address: str) -> None:
    written = description.for_an_index(f"It is [there]({link}), and ![a picture]({link}).", "source-huma/README.md")
    there = address.format_map(METADATA)
    assert written == f"It is [there]({there}), and ![a picture]({there})."


@pytest.mark.parametrize("link", ["docs/nothing.md", "../../elsewhere.md", "nothing.svg"])
def test_no_readme_that_links_to_what_is_not_there_goes_onto_an_index(link: str) -> None:
    with pytest.raises(ValueError, match=f"source-huma/README.md links to {re.escape(link)}"):
        description.for_an_index(f"[there]({link})", "source-huma/README.md")


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
