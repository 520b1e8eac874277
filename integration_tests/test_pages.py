"""The pages are true: their links lead somewhere, and their pictures and examples are those of today."""

import difflib
import json
import re
from pathlib import Path
from textwrap import dedent
from xml.etree import ElementTree as ET

import pytest
from airbyte_cdk.models import ConfiguredAirbyteCatalogSerializer, SyncMode

from connector_base.storage.storage_config import LocalStorage, storage_of
from connector_base.writing.destination import PeopleDestination
from destination_huma.destination import DestinationHuma
from destination_xledger.destination import DestinationXledger
from distribution.pages import anchors
from huma_xledger.connection_file import CONNECTORS, NAME, ConnectionFile
from integration_tests.connector_forms import form_of
from integration_tests.example_run import ExampleRun, example_run
from integration_tests.form_picture import picture_of_form, picture_of_optional_fields
from integration_tests.host_form import Choice, Field, Form, Kind
from integration_tests.page_examples import names_of_examples, with_examples
from integration_tests.pictures import (
    HUMA,
    HUMA_AS_DESTINATION,
    ROOT,
    XLEDGER,
    XLEDGER_AS_SOURCE,
    pages_with_examples,
    stale,
)
from integration_tests.screenshots import SCREENSHOTS
from shared_mappings import explanations, parse_decisions
from shared_mappings.codes import NotWritten

PAGES = sorted(
    path
    for pattern in ("*.md", "docs/*.md", "*/README.md", "*/docs/*.md", "*/deploy/*/README.md")
    for path in ROOT.glob(pattern)
    if not path.relative_to(ROOT).parts[0].startswith(".")
)
PICTURES = sorted(path for folder in ("docs", "*/docs") for path in ROOT.glob(f"{folder}/*.svg"))

SETUPS = {
    XLEDGER / "xledger.md": 800,
    HUMA_AS_DESTINATION / "huma.md": 800,
    HUMA / "huma.md": 500,
    XLEDGER_AS_SOURCE / "xledger.md": 500,
}
"""The pages that somebody sets up from, and how many words are read for that."""

ANEW = "make pictures writes it anew."

LARGEST = 200_000
"""Bytes of a screenshot."""


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def links(page: Path) -> list[tuple[str, str, str]]:
    """The links and pictures of a page: `!` for a picture, the words, and where to."""
    without_code = re.sub(r"^ *```.*?^ *```$|`[^`\n]+`", "", page.read_text("utf-8"), flags=re.DOTALL | re.MULTILINE)
    return re.findall(r"(!?)\[([^\]]*)\]\(([^)\s]+)\)", without_code)


def leads_somewhere(page: Path, target: str) -> bool:
    path, _, anchor = target.partition("#")
    found = (page.parent / path).resolve() if path else page
    return found.exists() and (not anchor or anchor in anchors(found))


# ------------------------------------------------------------------ links


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_and_picture_of_a_page_leads_somewhere(page: Path) -> None:
    targets = [target for _, _, target in links(page) if not target.startswith(("https://", "mailto:"))]
    assert [target for target in targets if not leads_somewhere(page, target)] == []


@pytest.mark.parametrize(
    ("destination", "page"),
    [
        (DestinationXledger(), XLEDGER / "xledger-reference.md"),
        (DestinationHuma(), HUMA_AS_DESTINATION / "huma-reference.md"),
    ],
)
def test_a_report_links_each_code_to_the_row_that_explains_it(destination: PeopleDestination, page: Path) -> None:
    written = destination.sides.direction.written
    told = {*explanations(written)} - {why.value for why in NotWritten}
    assert len(told) > 15
    assert sorted(told - anchors(page)) == []
    assert destination.maker.documentation.rpartition("/")[2] == page.stem


def test_links_are_found() -> None:
    assert sum(len(links(page)) for page in PAGES) > 100


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_picture_says_in_words_what_is_on_it(page: Path) -> None:
    assert [target for mark, words, target in links(page) if mark and len(words.split()) < 3] == []


def test_every_page_for_administrators_can_be_reached_from_a_setup() -> None:
    for setup in SETUPS:
        reached = {(setup.parent / target.partition("#")[0]).resolve() for _, _, target in links(setup)}
        assert set(setup.parent.glob("*.md")) - {setup} <= reached


def test_the_configs_and_the_catalog_that_the_readmes_show_are_understood(tmp_path: Path) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```yaml\n(.+?)^ *```", text, re.DOTALL | re.MULTILINE)
    (tmp_path / NAME).write_text("".join(map(dedent, blocks)), encoding="utf-8")
    shown = ConnectionFile.read(tmp_path)
    assert shown.connectors == CONNECTORS
    for connector in CONNECTORS:
        config, form = shown.config(connector), form_of(connector)
        assert {*form["required"]} <= config.keys() <= form["properties"].keys()
        assert connector.startswith("source-") or isinstance(storage_of(config), LocalStorage)
    text = (ROOT / "destination-xledger/README.md").read_text(encoding="utf-8")
    (catalog,) = re.findall(r"^ {4}(\{\"streams\".+?)\n\n", text, re.MULTILINE | re.DOTALL)
    (configured,) = ConfiguredAirbyteCatalogSerializer.load(json.loads(catalog)).streams
    assert configured.sync_mode is SyncMode.incremental


def test_the_readme_leads_to_the_setup_of_both_connectors() -> None:
    reached = {(ROOT / target.partition("#")[0]).resolve() for _, _, target in links(ROOT / "README.md")}
    assert {*SETUPS, XLEDGER / "xledger-review.md"} <= reached


# ------------------------------------------------------------------ the setup


@pytest.mark.parametrize("page", SETUPS, ids=name_of)
def test_a_setup_is_no_longer_than_somebody_reads(page: Path) -> None:
    assert len(page.read_text("utf-8").split()) <= SETUPS[page]


@pytest.mark.parametrize("page", SETUPS, ids=name_of)
def test_a_setup_has_the_form_of_airbytes_pages(page: Path) -> None:
    headings = re.findall(r"^## (.+)$", page.read_text("utf-8"), re.MULTILINE)
    assert headings == ["Prerequisites", "Setup guide", "Supported sync modes", "Changelog"]


def test_the_setup_leads_from_a_manual_schedule_over_a_preview_to_the_first_write_and_only_then_to_a_schedule() -> None:
    text = (XLEDGER / "xledger.md").read_text("utf-8")
    steps = (
        "Leave **Mode** at `preview`",
        "**Manual**",
        "This is the preview",
        "set **Mode** to `sync`",
        "**once a day**",
    )
    places = [text.index(step) for step in steps]
    assert places == sorted(places)


@pytest.mark.parametrize(
    "section",
    [
        "xledger-review.md#undo",
        "xledger-reference.md#recommended-schedule",
        "xledger-reference.md#send-everybody-again",
        "xledger-reference.md#change-the-token",
        "xledger-reference.md#a-token-that-may-only-read",
        "xledger-reference.md#from-demo-to-production",
    ],
)
def test_what_comes_later_is_a_link_away_from_the_setup(section: str) -> None:
    assert section in {target for _, _, target in links(XLEDGER / "xledger.md")}


# ------------------------------------------------------------------ decisions


def decisions_section() -> str:
    text = (XLEDGER / "xledger-reference.md").read_text("utf-8")
    return text.partition("### Decisions (`decisions`)")[2].partition("\n### ")[0]


def test_the_decisions_that_the_reference_shows_are_understood() -> None:
    (shown,) = re.findall(r"```json\n(.+?)```", decisions_section(), re.DOTALL)
    assert len(parse_decisions(shown)) == 2


# ------------------------------------------------------------------ pictures and examples


@pytest.fixture(scope="module")
def run() -> ExampleRun:
    """The run that the pages show."""
    return example_run()


def test_every_picture_shows_what_is_there_today(run: ExampleRun) -> None:
    assert [name_of(path) for path in stale(run) if path.suffix == ".svg"] == [], ANEW


def test_every_example_is_what_a_run_prints_today(run: ExampleRun) -> None:
    for page, text in stale(run).items():
        if page.suffix == ".md":
            difference = difflib.unified_diff(page.read_text("utf-8").splitlines(), text.splitlines(), lineterm="", n=0)
            assert "\n".join(difference) == "", f"{name_of(page)}: {ANEW}"


def test_every_page_that_shows_something_of_a_run_is_among_those_that_are_compared(run: ExampleRun) -> None:
    shown = {page for page in PAGES if names_of_examples(page.read_text("utf-8"))}
    assert shown == set(pages_with_examples(run)) == {XLEDGER / "xledger-review.md", XLEDGER / "xledger-reference.md"}


def test_the_reference_explains_every_file_of_a_report_and_every_key_in_it(run: ExampleRun) -> None:
    section = (
        (XLEDGER / "xledger-reference.md").read_text("utf-8").partition("### The report\n")[2].partition("\n### ")[0]
    )
    lines = [*run.preview.lines.items(), *run.sync.lines.items()]
    entries = [line for _, found in lines for line in found]
    keys = {key for entry in entries for part in (entry, *entry.get("fields", ())) for key in part}
    assert len(keys) > 15
    files = {file for file, _ in lines} | {run.preview.page, run.sync.page}
    assert [name for name in sorted(files | keys) if f"`{name}`" not in section] == []


def test_a_page_gets_its_examples_whatever_stood_there() -> None:
    page = "before\n<!-- example: a -->\nold\n<!-- /example -->\nafter\n<!-- example: b -->\n<!-- /example -->\n"
    written = with_examples(page, {"a": "new a\n", "b": "new b\n"})
    assert names_of_examples(written) == ["a", "b"]
    assert [line for line in written.splitlines() if line and not line.startswith("<")] == [
        *("before", "new a", "after", "new b"),
    ]
    assert with_examples(written, {"a": "new a\n", "b": "new b\n"}) == written


@pytest.mark.parametrize("picture", PICTURES, ids=name_of)
def test_a_picture_is_on_a_page_and_takes_nothing_from_anywhere(picture: Path) -> None:
    shown = {(page.parent / target).resolve() for page in PAGES for mark, _, target in links(page) if mark}
    assert picture in shown
    text = picture.read_text("utf-8")
    assert ET.fromstring(text).tag.endswith("svg")  # noqa: S314  # our own file
    foreign = re.findall(r"https?://(?!www\.w3\.org/2000/svg)\S+(?=[\"')])|@font-face|@import|<script|<image", text)
    assert foreign == []


def test_every_screenshot_is_on_a_page_is_taken_by_the_command_and_is_small() -> None:
    shown = {(page.parent / target).resolve() for page in PAGES for mark, _, target in links(page) if mark}
    screenshots = {path for path in shown if path.suffix == ".png"}
    assert set(SCREENSHOTS) == screenshots == {*ROOT.glob("docs/*.png"), *ROOT.glob("*/docs/*.png")}
    assert [name_of(path) for path in screenshots if path.stat().st_size > LARGEST] == [], "make screenshots"


# ------------------------------------------------------------------ how a form is drawn

FORM = Form(
    "Form",
    (
        Field("mode", "The mode", Kind.CHOICE, "What it does.", default="b"),
        Field("token", "The token", Kind.SECRET),
        Field("kind", "A kind", Kind.ONE_OF, choices=(Choice("first", "First"), Choice("second", "Second"))),
        Field("seldom", "A <switch> & more", Kind.SWITCH, default=True, optional=True),
        Field("pairs", "Pairs", Kind.GROUPS, default=[{"from": "x", "to": "y"}], optional=True),
        Field("tags", "Tags", Kind.TAGS, default=["one", "two"], optional=True),
    ),
)


def words_on(picture: str) -> list[str]:
    return [text.text or "" for text in ET.fromstring(picture).iter("{http://www.w3.org/2000/svg}text")]  # noqa: S314


def test_a_form_shows_what_stands_first_and_where_the_rest_is() -> None:
    shown = words_on(picture_of_form("Title", FORM))
    assert shown == ["Title", "The mode", "What it does.", "b", "The token", "A kind", "First", "Optional fields"]


def test_the_optional_fields_show_what_is_in_force_where_nothing_is_changed() -> None:
    shown = words_on(picture_of_optional_fields("Title", FORM))
    assert shown == [
        *("Title", "Optional fields", "A <switch> & more"),
        *("Pairs", "x  →  y", "+ Add", "Tags", "one, two"),
    ]
