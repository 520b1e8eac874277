"""The Terraform files hold for Terraform: by the schema of the provider's own pages, with nobody asked for anything.

They are skipped where there is no `terraform`. `integration_tests/test_terraform.py` needs none.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import pytest
from jsonschema import Draft7Validator

from distribution.command import UV, call
from distribution.environment import Environment
from distribution.repository import ROOT
from integration_tests.connector_forms import form_of

FILES: Final = ROOT / "huma-xledger" / "deploy" / "terraform"
STAND_IN: Final = Path(__file__).parent / "stand_in_provider.py"
NEEDED: Final = ("tf==1.2.0", "PyYAML>=6")
"""What makes a provider of Python. It wants another protobuf than what is developed with here, and so an environment of
its own."""

GIVEN: Final[Mapping[str, Any]] = {
    "airbyte_url": "https://airbyte.example.com/api/public/v1/",
    "airbyte_client_id": "an application",
    "airbyte_client_secret": "recognisable-1",
    "workspace_id": "33333333-3333-4333-8333-333333333333",
    "images": "registry.example.com/huma-xledger",
    "authority_confirmed": True,
    "reports": {"s3_bucket_name": "reports", "s3_bucket_region": "eu-north-1"},
    "reports_access_key_id": "recognisable-2",
    "reports_secret_access_key": "recognisable-3",
    "huma_client_id": "00000000-0000-4000-8000-000000000000",
    "huma_client_secret": "recognisable-4",
    "xledger_token": "recognisable-5",
}
OTHER_DIRECTION: Final[Mapping[str, Any]] = {
    "xledger_to_huma": True,
    "xledger_reading_token": "recognisable-6",
    "huma_writing_client_id": "00000000-0000-4000-8000-000000000001",
    "huma_writing_client_secret": "recognisable-7",
}
TO_XLEDGER: Final = ["airbyte_connection.huma_to_xledger", "airbyte_destination.xledger", "airbyte_source.huma"]
TO_HUMA: Final = ["airbyte_connection.xledger_to_huma[0]", "airbyte_destination.huma[0]", "airbyte_source.xledger[0]"]
CONNECTORS: Final = {
    "airbyte_source.huma": "source-huma",
    "airbyte_source.xledger[0]": "source-xledger",
    "airbyte_destination.huma[0]": "destination-huma",
    "airbyte_destination.xledger": "destination-xledger",
}

pytestmark = pytest.mark.skipif(shutil.which("terraform") is None, reason="Terraform is not here.")

Terraform = Callable[..., subprocess.CompletedProcess[str]]
Planned = Mapping[str, Mapping[str, Any]]


@pytest.fixture(scope="session")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the stand-in by the name that Terraform looks for."""
    if sys.version_info < (3, 11):
        pytest.skip("The stand-in for the provider needs Python 3.11.")
    folder = tmp_path_factory.mktemp("provider")
    python = Environment.made(folder / "env").python
    call(UV, "pip", "install", "--quiet", "--python", python, *NEEDED)
    program = folder / "terraform-provider-airbyte"
    program.write_text(f'#!/bin/sh\nexec "{python}" "{STAND_IN}" "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    return folder


@pytest.fixture
def terraform(provider: Path, tmp_path: Path) -> Terraform:
    """Runs a command of Terraform over a copy of the files, with the stand-in in the place of the provider."""
    files = tmp_path / "files"
    shutil.copytree(FILES, files)
    settings = tmp_path / "cli.tfrc"
    settings.write_text(f'provider_installation {{\n  dev_overrides {{ "airbytehq/airbyte" = "{provider}" }}\n}}\n')
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TF_")}
    environment |= {"TF_CLI_CONFIG_FILE": str(settings), "HOME": str(tmp_path), "CHECKPOINT_DISABLE": "1"}

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        command = [str(shutil.which("terraform")), *words]
        return subprocess.run(  # noqa: S603  our own files
            command, cwd=files, env=environment, capture_output=True, text=True, check=False
        )

    return run


@pytest.fixture
def planned(terraform: Terraform, tmp_path: Path) -> Callable[..., Planned]:
    """Plans with some variables, and gives what would be made, by its address."""

    def plan(**more: Any) -> Planned:
        variables = tmp_path / "given.tfvars.json"
        variables.write_text(json.dumps({**GIVEN, **more}), encoding="utf-8")
        made = terraform("plan", "-no-color", "-input=false", f"-var-file={variables}", "-out=made.tfplan")
        assert made.returncode == 0, made.stdout + made.stderr
        assert "recognisable" not in made.stdout + made.stderr
        shown = json.loads(terraform("show", "-json", "made.tfplan").stdout)
        return {
            resource["address"]: resource["values"] for resource in shown["planned_values"]["root_module"]["resources"]
        }

    return plan


def refused(terraform: Terraform, tmp_path: Path, **more: Any) -> str:
    """What is said of variables with which nothing can be planned, in one line."""
    variables = tmp_path / "given.tfvars.json"
    variables.write_text(json.dumps({**GIVEN, **more}), encoding="utf-8")
    made = terraform("plan", "-no-color", "-input=false", f"-var-file={variables}")
    assert made.returncode != 0, made.stdout
    return " ".join(made.stderr.split())


def test_the_files_are_valid_and_formatted(terraform: Terraform) -> None:
    validated = terraform("validate", "-json")
    told = json.loads(validated.stdout)
    assert told["valid"], [found["summary"] + ": " + found["detail"] for found in told["diagnostics"]]
    assert terraform("fmt", "-check", "-recursive").stdout == ""


@pytest.mark.parametrize(
    ("file", "right", "wrong", "told"),
    [
        ("huma_to_xledger.tf", "incremental_deduped_history", "incremental_dedup", "sync_mode must be one of"),
        ("huma_to_xledger.tf", "docker_repository", "docker_image", "is not expected here"),
        ("xledger_to_huma.tf", "definition_id ", "definition ", "is not expected here"),
        ("xledger_to_huma.tf", "source_id      = airbyte_source.xledger[0].source_id", "", "is required"),
    ],
)
def test_what_the_provider_does_not_take_is_not_valid(
    file: str, right: str, wrong: str, told: str, terraform: Terraform, tmp_path: Path
) -> None:
    path = tmp_path / "files" / file
    text = path.read_text(encoding="utf-8")
    assert right in text
    path.write_text(text.replace(right, wrong), encoding="utf-8")
    found = json.loads(terraform("validate", "-json").stdout)
    assert not found["valid"]
    assert told in json.dumps(found)


def test_by_default_one_direction_is_set_up_to_be_previewed_by_hand(planned: Callable[..., Planned]) -> None:
    made = planned()
    kinds = ("airbyte_connection.", "airbyte_destination.", "airbyte_source.")
    assert sorted(address for address in made if address.startswith(kinds)) == TO_XLEDGER
    connection = made["airbyte_connection.huma_to_xledger"]
    assert connection["schedule"] == {"schedule_type": "manual", "cron_expression": None}
    assert json.loads(made["airbyte_destination.xledger"]["configuration"])["mode"] == "preview"
    images = {made[address]["docker_repository"] for address in made if "_definition." in address}
    assert images == {f"registry.example.com/huma-xledger/{name}" for name in ("source-huma", "destination-xledger")}


def test_both_directions_are_set_up_with_settings_that_their_connectors_take(planned: Callable[..., Planned]) -> None:
    made = planned(**OTHER_DIRECTION, mode="sync", settings={"source_huma": {"company_ids": []}})
    assert {*TO_XLEDGER, *TO_HUMA} <= set(made)
    for address, connector in CONNECTORS.items():
        configuration = json.loads(made[address]["configuration"])
        Draft7Validator(form_of(connector)).validate(configuration)
    modes = [json.loads(made[address]["configuration"])["mode"] for address in (TO_XLEDGER[1], TO_HUMA[1])]
    assert modes == ["sync", "preview"]
    assert json.loads(made["airbyte_source.huma"]["configuration"])["company_ids"] == []


def test_without_a_key_to_the_bucket_none_is_given(planned: Callable[..., Planned]) -> None:
    made = planned(reports_access_key_id=None, reports_secret_access_key=None)
    storage = json.loads(made["airbyte_destination.xledger"]["configuration"])["object_storage_config"]
    assert storage == {"storage_type": "S3", "s3_bucket_name": "reports", "s3_bucket_region": "eu-north-1"}


def test_a_schedule_is_a_cron_expression(planned: Callable[..., Planned]) -> None:
    made = planned(cron="0 0 4 * * ?")
    schedule = made["airbyte_connection.huma_to_xledger"]["schedule"]
    assert schedule == {"schedule_type": "cron", "cron_expression": "0 0 4 * * ?"}


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"mode": "write"}, "mode is preview or sync."),
        ({"images": "registry.example.com/huma-xledger/"}, "leave that at its end out"),
        ({**OTHER_DIRECTION, "xledger_reading_token": None}, "The other direction needs xledger_reading_token"),
        ({"reports": {}}, 'attribute "s3_bucket_name" is required'),
    ],
)
def test_what_cannot_work_is_told_before_anything_is_made(
    more: Mapping[str, Any], told: str, terraform: Terraform, tmp_path: Path
) -> None:
    assert told in refused(terraform, tmp_path, **more)
