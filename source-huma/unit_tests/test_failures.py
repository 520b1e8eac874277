"""When Huma or the way to it fails: what is ridden out, when it ends, and what the administrator is told."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
import requests
from airbyte_cdk.models import AirbyteStreamStatus, FailureType
from airbyte_cdk.test.entrypoint_wrapper import EntrypointOutput

from huma_api.asking.tokens import AccessTokens

pytestmark = pytest.mark.slow
"""Each reads with the whole source."""

ATTEMPTS = 7
"""How often the source makes a request that keeps failing."""

Read = Callable[..., EntrypointOutput]

MAINTENANCE = {"status_code": 200, "text": "<html>We are back soon</html>"}
PASSING = [
    pytest.param({"status_code": 429, "headers": {"Retry-After": "7"}}, id="rate limit"),
    pytest.param({"status_code": 429}, id="rate limit that does not say how long"),
    pytest.param({"status_code": 500, "json": {"error": "Internal Server Error"}}, id="500"),
    pytest.param({"status_code": 502, "text": "<html>"}, id="502"),
    pytest.param({"status_code": 503}, id="503"),
    pytest.param({"status_code": 520}, id="520"),
    pytest.param({"status_code": 408}, id="408"),
    pytest.param(MAINTENANCE, id="maintenance page with status 200"),
    pytest.param({"text": ""}, id="empty body"),
    pytest.param({"text": '{"items": [{"id": "u1"'}, id="half a body"),
    pytest.param({"json": {"message": "ok"}}, id="somebody else's JSON"),
    pytest.param({"json": ["items", "id", "access_token"]}, id="a JSON list"),
    pytest.param({"exc": requests.exceptions.ConnectionError("reset")}, id="connection lost"),
    pytest.param({"exc": requests.exceptions.ConnectTimeout()}, id="no connection in time"),
    pytest.param({"exc": requests.exceptions.ReadTimeout()}, id="no answer in time"),
    pytest.param({"exc": requests.exceptions.ChunkedEncodingError("incomplete")}, id="answer cut off"),
]
"""What passes when one waits a little."""


def failure(output: EntrypointOutput) -> tuple[FailureType | None, str]:
    """How a sync failed: the type and the sentence of every error it reported, which must all agree."""
    [told] = {
        (message.trace.error.failure_type, message.trace.error.message)
        for message in output.errors
        if message.trace and message.trace.error
    }
    return told


@pytest.mark.parametrize("answer", PASSING)
@pytest.mark.parametrize("where", ["token", "list", "details"])
def test_what_passes_is_ridden_out(huma: Any, read: Read, answer: dict[str, Any], where: str) -> None:
    huma.add("u1", "u2")
    waiting = {"token": huma.token_answers, "list": huma.list_answers, "details": []}[where]
    huma.detail_answers["u1"] = waiting if where == "details" else []
    waiting.extend([answer, answer])
    output = read()
    assert len(output.records) == 2
    assert output.get_stream_statuses("users")[-1] is AirbyteStreamStatus.COMPLETE


@pytest.mark.parametrize("answer", PASSING)
@pytest.mark.parametrize("where", ["token", "list", "details"])
def test_what_does_not_pass_ends_the_sync_as_transient_with_advice(
    huma: Any, read: Read, answer: dict[str, Any], where: str
) -> None:
    huma.add("u1")
    forever = [answer] * 100
    if where == "token":
        huma.token_answers = forever
    elif where == "list":
        huma.list_answers = forever
    else:
        huma.detail_answers["u1"] = forever
    output = read(fails=True)
    kind, sentence = failure(output)
    assert kind is FailureType.transient_error
    assert "Try again" in sentence or "try again" in sentence
    assert not output.records
    assert 100 - len(forever) == 7
    assert output.get_stream_statuses("users")[-1] is AirbyteStreamStatus.INCOMPLETE


def in_200_seconds() -> str:
    return format_datetime(datetime.now(timezone.utc) + timedelta(seconds=200), usegmt=True)


@pytest.mark.parametrize(
    ("retry_after", "shortest", "longest"),
    [
        pytest.param(lambda: "42", 42, 43, id="seconds"),
        pytest.param(in_200_seconds, 100, 201, id="date"),
        pytest.param(lambda: "soon", 4, 9, id="neither"),
        pytest.param(lambda: "Wed, 21 Oct 2015 07:28:00 GMT", 4, 9, id="a date gone by"),
    ],
)
def test_retry_after_is_honoured(
    huma: Any, read: Read, waits: list[float], retry_after: Callable[[], str], shortest: float, longest: float
) -> None:
    huma.add("u1")
    huma.list_answers = [{"status_code": 429, "headers": {"Retry-After": retry_after()}}]
    assert len(read().records) == 1
    [wait] = waits
    assert shortest <= wait <= longest


def test_waits_without_retry_after_grow(huma: Any, read: Read, waits: list[float]) -> None:
    huma.add("u1")
    huma.list_answers = [{"status_code": 503}] * 5
    read()
    assert len(waits) == 5
    assert waits == sorted(waits)
    assert waits[-1] > 60


def test_a_wait_beyond_reason_ends_the_sync_and_says_when_to_come_back(
    huma: Any, read: Read, waits: list[float]
) -> None:
    huma.list_answers = [{"status_code": 429, "headers": {"Retry-After": "7200"}}]
    kind, sentence = failure(read(fails=True))
    assert kind is FailureType.transient_error
    assert "120 minutes" in sentence
    assert waits == []


@pytest.mark.parametrize("uses", [1, 2, 5, 100])
def test_a_token_that_expires_in_the_middle_is_replaced_once_for_all_workers(huma: Any, read: Read, uses: int) -> None:
    huma.add(*(f"u{number}" for number in range(150)))
    huma.uses_of_the_first_token = uses
    assert len(read(num_workers=32).records) == 150
    assert huma.tokens == 2


def test_tokens_that_are_good_for_a_single_request_are_replaced_as_often(huma: Any, read: Read) -> None:
    huma.add(*(f"u{number}" for number in range(20)))
    huma.uses_of_each_token = 1
    assert len(read(num_workers=1).records) == 20
    assert huma.tokens > 20


def test_a_request_that_is_refused_whatever_token_it_has_while_others_are_not_ends_as_transient(
    huma: Any, read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused_although_others_are_not(tokens: AccessTokens, authorization: str | None) -> bool:
        tokens.was_accepted(authorization)
        return was_refused(tokens, authorization)

    was_refused = AccessTokens.was_refused
    monkeypatch.setattr(AccessTokens, "was_refused", refused_although_others_are_not)
    huma.add("u1", "u2")
    huma.detail_answers["u1"] = [{"status_code": 401}] * 100
    output = read(fails=True)
    kind, sentence = failure(output)
    assert kind is FailureType.transient_error
    assert "give each connection an API key of its own" in sentence
    assert [message.record.data["id"] for message in output.records if message.record] == ["u2"]
    assert len(huma.requests("/users/u1")) == ATTEMPTS
    assert ATTEMPTS <= huma.tokens <= ATTEMPTS + 1, "one for each attempt; u2 may be read after the last one is refused"


def test_a_page_that_refuses_every_token_says_nothing_of_the_key(huma: Any, read: Read) -> None:
    huma.add("u1")
    huma.list_answers = [{"status_code": 401, "text": "<html>Log in to the network</html>"}] * 20
    kind, sentence = failure(read(fails=True))
    assert kind is FailureType.transient_error
    assert "is not Huma's API" in sentence


def test_a_new_token_that_is_refused_too_is_a_configuration_error(huma: Any, read: Read) -> None:
    huma.add("u1")
    huma.list_answers = [{"status_code": 401, "json": {"error": "invalid_token", "error_description": "x"}}] * 5
    kind, sentence = failure(read(fails=True))
    assert kind is FailureType.config_error
    assert "System settings > Open API" in sentence
    assert len(huma.requests("/users")) == 2
    assert huma.tokens == 2


@pytest.mark.parametrize(
    ("queue", "status", "kind", "part"),
    [
        pytest.param("token_answers", 401, FailureType.config_error, "client ID and client secret", id="wrong secret"),
        pytest.param("token_answers", 400, FailureType.config_error, "client ID and client secret", id="malformed id"),
        pytest.param("token_answers", 404, FailureType.config_error, "Check the API URL", id="token: wrong host"),
        pytest.param("token_answers", 307, FailureType.config_error, "Check the API URL", id="token: elsewhere"),
        pytest.param("list_answers", 403, FailureType.config_error, "no right to list users", id="no right to list"),
        pytest.param("list_answers", 404, FailureType.config_error, "Check the API URL", id="list: wrong host"),
        pytest.param("list_answers", 400, FailureType.system_error, "HTTP status 400", id="list: not understood"),
        pytest.param("u1", 403, FailureType.config_error, "no right to read the details", id="no right to read"),
        pytest.param("u1", 400, FailureType.system_error, "HTTP status 400", id="details: not understood"),
    ],
)
def test_what_waiting_cannot_help_fails_at_once_with_a_sentence_of_its_own(  # noqa: PLR0917
    huma: Any, read: Read, waits: list[float], queue: str, status: int, kind: FailureType, part: str
) -> None:
    huma.add("u1")
    answers = [{"status_code": status, "headers": {"Location": "https://elsewhere.example"}}]
    if queue == "u1":
        huma.detail_answers["u1"] = answers
    else:
        setattr(huma, queue, answers)
    told, sentence = failure(read(fails=True))
    assert told is kind
    assert part in sentence
    assert waits == []


HTML = "<html>recognisable</html>"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308, 404, 405, 407, 410, 413, 418, 451])
@pytest.mark.parametrize("location", [{}, {"Location": "https://elsewhere.example/login"}], ids=["", "elsewhere"])
@pytest.mark.parametrize("where", ["token_answers", "list_answers"])
def test_the_page_of_a_proxy_is_neither_followed_nor_waited_out_nor_taken_for_a_word_of_huma(  # noqa: PLR0917
    huma: Any,
    read: Read,
    waits: list[float],
    explained: Callable[[str], bool],
    where: str,
    location: dict[str, str],
    status: int,
) -> None:
    huma.add("u1")
    setattr(huma, where, [{"status_code": status, "headers": location, "text": HTML}] * 10)
    kind, sentence = failure(read(fails=True))
    assert kind in {FailureType.config_error, FailureType.transient_error}
    assert "Check the API URL" in sentence or "proxy" in sentence
    assert "client ID" not in sentence
    assert "maintainers" not in sentence
    assert explained(sentence)
    assert waits == []
    assert huma.hosts == {"huma.example"}


@pytest.mark.parametrize("status", [400, 401, 403])
def test_a_firewall_that_refuses_a_request_for_a_token_is_no_word_about_the_key(
    huma: Any, read: Read, status: int
) -> None:
    huma.add("u1")
    huma.token_answers = [{"status_code": status, "text": HTML}]
    assert len(read().records) == 1
    huma.token_answers = [{"status_code": status, "text": HTML}] * 100
    kind, sentence = failure(read(fails=True))
    assert kind is FailureType.transient_error
    assert "is not Huma's API" in sentence


@pytest.mark.parametrize("where", ["list", "details"])
def test_a_firewall_that_refuses_a_request_is_no_word_about_the_rights_of_the_key(
    huma: Any, read: Read, where: str
) -> None:
    huma.add("u1", "u2")
    refused = [{"status_code": 403, "text": HTML}]
    huma.list_answers = refused if where == "list" else []
    huma.detail_answers["u1"] = refused if where == "details" else []
    assert len(read().records) == 2


@pytest.mark.parametrize("body", [{"access_token": None}, {"access_token": 7}, {"access_token": ""}])
def test_an_answer_without_a_token_is_a_sentence(
    huma: Any, read: Read, explained: Callable[[str], bool], body: dict[str, Any]
) -> None:
    huma.token_answers = [{"json": body}]
    kind, sentence = failure(read(fails=True))
    assert kind is FailureType.transient_error
    assert sentence == "Huma answered without an access token. Try again later."
    assert explained(sentence)


@pytest.mark.parametrize("expires_in", ["soon", None, [], 10**15, "3600"])
def test_a_token_is_used_whatever_stands_for_its_end(huma: Any, read: Read, expires_in: Any) -> None:
    huma.add("u1")
    huma.tokens = 1
    huma.token_answers = [{"json": {"access_token": "token-1", "expires_in": expires_in}}]
    assert len(read().records) == 1
    assert huma.tokens == 1


def test_no_request_carries_what_a_netrc_file_has_for_huma(
    huma: Any, read: Read, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("default login somebody password else")
    monkeypatch.setenv("NETRC", str(netrc))
    huma.add("u1")
    assert len(read().records) == 1
    headers = [request.headers.get("Authorization") for request in huma.requests(".*")]
    assert headers == [None] + ["Bearer token-1"] * 3


DEEP = 5000


@pytest.mark.parametrize("where", ["token", "list", "details"])
def test_an_answer_nested_deeper_than_can_be_read_is_a_sentence(huma: Any, read: Read, where: str) -> None:
    huma.add("u1")
    deep = [{"text": f'{{"id": "u1", "access_token": "x", "items": {"[" * DEEP}{"]" * DEEP}}}'}] * 100
    if where == "token":
        huma.token_answers = deep
    elif where == "list":
        huma.list_answers = deep
    else:
        huma.detail_answers["u1"] = deep
    kind, sentence = failure(read(fails=True))
    assert kind is FailureType.transient_error
    assert "is not Huma's API" in sentence


@pytest.mark.parametrize("broken", [["u3"], [f"u{number}" for number in range(0, 60, 4)]], ids=["one", "every fourth"])
def test_users_whose_details_cannot_be_had_do_not_keep_the_others_from_being_read(
    huma: Any, read: Read, broken: list[str]
) -> None:
    huma.add(*(f"u{number}" for number in range(60)))
    huma.detail_answers = {user: [{"status_code": 500}] * 100 for user in broken}
    output = read(fails=True, num_workers=1)
    assert len(output.records) == 60 - len(broken)
    assert failure(output)[0] is FailureType.transient_error


def test_a_huma_that_is_down_is_given_up_on_instead_of_asking_for_everybody(huma: Any, read: Read) -> None:
    people = [f"u{number}" for number in range(200)]
    huma.add(*people)
    huma.detail_answers = {person: [{"status_code": 503}] * 100 for person in people}
    read(fails=True, num_workers=2)
    asked_for = {request.path for request in huma.requests("/users/.+")}
    assert len(asked_for) < 50


def test_a_missing_right_stops_the_asking_at_once(huma: Any, read: Read) -> None:
    people = [f"u{number}" for number in range(200)]
    huma.add(*people)
    huma.detail_answers = {person: [{"status_code": 403}] for person in people}
    read(fails=True, num_workers=2)
    assert len(huma.requests("/users/.+")) <= 2


@pytest.mark.parametrize("num_workers", [1, 3])
def test_no_more_requests_are_in_flight_than_the_administrator_allows(huma: Any, read: Read, num_workers: int) -> None:
    in_flight, most, lock = 0, 0, threading.Lock()
    send = requests.Session.send

    def counted(self: requests.Session, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        nonlocal in_flight, most
        with lock:
            in_flight += 1
            most = max(most, in_flight)
        threading.Event().wait(0.002)  # held long enough for the others to come in, were they let
        try:
            return send(self, request, **options)
        finally:
            with lock:
                in_flight -= 1

    huma.add(*(f"u{number}" for number in range(60)))
    # Put back before what answers in Huma's place is gone, or that would answer to every later test.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(requests.Session, "send", counted)
        assert len(read(num_workers=num_workers).records) == 60
    assert most <= num_workers
