"""The files that Airbyte's tooling expects beside the connector: valid, and in agreement with it."""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from shared_mappings import employee_schema, employees_schema, field_table
from source_xledger import SourceXledger
from source_xledger.config import connection_specification
from xledger_api.language.accesses import READING, WHERE_TOKENS_ARE
from xledger_api.language.fitting import lacks_of_records
from xledger_api.language.schema import Schema, written_down
from xledger_api.sending.client import PRODUCTION

FOLDER = Path(__file__).parents[1]
SETUP = (FOLDER / "docs/xledger.md").read_text(encoding="utf-8")
REFERENCE = (FOLDER / "docs/xledger-reference.md").read_text(encoding="utf-8")


def metadata() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((FOLDER / "metadata.yaml").read_text(encoding="utf-8"))
    return content


def acceptance() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((FOLDER / "acceptance-test-config.yml").read_text(encoding="utf-8"))
    return content


def test_the_reference_names_every_setting_by_its_title_and_its_key() -> None:
    settings = connection_specification()["properties"]
    assert [key for key, setting in settings.items() if f"| {setting['title']} (`{key}`) |" not in REFERENCE] == []


def test_the_reference_has_a_section_for_the_stream_and_tells_what_the_destinations_object_does_not_have() -> None:
    section = REFERENCE.partition("\n### employees\n")[2].partition("\n## ")[0]
    own = employees_schema()["properties"].keys() - employee_schema()["properties"].keys()
    assert own == {"id", "closed", "modifiedAt", "changedAt"}
    assert [name for name in own if f"`{name}`" not in section] == []


def test_the_setup_lists_the_accesses_that_reading_takes_and_no_other() -> None:
    told = re.findall(r"^ *\| ([A-Z][\w ]+) \| read \|$", SETUP, re.MULTILINE)
    assert told == [access.name for access in READING]
    assert all(f"**{step}**" in SETUP for step in WHERE_TOKENS_ARE.split(" > "))


def sentences(tree: ast.AST, called: str) -> Iterator[str]:
    """What is said by the calls of a function, with `...` where something is put in."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(called) and node.args:
            text = ast.unparse(node.args[0])
            if text.startswith(("'", '"', "f'", 'f"')):
                yield re.sub(r"\{.*?\}", "...", text.lstrip("f").strip("'\""))


def test_the_reference_explains_what_an_xledger_may_lack(explained: Callable[[str], bool]) -> None:
    """Of a schema that has nothing but a list of employees, and of none at all."""
    full = written_down()
    bare = Schema({"employees": full.queries["employees"]}, {}, {}, {}, frozenset(), learned=True)
    nothing = Schema({}, {}, {}, {}, frozenset(), learned=True)
    told = [lack.sentence for schema in (full, bare, nothing) for lack in lacks_of_records(field_table(), schema)]
    assert len(told) > 5
    assert [sentence for sentence in told if not explained(sentence)] == []


def test_the_reference_explains_how_a_request_may_end(explained: Callable[[str], bool]) -> None:
    root = FOLDER.parent / "xledger_api/xledger_api"
    files = [root / "sending/endings.py", root / "employees/listing.py", FOLDER / "source_xledger/source.py"]
    told = [
        sentence
        for path in files
        for called in ("_error", "logger.warning")
        for sentence in sentences(ast.parse(path.read_text(encoding="utf-8")), called)
    ]
    assert len(told) > 10
    assert [sentence for sentence in told if not explained(sentence)] == []


def test_the_documentation_url_is_the_one_the_spec_shows() -> None:
    assert metadata()["data"]["documentationUrl"] == SourceXledger().spec(None).documentationUrl  # type: ignore[arg-type]


def test_the_suggested_streams_exist(config: dict[str, Any]) -> None:
    catalog = SourceXledger().discover(None, config)  # type: ignore[arg-type]
    assert metadata()["data"]["suggestedStreams"]["streams"] == [stream.name for stream in catalog.streams]


def test_the_platform_lets_the_connector_talk_to_xledger_and_to_the_host_of_the_setting_alone() -> None:
    assert metadata()["data"]["allowedHosts"]["hosts"] == [
        *(urlsplit(PRODUCTION).hostname, "demo.xledger.net", "${api_url}"),
    ]


def test_the_acceptance_tests_run_everything_with_files_that_are_there_and_skip_nothing() -> None:
    sections = acceptance()["acceptance_tests"]
    assert sections.keys() == {"spec", "connection", "discovery", "basic_read", "full_refresh", "incremental"}
    assert all(section.keys() == {"tests"} and section["tests"] for section in sections.values())
    assert {test["status"] for test in sections["connection"]["tests"]} == {"succeed", "failed"}
    paths = [test[key] for section in sections.values() for test in section["tests"] for key in test if "path" in key]
    assert [path for path in paths if not path.startswith("secrets/") and not (FOLDER / path).is_file()] == []
