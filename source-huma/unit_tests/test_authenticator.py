"""One access token for the run, replaced once when Huma refuses it."""

from typing import Any

import pytest

from source_huma.answers import HumaErrorHandler
from source_huma.authenticator import HumaAuthenticator
from source_huma.sync_run import SyncRun


@pytest.fixture
def run() -> SyncRun:
    return SyncRun()


def authenticator(run: SyncRun, config: dict[str, Any]) -> HumaAuthenticator:
    with run.building_components():
        return HumaAuthenticator(  # type: ignore[abstract]  # in name only, like the CDK's own
            config=config,
            parameters={},
            client_id="{{ config['client_id'] }}",
            client_secret="{{ config['client_secret'] }}",
            token_refresh_endpoint="{{ config['api_url'] }}/auth/oauth/token",
            grant_type="client_credentials",
            error_handler=HumaErrorHandler(config=config, parameters={}, expects="access_token"),
        )


def test_the_streams_of_a_run_share_one_token(huma: Any, config: dict[str, Any], run: SyncRun) -> None:
    headers = [authenticator(run, config).get_auth_header() for _ in range(2)]
    assert headers == [{"Authorization": "Bearer token-1"}] * 2
    assert huma.tokens == 1


def test_workers_that_were_refused_at_once_replace_the_token_once(
    huma: Any, config: dict[str, Any], run: SyncRun
) -> None:
    first, second = authenticator(run, config), authenticator(run, config)
    first.get_access_token()
    run.token_was_refused("Bearer token-1")
    first.refresh_and_set_access_token()
    run.token_was_refused("Bearer token-1")
    second.refresh_and_set_access_token()
    assert huma.tokens == 2
    assert first.get_access_token() == second.get_access_token() == "token-2"


def test_no_component_works_outside_of_a_run(config: dict[str, Any]) -> None:
    with pytest.raises(LookupError):
        HumaErrorHandler(config=config, parameters={})
