"""The one place that talks to Xledger over HTTP.

The CDK's own HTTP client is not used because it writes request and response bodies into its errors and its debug log,
and the bodies here hold payroll data. Its rate limiter and its authenticator are.
"""

import copy
import json
import logging
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from itertools import count
from math import inf
from typing import Any, Final

import requests
from airbyte_cdk.sources.streams.call_rate import APIBudget, LimiterSession, MovingWindowCallRatePolicy, Rate
from airbyte_cdk.sources.streams.http.requests_native_auth import TokenAuthenticator
from graphql import parse
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_result,
    stop_after_attempt,
    stop_before_delay,
    wait_exponential,
    wait_fixed,
    wait_random,
    wait_random_exponential,
)
from tenacity.stop import stop_base
from tenacity.wait import wait_base

from connector_base.reaching import never_left, unreached
from connector_base.traffic import Traffic, travelled
from connector_base.waiting import WatchedAdapter, watch_answers
from xledger_api.language.operations import Operation, operation_of
from xledger_api.sending.answers import Answer, Failure, Problem, interpret
from xledger_api.sending.endings import ending

logger = logging.getLogger(f"airbyte.{__name__}")

PRODUCTION: Final = "https://www.xledger.net/graphql"
"""Where Xledger's API answers."""

REQUESTS_IN_WINDOW: Final = 20
WINDOW: Final = timedelta(seconds=5.5)
"""Xledger allows 20 requests in 5 seconds; the half is for one that took longer on its way than the next."""

TIMEOUT: Final = (10.0, 300.0)
"""Seconds to connect, and to wait for an answer: a mutation of 500 people takes its time."""

LONGEST_ON_THE_WAY: Final = WINDOW.total_seconds() + TIMEOUT[0]
"""Seconds that may pass before a request is sent: the rate limiter holds it back, and the connection comes about."""


@dataclass(frozen=True, slots=True)
class Pause:
    """How a passing problem is waited out.

    Attributes:
        wait: How long to wait before the next attempt.
        patience: When to give up.
    """

    wait: wait_base
    patience: stop_base


PAUSES: Final[Mapping[Problem, Pause]] = {
    Problem.BURST_LIMIT: Pause(wait_fixed(5) + wait_random(0, 1.25), stop_before_delay(120) | stop_after_attempt(20)),
    Problem.CONCURRENCY_LIMIT: Pause(
        wait_fixed(1) + wait_random(0, 0.25), stop_before_delay(120) | stop_after_attempt(97)
    ),
    Problem.OUT_OF_CREDITS: Pause(wait_fixed(60) + wait_random(0, 15), stop_before_delay(600) | stop_after_attempt(9)),
    Problem.UNAVAILABLE: Pause(
        wait_exponential(2, max=60) + wait_random_exponential(0.5, max=5),
        stop_before_delay(900) | stop_after_attempt(18),
    ),
}
"""What passes by itself; every other problem ends the request. Something random is added to each pause, so that several
connections do not come back at the same moment. Patience ends by the clock, since an attempt may take minutes as well,
and with as many attempts as have their pauses within the same time."""

WITHIN_SECONDS: Final = frozenset({Problem.BURST_LIMIT, Problem.CONCURRENCY_LIMIT})
"""What passes so soon that even a check waits for it."""

BEFORE_JUDGING: Final = 5.0
"""Seconds before what was refused in words that nobody knows is sent once more: it may have been a deadlock."""

HARMLESS: Final = operation_of(parse("{ __typename }"))
"""What nothing on the way can dislike: where this is answered and another request is not, that is disliked."""

A_MOMENT: Final = 5.0
"""Up to so many seconds are added to the time that Xledger names. It is the shortest wait, too: clocks may differ."""


class RequestFailedError(Exception):
    """A request that Xledger answered, and did not carry out."""

    def __init__(self, operation: Operation, failure: Failure) -> None:
        super().__init__(f"{operation.root_field}: {failure.problem.value}: {failure.words}")
        self.operation = operation
        self.failure = failure


class RefusedError(RequestFailedError):
    """Something in the request was refused, by Xledger or by what stands before it. A smaller batch tells what."""


class TooSlowError(RequestFailedError):
    """Xledger gave up on the request, or it is too large for what is on the way. A smaller one may do."""


class AnswerLostError(RequestFailedError):
    """It is unknown whether the request was carried out, and it must not be carried out twice."""


class HeldBackError(RequestFailedError):
    """Something that passes has kept a request from being carried out for as long as it was right to send it."""


@dataclass(slots=True)
class XledgerClient:
    """Sends operations to Xledger, one at a time and never faster than it allows.

    Attributes:
        url: Address of the API.
        token: The API token.
        budget: The rate limiter.
        sleep: Waits that many seconds.
        now: The current time, with its zone.
        clock: Seconds on a clock that never goes back.
        before_once: Called right before something is sent that must not be carried out twice. What it raises keeps
            that from being sent.
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
    clock: Callable[[], float] = time.monotonic
    before_once: Callable[[], object] = lambda: None
    traffic: Traffic = field(default_factory=Traffic)
    _known: bool = field(default=False, init=False)
    """Whether the address has answered like Xledger's API."""
    _let_in: bool = field(default=False, init=False)
    """Whether it has answered something else than its schema, which it may tell to anybody."""
    _session: requests.Session = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._session = LimiterSession(api_budget=self.budget)
        watch_answers(self._session, WatchedAdapter(connections=1))
        self._session.auth = TokenAuthenticator(token=self.token, auth_method="token")

    def for_another_run(self) -> "XledgerClient":
        """A client that goes on from this one, which is not to be used any longer, and counts its traffic from nought.

        It keeps what holds for the token and not for a run: the rate limiter, the connection, and what is known of the
        address.
        """
        another = copy.copy(self)
        another.traffic = Traffic()
        return another

    def send(self, operation: Operation, *, again: bool = False, within: float = inf) -> Mapping[str, Any]:
        """Sends an operation and answers with its data.

        Args:
            operation: What to send.
            again: Whether what is refused in words that nobody knows is sent once more, after a pause, before that is
                believed. Never so of an operation that must not be carried out twice.
            within: Seconds after which it is not sent any more, however long it would be waited for.

        Raises:
            HeldBackError: When it was not carried out within that time; never without one.
            RefusedError: When something in the request is refused, or a look-up for whatever reason.
            TooSlowError: When Xledger gives up on it, or it is too large.
            AnswerLostError: When an operation that must not be repeated may have been carried out.
            AirbyteTracedException: When the sync cannot go on.
        """
        answer = self.ask(operation, PAUSES, within)
        if again and operation.repeatable and isinstance(answer, Failure) and answer.problem is Problem.UNRECOGNISED:
            self.wait_before_judging(answer)
            answer = self.ask(operation, PAUSES, within)
        if isinstance(answer, Failure):
            if within < inf and answer.problem in PAUSES and not _is_lost(operation, answer):
                raise HeldBackError(operation, answer)
            raise _error(operation, answer)
        return answer.data

    def wait_before_judging(self, failure: Failure) -> None:
        """Waits, so that what was refused in words that nobody knows can be sent once more before that is believed."""
        self.traffic.retries += 1
        logger.warning("Xledger refuses a request: %s Trying once more in %.0f seconds.", failure.words, BEFORE_JUDGING)
        self.sleep(BEFORE_JUDGING)

    def ask(
        self, operation: Operation, passing: Collection[Problem] = WITHIN_SECONDS, within: float = inf
    ) -> Answer | Failure:
        """Sends an operation and tells what came of it: nothing is raised.

        Args:
            operation: What to send.
            passing: The problems that are waited out.
            within: Seconds after which it is not sent any more. The last pause is made all the same.
        """
        begun, pages = self.clock(), count(1)

        def attempt() -> Answer | Failure:
            answer = self._answer(operation)
            if not (isinstance(answer, Failure) and answer.is_a_page and self._let_in):
                return answer
            sure = next(pages) > 1 or not operation.repeatable
            return _disliked(answer) if sure and isinstance(self._answer(HARMLESS), Answer) else answer

        def passes(answer: Answer | Failure) -> bool:
            return isinstance(answer, Failure) and answer.problem in passing and not _is_lost(operation, answer)

        def is_too_late(state: RetryCallState) -> bool:
            return self.clock() - begun + state.upcoming_sleep > within

        def last(state: RetryCallState) -> Failure:
            if not _is_hopeless(state):
                self._announce(state)
                self.sleep(state.upcoming_sleep)
            return _failure(state)

        retrying = Retrying(
            retry=retry_if_result(passes),
            wait=self._pause,
            stop=lambda state: _is_hopeless(state) or is_too_late(state),
            before_sleep=self._announce,
            sleep=self.sleep,
            retry_error_callback=last,
        )
        answer: Answer | Failure = retrying(attempt)
        return answer

    def _answer(self, operation: Operation) -> Answer | Failure:
        handed_over = self.clock()
        answer = self._posted(operation)
        age = self.clock() - handed_over - LONGEST_ON_THE_WAY
        return replace(answer, age=max(age, 0.0)) if isinstance(answer, Failure) else answer

    def _posted(self, operation: Operation) -> Answer | Failure:
        content = {"query": operation.text, "variables": operation.variables}
        body = json.dumps(content, separators=(",", ":")).encode()
        if not operation.repeatable:
            self.before_once()
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
            return _unanswered(error, self.url)
        self.traffic.bytes_received += travelled(response)
        text = response.content.decode(json.detect_encoding(response.content), errors="replace")
        answer = interpret(response.status_code, text)
        if isinstance(answer, Failure):
            return self._as_of_a_known_address(answer)
        self._known = True
        self._let_in |= not operation.about_the_schema
        return answer

    def _as_of_a_known_address(self, failure: Failure) -> Failure:
        """What a failure means by what the address has answered before.

        An address that has answered like the API is the API: another kind of answer now means maintenance. One that
        lets others through and not this one dislikes something in it, as a firewall does.
        """
        if failure.problem is Problem.NOT_THE_API and self._known:
            return replace(failure, problem=Problem.UNAVAILABLE)
        if failure.problem is Problem.FORBIDDEN and self._let_in:
            return _disliked(failure)
        return failure

    def _pause(self, state: RetryCallState) -> float:
        failure = _failure(state)
        if failure.resets_at is None:
            return PAUSES[failure.problem].wait(state)
        until_then = (failure.resets_at - self.now()).total_seconds()
        return max(until_then, A_MOMENT) + wait_random(0, A_MOMENT)(state)

    def _announce(self, state: RetryCallState) -> None:
        self.traffic.retries += 1
        failure = _failure(state)
        logger.warning(
            "Waiting %.0f seconds for Xledger: %s (%s). Then it is asked again.",
            state.upcoming_sleep,
            failure.problem.value,
            failure.words,
        )


def _disliked(failure: Failure) -> Failure:
    """A page that came in place of an answer, while other requests are answered: something on the way dislikes this."""
    words = f"Something on the way to Xledger, such as a firewall, does not let it through ({failure.words})."
    return replace(failure, problem=Problem.UNRECOGNISED, words=words, original=words)


def _is_hopeless(state: RetryCallState) -> bool:
    """Whether a problem has been waited out for as long as it is."""
    return PAUSES[_failure(state).problem].patience(state)


def _failure(state: RetryCallState) -> Failure:
    failure = state.outcome.result() if state.outcome else None
    if not isinstance(failure, Failure):
        raise TypeError("only failures are waited out")
    return failure


def _is_lost(operation: Operation, failure: Failure) -> bool:
    """Whether it is unknown if an operation was carried out that must not be carried out twice."""
    unsure = failure.problem in (Problem.UNAVAILABLE, Problem.TIMED_OUT)
    return unsure and failure.may_have_arrived and not operation.repeatable


def _error(operation: Operation, failure: Failure) -> Exception:
    if _is_lost(operation, failure):
        return AnswerLostError(operation, failure)
    match failure.problem:
        case Problem.TIMED_OUT:
            return TooSlowError(operation, failure)
        case Problem.TOO_LARGE:
            return _too_large(operation, failure)
        case Problem.VALUE_REFUSED | Problem.UNRECOGNISED:
            return RefusedError(operation, failure)
        case Problem.FORBIDDEN if not operation.writes:
            return RefusedError(operation, failure)
    return ending(operation, failure)


def _too_large(operation: Operation, failure: Failure) -> RequestFailedError:
    """A look-up may do in parts; of a mutation somebody may be left who is too large alone."""
    if not operation.writes:
        return TooSlowError(operation, failure)
    words = f"Something on the way to Xledger does not let it through: it is too large ({failure.words})."
    return RefusedError(operation, replace(failure, words=words, original=words))


def _unanswered(error: requests.RequestException, url: str) -> Failure:
    """What it means that there is no answer. The texts of these errors quote addresses: none is told."""
    if isinstance(error, _NO_ADDRESS):
        return Failure(Problem.NOT_THE_API, "it is no valid address", may_have_arrived=False)
    if isinstance(error, requests.exceptions.ProxyError) and _WANTS_TO_KNOW in str(error):
        return Failure(Problem.PROXY, "HTTP 407", may_have_arrived=not never_left(error))
    found = unreached(error, url)
    return Failure(Problem.UNAVAILABLE, found.why, remedy=found.remedy, may_have_arrived=not never_left(error))


_NO_ADDRESS: Final = (
    requests.exceptions.InvalidURL,
    requests.exceptions.InvalidSchema,
    requests.exceptions.MissingSchema,
)

_WANTS_TO_KNOW: Final = " 407 "
"""What is in the error when a proxy answers so to the request for a tunnel, which is how https passes it."""
