"""One access token for the run, replaced once when Huma refuses it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests_mock

from huma_api.asking.answers import HumaErrorHandler
from huma_api.asking.authenticator import HumaAuthenticator
from huma_api.asking.sync_run import SyncRun
from huma_api.asking.tokens import LONG_AGO, AccessToken

API = "https://huma.example"


@dataclass
class TokenEndpoint:
    """Gives one token after the other.

    Attributes:
        tokens: How many were given.
    """

    tokens: int = 0

    def answer(self, *_: Any) -> dict[str, Any]:
        self.tokens += 1
        return {"access_token": f"token-{self.tokens}", "token_type": "Bearer", "expires_in": 3600}


@pytest.fixture
def huma() -> Iterator[TokenEndpoint]:
    endpoint = TokenEndpoint()
    with requests_mock.Mocker() as mocker:
        mocker.post(f"{API}/auth/oauth/token", json=endpoint.answer)
        yield endpoint


@pytest.fixture
def config() -> dict[str, Any]:
    return {"api_url": API, "client_id": "the-id", "client_secret": "the-secret"}


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
        )


def test_the_streams_of_a_run_share_one_token(huma: TokenEndpoint, config: dict[str, Any], run: SyncRun) -> None:
    headers = [authenticator(run, config).get_auth_header() for _ in range(2)]
    assert headers == [{"Authorization": "Bearer token-1"}] * 2
    assert huma.tokens == 1


def test_workers_that_were_refused_at_once_replace_the_token_once(
    huma: TokenEndpoint, config: dict[str, Any], run: SyncRun
) -> None:
    first, second = authenticator(run, config), authenticator(run, config)
    first.get_access_token()
    run.tokens.was_refused("Bearer token-1")
    first.refresh_and_set_access_token()
    run.tokens.was_refused("Bearer token-1")
    second.refresh_and_set_access_token()
    assert huma.tokens == 2
    assert first.get_access_token() == second.get_access_token() == "token-2"


def given(run: SyncRun, *tokens: str) -> None:
    """Huma gives one token after the other."""
    for token in tokens:
        run.tokens.keep(AccessToken(token, LONG_AGO))


def test_a_token_that_was_accepted_before_may_be_refused_any_number_of_times(run: SyncRun) -> None:
    for token in ("one", "two", "three"):
        given(run, token)
        run.tokens.was_accepted(f"Bearer {token}")
        assert run.tokens.was_refused(f"Bearer {token}")


def test_two_tokens_in_a_row_that_were_never_accepted_are_one_too_many(run: SyncRun) -> None:
    given(run, "one")
    assert run.tokens.was_refused("Bearer one")
    given(run, "two")
    assert not run.tokens.was_refused("Bearer two")


def test_a_token_that_is_refused_to_all_workers_at_once_counts_once(run: SyncRun) -> None:
    given(run, "one")
    assert [run.tokens.was_refused("Bearer one") for _ in range(8)] == [True] * 8
    given(run, "two")
    assert [run.tokens.was_refused("Bearer one") for _ in range(8)] == [True] * 8
    run.tokens.was_accepted("Bearer two")
    assert run.tokens.was_refused("Bearer two")


def test_an_answer_that_comes_late_shows_that_its_token_was_accepted(run: SyncRun) -> None:
    given(run, "one")
    assert run.tokens.was_refused("Bearer one")
    given(run, "two")
    run.tokens.was_accepted("Bearer one")
    assert run.tokens.was_refused("Bearer two")


def test_the_same_dead_token_given_again_is_one_that_was_never_accepted(run: SyncRun) -> None:
    given(run, "one")
    run.tokens.was_accepted("Bearer one")
    assert run.tokens.was_refused("Bearer one")
    given(run, "one")
    assert run.tokens.was_refused("Bearer one")
    given(run, "one")
    assert not run.tokens.was_refused("Bearer one")


def test_what_was_asked_without_a_token_says_nothing_of_any(run: SyncRun) -> None:
    given(run, "one")
    run.tokens.was_accepted(None)
    assert run.tokens.was_refused(None)
    assert run.tokens.was_refused("Bearer one")
    given(run, "two")
    assert not run.tokens.was_refused("Bearer two")


def test_no_component_works_outside_of_a_run(config: dict[str, Any]) -> None:
    with pytest.raises(LookupError):
        HumaErrorHandler(config=config, parameters={})
