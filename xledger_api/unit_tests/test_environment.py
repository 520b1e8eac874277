"""What the environment has no say in: the token that is sent to Xledger."""

from pathlib import Path

import pytest
import requests_mock

from xledger_api.language.operations import Operation
from xledger_api.sending.client import XledgerClient

READ = Operation("query{viewer{dbId}}", "viewer", writes=False, selected=frozenset({"dbId"}))
URL = "https://xledger.example/graphql"


@pytest.mark.parametrize("status", [200, 302])
def test_the_token_is_sent_and_nothing_that_a_netrc_file_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("default login somebody password else")
    monkeypatch.setenv("NETRC", str(netrc))
    with requests_mock.Mocker() as mocker:
        mocker.post(URL, status_code=status, headers={"Location": "https://elsewhere.example"}, json={"data": {}})
        XledgerClient(URL, "the-token").ask(READ, ())
    assert [(request.hostname, request.headers["Authorization"]) for request in mocker.request_history] == [
        ("xledger.example", "token the-token")
    ]
