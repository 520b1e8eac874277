"""One request at a time, waited for where waiting helps, ended with a sentence where it does not."""

import json
from itertools import count
from typing import Any

import pytest
import requests
from airbyte_cdk.models import FailureType
from airbyte_cdk.sources.streams.call_rate import CallRateLimitHit
from airbyte_cdk.utils.traced_exception import AirbyteTracedException
from requests_mock import Mocker
from urllib3.exceptions import MaxRetryError, NewConnectionError

from xledger_api.language.operations import Call, Operation, mutation, query
from xledger_api.language.schema import written_down
from xledger_api.sending.client import (
    BEFORE_JUDGING,
    AnswerLostError,
    HeldBackError,
    RefusedError,
    TooSlowError,
    XledgerClient,
)

from .conftest import TOKEN, URL

SHOWN = (("edges", "node", "dbId"), ("edges", "node", "contact", "dbId"))


def reading(codes: list[str]) -> Operation:
    return query(written_down(), Call("employees", SHOWN, {"filter": {"code_in": codes}}))


def writing(root: str, *inputs: str) -> Operation:
    return mutation(written_down(), Call(root, SHOWN, {"inputs": list(inputs)}))


READ = reading(["1"])
ADD = writing("addEmployees", "Kari")
UPDATE = writing("updateContacts", "Kari")

DONE = {"json": {"data": {"employees": {"edges": None}}}}


def failing(message: str, code: str | None = None, **extensions: Any) -> dict[str, Any]:
    error: dict[str, Any] = {"message": message, "extensions": extensions}
    if code:
        error["code"] = code
    return {"json": {"errors": [error], "data": None}}


BURST = failing("Burst rate limit reached", "BAD_REQUEST.BURST_RATE_LIMIT_REACHED")
CONCURRENCY = failing("Concurrency limit reached", "BAD_REQUEST.CONCURRENCY_LIMIT_REACHED")
CREDITS = "BAD_REQUEST.INSUFFICIENT_CREDITS"
MAINTENANCE = {"text": "<html>Maintenance</html>", "status_code": 503}


def test_a_request_carries_the_token_the_query_and_the_variables(client: XledgerClient, requests_mock: Mocker) -> None:
    requests_mock.post(URL, **DONE)
    client.send(READ)
    request = requests_mock.last_request
    assert request is not None
    assert request.headers["Authorization"] == f"token {TOKEN}"
    assert request.json() == {"query": READ.text, "variables": {"filter": {"code_in": ["1"]}}}
    assert request.timeout == (10.0, 300.0)


def test_a_netrc_file_does_not_replace_the_token(
    client: XledgerClient, requests_mock: Mocker, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine xledger.test login somebody password else")
    monkeypatch.setenv("NETRC", str(netrc))
    requests_mock.post(URL, **DONE)
    client.send(READ)
    assert requests_mock.request_history[0].headers["Authorization"] == f"token {TOKEN}"


def test_a_redirect_is_not_followed_with_payroll_data(client: XledgerClient, requests_mock: Mocker) -> None:
    requests_mock.post(URL, status_code=307, headers={"Location": "https://elsewhere.test/"})
    elsewhere = requests_mock.post("https://elsewhere.test/", **DONE)
    with pytest.raises(AirbyteTracedException, match="does not answer like Xledger"):
        client.send(READ)
    assert not elsewhere.called


@pytest.mark.parametrize(
    ("answer", "least", "most"),
    [(BURST, 5.0, 6.25), (CONCURRENCY, 1.0, 1.25), ({"status_code": 502}, 2.0, 2.5), (MAINTENANCE, 2.0, 2.5)],
)
def test_what_passes_is_waited_out(
    answer: dict[str, Any],
    least: float,
    most: float,
    client: XledgerClient,
    slept: list[float],
    requests_mock: Mocker,
) -> None:
    requests_mock.post(URL, [answer, DONE])
    client.send(READ)
    assert len(slept) == 1
    assert least <= slept[0] <= most
    assert client.traffic.retries == 1
    assert client.traffic.requests == 2


@pytest.mark.parametrize("answer", [{"text": "Down until nine"}, {"status_code": 404}, {"status_code": 302}])
def test_whatever_an_address_answers_that_was_the_api_a_moment_ago_is_waited_out(
    answer: dict[str, Any], client: XledgerClient, slept: list[float], requests_mock: Mocker
) -> None:
    requests_mock.post(URL, [DONE, answer, DONE])
    client.send(READ)
    client.send(READ)
    assert len(slept) == 1


@pytest.mark.parametrize(
    "error", [requests.ConnectionError, requests.ReadTimeout, requests.exceptions.ChunkedEncodingError]
)
def test_a_dropped_connection_is_tried_again_when_nothing_can_be_doubled(
    error: type[Exception], client: XledgerClient, requests_mock: Mocker
) -> None:
    requests_mock.post(URL, [{"exc": error}, DONE])
    assert client.send(UPDATE) == {"employees": {"edges": None}}


def test_pauses_grow_during_maintenance_and_end_within_bounds(
    client: XledgerClient, slept: list[float], requests_mock: Mocker
) -> None:
    requests_mock.post(URL, **MAINTENANCE)
    with pytest.raises(AirbyteTracedException, match="try again in an hour") as raised:
        client.send(READ)
    assert raised.value.failure_type is FailureType.transient_error
    assert slept[0] < slept[1] < slept[2]
    assert 12 * 60 < sum(slept) <= 15 * 60


def test_waiting_for_answers_counts_as_waiting(
    client: XledgerClient, slept: list[float], requests_mock: Mocker, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = count(step=300)
    requests_mock.post(URL, exc=requests.ReadTimeout)
    with monkeypatch.context() as clock:
        clock.setattr("tenacity.time.monotonic", lambda: next(seconds))
        with pytest.raises(AirbyteTracedException, match=r"did not answer in time\. Try again later"):
            client.send(READ)
    assert len(slept) <= 3


@pytest.mark.parametrize("limit", [BURST, CONCURRENCY])
def test_limits_that_others_use_up_are_not_told_as_a_wrong_address(
    limit: dict[str, Any], client: XledgerClient, slept: list[float], requests_mock: Mocker
) -> None:
    requests_mock.post(URL, **limit)
    with pytest.raises(AirbyteTracedException, match="Something else uses the same subscription") as raised:
        client.send(READ)
    assert raised.value.failure_type is FailureType.transient_error
    assert "api_url" not in str(raised.value)
    assert 90 < sum(slept) <= 120


def test_an_answer_is_utf_8_whatever_its_header_says(client: XledgerClient, requests_mock: Mocker) -> None:
    body = json.dumps({"data": {"name": "Åse"}}, ensure_ascii=False).encode()
    requests_mock.post(URL, content=body, headers={"Content-Type": "text/plain"})
    assert client.send(READ) == {"name": "Åse"}


def test_credits_that_come_back_soon_are_waited_for(
    client: XledgerClient, slept: list[float], requests_mock: Mocker
) -> None:
    requests_mock.post(URL, [failing("No credits", CREDITS, resetAt="2026-01-15T12:05:00Z"), DONE])
    client.send(READ)
    assert len(slept) == 1
    assert 300 <= slept[0] <= 305


def test_credits_are_waited_for_for_ten_minutes_and_no_longer(
    client: XledgerClient, slept: list[float], requests_mock: Mocker
) -> None:
    requests_mock.post(URL, [failing("No credits", CREDITS, resetAt="2026-01-15T12:09:00Z"), DONE])
    client.send(READ)
    assert 540 <= sum(slept) <= 545
    requests_mock.post(URL, [failing("No credits", CREDITS, resetAt="2026-01-15T12:11:00Z"), DONE])
    with pytest.raises(AirbyteTracedException, match="come back on 15 January 2026 at 12:11 UTC"):
        client.send(READ)
    assert sum(slept) <= 545


def test_credits_of_which_xledger_does_not_tell_when_they_come_back_are_waited_for_for_ten_minutes(
    client: XledgerClient, slept: list[float], requests_mock: Mocker
) -> None:
    requests_mock.post(URL, **failing("No credits", CREDITS))
    with pytest.raises(AirbyteTracedException, match="credits of the Xledger subscription"):
        client.send(READ)
    assert 8 * 60 <= sum(slept) <= 10 * 60


def test_credits_that_should_be_back_by_now_are_not_asked_for_in_haste(
    client: XledgerClient, slept: list[float], requests_mock: Mocker
) -> None:
    requests_mock.post(URL, [failing("No credits", CREDITS, resetAt="2026-01-15T11:59:00Z"), DONE])
    client.send(READ)
    assert 5 <= slept[0] <= 10


def test_credits_that_come_back_late_end_the_sync_with_the_time(
    client: XledgerClient, slept: list[float], requests_mock: Mocker
) -> None:
    requests_mock.post(URL, **failing("No credits", CREDITS, resetAt="2026-02-01T00:00:00+00:00"))
    with pytest.raises(AirbyteTracedException, match="come back on 1 February 2026 at 00:00 UTC") as raised:
        client.send(READ)
    assert raised.value.failure_type is FailureType.transient_error
    assert slept == []


@pytest.mark.parametrize(
    ("answer", "failure_type", "sentence"),
    [
        (failing("Bad format for API Token x"), FailureType.config_error, "Make a new one in Xledger"),
        ({"status_code": 401}, FailureType.config_error, "does not accept the API token"),
        ({"text": "welcome"}, FailureType.config_error, "Check it; the usual one is"),
        (
            failing("Cannot query field `trialTo` on type `Employee`"),
            FailureType.system_error,
            "field `trialTo` on type `Employee`",
        ),
        (
            {**failing("Cannot query field `trialTo` on type `Employee`"), "status_code": 400},
            FailureType.system_error,
            "field `trialTo` on type `Employee`",
        ),
        (
            failing("Argument `first` has the wrong type", code="ARGUMENTS_OF_CORRECT_TYPE"),
            FailureType.system_error,
            "does not have what this connector uses in employees",
        ),
        (failing("Error parsing query: Unterminated string"), FailureType.system_error, "Error parsing query"),
        ({"status_code": 407, "text": "<html>"}, FailureType.config_error, "user and a password in HTTPS_PROXY"),
        ({"status_code": 301, "text": "<html>"}, FailureType.config_error, r"GraphQL API \(HTTP 301\)"),
        ({"status_code": 405, "text": "<html>"}, FailureType.config_error, r"GraphQL API \(HTTP 405\)"),
        ({"exc": requests.exceptions.InvalidURL}, FailureType.config_error, "does not answer like Xledger"),
        (
            {"exc": requests.exceptions.ProxyError("Tunnel connection failed: 407 Proxy Authentication Required")},
            FailureType.config_error,
            "user and a password in HTTPS_PROXY",
        ),
    ],
)
def test_what_does_not_pass_ends_the_sync_with_a_sentence_to_act_on(
    answer: dict[str, Any],
    failure_type: FailureType,
    sentence: str,
    client: XledgerClient,
    slept: list[float],
    requests_mock: Mocker,
) -> None:
    requests_mock.post(URL, **answer)
    with pytest.raises(AirbyteTracedException, match=sentence) as raised:
        client.send(READ)
    assert raised.value.failure_type is failure_type
    assert slept == []


@pytest.mark.parametrize(
    "answer",
    [
        failing("x", INVALID="1"),
        failing("x", code="INVALID_VALUE"),
        failing("subledger.code: No value matching owner 42365431, code 'P123456'."),
        {**failing("x", code="INVALID_VALUE"), "status_code": 400},
        failing("odd"),
    ],
)
def test_a_refused_mutation_is_for_the_batch_to_sort_out(
    answer: dict[str, Any], client: XledgerClient, requests_mock: Mocker
) -> None:
    requests_mock.post(URL, **answer)
    with pytest.raises(RefusedError):
        client.send(UPDATE)


@pytest.mark.parametrize(
    "answer", [failing("odd"), failing("Access denied"), failing("x", code="INVALID_VALUE"), {"status_code": 403}]
)
def test_a_refused_look_up_is_for_whoever_knows_what_was_asked_for(
    answer: dict[str, Any], client: XledgerClient, requests_mock: Mocker
) -> None:
    requests_mock.post(URL, **answer)
    with pytest.raises(RefusedError):
        client.send(READ)


@pytest.mark.parametrize("operation", [READ, UPDATE])
def test_what_is_refused_in_unknown_words_is_sent_once_more_where_that_is_wanted(
    operation: Operation, client: XledgerClient, slept: list[float], requests_mock: Mocker
) -> None:
    requests_mock.post(URL, [failing("Transaction was deadlocked"), DONE])
    client.send(operation, again=True)
    assert slept == [BEFORE_JUDGING]
    requests_mock.post(URL, [failing("Transaction was deadlocked"), failing("Still"), DONE])
    with pytest.raises(RefusedError, match="Xledger refused the request"):
        client.send(operation, again=True)
    assert len(slept) == 2


@pytest.mark.parametrize(("operation", "words"), [(ADD, "Deadlock"), (UPDATE, "INVALID_VALUE")])
def test_neither_an_addition_nor_what_is_refused_in_known_words_is_sent_once_more(
    operation: Operation, words: str, client: XledgerClient, slept: list[float], requests_mock: Mocker
) -> None:
    requests_mock.post(URL, **failing(words, code=words))
    with pytest.raises(RefusedError):
        client.send(operation, again=True)
    assert (slept, requests_mock.call_count) == ([], 1)


@pytest.mark.parametrize("operation", [ADD, UPDATE])
@pytest.mark.parametrize("status", [400, 403, 406, 413, 422])
def test_a_mutation_that_what_is_on_the_way_dislikes_is_for_the_batch_to_sort_out(
    status: int, operation: Operation, client: XledgerClient, slept: list[float], requests_mock: Mocker
) -> None:
    requests_mock.post(URL, [DONE, {"status_code": status, "text": "<html>No</html>"}])
    client.send(READ)
    with pytest.raises(RefusedError, match=f"HTTP {status}"):
        client.send(operation)
    assert slept == []


@pytest.mark.parametrize("status", [403, 406])
def test_that_a_schema_is_told_does_not_say_that_anything_else_is_let_through(
    status: int, client: XledgerClient, requests_mock: Mocker
) -> None:
    requests_mock.post(URL, [DONE, {"status_code": status}])
    client.ask(query(written_down(), Call("__schema", (("queryType",),))))
    with pytest.raises(AirbyteTracedException, match="does not let requests through"):
        client.send(UPDATE)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_an_answer_is_read_in_every_encoding_of_json(
    encoding: str, client: XledgerClient, requests_mock: Mocker
) -> None:
    requests_mock.post(URL, content='{"data": {"name": "Åse"}}'.encode(encoding))
    assert client.send(READ) == {"name": "Åse"}


@pytest.mark.parametrize("operation", [READ, UPDATE])
def test_a_request_that_is_too_slow_is_for_a_smaller_batch(
    operation: Any, client: XledgerClient, requests_mock: Mocker
) -> None:
    requests_mock.post(URL, **failing("Your query timed out."))
    with pytest.raises(TooSlowError):
        client.send(operation)


@pytest.mark.parametrize(("took", "age"), [(0.0, 0.0), (15.0, 0.0), (300.0, 284.5)])
def test_how_long_ago_an_addition_was_sent_is_never_told_too_high(
    took: float, age: float, client: XledgerClient, requests_mock: Mocker
) -> None:
    clock = [1000.0]

    def answer(_request: Any, context: Any) -> str:
        clock[0] += took
        context.status_code = 504
        return "<html>Gateway Time-out</html>"

    client.clock = lambda: clock[0]
    requests_mock.post(URL, text=answer)
    with pytest.raises(AnswerLostError) as raised:
        client.send(ADD)
    assert raised.value.failure.age == age


@pytest.mark.parametrize(("within", "attempts"), [(3, 1), (30, 5), (60, 10)])
def test_what_is_kept_back_for_longer_than_it_is_right_is_not_sent_any_more(
    within: float, attempts: int, client: XledgerClient, requests_mock: Mocker, slept: list[float]
) -> None:
    client.clock = lambda: sum(slept)
    requests_mock.post(URL, **BURST)
    with pytest.raises(HeldBackError):
        client.send(ADD, within=within)
    assert sum(slept[:-1]) <= within, "after the last pause it is for whoever sends it to look first"
    assert attempts <= requests_mock.call_count <= attempts + 2


def test_waiting_before_an_addition_was_sent_does_not_make_it_older(
    client: XledgerClient, requests_mock: Mocker
) -> None:
    clock = [1000.0]

    def wait(seconds: float) -> None:
        clock[0] += seconds

    client.clock, client.sleep = (lambda: clock[0]), wait
    requests_mock.post(URL, [*[BURST] * 10, MAINTENANCE])
    with pytest.raises(AnswerLostError) as raised:
        client.send(ADD)
    assert clock[0] > 1050
    assert raised.value.failure.age == 0


@pytest.mark.parametrize(
    "answer",
    [
        {"exc": requests.ReadTimeout},
        {"exc": requests.ConnectionError},
        {"exc": requests.exceptions.ChunkedEncodingError},
        {"status_code": 502},
        MAINTENANCE,
        failing("Your query timed out."),
    ],
)
def test_an_addition_whose_answer_got_lost_is_not_repeated_blindly(
    answer: dict[str, Any], client: XledgerClient, requests_mock: Mocker
) -> None:
    requests_mock.post(URL, **answer)
    with pytest.raises(AnswerLostError):
        client.send(ADD)
    assert requests_mock.call_count == 1


@pytest.mark.parametrize(
    "answer",
    [
        BURST,
        CONCURRENCY,
        {"exc": requests.ConnectTimeout},
        {"exc": requests.ConnectionError(MaxRetryError(None, "/", NewConnectionError(None, "refused")))},  # type: ignore[arg-type]
    ],
)
def test_an_addition_that_cannot_have_been_carried_out_is_repeated(
    answer: dict[str, Any], client: XledgerClient, requests_mock: Mocker
) -> None:
    requests_mock.post(URL, [answer, DONE])
    client.send(ADD)
    assert requests_mock.call_count == 2


def test_traffic_counts_every_request_and_the_bytes_that_travelled(
    client: XledgerClient, requests_mock: Mocker
) -> None:
    requests_mock.post(URL, [BURST, {**DONE, "headers": {"Content-Length": "33"}}])
    client.send(reading(["å"]))
    sent = len(requests_mock.request_history[0].body)
    received = len(json.dumps(BURST["json"])) + 33
    assert client.traffic.requests == 2
    assert client.traffic.bytes_sent == 2 * sent
    assert client.traffic.bytes_received == received


def test_no_more_than_twenty_requests_leave_in_five_seconds() -> None:
    budget = XledgerClient(URL, TOKEN).budget
    for _ in range(20):
        budget.acquire_call(requests.Request("POST", URL), block=False)
    with pytest.raises(CallRateLimitHit) as hit:
        budget.acquire_call(requests.Request("POST", URL), block=False)
    assert hit.value.time_to_wait.total_seconds() > 5


def test_runs_that_follow_one_another_share_the_limit() -> None:
    first = XledgerClient(URL, TOKEN)
    second = first.for_another_run()
    for client in (first, second) * 10:
        client.budget.acquire_call(requests.Request("POST", URL), block=False)
    for client in (second, second.for_another_run()):
        with pytest.raises(CallRateLimitHit):
            client.budget.acquire_call(requests.Request("POST", URL), block=False)


def test_each_run_counts_its_own_traffic_and_knows_what_the_one_before_has_seen(
    client: XledgerClient, requests_mock: Mocker, slept: list[float]
) -> None:
    requests_mock.post(URL, [DONE, {"text": "<html>Maintenance</html>", "status_code": 404}, DONE])
    client.send(READ)
    another = client.for_another_run()
    another.send(READ)
    assert (client.traffic.requests, another.traffic.requests) == (1, 2)
    assert len(slept) == 1, "an address that was the API a moment ago is waited for"


def test_what_must_not_be_carried_out_twice_is_told_each_time_before_it_is_sent(
    client: XledgerClient, requests_mock: Mocker
) -> None:
    sent_before: list[int] = []
    client.before_once = lambda: sent_before.append(requests_mock.call_count)
    requests_mock.post(URL, [DONE, DONE, BURST, DONE])
    for operation in (READ, UPDATE, ADD):
        client.for_another_run().send(operation)
    assert sent_before == [2, 3]


def test_what_cannot_be_told_is_not_sent(client: XledgerClient, requests_mock: Mocker) -> None:
    def refuse() -> None:
        raise PermissionError

    client.before_once = refuse
    with pytest.raises(PermissionError):
        client.send(ADD)
    assert requests_mock.call_count == 0


def test_the_token_does_not_show_when_a_client_is_printed(client: XledgerClient) -> None:
    assert TOKEN not in repr(client)


@pytest.mark.parametrize("answer", [failing("by 'Kari Nordmann'"), failing("Kari Nordmann: x", code="INVALID_VALUE")])
def test_a_refusal_does_not_show_values_when_it_is_printed(
    answer: dict[str, Any], client: XledgerClient, requests_mock: Mocker
) -> None:
    requests_mock.post(URL, **answer)
    with pytest.raises(RefusedError) as raised:
        client.send(UPDATE)
    assert "Kari" not in f"{raised.value!r} {raised.value}"
