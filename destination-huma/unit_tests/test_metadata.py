"""The files that Airbyte's tooling and administrators expect beside the connector: valid, and in agreement with it."""

import ast
import json
import logging
import re
from enum import Enum
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from airbyte_cdk.models import ConnectorSpecification, Status
from jsonschema import Draft7Validator

from connector_base.protocol.sync_modes import SYNC_MODES
from connector_base.reporting.summary import Summary
from connector_base.settings.field_policies import policies_of
from connector_base.traffic import Traffic
from destination_huma.config import PRODUCTION, Config
from destination_huma.destination import DestinationHuma
from destination_huma.keys import WHERE_KEYS_ARE
from destination_huma.settings.field_policies import BACK
from shared_mappings import OF_XLEDGER, NewUsers, RejectionCode, Side, SkipReason, WarningCode, user_schema

FOLDER = Path(__file__).parents[1]
SETUP = (FOLDER / "docs/huma.md").read_text(encoding="utf-8")
REFERENCE = (FOLDER / "docs/huma-reference.md").read_text(encoding="utf-8")


def metadata() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((FOLDER / "metadata.yaml").read_text(encoding="utf-8"))["data"]
    return content


def spec() -> ConnectorSpecification:
    return DestinationHuma().spec()


def rows() -> dict[str, list[str]]:
    """The cells of every row of the reference's tables that is about a name, by that name."""
    found: dict[str, list[str]] = {}
    for line in REFERENCE.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| `"):
            found[cells[0].partition("` ")[0].strip("`")] = cells
    return found


def acceptance_tests(section: str) -> list[Any]:
    content = yaml.safe_load((FOLDER / "acceptance-test-config.yml").read_text(encoding="utf-8"))
    return [
        pytest.param(
            json.loads((FOLDER / test["config_path"]).read_text(encoding="utf-8")), test, id=test["config_path"]
        )
        for test in content["acceptance_tests"][section]["tests"]
        if not test["config_path"].startswith("secrets/")
    ]


# ------------------------------------------------------------------ metadata.yaml and what stands beside it


def test_any_source_can_be_mapped_onto_it() -> None:
    assert metadata()["supportsDataActivation"] is True


def test_everybody_can_be_sent_again_from_the_page_of_the_connection() -> None:
    assert metadata()["supportsRefreshes"] is True


def test_the_platform_lets_the_connector_reach_the_default_address_and_the_configured_one() -> None:
    assert {urlsplit(PRODUCTION).hostname, "${api_url}"} <= set(metadata()["allowedHosts"]["hosts"])


def test_the_platform_lets_reports_reach_s3_and_whatever_speaks_like_it() -> None:
    assert {"*.amazonaws.com", "${object_storage_config.s3_endpoint}"} <= set(metadata()["allowedHosts"]["hosts"])
    assert "object_storage_config" in Config.model_fields


def test_the_documentation_url_is_the_one_the_spec_shows() -> None:
    assert metadata()["documentationUrl"] == spec().documentationUrl


@pytest.mark.parametrize(("config", "test"), acceptance_tests("spec"))
def test_a_config_of_the_acceptance_tests_fits_the_spec(config: dict[str, Any], test: dict[str, Any]) -> None:
    del test
    assert list(Draft7Validator(spec().connectionSpecification).iter_errors(config)) == []


@pytest.mark.parametrize(("config", "test"), acceptance_tests("connection"))
def test_a_connection_of_the_acceptance_tests_ends_as_they_say(config: dict[str, Any], test: dict[str, Any]) -> None:
    status = DestinationHuma().check(logging.getLogger("airbyte"), config).status
    assert status is {"succeed": Status.SUCCEEDED, "failed": Status.FAILED}[test["status"]]


# ------------------------------------------------------------------ the pages for administrators


def test_the_reference_has_a_section_for_every_setting_by_its_title_and_its_key() -> None:
    settings = spec().connectionSpecification["properties"]
    missing = [key for key, setting in settings.items() if f"\n### {setting['title']} (`{key}`)\n" not in REFERENCE]
    assert missing == []


def test_the_reference_tells_every_field_with_its_own_rule_in_huma() -> None:
    told = rows()
    assert {name: told[name][3] for name in BACK.fields} == {
        name: f"`{BACK.own_rule(name).value}`" for name in BACK.fields
    }


def test_the_reference_explains_the_summary_key_by_key() -> None:
    assert set(json.loads(Summary("sync").as_json(Traffic()))) <= set(rows())


@pytest.mark.parametrize("codes", [RejectionCode, SkipReason, WarningCode])
def test_the_reference_explains_every_code_of_this_direction(codes: type[Enum]) -> None:
    assert {code.value for code in codes if code not in OF_XLEDGER} <= set(rows())


def test_the_reference_explains_every_policy_that_is_offered() -> None:
    assert {policy.value for policy in policies_of(Side.HUMA)} <= set(rows())


def test_a_host_of_any_protocol_can_read_which_sync_modes_are_offered() -> None:
    offered = {mode.value for mode in spec().supported_destination_sync_modes or ()}
    assert offered
    assert offered <= {"append", "overwrite", "append_dedup"}, "The protocol before 0.16 knows no other."
    assert spec().protocol_version is None


def test_the_reference_names_every_choice_for_new_people_and_every_sync_mode() -> None:
    assert [choice.value for choice in (*NewUsers, *SYNC_MODES) if f"`{choice.value}`" not in REFERENCE] == []


def test_the_reference_names_every_key_of_a_user() -> None:
    keys = set(user_schema()["properties"]) - {"active"}
    assert [key for key in sorted(keys) if f"`{key}`" not in REFERENCE and f'"{key}"' not in REFERENCE] == []


def test_the_setup_leads_to_the_keys_by_the_same_way_as_every_message() -> None:
    assert " > ".join(f"**{step}**" for step in WHERE_KEYS_ARE.split(" > ")) in SETUP


GAP = "..."
ENDINGS = {"config_error", "transient_error", "system_error"}


def as_text(node: ast.AST) -> str:
    """A text as it stands in the code, with a gap for each value in it."""
    if isinstance(node, ast.JoinedStr):
        return "".join(map(as_text, node.values))
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else GAP


def nodes() -> list[ast.AST]:
    modules = (FOLDER / "destination_huma").rglob("*.py")
    return [node for module in modules for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))]


def messages_in_the_reference() -> list[str]:
    """The error messages that the reference explains."""
    section = REFERENCE.partition("### Error messages")[2].partition("###")[0]
    cells = [line.split("|")[1].strip() for line in section.splitlines() if line.startswith("| ")][2:]
    return [message for cell in cells for message in cell.split("<br>")]


def fits(message: str, text: str) -> bool:
    pattern = ".*".join(re.escape(part.strip()) for part in message.split(GAP))
    return re.search(pattern, text, re.IGNORECASE | re.DOTALL) is not None


def test_the_reference_explains_every_message_that_ends_a_sync_here_alone() -> None:
    calls = [node for node in nodes() if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
    told = [as_text(call.args[0]) for call in calls if call.func.id in ENDINGS]  # type: ignore[attr-defined]
    assert len(told) > 4
    explained = messages_in_the_reference()
    assert [text for text in told if not any(fits(message, text) for message in explained)] == []
