"""Which words of the CDK's HTTP client are ours: those the error handler gave it, and no others."""

import logging
import re

import pytest
import requests
from airbyte_cdk.models import FailureType
from airbyte_cdk.sources.streams.http import HttpClient
from airbyte_cdk.sources.streams.http.error_handlers import ErrorResolution, ResponseAction
from airbyte_cdk.sources.streams.http.exceptions import DefaultBackoffException
from airbyte_cdk.utils import AirbyteTracedException

from connector_base.failures import config_error
from huma_api.asking.answers import HumaBackoff
from huma_api.asking.failures import explained
from huma_api.asking.sync_run import SyncRun

MARK = "recognisable"


def raised_by_the_client(sentence: str | None) -> AirbyteTracedException:
    """What the CDK's client raises for an answer that quotes, resolved with this sentence or none."""
    response = requests.Response()
    response.status_code, response._content = 400, MARK.encode()
    request = requests.Request("GET", "https://huma.example/users").prepare()
    resolution = ErrorResolution(ResponseAction.FAIL, FailureType.config_error, sentence)
    with pytest.raises(AirbyteTracedException) as raised:
        HttpClient("users", logging.getLogger("airbyte"))._handle_error_resolution(response, None, request, resolution)
    return raised.value


def test_the_sentence_of_the_error_handler_is_kept_whole() -> None:
    error = explained(raised_by_the_client("Response (body): check it."))
    assert (error.message, error.failure_type) == ("Response (body): check it.", FailureType.config_error)
    assert MARK not in str(error.as_airbyte_message())


def test_what_the_cdk_says_where_there_is_no_sentence_is_left_out() -> None:
    error = explained(raised_by_the_client(None))
    assert "failed unexpectedly (AirbyteTracedException)" in str(error)
    assert MARK not in str(error.as_airbyte_message())


def test_the_sentence_is_found_again_when_the_retries_are_used_up() -> None:
    cause = DefaultBackoffException(requests.PreparedRequest(), None, "Run it later.", FailureType.transient_error)
    error = AirbyteTracedException(MARK, f"Exhausted: {MARK}")
    error.__context__ = cause
    assert explained(error).message == "Run it later."
    assert explained(error).failure_type is FailureType.transient_error


def test_what_is_ours_already_stays_as_it_is() -> None:
    ours = config_error("It is ours.")
    assert explained(ours) is ours


def test_a_wait_is_told_of_unless_nothing_follows_it(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    backoff = HumaBackoff({"api_url": "https://huma.example"}, SyncRun(max_retries=2, longest_wait=10))
    waits = [backoff.backoff_time(requests.ConnectionError(MARK), attempt) for attempt in (1, 2, 3)]
    assert all(waits)
    lines = [record.getMessage() for record in caplog.records]
    assert len(lines) == 2
    assert all(
        re.fullmatch(
            r"Waiting \d+ seconds for Huma, which did not give what it was asked for: the connection to huma.example "
            r"was lost. Then it is asked again.",
            line,
        )
        for line in lines
    )
    assert all(record.name.startswith("airbyte.huma_api.") for record in caplog.records)
