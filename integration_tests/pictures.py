"""`make pictures`: the pictures and the examples on the pages, from the specs and from a run."""

from collections.abc import Mapping
from io import StringIO
from pathlib import Path
from typing import Any, Final

from rich.console import Console

from huma_xledger.report import told_of
from integration_tests.connector_forms import form_of
from integration_tests.example_run import ExampleRun, example_run
from integration_tests.form_picture import picture_of_form, picture_of_optional_fields
from integration_tests.host_form import drawn
from integration_tests.page_examples import examples, names_of_examples, preview_summary, with_examples

ROOT: Final = Path(__file__).parents[1]
HUMA: Final = ROOT / "source-huma" / "docs"
XLEDGER: Final = ROOT / "destination-xledger" / "docs"
HUMA_AS_DESTINATION: Final = ROOT / "destination-huma" / "docs"
XLEDGER_AS_SOURCE: Final = ROOT / "source-xledger" / "docs"

COLUMNS: Final = 76

LEFT: Final = "The report of this preview is in /reports/2026-01-15T05-00-09Z-1f0c2a7e."
"""The line of the log that says where the report is, which is another place each time."""

_TERMINAL: Final = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" aria-label="What make sync prints">
<style>
.{unique_id}-matrix {{ font-family: ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace; \
font-size: {char_height}px; line-height: {line_height}px; }}
.{unique_id}-title {{ font-size: 18px; font-weight: bold; font-family: system-ui, sans-serif; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}"/>
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""
"""Rich's own, without the font that it fetches from elsewhere. A dark window looks the same on a light page."""


def pictures(run: ExampleRun) -> dict[Path, str]:
    """Every picture that is drawn, by where it belongs.

    Args:
        run: The run that they show.
    """
    huma = drawn(form_of("source-huma"))
    xledger = drawn(form_of("destination-xledger"))
    people = drawn(form_of("destination-huma"))
    employees = drawn(form_of("source-xledger"))
    return {
        HUMA / "form.svg": picture_of_form("Huma, as a source", huma),
        HUMA / "form-optional.svg": picture_of_optional_fields("Huma, as a source: optional fields", huma),
        XLEDGER_AS_SOURCE / "form.svg": picture_of_form("Xledger, as a source", employees),
        XLEDGER_AS_SOURCE / "form-optional.svg": picture_of_optional_fields(
            "Xledger, as a source: optional fields", employees
        ),
        HUMA_AS_DESTINATION / "form.svg": picture_of_form("Huma, as a destination", people),
        HUMA_AS_DESTINATION / "form-optional.svg": picture_of_optional_fields(
            "Huma, as a destination: optional fields", people
        ),
        XLEDGER / "form.svg": picture_of_form("Xledger, as a destination", xledger),
        XLEDGER / "form-optional.svg": picture_of_optional_fields(
            "Xledger, as a destination: optional fields", xledger
        ),
        XLEDGER / "preview.svg": picture_of_sync(preview_summary(run)),
    }


def picture_of_sync(summary: Mapping[str, Any]) -> str:
    """What the host prints of a sync that leaves a report, but for its bytes: any new field would change them."""
    console = Console(record=True, width=COLUMNS, file=StringIO(), force_terminal=True, color_system="truecolor")
    for part in told_of("this sync", {**summary, "bytes_sent": 0, "bytes_received": 0}, [LEFT]):
        console.print(part, markup=False, highlight=False)
    return console.export_svg(title="make sync", code_format=_TERMINAL, unique_id="sync")


def pages_with_examples(run: ExampleRun) -> dict[Path, str]:
    """Every page that shows an example, with its examples as they are now.

    Args:
        run: The run that they are taken from.
    """
    found = examples(run)
    pages = {
        page: page.read_text(encoding="utf-8")
        for folder in (HUMA, HUMA_AS_DESTINATION, XLEDGER, XLEDGER_AS_SOURCE)
        for page in folder.glob("*.md")
    }
    return {page: with_examples(text, found) for page, text in pages.items() if names_of_examples(text)}


def stale(run: ExampleRun) -> dict[Path, str]:
    """What is not up to date, pictures and pages, with what should be in it.

    Args:
        run: The run that they show.
    """
    files = {**pictures(run), **pages_with_examples(run)}
    return {
        path: text for path, text in files.items() if not path.is_file() or path.read_text(encoding="utf-8") != text
    }


def write_pictures_and_examples() -> list[Path]:
    """Writes anew what is not up to date. Returns what was not."""
    outdated = stale(example_run())
    for path, text in outdated.items():
        path.write_text(text, encoding="utf-8")
    return list(outdated)


if __name__ == "__main__":
    for written in write_pictures_and_examples():
        print(f"Written anew: {written.relative_to(ROOT)}")
    print("The pictures and examples on the pages are up to date.")
