"""A host's lines become messages, or an error that names the line and nothing in it."""

import codecs
import io
import json
import sys
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from airbyte_cdk.models import AirbyteMessage, FailureType, Type
from airbyte_cdk.utils.traced_exception import AirbyteTracedException
from hypothesis import given
from hypothesis import strategies as st

from connector_base.protocol.messages import CoveredRecords, as_line, print_line, read_messages
from connector_base.protocol.stream_keys import StreamKey

STREAMS = frozenset({StreamKey("users"), StreamKey("staff", "hr")})

RECORD = b'{"type":"RECORD","record":{"stream":"users","data":{"id":"1","phone":null},"emitted_at":0}}\n'


def read(lines: Iterable[bytes | None]) -> Iterator[AirbyteMessage | None]:
    return read_messages(lines, STREAMS)


def test_lines_become_messages_and_blank_lines_are_passed_over() -> None:
    messages = list(read([RECORD, b"\n", b"", b"  \r\n", RECORD]))
    assert [message.type for message in messages if message] == [Type.RECORD, Type.RECORD]


def test_null_and_missing_stay_apart() -> None:
    (message,) = read([RECORD])
    assert message is not None
    assert message.record is not None
    assert message.record.data == {"id": "1", "phone": None}


def test_half_a_character_ends_no_sync_whatever_source_it_comes_from() -> None:
    (message,) = read([RECORD.replace(b"null", rb'"9\ud83d \ud83d\ude00 \\ud83d"')])
    assert message is not None
    assert message.record is not None
    assert message.record.data == {"id": "1", "phone": "9\ufffd 😀 \\ud83d"}


def test_a_stream_is_known_by_its_namespace_and_an_empty_one_is_none() -> None:
    staff = RECORD.replace(b'"users"', b'"staff","namespace":"hr"')
    users = RECORD.replace(b'"users"', b'"users","namespace":""')
    namespaces = [message.record.namespace for message in read([staff, users]) if message and message.record]
    assert namespaces == ["hr", ""]


@pytest.mark.parametrize(
    "change",
    [
        b'{"field":"phone","change":"NULLED","reason":"PLATFORM_FIELD_SIZE_LIMITATION"}',
        b'{"field":"phone","change":"GUESSED","reason":"SOMETHING_NEW","by":"the platform"}',
        b'{"field":"phone","change":["NULLED"],"reason":null}',
        b'{"field":"phone"}',
    ],
)
def test_a_change_of_a_field_is_kept_whatever_kind_it_is_of(change: bytes) -> None:
    (message,) = read([RECORD.replace(b'"emitted_at":0', b'"emitted_at":0,"meta":{"changes":[' + change + b"]}")])
    assert message is not None
    assert message.record is not None
    assert message.record.meta is not None
    assert [each.field for each in message.record.meta.changes or ()] == ["phone"]


@pytest.mark.parametrize("meta", [b"null", b"{}", b'{"changes":null}', b'{"changes":[]}', b'{"sync_id":7}'])
def test_a_record_without_changes_is_a_record(meta: bytes) -> None:
    (message,) = read([RECORD.replace(b'"emitted_at":0', b'"emitted_at":0,"meta":' + meta)])
    assert message is not None


@pytest.mark.parametrize(
    "line",
    [
        b"Kari Nordmann was here\n",
        b'{"type":"RECORD","record":{"stream":"users","data":{"givenName":"Kari"}',
        b'{"givenName":"Kari"}\n',
        b'{"type":"RECORD","record":"Kari"}\n',
        b'{"type":"RECORD","data":"Kari"}\n',
        b'{"type":"RECORD","record":{"stream":"Kari","data":{"givenName":"Kari"},"emitted_at":0}}\n',
        b'{"type":"STATE"}\n',
        b'{"type":"STATE","state":null}\n',
        b'{"type":"STATE","record":{"stream":"users","data":{"givenName":"Kari"},"emitted_at":0}}\n',
        b'{"type":"RECORD","record":{"stream":"staff","data":{"givenName":"Kari"},"emitted_at":0}}\n',
        b'{"type":"RECORD","record":{"stream":"users","namespace":"hr","data":{"n":"Kari"},"emitted_at":0}}\n',
        b'{"type":"STATE","state":"Kari"}\n',
        b'{"type":"STATE","state":{"type":"STREAM","stream":"Kari"}}\n',
        b'{"type":"STATE","state":{"type":"STREAM","stream":{"stream_descriptor":{"title":"Kari"}}}}\n',
        b'{"type":"STATE","state":{"type":"STREAM","stream":{"stream_state":{"Kari":1}}}}\n',
        b'{"type":"record","record":{"stream":"users","data":{"givenName":"Kari"},"emitted_at":0}}\n',
        b'{"type":"RECORDS","record":[{"givenName":"Kari"}]}\n',
        b'{"type":["Kari"]}\n',
        b'{"id":"1","type":"user","givenName":"Kari"}\n',
        b'{"type":"","givenName":"Kari"}\n',
        b'{"type":"RECORD","record":{"stream":"users","data":"Kari","emitted_at":0}}\n',
        b'{"type":"RECORD","record":{"stream":["Kari"],"data":{},"emitted_at":0}}\n',
        b'["Kari"]\n',
        b'{"type":"RECORD","record":{"stream":"users","data":{"givenName":"Kari\xff"},"emitted_at":0}}\n',
        b'{"type":"RECORD","record":{"stream":"users","data":{"givenName":"Kari\\ud800\xff"},"emitted_at":0}}\n',
        b'{"type":"RECORD","record":{"stream":"users","data":{"givenName":"Kari\\ud800"},"emitted_at":NaN}}\n',
    ],
)
def test_a_line_that_is_no_message_is_an_error_by_number(line: bytes) -> None:
    with pytest.raises(AirbyteTracedException, match="Line 3 of the input") as raised:
        list(read([RECORD, RECORD, line]))
    assert raised.value.failure_type is FailureType.system_error
    assert "Kari" not in f"{raised.value} {raised.value.internal_message} {raised.value!r}"


def test_a_line_is_printed_in_utf_8_whatever_the_locale(monkeypatch: pytest.MonkeyPatch) -> None:
    printed = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(printed, encoding="ascii"))
    print_line('{"message":"Invalid value …"}')
    assert printed.getvalue().decode() == '{"message":"Invalid value …"}\n'


def passed_on(line: str) -> str:
    """A state as a host gets it back, covering three records of which one was rejected."""
    (message,) = read([line.encode()])
    assert message is not None
    assert message.state is not None
    message.state.destinationStats = CoveredRecords(3.0, 1.0)
    return as_line(message)


STATE = """{"type":"STATE","state":{"type":"STREAM","stream":{"stream_descriptor":{"name":"users","new":1},
"stream_state":{"above": 123456789012345678901234567890, "near": -9223372036854775809,
"exact": 1700000000.1234567890123, "large": 1E5,
"half": "\\ud83d", "deep": [[[]]], "1": {"null": null}, "text": "æ \\u00e6 }"},"newer":{"of":[]}},
"id":12345678901234567890,
"sourceStats":{"recordCount":3.0,"rejectedRecordCount":2.0,"additionalStats":{"seen":18446744073709551617}}},
"new": {"key": "of the message"}}""".replace("\n", "")


def test_a_state_is_passed_on_as_it_came_but_for_what_the_destination_says() -> None:
    destination_stats = ',"destinationStats":{"recordCount":3.0,"rejectedRecordCount":1.0}}'
    told = passed_on(STATE)
    assert destination_stats in told
    assert exactly(told.replace(destination_stats, "}")) == exactly(STATE)


def exactly(line: str) -> Any:
    """What a line holds, each number as it is written."""
    return json.loads(line, parse_int=repr, parse_float=repr)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_whatever_a_state_holds_comes_back_and_nothing_changes(content: Any) -> None:
    state = {"type": "GLOBAL", "global": {"shared_state": content, "stream_states": []}, "anything": content}
    told = json.loads(passed_on(json.dumps({"type": "STATE", "state": state})))
    assert told["state"].pop("destinationStats") == {"recordCount": 3.0, "rejectedRecordCount": 1.0}
    assert told["state"] == state


def test_what_another_destination_has_counted_gives_way_and_what_it_added_stays() -> None:
    line = (
        '{"type":"STATE","state":{"data":{},"destinationStats":{"recordCount":9.0,"rejectedRecordCount":9.0,"new":1}}}'
    )
    assert json.loads(passed_on(line))["state"]["destinationStats"] == {
        "recordCount": 3.0,
        "rejectedRecordCount": 1.0,
        "new": 1,
    }


@pytest.mark.parametrize("kind", ["STREAM", "PARTITION", None])
def test_a_state_of_a_type_that_is_not_known_is_passed_on_all_the_same(kind: str | None) -> None:
    told = json.loads(passed_on(json.dumps({"type": "STATE", "state": {"type": kind, "partition": {"a": 1}}})))
    assert told["state"]["type"] == kind
    assert told["state"]["partition"] == {"a": 1}


def test_a_large_number_in_a_record_is_exact() -> None:
    (message,) = read([RECORD.replace(b"null", b"123456789012345678901234567890")])
    assert message is not None
    assert message.record is not None
    assert message.record.data["phone"] == 123456789012345678901234567890


NEW: list[dict[str, Any]] = [
    {"type": "PROGRESS", "progress": {"text": "Kari"}},
    {"type": "PROGRESS", "record": None, "state": None},
    {"type": "KARI"},
    {"type": "TRACE", "trace": {"type": "Kari", "emitted_at": 0}},
    {"type": "TRACE", "trace": {"type": "ERROR", "emitted_at": 0, "error": {"message": "Kari", "failure_type": "new"}}},
    {
        "type": "TRACE",
        "trace": {
            "type": "STREAM_STATUS",
            "emitted_at": 0,
            "stream_status": {"stream_descriptor": {"name": "users"}, "status": "Kari"},
        },
    },
    {
        "type": "TRACE",
        "trace": {
            "type": "STREAM_STATUS",
            "emitted_at": 0,
            "stream_status": {
                "stream_descriptor": {"name": "users"},
                "status": "RUNNING",
                "reasons": [{"type": "Kari"}],
            },
        },
    },
    {"type": "TRACE", "trace": "Kari"},
    {"type": "LOG", "log": {"level": "NOTICE", "message": "Kari"}},
    {"type": "CONTROL", "control": {"type": "Kari", "emitted_at": 0}},
    {"type": "CONNECTION_STATUS", "connectionStatus": {"status": "PENDING"}},
]
"""Messages of a protocol that has grown."""


@pytest.mark.parametrize("new", NEW, ids=str)
def test_what_is_new_in_the_protocol_is_passed_over_with_one_warning(
    new: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    line = json.dumps(new).encode()
    messages = list(read([RECORD, line, line, RECORD, line]))
    assert [message.type for message in messages if message] == [Type.RECORD, Type.RECORD]
    (warning,) = caplog.messages
    assert warning.startswith("Line 2 of the input is a message that this connector does not know")
    assert "kari" not in warning.lower()


@pytest.mark.parametrize("more", [{"emitted_at": 1.5}, {"emitted_at": None}, {"emitted_at": "2026-01-15"}, {"new": {}}])
def test_a_record_is_read_whatever_is_new_around_its_data(more: dict[str, Any]) -> None:
    record = {"stream": "users", "data": {"id": "1"}, **more}
    (message,) = read([json.dumps({"type": "RECORD", "record": record, "new": 1}).encode()])
    assert message is not None
    assert message.record is not None
    assert message.record.data == {"id": "1"}


def test_the_fields_that_a_host_has_changed_are_known_whatever_it_calls_the_change_and_the_reason() -> None:
    changes = [
        {"field": "phone", "change": "NULLED", "reason": "SOURCE_RETRIEVAL_ERROR"},
        {"field": "email", "change": "MASKED", "reason": "NEWLY_FOUND", "new": 1},
        "something else",
    ]
    record = {"stream": "users", "data": {"id": "1"}, "emitted_at": 0, "meta": {"changes": changes, "new": 1}}
    (message,) = read([json.dumps({"type": "RECORD", "record": record}).encode()])
    assert message is not None
    assert message.record is not None
    assert message.record.meta is not None
    assert [change.field for change in message.record.meta.changes or ()] == ["phone", "email", ""]


def test_the_first_line_may_begin_with_a_byte_order_mark() -> None:
    assert len(list(read([codecs.BOM_UTF8 + RECORD, RECORD]))) == 2
    line = codecs.BOM_UTF8 + STATE.encode()
    (message,) = read([line])
    assert message is not None
    assert exactly(as_line(message)) == exactly(STATE)


@pytest.mark.parametrize("deep", [300, 900, 100_000])
def test_a_state_nested_deeply_is_passed_on_or_ends_the_sync_in_a_sentence(deep: int) -> None:
    line = f'{{"type":"STATE","state":{{"data":{{"nested":{"[" * deep}{"]" * deep}}}}}}}'
    try:
        told = passed_on(line)
    except AirbyteTracedException as error:
        assert "Line 1 of the input is not an Airbyte message" in str(error)  # noqa: PT017  either will do
        assert deep > 500
    else:
        assert "[" * deep + "]" * deep in told
