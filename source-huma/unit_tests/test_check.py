"""`check`: a token and a list of users are all it takes, and each thing that can be wrong has its sentence."""

import logging
from collections.abc import Callable
from typing import Any

import pytest
import requests
from airbyte_cdk.models import Status

from source_huma import SourceHuma

Check = Callable[[], tuple[Status, str | None]]


@pytest.fixture
def check(config: dict[str, Any]) -> Check:
    def check_connection() -> tuple[Status, str | None]:
        result = SourceHuma(config).check(logging.getLogger("airbyte"), config)
        return result.status, result.message

    return check_connection


@pytest.mark.parametrize("users", [0, 1, 120])
def test_check_succeeds_in_a_few_requests_however_many_people_there_are(huma: Any, check: Check, users: int) -> None:
    huma.add(*(f"u{number}" for number in range(users)))
    assert check() == (Status.SUCCEEDED, None)
    assert len(huma.requests(".*")) <= 4


@pytest.mark.parametrize(
    ("queue", "answer", "part"),
    [
        ("token_answers", {"status_code": 401}, "client ID and client secret"),
        ("token_answers", {"status_code": 404, "text": "<html>"}, "Check the API URL"),
        ("token_answers", {"text": "<html>Welcome</html>"}, "check the API URL"),
        ("token_answers", {"exc": requests.exceptions.ConnectionError("no such host")}, "cannot be reached"),
        ("token_answers", {"exc": requests.exceptions.SSLError("self-signed")}, "certificate"),
        ("list_answers", {"status_code": 403}, "no right to list users"),
        ("list_answers", {"status_code": 401}, "still active"),
        ("list_answers", {"status_code": 503}, "maintenance"),
        ("list_answers", {"status_code": 429}, "limiting"),
    ],
)
def test_check_says_what_is_wrong_and_nothing_else(
    huma: Any, check: Check, queue: str, answer: dict[str, Any], part: str
) -> None:
    setattr(huma, queue, [answer] * 100)
    status, sentence = check()
    assert status is Status.FAILED
    assert sentence
    assert part in sentence
    assert sentence[0].isupper()
    assert sentence.endswith(".")


@pytest.mark.parametrize("retry_after", [{}, {"Retry-After": "10"}, {"Retry-After": "120"}])
def test_check_does_not_keep_somebody_waiting_for_minutes(
    huma: Any, check: Check, waits: list[float], retry_after: dict[str, str]
) -> None:
    huma.token_answers = [{"status_code": 503, "headers": retry_after}] * 100
    assert check()[0] is Status.FAILED
    assert sum(waits) < 30
