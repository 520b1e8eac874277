"""What the page about hosts says of versions is what is tried, and what it says to run can be found."""

import json
import re

import pytest
from airbyte_cdk.models import ConfiguredAirbyteCatalogSerializer, DestinationSyncMode

from connector_base.people.host_changes import ENOUGH_TO_TELL, HOSTS_COLUMNS
from destination_xledger.config import connection_specification
from distribution.host_versions import TRIED, Tried
from distribution.hosts_page import PAGE, section
from distribution.pages import anchor

TEXT = PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize("row", TRIED, ids=lambda row: row.host)
def test_the_page_installs_the_version_that_is_tried(row: Tried) -> None:
    installs = " ".join(section(row.host).installs)
    assert re.findall(rf"\b{row.package}(?:\[\w+\])?==([\w.]+)", installs) == [row.page]


@pytest.mark.parametrize("row", TRIED, ids=lambda row: row.host)
def test_the_page_says_which_versions_were_tried(row: Tried) -> None:
    (told,) = re.findall(rf"^\| `{row.package}`.*$", TEXT, re.MULTILINE)
    _, _, every_run, by_hand, *_ = (cell.strip() for cell in told.split("|"))
    assert every_run == ", ".join(row.every_run)
    assert by_hand == row.by_hand


def test_every_section_of_a_host_is_in_the_table_at_the_top() -> None:
    rows = set(re.findall(r"^\| \[[^]]+\]\(#([\w-]+)\)", TEXT, re.MULTILINE))
    headings = set(map(anchor, re.findall(r"^## (.+)$", TEXT, re.MULTILINE)))
    assert rows == headings - {"what-a-host-has-to-do", "install-the-connectors", "versions-that-were-tried"}


def test_what_is_refused_is_told() -> None:
    assert all(f"`{columns}…`" in TEXT for columns in HOSTS_COLUMNS)
    assert f"{ENOUGH_TO_TELL} people or more" in TEXT.replace("\n", " ")


def test_the_catalog_and_the_settings_are_ones_that_the_connectors_take() -> None:
    catalog = ConfiguredAirbyteCatalogSerializer.load(json.loads(section("A pipe").files["catalog.json"]))
    assert [stream.destination_sync_mode for stream in catalog.streams] == [DestinationSyncMode.append_dedup]
    settings = json.loads(section("Install the connectors").files["destination.json"])
    assert settings.keys() <= connection_specification()["properties"].keys()
