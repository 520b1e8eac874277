"""A field is a row and an example: this adds one to a copy of the project, by the steps that the pages tell."""

import filecmp
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent, indent
from typing import Final

import pytest

ROOT = Path(__file__).parents[1]

NEW: Final = "preferredName"
"""A field of Huma's that goes nowhere yet."""

UPDATED: Final = "employmentPercentage"
"""Another: a number, which is written to the employee, and only to one who is there."""


@dataclass(frozen=True)
class Step:
    """A file to change.

    Attributes:
        file: The file.
        additions: What to write into it, by the text that it goes before.
    """

    file: str
    additions: Mapping[str, str]


STEPS: Final = (
    Step(
        "shared_mappings/shared_mappings/field_table.yaml",
        {
            "  - fields: [jobTitle]\n": """\
  - fields: [preferredName]
    record: preferredName
    employee: nickname
    comparator: text
    targets: [employee.contact.nickname]
    rule: mirror
    huma: {place: preferredName, rule: no_unset, default: fill_empty}

""",
            "  jobTitle: {en:": "  preferredName: {en: Preferred name, nb: Kallenavn}\n",
            "  jobTitle: Job title.\n": "  nickname: What the person is called.\n",
            "  employee.contact.jobTitle: {": "  employee.contact.nickname: {routes: [updateContacts.nickname]}\n",
        },
    ),
    Step(
        "xledger_api/xledger_api/language/graphql/schema.graphql",
        {
            "  jobTitle: String                                      # [table]\n": "  nickname: String\n",
            "  jobTitle: String\n  gender: SystemValueRef\n": "  nickname: String\n",
        },
    ),
    Step(
        "shared_mappings/unit_tests/fields.yaml",
        {
            "jobTitle:\n": """\
preferredName:
  rule: mirror
  record: Kari
  xledger: {employee.contact.nickname: Kari}
  changed: Kaja
  becomes: {employee.contact.nickname: Kaja}
  huma: {rule: no_unset, sent: {user: {preferredName: Kaja}}}

""",
        },
    ),
    Step(
        "destination-xledger/docs/xledger-reference.md",
        {
            "| `jobTitle` | Job title |": "| `preferredName` | Preferred name | nickname of the contact | `mirror` |\n",
            "`jobTitle`, `socialSecurityNumber`,": "`nickname`, ",
        },
    ),
    Step(
        "destination-huma/docs/huma-reference.md",
        {"| `jobTitle` | Job title": "| `preferredName` | Preferred name | nickname of the contact | `no_unset` |\n"},
    ),
)
"""What is written by hand of a field that goes both ways."""

ALSO: Final = (
    Step(
        "shared_mappings/shared_mappings/field_table.yaml",
        {
            "  - fields: [employmentStartDate]\n": """\
  - fields: [employmentPercentage]
    record: employmentPercentage
    employee: percentage
    comparator: text
    targets: [employee.percentage]
    rule: mirror

""",
            "  employmentStartDate: {en:": "  employmentPercentage: {en: Size of the position, nb: Stillingsprosent}\n",
            "  employmentFrom: First day of employment.\n": "  percentage: Size of the position in percent.\n",
            "  employee.employmentFrom: {": "  employee.percentage: {routes: [updateEmployees.percentage]}\n",
        },
    ),
    Step(
        "xledger_api/xledger_api/language/graphql/schema.graphql",
        {
            "  employmentFrom: DateString                            # [table]\n": "  percentage: String\n",
            "  dbId: Int64String!\n  code: String\n  description: String\n  employmentFrom: DateString\n": (
                "  percentage: String\n"
            ),
        },
    ),
    Step(
        "shared_mappings/unit_tests/fields.yaml",
        {
            "jobTitle:\n": """\
employmentPercentage:
  rule: mirror
  record: 80
  xledger: {employee.percentage: "80"}
  changed: 62.5
  becomes: {employee.percentage: "62.5"}

""",
        },
    ),
    Step(
        "destination-xledger/docs/xledger-reference.md",
        {
            "| `jobTitle` | Job title |": "| `employmentPercentage` | Size of the position | percentage | `mirror` |\n",
            "`jobTitle`, `socialSecurityNumber`,": "`percentage`, ",
        },
    ),
)
"""What is written by hand of the other one, which never goes back, and which no page shows."""

MOST_FILES: Final = 5
"""In how many files a field may be by hand."""

WRITTEN_ANEW: Final = "docs/personal-data.md"
"""The one file that `make golden` writes for a field: it tells what becomes of each."""

TOLD: Final = (
    f"| `{NEW}` | name | written | written |",
    f"| `{UPDATED}` | employment | written | not used |",
)
"""What it tells of the two then."""

TESTS: Final = (
    "shared_mappings/unit_tests/test_field_table.py",
    "shared_mappings/unit_tests/test_planner.py",
    "shared_mappings/unit_tests/test_planner_for_huma.py",
    "source-xledger/unit_tests/test_packaging.py",
    "destination-huma/unit_tests/test_config.py",
    "destination-huma/unit_tests/test_metadata.py",
    "destination-xledger/unit_tests/test_config.py",
    "destination-xledger/unit_tests/test_discover.py",
    "destination-xledger/unit_tests/test_metadata.py",
    "integration_tests/test_golden.py",
    "integration_tests/test_fields.py",
    "integration_tests/test_data_page.py::test_every_field_of_a_record_and_of_the_field_table_has_a_row_and_a_category",
)
"""Tests that have something to say about each field, and say it fast."""

WRITE_ANEW_AND_TEST: Final = """
import sys, pytest
from integration_tests.golden import write_anew
write_anew()
options = ["-v", "--assert=plain", "-p", "no:cacheprovider", "-p", "no:xdist", "-k", "not message"]
sys.exit(pytest.main([*options, *sys.argv[1:]]))
"""
"""In one process, since it takes seconds to load the CDK."""

PAGES: Final = {"CONTRIBUTING.md": "How to add a field", "shared_mappings/README.md": "Adding a field"}
"""The pages that tell the steps, and the section in which they do."""


def test_a_field_is_in_five_files_by_hand_at_most_and_goes_from_huma_to_xledger_and_back(tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(
        ROOT, copy, ignore=shutil.ignore_patterns(".*", "__pycache__", "build", "dist", "requirements.lock")
    )
    for step in (*STEPS, *ALSO):
        path = copy / step.file
        text = path.read_text(encoding="utf-8")
        for before, addition in step.additions.items():
            assert text.count(before) == 1, f"{step.file} has changed: where does {addition!r} go?"
            text = text.replace(before, f"{addition}{before}")
        path.write_text(text, encoding="utf-8")

    tested = run_in(copy, *TESTS)
    assert tested.returncode == 0, tested.stdout[-5000:] + tested.stderr[-2000:]
    for field in (NEW, UPDATED):
        assert re.search(rf"test_a_new_value_reaches_every_place.*\[{field}\] PASSED", tested.stdout)
    assert f"test_what_huma_lacks_is_filled_in[{NEW}] PASSED" in tested.stdout
    for both_ways in ("changes_in_xledger_and_then_nothing_does", "and_then_neither_system_is_written"):
        assert re.search(rf"test_fields.py::test_a_field_\w+_{both_ways} PASSED", tested.stdout)
    by_hand = {step.file for step in STEPS}
    assert len(by_hand) <= MOST_FILES
    assert sorted(differing(copy)) == sorted({*by_hand, WRITTEN_ANEW})
    assert [row for row in TOLD if row not in (copy / WRITTEN_ANEW).read_text("utf-8").splitlines()] == []


def run_in(copy: Path, *tests: str) -> subprocess.CompletedProcess[str]:
    """Writes the kept files of a copy anew, and runs tests of it, with its packages and not with those installed."""
    packages = [path.parent for path in copy.glob("*/pyproject.toml")]
    env = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "PYTHON"))}
    env |= {"PYTHONPATH": os.pathsep.join(map(str, (copy, *packages))), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(  # noqa: S603  # our own tests
        [sys.executable, "-c", WRITE_ANEW_AND_TEST, *tests],
        cwd=copy,
        env=env,
        text=True,
        capture_output=True,
        check=False,
    )


def differing(copy: Path) -> list[str]:
    """The files of a copy that are not as they were, or were not there."""
    names = [path.relative_to(copy) for path in copy.rglob("*") if path.is_file()]
    kept = (name for name in names if not any(part.startswith(".") for part in name.parts))
    return [
        str(name)
        for name in kept
        if not (ROOT / name).is_file() or not filecmp.cmp(ROOT / name, copy / name, shallow=False)
    ]


def section(page: str) -> str:
    text = (ROOT / page).read_text(encoding="utf-8")
    return text.partition(f"\n## {PAGES[page]}\n")[2].partition("\n## ")[0]


@pytest.mark.parametrize("page", PAGES)
def test_a_page_tells_each_step_by_its_file_in_order(page: str) -> None:
    steps = re.findall(r"^\d\. .*?(?=^\d\. |^$)", section(page), re.MULTILINE | re.DOTALL)
    links = [re.findall(r"\]\(([^)#]+)\)", step) for step in steps]
    told = [os.path.normpath((ROOT / page).parent / link[0]) for link in links if link]
    assert told == [str(ROOT / step.file) for step in STEPS]
    assert "`make golden`" in steps[-1]
    assert WRITTEN_ANEW.rpartition("/")[2] in steps[-1]
    assert len(steps) == len(STEPS) + 1


def test_the_page_of_the_domain_shows_what_is_written_in_it_and_the_row_for_administrators() -> None:
    shown = section("shared_mappings/README.md")
    for step in STEPS:
        own = step.file.startswith("shared_mappings")
        for addition in (each for each in step.additions.values() if own or each.startswith("|")):
            assert indent(dedent(addition).strip("\n"), " " * 7) in shown
    assert f"{' ' * 7}{TOLD[0]}\n" in shown
