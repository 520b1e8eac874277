"""Nothing the connector prints but records holds a value of a person's record or a secret, on any path."""

import json
from collections.abc import Callable
from typing import Any

import pytest
import requests
from airbyte_cdk.models import AirbyteLogMessage, AirbyteMessage, Level, Type
from airbyte_cdk.utils import AirbyteTracedException

from connector_base.protocol.concurrent_reading import BoundedSource
from huma_api.people import user_record

pytestmark = pytest.mark.slow
"""Each reads with the whole source."""

Printed = Callable[..., list[str]]

MARK = "recognisable"
PERSON = {
    "givenName": {"value": f"{MARK}-given", "editable": True},
    "familyName": {"value": f"{MARK}-family", "editable": True},
    "email": {"value": f"{MARK}@people.example", "editable": True},
    "phone": {"value": f"+47 {MARK}", "editable": True},
    "homeAddress": {"value": {"line1": f"{MARK} street"}, "editable": True},
    "custom": {"size": {"label": "Size", "value": f"{MARK}-size"}},
}
QUOTING = f'{{"errorCode": "x", "errorMessage": "{MARK} is taken", "message": "{MARK}", "error": "{MARK}"}}'
SECRETS = ("secret+of/the=key", "secret%2Bof%2Fthe%3Dkey", "token-1", "token-2", MARK)

PAGE = f"<html>{MARK}</html>"

FAILURES = [
    pytest.param({"status_code": 400, "text": QUOTING}, id="400"),
    pytest.param({"status_code": 401, "text": QUOTING}, id="401"),
    pytest.param({"status_code": 403, "text": PAGE}, id="403"),
    pytest.param({"status_code": 404, "text": PAGE}, id="404"),
    pytest.param({"status_code": 409, "text": QUOTING}, id="409"),
    pytest.param({"status_code": 429, "text": QUOTING}, id="429"),
    pytest.param({"status_code": 500, "text": QUOTING}, id="500"),
    pytest.param({"status_code": 503, "text": PAGE}, id="503"),
    pytest.param({"text": f"<html>{MARK}</html>"}, id="page"),
    pytest.param({"text": f'{{"items": [{{"id": "u1", "name": "{MARK}'}, id="half a body"),
    pytest.param({"text": f'["{MARK}"]'}, id="list"),
    pytest.param({"text": f'{{"error": "{MARK}"}}'}, id="another object"),
    pytest.param({"text": f'{{"items": "{MARK}"}}'}, id="items that are none"),
    pytest.param({"text": f'{{"items": ["{MARK}"]}}'}, id="items that are no users"),
    pytest.param({"text": f'{{"id": "{MARK}", "items": [{{"id": {{"{MARK}": 1}}}}]}}'}, id="ids that are none"),
    pytest.param({"exc": requests.exceptions.ConnectionError("reset")}, id="connection lost"),
    pytest.param({"exc": requests.exceptions.ChunkedEncodingError("cut off")}, id="cut off"),
]


def leaks(lines: list[str]) -> list[str]:
    """The printed lines that hold something recognisable and are no records."""
    return [line for line in lines if any(secret in line for secret in SECRETS) and '"type":"RECORD"' not in line]


@pytest.fixture(params=["--debug", "LOG_LEVEL=debug"])
def verbosity(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The options for all there is to print, in each of the two ways to ask for it."""
    if request.param == "--debug":
        return ["--debug"]
    monkeypatch.setenv("LOG_LEVEL", "debug")
    return []


@pytest.mark.parametrize("answer", FAILURES)
@pytest.mark.parametrize("where", ["token", "list", "details"])
def test_no_failure_prints_a_value_or_a_secret(
    huma: Any, printed: Printed, monkeypatch: pytest.MonkeyPatch, where: str, answer: dict[str, Any]
) -> None:
    monkeypatch.setenv("LOG_LEVEL", "debug")  # as well as --debug: all there is to print, however it is asked for
    huma.add("u1", "u2", **PERSON)
    waiting = [answer] * 20  # more than are ever asked for
    if where == "token":
        huma.token_answers = waiting
    elif where == "list":
        huma.list_answers = waiting
    else:
        huma.detail_answers["u1"] = waiting
    lines = printed("read", "--debug")
    assert lines
    assert leaks(lines) == []


def test_a_sync_that_succeeds_prints_values_in_records_only(huma: Any, printed: Printed, verbosity: list[str]) -> None:
    huma.add("u1", **PERSON)
    huma.uses_of_the_first_token = 2
    huma.add("u2", employmentPercentage={"value": MARK}, **PERSON)
    lines = printed("read", *verbosity)
    assert sum('"type":"RECORD"' in line for line in lines) == 2
    assert leaks(lines) == []


def test_who_is_left_out_of_the_people_named_is_told_without_a_value(
    huma: Any, printed: Printed, verbosity: list[str]
) -> None:
    people = [f"00000000-0000-4000-8000-00000000000{digit}" for digit in "abcde"]
    read, hidden, stranger, key, forbidden = people
    membership = {"value": [{"id": read, "name": MARK}], "editable": False}
    huma.add(read, companies=membership, **PERSON)
    huma.add(hidden, companies={"value": MARK}, **PERSON)
    huma.add(stranger, companies={"value": [], "editable": False}, **PERSON)
    huma.add(key, type="service_user", **PERSON)
    huma.detail_answers[forbidden] = [{"status_code": 403, "json": {"error_description": MARK}}]
    lines = printed("read", *verbosity, user_ids=people, company_ids=[read])
    assert [json.loads(line)["record"]["data"]["id"] for line in lines if '"type":"RECORD"' in line] == [read]
    assert all(any(user in line and "left out" in line for line in lines) for user in people[1:])
    assert leaks(lines) == []


def test_check_prints_no_value(huma: Any, printed: Printed, verbosity: list[str]) -> None:
    huma.add("u1", **PERSON)
    assert leaks(printed("check", *verbosity)) == []


def test_an_error_nobody_foresaw_is_reported_without_the_values_in_it(
    huma: Any, printed: Printed, monkeypatch: pytest.MonkeyPatch, verbosity: list[str]
) -> None:
    def fail(*_: Any) -> None:
        raise ValueError(f"cannot handle {MARK}\n  File {MARK}") from KeyError(MARK)

    monkeypatch.setattr(user_record._RecordInTheMaking, "put_custom", fail)
    huma.add("u1", **PERSON)
    lines = printed("read", *verbosity)
    assert leaks(lines) == []
    errors = [message["trace"]["error"] for message in map(json.loads, lines) if "error" in message.get("trace", {})]
    assert {error["failure_type"] for error in errors} == {"system_error"}
    assert all("ValueError" in error["message"] for error in errors)
    assert all("user_record.py" in error["internal_message"] for error in errors)


def test_an_error_outside_of_any_stream_is_reported_without_the_values_in_it(
    printed: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise ValueError(MARK)

    monkeypatch.setattr("source_huma.source.SourceHuma.discover", fail)
    lines = printed("discover")
    assert leaks(lines) == []
    assert '"failure_type":"system_error"' in lines[-1]
    assert "ValueError" in lines[-1]


def test_a_file_that_is_no_configuration_is_not_quoted(printed: Printed, tmp_path: Any) -> None:
    broken = tmp_path / "broken.json"
    broken.write_text(f'{{"client_secret": "{MARK}"', encoding="utf-8")
    assert leaks(printed("check", "--config", str(broken))) == []


@pytest.mark.parametrize(
    ("answer", "happened"),
    [
        pytest.param({"status_code": 503}, "it answered with HTTP status 503", id="503"),
        pytest.param(
            {"status_code": 429, "headers": {"Retry-After": "30"}}, "it answered with HTTP status 429", id="429"
        ),
        pytest.param({"text": "<html>"}, "it answered with HTTP status 200", id="not JSON"),
        pytest.param(
            {"exc": requests.exceptions.ConnectionError("reset")},
            "the connection to huma.example was lost",
            id="connection lost",
        ),
        pytest.param(
            {"exc": requests.exceptions.ReadTimeout()}, "huma.example did not answer in time", id="no answer in time"
        ),
    ],
)
def test_no_line_takes_any_failure_for_a_rate_limit(
    huma: Any, printed: Printed, answer: dict[str, Any], happened: str
) -> None:
    huma.add("u1")
    huma.list_answers = [answer]
    lines = printed("read")
    [waiting] = [line for line in lines if "Waiting " in line]
    assert f"Huma, which did not give what it was asked for: {happened}. Then it is asked again." in waiting
    assert not [line for line in lines if "Rate limit" in line or "Backoff" in line]


def test_an_error_in_the_words_of_the_cdk_is_told_by_its_type(
    huma: Any, printed: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise AirbyteTracedException(MARK, f"It said {MARK}")

    monkeypatch.setattr(user_record._RecordInTheMaking, "put_custom", fail)
    huma.add("u1", **PERSON)
    lines = printed("read")
    assert leaks(lines) == []
    assert "failed unexpectedly (AirbyteTracedException)" in lines[-1]


def test_what_the_cdk_logs_in_messages_of_its_own_stays_behind(
    printed: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = AirbyteMessage(type=Type.LOG, log=AirbyteLogMessage(level=Level.INFO, message=MARK))

    def read_and_say(source: BoundedSource, _: Any) -> Any:
        yield said
        source._message_repository.emit_message(said)

    monkeypatch.setattr(BoundedSource, "read", read_and_say)
    assert leaks(printed("read")) == []


@pytest.mark.parametrize("verb", ["check", "read"])
def test_a_host_that_cannot_be_reached_is_one_sentence_and_no_trace(huma: Any, printed: Printed, verb: str) -> None:
    huma.token_answers = [{"exc": requests.exceptions.ConnectTimeout(MARK)}] * 99
    lines = [json.loads(line) for line in printed(verb)]
    logs = [line["log"] for line in lines if line["type"] == "LOG"]
    assert [log for log in logs if not log["message"].startswith("Waiting ")] == []
    told = [line["connectionStatus"]["message"] for line in lines if line["type"] == "CONNECTION_STATUS"]
    errors = [line["trace"]["error"] for line in lines if line["type"] == "TRACE" and line["trace"]["type"] == "ERROR"]
    told += [error["message"] for error in errors]
    [sentence] = set(told)
    assert sentence == (
        "Huma cannot be reached at https://huma.example: no connection to huma.example came about in time. Check the "
        "API URL (api_url), and whether a firewall or a proxy stops what comes from here; then try again."
    )
    assert not any("File " in error["internal_message"] for error in errors)
    assert not any("Traceback" in error.get("stack_trace", "") for error in errors)
