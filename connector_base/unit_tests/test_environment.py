"""What the environment may have a say in: how to get to an address, and nothing of what is said there."""

from pathlib import Path

import pytest
import requests

from connector_base.environment import take_proxies_and_certificates

URL = "https://api.example"


@pytest.fixture
def netrc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody's passwords for this address and for any."""
    path = tmp_path / "netrc"
    path.write_text("machine api.example login somebody password else\ndefault login anybody password else\n")
    monkeypatch.setenv("NETRC", str(path))


def session() -> requests.Session:
    made = requests.Session()
    take_proxies_and_certificates(made, URL)
    return made


@pytest.mark.usefixtures("netrc")
def test_a_password_that_somebody_keeps_for_the_address_is_not_taken() -> None:
    assert "Authorization" in requests.Session().prepare_request(requests.Request("POST", URL)).headers
    assert "Authorization" not in session().prepare_request(requests.Request("POST", URL)).headers


def test_a_proxy_and_a_bundle_of_certificates_are_taken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    bundle = tmp_path / "authorities.pem"
    bundle.touch()
    monkeypatch.setenv("HTTPS_PROXY", "http://user:password@proxy.example:3128")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(bundle))
    made = session()
    settings = made.merge_environment_settings(URL, {}, None, None, None)
    assert settings["proxies"]["https"] == "http://user:password@proxy.example:3128"
    assert settings["verify"] == str(bundle)


def test_an_address_that_needs_no_proxy_gets_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("NO_PROXY", "api.example")
    assert "https" not in session().proxies
