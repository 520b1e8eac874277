"""A host's lines become messages, or an error that names the line and nothing in it."""

import io
import sys
from collections.abc import Iterable, Iterator

import pytest
from airbyte_cdk.models import AirbyteMessage, FailureType, Type
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from connector_base.protocol.messages import print_line, read_messages
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
