"""The list of users, compared with the total it tells of."""

from collections.abc import Callable
from typing import Any

import pytest
from airbyte_cdk.models import FailureType, Level
from airbyte_cdk.test.entrypoint_wrapper import EntrypointOutput

Read = Callable[..., EntrypointOutput]


def a_page(total: int | None, *user_ids: str) -> dict[str, Any]:
    page: dict[str, Any] = {"items": [{"id": user_id, "type": "user"} for user_id in user_ids]}
    return {"json": page if total is None else {**page, "total": total}}


def warnings(output: EntrypointOutput) -> list[str]:
    return [message.log.message for message in output.logs if message.log and message.log.level is Level.WARN]


def ids(output: EntrypointOutput) -> list[str]:
    return sorted(message.record.data["id"] for message in output.records if message.record)


def failure(output: EntrypointOutput) -> tuple[FailureType | None, str]:
    [told] = {
        (message.trace.error.failure_type, message.trace.error.message or "")
        for message in output.errors
        if message.trace and message.trace.error
    }
    return told


def test_the_next_page_begins_behind_what_came(huma: Any, read: Read) -> None:
    huma.add("u1", "u2", "u3")
    huma.list_answers = [a_page(3, "u1", "u2")]
    assert ids(read()) == ["u1", "u2", "u3"]
    assert [request.qs["offset"] for request in huma.requests("/users")] == [["0"], ["2"], ["0"]]


def test_a_list_that_lacks_somebody_is_read_again(huma: Any, read: Read) -> None:
    huma.add("u1", "u2", "u3")
    huma.list_answers = [a_page(3, "u1", "u2"), a_page(3)]
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


def test_a_list_that_never_agrees_is_read_four_times_and_then_ends_the_sync_with_numbers(
    huma: Any, read: Read, explained: Callable[[str], bool]
) -> None:
    huma.add("u1", "u2")
    huma.list_answers = [a_page(5, "u1", "u2"), a_page(5)] * 10
    kind, sentence = failure(read(fails=True))
    assert kind is FailureType.transient_error
    assert "list of users is not whole: it ends after 2 of 5" in sentence
    assert explained(sentence)
    assert len(huma.requests("/users")) == 8


def test_a_list_of_which_every_page_is_the_first_ends_the_sync(
    huma: Any, read: Read, explained: Callable[[str], bool]
) -> None:
    huma.add("u1", "u2")
    huma.list_answers = [a_page(5, "u1", "u2")] * 10
    kind, sentence = failure(read(fails=True))
    assert kind is FailureType.system_error
    assert "list of users does not end" in sentence
    assert explained(sentence)


def test_a_list_without_a_total_is_read_until_nobody_comes(huma: Any, read: Read) -> None:
    huma.add("u1", "u2")
    huma.list_answers = [a_page(None, "u1", "u2"), a_page(None), a_page(None)]
    output = read()
    assert ids(output) == ["u1", "u2"]
    assert len(huma.requests("/users")) == 3
    assert warnings(output) == []


def test_null_in_place_of_nobody_is_nobody(huma: Any, read: Read) -> None:
    huma.list_answers = [{"json": {"items": None, "total": 0}}] * 2
    output = read()
    assert ids(output) == []
    assert warnings(output) == []


def test_a_service_user_counts_in_the_total_and_nowhere_else(huma: Any, read: Read) -> None:
    huma.add("u1")
    huma.add("key", type="service_user")
    assert ids(read()) == ["u1"]
    assert len(huma.requests("/users")) == 2


@pytest.mark.parametrize(
    "items", ["recognisable", ["recognisable"], [{"name": "recognisable"}], [{"id": 1}], [None], None]
)
def test_a_list_in_an_unknown_form_ends_the_sync_and_is_not_quoted(huma: Any, read: Read, items: Any) -> None:
    huma.list_answers = [{"json": {"items": items}}] * 10
    output = read(fails=True)
    kind, sentence = failure(output)
    assert kind is FailureType.system_error
    assert "list of users" in sentence
    assert "recognisable" not in str(output.get_formatted_error_message())
