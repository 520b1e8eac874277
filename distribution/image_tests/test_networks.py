"""Every connector reaches its system through a private CA and a proxy that the environment names, or says why not."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from distribution.image_tests.containers import CONNECTORS, Image, shared
from distribution.image_tests.encrypted import Ca, a_proxy, behind_tls
from distribution.image_tests.pods import operate
from distribution.image_tests.settings import status_in
from integration_tests.sandbox import Sandbox

each_connector = pytest.mark.parametrize("package", CONNECTORS)


@pytest.fixture
def trusted(tmp_path: Path) -> Path:
    """A folder with the certificate of a private CA, and nothing else."""
    return shared(tmp_path / "trusted")


@pytest.fixture
def encrypted(package: str, sandbox: Sandbox, trusted: Path, tmp_path: Path) -> Iterator[dict[str, Any]]:
    """The settings of a connector for a system that speaks TLS by that CA."""
    ca, config = Ca(), sandbox.config_of(package)
    ca.written_to(trusted / "ca.pem")
    with behind_tls(config["api_url"], ca.server(tmp_path)) as address:
        yield {**config, "api_url": address}


@each_connector
def test_a_private_ca_is_trusted_that_the_environment_names_and_a_proxy_is_gone_through(
    package: str, encrypted: dict[str, Any], trusted: Path, built: dict[str, Image], tmp_path: Path
) -> None:
    folder = tmp_path / "config"
    with a_proxy() as (proxy, asked):
        ended = operate(
            built[package],
            "check",
            folder,
            encrypted,
            volumes={"/config": folder, "/trusted": trusted},
            environment={"REQUESTS_CA_BUNDLE": "/trusted/ca.pem", "HTTPS_PROXY": proxy, "NO_PROXY": ""},
        )
    assert status_in(ended.messages) == "SUCCEEDED", ended.output
    assert set(asked) == {encrypted["api_url"].split("/")[2]}


@each_connector
def test_without_its_certificate_a_private_ca_is_not_trusted_and_the_check_says_so(
    package: str, encrypted: dict[str, Any], built: dict[str, Image], tmp_path: Path
) -> None:
    ended = operate(built[package], "check", tmp_path / "config", encrypted)
    assert status_in(ended.messages) == "FAILED"
    assert "certificate" in ended.output
    assert "Traceback" not in ended.output
