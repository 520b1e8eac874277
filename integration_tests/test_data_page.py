"""The page for the data protection officer is true: its fields, its files, and which of them hold values of people."""

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from destination_xledger.config import connection_specification
from huma_api.people.user_record import user_record
from huma_xledger import environment
from integration_tests.conftest import Write
from integration_tests.data_page import (
    CATEGORIES,
    OF_FIELDS,
    OF_REQUESTS,
    PAGE,
    in_code,
    named_files,
    rows,
    unnamed,
    what_becomes_of,
)
from integration_tests.decided import decisions, stands
from integration_tests.huma_people import an_employee
from integration_tests.mail_server import serving_mail
from integration_tests.recognisable import RECOGNISABLE, a_recognisable_user, traces_in
from integration_tests.records import records
from integration_tests.sandbox import Sandbox
from shared_mappings import Rule, field_table, to_huma, to_xledger
from shared_mappings.record_schema import users_schema

SOMEBODY = a_recognisable_user(1)
REJECTED = a_recognisable_user(2, employmentId=None, email="rejected@quixotherium.example")
GENDERS = [{"gender": "Zq-gender", "code": "F"}]

ROOT = PAGE.parents[1]

LEAVE_FILES = ("huma-xledger/huma_xledger", "connector_base/connector_base")

NOT_LEFT_BY_A_RUN = frozenset({"decisions.json"})
"""An administrator puts it there."""


# ------------------------------------------------------------------ fields


def rows_of_fields() -> dict[str, list[str]]:
    return {in_code(name)[0]: rest for name, *rest in rows(OF_FIELDS)}


def test_every_field_of_a_record_and_of_the_field_table_has_a_row_and_a_category() -> None:
    told = rows_of_fields()
    assert told.keys() == {*users_schema()["properties"], *field_table().fields}
    assert [field for field, (category, *_) in told.items() if not category] == []


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("phone", ["contact", "written", "written"]),
        ("homeAddress", ["contact, private", "written", "written"]),
        ("bankAccount.country", ["pay", "compared", "compared"]),
        ("identifications", ["identity number", "written", "compared"]),
        ("active", ["employment", "used", "used"]),
        ("nationality", ["nationality", "not used", "not used"]),
    ],
)
def test_the_page_says_of_a_field_what_becomes_of_it(field: str, expected: list[str]) -> None:
    assert rows_of_fields()[field] == expected


def test_a_field_without_a_way_back_is_not_used_there() -> None:
    table = field_table()
    rules = tuple(Rule.model_validate(rule.model_dump(exclude={"huma"})) for rule in table.rules)
    one_way = table.model_copy(update={"rules": rules})
    ways = (to_xledger(one_way), to_huma(one_way))
    assert [what_becomes_of("phone", way) for way in ways] == ["written", "not used"]


def test_every_key_of_a_record_has_a_category_and_nothing_else_has() -> None:
    assert CATEGORIES.keys() == users_schema()["properties"].keys()


def test_what_the_page_says_is_dropped_is_in_no_record() -> None:
    (dropped,) = (in_code(cells[3]) for cells in rows(OF_REQUESTS) if in_code(cells[0]) == ["GET /users/{id}"])
    assert {"salary", "children", "dietaryRequirements", "emergencyContacts"} <= {*dropped}
    sent = {name: {"value": "Zq-value", "editable": True} for name in dropped}
    record = user_record("54275573-394f-4e0e-b453-58babfd3ea33", sent, "2026-01-15T05:00:12Z").record
    assert record.keys() == {"id", "changedAt"}


def test_what_the_page_says_to_leave_out_are_settings() -> None:
    section = PAGE.read_text("utf-8").partition("## How to process less")[2]
    assert "read_only_fields" in connection_specification()["properties"]
    assert "`read_only_fields`" in section


# ------------------------------------------------------------------ reports


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox.running(people=0, burst_limit=None) as running:
        yield running


@pytest.fixture
def left(sandbox: Sandbox, write: Write, write_to_huma: Write, tmp_path: Path) -> Mapping[str, str]:
    """All that a preview and a sync, and a preview of the other direction, leave in one place, by name."""
    place = {"storage_type": "Local", "path": str(tmp_path)}
    sandbox.xledger.add_employee(code="Zq-gone", description="Zq-gone", email="gone@quixotherium.example")
    sandbox.huma.hire(**{key: value for key, value in RECOGNISABLE.items() if key not in ("supervisor", "custom")})
    (tmp_path / "decisions.json").write_text(decisions(stands(SOMEBODY, "phone", "huma")), encoding="utf-8")
    with serving_mail() as mail:
        settings = {"object_storage_config": place, "gender_codes": GENDERS, "notify": mail.address()}
        of_xledger: dict[str, Any] = {**settings, "fill_empty_fields": ["jobTitle"]}
        write(records([SOMEBODY, REJECTED]), mode="preview", **of_xledger)
        write(records([SOMEBODY, REJECTED]), mode="sync", **of_xledger)
        write(records([{**SOMEBODY, "jobTitle": "Zq-other"}]), mode="sync", **of_xledger)
        write_to_huma(records([an_employee(1)], "employees"), mode="preview", **settings)
        told = "".join(str(message) for message in mail.received)
    assert traces_in(told) == []
    assert mail.received
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {oct(path.stat().st_mode & 0o777) for path in files if path.name not in NOT_LEFT_BY_A_RUN} == {"0o600"}
    everything: dict[str, str] = {}
    for path in files:
        everything[path.name] = everything.get(path.name, "") + path.read_text(encoding="utf-8")
    return everything


def test_every_file_of_a_report_is_on_the_page_with_whether_it_holds_values(left: Mapping[str, str]) -> None:
    named = {each.pattern: each.holds_values for each in named_files()}
    assert set(left) <= named.keys()
    assert {name: bool(traces_in(text)) for name, text in left.items()} == {name: named[name] for name in left}
    assert {pattern for pattern in named if "/" not in pattern and pattern.endswith((".jsonl", ".html"))} <= left.keys()


OUR_OWN = frozenset({"page.html", "shell.html"})
"""What a package brings along."""


def names_of_files() -> set[str]:
    """The names of files that stand in the code of whatever leaves files."""
    code = [path for folder in LEAVE_FILES for path in (ROOT / folder).rglob("*.py")]
    texts = {
        text
        for path in code
        for text in re.findall(r'"([\w.-]+\.(?:html|jsonl?|lock|sqlite))"', path.read_text("utf-8"))
    }
    return texts - OUR_OWN


def test_every_name_of_a_file_in_the_code_is_on_the_page() -> None:
    names = names_of_files()
    assert {"airbyte.json", "inbox.sqlite", "summary.json", "told.json"} <= names
    named = list(named_files())
    assert sorted(name for name in names if not any(each.pattern.endswith(name) for each in named)) == []


# ------------------------------------------------------------------ the page itself


def test_a_file_that_the_page_does_not_name_is_found(tmp_path: Path) -> None:
    for path in ("logs/2026-11-30/airbyte-log-A.log", "connections/1/told.json", "x/plan.2.jsonl", "y/value.txt"):
        (tmp_path / path).parent.mkdir(parents=True)
        (tmp_path / path).touch()
    assert unnamed(tmp_path) == ["y/value.txt"]


def test_no_telemetry_is_sent_by_the_host(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(environment, "PRIVATE", tmp_path / ".state")
    for name in ("DO_NOT_TRACK", "AIRBYTE_OFFLINE_MODE", "AIRBYTE_LOGGING_ROOT", "AIRBYTE_TEMP_DIR"):
        monkeypatch.setenv(name, "")
    environment.private_temporary.cache_clear()
    environment.prepare()
    environment.private_temporary.cache_clear()
    assert {os.environ[name] for name in ("DO_NOT_TRACK", "AIRBYTE_OFFLINE_MODE")} == {"1"}
    assert "`DO_NOT_TRACK`, `AIRBYTE_OFFLINE_MODE`" in PAGE.read_text("utf-8")
