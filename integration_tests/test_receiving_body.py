"""What a webhook says: to whom something happened, and nothing else."""

import json
import uuid
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huma_xledger.inbox.events import OTHER, TOPICS, Event
from huma_xledger.receiving.body import NotUnderstoodError, Understood, understood

ONE, TWO = "0f8fad5b-d9cb-469f-a165-70867728950e", "7c9e6679-7425-40de-944b-e07fc1f90ae7"
EMAIL = "kari.nordmann@fjord.example"


def of(topic: Any, *users: Any, **more: Any) -> bytes:
    return json.dumps({"topic": topic, "users": list(users), **more}).encode()


def a_user(id_: Any) -> dict[str, Any]:
    return {"id": id_, "email": EMAIL, "phoneNumber": "+4712345678"}


@pytest.mark.parametrize(
    ("topic", "kept_as"),
    [
        ("users-create", "users-create"),
        ("users-update", "users-update"),
        ("users-export", "users-export"),
        ("users-login-changed", OTHER),
        ("users", OTHER),
        ("teams-users-added", OTHER),
        ("absences-create", OTHER),
        ("Kari Nordmann", OTHER),
        ("", OTHER),
        (None, OTHER),
        (["users-delete"], OTHER),
    ],
)
def test_whoever_is_named_is_brought_whatever_the_topic_is_called(topic: Any, kept_as: str) -> None:
    events = (Event(kept_as, ONE), Event(kept_as, TWO))
    assert understood(of(topic, a_user(ONE), a_user(TWO))) == Understood(events, passed_over=0, ignored=0)
    assert {event.topic for event in events} <= TOPICS


def test_nobody_is_deleted() -> None:
    assert understood(of("users-delete", a_user(ONE), a_user(TWO))) == Understood((), passed_over=2, ignored=0)
    assert understood(of("users-delete")) == Understood((), passed_over=0, ignored=0)


@pytest.mark.parametrize("topic", ["users-create", "users-update", "users-export", "users-something"])
@pytest.mark.parametrize(
    ("content", "ignored"),
    [
        ({}, 0),
        ({"users": None}, 0),
        ({"users": []}, 0),
        ({"users": {"id": ONE}}, 0),
        ({"users": ONE}, 0),
        ({"users": [ONE]}, 1),
        ({"users": [{"userId": ONE}]}, 1),
        ({"users": [a_user(7), a_user("7"), a_user(None), None]}, 4),
        ({"people": [{"id": ONE}]}, 0),
    ],
)
def test_where_a_user_was_touched_and_nobody_is_named_it_may_be_anybody(
    topic: str, content: dict[str, Any], ignored: int
) -> None:
    kept_as = topic if topic in TOPICS else OTHER
    body = json.dumps({"topic": topic, **content}).encode()
    assert understood(body) == Understood((Event(kept_as, None),), passed_over=0, ignored=ignored)


@pytest.mark.parametrize("content", [{}, {"topic": "absences-create", "absences": [{"id": ONE}]}, {"users": []}])
def test_what_is_about_no_user_is_taken_and_asks_for_nothing(content: dict[str, Any]) -> None:
    assert understood(json.dumps(content).encode()) == Understood((), passed_over=0, ignored=0)


def test_nobody_is_there_twice_and_the_order_stays() -> None:
    body = of("users-update", a_user(TWO), a_user(ONE), a_user(TWO.upper()), a_user(ONE))
    assert understood(body).events == (Event("users-update", TWO), Event("users-update", ONE))


@pytest.mark.parametrize(
    "none",
    [
        *("", "x", ONE[:-1], ONE + "0", ONE.replace("-", ""), f"{{{ONE}}}", f"urn:uuid:{ONE}", f" {ONE}", f"{ONE}\n"),
        *(ONE.replace("0", "٠"), ONE.replace("f", "g"), EMAIL, 0, 1.5, True, None, [ONE], {"id": ONE}, "0" * 10_000),
    ],
)
def test_an_id_that_is_no_uuid_is_counted_and_nothing_else(none: Any) -> None:
    assert understood(of("users-update", a_user(none), a_user(ONE))) == Understood(
        (Event("users-update", ONE),), 0, ignored=1
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"])
def test_json_may_be_in_any_encoding(encoding: str) -> None:
    text = json.dumps({"topic": "users-update", "name": "Åse Ødegård", "users": [a_user(ONE)]}, ensure_ascii=False)
    assert understood(text.encode(encoding)).events == (Event("users-update", ONE),)


@pytest.mark.parametrize(
    "body",
    [
        b'{"users": [], "topic": "users-delete", "topic": "users-update", "users": [{"id": "0", "id": "%s"}]}',
        b'{"topic": "users-update", "salary": NaN, "users": [{"id": "%s", "height": -Infinity}]}',
        b'{"topic": "users-update", "name": "\\ud800", "users": [{"id": "%s"}]}',
        b' \n{"topic": "users-update", "users": [{"id": "%s"}]}\r\n',
        b'{"topic": "users-update", "users": [{"id": "%s"}], "more": ' + b"[" * 500 + b"]" * 500 + b"}",
    ],
)
def test_what_is_odd_about_json_keeps_nobody_from_being_brought(body: bytes) -> None:
    assert understood(body.replace(b"%s", ONE.encode())).events == (Event("users-update", ONE),)


def test_as_many_as_a_body_holds_are_brought() -> None:
    ids = [str(uuid.UUID(int=number)) for number in range(20_000)]
    assert [event.user for event in understood(of("users-export", *({"id": id_} for id_ in ids))).events] == ids


@pytest.mark.parametrize(
    "body",
    [
        *(
            b"",
            b" ",
            b"users",
            b"{",
            b'{"users": []',
            b"[]",
            b"null",
            b"7",
            b'"users"',
            b"\xff",
            b"\xef\xbb\xbf",
            b"\x00",
        ),
        *(b"[" * 200_000, b'{"a":' * 200_000, b"9" * 100_000, b'{"a": 1}{"b": 2}', b"\x1f\x8b\x08\x00", b"topic=users"),
        f'{{"{EMAIL}": '.encode(),
    ],
    ids=lambda body: repr(body[:12]),
)
def test_what_is_no_json_object_is_not_understood_and_not_told_on(body: bytes) -> None:
    with pytest.raises(NotUnderstoodError) as raised:
        understood(body)
    assert str(raised.value) == ""
    assert raised.value.__cause__ is None
    assert raised.value.__suppress_context__ or raised.value.__context__ is None


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from([ONE, TWO, "users-update"]),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["topic", "users", "id", "x"]), inner),
)


@given(ANY_JSON)
def test_whatever_json_comes_only_topics_and_ids_of_users_are_taken_from_it(content: Any) -> None:
    body = json.dumps(content).encode()
    if not isinstance(content, dict):
        with pytest.raises(NotUnderstoodError):
            understood(body)
        return
    events = understood(body).events
    assert {event.topic for event in events} <= TOPICS
    assert {event.user for event in events} <= {ONE, TWO, None}
    assert len({event.user for event in events}) == len(events)


@given(st.binary())
def test_whatever_bytes_come_they_are_understood_or_not(body: bytes) -> None:
    with suppress(NotUnderstoodError):
        assert isinstance(understood(body), Understood)
