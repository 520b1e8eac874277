"""What an answer of Xledger's means: one table from what it shows to what to do about it.

Nearly every answer is HTTP 200 and failures are in `errors`; a validation error has also been seen with HTTP 400 and
the same body, and maintenance answers with HTML or 5xx. What stands between answers for itself: with its status.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from enum import Enum
from typing import Any, Final

from airbyte_cdk.utils.datetime_helpers import ab_datetime_parse

from xledger_api.sending.scrubbing import scrubbed


class Problem(Enum):
    """What went wrong, named by what to do about it."""

    BURST_LIMIT = "more than 20 requests in 5 seconds"
    CONCURRENCY_LIMIT = "too many requests at once"
    OUT_OF_CREDITS = "the credits of the subscription are used up"
    TIMED_OUT = "the request took Xledger too long"
    UNAVAILABLE = "Xledger is not available"
    UNAUTHORIZED = "the API token is not accepted"
    FORBIDDEN = "the address does not let the request through"
    TOO_LARGE = "the request is too large for what is on the way"
    PROXY = "a proxy on the way wants to know who asks"
    NOT_THE_API = "the address does not answer like Xledger's API"
    SCHEMA_MISMATCH = "Xledger's schema lacks something this connector uses"
    VALUE_REFUSED = "Xledger refused a value"
    UNRECOGNISED = "Xledger refused the request"


@dataclass(frozen=True, slots=True)
class Failure:
    """A failed answer.

    Attributes:
        problem: What went wrong.
        words: Xledger's own words, scrubbed: they hold no value of a record.
        resets_at: When credits come back; only with `Problem.OUT_OF_CREDITS`, and only when Xledger says so.
        original: Xledger's words as they came. They quote values: for the storage the administrator configured,
            never for a log.
        path: The keys of the place it complains about, as far as it tells; empty where it does not.
        data: What came beside the errors: of a mutation, perhaps what was carried out of it.
        may_have_arrived: Whether Xledger may have got the request at all.
        age: Seconds that have passed since the request was sent, at least.
        status: The HTTP status of an answer that is none of the API's; None for all others.
        remedy: What to do about there being no answer, in whole sentences; empty where there is one.
    """

    problem: Problem
    words: str = ""
    resets_at: datetime | None = None
    original: str = field(default="", repr=False)
    path: tuple[str, ...] = ()
    data: Mapping[str, Any] = field(default_factory=dict, repr=False)
    may_have_arrived: bool = True
    age: float = 0.0
    status: int | None = None
    remedy: str = ""

    @property
    def is_a_page(self) -> bool:
        """Whether something on the way has answered in Xledger's place, and not because Xledger is down."""
        below = self.status is not None and self.status < LOWEST_SERVER_ERROR
        return below and self.problem is Problem.UNAVAILABLE


@dataclass(frozen=True, slots=True)
class Answer:
    """A successful answer: the root fields and what they hold."""

    data: Mapping[str, Any] = field(repr=False)


GraphQLError = Mapping[str, Any]


def _code(code: str) -> Callable[[GraphQLError], bool]:
    return lambda error: code in (error.get("code"), _extensions(error).get("code"))


def _message(start: str) -> Callable[[GraphQLError], bool]:
    return lambda error: str(error.get("message", "")).startswith(start)


def _no_value_matching(error: GraphQLError) -> bool:
    place, complaint = _place_and_complaint(error)
    return bool(place) and complaint.startswith("No value matching")


def _place_and_complaint(error: GraphQLError) -> tuple[str, str]:
    """What stands before the first colon of a message, if it looks like a path, and what stands after it."""
    message = str(error.get("message", ""))
    place, colon, complaint = message.partition(":")
    return (place, complaint.strip()) if colon and _PATH.fullmatch(place) else ("", message)


def _path(error: GraphQLError) -> tuple[str, ...]:
    """The keys of the place that an error complains about: in its message, or else as its `path`."""
    place, _ = _place_and_complaint(error)
    if place:
        return tuple(place.split("."))
    path = error.get("path")
    return tuple(map(str, path)) if isinstance(path, list) else ()


_PATH: Final = re.compile(r"[\w\[\]]+(\.[\w\[\]]+)*")


NO_SUCH_FIELD: Final = "Cannot query field"
"""What a message begins with that says which field the schema lacks."""

ERROR_TABLE: Final[tuple[tuple[Callable[[GraphQLError], bool], Problem], ...]] = (
    (_code("BAD_REQUEST.BURST_RATE_LIMIT_REACHED"), Problem.BURST_LIMIT),
    (_code("BAD_REQUEST.CONCURRENCY_LIMIT_REACHED"), Problem.CONCURRENCY_LIMIT),
    (_code("BAD_REQUEST.INSUFFICIENT_CREDITS"), Problem.OUT_OF_CREDITS),
    (_message("Your query timed out."), Problem.TIMED_OUT),
    (_message("Bad format for API Token"), Problem.UNAUTHORIZED),
    (_message(NO_SUCH_FIELD), Problem.SCHEMA_MISMATCH),
    (_code("ARGUMENTS_OF_CORRECT_TYPE"), Problem.SCHEMA_MISMATCH),
    (_message("Error parsing query"), Problem.SCHEMA_MISMATCH),
    (_code("INVALID_VALUE"), Problem.VALUE_REFUSED),
    (_no_value_matching, Problem.VALUE_REFUSED),
)
"""The first row that fits an error of a GraphQL answer decides. Facts: public clients of Xledger's API."""

STATUS_TABLE: Final[Mapping[int, Problem]] = {
    401: Problem.UNAUTHORIZED,
    404: Problem.NOT_THE_API,
    405: Problem.NOT_THE_API,
    407: Problem.PROXY,
    408: Problem.UNAVAILABLE,
    410: Problem.NOT_THE_API,
    413: Problem.TOO_LARGE,
    414: Problem.TOO_LARGE,
    425: Problem.UNAVAILABLE,
    429: Problem.BURST_LIMIT,
    431: Problem.TOO_LARGE,
    511: Problem.PROXY,
}
"""What a status says, whatever the body is, unless that tells more in the words of a GraphQL answer. Of the others, a
redirection leads to another address, a client's error does not let this request through, and a server's error is
maintenance; what is no error is maintenance as well, if it is a page for people."""

LOWEST_REDIRECTION: Final = 300
LOWEST_CLIENT_ERROR: Final = 400
LOWEST_SERVER_ERROR: Final = 500
HTML: Final = "<"
BYTE_ORDER_MARK: Final = "\ufeff"

LONGEST_WORDS: Final = 10_000
"""How much is kept of an error text: an answer may carry a whole stack trace, or what was sent to it."""


def interpret(status: int, body: str) -> Answer | Failure:
    """What an HTTP answer means.

    Args:
        status: The HTTP status.
        body: The body, decoded.

    Returns:
        The data, or what went wrong. An answer with errors is a failure even when it carries data beside them: a
        partial answer to a look-up would have people created twice.
    """
    text = body.removeprefix(BYTE_ORDER_MARK)
    content = _graphql_answer(text)
    if content is None:
        return _without_graphql(status, text)
    errors = content.get("errors")
    if errors:
        failure = _failure(errors if isinstance(errors, list) else [errors])
        telling = status in STATUS_TABLE or status >= LOWEST_SERVER_ERROR
        if failure.problem is Problem.UNRECOGNISED and telling:
            failure = replace(failure, problem=_without_graphql(status, text).problem)
        beside = content.get("data")
        return replace(failure, data=beside) if isinstance(beside, Mapping) else failure
    data = content.get("data")
    if not isinstance(data, Mapping):
        return _without_graphql(status, text)
    return Answer(data)


def _graphql_answer(body: str) -> Mapping[str, Any] | None:
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return content if isinstance(content, Mapping) and ("errors" in content or "data" in content) else None


def _without_graphql(status: int, body: str) -> Failure:
    """What an answer means that is none of the API's: its status decides, and its words are nobody's."""
    return Failure(_problem_without_graphql(status, body), f"HTTP {status}", status=status)


def _problem_without_graphql(status: int, body: str) -> Problem:
    if status in STATUS_TABLE:
        return STATUS_TABLE[status]
    if status >= LOWEST_SERVER_ERROR:
        return Problem.UNAVAILABLE
    if status >= LOWEST_CLIENT_ERROR:
        return Problem.FORBIDDEN
    if status >= LOWEST_REDIRECTION:
        return Problem.NOT_THE_API
    return Problem.UNAVAILABLE if body.lstrip().startswith(HTML) or _breaks_off(body) else Problem.NOT_THE_API


def _breaks_off(body: str) -> bool:
    """Whether an answer begins like one and does not end: something on the way cut it."""
    try:
        json.loads(body)
    except (ValueError, RecursionError):
        return body.lstrip().startswith("{")
    return False


def _failure(told: list[Any]) -> Failure:
    """The first error that the table knows decides, in the order of the table."""
    errors = [error if isinstance(error, Mapping) else {"message": str(error)} for error in told]
    for fits, problem in ERROR_TABLE:
        for error in errors:
            if fits(error):
                return _described(problem, error)
    return _described(Problem.UNRECOGNISED, errors[0])


def _described(problem: Problem, error: GraphQLError) -> Failure:
    original = str(error.get("message", ""))[:LONGEST_WORDS]
    resets_at = _time(_extensions(error).get("resetAt")) if problem is Problem.OUT_OF_CREDITS else None
    return Failure(problem, scrubbed(original), resets_at, original, _path(error))


def _extensions(error: GraphQLError) -> Mapping[str, Any]:
    extensions = error.get("extensions")
    return extensions if isinstance(extensions, Mapping) else {}


def _time(value: Any) -> datetime | None:
    """The time that Xledger gives; None when there is none or it is no time that exists."""
    try:
        return ab_datetime_parse(value).astimezone(timezone.utc)
    except (ValueError, OverflowError):
        return None
