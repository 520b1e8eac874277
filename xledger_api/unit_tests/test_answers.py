"""Every row of the error table, with the exact shapes that Xledger's answers have."""

import json
from datetime import datetime, timezone
from typing import Any

import pytest

from connector_base.scrubbing import LONGEST
from xledger_api.sending.answers import LONGEST_WORDS, Answer, Failure, Problem, interpret


def body(message: str, code: str | None = None, extensions: dict[str, Any] | None = None, data: Any = None) -> str:
    error: dict[str, Any] = {"message": message}
    if code:
        error["code"] = code
    if extensions:
        error["extensions"] = extensions
    return json.dumps({"errors": [error], "data": data})


ROWS = [
    pytest.param(
        200,
        body("Burst rate limit reached.", "BAD_REQUEST.BURST_RATE_LIMIT_REACHED"),
        Problem.BURST_LIMIT,
        id="burst limit",
    ),
    pytest.param(
        200,
        body("Concurrency limit reached.", "BAD_REQUEST.CONCURRENCY_LIMIT_REACHED"),
        Problem.CONCURRENCY_LIMIT,
        id="too many at once",
    ),
    pytest.param(
        200,
        body("Insufficient credits.", "BAD_REQUEST.INSUFFICIENT_CREDITS", {"resetAt": "2026-01-15T12:05:00Z"}),
        Problem.OUT_OF_CREDITS,
        id="out of credits",
    ),
    pytest.param(200, body("Your query timed out."), Problem.TIMED_OUT, id="slow query"),
    pytest.param(200, body("Bad format for API Token abc."), Problem.UNAUTHORIZED, id="token malformed"),
    pytest.param(
        200, body("Cannot query field `trialTo` on type `Employee`"), Problem.SCHEMA_MISMATCH, id="unknown field"
    ),
    pytest.param(
        400, body("Cannot query field `trialTo` on type `Employee`"), Problem.SCHEMA_MISMATCH, id="the same as HTTP 400"
    ),
    pytest.param(
        200,
        body("Argument has the wrong type", extensions={"code": "ARGUMENTS_OF_CORRECT_TYPE"}),
        Problem.SCHEMA_MISMATCH,
        id="wrong argument",
    ),
    pytest.param(
        200, body("Invalid value", extensions={"code": "INVALID_VALUE"}), Problem.VALUE_REFUSED, id="value refused"
    ),
    pytest.param(
        200,
        body("subledger.code: No value matching owner 42365431, code 'P123456'."),
        Problem.VALUE_REFUSED,
        id="no value matching",
    ),
    pytest.param(
        400,
        body("Invalid value", extensions={"code": "INVALID_VALUE"}),
        Problem.VALUE_REFUSED,
        id="value refused as HTTP 400",
    ),
    pytest.param(
        400,
        body("subledger.code: No value matching owner 42365431, code 'P123456'."),
        Problem.VALUE_REFUSED,
        id="no value matching as HTTP 400",
    ),
    pytest.param(
        400,
        body("Argument has the wrong type", extensions={"code": "ARGUMENTS_OF_CORRECT_TYPE"}),
        Problem.SCHEMA_MISMATCH,
        id="wrong argument as HTTP 400",
    ),
    pytest.param(
        200, body("Error parsing query: Unterminated string"), Problem.SCHEMA_MISMATCH, id="text spliced into a query"
    ),
    pytest.param(200, body("Access to updateContacts denied"), Problem.UNRECOGNISED, id="anything else"),
    pytest.param(503, "<html><body>Maintenance</body></html>", Problem.UNAVAILABLE, id="maintenance page"),
    pytest.param(200, "<!DOCTYPE html><p>Back at noon", Problem.UNAVAILABLE, id="maintenance page as HTTP 200"),
    pytest.param(502, "Bad gateway", Problem.UNAVAILABLE, id="gateway"),
    pytest.param(500, json.dumps({"message": "oops"}), Problem.UNAVAILABLE, id="server error with JSON"),
    pytest.param(401, "", Problem.UNAUTHORIZED, id="unauthorized"),
    pytest.param(403, "<html>Forbidden</html>", Problem.FORBIDDEN, id="forbidden"),
    pytest.param(429, "", Problem.BURST_LIMIT, id="too many requests"),
    pytest.param(404, "Not found", Problem.NOT_THE_API, id="wrong path"),
    pytest.param(407, "<html>Who are you?</html>", Problem.PROXY, id="proxy"),
    pytest.param(413, "<html>Too large</html>", Problem.TOO_LARGE, id="too large"),
    pytest.param(200, json.dumps({"hello": "world"}), Problem.NOT_THE_API, id="another API"),
    pytest.param(302, "", Problem.NOT_THE_API, id="redirect"),
    pytest.param(503, body("Internal server error"), Problem.UNAVAILABLE, id="server error in words"),
    pytest.param(429, body("Slow down"), Problem.BURST_LIMIT, id="too many requests in words"),
    pytest.param(500, body("Invalid value", extensions={"code": "INVALID_VALUE"}), Problem.VALUE_REFUSED, id="a 500"),
    pytest.param(200, '{"data": {"employees": {"edg', Problem.UNAVAILABLE, id="an answer that breaks off"),
]


@pytest.mark.parametrize(("status", "content", "problem"), ROWS)
def test_an_answer_is_told_by_what_to_do_about_it(status: int, content: str, problem: Problem) -> None:
    answer = interpret(status, content)
    assert isinstance(answer, Failure)
    assert answer.problem is problem


def test_every_problem_is_seen_in_some_answer() -> None:
    assert {row.values[2] for row in ROWS} == set(Problem)


@pytest.mark.parametrize(
    "given",
    ["2026-01-15T12:05:00Z", "2026-01-15T13:05:00.0+01:00", "2026-01-15T12:05:00", 1768478700],
)
def test_the_time_when_credits_come_back_is_read(given: Any) -> None:
    answer = interpret(200, body("No credits", "BAD_REQUEST.INSUFFICIENT_CREDITS", {"resetAt": given}))
    assert isinstance(answer, Failure)
    assert answer.resets_at == datetime(2026, 1, 15, 12, 5, tzinfo=timezone.utc)


@pytest.mark.parametrize("given", [None, "soon", {}, "2026-01-15T12:05:00+99:00", f"2026-01-15T12:05:{'9' * 30}"])
def test_a_time_that_cannot_be_read_is_none(given: Any) -> None:
    answer = interpret(200, body("No credits", "BAD_REQUEST.INSUFFICIENT_CREDITS", {"resetAt": given}))
    assert isinstance(answer, Failure)
    assert answer.problem is Problem.OUT_OF_CREDITS
    assert answer.resets_at is None


def test_an_answer_without_errors_is_its_data() -> None:
    assert interpret(200, '{"data": {"employees": {"edges": null}}}') == Answer({"employees": {"edges": None}})


def test_errors_beside_data_are_a_failure() -> None:
    assert isinstance(interpret(200, body("Invalid", data={"employees": {"edges": None}})), Failure)


@pytest.mark.parametrize(
    ("message", "more", "path"),
    [
        ("contact.phone: Invalid value '1'.", {}, ("contact", "phone")),
        ("inputs[0].node.code: No.", {}, ("inputs[0]", "node", "code")),
        ("code: Kari: No.", {"path": ["addEmployees"]}, ("code",)),
        ("This is not a path: No.", {"path": ["updateContacts", "inputs", 0]}, ("updateContacts", "inputs", "0")),
        ("Nothing at all", {}, ()),
        ("Nothing at all", {"path": "phone"}, ()),
    ],
)
def test_a_failure_tells_the_place_that_it_complains_about(
    message: str, more: dict[str, Any], path: tuple[str, ...]
) -> None:
    answer = interpret(200, json.dumps({"errors": [{"message": message, **more}], "data": None}))
    assert isinstance(answer, Failure)
    assert answer.path == path


@pytest.mark.parametrize(("data", "kept"), [({"x": {"edges": []}}, {"x": {"edges": []}}), (None, {}), ("text", {})])
def test_what_came_beside_the_errors_is_kept(data: Any, kept: dict[str, Any]) -> None:
    answer = interpret(200, body("Invalid", data=data))
    assert isinstance(answer, Failure)
    assert answer.data == kept
    assert "edges" not in repr(answer)


def test_of_several_errors_the_one_that_stops_everything_decides() -> None:
    errors = [{"message": "x", "extensions": {"code": "INVALID_VALUE"}}, {"message": "Bad format for API Token"}]
    answer = interpret(200, json.dumps({"errors": errors, "data": None}))
    assert isinstance(answer, Failure)
    assert answer.problem is Problem.UNAUTHORIZED


def test_an_answer_does_not_show_values_when_it_is_printed() -> None:
    assert "P123456" not in repr(interpret(200, body("code: No value matching owner 1, code 'P123456'.")))
    assert "Kari" not in repr(interpret(200, '{"data": {"firstName": "Kari"}}'))


@pytest.mark.parametrize(("status", "problem"), [(401, Problem.UNAUTHORIZED), (403, Problem.UNRECOGNISED)])
def test_of_unknown_words_only_the_status_401_says_that_the_token_is_wrong(status: int, problem: Problem) -> None:
    answer = interpret(status, body("Not authenticated."))
    assert isinstance(answer, Failure)
    assert answer.problem is problem
    assert answer.words == "Not authenticated."


@pytest.mark.parametrize(
    "content", ["", "Not here", "<html><body>Not here</body></html>", json.dumps({"message": "x"})]
)
@pytest.mark.parametrize(
    ("status", "problem"),
    [
        *((status, Problem.NOT_THE_API) for status in (301, 302, 303, 307, 308, 404, 405, 410)),
        *((status, Problem.FORBIDDEN) for status in (400, 403, 406, 409, 415, 422, 451)),
        *((status, Problem.TOO_LARGE) for status in (413, 414, 431)),
        *((status, Problem.PROXY) for status in (407, 511)),
        *((status, Problem.UNAVAILABLE) for status in (408, 425, 500, 502, 503, 504, 520, 529)),
    ],
)
def test_an_answer_that_is_none_of_the_apis_is_told_by_its_status(status: int, problem: Problem, content: str) -> None:
    answer = interpret(status, content)
    assert isinstance(answer, Failure)
    assert (answer.problem, answer.words) == (problem, f"HTTP {status}")


@pytest.mark.parametrize(("status", "problem"), [(413, Problem.TOO_LARGE), (404, Problem.NOT_THE_API)])
def test_a_status_tells_what_unknown_words_do_not(status: int, problem: Problem) -> None:
    answer = interpret(status, body("Oops"))
    assert isinstance(answer, Failure)
    assert answer.problem is problem


def test_a_byte_order_mark_is_no_part_of_an_answer() -> None:
    assert interpret(200, '\ufeff{"data": {"employees": null}}') == Answer({"employees": None})
    page = interpret(200, "\ufeff<html>Maintenance</html>")
    assert isinstance(page, Failure)
    assert page.problem is Problem.UNAVAILABLE


@pytest.mark.parametrize(
    "content",
    [
        *("null", "[]", "5", '"text"', "[" * 100_000, '{"data": ' * 100_000, "9" * 10_000),
        *('{"data": null}', '{"data": []}', '{"data": "text"}', '{"data": 5}', '{"errors": []}', '{"errors": null}'),
        *('{"errors": 5}', '{"errors": true}', '{"errors": "text"}', '{"errors": {"a": 1}}', '{"errors": [[]]}'),
        *('{"errors": [null]}', '{"errors": [{}]}', '{"errors": [{"message": {"a": []}, "path": 5, "code": []}]}'),
        '{"errors": [{"message": null, "extensions": []}], "data": 5}',
    ],
    ids=lambda content: content[:30],
)
def test_an_answer_of_any_other_shape_is_a_failure_and_no_crash(content: str) -> None:
    assert isinstance(interpret(200, content), Failure)


def test_of_an_endless_text_as_much_is_kept_as_somebody_reads() -> None:
    answer = interpret(200, body("Invalid value 'Kari'. " * 10_000))
    assert isinstance(answer, Failure)
    assert len(answer.original) == LONGEST_WORDS
    assert len(answer.words) <= LONGEST + 2
