"""No text in any field, whatever characters it holds, breaks a sync: half a character becomes U+FFFD, on both ways."""

import codecs
import json

import pytest
from airbyte_cdk.models import AirbyteLogMessage, AirbyteMessage, Level, Type
from hypothesis import given
from hypothesis import strategies as st

from connector_base.protocol.any_text import dumps, loads, members, object_of
from connector_base.protocol.messages import as_line

PIECES = st.sampled_from(["\ud83d", "\ude00", "\udfff", "\\", '"', "\n", "ud83d", "😀", "\ufffd"]) | st.text(max_size=3)

TEXT = st.lists(PIECES).map("".join)
"""Any text, rich in halves of characters and in what looks like their escapes."""


def whole(text: str) -> str:
    """The text as UTF-16 reads it: two halves that meet are one character, and every other half is replaced."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


@given(TEXT, st.booleans())
def test_any_text_is_read_and_only_half_characters_are_replaced(text: str, ascii_only: bool) -> None:
    if ascii_only or whole(text) == text:
        line = json.dumps({"value": [text], "next": text}, ensure_ascii=ascii_only).encode()
        assert loads(line) == {"value": [whole(text)], "next": whole(text)}


@given(TEXT)
def test_any_text_is_written_and_only_half_characters_are_replaced(text: str) -> None:
    content = {"value": [text], "next": None, text: 1}
    assert json.loads(dumps(content).decode()) == {"value": [whole(text)], "next": None, whole(text): 1}


@given(TEXT)
def test_any_text_can_be_told(text: str) -> None:
    message = AirbyteMessage(type=Type.LOG, log=AirbyteLogMessage(level=Level.INFO, message=text))
    assert json.loads(as_line(message).encode())["log"]["message"] == whole(text)


@pytest.mark.parametrize(
    "line",
    [
        rb'{"half": "\ud800", "number": NaN}',
        rb'{"half": "\ud800", "number": Infinity}',
        rb'{"half": "\ud800", "number": 1e999}',
        b'{"half": "\\ud800", "invalid": "\xff"}',
        b'{"half": "\xed\xa0\x80"}',
        rb'{"half": "\ud800"',
        rb"\ud800",
        rb'"\ud8"',
        rb'"\ud800\u12"',
        b"",
    ],
)
def test_what_is_no_json_in_utf_8_is_refused_half_characters_or_not(line: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        loads(line)


def test_what_is_no_json_type_is_not_written() -> None:
    with pytest.raises(TypeError):
        dumps({"half": "\ud800", "thing": object()})


def test_an_escaped_backslash_begins_no_escape() -> None:
    assert loads(rb'["\\ud800", "\ud800"]') == [r"\ud800", "\ufffd"]


@given(st.integers() | st.integers(min_value=2**63, max_value=10**60))
def test_whole_numbers_of_any_size_are_exact(number: int) -> None:
    content = {"number": [number, -number], "text": f"{number}"}
    assert loads(json.dumps(content).encode()) == content
    assert loads(dumps(content)) == content


@pytest.mark.parametrize("line", [b'{"a": 1, "long": 1234567890123456789012}', b"[]", rb'"\ud800"'])
def test_a_byte_order_mark_is_passed_over(line: bytes) -> None:
    assert loads(codecs.BOM_UTF8 + line) == loads(line)


@given(st.dictionaries(st.text(), st.none() | st.integers() | st.lists(st.text())))
def test_an_object_taken_apart_and_put_together_is_the_same(content: dict[str, object]) -> None:
    for text in (json.dumps(content), json.dumps(content, indent=1, ensure_ascii=True)):
        texts = members(text)
        assert {name: json.loads(value) for name, value in texts.items()} == content
        assert json.loads(object_of(texts)) == content
