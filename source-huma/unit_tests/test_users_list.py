"""The list of users, compared with the total it tells of."""

from collections.abc import Callable
from typing import Any

import pytest
from airbyte_cdk.models import FailureType, Level
from airbyte_cdk.test.entrypoint_wrapper import EntrypointOutput

from source_huma.users_list import Reading

Read = Callable[..., EntrypointOutput]


def a_page(total: int | None, *user_ids: str) -> dict[str, Any]:
    page: dict[str, Any] = {"items": [{"id": user_id, "type": "user"} for user_id in user_ids]}
    return {"json": page if total is None else {**page, "total": total}}


def warnings(output: EntrypointOutput) -> list[str]:
    return [message.log.message for message in output.logs if message.log and message.log.level is Level.WARN]


def ids(output: EntrypointOutput) -> list[str]:
    return sorted(message.record.data["id"] for message in output.records if message.record)


@pytest.mark.parametrize(
    ("notes", "settled"),
    [
        pytest.param([], True, id="nobody"),
        pytest.param([("a", "u1", 2), ("a", "u2", 2)], True, id="all seen"),
        pytest.param([("a", "u1", 3), ("a", "u2", 3)], False, id="one missing"),
        pytest.param([("a", "u1", 1), ("a", "u2", 1)], False, id="one too many"),
        pytest.param([("a", "u1", 2), ("a", "u2", 2), ("a", "u1", 2)], True, id="one twice, all seen"),
        pytest.param([("a", "u1", 3), ("a", "u2", 2)], False, id="the total shrank"),
        pytest.param([("a", "u1", 1), ("a", "u2", 2)], False, id="the total grew"),
        pytest.param([("a", "u1", 2), ("a", "u2", 3), ("a", "u3", 2)], False, id="the total went to and fro"),
        pytest.param([("a", "u1", None), ("a", "u2", None)], True, id="no total"),
        pytest.param([("a", "u1", 1), ("b", "u1", 1)], True, id="one in two parts"),
        pytest.param([("a", "u1", 1), ("b", "u2", 2)], False, id="one missing in the second part"),
    ],
)
def test_a_reading_is_settled_when_the_list_stood_still_and_everybody_was_seen(
    notes: list[tuple[str, str, int | None]], settled: bool
) -> None:
    reading = Reading()
    for part, user_id, total in notes:
        reading.note(part, user_id, total)
    assert reading.is_settled is settled


def test_a_list_that_lacks_somebody_is_read_again(huma: Any, read: Read) -> None:
    huma.add("u1", "u2", "u3")
    huma.list_answers = [a_page(3, "u1", "u2")]
    output = read()
    assert ids(output) == ["u1", "u2", "u3"]
    assert len(huma.requests("/users")) == 4
    assert len(huma.requests("/users/.+")) == 3
    assert warnings(output) == []


def test_who_was_seen_in_any_reading_is_read(huma: Any, read: Read) -> None:
    huma.add("u1", "u2")
    huma.users["gone"] = {**huma.users["u1"], "id": "gone", "status": {"active": None}}
    huma.list_answers = [a_page(3, "u1", "gone")]
    assert ids(read()) == ["gone", "u1", "u2"]


def test_a_list_that_never_agrees_is_read_four_times_and_then_warned_of_with_numbers(huma: Any, read: Read) -> None:
    huma.add("u1", "u2")
    huma.list_answers = [a_page(5, "u1", "u2"), a_page(0)] * 10
    output = read()
    assert ids(output) == ["u1", "u2"]
    assert len(huma.requests("/users")) == 8
    [warning] = warnings(output)
    assert "2 different users" in warning
    assert "should be 5" in warning


def test_a_list_without_a_total_is_read_once(huma: Any, read: Read) -> None:
    huma.add("u1", "u2")
    huma.list_answers = [a_page(None, "u1", "u2"), a_page(None)]
    output = read()
    assert ids(output) == ["u1", "u2"]
    assert len(huma.requests("/users")) == 2
    assert warnings(output) == []


def test_a_service_user_counts_in_the_total_and_nowhere_else(huma: Any, read: Read) -> None:
    huma.add("u1")
    huma.add("key", type="service_user")
    assert ids(read()) == ["u1"]
    assert len(huma.requests("/users")) == 2


@pytest.mark.parametrize("items", ["recognisable", ["recognisable"], [{"name": "recognisable"}], [{"id": 1}], None])
def test_a_list_in_an_unknown_form_ends_the_sync_and_is_not_quoted(huma: Any, read: Read, items: Any) -> None:
    huma.list_answers = [{"json": {"items": items}}] * 10
    output = read(fails=True)
    [told] = {
        (message.trace.error.failure_type, message.trace.error.message)
        for message in output.errors
        if message.trace and message.trace.error
    }
    assert told[0] is FailureType.system_error
    assert "list of users" in told[1]
