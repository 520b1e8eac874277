"""The source against a Huma that fails: what it rides out, when it stops, and what it says. Waiting takes no time."""

import logging
import socket
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from typing import Any

import pytest
import requests
from airbyte_cdk.models import AirbyteStreamStatus, FailureType, Status, SyncMode
from airbyte_cdk.test import entrypoint_wrapper
from airbyte_cdk.test.catalog_builder import CatalogBuilder
from airbyte_cdk.test.entrypoint_wrapper import EntrypointOutput
from airbyte_cdk.test.models.scenario import ExpectedOutcome

from integration_tests.sandbox import Fault, Sandbox
from integration_tests.sandbox.faults import When
from source_huma import SourceHuma

PEOPLE = 60
TOKEN, LIST, DETAILS = "/auth/oauth/token", "/users", "/users/{id}"
ATTEMPTS = 7
"""How often the source makes a request that keeps failing."""

Read = Callable[..., EntrypointOutput]
Check = Callable[..., tuple[Status, str]]
Make = Callable[[When], Fault]


def in_a_while() -> str:
    return format_datetime(datetime.now(timezone.utc) + timedelta(seconds=100), usegmt=True)


PASSING = [
    pytest.param(lambda when: Fault.too_many_requests(30, **when), id="rate limit, in seconds"),
    pytest.param(lambda when: Fault.too_many_requests(in_a_while(), **when), id="rate limit, until a date"),
    pytest.param(lambda when: Fault.too_many_requests(None, **when), id="rate limit"),
    pytest.param(lambda when: Fault.server_error(500, **when), id="500"),
    pytest.param(lambda when: Fault.server_error(502, **when), id="502"),
    pytest.param(lambda when: Fault.maintenance_page(**when), id="maintenance page"),
    pytest.param(lambda when: Fault.not_json(**when), id="not JSON"),
    pytest.param(lambda when: Fault.dropped_connection(**when), id="dropped connection"),
    pytest.param(lambda when: Fault.lost_answer(**when), id="lost answer"),
    pytest.param(lambda when: Fault.lost_answer(partial=True, **when), id="half an answer"),
]
"""What passes when one waits a little."""


@pytest.fixture(scope="module")
def served() -> Iterator[Sandbox]:
    with Sandbox.running(people=PEOPLE, employees=False) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(served: Sandbox) -> Iterator[Sandbox]:
    served.huma.expire_tokens()
    served.huma.requests.clear()
    served.huma.most_under_way = 0
    yield served
    served.huma.faults.clear()
    served.huma.latency = 0.0


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The waits of the source, in seconds, none of which is really waited."""
    seconds: list[float] = []
    monkeypatch.setattr(time, "sleep", lambda wait: seconds.append(wait) if wait else None)
    return seconds


@pytest.fixture
def read(sandbox: Sandbox) -> Read:
    """Reads `users` through the source's entry point."""

    def read_users(*, fails: bool = False, **settings: Any) -> EntrypointOutput:
        outcome = ExpectedOutcome.EXPECT_EXCEPTION if fails else ExpectedOutcome.EXPECT_SUCCESS
        config, catalog = sandbox.source_config(**settings), _users()
        return entrypoint_wrapper.read(SourceHuma(config, catalog), config, catalog, expected_outcome=outcome)

    return read_users


@pytest.fixture
def check(sandbox: Sandbox) -> Check:
    def check_connection(**settings: Any) -> tuple[Status, str]:
        config = sandbox.source_config(**settings)
        result = SourceHuma(config).check(logging.getLogger("airbyte"), config)
        return result.status, result.message or ""

    return check_connection


def _users() -> Any:
    return CatalogBuilder().with_stream("users", SyncMode.full_refresh).build()


def ids(output: EntrypointOutput) -> list[str]:
    return sorted(message.record.data["id"] for message in output.records if message.record)


def failure(output: EntrypointOutput) -> tuple[FailureType | None, str]:
    """How a sync failed: the type and the sentence of every error it reported, which must all agree."""
    [told] = {
        (message.trace.error.failure_type, message.trace.error.message)
        for message in output.errors
        if message.trace and message.trace.error
    }
    return told


def asked(sandbox: Sandbox, path: str) -> int:
    return sum(request.path == path for request in sandbox.huma.requests)


# ---- what passes


@pytest.mark.parametrize("make", PASSING)
@pytest.mark.parametrize("route", [TOKEN, LIST, DETAILS])
def test_what_passes_is_ridden_out_and_everybody_read_once(
    sandbox: Sandbox, read: Read, waits: list[float], make: Make, route: str
) -> None:
    fault = sandbox.huma.faults.add(make(When(path=route, after=0 if route == TOKEN else 1, times=2)))
    output = read()
    assert fault not in sandbox.huma.faults.waiting
    assert ids(output) == sorted(sandbox.huma.users)
    assert output.get_stream_statuses("users")[-1] is AirbyteStreamStatus.COMPLETE
    assert waits


@pytest.mark.parametrize("make", PASSING)
@pytest.mark.parametrize("route", [TOKEN, LIST, DETAILS])
def test_what_does_not_pass_is_given_up_on_as_transient_and_with_advice(
    sandbox: Sandbox, read: Read, make: Make, route: str
) -> None:
    sandbox.huma.faults.add(make(When(path=route, times=None)))
    output = read(fails=True, num_workers=2)
    kind, sentence = failure(output)
    assert kind is FailureType.transient_error
    assert "ry again" in sentence
    assert output.get_stream_statuses("users")[-1] is AirbyteStreamStatus.INCOMPLETE
    if route == DETAILS:
        assert sum(request.path.startswith("/users/") for request in sandbox.huma.requests) < ATTEMPTS * PEOPLE / 2
    else:
        assert asked(sandbox, route) == ATTEMPTS


@pytest.mark.parametrize(("route", "most"), [(TOKEN, 0), (LIST, 1), (DETAILS, 4)])
def test_an_answer_that_takes_longer_than_a_minute_is_asked_for_again(
    sandbox: Sandbox, read: Read, monkeypatch: pytest.MonkeyPatch, route: str, most: int
) -> None:
    """The minute is cut down to what a test can wait, on its way from the source to the socket."""
    send, limits = requests.Session.send, set()

    def impatient(self: requests.Session, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        limits.add(options["timeout"])
        return send(self, request, **{**options, "timeout": (10, 1)})

    monkeypatch.setattr(requests.Session, "send", impatient)
    sandbox.huma.faults.add(Fault.stall(path=route, after=most))
    assert ids(read()) == sorted(sandbox.huma.users)
    assert limits == {(10, 60)}


def test_requests_that_fail_together_are_not_repeated_together(
    sandbox: Sandbox, read: Read, waits: list[float]
) -> None:
    sandbox.huma.faults.add(Fault.server_error(path=DETAILS, times=8))
    read(num_workers=8)
    assert len(waits) == 8
    assert len(set(waits)) == 8


# ---- tokens


def test_a_token_that_expires_in_the_middle_is_replaced_once_for_all_workers(sandbox: Sandbox, read: Read) -> None:
    sandbox.huma.latency = 0.05  # so that there are requests with the old token under way
    sandbox.huma.faults.add(Fault.meanwhile(sandbox.huma.expire_tokens, path=DETAILS, after=20))
    assert ids(read(num_workers=8)) == sorted(sandbox.huma.users)
    assert sum(request.status == requests.codes.unauthorized for request in sandbox.huma.requests) > 1
    assert asked(sandbox, TOKEN) == 2


def test_tokens_can_expire_any_number_of_times(sandbox: Sandbox, read: Read) -> None:
    for after in (5, 15, 25):
        sandbox.huma.faults.add(Fault.meanwhile(sandbox.huma.expire_tokens, path=DETAILS, after=after))
    assert ids(read(num_workers=1)) == sorted(sandbox.huma.users)
    assert asked(sandbox, TOKEN) == 4


def test_tokens_can_expire_any_number_of_times_under_requests_in_parallel(sandbox: Sandbox, read: Read) -> None:
    sandbox.huma.latency = 0.02
    for after in (10, 30, 50):
        sandbox.huma.faults.add(Fault.meanwhile(sandbox.huma.expire_tokens, path=DETAILS, after=after))
    assert ids(read(num_workers=8)) == sorted(sandbox.huma.users)
    assert asked(sandbox, TOKEN) == 4


def test_an_api_that_refuses_every_token_from_the_middle_on_ends_the_sync_as_a_matter_of_configuration(
    sandbox: Sandbox, read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> None:
        monkeypatch.setattr(sandbox.huma, "accepts", lambda _: False)

    sandbox.huma.faults.add(Fault.meanwhile(refuse, path=DETAILS, after=20))
    kind, sentence = failure(read(fails=True))
    assert kind is FailureType.config_error
    assert "refuses the access token it has just given" in sentence
    assert asked(sandbox, TOKEN) <= 4


@pytest.mark.parametrize("make", PASSING)
def test_a_token_that_expires_while_no_new_one_is_to_be_had_is_replaced_a_little_later(
    sandbox: Sandbox, read: Read, make: Make
) -> None:
    sandbox.huma.faults.add(Fault.meanwhile(sandbox.huma.expire_tokens, path=DETAILS, after=20))
    sandbox.huma.faults.add(make(When(path=TOKEN, after=1, times=3)))
    assert ids(read()) == sorted(sandbox.huma.users)


def test_no_new_token_for_too_long_is_transient(sandbox: Sandbox, read: Read) -> None:
    sandbox.huma.faults.add(Fault.meanwhile(sandbox.huma.expire_tokens, path=DETAILS, after=20))
    sandbox.huma.faults.add(Fault.server_error(503, path=TOKEN, after=1, times=None))
    kind, sentence = failure(read(fails=True))
    assert kind is FailureType.transient_error
    assert "Try again later" in sentence
    assert asked(sandbox, TOKEN) == 1 + ATTEMPTS


def test_a_key_that_is_revoked_in_the_middle_ends_the_sync_as_a_matter_of_configuration(
    sandbox: Sandbox, read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    def revoke() -> None:
        sandbox.huma.expire_tokens()
        monkeypatch.setattr(sandbox.huma, "client_secret", "revoked")

    sandbox.huma.faults.add(Fault.meanwhile(revoke, path=DETAILS, after=20))
    kind, sentence = failure(read(fails=True))
    assert kind is FailureType.config_error
    assert "System settings > Open API" in sentence
    assert asked(sandbox, TOKEN) == 2


# ---- rights


@pytest.mark.parametrize(
    ("route", "part"), [(LIST, "no right to list users"), (DETAILS, "no right to read the details of users")]
)
def test_a_right_that_is_taken_away_in_the_middle_ends_the_sync_at_once(
    sandbox: Sandbox, read: Read, waits: list[float], route: str, part: str
) -> None:
    fault = Fault.no_right(route)
    sandbox.huma.faults.add(Fault.meanwhile(lambda: sandbox.huma.faults.add(fault), path=LIST, after=1))
    kind, sentence = failure(read(fails=True, num_workers=2))
    assert kind is FailureType.config_error
    assert part in sentence
    assert waits == []
    assert sum(request.status == requests.codes.forbidden for request in sandbox.huma.requests) <= 2


# ---- no more requests in flight than asked for


@pytest.mark.parametrize("num_workers", [1, 3, 8])
def test_huma_never_sees_more_requests_at_once_than_the_setting_says(
    sandbox: Sandbox, read: Read, num_workers: int
) -> None:
    sandbox.huma.latency = 0.02
    sandbox.huma.faults.add(Fault.server_error(path=DETAILS, after=20, times=5))
    sandbox.huma.faults.add(Fault.meanwhile(sandbox.huma.expire_tokens, path=DETAILS, after=30))
    assert ids(read(num_workers=num_workers)) == sorted(sandbox.huma.users)
    assert min(num_workers, 2) <= sandbox.huma.most_under_way <= num_workers


# ---- check


def test_check_succeeds(check: Check) -> None:
    assert check() == (Status.SUCCEEDED, "")


@pytest.mark.parametrize("key", ["client_id", "client_secret"])
def test_check_says_that_the_id_or_the_secret_is_wrong(check: Check, key: str) -> None:
    status, sentence = check(**{key: "11111111-1111-4111-8111-111111111111"})
    assert status is Status.FAILED
    assert "does not accept the client ID and client secret" in sentence


def test_check_says_that_nobody_answers_at_the_address(check: Check) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        status, sentence = check(api_url=f"http://127.0.0.1:{free.getsockname()[1]}")
    assert status is Status.FAILED
    assert "cannot be reached" in sentence
    assert "Check the API URL" in sentence


def test_check_says_that_somebody_else_answers_at_the_address(sandbox: Sandbox, check: Check) -> None:
    status, sentence = check(api_url=sandbox.xledger.page_url)
    assert status is Status.FAILED
    assert "There is no Huma API at" in sentence


@pytest.mark.parametrize(
    ("route", "part"), [(LIST, "no right to list users"), (DETAILS, "no right to read the details of users")]
)
def test_check_says_which_right_the_key_lacks(sandbox: Sandbox, check: Check, route: str, part: str) -> None:
    sandbox.huma.faults.add(Fault.no_right(route))
    status, sentence = check()
    assert status is Status.FAILED
    assert part in sentence
    assert "System settings > Open API" in sentence


def test_check_names_the_fields_that_the_key_does_not_see(caplog: pytest.LogCaptureFixture) -> None:
    hidden = ("bankAccount", "birthDate", "identifications")
    with Sandbox.running(people=20, employees=False) as sandbox:
        for user in sandbox.huma.users:
            sandbox.huma.withhold(user, *hidden)
        config = sandbox.source_config()
        result = SourceHuma(config).check(logging.getLogger("airbyte"), config)
    assert result.status is Status.SUCCEEDED
    [warning] = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert ": birthDate, bankAccount, identifications. " in warning


def test_check_warns_of_nothing_when_the_key_sees_everything(check: Check, caplog: pytest.LogCaptureFixture) -> None:
    check()
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == []
