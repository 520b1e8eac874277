"""The Terraform files set up what the pages say, by settings that the connectors have, and tell no secret.

What Terraform itself says of them is tried by `make terraform-test`.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import hcl2
import pytest
import tomli
import yaml

from integration_tests.connector_forms import CONNECTORS, form_of

ROOT: Final = Path(__file__).parents[1]
FOLDER: Final = ROOT / "huma-xledger" / "deploy" / "terraform"
METADATA: Final = yaml.safe_load((ROOT / "metadata.yaml").read_text(encoding="utf-8"))

Block = Mapping[str, Any]


def unquoted(value: Any) -> Any:
    return value.strip('"') if isinstance(value, str) else value


def blocks(kind: str) -> Iterator[tuple[str, Block]]:
    """The blocks of a kind in all files, by their labels: `airbyte_source.huma` for a resource."""
    for path in sorted(FOLDER.glob("*.tf")):
        with path.open(encoding="utf-8") as file:
            for block in hcl2.load(file).get(kind, []):
                for label, inner in block.items():
                    if kind != "resource":
                        yield unquoted(label), inner
                        continue
                    for name, resource in inner.items():
                        yield f"{unquoted(label)}.{unquoted(name)}", resource


VARIABLES: Final = dict(blocks("variable"))
RESOURCES: Final = dict(blocks("resource"))
SECRETS: Final = {name for name, variable in VARIABLES.items() if variable.get("sensitive")}


def resource_of(connector: str, suffix: str = "") -> Block:
    kind, _, system = connector.partition("-")
    return RESOURCES[f"airbyte_{kind}{suffix}.{system}"]


def assigned(expression: str) -> dict[str, str]:
    """The keys that an object in an expression has, and what they are made of."""
    return dict(re.findall(r"(\w+) = ([\w.\"]+)", expression))


def settings_of(connector: str) -> dict[str, Any]:
    """The specification of a connector, by the names of its settings."""
    settings: dict[str, Any] = form_of(connector)["properties"]
    return settings


def s3() -> dict[str, Any]:
    choices = settings_of("destination-xledger")["object_storage_config"]["oneOf"]
    (found,) = (choice for choice in choices if choice["properties"]["storage_type"].get("const") == "S3")
    properties: dict[str, Any] = found["properties"]
    return properties


@pytest.mark.parametrize("connector", CONNECTORS)
def test_a_connector_is_given_settings_that_it_has(connector: str) -> None:
    given = assigned(resource_of(connector)["configuration"])
    assert given
    assert set(given) <= set(settings_of(connector))
    assert f"var.settings.{connector.replace('-', '_')}," in resource_of(connector)["configuration"]


@pytest.mark.parametrize("connector", CONNECTORS)
def test_a_connector_is_given_every_setting_that_it_cannot_do_without(connector: str) -> None:
    required = form_of(connector)["required"]
    assert set(required) <= set(assigned(resource_of(connector)["configuration"]))


@pytest.mark.parametrize("connector", CONNECTORS)
def test_what_a_connector_keeps_secret_comes_from_a_variable_that_is_kept_secret(connector: str) -> None:
    settings = settings_of(connector)
    given = assigned(resource_of(connector)["configuration"])
    secret = {name: value for name, value in given.items() if settings[name].get("airbyte_secret")}
    assert secret
    assert [name for name, value in secret.items() if value.removeprefix("var.") not in SECRETS] == []


def test_reports_go_to_a_bucket_by_settings_that_the_destinations_have() -> None:
    (local,) = (value for label, value in blocks("locals") if label == "reports")
    given = assigned(str(local))
    declared = set(re.findall(r"(\w+) *= *(?:string|optional)", VARIABLES["reports"]["type"]))
    assert given.pop("storage_type") == '"S3"'
    assert declared | set(given) <= set(s3())
    assert {name for name in given if s3()[name].get("airbyte_secret")} == set(given)
    assert [value for value in given.values() if value.removeprefix("var.") not in SECRETS] == []


def test_no_secret_is_in_the_files() -> None:
    assert {name: VARIABLES[name]["default"] for name in SECRETS if VARIABLES[name].get("default") is not None} == {}
    assert {"airbyte_client_secret", "huma_client_secret", "xledger_token"} <= SECRETS


def test_every_variable_and_every_output_says_what_it_is() -> None:
    assert [name for name, block in (*VARIABLES.items(), *blocks("output")) if not block.get("description")] == []


def test_nothing_is_written_and_nothing_runs_by_itself_unless_somebody_says_so() -> None:
    assert [unquoted(VARIABLES[name]["default"]) for name in ("mode", "xledger_to_huma_mode")] == ["preview"] * 2
    assert (VARIABLES["cron"]["default"], VARIABLES["xledger_to_huma"]["default"]) == (None, False)
    assert "default" not in VARIABLES["authority_confirmed"]
    schedule = RESOURCES["airbyte_connection.huma_to_xledger"]["schedule"]
    assert schedule["schedule_type"] == '${var.cron == null ? "manual" : "cron"}'
    assert unquoted(RESOURCES["airbyte_connection.xledger_to_huma"]["schedule"]["schedule_type"]) == "manual"


@pytest.mark.parametrize(
    ("connection", "page", "stream", "words", "sync_mode"),
    [
        (
            "huma_to_xledger",
            "destination-xledger/docs/xledger.md",
            "users",
            "Incremental | Append + Deduped",
            "incremental_deduped_history",
        ),
        (
            "xledger_to_huma",
            "destination-huma/docs/huma.md",
            "employees",
            "Full refresh | Append",
            "full_refresh_append",
        ),
    ],
)
def test_a_connection_has_the_stream_and_the_sync_mode_of_the_page(
    connection: str, page: str, stream: str, words: str, sync_mode: str
) -> None:
    said = (ROOT / page).read_text(encoding="utf-8")
    assert re.search(rf"Select the stream `{stream}`[^.]*\*\*{re.escape(words)}\*\*", said)
    (configured,) = RESOURCES[f"airbyte_connection.{connection}"]["configurations"]["streams"]
    assert {key: unquoted(configured[key]) for key in ("name", "sync_mode")} == {"name": stream, "sync_mode": sync_mode}


@pytest.mark.parametrize("connector", CONNECTORS)
def test_a_definition_is_that_of_the_connectors_own_description(connector: str) -> None:
    own = yaml.safe_load((ROOT / connector / "metadata.yaml").read_text(encoding="utf-8"))["data"]
    definition = resource_of(connector, "_definition")
    assert unquoted(definition["name"]) == own["name"]
    assert unquoted(definition["documentation_url"]) == own["documentationUrl"]
    image = unquoted(definition["docker_repository"]).replace("${var.images}", METADATA["images"])
    assert image == own["dockerRepository"]
    assert definition["docker_image_tag"] == "${var.image_tag}"
    assert unquoted(VARIABLES["image_tag"]["default"]) == own["dockerImageTag"]


def test_the_provider_is_pinned() -> None:
    required = hcl2.loads((FOLDER / "versions.tf").read_text(encoding="utf-8"))["terraform"][0]
    assert re.fullmatch(r'"~> \d+\.\d+\.\d+"', required["required_providers"][0]["airbyte"]["version"])


def test_the_example_has_every_variable_that_has_no_default_and_no_secret() -> None:
    example = hcl2.loads((FOLDER / "terraform.tfvars.example").read_text(encoding="utf-8"))
    needed = {name for name, variable in VARIABLES.items() if "default" not in variable}
    given = {name for name in example if not name.startswith("__")}
    assert needed - SECRETS <= given <= set(VARIABLES) - SECRETS


def test_the_page_explains_every_variable() -> None:
    said = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert [name for name in VARIABLES if f"`{name}`" not in said] == []


def test_what_holds_secrets_is_kept_out_of_the_repository() -> None:
    ignored = (FOLDER / ".gitignore").read_text(encoding="utf-8").split()
    assert {"*.tfstate", "*.tfstate.*", "*.tfvars", ".terraform/"} <= set(ignored)


def test_the_files_have_the_version_of_the_integration() -> None:
    version = tomli.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert unquoted(VARIABLES["image_tag"]["default"]) == version
