"""What is sent to Huma to write, and what each answer, or the lack of one, means for it."""

import json
import logging
import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest
import requests
import requests_mock
from airbyte_cdk.models import FailureType
from urllib3.exceptions import MaxRetryError, NewConnectionError

from connector_base.failures import ConnectorError, types_and_places
from connector_base.traffic import Traffic
from huma_api.asking.sync_run import PATIENT_RETRIES, PATIENT_WAIT, SyncRun
from huma_api.writing.huma import Huma
from huma_api.writing.outcomes import Reason, Refused, Taken, Unanswered, Written

API = "https://huma.example"
MARK = "recognisable"
USER, POSITION = f"{API}/users/u1", f"{API}/users/u1/positions/p1"
RETRIES = 2
PAGE = f"<html>{MARK}</html>"
PERSON = {"email": f"{MARK}@people.example", "givenName": "Kari", "familyName": "Nordmann", "groups": ["g1"]}

Answer = dict[str, Any]
Call = Callable[[Huma], Written]


@pytest.fixture
def server() -> Iterator[requests_mock.Mocker]:
    """Huma, which gives tokens and answers to nothing else but what a test says."""
    with requests_mock.Mocker() as mocker:
        tokens = iter(range(1, 100))
        mocker.post(
            f"{API}/auth/oauth/token",
            json=lambda *_: {"access_token": f"token-{next(tokens)}", "expires_in": 3600, "organizationId": "o1"},
        )
        yield mocker


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The waits, in seconds, none of which is really waited."""
    seconds: list[float] = []
    monkeypatch.setattr(time, "sleep", lambda wait: seconds.append(wait) if wait else None)
    return seconds


@pytest.fixture
def run() -> SyncRun:
    return SyncRun(max_retries=RETRIES)


@pytest.fixture
def huma(run: SyncRun, server: requests_mock.Mocker) -> Huma:  # noqa: ARG001  # nothing is to leave the process
    return Huma({"api_url": f"{API}/", "client_id": "the-id", "client_secret": "the-secret"}, run)


def sent(server: requests_mock.Mocker, method: str) -> list[Any]:
    """What was sent by a method, but for requests for a token."""
    return [
        request
        for request in server.request_history
        if request.method == method and not request.url.endswith("/auth/oauth/token")
    ]


def change(huma: Huma) -> Written:
    return huma.change_user("u1", {"phone": MARK})


def change_position(huma: Huma) -> Written:
    return huma.change_position("u1", "p1", {"contractStartDate": MARK})


def create(huma: Huma) -> Written:
    return huma.create_user(PERSON)


class Write(NamedTuple):
    """A kind of request that writes."""

    call: Call
    method: str
    url: str


CHANGE, CHANGE_POSITION = Write(change, "PATCH", USER), Write(change_position, "PATCH", POSITION)
CREATE = Write(create, "POST", f"{API}/users")

WRITES = [
    pytest.param(CHANGE, id="a user"),
    pytest.param(CHANGE_POSITION, id="a position"),
    pytest.param(CREATE, id="a new user"),
]


@pytest.mark.parametrize(
    ("write", "body", "identity"),
    [
        (CHANGE, {"phone": MARK}, "u1"),
        (CHANGE_POSITION, {"contractStartDate": MARK}, "p1"),
        (CREATE, PERSON, "u9"),
    ],
)
def test_a_write_is_one_request_with_the_body_as_json(
    server: requests_mock.Mocker, huma: Huma, write: Write, body: Any, identity: str
) -> None:
    server.register_uri(write.method, write.url, json={"id": identity})
    assert write.call(huma) == Taken({"id": identity})
    [request] = sent(server, write.method)
    assert json.loads(request.body) == body
    assert request.headers["Content-Type"] == "application/json"
    assert request.headers["Authorization"] == "Bearer token-1"
    assert not urlsplit(request.url).query


def test_nothing_is_sent_before_something_is_asked(server: requests_mock.Mocker, huma: Huma) -> None:
    assert huma
    assert server.request_history == []


@pytest.mark.parametrize("name", ["invite", "inviteSubject", "inviteMessage", "inviteLanguage"])
def test_nobody_is_ever_invited(server: requests_mock.Mocker, huma: Huma, name: str) -> None:
    with pytest.raises(ValueError, match="invited"):
        huma.create_user({**PERSON, name: False})
    assert server.request_history == []


def test_an_id_cannot_lead_to_another_address(server: requests_mock.Mocker, huma: Huma) -> None:
    server.patch(requests_mock.ANY, json={"id": "../groups?x=1"})
    huma.change_user("../groups?x=1", {"phone": "1"})
    assert sent(server, "PATCH")[0].url == f"{API}/users/..%2Fgroups%3Fx%3D1"


REFUSALS = [
    pytest.param(
        {"status_code": 400, "json": {"errorCode": "field:not-unique", "fields": ["phone"]}},
        Reason.VALUE,
        id="400",
    ),
    pytest.param(
        {"status_code": 400, "json": {"errorCode": "field:locked", "fields": ["phone"]}},
        Reason.VALUE,
        id="400 of a field",
    ),
    pytest.param({"status_code": 409, "json": {"errorMessage": "It is used"}}, Reason.VALUE, id="409"),
    pytest.param({"status_code": 422, "json": {}}, Reason.VALUE, id="422"),
    pytest.param({"status_code": 403, "json": {"error": "insufficient_scope"}}, Reason.NOT_ALLOWED, id="403"),
    pytest.param({"status_code": 403}, Reason.NOT_ALLOWED, id="403 without words"),
    pytest.param({"status_code": 400, "json": {"errorCode": "user:locked"}}, Reason.LOCKED, id="400 of a profile"),
    pytest.param({"status_code": 403, "json": {"errorCode": "user:locked"}}, Reason.LOCKED, id="403 of a profile"),
    pytest.param({"status_code": 423, "json": {}}, Reason.LOCKED, id="423"),
    pytest.param(
        {"status_code": 404, "json": {"errorCode": "object:not-found", "interpolations": {"type": "User"}}},
        Reason.GONE,
        id="404",
    ),
    pytest.param({"status_code": 404}, Reason.GONE, id="404 without words"),
    pytest.param(
        {"status_code": 404, "json": {"errorCode": "object:not-found", "interpolations": {"type": "JobTitle"}}},
        Reason.VALUE,
        id="404 of something in the body",
    ),
]


@pytest.mark.parametrize(("answer", "reason"), REFUSALS)
def test_a_refusal_is_an_outcome_and_never_tried_again(
    server: requests_mock.Mocker, huma: Huma, answer: Answer, reason: Reason
) -> None:
    server.patch(USER, **answer)
    outcome = change(huma)
    assert isinstance(outcome, Refused)
    assert (outcome.reason, outcome.status) == (reason, answer["status_code"])
    assert len(sent(server, "PATCH")) == 1


def test_whoever_is_to_be_created_cannot_be_gone(server: requests_mock.Mocker, huma: Huma) -> None:
    server.post(f"{API}/users", status_code=404, json={"errorCode": "object:not-found"})
    outcome = create(huma)
    assert isinstance(outcome, Refused)
    assert outcome.reason is Reason.VALUE


def test_after_any_number_of_refusals_others_are_still_written(server: requests_mock.Mocker, huma: Huma) -> None:
    server.patch(USER, status_code=403, json={})
    for _ in range(30):
        change(huma)
    server.patch(POSITION, json={"id": "p1"})
    assert isinstance(change_position(huma), Taken)


PASSING = [
    pytest.param({"status_code": 429, "headers": {"Retry-After": "7"}}, id="rate limit"),
    pytest.param({"status_code": 500, "json": {"error": "Internal Server Error"}}, id="500"),
    pytest.param({"status_code": 502, "text": PAGE}, id="502"),
    pytest.param({"status_code": 503}, id="503"),
    pytest.param({"status_code": 408}, id="408"),
    pytest.param({"status_code": 200, "text": PAGE}, id="maintenance page"),
    pytest.param({"status_code": 404, "text": PAGE}, id="a proxy without upstream"),
    pytest.param({"exc": requests.ConnectionError(MARK)}, id="dropped connection"),
    pytest.param({"exc": requests.ReadTimeout(MARK)}, id="no answer in time"),
]
"""What passes when one waits a little, and may leave it open whether the request was carried out."""

BEFORE_IT_IS_LOOKED_AT = [
    pytest.param({"status_code": 429}, id="rate limit"),
    pytest.param({"status_code": 401, "json": {"error": "invalid_token"}}, id="an expired token"),
    pytest.param({"exc": requests.ConnectTimeout()}, id="no connection in time"),
    pytest.param(
        {"exc": requests.ConnectionError(MaxRetryError(None, "", NewConnectionError(None, "")))},  # type: ignore[arg-type]
        id="no connection",
    ),
]


@pytest.mark.parametrize("answer", PASSING + BEFORE_IT_IS_LOOKED_AT)
def test_a_change_is_sent_again_when_something_passes(
    server: requests_mock.Mocker, huma: Huma, run: SyncRun, answer: Answer
) -> None:
    server.patch(USER, [answer, {"json": {"id": "u1"}}])
    assert isinstance(change(huma), Taken)
    assert len(sent(server, "PATCH")) == 2
    assert run.traffic.retries == 1


@pytest.mark.parametrize("answer", PASSING)
def test_a_change_that_is_never_answered_is_told_so_and_others_are_written(
    server: requests_mock.Mocker, huma: Huma, answer: Answer
) -> None:
    server.patch(USER, **answer)
    server.patch(POSITION, json={"id": "p1"})
    outcome = change(huma)
    assert isinstance(outcome, Unanswered)
    assert outcome.failure.failure_type is FailureType.transient_error
    assert len(sent(server, "PATCH")) == RETRIES + 1
    assert isinstance(change_position(huma), Taken)


@pytest.mark.parametrize("answer", [row for row in PASSING if row.id != "rate limit"])
def test_somebody_new_is_never_sent_twice_where_nobody_knows_whether_they_are_there(
    server: requests_mock.Mocker, huma: Huma, waits: list[float], answer: Answer
) -> None:
    server.post(f"{API}/users", **answer)
    outcome = create(huma)
    assert isinstance(outcome, Unanswered)
    assert outcome.failure.failure_type is FailureType.transient_error
    assert len(sent(server, "POST")) == 1
    assert waits == []


@pytest.mark.parametrize("answer", BEFORE_IT_IS_LOOKED_AT)
def test_somebody_new_is_sent_again_when_the_request_was_not_looked_at(
    server: requests_mock.Mocker, huma: Huma, answer: Answer
) -> None:
    server.post(f"{API}/users", [answer, {"json": {"id": "u9"}}])
    assert create(huma) == Taken({"id": "u9"})
    assert len(sent(server, "POST")) == 2


def test_no_answer_and_no_body_means_a_change_was_made_and_says_nothing_of_somebody_new(
    server: requests_mock.Mocker, huma: Huma
) -> None:
    server.patch(USER, status_code=204)
    server.post(f"{API}/users", status_code=200, text="")
    assert change(huma) == Taken({})
    assert isinstance(create(huma), Unanswered)


def test_the_answer_of_somebody_else_is_none(server: requests_mock.Mocker, huma: Huma) -> None:
    server.patch(USER, json={"id": "u2"})
    assert isinstance(change(huma), Unanswered)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ({"status_code": 407}, FailureType.config_error),
        ({"status_code": 405}, FailureType.config_error),
        ({"status_code": 308, "headers": {"Location": "https://elsewhere.example"}}, FailureType.config_error),
    ],
)
@pytest.mark.parametrize("write", WRITES)
def test_what_holds_for_every_request_ends_the_sync(
    server: requests_mock.Mocker, huma: Huma, write: Write, answer: Answer, kind: FailureType
) -> None:
    server.register_uri(write.method, write.url, **answer)
    for _ in range(2):
        with pytest.raises(ConnectorError) as raised:
            write.call(huma)
        assert raised.value.failure_type is kind
    assert len(sent(server, write.method)) == 1, "once it is known, nothing is sent any more"


def test_a_token_that_is_refused_as_soon_as_it_is_given_is_one_of_a_dead_key(
    server: requests_mock.Mocker, huma: Huma
) -> None:
    server.patch(USER, status_code=401, json={"error": "invalid_token"})
    with pytest.raises(ConnectorError, match="API key is still active") as raised:
        change(huma)
    assert raised.value.failure_type is FailureType.config_error
    assert len(sent(server, "PATCH")) == 2


def test_a_key_that_is_refused_is_a_config_error(server: requests_mock.Mocker, huma: Huma) -> None:
    server.post(f"{API}/auth/oauth/token", status_code=401, json={"error": "invalid_client"})
    with pytest.raises(ConnectorError, match="does not accept the client ID and client secret") as raised:
        create(huma)
    assert raised.value.failure_type is FailureType.config_error


def test_whoever_is_too_fast_is_told_of_no_setting_that_only_a_source_has(
    server: requests_mock.Mocker, huma: Huma
) -> None:
    server.patch(USER, status_code=429)
    outcome = change(huma)
    assert isinstance(outcome, Unanswered)
    assert str(outcome.failure) == (
        "Huma is limiting how often it may be asked. Try again later; if it goes on, let it run when fewer others ask "
        "Huma."
    )


def test_a_wait_that_is_too_long_is_not_waited(server: requests_mock.Mocker, huma: Huma, waits: list[float]) -> None:
    server.patch(USER, status_code=429, headers={"Retry-After": "3600"})
    outcome = change(huma)
    assert isinstance(outcome, Unanswered)
    assert "60 minutes" in str(outcome.failure)
    assert waits == []


def test_once_nobody_gets_through_any_more_nothing_is_sent(server: requests_mock.Mocker, huma: Huma) -> None:
    server.patch(USER, status_code=500)
    with pytest.raises(ConnectorError) as raised:
        list(map(change, [huma] * 20))
    assert raised.value.failure_type is FailureType.transient_error
    before = len(sent(server, "PATCH"))
    with pytest.raises(ConnectorError):
        change(huma)
    assert len(sent(server, "PATCH")) == before


FIREWALL = {"status_code": 403, "text": PAGE}


def test_a_page_that_comes_again_while_others_are_let_through_is_a_refusal(
    server: requests_mock.Mocker, huma: Huma
) -> None:
    server.patch(USER, **FIREWALL)
    server.get(f"{API}/users", json={"items": [], "total": 0})
    outcome = change(huma)
    assert isinstance(outcome, Refused)
    assert outcome.reason is Reason.STOPPED
    assert "firewall" in outcome.words
    assert (len(sent(server, "PATCH")), len(sent(server, "GET"))) == (2, 1)


def test_a_page_that_comes_once_is_none(server: requests_mock.Mocker, huma: Huma) -> None:
    server.patch(USER, [FIREWALL, {"json": {"id": "u1"}}])
    server.get(f"{API}/users", json={"items": [], "total": 0})
    assert isinstance(change(huma), Taken)


def test_a_page_that_everybody_gets_is_about_nobody(server: requests_mock.Mocker, huma: Huma) -> None:
    for method, url in (("PATCH", USER), ("GET", f"{API}/users")):
        server.register_uri(method, url, **FIREWALL)
    assert isinstance(change(huma), Unanswered)
    assert len(sent(server, "PATCH")) == 1


def test_somebody_new_is_not_sent_again_after_a_page(server: requests_mock.Mocker, huma: Huma) -> None:
    server.post(f"{API}/users", **FIREWALL)
    server.get(f"{API}/users", json={"items": [], "total": 0})
    outcome = create(huma)
    assert isinstance(outcome, Refused)
    assert outcome.reason is Reason.STOPPED
    assert len(sent(server, "POST")) == 1


def test_all_that_travels_is_counted(server: requests_mock.Mocker, huma: Huma, run: SyncRun) -> None:
    server.patch(USER, [{"status_code": 500, "text": "x" * 7}, {"json": {"id": "u1"}}])
    change(huma)
    requested = server.request_history
    assert run.traffic == Traffic(
        requests=3,
        bytes_sent=sum(len(request.body) for request in requested),
        bytes_received=run.traffic.bytes_received,
        retries=1,
    )
    assert run.traffic.bytes_received > 7 + len('{"id": "u1"}')


def test_runs_beside_each_other_share_token_and_traffic_and_no_despair(
    server: requests_mock.Mocker, huma: Huma, run: SyncRun
) -> None:
    server.patch(USER, json={"id": "u1"})
    change(huma)
    beside = SyncRun(beside=run)
    beside.note_failure(ConnectorError("x", "x"), hopeless=True)
    other = Huma({"api_url": API, "client_id": "the-id", "client_secret": "the-secret"}, SyncRun(beside=run))
    assert isinstance(change(other), Taken)
    assert isinstance(change(huma), Taken)
    assert run.traffic.requests == 4
    assert run.tokens.organisation == "o1"


def test_a_run_is_as_patient_as_the_one_beside_it_unless_it_is_told() -> None:
    run = SyncRun(max_retries=1, longest_wait=2.0)
    beside, told, alone = SyncRun(beside=run), SyncRun(max_retries=0, longest_wait=0.0, beside=run), SyncRun()
    assert [(each.max_retries, each.longest_wait) for each in (beside, told, alone)] == [
        (1, 2.0),
        (0, 0.0),
        (PATIENT_RETRIES, PATIENT_WAIT),
    ]


LEAKING = [
    *PASSING,
    pytest.param(FIREWALL, id="a firewall"),
    pytest.param({"status_code": 400, "json": {"errorMessage": f"{MARK} is used", "fields": [MARK]}}, id="400"),
    pytest.param({"status_code": 404, "json": {"errorCode": MARK, "interpolations": {"type": MARK}}}, id="404"),
    pytest.param({"status_code": 405, "text": MARK}, id="405"),
    pytest.param({"status_code": 401, "json": {"error": MARK}}, id="401"),
]


def said(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Everything in the log lines but for those of the server."""
    return [str(vars(record)) for record in caplog.records if not record.name.startswith("requests_mock")]


@pytest.mark.parametrize("answer", LEAKING)
@pytest.mark.parametrize("write", WRITES)
def test_nothing_of_a_body_and_no_secret_is_logged_shown_or_raised(
    server: requests_mock.Mocker, huma: Huma, caplog: pytest.LogCaptureFixture, write: Write, answer: Answer
) -> None:
    server.register_uri(write.method, write.url, **answer)
    server.get(f"{API}/users", json={"items": [], "total": 0})
    outcome: Written | ConnectorError
    with caplog.at_level(logging.DEBUG):
        try:
            outcome = write.call(huma)
        except ConnectorError as error:
            outcome = error
    failure = outcome.failure if isinstance(outcome, Unanswered) else outcome
    told = [repr(outcome), str(failure), *said(caplog)]
    if isinstance(failure, ConnectorError):
        told += [str(failure.internal_message), *types_and_places(failure)]
        assert failure.__context__ is None, "it would keep hold of the body"
    for secret in (MARK, "the-secret", "token-1"):
        assert secret not in "\n".join(told)


def test_an_address_that_is_looked_up_is_not_logged(
    server: requests_mock.Mocker, huma: Huma, caplog: pytest.LogCaptureFixture
) -> None:
    server.get(f"{API}/users", [{"status_code": 500}, {"json": {"items": []}}])
    with caplog.at_level(logging.DEBUG):
        huma.find_by_email(f"{MARK}@people.example")
    assert MARK not in "\n".join(said(caplog))
