"""The integration's own description is true."""

import ast
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.metadata import packages_distributions, requires
from pathlib import Path
from typing import Any

import pytest
import tomli
import yaml
from packaging.requirements import Requirement

from shared_mappings import field_table

ROOT = Path(__file__).parents[1]
METADATA: dict[str, Any] = yaml.safe_load((ROOT / "metadata.yaml").read_text(encoding="utf-8"))
CONNECTORS = [pytest.param(connector, id=connector["name"]) for connector in METADATA["connectors"]]
FOLDERS = [ROOT / connector["path"] for connector in METADATA["connectors"]]

of_each_connector = pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)


def project(folder: Path) -> dict[str, Any]:
    content: dict[str, Any] = tomli.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return content


def metadata_of(folder: Path) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((folder / "metadata.yaml").read_text(encoding="utf-8"))["data"]
    return content


def setup_of(folder: Path) -> str:
    """The page for whoever sets a connector up: the address of its documentation ends with its name."""
    name = metadata_of(folder)["documentationUrl"].rpartition("/")[2]
    return (folder / "docs" / f"{name}.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("connector", CONNECTORS)
def test_a_connector_is_where_it_is_said_to_be_in_the_version_it_is_said_to_have(connector: dict[str, Any]) -> None:
    folder = ROOT / connector["path"]
    own = metadata_of(folder)
    assert project(folder)["name"] == f"huma-xledger-{connector['name']}"
    assert own["connectorType"] == connector["type"]
    assert connector["version"] == project(folder)["version"] == own["dockerImageTag"]


@pytest.mark.parametrize("connector", CONNECTORS)
def test_a_connector_has_what_the_tooling_of_airbyte_expects(connector: dict[str, Any]) -> None:
    folder = ROOT / connector["path"]
    expected = ("metadata.yaml", "pyproject.toml", "acceptance-test-config.yml", "icon.svg", "README.md")
    assert [name for name in expected if not (folder / name).is_file()] == []
    assert list((folder / "unit_tests").glob("test_*.py"))
    assert list((folder / "docs").glob("*.md"))


@of_each_connector
def test_the_version_of_a_connector_is_the_same_everywhere(folder: Path) -> None:
    version = metadata_of(folder)["dockerImageTag"]
    assert project(folder)["version"] == version
    assert re.search(rf"^\| {re.escape(version)} \| \d{{4}}-", setup_of(folder), re.MULTILINE)


@of_each_connector
def test_the_image_of_a_connector_has_the_name_the_metadata_gives_it(folder: Path) -> None:
    repository = metadata_of(folder)["dockerRepository"]
    acceptance = yaml.safe_load((folder / "acceptance-test-config.yml").read_text(encoding="utf-8"))
    assert repository == f"{METADATA['images']}/{folder.name}"
    assert acceptance["connector_image"] == f"{repository}:dev"


@of_each_connector
def test_the_documentation_url_of_a_connector_leads_to_its_setup_on_our_own_site(folder: Path) -> None:
    url, system = metadata_of(folder)["documentationUrl"], folder.name.partition("-")[2]
    assert url == f"{METADATA['home']}/{folder.name}/docs/{system}"
    assert setup_of(folder)


def test_no_two_connectors_have_one_id() -> None:
    ids = {metadata_of(folder)["definitionId"] for folder in FOLDERS}
    assert len(ids) == len(FOLDERS)


def test_every_connector_in_the_repository_is_named() -> None:
    found = {path.parent.name for path in ROOT.glob("*/metadata.yaml")}
    assert {connector["path"] for connector in METADATA["connectors"]} == found


def test_the_mapping_has_the_version_it_is_said_to_have() -> None:
    assert (ROOT / METADATA["mapping"]["path"]).is_file()
    assert METADATA["mapping"]["version"] == field_table().version


def test_the_integration_has_the_version_of_its_project_and_a_line_in_the_changelog() -> None:
    assert METADATA["version"] == project(ROOT)["version"]
    assert f"## {METADATA['version']}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_nothing_is_installed_that_jsonschema_loads_wherever_it_finds_it_and_that_no_user_has() -> None:
    """What it looks at formats with takes as long to load as a connector."""
    formats = {Requirement(each).name for each in requires("jsonschema") or () if "extra ==" in each}
    assert "rfc3987-syntax" in formats
    locked = re.findall(r"^([a-z0-9-]+)==", (ROOT / "requirements.lock").read_text(encoding="utf-8"), re.MULTILINE)
    assert formats.intersection(locked) == {"idna"}  # which requests needs


HOST = "huma-xledger"
PACKAGES = sorted(str(path.parent.name) for path in ROOT.glob("*/pyproject.toml"))


def imported(node: ast.AST) -> Iterator[str]:
    """The packages that code imports when it runs, itself excluded."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from (name.name.partition(".")[0] for name in child.names)
        elif isinstance(child, ast.ImportFrom):
            assert child.level == 0
            yield str(child.module).partition(".")[0]
        elif not (isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING"):
            yield from imported(child)


def imported_in(folder: Path) -> set[str]:
    """What the modules below a folder import, Python's own library excluded."""
    code = (ast.parse(module.read_text(encoding="utf-8")) for module in folder.rglob("*.py"))
    return {name for module in code for name in imported(module)} - set(sys.stdlib_module_names)


@cache
def sources() -> Mapping[str, list[str]]:
    """What brings each package that can be imported here, as it is called on an index."""
    own = {folder.replace("-", "_"): [project(ROOT / folder)["name"]] for folder in PACKAGES}
    return {**packages_distributions(), **own}


def distributions(names: set[str]) -> set[str]:
    """What brings packages that are imported, as it is called on an index."""
    return {sources().get(name, [name])[0].replace("_", "-").lower() for name in names}


def asked_for(requirements: Iterable[str]) -> set[str]:
    """What requirements ask for, by its name on an index."""
    return {re.split(r"[<>=\[ ]", entry)[0].lower() for entry in requirements}


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_declares_what_it_imports_and_nothing_else(package: str) -> None:
    module = package.replace("-", "_")
    needed = distributions(imported_in(ROOT / package / module) - {module})
    # The host imports no connector: it runs their commands.
    run = {f"huma-xledger-{connector['name']}" for connector in METADATA["connectors"]} if package == HOST else set()
    assert asked_for(project(ROOT / package)["dependencies"]) == needed | run


AROUND = ("integration_tests", "benchmarks", "distribution")

INSTALLED_BY_TESTS = {"tf"}
"""What tests put into an environment of its own."""


@pytest.mark.parametrize("folder", AROUND)
def test_whatever_tests_and_tools_import_is_asked_for_and_does_not_come_by_chance(folder: str) -> None:
    content = tomli.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    of_packages = (entry for package in PACKAGES for entry in project(ROOT / package)["dependencies"])
    names = imported_in(ROOT / folder) - {*AROUND, *INSTALLED_BY_TESTS}
    asked = asked_for((*content["dependency-groups"]["dev"], *of_packages))
    assert distributions(names) - asked - {project(ROOT / package)["name"] for package in PACKAGES} == set()
