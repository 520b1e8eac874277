"""Files that are kept to be compared with: `make golden` writes them anew, and says which have changed.

It brings the pictures and examples on the pages up to date, too.
"""

import json
import logging
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Final

from airbyte_cdk.models import ConnectorSpecificationSerializer

import destination_huma.config
import destination_xledger.config
from integration_tests import contract_page, data_page, messages, troubleshooting_page
from integration_tests.kept_specs import without_lists_of_fields
from integration_tests.pictures import write_pictures_and_examples
from integration_tests.sample_reports import report_of_a_preview
from shared_mappings import field_table, to_huma, to_xledger
from source_huma import SourceHuma
from source_xledger import SourceXledger

ROOT: Final = Path(__file__).parents[1]


def _spec_of_source_huma() -> str:
    return _as_json(ConnectorSpecificationSerializer.dump(SourceHuma().spec(None)))  # type: ignore[arg-type]


def _spec_of_source_xledger() -> str:
    return _as_json(ConnectorSpecificationSerializer.dump(SourceXledger().spec(None)))  # type: ignore[arg-type]


def _spec_of_destination_huma() -> str:
    specification = destination_huma.config.connection_specification()
    return _as_json(without_lists_of_fields(specification, to_huma(field_table())))


def _spec_of_destination_xledger() -> str:
    specification = destination_xledger.config.connection_specification()
    return _as_json(without_lists_of_fields(specification, to_xledger(field_table())))


def _report(name: str) -> str:
    return report_of_a_preview()[name]


def _as_json(content: object) -> str:
    return f"{json.dumps(content, indent=2, ensure_ascii=False)}\n"


GOLDEN: Final[Mapping[str, Callable[[], str]]] = {
    "source-huma/unit_tests/spec.json": _spec_of_source_huma,
    "source-xledger/unit_tests/spec.json": _spec_of_source_xledger,
    "integration_tests/expected_specs/destination-huma.json": _spec_of_destination_huma,
    "integration_tests/expected_specs/destination-xledger.json": _spec_of_destination_xledger,
    "integration_tests/expected_reports/plan.jsonl": partial(_report, "plan.jsonl"),
    "integration_tests/expected_reports/rejected.jsonl": partial(_report, "rejected.jsonl"),
    "integration_tests/expected_reports/conflicts.jsonl": partial(_report, "conflicts.jsonl"),
    "integration_tests/expected_messages.md": messages.table,
    "docs/contract.md": contract_page.whole_page,
    "docs/personal-data.md": data_page.whole_page,
    "docs/troubleshooting.md": troubleshooting_page.whole_page,
}
"""What each file is to hold. One that is kept from now on is a row."""


def write_anew() -> list[str]:
    """Writes the files that are not what they are to be, and returns which."""
    stale = [(ROOT / name, text) for name, make in GOLDEN.items() if not _holds(ROOT / name, text := make())]
    for path, text in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return [str(path.relative_to(ROOT)) for path, _ in stale]


def _holds(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text(encoding="utf-8") == text


if __name__ == "__main__":
    logging.disable()
    for written in (*write_anew(), *(str(path.relative_to(ROOT)) for path in write_pictures_and_examples())):
        print(f"Written anew: {written}")  # what the command is for
