"""What the page about installing in Airbyte says is what the connectors say of themselves."""

import re
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

ROOT: Final = Path(__file__).parents[1]
PAGE: Final = (ROOT / "docs" / "install-airbyte.md").read_text(encoding="utf-8")
CONNECTORS: Final = ("source-huma", "source-xledger", "destination-huma", "destination-xledger")
REGISTRY: Final = "registry.example.com"


def metadata_of(connector: str) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((ROOT / connector / "metadata.yaml").read_text(encoding="utf-8"))["data"]
    return content


def section(heading: str) -> str:
    (found,) = re.findall(rf"^## {heading}\n(.*?)(?=^## |\Z)", PAGE, re.DOTALL | re.MULTILINE)
    return str(found)


def rows(text: str) -> list[list[str]]:
    """The cells of the rows of tables, without the marks of code."""
    return [
        [cell.strip().replace("`", "") for cell in line.strip("|").split(" | ")]
        for line in text.splitlines()
        if line.startswith("| ") and not line.startswith("| :")
    ]


@pytest.mark.parametrize("connector", CONNECTORS)
def test_a_connector_is_added_as_it_describes_itself(connector: str) -> None:
    own = metadata_of(connector)
    added = [
        f"{own['connectorType'].title()}s",
        own["name"],
        f"{REGISTRY}/{own['dockerRepository']}",
        own["dockerImageTag"],
        own["documentationUrl"],
    ]
    assert added in rows(section("Add the connectors"))


@pytest.mark.parametrize("connector", CONNECTORS)
def test_a_connector_talks_to_the_hosts_that_its_description_allows(connector: str) -> None:
    allowed = [host for host in metadata_of(connector)["allowedHosts"]["hosts"] if not host.startswith("${")]
    assert [connector, ", ".join(allowed)] in rows(section("What it takes"))


def test_every_image_that_is_pushed_or_loaded_is_one_of_a_connector_in_its_version() -> None:
    commands = re.findall(r"^    for name in (.*); do\n((?:      .*\n)+)", PAGE, re.MULTILINE)
    assert [sorted(names.split()) for names, _ in commands] == [sorted(CONNECTORS)] * 2
    versions = {own["dockerImageTag"] for own in map(metadata_of, CONNECTORS)}
    assert set(re.findall(r"\$name:([\d.]+)", PAGE)) == versions
