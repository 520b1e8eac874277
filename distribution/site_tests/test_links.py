"""Whatever leads to a page of the site, or from one, leads somewhere: links, reports, forms, connectors' metadata."""

import re
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import urlsplit

import pytest
import yaml

from connector_base.writing.destination import PeopleDestination
from destination_huma.destination import DestinationHuma
from destination_xledger.destination import DestinationXledger
from distribution.pages import START, pages
from distribution.repository import ROOT, metadata
from distribution.site_tests.built import built_from, file_of, html_pages, is_there, page_at
from shared_mappings import explanations
from shared_mappings.codes import NotWritten

METADATA: Final = metadata()
HOME: Final[str] = METADATA["home"]
SOURCE: Final[str] = METADATA["source"]

OTHER_SITES: Final = {
    "docs.airbyte.com",
    "github.com",
    "keepachangelog.com",
    "semver.org",
    "squidfunk.github.io",
    "www.humahr.com",
    "www.xledger.com",
}
"""The hosts of others that pages lead to. None of them is asked here whether the page is still there."""

FARTHEST: Final = 3
"""How many clicks an administrator is away from what they need."""

WRITTEN: Final = {".py", ".yaml", ".yml", ".json", ".toml", ".md", ".tf", ".service"}
"""What kinds of files name addresses of the site."""


def of_each_page(name: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(name, html_pages())


def without_host(link: str) -> bool:
    parts = urlsplit(link)
    return not parts.scheme and not parts.netloc


@of_each_page("page")
def test_every_link_within_the_site_leads_to_a_page_and_to_a_place_on_it(page: str) -> None:
    links = [link for link in page_at(page).links if without_host(link)]
    assert links
    assert [link for link in links if not is_there(*file_of(link, page))] == []


@of_each_page("page")
def test_every_link_to_the_source_leads_to_a_file_of_the_repository(page: str) -> None:
    links = [link for link in page_at(page).links if link.startswith(f"{SOURCE}/")]
    assert [link for link in links if not (ROOT / link.removeprefix(f"{SOURCE}/").partition("#")[0]).exists()] == []


@of_each_page("page")
def test_a_page_leads_to_no_other_site_than_those_that_are_named_here(page: str) -> None:
    foreign = [
        link for link in page_at(page).links if not without_host(link) and not link.startswith((HOME, "mailto:"))
    ]
    assert [
        link for link in foreign if urlsplit(link).scheme != "https" or urlsplit(link).netloc not in OTHER_SITES
    ] == []


def test_every_page_of_the_repository_is_on_the_site() -> None:
    assert [page for page in pages() if not is_there(built_from(page), "")] == []


# ------------------------------------------------------------------ from outside of the pages


def addresses_written_down() -> list[str]:
    """Every address on the site that stands in a file of the repository, with the file."""
    written = re.compile(rf"{re.escape(HOME)}(?!/source(?![\w-]))(/[\w./#-]*[\w#/-])?")
    top = [path for path in ROOT.iterdir() if not path.name.startswith(".") and path.name not in {"build", "dist"}]
    below = (path for folder in top if folder.is_dir() for path in folder.rglob("*"))
    kept = [path for path in (*top, *below) if path.is_file() and path.suffix in WRITTEN]
    return sorted({match[0] for path in kept for match in written.finditer(path.read_text(encoding="utf-8"))})


def test_every_address_on_the_site_that_code_settings_or_pages_name_leads_to_a_page() -> None:
    found = addresses_written_down()
    assert len(found) > 4
    assert [address for address in found if not is_there(*file_of(address.removeprefix(HOME) or "/"))] == []


@pytest.mark.parametrize("connector", METADATA["connectors"], ids=lambda connector: str(connector["name"]))
def test_the_documentation_url_of_a_connector_is_its_page_for_setting_it_up(connector: dict[str, Any]) -> None:
    own = yaml.safe_load((ROOT / connector["path"] / "metadata.yaml").read_text(encoding="utf-8"))["data"]
    file, place = file_of(own["documentationUrl"].removeprefix(HOME))
    assert {"prerequisites", "setup-guide"} <= page_at(file).places
    assert place == ""


@pytest.mark.parametrize("destination", [DestinationXledger(), DestinationHuma()])
def test_a_report_leads_to_the_row_that_explains_each_code(destination: PeopleDestination) -> None:
    codes = {*explanations(destination.sides.direction.written)} - {why.value for why in NotWritten}
    file, _ = file_of(destination.maker.documentation.removeprefix(HOME))
    assert len(codes) > 15
    assert sorted(codes - page_at(file).places) == []


# ------------------------------------------------------------------ from the start page


def pages_for_administrators(entry: Any) -> Iterator[str]:
    """The pages below an entry of the navigation, all but what developers read."""
    if isinstance(entry, str):
        yield entry
    elif isinstance(entry, list):
        for one in entry:
            yield from pages_for_administrators(one)
    else:
        for title, below in entry.items():
            if title != "Develop":
                yield from pages_for_administrators(below)


def test_the_text_of_the_start_page_leads_administrators_to_every_page_of_theirs_in_three_clicks() -> None:
    nav = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))["nav"]
    reached = {built_from(START)}
    for _ in range(FARTHEST):
        links = [(link, page) for page in reached for link in page_at(page).told if without_host(link)]
        reached |= {file for file, _ in (file_of(*link) for link in links) if file.endswith(".html")}
    theirs = {built_from(page) for page in pages_for_administrators(nav)}
    assert len(theirs) > 10
    assert sorted(theirs - reached) == []
