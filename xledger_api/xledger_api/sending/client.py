"""The one place that talks to Xledger over HTTP.

The CDK's own HTTP client is not used because it writes request and response bodies into its errors and its debug log,
and the bodies here hold payroll data. Its rate limiter and its authenticator are.
"""

import json
import logging
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from typing import Any, Final

import requests
from airbyte_cdk.sources.streams.call_rate import APIBudget, LimiterSession, MovingWindowCallRatePolicy, Rate
from airbyte_cdk.sources.streams.http.requests_native_auth import TokenAuthenticator
from tenacity import RetryCallState, Retrying, retry_if_exception_type, retry_if_result
from urllib3.exceptions import NewConnectionError

from xledger_api.language.operations import Operation
from xledger_api.sending.answers import Answer, Failure, Problem, interpret
from xledger_api.sending.endings import ending

logger = logging.getLogger(f"airbyte.{__name__}")

REQUESTS_IN_WINDOW: Final = 20
WINDOW: Final = timedelta(seconds=5.5)
"""Xledger allows 20 requests in 5 seconds; the half is for one that took longer on its way than the next."""

TIMEOUT: Final = (10.0, 300.0)
"""Seconds to connect, and to wait for an answer: a mutation of 500 people takes its time."""


@dataclass(frozen=True, slots=True)
class Pause:
    """How a passing problem is waited out.

    Attributes:
        seconds: How long to wait before the given attempt is repeated (the first is 1).
        patience: Seconds to wait in all before giving up, for answers too.
    """

    seconds: Callable[[int], float]
    patience: float


PAUSES: Final[Mapping[Problem, Pause]] = {
    Problem.BURST_LIMIT: Pause(lambda _: 5.0, patience=120),
    Problem.CONCURRENCY_LIMIT: Pause(lambda _: 1.0, patience=120),
    Problem.OUT_OF_CREDITS: Pause(lambda _: 60.0, patience=600),
    Problem.UNAVAILABLE: Pause(lambda attempt: min(2.0**attempt, 60.0), patience=900),
}
"""What passes by itself. Every other problem ends the request."""

JITTER: Final = 0.25
"""Up to this share is added to a pause, so that several connections do not come back at the same moment."""

A_MOMENT: Final = 5.0
"""Up to so many seconds are added to the time that Xledger names, for the same reason. It is the shortest wait, too:
two clocks may differ."""


class RequestFailedError(Exception):
    """A request that Xledger answered, and did not carry out."""

    def __init__(self, operation: Operation, failure: Failure) -> None:
        super().__init__(f"{operation.root_field}: {failure.problem.value}: {failure.words}")
        self.operation = operation
        self.failure = failure


class RefusedError(RequestFailedError):
    """Something in the request was refused. A smaller batch tells what."""


class TooSlowError(RequestFailedError):
    """Xledger gave up on the request. A smaller one may do."""


class AnswerLostError(RequestFailedError):
    """It is unknown whether the request was carried out, and it must not be carried out twice."""


class _PassingError(RequestFailedError):
    """A problem that passes by itself."""


@dataclass(slots=True)
class Traffic:
    """What a sync costs: requests (retries included), bytes of bodies as they travel, and retries."""

    requests: int = 0
    bytes_sent: int = 0
    bytes_received: int = 0
    retries: int = 0


@dataclass(slots=True)
class XledgerClient:
    """Sends operations to Xledger, one at a time and never faster than it allows.

    Attributes:
        url: Address of the API.
        token: The API token.
        budget: The rate limiter.
        sleep: Waits that many seconds.
        now: The current time, with its zone.
        traffic: What was sent and received so far.
    """

    url: str
    token: str = field(repr=False)
    budget: APIBudget = field(
        default_factory=lambda: APIBudget(
            policies=[MovingWindowCallRatePolicy(rates=[Rate(REQUESTS_IN_WINDOW, WINDOW)], matchers=[])]
        )
    )
    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], datetime] = lambda: datetime.now(timezone.utc)
    traffic: Traffic = field(default_factory=Traffic)
    _known: bool = field(default=False, init=False)
    """Whether the address has answered like Xledger's API."""
    _session: requests.Session = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._session = LimiterSession(api_budget=self.budget)
        self._session.auth = TokenAuthenticator(token=self.token, auth_method="token")

    def send(self, operation: Operation, variables: Mapping[str, Any]) -> Mapping[str, Any]:
        """Sends an operation and answers with its data.

        Args:
            operation: What to send.
            variables: The values, as JSON types.

        Raises:
            RefusedError: When Xledger refuses something in the request.
            TooSlowError: When Xledger gives up on it.
            AnswerLostError: When an operation that must not be repeated may have been carried out.
            AirbyteTracedException: When the sync cannot go on.
        """
        retrying = Retrying(
            retry=retry_if_exception_type(_PassingError),
            wait=self._pause,
            stop=self._out_of_patience,
            before_sleep=self._announce,
            sleep=self.sleep,
            reraise=True,
        )
        try:
            answer: Mapping[str, Any] = retrying(self._attempt, operation, variables)
        except _PassingError as error:
            raise ending(operation, error.failure) from None
        return answer

    def ask(self, operation: Operation, variables: Mapping[str, Any]) -> Answer | Failure:
        """Sends an operation and tells what came of it, for a check: nothing is raised.

        Only what passes within seconds is waited for.

        Args:
            operation: What to send; it does no harm to send it twice.
            variables: The values, as JSON types.
        """
        retrying = Retrying(
            retry=retry_if_result(_passes_within_seconds),
            wait=self._pause,
            stop=self._out_of_patience,
            before_sleep=self._announce,
            sleep=self.sleep,
            retry_error_callback=_last_result,
        )
        answer: Answer | Failure = retrying(self._answer, operation, variables)
        return answer

    def _answer(self, operation: Operation, variables: Mapping[str, Any]) -> Answer | Failure:
        body = json.dumps({"query": operation.text, "variables": variables}, separators=(",", ":")).encode()
        self.traffic.requests += 1
        self.traffic.bytes_sent += len(body)
        try:
            response = self._session.post(
                self.url,
                data=body,
                headers={"Content-Type": "application/json", "Accept": "application/json"},
                timeout=TIMEOUT,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            return Failure(Problem.UNAVAILABLE, type(error).__name__, may_have_arrived=not _never_left(error))
        self.traffic.bytes_received += _size(response)
        text = response.content.decode(errors="replace")
        return self._from_one_who_is_known(interpret(response.status_code, text))

    def _from_one_who_is_known(self, answer: Answer | Failure) -> Answer | Failure:
        """Whoever answered like the API a moment ago is the API: what does not look like it now is maintenance."""
        if isinstance(answer, Failure) and answer.problem is Problem.NOT_THE_API and self._known:
            return replace(answer, problem=Problem.UNAVAILABLE)
        self._known |= isinstance(answer, Answer)
        return answer

    def _attempt(self, operation: Operation, variables: Mapping[str, Any]) -> Mapping[str, Any]:
        match self._answer(operation, variables):
            case Answer() as answer:
                return answer.data
            case Failure() as failure:
                raise self._error(operation, failure)

    def _error(self, operation: Operation, failure: Failure) -> Exception:
        unsure = failure.problem in (Problem.UNAVAILABLE, Problem.TIMED_OUT)
        if unsure and failure.may_have_arrived and not operation.repeatable:
            return AnswerLostError(operation, failure)
        match failure.problem:
            case Problem.TIMED_OUT:
                return TooSlowError(operation, failure)
            case Problem.VALUE_REFUSED | Problem.UNRECOGNISED if operation.writes:
                return RefusedError(operation, failure)
            case problem if problem in PAUSES:
                return _PassingError(operation, failure)
        return ending(operation, failure)

    def _pause(self, state: RetryCallState) -> float:
        failure = _failure(state)
        if failure.resets_at is not None:
            until_then = (_with_zone(failure.resets_at) - self.now()).total_seconds()
            return max(until_then, A_MOMENT) + _jitter(A_MOMENT)
        seconds = PAUSES[failure.problem].seconds(state.attempt_number)
        return seconds + _jitter(seconds * JITTER)

    def _out_of_patience(self, state: RetryCallState) -> bool:
        # An attempt may take minutes as well, until nobody waits for its answer any longer.
        waited = max(state.idle_for, state.seconds_since_start or 0.0)
        return waited + state.upcoming_sleep > PAUSES[_failure(state).problem].patience

    def _announce(self, state: RetryCallState) -> None:
        self.traffic.retries += 1
        failure = _failure(state)
        logger.warning(
            "Waiting %.0f seconds for Xledger: %s (%s).", state.upcoming_sleep, failure.problem.value, failure.words
        )


def _failure(state: RetryCallState) -> Failure:
    error = state.outcome.exception() if state.outcome else None
    failure = error.failure if isinstance(error, _PassingError) else _last_result(state)
    if not isinstance(failure, Failure):
        raise TypeError("only passing problems are waited out")
    return failure


def _last_result(state: RetryCallState) -> Any:
    return state.outcome.result() if state.outcome else None


def _passes_within_seconds(answer: Answer | Failure) -> bool:
    limits = (Problem.BURST_LIMIT, Problem.CONCURRENCY_LIMIT)
    return isinstance(answer, Failure) and answer.problem in limits


def _jitter(most: float) -> float:
    return random.uniform(0, most)  # noqa: S311  nothing depends on it being hard to guess


def _with_zone(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)


def _never_left(error: requests.RequestException) -> bool:
    """Whether the request cannot have reached Xledger, because no connection came about."""
    if isinstance(error, requests.ConnectTimeout):
        return True
    cause = error.args[0] if error.args else None
    return isinstance(getattr(cause, "reason", None), NewConnectionError)


def _size(response: requests.Response) -> int:
    """The body's bytes as they travelled, compressed or not."""
    length = response.headers.get("Content-Length", "")
    return int(length) if length.isdigit() else len(response.content)
