"""What the packages are for whoever has no checkout. `make dist` and `make test-pythons` install them."""

import re
import shutil
import subprocess
import tarfile
from collections.abc import Mapping
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
from distribution import packages as packages_module
from distribution.building import build
from distribution.description import address_on_the_site
from distribution.packages import Package
from distribution.pages import anchors, pages, pictures
from distribution.staged import for_an_index, stage

ROOT = Path(__file__).parents[1]
PREFIX = "huma-xledger"
PROJECTS: Mapping[str, dict[str, Any]] = {
    path.parent.name: tomli.loads(path.read_text(encoding="utf-8"))["project"] for path in ROOT.glob("*/pyproject.toml")
}
"""The packages, by their folders."""


# ------------------------------------------------------------------ what they say


def test_nothing_goes_onto_an_index_that_lies_about_among_the_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = Package("huma-xledger")
    shutil.copytree(package.root, tmp_path / "work" / package.folder, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(packages_module, "ROOT", tmp_path / "work")
    for command in (("init", "--quiet"), ("add", ".")):
        subprocess.run(["git", "-C", tmp_path / "work", *command], check=True)  # noqa: S603, S607
    for name in ("changes.jsonl", "decisions.json", "connection.yaml"):
        (package.root / package.module / name).write_text("{}", encoding="utf-8")
    stage(package, tmp_path / "staged")
    code = {path.name for path in (tmp_path / "staged" / package.module).iterdir()}
    assert "__main__.py" in code
    assert code.isdisjoint({"changes.jsonl", "decisions.json", "connection.yaml"})


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


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return build(tmp_path_factory.mktemp("built"))


@pytest.fixture(scope="module")
def wheels(built: list[Path]) -> list[Path]:
    return [path for path in built if path.suffix == ".whl"]


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


@pytest.fixture(scope="module")
def again(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where it is built a second time, among what was there."""
    folder = tmp_path_factory.mktemp("again")
    for name in ("huma_xledger-0.0.9-py3-none-any.whl", "huma_xledger_huma_api-0.0.9.tar.gz", "other-1.0.tar.gz"):
        (folder / name).touch()
    build(folder)
    return folder


@pytest.mark.slow
def test_two_builds_are_the_same_to_the_byte(built: list[Path], again: Path) -> None:
    assert [path.name for path in built if path.read_bytes() != (again / path.name).read_bytes()] == []


@pytest.mark.slow
def test_a_build_leaves_nothing_of_another_version_and_nothing_of_anybody_else_is_removed(
    built: list[Path], again: Path
) -> None:
    assert {path.name for path in again.glob("*-*")} == {*(path.name for path in built), "other-1.0.tar.gz"}


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
