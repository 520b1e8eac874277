"""Each connector says what it is, what it needs and what it has, in a pod of Airbyte's and as anybody."""

from pathlib import Path

import pytest

from distribution.image_tests.containers import AIRBYTE, ANYBODY, CONNECTORS, Image
from distribution.image_tests.pods import operate
from distribution.image_tests.settings import status_in
from integration_tests.sandbox import Sandbox

each_connector = pytest.mark.parametrize("package", CONNECTORS)


@each_connector
def test_a_connector_says_what_it_needs(package: str, built: dict[str, Image], tmp_path: Path) -> None:
    ended = operate(built[package], "spec", tmp_path / "config")
    assert ended.code == 0, ended.errors
    (message,) = ended.messages
    assert message["type"] == "SPEC"
    assert message["spec"]["connectionSpecification"]["properties"]


@pytest.mark.parametrize("user", [AIRBYTE, ANYBODY], ids=["Airbyte's user", "anybody"])
@each_connector
def test_a_connector_checks_its_settings(
    package: str, user: str, built: dict[str, Image], sandbox: Sandbox, tmp_path: Path
) -> None:
    ended = operate(built[package], "check", tmp_path / "config", sandbox.config_of(package), user=user)
    assert ended.code == 0, ended.errors
    assert status_in(ended.messages) == "SUCCEEDED"


@each_connector
def test_a_connector_says_what_there_is(
    package: str, built: dict[str, Image], sandbox: Sandbox, tmp_path: Path
) -> None:
    ended = operate(built[package], "discover", tmp_path / "config", sandbox.config_of(package))
    assert ended.code == 0, ended.errors
    wanted = "CATALOG" if package.startswith("source") else "DESTINATION_CATALOG"
    assert wanted in {message["type"] for message in ended.messages}


def test_what_cannot_work_ends_with_a_sentence_and_no_traceback(
    built: dict[str, Image], sandbox: Sandbox, tmp_path: Path
) -> None:
    config = sandbox.config_of("source-huma", client_secret="Zq-wrong-secret")
    ended = operate(built["source-huma"], "check", tmp_path / "config", config)
    assert (ended.code, status_in(ended.messages), "Traceback" in ended.errors) == (0, "FAILED", False)
